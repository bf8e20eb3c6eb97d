using System.Security.Cryptography;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Cli.Keys;

/// <summary>A private key in the clear, as other programs export it: 64 hexadecimal digits, with or without 0x.</summary>
internal static class PrivateKeyFile
{
    /// <summary>The key of digits that were typed or read; the caller overwrites them.</summary>
    /// <exception cref="CommandException">They are not a private key. The message shows nothing of them.</exception>
    public static EthECKey Parse(ReadOnlySpan<byte> digits)
    {
        ReadOnlySpan<byte> bare = digits.StartsWith("0x"u8) ? digits[2..] : digits;
        byte[] key = GC.AllocateArray<byte>(EthECKey.Size, pinned: true);
        try
        {
            return bare.Length == 2 * EthECKey.Size
                && Convert.FromHexString(bare, key, out _, out _) == System.Buffers.OperationStatus.Done
                    ? new EthECKey(key)
                    : throw new CommandException("That is not a private key: 64 hexadecimal digits are needed.");
        }
        catch (ArgumentException)
        {
            throw new CommandException("That is not a private key: it is zero or not below the order of the curve.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The key in the first line of a file.</summary>
    /// <exception cref="KeyStoreException">The file cannot be read.</exception>
    /// <exception cref="CommandException">It holds no private key.</exception>
    public static async Task<EthECKey> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using Passphrase line = await Passphrase.ReadFileAsync(path, cancellationToken);
        return Parse(line.Bytes.Span);
    }
}
