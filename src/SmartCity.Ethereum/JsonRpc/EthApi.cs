using System.Numerics;
using System.Text.Json;
using SmartCity.Ethereum.Abi;

namespace SmartCity.Ethereum.JsonRpc;

/// <summary>The methods of a node that are used here, with types. Every method throws <see cref="EthereumNodeException"/> when it
/// has no result.</summary>
/// <param name="client">The connection.</param>
/// <param name="maxLogBlocks">How many blocks one <c>eth_getLogs</c> spans at most: Besu refuses more than 5,000.</param>
public sealed class EthApi(RpcClient client, ulong maxLogBlocks = 5_000)
{
    /// <summary>No chain has more blocks: one a second for 60 years. A node that says so would be asked for logs without end.</summary>
    private const ulong MaxBlockNumber = 2_000_000_000;

    /// <summary>The connection, for methods that are not here.</summary>
    public RpcClient Client { get; } = client;

    /// <summary>The chain's number, which transactions are bound to.</summary>
    public Task<ulong> GetChainIdAsync(CancellationToken cancellationToken) =>
        Client.SendAsync<ulong>("eth_chainId", [], cancellationToken);

    /// <summary>Number of the newest block.</summary>
    public Task<ulong> GetBlockNumberAsync(CancellationToken cancellationToken) =>
        Client.SendAsync<ulong>("eth_blockNumber", [], cancellationToken);

    /// <summary>How far the node is while it catches up with its chain; null when it has, for all it knows.</summary>
    public async Task<EthSyncProgress?> FindSyncProgressAsync(CancellationToken cancellationToken)
    {
        const string Method = "eth_syncing";
        JsonElement answer = await Client.SendAsync<JsonElement>(Method, [], cancellationToken);
        try
        {
            return answer.ValueKind == JsonValueKind.False ? null : answer.Deserialize<EthSyncProgress>(RpcJson.Options);
        }
        catch (JsonException exception)
        {
            throw new RpcProtocolException(Method, $"The node at {Client.Url} answered {Method} with something else than false or how far it is.", exception);
        }
    }

    /// <summary>The head of a block; null when there is no such block.</summary>
    public Task<EthBlock?> FindBlockAsync(BlockParameter block, CancellationToken cancellationToken) =>
        Client.FindAsync<EthBlock>("eth_getBlockByNumber", [block, false], cancellationToken);

    /// <summary>The head of a block that exists.</summary>
    public Task<EthBlock> GetBlockAsync(BlockParameter block, CancellationToken cancellationToken) =>
        Client.SendAsync<EthBlock>("eth_getBlockByNumber", [block, false], cancellationToken);

    /// <summary>The code at an address; empty when there is no contract.</summary>
    public Task<byte[]> GetCodeAsync(Address address, BlockParameter block, CancellationToken cancellationToken) =>
        Client.SendAsync<byte[]>("eth_getCode", [address, block], cancellationToken);

    /// <summary>Wei of an account.</summary>
    public Task<BigInteger> GetBalanceAsync(Address address, BlockParameter block, CancellationToken cancellationToken) =>
        Client.SendAsync<BigInteger>("eth_getBalance", [address, block], cancellationToken);

    /// <summary>How many transactions an account made: the nonce of its next one.</summary>
    public Task<ulong> GetTransactionCountAsync(Address address, BlockParameter block, CancellationToken cancellationToken) =>
        Client.SendAsync<ulong>("eth_getTransactionCount", [address, block], cancellationToken);

    /// <summary>Tries a call and gives its answer.</summary>
    /// <param name="call">The call.</param>
    /// <param name="block">On whose state.</param>
    /// <param name="errors">Errors that can be decoded; null knows only the built-in ones.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ContractRevertException">The contract refused.</exception>
    public Task<byte[]> CallAsync(
        CallRequest call, BlockParameter block, ContractAbi? errors, CancellationToken cancellationToken) =>
        WithReverts(Client.SendAsync<byte[]>("eth_call", [call, block], cancellationToken), errors);

    /// <summary>Calls a function of a contract and decodes its results.</summary>
    /// <exception cref="ContractRevertException">The contract refused.</exception>
    /// <exception cref="AbiException">The answer does not fit the function, as when no contract is there.</exception>
    public async Task<object[]> CallAsync(
        Address contract, FunctionAbi function, IReadOnlyList<object?> arguments, BlockParameter block, ContractAbi? errors,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(function);
        byte[] answer = await CallAsync(new(contract, function.EncodeCall(arguments)), block, errors, cancellationToken);
        return function.DecodeOutput(answer);
    }

    /// <summary>Gas that a transaction would use on the newest state.</summary>
    /// <exception cref="ContractRevertException">The contract would refuse it.</exception>
    public Task<ulong> EstimateGasAsync(CallRequest call, ContractAbi? errors, CancellationToken cancellationToken) =>
        WithReverts(Client.SendAsync<ulong>("eth_estimateGas", [call], cancellationToken), errors);

    /// <summary>Hands a signed transaction to the node. The hash is the transaction's own.</summary>
    public Task<Hash32> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellationToken) =>
        Client.SendAsync<Hash32>("eth_sendRawTransaction", [raw], cancellationToken);

    /// <summary>What a transaction did; null while it is in no block.</summary>
    public Task<TransactionReceipt?> FindReceiptAsync(Hash32 transaction, CancellationToken cancellationToken) =>
        Client.FindAsync<TransactionReceipt>("eth_getTransactionReceipt", [transaction], cancellationToken);

    /// <summary>What the transactions did, in their order; null for those in no block.</summary>
    public async Task<IReadOnlyList<TransactionReceipt?>> FindReceiptsAsync(
        IReadOnlyList<Hash32> transactions, CancellationToken cancellationToken)
    {
        RpcRequest[] requests = transactions.Select(hash => new RpcRequest("eth_getTransactionReceipt", hash)).ToArray();
        IReadOnlyList<RpcResult<TransactionReceipt?>> results =
            await Client.SendBatchAsync<TransactionReceipt>(requests, cancellationToken);
        return results.Select(result => result.ValueOrThrow()).ToArray();
    }

    /// <summary>A transaction that the node knows, waiting or in a block; null when it knows none.</summary>
    public Task<EthTransactionInfo?> FindTransactionAsync(Hash32 transaction, CancellationToken cancellationToken) =>
        Client.FindAsync<EthTransactionInfo>("eth_getTransactionByHash", [transaction], cancellationToken);

    /// <summary>The transactions, in their order, as far as the node knows them; null for the others.</summary>
    public async Task<IReadOnlyList<EthTransactionInfo?>> FindTransactionsAsync(
        IReadOnlyList<Hash32> transactions, CancellationToken cancellationToken)
    {
        IReadOnlyList<RpcResult<EthTransactionInfo?>> results = await Client.SendBatchAsync<EthTransactionInfo>(
            [.. transactions.Select(hash => new RpcRequest("eth_getTransactionByHash", hash))], cancellationToken);
        return [.. results.Select(result => result.ValueOrThrow())];
    }

    /// <summary>The logs that match, in the order of the chain. A long range is asked for in pieces.</summary>
    public async Task<IReadOnlyList<EthLog>> GetLogsAsync(LogFilter filter, CancellationToken cancellationToken)
    {
        List<EthLog> logs = [];
        await foreach (IReadOnlyList<EthLog> page in ReadLogsAsync(filter, cancellationToken))
        {
            logs.AddRange(page);
        }
        return logs;
    }

    /// <summary>The logs that match, a piece of the range at a time, in the order of the chain.</summary>
    public async IAsyncEnumerable<IReadOnlyList<EthLog>> ReadLogsAsync(
        LogFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        // A node refuses a range that ends in the future.
        ulong newest = await GetBlockNumberAsync(cancellationToken);
        if (newest > MaxBlockNumber)
        {
            throw new RpcProtocolException("eth_blockNumber", $"The node at {Client.Url} says that its newest block is {newest}.");
        }
        ulong last = Math.Min(filter.ToBlock, newest);
        for (ulong first = filter.FromBlock; first <= last;)
        {
            ulong end = Math.Min(last, last - first < maxLogBlocks ? last : first + maxLogBlocks - 1);
            yield return await Client.SendAsync<EthLog[]>(
                "eth_getLogs", [LogQuery.Of(filter, first, end)], cancellationToken);
            first = end + 1;
        }
    }

    private static async Task<T> WithReverts<T>(Task<T> call, ContractAbi? errors)
    {
        try
        {
            return await call;
        }
        catch (RpcException exception) when (ContractRevertException.TryFrom(exception, errors) is { } revert)
        {
            throw revert;
        }
    }

    /// <summary>The filter as nodes read it: for a place of the topics null is any.</summary>
    private sealed record LogQuery(
        IReadOnlyList<Address>? Address, IReadOnlyList<IReadOnlyList<Hash32>?> Topics, ulong FromBlock, ulong ToBlock)
    {
        public static LogQuery Of(LogFilter filter, ulong first, ulong last) => new(
            filter.Addresses.Count == 0 ? null : filter.Addresses,
            filter.Topics.Select(choices => choices.Count == 0 ? null : choices).ToArray(), first, last);
    }
}
