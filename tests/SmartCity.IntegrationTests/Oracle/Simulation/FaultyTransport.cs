using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>What stands before the node, whoever asks: which requests come to harm, and what other nodes would have answered.</summary>
internal sealed class TransportState(World world, Schedule schedule, SimulatedChain chain)
{
    private const int RememberedAnswers = 4;

    /// <summary>How far behind another node may be.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(20);

    private readonly Dictionary<string, Queue<(DateTimeOffset Time, JsonNode? Result)>> _answers = [];

    public World World => world;

    public Schedule Schedule => schedule;

    public Random Random { get; } = new(schedule.Seed + 4);

    /// <summary>Has the node carry out a request; its answer.</summary>
    public byte[] Carry(byte[] request)
    {
        byte[] answer = chain.Post(request);
        if (schedule.IsStale)
        {
            Remember(request, answer);
        }
        return answer;
    }

    /// <summary>The answer of a node that is behind, as far as one is known.</summary>
    public byte[] Stale(byte[] request, byte[] answer)
    {
        Dictionary<int, string> keys = KeysOf(request);
        JsonNode parsed = JsonNode.Parse(answer)!;
        bool isStale = false;
        foreach (JsonObject one in ObjectsOf(parsed))
        {
            if (keys.TryGetValue(one["id"]!.GetValue<int>(), out string? key) && _answers.TryGetValue(key, out Queue<(DateTimeOffset Time, JsonNode? Result)>? known)
                && known.FirstOrDefault(old => old.Time > world.Now - Behind) is { Time: var time, Result: var result } && time != default)
            {
                one.Remove("error");
                one["result"] = result?.DeepClone();
                isStale = true;
            }
        }
        if (isStale)
        {
            world.Count("node: behind");
        }
        return Encoding.UTF8.GetBytes(parsed.ToJsonString());
    }

    /// <summary>The answers of a batch in another order, or one of them twice.</summary>
    public byte[] Shuffled(byte[] answer)
    {
        if (JsonNode.Parse(answer) is not JsonArray { Count: > 1 } batch)
        {
            return answer;
        }
        List<JsonNode?> answers = [.. batch.Select(one => one!.DeepClone())];
        if (Random.Next(2) == 0)
        {
            world.Count("node: answer twice in a batch");
            answers.Add(answers[Random.Next(answers.Count)]!.DeepClone());
        }
        else
        {
            world.Count("node: batch in another order");
            answers.Reverse();
        }
        return Encoding.UTF8.GetBytes(new JsonArray([.. answers]).ToJsonString());
    }

    private void Remember(byte[] request, byte[] answer)
    {
        Dictionary<int, string> keys = KeysOf(request);
        foreach (JsonObject one in ObjectsOf(JsonNode.Parse(answer)!))
        {
            if (one["error"] is null && keys.TryGetValue(one["id"]!.GetValue<int>(), out string? key))
            {
                if (!_answers.TryGetValue(key, out Queue<(DateTimeOffset, JsonNode?)>? known))
                {
                    _answers[key] = known = new();
                }
                known.Enqueue((world.Now, one["result"]?.DeepClone()));
                if (known.Count > RememberedAnswers)
                {
                    known.Dequeue();
                }
            }
        }
    }

    private static Dictionary<int, string> KeysOf(byte[] request) => ObjectsOf(JsonNode.Parse(request)!)
        .Where(call => call["method"]!.GetValue<string>() is "eth_call" or "eth_getTransactionCount" or "eth_blockNumber" or "eth_getTransactionReceipt"
            or "eth_getTransactionByHash" or "eth_getBlockByNumber" or "eth_getLogs")
        .ToDictionary(call => call["id"]!.GetValue<int>(), call => call["method"]!.GetValue<string>() + call["params"]!.ToJsonString());

    private static IEnumerable<JsonObject> ObjectsOf(JsonNode node) => node is JsonArray array ? array.Select(one => one!.AsObject()) : [node.AsObject()];
}

/// <summary>The transport as one process meets it: requests and answers are lost, late, doubled, broken off, overtaken.</summary>
internal sealed class FaultyTransport(Life life, TransportState state) : HttpMessageHandler
{
    private enum Fault
    {
        None,
        NotReached,
        LostBefore,
        LostAfter,
        ResetBefore,
        ResetAfter,
        Late,
        ErrorBefore,
        ErrorAfter,
        Garbled,
        Doubled,
        Shuffled,
        Stale,
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        life.Touch();
        byte[] body = request.Content!.ReadAsByteArrayAsync(cancellationToken).GetAwaiter().GetResult(); // It is in memory.
        TaskCompletionSource<HttpResponseMessage> done = new();
        CancellationTokenRegistration registration = cancellationToken.Register(() => done.TrySetCanceled(cancellationToken));
        Fault fault = NextFault();
        if (fault is not (Fault.None or Fault.Stale or Fault.Shuffled))
        {
            state.World.Count($"node: {fault}");
        }
        state.World.Note("to node");
        TimeSpan there = TimeSpan.FromMilliseconds(state.Random.Next(1, 400));
        TimeSpan back = TimeSpan.FromMilliseconds(state.Random.Next(1, 400));
        if (fault == Fault.Late)
        {
            // Perhaps after the asking process has given up, or has sent something else, or is dead.
            there = TimeSpan.FromSeconds(state.Random.Next(1, 1_200));
        }
        // What is on its way arrives even if its sender is dead by then.
        state.World.At(state.World.Now + there, () => Arrive(body, fault, back, done, registration));
        return done.Task;
    }

    private void Arrive(
        byte[] body, Fault fault, TimeSpan back, TaskCompletionSource<HttpResponseMessage> done, CancellationTokenRegistration registration)
    {
        if (fault is Fault.NotReached or Fault.ResetBefore or Fault.ErrorBefore or Fault.LostBefore)
        {
            Answer(fault, [], back, done, registration);
            return;
        }
        byte[] answer = state.Carry(body);
        answer = fault switch
        {
            Fault.Doubled => state.Carry(body),
            Fault.Garbled => answer[..state.Random.Next(answer.Length)],
            Fault.Shuffled => state.Shuffled(answer),
            Fault.Stale => state.Stale(body, answer),
            _ => answer,
        };
        Answer(fault, answer, back, done, registration);
    }

    private void Answer(
        Fault fault, byte[] answer, TimeSpan back, TaskCompletionSource<HttpResponseMessage> done, CancellationTokenRegistration registration)
    {
        if (fault is Fault.LostBefore or Fault.LostAfter)
        {
            return; // Whoever waits gives up by its own clock.
        }
        life.After(back, () =>
        {
            registration.Dispose();
            switch (fault)
            {
                case Fault.NotReached:
                    done.TrySetException(new HttpRequestException(HttpRequestError.ConnectionError, "connection refused"));
                    break;
                case Fault.ResetBefore or Fault.ResetAfter:
                    done.TrySetException(new HttpRequestException(HttpRequestError.ResponseEnded, "connection reset by peer"));
                    break;
                case Fault.ErrorBefore or Fault.ErrorAfter:
                    HttpStatusCode[] codes =
                        [HttpStatusCode.InternalServerError, HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable, HttpStatusCode.TooManyRequests];
                    done.TrySetResult(new(codes[answer.Length % codes.Length]) { Content = new StringContent("<html>sorry</html>") });
                    break;
                default:
                    done.TrySetResult(new(HttpStatusCode.OK) { Content = new ByteArrayContent(answer) });
                    break;
            }
        });
    }

    private Fault NextFault()
    {
        if (!state.World.IsFaulty)
        {
            return Fault.None;
        }
        if (state.Schedule.NodeAway.Any(spell => spell.Contains(state.World.Now)))
        {
            return state.Random.Next(2) == 0 ? Fault.NotReached : Fault.LostBefore;
        }
        if (state.Random.NextDouble() < state.Schedule.NodeFaults)
        {
            return (Fault)state.Random.Next((int)Fault.NotReached, (int)Fault.Shuffled + 1);
        }
        return state.Schedule.IsStale && state.Random.Next(8) == 0 ? Fault.Stale : Fault.None;
    }
}
