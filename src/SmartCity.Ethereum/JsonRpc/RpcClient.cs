using System.Buffers;
using System.Net.Http.Headers;

namespace SmartCity.Ethereum.JsonRpc;

/// <summary>JSON-RPC 2.0 over HTTP. Safe to use from many threads. Calls that only read are repeated, with growing pauses, when
/// the node cannot be reached or its answer is malformed; a call that may change something is repeated only when no connection came about.</summary>
/// <param name="http">A client whose <see cref="HttpClient.BaseAddress"/> is the node. Not disposed here.</param>
/// <param name="options">How the node is called; null takes the defaults.</param>
/// <param name="time">The clock of timeouts and pauses; null takes the system's.</param>
public sealed class RpcClient(HttpClient http, RpcClientOptions? options = null, TimeProvider? time = null)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly RpcClientOptions _options = options ?? new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long _lastId;

    /// <summary>Where the node is.</summary>
    public Uri Url { get; } = http.BaseAddress ?? throw new ArgumentException("The HTTP client has no base address.", nameof(http));

    /// <summary>Calls a method that gives a value.</summary>
    /// <exception cref="RpcException">The node answered with an error.</exception>
    /// <exception cref="RpcTransportException">No answer.</exception>
    /// <exception cref="RpcProtocolException">An answer that is not of the method, or a null.</exception>
    public async Task<T> SendAsync<T>(string method, IReadOnlyList<object?> parameters, CancellationToken cancellationToken)
        where T : notnull =>
        await FindAsync<T?>(method, parameters, cancellationToken)
            ?? throw new RpcProtocolException(method, $"The node at {Url} answered {method} with null.");

    /// <summary>Calls a method that gives a value or null, as when what is asked for does not exist.</summary>
    /// <exception cref="EthereumNodeException">As <see cref="SendAsync"/>.</exception>
    public async Task<T?> FindAsync<T>(string method, IReadOnlyList<object?> parameters, CancellationToken cancellationToken)
    {
        IReadOnlyList<RpcResult<T?>> results = await PostAsync<T>([new(method, parameters)], isBatch: false, cancellationToken);
        return results[0].ValueOrThrow();
    }

    /// <summary>Calls several methods at once; the results are in the order of the requests. An error of one call is in its
    /// result.</summary>
    /// <exception cref="RpcException">The node refused the whole batch.</exception>
    /// <exception cref="RpcTransportException">No answer; some of the calls may have been carried out.</exception>
    /// <exception cref="RpcProtocolException">Answers missing, doubled or malformed.</exception>
    public async Task<IReadOnlyList<RpcResult<T?>>> SendBatchAsync<T>(
        IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Count <= _options.MaxBatchSize)
        {
            return requests.Count == 0 ? [] : await PostAsync<T>(requests, isBatch: true, cancellationToken);
        }
        List<RpcResult<T?>> results = new(requests.Count);
        foreach (RpcRequest[] chunk in requests.Chunk(_options.MaxBatchSize))
        {
            results.AddRange(await PostAsync<T>(chunk, isBatch: true, cancellationToken));
        }
        return results;
    }

    /// <summary>Reading the chain changes nothing and may be repeated. Methods of one node's own (evm_, anvil_, hardhat_) may
    /// not.</summary>
    internal static bool IsRead(string method) =>
        method.StartsWith("net_", StringComparison.Ordinal)
        || method.StartsWith("web3_", StringComparison.Ordinal)
        || method is "eth_call" or "eth_estimateGas" or "eth_chainId" or "eth_blockNumber" or "eth_gasPrice" or "eth_syncing"
            or "eth_feeHistory" or "eth_maxPriorityFeePerGas" or "eth_accounts" or "eth_createAccessList"
        || method.StartsWith("eth_get", StringComparison.Ordinal);

    private async Task<IReadOnlyList<RpcResult<T?>>> PostAsync<T>(
        IReadOnlyList<RpcRequest> requests, bool isBatch, CancellationToken cancellationToken)
    {
        bool isRead = requests.All(request => IsRead(request.Method));
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await PostOnceAsync<T>(requests, isBatch, cancellationToken);
            }
            catch (EthereumNodeException exception) when (attempt < _options.MaxAttempts
                && (exception is RpcTransportException { WasSent: false } || (isRead && exception is RpcTransportException or RpcProtocolException { CanRepeat: true })))
            {
                await Task.Delay(DelayAfter(attempt), _time, cancellationToken);
            }
        }
    }

    private TimeSpan DelayAfter(int attempt)
    {
        TimeSpan delay = _options.FirstDelay;
        for (int i = 1; i < attempt && delay < _options.MaxDelay; i++)
        {
            delay *= 2;
        }
        delay = delay < _options.MaxDelay ? delay : _options.MaxDelay;
        return delay - delay * (_options.Jitter.NextDouble() / 2);
    }

    private async Task<IReadOnlyList<RpcResult<T?>>> PostOnceAsync<T>(
        IReadOnlyList<RpcRequest> requests, bool isBatch, CancellationToken cancellationToken)
    {
        string name = requests.Count == 1 ? requests[0].Method : $"{requests[0].Method} and {requests.Count - 1} more";
        long firstId = Interlocked.Add(ref _lastId, requests.Count) - requests.Count + 1;
        ArrayBufferWriter<byte> body = RpcMessages.Write(requests, firstId, isBatch);
        using CancellationTokenSource timeout = new(_options.Timeout, _time);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, (Uri?)null);
            request.Content = new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = Json } };
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            ReadOnlyMemory<byte> answer = await ReadAsync(response, name, linked.Token);
            return RpcMessages.Read<T>(answer, response.StatusCode, requests, firstId, isBatch, name, Url);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested) // Our time limit, or the HTTP client's.
        {
            string limit = timeout.IsCancellationRequested ? $"{_options.Timeout.TotalSeconds} s" : "the HTTP client's time limit";
            throw new RpcTransportException(name, $"The node at {Url} did not answer {name} within {limit}.", wasSent: true);
        }
        catch (HttpRequestException exception)
        {
            bool wasSent = exception.HttpRequestError is not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError);
            throw new RpcTransportException(name, $"The node at {Url} cannot be reached for {name}: {exception.Message}", wasSent, exception);
        }
        catch (IOException exception)
        {
            throw new RpcTransportException(name, $"The node at {Url} broke off its answer to {name}: {exception.Message}", true, exception);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpResponseMessage response, string name, CancellationToken cancellationToken)
    {
        const int FirstBuffer = 16 * 1024;
        long? announced = response.Content.Headers.ContentLength;
        if (announced > _options.MaxResponseBytes)
        {
            throw TooLong(name);
        }
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        ArrayBufferWriter<byte> buffer = new((int)Math.Max(announced ?? FirstBuffer, 1));
        while (true) // Ends at the end of the answer, or at its largest length.
        {
            int read = await stream.ReadAsync(buffer.GetMemory(), cancellationToken);
            if (read == 0)
            {
                return buffer.WrittenMemory;
            }
            buffer.Advance(read);
            if (buffer.WrittenCount > _options.MaxResponseBytes)
            {
                throw TooLong(name);
            }
        }
    }

    private RpcProtocolException TooLong(string name) =>
        new(name, $"The node at {Url} answered {name} with more than {_options.MaxResponseBytes} bytes. Ask for less at once.") { CanRepeat = false };
}
