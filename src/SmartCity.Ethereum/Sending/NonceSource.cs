using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Ethereum.Sending;

/// <summary>Gives out the nonces of one account: never one that is used, never one beyond a gap, and no more than may be in
/// flight. The node is asked each time, so that transactions it has lost, or that another program sent, are noticed. Not safe for
/// many threads. </summary>
internal sealed class NonceSource(EthApi api, Address account, TransactionSenderOptions options, TimeProvider time)
{
    /// <summary>The node must say this many times in a row that it lacks transactions it was given: a count that was taken while
    /// a block came in may be too low once, and to use a nonce again would replace a good transaction.</summary>
    private const int ChecksUntilLost = 3;

    /// <summary>What is in a block stays there, so that fewer of them mean a node that lags; only when the node goes on to say so was
    /// the chain set back.</summary>
    private const int ChecksUntilSetBack = 12;

    /// <summary>No account makes as many.</summary>
    private const ulong MaxCount = 1UL << 48;

    private ulong _next; // Nonces below were given to the node with success.
    private ulong _mined; // Nonces below were seen in blocks.
    private readonly Dictionary<ulong, Hash32> _seen = []; // What waits, by its nonce; asked for before it is believed.

    /// <summary>The first of <paramref name="count"/> nonces in a row; or why there is none now.</summary>
    public async Task<(ulong First, string? Problem)> FindAsync(int count, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        int lacks = 0;
        while (true) // Ends when there is room, or at the deadline.
        {
            (ulong latest, ulong free) = await CountAsync(cancellationToken);
            lacks = free < _next || latest < _mined ? lacks + 1 : 0;
            if (lacks == 0 || lacks >= (latest < _mined ? ChecksUntilSetBack : ChecksUntilLost))
            {
                (_next, _mined) = (free, latest);
                if (_next + (ulong)count <= latest + (ulong)options.MaxInFlight)
                {
                    return (_next, null);
                }
                if (time.GetElapsedTime(start) >= options.RoomTimeout)
                {
                    return (0, $"{free - latest} transactions of {account} wait for a block, and none was taken within "
                        + $"{options.RoomTimeout.TotalSeconds} s. Check that the chain makes blocks.");
                }
            }
            await Task.Delay(options.PollInterval, time, cancellationToken);
        }
    }

    /// <summary>The node has the transactions up to this nonce.</summary>
    public void Use(ulong nonce) => _next = Math.Max(_next, nonce + 1);

    /// <summary>The node has this transaction.</summary>
    public void See(ulong nonce, Hash32 transaction) => _seen[nonce] = transaction;

    /// <summary>The node may have this transaction, if it has no other with the nonce.</summary>
    public void Suppose(ulong nonce, Hash32 transaction) => _seen.TryAdd(nonce, transaction);

    /// <summary>How many transactions are in blocks, and the first nonce that no transaction has, in a block or waiting.</summary>
    /// <remarks>A node may leave what offers too little for the next block out of its count, and all that follows on it (Hardhat's does). What
    /// waits there is not lost, nor behind a gap: the node knows it by its hash.</remarks>
    /// <exception cref="RpcProtocolException">A number that no account can have.</exception>
    public async Task<(ulong Latest, ulong Free)> CountAsync(CancellationToken cancellationToken)
    {
        const string Method = "eth_getTransactionCount";
        IReadOnlyList<RpcResult<ulong>> counts = await api.Client.SendBatchAsync<ulong>(
            [new(Method, account, BlockParameter.Latest), new(Method, account, BlockParameter.Pending)], cancellationToken);
        ulong latest = counts[0].ValueOrThrow();
        ulong pending = Math.Max(latest, counts[1].ValueOrThrow());
        if (pending >= MaxCount)
        {
            throw new RpcProtocolException(Method, $"The node at {api.Client.Url} says that {account} has made {pending} transactions.");
        }
        foreach (ulong nonce in _seen.Keys.Where(nonce => nonce < latest || nonce >= latest + (ulong)options.MaxInFlight))
        {
            _seen.Remove(nonce);
        }
        List<Hash32> uncounted = [];
        while (_seen.TryGetValue(pending + (ulong)uncounted.Count, out Hash32 transaction))
        {
            uncounted.Add(transaction);
        }
        IReadOnlyList<EthTransactionInfo?> found =
            uncounted.Count == 0 ? [] : await api.FindTransactionsAsync(uncounted, cancellationToken);
        return (latest, pending + (ulong)found.TakeWhile(known => known is not null).Count());
    }
}
