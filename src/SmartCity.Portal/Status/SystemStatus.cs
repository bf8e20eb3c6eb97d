using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>How the portal itself stands with the chain.</summary>
/// <param name="IsReachable">Did the chain answer the last question? <c>null</c> before the first answer.</param>
/// <param name="Block">Newest block that the pages know of.</param>
/// <param name="Message">What is wrong and what to do; <c>null</c> when nothing is.</param>
internal sealed record ChainLink(bool? IsReachable, ulong? Block, string? Message);

/// <summary>How one part of the system is.</summary>
internal enum Health
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>Broken.</summary>
    Bad,

    /// <summary>Not known yet.</summary>
    Unknown,
}

/// <summary>One statement of the strip under the head of every page.</summary>
/// <param name="Health">How the part is.</param>
/// <param name="Name">Which part.</param>
/// <param name="Text">What to say of it.</param>
/// <param name="Detail">More, for those who point at it; may be empty.</param>
internal sealed record StatusItem(Health Health, Phrase Name, string Text, string Detail);

/// <summary>How the system is, in the words of the request's language.</summary>
internal sealed class SystemStatus(DispatchFeed feed, ChainFollower chain, City city, TimeProvider time)
{
    private static readonly TimeSpan AliveWithin = TimeSpan.FromSeconds(15);

    /// <summary>The statements of the strip, in order: source, chain, oracle.</summary>
    public IReadOnlyList<StatusItem> Items()
    {
        OracleStatus? oracle = feed.Current.Status;
        bool isAlive = oracle is not null && time.GetUtcNow() - oracle.Heartbeat < AliveWithin;
        return [Source(oracle, isAlive), Chain(chain.Link), Oracle(oracle, isAlive)];
    }

    private static StatusItem Source(OracleStatus? oracle, bool isAlive)
    {
        LinkState state = isAlive ? oracle!.Source.State : LinkState.Unknown;
        (Health health, Phrase text) = state switch
        {
            LinkState.Reachable => (Health.Good, StatusText.Answers),
            LinkState.Unreachable => (Health.Bad, StatusText.Silent),
            LinkState.Refused => (Health.Bad, StatusText.Refuses),
            _ => (Health.Unknown, StatusText.Unknown),
        };
        return new(health, StatusText.Source, text, isAlive ? oracle!.Source.Message ?? "" : "");
    }

    private static StatusItem Chain(ChainLink link) => link.IsReachable switch
    {
        true => new(Health.Good, StatusText.Chain, StatusText.Block.With(Formats.Count((long)(link.Block ?? 0))), ""),
        false => new(Health.Bad, StatusText.Chain, StatusText.Silent, link.Message ?? ""),
        null => new(Health.Unknown, StatusText.Chain, StatusText.Unknown, link.Message ?? ""),
    };

    private StatusItem Oracle(OracleStatus? oracle, bool isAlive)
    {
        if (oracle is null || !isAlive)
        {
            return new(oracle is null ? Health.Unknown : Health.Bad, StatusText.Oracle, StatusText.Stopped, "");
        }
        if (oracle.Backfill is { IsDone: false } backfill)
        {
            long done = (long)(backfill.Next.Value - backfill.From.Value) * 100 / Math.Max(1, backfill.To.Value - backfill.From.Value);
            return new(Health.Warning, StatusText.Oracle, StatusText.Backfill.With(done), "");
        }
        if (oracle.Segments.Count == 0)
        {
            return new(Health.Unknown, StatusText.Oracle, StatusText.Unknown, "");
        }
        Hour recordedTo = oracle.Segments.Min(segment => segment.ConfirmedBefore);
        string text = StatusText.RecordedTo.With(Formats.Time(city.Calendar, recordedTo.Start));
        return oracle.LagHours <= 1
            ? new(Health.Good, StatusText.Oracle, text, "")
            : new(Health.Warning, StatusText.Oracle, $"{text}, {StatusText.Lag.With(StatusText.Hours.For(oracle.LagHours))}", oracle.Chain.Message ?? "");
    }
}
