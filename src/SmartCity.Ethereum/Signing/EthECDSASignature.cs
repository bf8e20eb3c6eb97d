namespace SmartCity.Ethereum.Signing;

/// <summary>A recoverable ECDSA signature over secp256k1.</summary>
/// <param name="R">First coordinate of the nonce point, modulo the order of the curve.</param>
/// <param name="S">Proof; signatures made here have it in the lower half of the order (EIP-2).</param>
/// <param name="V">27 or 28: which of the two points with coordinate <paramref name="R"/> was meant.</param>
public readonly record struct EthECDSASignature(Hash32 R, Hash32 S, byte V)
{
    /// <summary>Length of the byte form: r, s and v.</summary>
    public const int Size = 65;

    /// <summary>V of the point with even second coordinate; 28 is the odd one.</summary>
    public const byte EvenV = 27;

    /// <summary>Parity of the nonce point, 0 or 1, as typed transactions state it.</summary>
    public int YParity => V - EvenV;

    /// <summary>Reads 65 bytes: r, s, v with v 27 or 28.</summary>
    /// <exception cref="FormatException">Another length, or another v.</exception>
    public static EthECDSASignature FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new FormatException($"A signature has {Size} bytes, not {bytes.Length}.");
        }
        byte v = bytes[Size - 1];
        return v is EvenV or EvenV + 1
            ? new(new Hash32(bytes[..Hash32.Size]), new Hash32(bytes[Hash32.Size..^1]), v)
            : throw new FormatException($"The v of a signature is 27 or 28, not {v}.");
    }

    /// <summary>Writes 65 bytes: r, s, v.</summary>
    public void CopyTo(Span<byte> destination)
    {
        R.CopyTo(destination);
        S.CopyTo(destination[Hash32.Size..]);
        destination[Size - 1] = V;
    }

    /// <summary>65 bytes: r, s, v.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }
}
