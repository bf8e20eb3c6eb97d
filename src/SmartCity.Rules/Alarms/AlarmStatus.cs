namespace SmartCity.Rules;

/// <summary>State of one alarm towards people. <c>default</c> is normal.</summary>
/// <remarks>All times are source times. An acknowledgement belongs to one raising and ends with it.</remarks>
public readonly record struct AlarmStatus
{
    /// <summary>Where it stands.</summary>
    public AlarmPhase Phase { get; internal init; }

    /// <summary>Severity at the last raising.</summary>
    public Severity Severity { get; internal init; }

    /// <summary>When it was raised last.</summary>
    public DateTimeOffset? RaisedAt => Ticks.ToTime(Raised);

    /// <summary>When that raising was acknowledged.</summary>
    public DateTimeOffset? AcknowledgedAt => Ticks.ToTime(Acknowledged);

    /// <summary>When that raising ended: its condition, or by becoming mute.</summary>
    public DateTimeOffset? ClearedAt => Ticks.ToTime(Cleared);

    /// <summary>When it is mute: since when.</summary>
    public DateTimeOffset? MuteSince => Ticks.ToTime(Muted);

    /// <summary>When it is shelved: when it comes back by itself.</summary>
    public DateTimeOffset? ShelvedUntil => Ticks.ToTime(Until);

    /// <summary>When it is mute: who made it so, or the code of the alarm that it is a consequence of.</summary>
    public string? MuteBy { get; internal init; }

    /// <summary>When it is shelved or out of service: why.</summary>
    public string? MuteReason { get; internal init; }

    internal long Raised { get; init; }

    internal long Acknowledged { get; init; }

    internal long Cleared { get; init; }

    internal long Muted { get; init; }

    internal long Until { get; init; }

    /// <summary>The status after its phase has become another one.</summary>
    /// <param name="phase">The new phase.</param>
    /// <param name="time">When, UTC ticks.</param>
    internal AlarmStatus To(AlarmPhase phase, long time)
    {
        bool wasOpen = Phase is not (AlarmPhase.Normal or AlarmPhase.Shelved or AlarmPhase.SuppressedByDesign or AlarmPhase.OutOfService);
        AlarmStatus next = phase.IsMute() ? this : this with { MuteBy = null, MuteReason = null, Muted = 0, Until = 0 };
        return phase switch
        {
            AlarmPhase.Unacknowledged => new() { Phase = phase, Raised = time },
            AlarmPhase.Acknowledged or AlarmPhase.LatchedAcknowledged when Phase.NeedsAcknowledgement() =>
                next with { Phase = phase, Acknowledged = time },
            AlarmPhase.Normal when Phase == AlarmPhase.ReturnedUnacknowledged => next with { Phase = phase, Acknowledged = time },
            _ => next with { Phase = phase, Cleared = wasOpen && Cleared == 0 ? time : Cleared, Muted = phase.IsMute() ? time : 0 },
        };
    }
}

/// <summary>Instants as UTC ticks; 0 is none.</summary>
internal static class Ticks
{
    public static long Of(DateTimeOffset time) => time.UtcTicks;

    public static DateTimeOffset? ToTime(long ticks) => ticks == 0 ? null : new(ticks, TimeSpan.Zero);
}
