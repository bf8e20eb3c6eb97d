using System.Text.Json;

namespace SmartCity.Ethereum.JsonRpc;

/// <summary>A call to a node did not give a result. The kinds: <see cref="RpcException"/>, <see cref="RpcTransportException"/>,
/// <see cref="RpcProtocolException"/>.</summary>
public abstract class EthereumNodeException(string method, string message, Exception? innerException)
    : Exception(message, innerException)
{
    /// <summary>The method that was called.</summary>
    public string Method { get; } = method;
}

/// <summary>The node answered with an error.</summary>
public class RpcException(string method, int code, string rpcMessage, JsonElement? errorData = null, string? message = null)
    : EthereumNodeException(method, message ?? $"{method} failed: {rpcMessage} (code {code}).", null)
{
    /// <summary>The error's code; codes differ between nodes.</summary>
    public int Code { get; } = code;

    /// <summary>The node's own words.</summary>
    public string RpcMessage { get; } = rpcMessage;

    /// <summary>What the node added: often revert data. Null when it added nothing.</summary>
    public JsonElement? ErrorData { get; } = errorData;
}

/// <summary>No answer was had: the node cannot be reached, was too slow, or its HTTP status is an error.</summary>
public sealed class RpcTransportException(string method, string message, bool wasSent, Exception? innerException = null)
    : EthereumNodeException(method, message, innerException)
{
    /// <summary>May the node have received the request? False only when no connection came about.</summary>
    public bool WasSent { get; } = wasSent;
}

/// <summary>The node's answer is not JSON-RPC, or not what the method gives. The message shows the beginning of the
/// answer.</summary>
public sealed class RpcProtocolException(string method, string message, Exception? innerException = null)
    : EthereumNodeException(method, message, innerException)
{
    /// <summary>May the same question have a better answer the next time?</summary>
    internal bool CanRepeat { get; init; } = true;
}
