using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Ledger.Contracts;

/// <summary>A call that changes the chain: whom, and with what data. Made by a contract's binding; sent by a transaction.</summary>
/// <param name="To">The contract.</param>
/// <param name="Function">The function called.</param>
/// <param name="Data">Selector and arguments.</param>
public sealed record ContractTransaction(Address To, FunctionAbi Function, ReadOnlyMemory<byte> Data)
{
    /// <summary>The function and the contract, for messages.</summary>
    public override string ToString() => $"{Function.Name} of {To}";
}

/// <summary>A question to a contract: whom, with what data, and how to read the answer. Made by a contract's binding.</summary>
/// <param name="To">The contract.</param>
/// <param name="Function">The function called.</param>
/// <param name="Data">Selector and arguments.</param>
/// <param name="Read">Turns the decoded results into the typed answer.</param>
public sealed record ContractQuery<T>(Address To, FunctionAbi Function, ReadOnlyMemory<byte> Data, Func<object[], T> Read)
{
    /// <summary>Reads the answer of a call.</summary>
    /// <exception cref="AbiException">The answer is not one of this function, as when no contract is at the address.</exception>
    public T Decode(ReadOnlyMemory<byte> answer) => Read(Function.DecodeOutput(answer));

    /// <summary>The function and the contract, for messages.</summary>
    public override string ToString() => $"{Function.Name} of {To}";
}

/// <summary>What a contract of the city told in a log. The kinds: one abstract record a contract, e.g.
/// <see cref="ReadingLedgerEvent"/>, with its events nested in it.</summary>
public abstract record ContractEvent
{
    private protected ContractEvent()
    {
    }
}

/// <summary>Typed calls on a node.</summary>
public static class ContractCallExtensions
{
    /// <summary>Asks a contract.</summary>
    /// <exception cref="ContractRevertException">The contract refused; the error is decoded.</exception>
    /// <exception cref="AbiException">The answer does not fit the function, as when no contract is at the address.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    public static async Task<T> CallAsync<T>(
        this EthApi api, ContractQuery<T> query, BlockParameter block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(query);
        CallRequest request = new(query.To, query.Data);
        return query.Decode(await api.CallAsync(request, block, ContractArtifact.CityAbi, cancellationToken));
    }

    /// <summary>Asks contracts many questions in as few requests as the connection allows; the answers are in order.</summary>
    /// <exception cref="ContractRevertException">A contract refused; the error is decoded.</exception>
    /// <exception cref="AbiException">An answer does not fit its function.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    public static async Task<IReadOnlyList<T>> CallManyAsync<T>(
        this EthApi api, IReadOnlyList<ContractQuery<T>> queries, BlockParameter block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(queries);
        RpcRequest[] requests = queries
            .Select(query => new RpcRequest("eth_call", new CallRequest(query.To, query.Data), block))
            .ToArray();
        IReadOnlyList<RpcResult<byte[]?>> answers = await api.Client.SendBatchAsync<byte[]>(requests, cancellationToken);
        return queries.Zip(answers, (query, answer) => query.Decode(Data(answer))).ToArray();
    }

    private static byte[] Data(RpcResult<byte[]?> answer) => answer.Error is { } error
        ? throw ContractRevertException.TryFrom(error, ContractArtifact.CityAbi) ?? error
        : answer.Result ?? [];
}
