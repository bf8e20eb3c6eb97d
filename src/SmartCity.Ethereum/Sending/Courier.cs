using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Transactions;

namespace SmartCity.Ethereum.Sending;

/// <summary>What a node did with a transaction, and what its words mean.</summary>
internal readonly record struct Delivery(SendOutcome Outcome, NodeVerdict Verdict)
{
    /// <summary>Does the node have it?</summary>
    public bool IsSent => Outcome is SendOutcome.Sent;

    /// <summary>Was it refused for a nonce or fee that can be renewed?</summary>
    public bool IsStale => Outcome is SendOutcome.Refused && Verdict is NodeVerdict.StaleNonce or NodeVerdict.StaleFee;

    public static Delivery Sent(SignedTransaction transaction) =>
        new(new SendOutcome.Sent(transaction), NodeVerdict.AlreadyKnown);

    public static Delivery Unknown(SignedTransaction transaction, string reason) =>
        new(new SendOutcome.Unknown(transaction, reason), NodeVerdict.Refused);
}

/// <summary>Gives signed transactions to the node and finds out what became of them. When no answer comes the same bytes are
/// given again, which is safe, because the same bytes are the same transaction.</summary>
internal sealed class Courier(EthApi api, TransactionSenderOptions options, TimeProvider time)
{
    /// <summary>The deliveries are in the order of the transactions.</summary>
    /// <exception cref="RpcTransportException">No connection came about: nothing was sent.</exception>
    public async Task<Delivery[]> DeliverAsync(SignedTransaction[] signed, CancellationToken cancellationToken)
    {
        RpcRequest[] requests = signed.Select(transaction => new RpcRequest("eth_sendRawTransaction", transaction.Raw)).ToArray();
        for (int attempt = 1; ; attempt++)
        {
            EthereumNodeException problem;
            try
            {
                return await ReadAsync(signed, await api.Client.SendBatchAsync<Hash32>(requests, cancellationToken), cancellationToken);
            }
            catch (RpcTransportException exception) when (exception.WasSent || attempt > 1)
            {
                problem = exception;
            }
            catch (RpcProtocolException exception)
            {
                problem = exception;
            }
            catch (RpcException exception) // The batch as a whole. An earlier attempt may have got through, so each is asked for.
            {
                return await ResolveAllAsync(signed, exception, cancellationToken);
            }
            if (attempt >= options.MaxAttempts)
            {
                return signed.Select(transaction => Delivery.Unknown(transaction, problem.Message)).ToArray();
            }
            await Task.Delay(options.PollInterval, time, cancellationToken);
        }
    }

    private async Task<Delivery[]> ReadAsync(
        SignedTransaction[] signed, IReadOnlyList<RpcResult<Hash32>> results, CancellationToken cancellationToken)
    {
        Delivery[] deliveries = new Delivery[signed.Length];
        for (int i = 0; i < signed.Length; i++)
        {
            deliveries[i] = results[i].Error is { } error
                ? await ResolveAsync(signed[i], error, cancellationToken)
                : Delivery.Sent(signed[i]);
        }
        return deliveries;
    }

    private async Task<Delivery[]> ResolveAllAsync(
        SignedTransaction[] signed, RpcException error, CancellationToken cancellationToken)
    {
        Delivery[] deliveries = new Delivery[signed.Length];
        for (int i = 0; i < signed.Length; i++)
        {
            deliveries[i] = await ResolveAsync(signed[i], error, cancellationToken);
        }
        return deliveries;
    }

    /// <summary>A refusal is believed only when the node does not have the transaction all the same: Hardhat reports a revert of
    /// a transaction it has mined, and a duplicate as a nonce that is too low.</summary>
    private async Task<Delivery> ResolveAsync(SignedTransaction signed, RpcException error, CancellationToken cancellationToken)
    {
        NodeVerdict verdict = NodeVerdicts.Of(error);
        try
        {
            return verdict == NodeVerdict.AlreadyKnown || await api.FindTransactionAsync(signed.Hash, cancellationToken) is not null
                ? Delivery.Sent(signed)
                : new(new SendOutcome.Refused(error.Message, error), verdict);
        }
        catch (EthereumNodeException exception)
        {
            return Delivery.Unknown(signed, $"{error.Message} Then: {exception.Message}");
        }
    }
}
