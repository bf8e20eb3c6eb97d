using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger;

namespace SmartCity.Portal;

/// <summary>Pays providers' shares out with the keys that the demonstration city holds for them.</summary>
internal sealed partial class PayoutDesk(KeyRing keys, DeployedCity city, ILogger<PayoutDesk> logger)
{
    private readonly Orders _orders = new();

    /// <summary>Withdraws from a provider's share, once for a reference. The contract refuses more than there is.</summary>
    /// <exception cref="KeyAwayException">This portal holds no key of the provider.</exception>
    public Task<MoneyOutcome> WithdrawAsync(string reference, ushort provider, Kopecks amount) =>
        _orders.OnceAsync($"{provider} {reference}", () => CarryOutAsync(provider, amount));

    private async Task<MoneyOutcome> CarryOutAsync(ushort provider, Kopecks amount)
    {
        CitySender payee = await keys.ProviderAsync(provider, CancellationToken.None);
        try
        {
            TransactionReceipt receipt = await payee.SendAsync(city.Contracts.Withdraw(provider, amount), CancellationToken.None);
            return new MoneyOutcome.Done(receipt.BlockNumber, receipt.TransactionHash);
        }
        catch (Exception exception) when (exception is LedgerException or EthereumNodeException or WrongChainException)
        {
            LogFailed(provider, exception.Message);
            return MoneyOutcome.Of(exception);
        }
    }

    [LoggerMessage(EventId = 5302, Level = LogLevel.Warning, Message = "A withdrawal of provider {Provider} was not carried out. {Reason}")]
    private partial void LogFailed(ushort provider, string reason);
}
