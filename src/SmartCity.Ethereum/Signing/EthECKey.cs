using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace SmartCity.Ethereum.Signing;

/// <summary>A private key of secp256k1 and its account. Safe to use from many threads until disposed.</summary>
/// <remarks>Disposing overwrites the key's own bytes; numbers that the arithmetic made of them live until the garbage collector
/// takes them. The key is never part of <see cref="ToString"/> or of an exception.</remarks>
public sealed class EthECKey : IDisposable
{
    /// <summary>Length of a private key in bytes.</summary>
    public const int Size = 32;

    private readonly byte[] _key = GC.AllocateArray<byte>(Size, pinned: true); // Pinned: the collector leaves no copies.
    private bool _isDisposed;

    /// <summary>Takes a copy of 32 bytes, big endian.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes, zero, or not below the order of the curve.</exception>
    public EthECKey(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != Size || !Secp256k1.IsPrivateKey(privateKey))
        {
            throw new ArgumentException("A private key has 32 bytes and is from 1 to the order of secp256k1 less 1.", nameof(privateKey));
        }
        privateKey.CopyTo(_key);
        Address = Secp256k1.AddressOf(_key);
    }

    /// <summary>The account of the key.</summary>
    public Address Address { get; }

    /// <summary>A new key from the system's random generator.</summary>
    public static EthECKey Generate()
    {
        Span<byte> bytes = stackalloc byte[Size];
        try
        {
            do
            {
                RandomNumberGenerator.Fill(bytes);
            }
            while (!Secp256k1.IsPrivateKey(bytes)); // A second round has a chance of 2^-127.
            return new EthECKey(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Reads 64 hexadecimal digits, with or without "0x". For keys that are public anyway, as a test's are.</summary>
    /// <exception cref="FormatException">Not hexadecimal; the message does not show the text.</exception>
    /// <exception cref="ArgumentException">Not a private key.</exception>
    public static EthECKey Parse(string text)
    {
        byte[] bytes = Hex.TryDecode(text, out byte[]? decoded) ? decoded : throw new FormatException("A private key is not hexadecimal.");
        try
        {
            return new EthECKey(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Signs a digest: deterministic nonce (RFC 6979), s in the lower half, v 27 or 28.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public EthECDSASignature Sign(Hash32 digest)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Secp256k1.Sign(_key, digest);
    }

    /// <summary>The account that signed the digest.</summary>
    /// <exception cref="CryptographicException">No account did: r or s out of range, s in the upper half (EIP-2), v not 27 or 28,
    /// or r on no point of the curve.</exception>
    public static Address Recover(Hash32 digest, EthECDSASignature signature) =>
        Secp256k1.Recover(digest, signature)
            ?? throw new CryptographicException("The signature is not valid: r, s or v is out of range, or s is in the upper half.");

    /// <summary>The account that signed the digest; false where <see cref="Recover"/> throws.</summary>
    public static bool TryRecover(Hash32 digest, EthECDSASignature signature, out Address signer)
    {
        Address? recovered = Secp256k1.Recover(digest, signature);
        signer = recovered.GetValueOrDefault();
        return recovered is not null;
    }

    /// <summary>The public key without the leading 4: 64 bytes, x and y.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public byte[] GetPublicKey()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Secp256k1.PublicKeyBytesOf(_key);
    }

    /// <summary>A copy of the 32 bytes of the key. The caller overwrites it when done.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public byte[] GetPrivateKey()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return (byte[])_key.Clone();
    }

    /// <summary>The account only.</summary>
    [ExcludeFromCodeCoverage]
    public override string ToString() => $"key of {Address}";

    /// <summary>Overwrites the key.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }
}
