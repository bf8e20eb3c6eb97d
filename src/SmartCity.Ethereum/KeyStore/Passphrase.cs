using System.Security.Cryptography;
using System.Text;

namespace SmartCity.Ethereum.KeyStore;

/// <summary>A passphrase in memory that the collector does not copy, overwritten when disposed. It is never part of <see
/// cref="ToString"/> or of an exception.</summary>
public sealed class Passphrase : IDisposable
{
    /// <summary>Longest passphrase, in bytes of UTF-8.</summary>
    public const int MaxBytes = 4_096;

    private readonly byte[] _buffer;
    private readonly int _length;

    private Passphrase(byte[] buffer, int length) => (_buffer, _length) = (buffer, length);

    /// <summary>Its bytes. Not to be used after <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Takes a copy of characters; the caller overwrites his own.</summary>
    /// <exception cref="KeyStoreException">None, or more than <see cref="MaxBytes"/>.</exception>
    public static Passphrase Of(ReadOnlySpan<char> characters)
    {
        int length = Encoding.UTF8.GetByteCount(characters);
        if (length is 0 or > MaxBytes)
        {
            throw new KeyStoreException($"A passphrase has 1 to {MaxBytes} bytes.");
        }
        byte[] buffer = Buffer(length);
        Encoding.UTF8.GetBytes(characters, buffer);
        return new(buffer, length);
    }

    /// <summary>Reads the first line of a file, without its end.</summary>
    /// <exception cref="KeyStoreException">The file cannot be read, is too long, or its first line is empty.</exception>
    public static async Task<Passphrase> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        byte[] buffer = Buffer(MaxBytes + 1);
        try
        {
            int read;
            await using (FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
            {
                read = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            }
            int end = buffer.AsSpan(0, read).IndexOfAny((byte)'\n', (byte)'\r');
            int length = end < 0 ? read : end;
            if (length is 0 or > MaxBytes)
            {
                throw new KeyStoreException($"The first line of {path} is {(length == 0 ? "empty" : "too long")}: write the passphrase there, at most {MaxBytes} bytes.");
            }
            CryptographicOperations.ZeroMemory(buffer.AsSpan(length));
            return new(buffer, length);
        }
        catch (Exception exception)
        {
            CryptographicOperations.ZeroMemory(buffer);
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new KeyStoreException($"The file {path} with the passphrase cannot be read: {exception.Message}", exception);
            }
            throw;
        }
    }

    /// <summary>Are two the same? Takes as long whatever they are.</summary>
    public bool Matches(Passphrase other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return CryptographicOperations.FixedTimeEquals(Bytes.Span, other.Bytes.Span);
    }

    /// <summary>That it is one, and nothing of it.</summary>
    public override string ToString() => "passphrase";

    /// <summary>Overwrites it.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    private static byte[] Buffer(int length) => GC.AllocateArray<byte>(length, pinned: true);
}
