using System.Security.Cryptography;
using System.Text.Json;

namespace SmartCity.Ethereum.KeyStore;

/// <summary>Makes the file's key from the passphrase, by the function and costs that the file names, within bounds, so that a
/// hostile file cannot take all memory or run for hours.</summary>
internal static class KeyDerivation
{
    public const int KeySize = 32;
    private const long MaxScryptMemory = 1L << 30;
    private const int MaxParallelism = 16;
    private const int MaxIterations = 10_000_000;

    public static byte[] FromPassphrase(ReadOnlySpan<byte> passphrase, byte[] salt, KeyStoreOptions options)
    {
        (int cost, int blockSize, int parallelism) = options;
        if (cost < 2 || !int.IsPow2(cost) || blockSize < 1 || parallelism is < 1 or > MaxParallelism
            || 128L * cost * blockSize > MaxScryptMemory)
        {
            throw new KeyStoreException($"The costs of scrypt n={cost}, r={blockSize}, p={parallelism} are not allowed: n is a power of "
                + $"two, 128·n·r at most {MaxScryptMemory} bytes, p at most {MaxParallelism}.");
        }
        return Scrypt.Derive(passphrase, salt, options, KeySize);
    }

    public static byte[] FromFile(ReadOnlySpan<byte> passphrase, JsonElement crypto)
    {
        JsonElement parameters = KeyFileJson.Member(crypto, "kdfparams");
        if (KeyFileJson.Number(parameters, "dklen") != KeySize)
        {
            throw new KeyStoreException($"The key file's dklen is not {KeySize}.");
        }
        byte[] salt = KeyFileJson.Bytes(parameters, "salt");
        string kdf = KeyFileJson.Text(crypto, "kdf");
        return kdf switch
        {
            "scrypt" => FromPassphrase(passphrase, salt, new(
                KeyFileJson.Number(parameters, "n"), KeyFileJson.Number(parameters, "r"), KeyFileJson.Number(parameters, "p"))),
            "pbkdf2" => Pbkdf2(passphrase, salt, parameters),
            _ => throw new KeyStoreException($"The key file's kdf '{Hex.Clip(kdf)}' is not known: scrypt and pbkdf2 are."),
        };
    }

    private static byte[] Pbkdf2(ReadOnlySpan<byte> passphrase, byte[] salt, JsonElement parameters)
    {
        int iterations = KeyFileJson.Number(parameters, "c");
        string function = KeyFileJson.Text(parameters, "prf");
        return iterations is >= 1 and <= MaxIterations && function == "hmac-sha256"
            ? Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, iterations, HashAlgorithmName.SHA256, KeySize)
            : throw new KeyStoreException($"The key file's pbkdf2 is not allowed: hmac-sha256 with 1 to {MaxIterations} iterations is.");
    }
}
