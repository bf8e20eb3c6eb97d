using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>
/// Keys of dispatchers: key files by login beside the oracle's, under its passphrase. What a person with one does to an incident goes to the
/// incident log under it. Safe to use from several threads.
/// </summary>
internal sealed class DispatcherKeys(string keystoreFile, string passphraseFile, EthApi api, ulong chainId, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, (EthECKey Key, TransactionSender Sender)> _open = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Whose key sends what a person does: the person's login in small letters, or nothing when it is the oracle's. Looked up each time:
    /// a key may be added while the oracle runs.</summary>
    public string SignerOf(string login) => DispatcherKeyName.IsPossible(login) && File.Exists(FileOf(login)) ? login.ToLowerInvariant() : "";

    /// <summary>Sends with a person's key.</summary>
    /// <param name="login">As <see cref="SignerOf"/> gives it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="KeyStoreException">The key file is not there, or its passphrase is another than the oracle's.</exception>
    public async Task<TransactionSender> SenderOfAsync(string login, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(login, out (EthECKey, TransactionSender Sender) open))
        {
            return open.Sender;
        }
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_open.TryGetValue(login, out open))
            {
                using Passphrase passphrase = await Passphrase.ReadFileAsync(passphraseFile, cancellationToken);
                EthECKey key = await KeyFile.OpenAsync(FileOf(login), passphrase.Bytes, cancellationToken);
                _open[login] = open = (key, new(api, key, chainId, new() { Errors = ContractArtifact.CityAbi }, time));
            }
            return open.Sender;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((EthECKey key, TransactionSender sender) in _open.Values)
        {
            sender.Dispose();
            key.Dispose();
        }
        _open.Clear();
        _gate.Dispose();
    }

    private string FileOf(string login) => Path.Combine(Path.GetDirectoryName(keystoreFile) ?? "", $"{DispatcherKeyName.Of(login)}.json");
}

/// <summary>What the key files of dispatchers are called.</summary>
public static partial class DispatcherKeyName
{
    /// <summary>Name of a person's key in the folder of keys, without its ending.</summary>
    /// <exception cref="FormatException">The login cannot be a file's name.</exception>
    public static string Of(string login) => IsPossible(login)
        ? $"dispatcher-{login.ToLowerInvariant()}"
        : throw new FormatException($"'{login}' cannot have a key: 1 to 64 Latin letters, digits, dots, underscores and hyphens are needed.");

    internal static bool IsPossible(string login) => Login().IsMatch(login);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Login();
}
