using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>What was dropped from a journal, and what was kept although it is old.</summary>
/// <param name="Hours">Hours dropped, all segments counted once.</param>
/// <param name="Samples">Samples dropped.</param>
/// <param name="From">The first hour dropped.</param>
/// <param name="Before">Hours before this one were dropped.</param>
/// <param name="KeptBecause">Why older hours than asked for are still there; <c>null</c> when none are.</param>
public sealed record PruningResult(int Hours, long Samples, Hour From, Hour Before, string? KeptBecause);

/// <summary>
/// Drops old hours of a journal. Only what the chain holds is dropped: for every segment the ledger is asked for its last batch, and every
/// hour down to the oldest one is proven by the chain of hashes that ends there. What is not proven is kept, however old.
/// </summary>
public static class JournalPruning
{
    /// <summary>Fewest days that are kept: late files, corrections and disputes of a quarter look back at them.</summary>
    public const int MinDays = 100;

    /// <summary>Pause after each hour, in which others may write.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Drops what is older than a number of days; also while the oracle runs.</summary>
    /// <param name="stateFolder">The oracle's state folder.</param>
    /// <param name="city">Where the city lives.</param>
    /// <param name="api">A node of its chain.</param>
    /// <param name="plan">The city's plan.</param>
    /// <param name="keepDays">Days that are kept, <see cref="MinDays"/> at least.</param>
    /// <param name="time">The clock that days are counted by.</param>
    /// <param name="progress">Is told the hours done and to do; may be null.</param>
    /// <param name="cancellationToken">Stops after the present hour; what was dropped stays dropped.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer days than may be.</exception>
    /// <exception cref="JournalException">The journal cannot be read or written.</exception>
    /// <exception cref="LedgerException">The chain is not the city's.</exception>
    /// <exception cref="EthereumNodeException">The node does not answer.</exception>
    public static async Task<PruningResult> PruneAsync(
        string stateFolder, DeployedCity city, EthApi api, CityPlan plan, int keepDays, TimeProvider time, IProgress<(int Done, int Total)>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(city);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(keepDays, MinDays);
        JournalFile.RequireExisting(JournalFile.PathIn(stateFolder));
        using JournalDatabase journal = JournalDatabase.Open(stateFolder);
        return await PruneAsync(new PruningStore(journal, time), city, api, plan, keepDays, time, progress, cancellationToken);
    }

    /// <summary>Drops what is older than a number of days from an open journal.</summary>
    internal static async Task<PruningResult> PruneAsync(
        PruningStore store, DeployedCity city, EthApi api, CityPlan plan, int keepDays, TimeProvider time, IProgress<(int Done, int Total)>? progress,
        CancellationToken cancellationToken)
    {
        await city.VerifyAsync(api, cancellationToken);
        IReadOnlyList<SegmentHead> heads = await new CityReader(api, city).GetHeadsAsync([.. plan.Segments.Select(segment => segment.Number)], cancellationToken);
        Hour limit = Hour.Containing(time.GetUtcNow() - TimeSpan.FromDays(keepDays));
        (Hour from, Hour before, string? kept) = Droppable(store, heads, limit);
        long samples = 0;
        int total = before > from ? (int)(before.Value - from.Value) : 0;
        if (total > 0)
        {
            store.Note(heads, from, before); // Before the first is dropped: a proof without a drop does no harm.
        }
        for (int done = 0; done < total; done++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            samples += store.Drop(new(from.Value + (uint)done));
            progress?.Report((done + 1, total));
            await Task.Delay(s_pause, time, cancellationToken);
        }
        return new(total, samples, from, from > before ? from : before, kept);
    }

    /// <summary>Which hours may be dropped, all segments together.</summary>
    internal static (Hour From, Hour Before, string? KeptBecause) Droppable(PruningStore store, IReadOnlyList<SegmentHead> heads, Hour limit)
    {
        string? kept = null;
        Hour from = default;
        Hour before = limit;
        foreach (SegmentHead head in heads)
        {
            Hour proven = store.ProvenFrom(head);
            if (proven > from)
            {
                from = proven;
                kept = $"segment {head.Segment}: hours before {proven} are not proven by the chain's batch {head.LastBatch}";
            }
            before = head.NextHour < before ? head.NextHour : before;
        }
        if (store.Oldest() is not { } oldest || oldest >= from)
        {
            kept = null; // Nothing older is there.
        }
        if (store.FirstHourOfOpenGaps() is { } gap && gap < before)
        {
            (before, kept) = (gap, $"a gap from {gap} on is not yet filled on the chain");
        }
        return (from, before, kept);
    }
}
