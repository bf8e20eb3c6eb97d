using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>Where an alarm stands (ISA-18.2).</summary>
public enum AlarmStanding
{
    /// <summary>The condition holds and nobody has acknowledged it.</summary>
    Unacknowledged,

    /// <summary>The condition holds and a dispatcher knows.</summary>
    Acknowledged,

    /// <summary>The condition is over and nobody has acknowledged it.</summary>
    ReturnedUnacknowledged,

    /// <summary>Over and acknowledged.</summary>
    Ended,
}

/// <summary>How grave an alarm is (Alphalogic's scale).</summary>
public enum AlarmGravity
{
    /// <summary>For information.</summary>
    Trivial,

    /// <summary>A diagnostic or warning.</summary>
    Minor,

    /// <summary>To be dealt with in the shift.</summary>
    Major,

    /// <summary>At once.</summary>
    Critical,

    /// <summary>Stops the object.</summary>
    Blocker,
}

/// <summary>How far something written for the chain has come.</summary>
public enum OutboxState
{
    /// <summary>Durable here, not sent yet.</summary>
    Waiting,

    /// <summary>Sent; its receipt is awaited.</summary>
    Sent,

    /// <summary>On the chain.</summary>
    Confirmed,

    /// <summary>The contract refused it; <see cref="IncidentEntryView.Refusal"/> says why.</summary>
    Refused,
}

/// <summary>An alarm of a heat substation (ИТП).</summary>
/// <param name="Id">The journal's number; for <see cref="OracleCommands.AcknowledgeAsync"/>.</param>
/// <param name="IncidentId">
/// The incident in the IncidentLog contract that it is part of, which alarms of a substation and a number share while it is open: 0x and 64
/// hexadecimal digits. <c>null</c> while it is none: then it stays off the chain.
/// </param>
/// <param name="Substation">Number of the substation in the city plan.</param>
/// <param name="SubstationName">Name people read.</param>
/// <param name="Number">Alarm of the brief: 1 pressure drop, 2 pump fault, 3 out of limits, 4 leak; 0 a diagnostic.</param>
/// <param name="Code">The rule's code, e.g. <c>A3.T1.HIGH</c>.</param>
/// <param name="Gravity">How grave it is.</param>
/// <param name="Standing">Where it stands.</param>
/// <param name="Detail">What was seen, in words and figures.</param>
/// <param name="RaisedAt">Source time at which it was raised.</param>
/// <param name="ClearedAt">Source time at which its condition ended; <c>null</c> while it holds.</param>
/// <param name="AcknowledgedAt">When a dispatcher acknowledged it.</param>
/// <param name="AcknowledgedBy">Who did.</param>
/// <param name="Note">What the dispatcher noted.</param>
/// <param name="Entries">What was written of its incident for the chain, in order.</param>
public sealed record AlarmView(
    long Id,
    string? IncidentId,
    uint Substation,
    string SubstationName,
    int Number,
    string Code,
    AlarmGravity Gravity,
    AlarmStanding Standing,
    string Detail,
    DateTimeOffset RaisedAt,
    DateTimeOffset? ClearedAt,
    DateTimeOffset? AcknowledgedAt,
    string? AcknowledgedBy,
    string? Note,
    IReadOnlyList<IncidentEntryView> Entries)
{
    /// <summary>The signals that it was raised on, JSON; <c>null</c> in alarms raised before it was kept.</summary>
    public string? Evidence { get; init; }
}

/// <summary>Which open alarms a list shows.</summary>
/// <param name="Standing">Only those that stand so; <c>null</c> for all. No open alarm is <see cref="AlarmStanding.Ended"/>.</param>
/// <param name="Least">Only those at least so grave.</param>
/// <param name="Number">Only those of an alarm of the brief, 1..4, or diagnostics, 0.</param>
/// <param name="Substation">Only those of a substation.</param>
public sealed record AlarmFilter(
    AlarmStanding? Standing = null, AlarmGravity Least = AlarmGravity.Trivial, int? Number = null, uint? Substation = null);

/// <summary>How many alarms are open.</summary>
/// <param name="Unacknowledged">The condition holds and nobody has acknowledged it.</param>
/// <param name="Acknowledged">The condition holds and a dispatcher knows.</param>
/// <param name="Returned">The condition is over and nobody has acknowledged it.</param>
/// <param name="Matching">Those that a filter shows.</param>
public readonly record struct AlarmCounts(int Unacknowledged, int Acknowledged, int Returned, int Matching)
{
    /// <summary>All that are open.</summary>
    public int All => Unacknowledged + Acknowledged + Returned;
}

/// <summary>How the open alarms of a substation stand.</summary>
/// <param name="Open">How many there are, diagnostics too.</param>
/// <param name="Unacknowledged">How many of them call for somebody.</param>
/// <param name="Gravest">How grave the gravest is.</param>
public readonly record struct SubstationAlarms(int Open, int Unacknowledged, AlarmGravity Gravest);

/// <summary>Why an alarm is or is not.</summary>
/// <param name="Alarm">The rule.</param>
/// <param name="Status">Where the alarm stands.</param>
/// <param name="Why">Its condition and the parts of it, with their values.</param>
/// <param name="At">The last look at the substation, source time.</param>
public sealed record AlarmExplanation(AlarmRule Alarm, AlarmStatus Status, Explanation Why, DateTimeOffset? At);
