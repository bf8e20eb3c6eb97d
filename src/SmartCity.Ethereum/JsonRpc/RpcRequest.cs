namespace SmartCity.Ethereum.JsonRpc;

/// <summary>One call of a batch.</summary>
/// <param name="Method">Name of the method.</param>
/// <param name="Parameters">Its parameters; numbers are written as quantities and bytes as data (see <see
/// cref="RpcJson"/>).</param>
public sealed record RpcRequest(string Method, params IReadOnlyList<object?> Parameters);

/// <summary>What became of one call of a batch: a value or an error.</summary>
/// <param name="Method">Name of the method.</param>
/// <param name="Result">The value; meaningless when there is an error.</param>
/// <param name="Error">The node's error; null when there is a value.</param>
public readonly record struct RpcResult<T>(string Method, T Result, RpcException? Error)
{
    /// <summary>The value.</summary>
    /// <exception cref="RpcException">The node answered with an error.</exception>
    public T ValueOrThrow() => Error is null ? Result : throw Error;
}
