using System.Collections.Immutable;

namespace SmartCity.Rules;

/// <summary>What an alarm rests on.</summary>
/// <param name="Value">The value the rule shows, e.g. the offending one of A3; otherwise <c>null</c>.</param>
/// <param name="Limit">The limit it shows; <c>null</c> when there is none or none is set.</param>
/// <param name="Flag">The flag it shows; <c>null</c> when there is none or it is unusable.</param>
/// <param name="FlowRate">Flow, m³/h, where the rules measure it and it is known.</param>
/// <param name="Signals">All signals at that instant.</param>
public sealed record AlarmEvidence(decimal? Value, decimal? Limit, bool? Flag, decimal? FlowRate, ImmutableArray<SeenSignal> Signals);

/// <summary>A change of an alarm's state. Closed.</summary>
public abstract record AlarmEvent
{
    private AlarmEvent(AlarmRule alarm, DateTimeOffset time)
    {
        Alarm = alarm;
        Time = time;
    }

    /// <summary>Which alarm, by which version of the rules.</summary>
    public AlarmRule Alarm { get; }

    /// <summary>Source time.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The condition has held for the on-delay; or it held when the alarm ceased to be mute.</summary>
    /// <param name="Alarm">Which alarm.</param>
    /// <param name="Time">Source time of the raising.</param>
    /// <param name="Severity">How much it matters.</param>
    /// <param name="Evidence">What it rests on.</param>
    public sealed record Raised(AlarmRule Alarm, DateTimeOffset Time, Severity Severity, AlarmEvidence Evidence) : AlarmEvent(Alarm, Time);

    /// <summary>The condition has ended for the off-delay.</summary>
    /// <param name="Alarm">Which alarm.</param>
    /// <param name="Time">Source time of the end.</param>
    /// <param name="RaisedAt">The raising that ended.</param>
    /// <param name="Evidence">The signals then.</param>
    public sealed record Cleared(AlarmRule Alarm, DateTimeOffset Time, DateTimeOffset RaisedAt, AlarmEvidence Evidence)
        : AlarmEvent(Alarm, Time);

    /// <summary>A person has said that he knows.</summary>
    /// <param name="Alarm">Which alarm.</param>
    /// <param name="Time">When.</param>
    /// <param name="RaisedAt">The raising that is meant.</param>
    public sealed record Acknowledged(AlarmRule Alarm, DateTimeOffset Time, DateTimeOffset RaisedAt) : AlarmEvent(Alarm, Time);

    /// <summary>A person has reset a latched alarm.</summary>
    /// <param name="Alarm">Which alarm.</param>
    /// <param name="Time">When.</param>
    public sealed record Reset(AlarmRule Alarm, DateTimeOffset Time) : AlarmEvent(Alarm, Time);

    /// <summary>
    /// It has become mute, or its condition has come true while it is suppressed: a consequence that nobody is called for.
    /// </summary>
    /// <param name="Alarm">Which alarm.</param>
    /// <param name="Time">When.</param>
    /// <param name="Phase">Shelved, suppressed or out of service.</param>
    /// <param name="By">Who did it, or the code of the alarm that it is a consequence of.</param>
    /// <param name="Reason">Why; <c>null</c> for a consequence.</param>
    /// <param name="RaisedAt">The raising that ends with it; <c>null</c> when it was not raised.</param>
    /// <param name="Evidence">The signals then.</param>
    public sealed record Muted(
        AlarmRule Alarm, DateTimeOffset Time, AlarmPhase Phase, string? By, string? Reason, DateTimeOffset? RaisedAt, AlarmEvidence Evidence)
        : AlarmEvent(Alarm, Time);

    /// <summary>It is shelved or out of service no longer. If its condition holds, a raising follows.</summary>
    /// <param name="Alarm">Which alarm.</param>
    /// <param name="Time">When.</param>
    /// <param name="Phase">What it was.</param>
    public sealed record Unmuted(AlarmRule Alarm, DateTimeOffset Time, AlarmPhase Phase) : AlarmEvent(Alarm, Time);
}
