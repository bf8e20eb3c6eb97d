namespace SmartCity.Rules;

/// <summary>What an alarm rests on.</summary>
/// <param name="Value">The offending value of A3, bar or °C; otherwise <c>null</c>.</param>
/// <param name="Limit">The limit of the sensor on that side; <c>null</c> when none is set.</param>
/// <param name="Flag">The source's flag that goes with the alarm; <c>null</c> when there is none or it is unusable.</param>
/// <param name="FlowRate">Flow, m³/h, where it is known.</param>
/// <param name="Signals">All signals at that instant.</param>
public sealed record AlarmEvidence(decimal? Value, decimal? Limit, bool? Flag, decimal? FlowRate, SubstationSignals Signals);

/// <summary>A change of an alarm's state. Closed: raised, cleared or acknowledged.</summary>
public abstract record AlarmEvent
{
    private AlarmEvent(AlarmId alarm, DateTimeOffset time)
    {
        Alarm = alarm;
        Time = time;
    }

    /// <summary>Which alarm.</summary>
    public AlarmId Alarm { get; }

    /// <summary>Source time.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The condition has held for the on-delay.</summary>
    /// <param name="Alarm">Which alarm.</param>
    /// <param name="Time">Source time of the raising.</param>
    /// <param name="Severity">How much it matters.</param>
    /// <param name="Evidence">What it rests on.</param>
    public sealed record Raised(AlarmId Alarm, DateTimeOffset Time, Severity Severity, AlarmEvidence Evidence)
        : AlarmEvent(Alarm, Time);

    /// <summary>The condition has ended for the off-delay.</summary>
    /// <param name="Alarm">Which alarm.</param>
    /// <param name="Time">Source time of the end.</param>
    /// <param name="RaisedAt">The raising that ended.</param>
    /// <param name="Evidence">The signals then.</param>
    public sealed record Cleared(AlarmId Alarm, DateTimeOffset Time, DateTimeOffset RaisedAt, AlarmEvidence Evidence)
        : AlarmEvent(Alarm, Time);

    /// <summary>A person has said that he knows.</summary>
    /// <param name="Alarm">Which alarm.</param>
    /// <param name="Time">When.</param>
    /// <param name="RaisedAt">The raising that is meant.</param>
    public sealed record Acknowledged(AlarmId Alarm, DateTimeOffset Time, DateTimeOffset RaisedAt) : AlarmEvent(Alarm, Time);
}
