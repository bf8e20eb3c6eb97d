using System.Security.Cryptography;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Ethereum.KeyStore;

/// <summary>Web3 Secret Storage, version 3: a private key in JSON, encrypted with a passphrase (scrypt or PBKDF2, AES-128-CTR,
/// Keccak MAC). Passphrases are bytes, usually of UTF-8 text; the caller overwrites them when done.</summary>
public static class KeyStoreV3
{
    private const int Version = 3;
    private const int MacKeyOffset = 16;
    private const int BlockSize = 16;
    private const string Cipher = "aes-128-ctr";
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>Encrypts a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="passphrase">What will open the file.</param>
    /// <param name="options">Costs of trying passphrases; null takes the defaults.</param>
    /// <returns>The file's text.</returns>
    /// <exception cref="KeyStoreException">The costs are not allowed.</exception>
    public static string Encrypt(EthECKey key, ReadOnlySpan<byte> passphrase, KeyStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        options ??= new();
        byte[] salt = RandomNumberGenerator.GetBytes(KeyDerivation.KeySize);
        byte[] iv = RandomNumberGenerator.GetBytes(BlockSize);
        byte[] derived = KeyDerivation.FromPassphrase(passphrase, salt, options);
        byte[] secret = key.GetPrivateKey();
        try
        {
            byte[] ciphertext = ApplyCipher(derived, iv, secret);
            return Write(key.Address, options, salt, iv, ciphertext, MacOf(derived, ciphertext));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>Decrypts a key.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="passphrase">What opens it.</param>
    /// <exception cref="WrongPassphraseException">The passphrase does not open the file.</exception>
    /// <exception cref="KeyStoreException">The file is malformed, of an unknown kind, or holds another account's key than it
    /// says.</exception>
    public static EthECKey Decrypt(string json, ReadOnlySpan<byte> passphrase)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = Parse(json);
        JsonElement root = document.RootElement;
        JsonElement crypto = KeyFileJson.Member(root, "crypto");
        if (KeyFileJson.Number(root, "version") != Version || KeyFileJson.Text(crypto, "cipher") != Cipher)
        {
            throw new KeyStoreException($"The key file is not of version {Version} with {Cipher}.");
        }
        byte[] iv = KeyFileJson.Bytes(KeyFileJson.Member(crypto, "cipherparams"), "iv");
        byte[] ciphertext = KeyFileJson.Bytes(crypto, "ciphertext");
        byte[] mac = KeyFileJson.Bytes(crypto, "mac");
        if (iv.Length != BlockSize || ciphertext.Length is 0 or > EthECKey.Size)
        {
            throw new KeyStoreException("The key file's iv or ciphertext has the wrong length.");
        }
        byte[] derived = KeyDerivation.FromFile(passphrase, crypto);
        byte[] secret = [];
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(MacOf(derived, ciphertext), mac))
            {
                throw new WrongPassphraseException();
            }
            secret = ApplyCipher(derived, iv, ciphertext);
            return CheckAddress(ToKey(secret), root);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException exception)
        {
            throw new KeyStoreException("The key file is not JSON.", exception);
        }
    }

    private static EthECKey ToKey(byte[] secret)
    {
        Span<byte> padded = stackalloc byte[EthECKey.Size]; // Some programs left out leading zeros.
        padded.Clear();
        secret.CopyTo(padded[(EthECKey.Size - secret.Length)..]);
        try
        {
            return new EthECKey(padded);
        }
        catch (ArgumentException exception)
        {
            throw new KeyStoreException("The key file holds what is not a private key.", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(padded);
        }
    }

    private static EthECKey CheckAddress(EthECKey key, JsonElement root)
    {
        if (!root.TryGetProperty("address", out JsonElement stated) || stated.ValueKind == JsonValueKind.Null
            || (Address.TryParse(JsonText.TryGet(stated), out Address address) && address == key.Address))
        {
            return key;
        }
        string message = $"The key file is named for {Hex.Clip(stated.GetRawText())}, but holds the key of {key.Address}.";
        key.Dispose();
        throw new KeyStoreException(message);
    }

    private static byte[] ApplyCipher(byte[] derived, byte[] iv, byte[] input)
    {
        SicBlockCipher counter = new(new AesEngine());
        counter.Init(true, new ParametersWithIV(new KeyParameter(derived, 0, BlockSize), iv));
        byte[] padded = new byte[(input.Length + BlockSize - 1) / BlockSize * BlockSize];
        input.CopyTo(padded, 0);
        byte[] output = new byte[padded.Length];
        for (int position = 0; position < padded.Length; position += BlockSize)
        {
            counter.ProcessBlock(padded, position, output, position);
        }
        byte[] result = output[..input.Length];
        CryptographicOperations.ZeroMemory(padded);
        CryptographicOperations.ZeroMemory(output);
        return result;
    }

    private static byte[] MacOf(byte[] derived, byte[] ciphertext) =>
        Keccak.Hash256([.. derived.AsSpan(MacKeyOffset), .. ciphertext]).ToBytes();

    private static string Write(Address address, KeyStoreOptions options, byte[] salt, byte[] iv, byte[] ciphertext, byte[] mac)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, Indented))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WriteString("id", Guid.NewGuid());
            writer.WriteString("address", Convert.ToHexStringLower(address.ToBytes()));
            writer.WriteStartObject("crypto");
            writer.WriteString("cipher", Cipher);
            writer.WriteStartObject("cipherparams");
            writer.WriteString("iv", Convert.ToHexStringLower(iv));
            writer.WriteEndObject();
            writer.WriteString("ciphertext", Convert.ToHexStringLower(ciphertext));
            writer.WriteString("kdf", "scrypt");
            writer.WriteStartObject("kdfparams");
            writer.WriteNumber("dklen", KeyDerivation.KeySize);
            writer.WriteNumber("n", options.Cost);
            writer.WriteNumber("p", options.Parallelism);
            writer.WriteNumber("r", options.BlockSize);
            writer.WriteString("salt", Convert.ToHexStringLower(salt));
            writer.WriteEndObject();
            writer.WriteString("mac", Convert.ToHexStringLower(mac));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
