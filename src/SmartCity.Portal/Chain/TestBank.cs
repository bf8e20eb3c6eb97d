using System.Text;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger;

namespace SmartCity.Portal;

/// <summary>
/// The bank of the demonstration city. An order is a deposit that a person makes for an account: the bank mints settlement roubles
/// against it and pays. An order is carried out once, even across a restart: its reference is that of the deposit, which the contract
/// mints once, and the payment behind a refused minting finds no roubles.
/// </summary>
internal sealed partial class TestBank(KeyRing keys, ChainFollower chain, DeployedCity city, ILogger<TestBank> logger) : IDisposable
{
    /// <summary>Greatest amount of one order.</summary>
    public static readonly Kopecks MaxOrder = new(100_000_000);

    private readonly Orders _orders = new();
    private readonly SemaphoreSlim _counter = new(1);

    /// <summary>Carries an order out.</summary>
    /// <param name="reference">Reference of the order, as <see cref="Orders.NewReference"/> made it.</param>
    /// <param name="account">Whose bills are paid.</param>
    /// <param name="amount">How much, more than nothing and at most <see cref="MaxOrder"/>.</param>
    /// <exception cref="KeyAwayException">This portal holds no bank's key.</exception>
    public Task<MoneyOutcome> PayAsync(string reference, Hash32 account, Kopecks amount)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(amount, Kopecks.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, MaxOrder);
        Hash32 deposit = Keccak.Hash256(Encoding.UTF8.GetBytes($"SmartCity test bank deposit {account} {reference}"));
        return _orders.OnceAsync(deposit.ToString(), () => CarryOutAsync(deposit, account, amount));
    }

    /// <inheritdoc/>
    public void Dispose() => _counter.Dispose();

    /// <summary>Not cancelled by the browser that asked: a person who closes the page has paid all the same.</summary>
    private async Task<MoneyOutcome> CarryOutAsync(Hash32 deposit, Hash32 account, Kopecks amount)
    {
        if (chain.Book.Deposits.Contains(deposit))
        {
            return new MoneyOutcome.Repeated();
        }
        CitySender bank = await keys.BankAsync(CancellationToken.None);
        // One order at a time: the allowance that an order gives settlement must still be there when it pays.
        await _counter.WaitAsync();
        try
        {
            IReadOnlyList<TransactionReceipt> receipts = await bank.SendManyAsync(
                city.Contracts.MintAndPay(bank.Address, account, amount, deposit), CancellationToken.None);
            return new MoneyOutcome.Done(receipts[^1].BlockNumber, receipts[^1].TransactionHash);
        }
        catch (Exception exception) when (exception is LedgerException or EthereumNodeException or WrongChainException)
        {
            LogFailed(deposit, exception.Message);
            return MoneyOutcome.Of(exception);
        }
        finally
        {
            _counter.Release();
        }
    }

    [LoggerMessage(EventId = 5301, Level = LogLevel.Warning, Message = "The order with deposit {Deposit} was not carried out. {Reason}")]
    private partial void LogFailed(Hash32 deposit, string reason);
}
