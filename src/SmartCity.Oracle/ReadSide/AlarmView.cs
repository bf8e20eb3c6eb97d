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
    IReadOnlyList<IncidentEntryView> Entries);
