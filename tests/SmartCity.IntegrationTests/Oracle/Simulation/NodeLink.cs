using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>The way to a real node: whoever asks waits for the answer, so that no time passes in the world meanwhile.</summary>
internal sealed class NodeLink(Uri url) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new() { BaseAddress = url };

    public byte[] Post(ReadOnlyMemory<byte> body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, (Uri?)null);
        request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = Json } };
        using HttpResponseMessage response = _http.Send(request);
        using Stream stream = response.Content.ReadAsStream();
        using MemoryStream answer = new();
        stream.CopyTo(answer);
        return answer.ToArray();
    }

    /// <summary>Calls methods one after another; their results.</summary>
    public IReadOnlyList<JsonNode?> Call(params (string Method, JsonNode?[] Parameters)[] calls)
    {
        JsonArray batch = [.. calls.Select((call, id) => new JsonObject
        {
            ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = call.Method, ["params"] = new JsonArray(call.Parameters),
        })];
        JsonArray answers = JsonNode.Parse(Post(Encoding.UTF8.GetBytes(batch.ToJsonString())))!.AsArray();
        return [.. answers.Select(answer => answer!["error"] is { } error
            ? throw new InvalidOperationException($"The node refused one of {string.Join(", ", calls.Select(call => call.Method))}: {error}")
            : answer["result"]?.DeepClone())];
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>The chain of one play: makes blocks when there is something to put in, loses some again, forgets what waits.</summary>
internal sealed class SimulatedChain(World world, Schedule schedule, NodeLink link)
{
    private static readonly TimeSpan LongestWithoutBlock = TimeSpan.FromMinutes(5);

    private readonly Random _random = new(schedule.Seed + 3);
    private string _beginning = "";
    private string? _lastSnapshot;
    private bool _isMineDue;
    private long _lastBlockSeconds;

    /// <summary>Requests of the oracle that reached the node.</summary>
    public int Requests { get; private set; }

    /// <summary>Begins, from a state that <see cref="Restore"/> goes back to.</summary>
    public void Begin()
    {
        _beginning = Snapshot();
        link.Call(("evm_setAutomine", [false]));
        _lastBlockSeconds = BlockSeconds();
        foreach (DateTimeOffset moment in schedule.Resets)
        {
            world.At(moment - (moment - schedule.Start) * _random.NextDouble(), () => _lastSnapshot = Snapshot());
            world.At(moment, Reset);
        }
    }

    /// <summary>Leaves the node as it was found.</summary>
    public void Restore()
    {
        Revert(_beginning);
        link.Call(("evm_setAutomine", [true]));
    }

    /// <summary>Hands a request to the node, and has a block made in a while.</summary>
    public byte[] Post(ReadOnlyMemory<byte> body)
    {
        if (world.Now.ToUnixTimeSeconds() - _lastBlockSeconds > LongestWithoutBlock.TotalSeconds)
        {
            Mine();
        }
        Requests++;
        byte[] answer = link.Post(body);
        if (body.Span.IndexOf("eth_sendRawTransaction"u8) >= 0 && !_isMineDue)
        {
            _isMineDue = true;
            world.At(world.Now + TimeSpan.FromSeconds(schedule.MeanBlockSeconds * 2 * _random.NextDouble()), () =>
            {
                if (schedule.ForgetsPool && world.IsFaulty && _random.Next(6) == 0)
                {
                    world.Count("pool forgotten");
                    link.Call(("anvil_dropAllTransactions", []));
                }
                _isMineDue = false;
                Mine();
            });
        }
        return answer;
    }

    private void Mine()
    {
        _lastBlockSeconds = Math.Max(world.Now.ToUnixTimeSeconds(), _lastBlockSeconds + 1);
        link.Call(("evm_setNextBlockTimestamp", [_lastBlockSeconds]), ("evm_mine", []));
    }

    private void Reset()
    {
        world.Count("chain set back");
        if (_lastSnapshot is { } snapshot && _random.Next(3) != 0)
        {
            Revert(snapshot);
        }
        else
        {
            Revert(_beginning);
            _beginning = Snapshot();
        }
        _lastSnapshot = null;
        // Another branch: its first block is not one of those that were lost.
        Mine();
    }

    private string Snapshot() => link.Call(("evm_snapshot", []))[0]!.GetValue<string>();

    private void Revert(string snapshot)
    {
        IReadOnlyList<JsonNode?> results = link.Call(("anvil_dropAllTransactions", []), ("evm_revert", [snapshot]));
        Assert.That(results[1]!.GetValue<bool>(), "the node forgot its snapshot");
        _lastBlockSeconds = BlockSeconds();
    }

    private long BlockSeconds() => long.Parse(
        link.Call(("eth_getBlockByNumber", ["latest", false]))[0]!["timestamp"]!.GetValue<string>()[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
