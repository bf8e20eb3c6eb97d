using System.Text.Json;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Ethereum.KeyStore;

/// <summary>Key files on disk. A file is there whole or not at all, and only its owner may read it (on Unix, mode
/// 0600).</summary>
public static class KeyFile
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Encrypts a key into a file.</summary>
    /// <exception cref="KeyStoreException">The file is there already, or cannot be written.</exception>
    public static async Task CreateAsync(
        string path, EthECKey key, ReadOnlyMemory<byte> passphrase, KeyStoreOptions? options, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            throw new KeyStoreException($"The key file {path} is there already; a key is never overwritten.");
        }
        string json = KeyStoreV3.Encrypt(key, passphrase.Span, options);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            FileStreamOptions create = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
            await using (FileStream file = new(temporary, create))
            {
                await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(json), cancellationToken);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException($"The key file {path} cannot be written: {exception.Message}", exception);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    /// <summary>The account that a file says it holds the key of, without opening it; <c>null</c> when it does not say.</summary>
    /// <exception cref="KeyStoreException">The file is missing, cannot be read, or is no key file.</exception>
    public static async Task<Address?> ReadAddressAsync(string path, CancellationToken cancellationToken)
    {
        using JsonDocument document = await ParseAsync(path, cancellationToken);
        return document.RootElement.TryGetProperty("address", out JsonElement stated) && Address.TryParse(JsonText.TryGet(stated), out Address address)
            ? address
            : null;
    }

    private static async Task<JsonDocument> ParseAsync(string path, CancellationToken cancellationToken)
    {
        JsonDocument? document = null;
        try
        {
            document = new FileInfo(path).Length <= MaxBytes
                ? JsonDocument.Parse(await File.ReadAllTextAsync(path, cancellationToken))
                : throw new KeyStoreException($"The file {path} is too large for a key file.");
            KeyFileJson.Member(document.RootElement, "crypto"); // Else it is some other JSON.
            return document;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new KeyStoreException($"The key file {path} cannot be read: {exception.Message}", exception);
        }
        catch (KeyStoreException)
        {
            document?.Dispose();
            throw;
        }
    }

    /// <summary>Decrypts a key from a file.</summary>
    /// <exception cref="WrongPassphraseException">The passphrase does not open the file.</exception>
    /// <exception cref="KeyStoreException">The file is missing, cannot be read, or is malformed.</exception>
    public static async Task<EthECKey> OpenAsync(
        string path, ReadOnlyMemory<byte> passphrase, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new KeyStoreException($"The file {path} is too large for a key file.");
            }
            string json = await File.ReadAllTextAsync(path, cancellationToken);
            return KeyStoreV3.Decrypt(json, passphrase.Span);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException($"The key file {path} cannot be read: {exception.Message}", exception);
        }
    }
}
