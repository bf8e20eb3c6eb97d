using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.IntegrationTests.Nodes;

/// <summary>Stands before a real node and misbehaves as it is told: loses, delays, doubles and reorders, answers for a node that lags,
/// refuses in another node's words. What no fault touches passes unchanged.</summary>
public sealed class FaultyNode : IAsyncDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly WebApplication _app;
    private readonly HttpClient _node;
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private long _exchanges;
    private volatile FaultPlan _faults = FaultPlans.None;

    private FaultyNode(WebApplication app, HttpClient node)
    {
        (_app, _node) = (app, node);
        app.Run(ServeAsync);
    }

    /// <summary>Where it answers, in the place of the node.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>What goes wrong from now on.</summary>
    public FaultPlan Faults
    {
        get => _faults;
        set => _faults = value;
    }

    /// <summary>Are refusals put in Besu's codes and words ?</summary>
    public bool SpeaksBesu { get; set; }

    /// <summary>HTTP requests so far.</summary>
    public long Exchanges => Interlocked.Read(ref _exchanges);

    /// <summary>Calls of a method so far, lost ones too.</summary>
    public long CountOf(string method) => _counts.GetValueOrDefault(method);

    /// <summary>Starts before a node, on a free port. The caller disposes it; the node is not touched.</summary>
    public static async Task<FaultyNode> StartAsync(Uri node, FaultPlan? faults, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = nameof(FaultyNode) });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        FaultyNode proxy = new(builder.Build(), new() { BaseAddress = node, Timeout = Timeout.InfiniteTimeSpan });
        proxy.Faults = faults ?? FaultPlans.None;
        await proxy._app.StartAsync(cancellationToken);
        proxy.Url = new(proxy._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return proxy;
    }

    /// <summary>The methods, through this.</summary>
    public EthApi CreateApi(RpcClientOptions? options = null) => new(new RpcClient(new HttpClient { BaseAddress = Url }, options));

    /// <summary>Makes the node forget all that waits for a block.</summary>
    public async Task ForgetPoolAsync(CancellationToken cancellationToken)
    {
        if ((await AskNodeAsync("anvil_dropAllTransactions", cancellationToken))["error"] is null)
        {
            return;
        }
        JsonNode block = await AskNodeAsync("eth_getBlockByNumber", cancellationToken, "pending", false); // Hardhat's, hash by hash.
        foreach (JsonNode? hash in block["result"]!["transactions"]!.AsArray())
        {
            _ = await AskNodeAsync("hardhat_dropTransaction", cancellationToken, (string?)hash);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _node.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        try
        {
            JsonNode body = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
            JsonObject[] calls = body is JsonArray batch ? [.. batch.Select(call => call!.AsObject())] : [body.AsObject()];
            string[] methods = [.. calls.Select(call => (string)call["method"]!)];
            foreach (string method in methods)
            {
                _counts.AddOrUpdate(method, 1, (_, count) => count + 1);
            }
            IReadOnlyList<NodeFault> faults = Faults(new(Interlocked.Increment(ref _exchanges), methods));
            await ServeAsync(context, calls, body is JsonArray, faults);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or BadHttpRequestException)
        {
            context.Abort(); // The client has gone, or the node.
        }
    }

    private async Task ServeAsync(HttpContext context, JsonObject[] calls, bool isBatch, IReadOnlyList<NodeFault> faults)
    {
        CancellationToken cancellationToken = context.RequestAborted;
        TimeSpan delay = faults.OfType<NodeFault.Late>().Aggregate(TimeSpan.Zero, (sum, late) => sum + late.Request);
        await Task.Delay(delay, TimeProvider.System, cancellationToken);
        if (faults.OfType<NodeFault.LostRequest>().Any())
        {
            context.Abort();
            return;
        }
        if (faults.OfType<NodeFault.Status>().FirstOrDefault() is { } status)
        {
            context.Response.StatusCode = status.Code;
            await context.Response.WriteAsync(status.Body, cancellationToken);
            return;
        }
        if (faults.OfType<NodeFault.Garbage>().FirstOrDefault() is { } garbage)
        {
            await context.Response.WriteAsync(garbage.Text, cancellationToken);
            return;
        }
        // What the node was given it does, also when the client has gone meanwhile.
        JsonObject[] answers = await AnswerAsync(calls, faults, CancellationToken.None);
        delay = faults.OfType<NodeFault.Late>().Aggregate(TimeSpan.Zero, (sum, late) => sum + late.Answer);
        await Task.Delay(faults.OfType<NodeFault.NoAnswer>().Any() ? Timeout.InfiniteTimeSpan : delay, TimeProvider.System, cancellationToken);
        if (faults.OfType<NodeFault.LostAnswer>().Any())
        {
            context.Abort();
            return;
        }
        IEnumerable<JsonNode> told = faults.OfType<NodeFault.DoubledAnswers>().Any() ? [.. answers, .. answers.Select(answer => answer.DeepClone())] : answers;
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes<JsonNode>(isBatch ? new JsonArray([.. told]) : answers[0]);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        bool isBroken = faults.OfType<NodeFault.BrokenAnswer>().Any();
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, isBroken ? bytes.Length / 2 : bytes.Length), cancellationToken);
        if (isBroken)
        {
            await context.Response.Body.FlushAsync(cancellationToken);
            context.Abort();
        }
    }

    /// <summary>The answers, in the order of the calls.</summary>
    private async Task<JsonObject[]> AnswerAsync(JsonObject[] calls, IReadOnlyList<NodeFault> faults, CancellationToken cancellationToken)
    {
        ulong? seen = await LastSeenBlockAsync(faults, cancellationToken);
        Dictionary<int, JsonObject> answers = [];
        List<int> asked = [];
        foreach ((int i, JsonObject call) in calls.Index())
        {
            if (Invent(call, faults) is { } invented)
            {
                answers[i] = invented;
            }
            else
            {
                asked.Add(i);
            }
        }
        if (faults.OfType<NodeFault.Reordered>().Any())
        {
            asked.Reverse();
        }
        if (asked.Count > 0)
        {
            JsonObject[] request = [.. asked.Select(i => seen is { } last ? LaggingNode.Ask(calls[i], last) : calls[i])];
            for (int times = faults.OfType<NodeFault.Twice>().Any() ? 2 : 1; times > 0; times--)
            {
                foreach ((int i, JsonObject answer) in asked.Zip(await AskNodeAsync(request, cancellationToken)))
                {
                    answers[i] = answer;
                }
            }
        }
        for (int i = 0; i < calls.Length; i++)
        {
            answers[i] = Change(calls[i], answers[i], seen, faults);
        }
        return [.. Enumerable.Range(0, calls.Length).Select(i => answers[i])];
    }

    /// <summary>An answer that the node does not give; <c>null</c> where it is asked.</summary>
    private static JsonObject? Invent(JsonObject call, IReadOnlyList<NodeFault> faults)
    {
        string method = (string)call["method"]!;
        if (faults.OfType<NodeFault.Refused>().FirstOrDefault(fault => fault.Method == method && !fault.IsDone) is { } refused)
        {
            return ErrorTo(call, refused.Code, refused.Message);
        }
        if (method == "eth_syncing" && faults.OfType<NodeFault.CatchingUp>().FirstOrDefault() is { } progress)
        {
            return AnswerTo(call, new JsonObject { ["currentBlock"] = $"0x{progress.Block:x}", ["highestBlock"] = $"0x{progress.Highest:x}" });
        }
        return method == NodeExchange.SendMethod && faults.OfType<NodeFault.Swallowed>().Any()
            ? AnswerTo(call, Keccak.Hash256(Hex.Decode((string)call["params"]![0]!)).ToString())
            : null;
    }

    private JsonObject Change(JsonObject call, JsonObject answer, ulong? seen, IReadOnlyList<NodeFault> faults)
    {
        string method = (string)call["method"]!;
        if (faults.OfType<NodeFault.Refused>().FirstOrDefault(fault => fault.Method == method && fault.IsDone) is { } refused)
        {
            return ErrorTo(call, refused.Code, refused.Message);
        }
        if (seen is { } last)
        {
            answer = LaggingNode.Answer(call, answer, last);
        }
        return SpeaksBesu && answer["error"] is JsonObject error && BesuWords.Of(method, (string)error["message"]!) is (int code, string message)
            ? ErrorTo(call, code, message)
            : answer;
    }

    private async Task<ulong?> LastSeenBlockAsync(IReadOnlyList<NodeFault> faults, CancellationToken cancellationToken)
    {
        if (faults.OfType<NodeFault.StuckAt>().FirstOrDefault() is { } stuck)
        {
            return stuck.Block;
        }
        if (faults.OfType<NodeFault.Behind>().FirstOrDefault() is not { } behind)
        {
            return null;
        }
        ulong head = Hex.DecodeQuantity((string)(await AskNodeAsync("eth_blockNumber", cancellationToken))["result"]!);
        return head < behind.Blocks ? 0 : head - behind.Blocks;
    }

    private async Task<JsonObject> AskNodeAsync(string method, CancellationToken cancellationToken, params JsonNode?[] parameters) =>
        (await AskNodeAsync([new() { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) }], cancellationToken))[0];

    /// <summary>The node's answers, in the order of the calls.</summary>
    private async Task<JsonObject[]> AskNodeAsync(JsonObject[] calls, CancellationToken cancellationToken)
    {
        JsonNode request = calls.Length == 1 ? calls[0].DeepClone() : new JsonArray([.. calls.Select(call => call.DeepClone())]);
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(request.ToJsonString()));
        content.Headers.ContentType = Json;
        using HttpResponseMessage response = await _node.PostAsync((Uri?)null, content, cancellationToken);
        JsonNode body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        JsonNode?[] answers = body is JsonArray array ? [.. array] : [body];
        (body as JsonArray)?.Clear();
        Dictionary<string, JsonObject> byId = answers.ToDictionary(answer => answer!["id"]!.ToJsonString(), answer => answer!.AsObject());
        return [.. calls.Select(call => byId[call["id"]!.ToJsonString()])];
    }

    private static JsonObject AnswerTo(JsonObject call, JsonNode? result) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone(), ["result"] = result };

    private static JsonObject ErrorTo(JsonObject call, int code, string message) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone(), ["error"] = new JsonObject { ["code"] = code, ["message"] = message } };
}
