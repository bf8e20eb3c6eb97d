using System.Security.Cryptography;
using SmartCity.Aiis;
using SmartCity.Domain;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Notices;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>Reads the files an oracle starts from; every mistake is told with the file's name and what to do.</summary>
internal static class OracleFiles
{
    /// <summary>Environment variable that holds the password at the source; taken before the file.</summary>
    public const string SourcePasswordVariable = "SMARTCITY_SOURCE_PASSWORD";

    private const int MaxSecretBytes = 4_096;

    /// <summary>The city plan.</summary>
    /// <exception cref="OracleStoppedException">It cannot be read or is not a plan.</exception>
    public static async Task<CityPlan> ReadPlanAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await CityPlan.LoadAsync(path, cancellationToken);
        }
        catch (CityPlanException exception)
        {
            throw new OracleStoppedException(OracleExit.Configuration, exception.Message, exception); // It names the file.
        }
    }

    /// <summary>Which measuring point is which channel.</summary>
    /// <exception cref="OracleStoppedException">It cannot be read or does not fit the plan.</exception>
    public static async Task<AiisMap?> ReadMapAsync(string? path, CityPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            return path is null ? null : await AiisMap.LoadAsync(path, plan, cancellationToken);
        }
        catch (AiisMapException exception)
        {
            throw new OracleStoppedException(OracleExit.Configuration, exception.Message, exception); // It names the file.
        }
    }

    /// <summary>Who is told of incidents.</summary>
    /// <returns><c>null</c> when there is no such file to be read: nobody is.</returns>
    /// <exception cref="OracleStoppedException">It cannot be read, breaks the format or does not fit the plan.</exception>
    public static async Task<ContactPlan?> ReadContactsAsync(string? path, CityPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            return path is null ? null : await ContactPlan.LoadAsync(path, plan, cancellationToken);
        }
        catch (RuleBookException exception)
        {
            throw new OracleStoppedException(OracleExit.Configuration, exception.Message, exception); // It names the file.
        }
    }

    /// <summary>Where the city's contracts are.</summary>
    /// <exception cref="OracleStoppedException">It cannot be read or is not a deployment.</exception>
    public static async Task<DeployedCity> ReadDeploymentAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await DeployedCity.LoadAsync(path, cancellationToken);
        }
        catch (LedgerException exception)
        {
            throw new OracleStoppedException(OracleExit.Configuration, exception.Message, exception);
        }
    }

    /// <summary>The password at the source.</summary>
    /// <exception cref="OracleStoppedException">It is neither in the environment nor in the file.</exception>
    public static async Task<string> ReadSourcePasswordAsync(string path, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(SourcePasswordVariable) is { Length: > 0 } password)
        {
            return password;
        }
        byte[] line = await ReadSecretAsync(path, "password at the source", cancellationToken);
        return System.Text.Encoding.UTF8.GetString(line);
    }

    /// <summary>The oracle's key.</summary>
    /// <exception cref="OracleStoppedException">A file cannot be read, or the passphrase does not open the keystore.</exception>
    public static async Task<EthECKey> ReadKeyAsync(string keystore, string passphraseFile, CancellationToken cancellationToken)
    {
        byte[] passphrase = await ReadSecretAsync(passphraseFile, "passphrase", cancellationToken);
        try
        {
            return KeyStoreV3.Decrypt(await File.ReadAllTextAsync(keystore, cancellationToken), passphrase);
        }
        catch (Exception exception) when (exception is KeyStoreException or IOException or UnauthorizedAccessException)
        {
            throw new OracleStoppedException(
                OracleExit.Configuration,
                $"The keystore {keystore} cannot be opened with the passphrase of {passphraseFile}: {exception.Message}", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

    /// <summary>The first line of a file, without its end.</summary>
    private static async Task<byte[]> ReadSecretAsync(string path, string what, CancellationToken cancellationToken)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path).Length > MaxSecretBytes)
            {
                throw new OracleStoppedException(OracleExit.Configuration, $"The file {path} is too long to hold a {what}.");
            }
            bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OracleStoppedException(OracleExit.Configuration, $"The file {path} with the {what} cannot be read: {exception.Message}", exception);
        }
        try
        {
            int end = bytes.AsSpan().IndexOfAny((byte)'\n', (byte)'\r');
            byte[] line = end < 0 ? bytes.ToArray() : bytes[..end];
            return line.Length > 0
                ? line
                : throw new OracleStoppedException(OracleExit.Configuration, $"The first line of {path} is empty: write the {what} there.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
