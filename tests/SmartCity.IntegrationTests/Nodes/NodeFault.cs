namespace SmartCity.IntegrationTests.Nodes;

/// <summary>One HTTP request to a node: a call, or a batch of them.</summary>
/// <param name="Number">1, 2, 3 … in the order in which they came.</param>
/// <param name="Methods">The methods that are called, in their order.</param>
public sealed record NodeExchange(long Number, IReadOnlyList<string> Methods)
{
    /// <summary>Hands a transaction over.</summary>
    public const string SendMethod = "eth_sendRawTransaction";

    /// <summary>Does it hand transactions over?</summary>
    public bool Sends => Methods.Contains(SendMethod);

    /// <summary>Is a method among those called?</summary>
    public bool Calls(string method) => Methods.Contains(method);
}

/// <summary>What goes wrong with one HTTP request to a node. Closed.</summary>
public abstract record NodeFault
{
    private NodeFault()
    {
    }

    /// <summary>The connection is reset; the node never sees the request.</summary>
    public sealed record LostRequest : NodeFault;

    /// <summary>The node does what it is asked; the connection is reset before the answer.</summary>
    public sealed record LostAnswer : NodeFault;

    /// <summary>The node does what it is asked; the connection is reset in the middle of the answer.</summary>
    public sealed record BrokenAnswer : NodeFault;

    /// <summary>The node does what it is asked, and no answer ever comes: the client gives up.</summary>
    public sealed record NoAnswer : NodeFault;

    /// <summary>The request reaches the node late, or the answer comes back late, or both.</summary>
    public sealed record Late(TimeSpan Request, TimeSpan Answer) : NodeFault;

    /// <summary>A gateway answers with an HTTP status; the node never sees the request.</summary>
    public sealed record Status(int Code, string Body = "") : NodeFault;

    /// <summary>What is answered, with status 200, is not JSON-RPC; the node never sees the request.</summary>
    public sealed record Garbage(string Text) : NodeFault;

    /// <summary>The node gets the request twice; the second answer is what comes back.</summary>
    public sealed record Twice : NodeFault;

    /// <summary>Each answer of a batch is in it twice.</summary>
    public sealed record DoubledAnswers : NodeFault;

    /// <summary>The node gets the calls of a batch in the opposite order.</summary>
    public sealed record Reordered : NodeFault;

    /// <summary>Another node answers, which lags: it knows nothing of the last <paramref name="Blocks"/> blocks, nor of what waits for the next.
    /// Transactions it hands on.</summary>
    public sealed record Behind(ulong Blocks) : NodeFault;

    /// <summary>Another node answers, which stands still: it knows no block after this one. Transactions it hands on.</summary>
    public sealed record StuckAt(ulong Block) : NodeFault;

    /// <summary>It says that it is catching up with its chain: it has these blocks, of these.</summary>
    public sealed record CatchingUp(ulong Block, ulong Highest) : NodeFault;

    /// <summary>Transactions are accepted and thrown away.</summary>
    public sealed record Swallowed : NodeFault;

    /// <summary>Calls of a method are refused in the words of some node.</summary>
    /// <param name="Method">The method.</param>
    /// <param name="Code">The error's code.</param>
    /// <param name="Message">The error's message.</param>
    /// <param name="IsDone">Does the node do what it is asked all the same, as Hardhat does with a transaction that reverts?</param>
    public sealed record Refused(string Method, int Code, string Message, bool IsDone = false) : NodeFault;
}

/// <summary>Which faults a request meets; none, one or several that go together.</summary>
public delegate IReadOnlyList<NodeFault> FaultPlan(NodeExchange exchange);

/// <summary>Fault plans. A plan is asked from several threads at once.</summary>
public static class FaultPlans
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultPlan None { get; } = _ => [];

    /// <summary>Every request meets these faults.</summary>
    public static FaultPlan Always(params IReadOnlyList<NodeFault> faults) => _ => faults;

    /// <summary>The requests that are described meet these faults.</summary>
    public static FaultPlan When(Func<NodeExchange, bool> isMeant, params IReadOnlyList<NodeFault> faults) =>
        exchange => isMeant(exchange) ? faults : [];

    /// <summary>The first requests that are described meet these faults; later ones do not.</summary>
    public static FaultPlan First(int count, Func<NodeExchange, bool> isMeant, params IReadOnlyList<NodeFault> faults)
    {
        int left = count;
        return exchange => isMeant(exchange) && Interlocked.Decrement(ref left) >= 0 ? faults : [];
    }

    /// <summary>A share of the requests meets one of the faults, by a seed: the same for the same number of request.</summary>
    /// <param name="seed">Which of the possible plans.</param>
    /// <param name="perCent">How many of a hundred requests meet a fault.</param>
    /// <param name="choices">One of them is chosen each time.</param>
    public static FaultPlan Seeded(int seed, int perCent, params IReadOnlyList<NodeFault> choices) => exchange =>
    {
        ulong draw = Mix((ulong)(uint)seed << 32 ^ (ulong)exchange.Number);
        return draw % 100 < (ulong)perCent ? [choices[(int)(draw / 100 % (ulong)choices.Count)]] : [];
    };

    /// <summary>SplitMix64: neighbours become strangers.</summary>
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
            value = (value ^ value >> 27) * 0x94D049BB133111EB;
            return value ^ value >> 31;
        }
    }
}
