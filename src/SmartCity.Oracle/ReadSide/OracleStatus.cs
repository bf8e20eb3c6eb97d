using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>How the oracle stands with the source or the chain.</summary>
public enum LinkState
{
    /// <summary>Not tried yet.</summary>
    Unknown,

    /// <summary>It answers.</summary>
    Reachable,

    /// <summary>It does not answer; tried again, ever more slowly.</summary>
    Unreachable,

    /// <summary>It refuses us: wrong password, missing role. A person is needed.</summary>
    Refused,
}

/// <summary>A link to the source or the chain.</summary>
/// <param name="State">How it stands.</param>
/// <param name="Since">Since when, by the oracle's clock.</param>
/// <param name="Message">What is wrong and what to do; <c>null</c> when nothing is.</param>
public sealed record LinkStatus(LinkState State, DateTimeOffset? Since, string? Message);

/// <summary>A back-fill in progress or done.</summary>
/// <param name="From">First hour.</param>
/// <param name="To">Hour after the last one.</param>
/// <param name="Next">Hours before this one are closed.</param>
/// <param name="HoursPerSecond">Hours closed per second, all segments counted once.</param>
public sealed record BackfillProgress(Hour From, Hour To, Hour Next, double HoursPerSecond)
{
    /// <summary>Share done, 0..100.</summary>
    public double Percent => To <= From ? 100 : 100.0 * (Next.Value - From.Value) / (To.Value - From.Value);

    /// <summary>Is it done?</summary>
    public bool IsDone => Next >= To;
}

/// <summary>How far a segment has come.</summary>
/// <param name="Segment">Number on chain.</param>
/// <param name="Kind">Electricity or heat.</param>
/// <param name="FirstHour">Its first hour.</param>
/// <param name="ClosedBefore">Hours before this one are closed.</param>
/// <param name="ConfirmedBefore">Hours before this one are on the chain.</param>
public sealed record SegmentProgress(uint Segment, EnergyKind Kind, Hour FirstHour, Hour ClosedBefore, Hour ConfirmedBefore);

/// <summary>How the oracle is.</summary>
/// <param name="StartedAt">When its process started.</param>
/// <param name="Heartbeat">When it last said that it lives; it does at least every five seconds.</param>
/// <param name="IsAlive">Was the last heartbeat less than fifteen seconds before this was read?</param>
/// <param name="Source">The source of signals.</param>
/// <param name="SourceTime">The source's clock at its last answer.</param>
/// <param name="Chain">The chain.</param>
/// <param name="OracleAddress">Address of the oracle's key.</param>
/// <param name="AlarmMode">How the alarm rules are read.</param>
/// <param name="Backfill">The back-fill, once begun.</param>
/// <param name="Segments">How far each segment has come.</param>
/// <param name="LagHours">Whole hours that are over at the source and not on the chain, of the segment furthest behind. Normally 0, and 1 for moments after an hour's end.</param>
/// <param name="WaitingBatches">Hours closed and not on the chain, all segments together.</param>
public sealed record OracleStatus(
    DateTimeOffset StartedAt,
    DateTimeOffset Heartbeat,
    bool IsAlive,
    LinkStatus Source,
    DateTimeOffset? SourceTime,
    LinkStatus Chain,
    string? OracleAddress,
    AlarmMode AlarmMode,
    BackfillProgress? Backfill,
    IReadOnlyList<SegmentProgress> Segments,
    int LagHours,
    long WaitingBatches);
