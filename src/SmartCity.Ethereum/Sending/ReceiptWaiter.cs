using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Ethereum.Sending;

/// <summary>What became of a transaction that was sent. Closed.</summary>
public abstract record ReceiptOutcome
{
    private ReceiptOutcome()
    {
    }

    /// <summary>It is in a block. Look at <see cref="TransactionReceipt.IsSuccess"/>: it may have been reverted.</summary>
    public sealed record Mined(TransactionReceipt Receipt) : ReceiptOutcome;

    /// <summary>The deadline came first. The node still holds it, or could not be asked.</summary>
    public sealed record Waiting(string Reason) : ReceiptOutcome;

    /// <summary>The node does not know the transaction (any more): it will not come unless it is sent again.</summary>
    public sealed record Dropped : ReceiptOutcome;
}

/// <summary>Waits until transactions are in blocks, for a bounded time, and notices those that the node has dropped.</summary>
public sealed class ReceiptWaiter(EthApi api, TimeProvider? time = null, TimeSpan? pollInterval = null)
{
    /// <summary>A transaction is dropped when the node did not know it this many times in a row.</summary>
    public const int ChecksUntilDropped = 3;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly TimeSpan _pollInterval = pollInterval ?? TimeSpan.FromMilliseconds(250);

    /// <summary>Waits for one transaction.</summary>
    /// <param name="transaction">Its hash.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancellationToken">Stops waiting at once.</param>
    public async Task<ReceiptOutcome> WaitAsync(Hash32 transaction, TimeSpan timeout, CancellationToken cancellationToken) =>
        (await WaitAsync([transaction], timeout, cancellationToken))[0];

    /// <summary>Waits for several transactions; the outcomes are in their order. A node that cannot be reached is asked again
    /// until the deadline.</summary>
    /// <exception cref="RpcException">The node refuses to answer the question itself.</exception>
    /// <exception cref="RpcProtocolException">The node's answer is malformed.</exception>
    public async Task<IReadOnlyList<ReceiptOutcome>> WaitAsync(
        IReadOnlyList<Hash32> transactions, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        ReceiptOutcome?[] outcomes = new ReceiptOutcome?[transactions.Count];
        int[] misses = new int[transactions.Count];
        long start = _time.GetTimestamp();
        string reason = "";
        while (true) // Ends at the deadline.
        {
            int[] open = Enumerable.Range(0, outcomes.Length).Where(index => outcomes[index] is null).ToArray();
            if (open.Length == 0)
            {
                return outcomes!;
            }
            try
            {
                await CheckAsync(transactions, open, outcomes, misses, cancellationToken);
                reason = "the transaction waits for a block";
            }
            catch (RpcTransportException exception)
            {
                reason = exception.Message;
            }
            if (_time.GetElapsedTime(start) >= timeout)
            {
                string text = $"No receipt within {timeout.TotalSeconds} s: {reason}.";
                return outcomes.Select(outcome => outcome ?? new ReceiptOutcome.Waiting(text)).ToArray();
            }
            if (outcomes.Contains(null))
            {
                await Task.Delay(_pollInterval, _time, cancellationToken);
            }
        }
    }

    private async Task CheckAsync(
        IReadOnlyList<Hash32> transactions, int[] open, ReceiptOutcome?[] outcomes, int[] misses, CancellationToken cancellationToken)
    {
        Hash32[] asked = [.. open.Select(index => transactions[index])];
        // The transaction is asked for before its receipt: one that is mined in between is not taken for dropped.
        IReadOnlyList<EthTransactionInfo?> known = await api.FindTransactionsAsync(asked, cancellationToken);
        IReadOnlyList<TransactionReceipt?> receipts = await api.FindReceiptsAsync(asked, cancellationToken);
        for (int i = 0; i < open.Length; i++)
        {
            int index = open[i];
            misses[index] = known[i] is null ? misses[index] + 1 : 0;
            if (receipts[i] is { } receipt)
            {
                outcomes[index] = new ReceiptOutcome.Mined(receipt);
            }
            else if (misses[index] >= ChecksUntilDropped)
            {
                outcomes[index] = new ReceiptOutcome.Dropped();
            }
        }
    }
}
