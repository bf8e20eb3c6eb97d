using System.Text;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Portal;

/// <summary>This portal does not hold a key that is needed. The message says which file is missing.</summary>
internal sealed class KeyAwayException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>
/// The keys of the demonstration city that its portal may use: the test bank's and the providers'. Each is opened from its encrypted
/// file when it is first needed and then held by one sender, the one writer of its nonces.
/// </summary>
internal sealed class KeyRing(PortalOptions options, EthApi api, DeployedCity city, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<string, Holder> _holders = [];

    /// <summary>Sends with the test bank's key.</summary>
    /// <exception cref="KeyAwayException">The key is not there or cannot be opened.</exception>
    public Task<CitySender> BankAsync(CancellationToken cancellationToken) => SenderAsync("bank", cancellationToken);

    /// <summary>Sends with a provider's key.</summary>
    /// <exception cref="KeyAwayException">The key is not there or cannot be opened.</exception>
    public Task<CitySender> ProviderAsync(ushort provider, CancellationToken cancellationToken) =>
        SenderAsync($"provider-{provider}", cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Holder holder in _holders.Values)
        {
            holder.Transactions.Dispose();
            holder.Key.Dispose();
        }
        _gate.Dispose();
    }

    private async Task<CitySender> SenderAsync(string role, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_holders.TryGetValue(role, out Holder? holder))
            {
                EthECKey key = await OpenAsync(role, cancellationToken);
                TransactionSender transactions = new(api, key, city.ChainId, new() { Errors = ContractArtifact.CityAbi }, time);
                _holders.Add(role, holder = new(key, transactions, new(api, transactions, time)));
            }
            return holder.Sender;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<EthECKey> OpenAsync(string role, CancellationToken cancellationToken)
    {
        string file = Path.Combine(options.StateFolder, "keys", $"{role}.json");
        try
        {
            string passphrase = await File.ReadAllTextAsync(Path.Combine(options.StateFolder, "passphrase"), cancellationToken);
            return await KeyFile.OpenAsync(file, Encoding.UTF8.GetBytes(passphrase.Trim()), cancellationToken);
        }
        catch (Exception exception) when (exception is KeyStoreException or IOException or UnauthorizedAccessException)
        {
            throw new KeyAwayException($"The key '{role}' cannot be opened: {exception.Message}", exception);
        }
    }

    private sealed record Holder(EthECKey Key, TransactionSender Transactions, CitySender Sender);
}
