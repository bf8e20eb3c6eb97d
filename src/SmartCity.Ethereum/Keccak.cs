using System.Text;
using Org.BouncyCastle.Crypto.Digests;

namespace SmartCity.Ethereum;

/// <summary>Keccak-256 as Ethereum uses it (the padding from before SHA-3). Safe to call from many threads.</summary>
public static class Keccak
{
    [ThreadStatic]
    private static KeccakDigest? _digest;

    /// <summary>Hash of no bytes: the code hash of an account without code.</summary>
    public static Hash32 Empty { get; } = Hash256([]);

    /// <summary>The hash of the bytes.</summary>
    public static Hash32 Hash256(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Hash256(data, hash);
        return new Hash32(hash);
    }

    /// <summary>The hash of the text's UTF-8 bytes.</summary>
    public static Hash32 Hash256(string text) => Hash256(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the hash of the bytes into 32 bytes.</summary>
    public static void Hash256(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        KeccakDigest keccak = _digest ??= new KeccakDigest(256);
        keccak.BlockUpdate(data);
        keccak.DoFinal(destination);
    }
}
