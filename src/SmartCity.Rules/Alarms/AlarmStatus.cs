using System.Text.Json.Serialization;

namespace SmartCity.Rules;

/// <summary>Where an alarm stands between operator and process: the first four states of ISA-18.2.</summary>
public enum AlarmPhase
{
    /// <summary>All is well.</summary>
    Normal,

    /// <summary>Raised, and nobody has said that he knows.</summary>
    Unacknowledged,

    /// <summary>Raised and known.</summary>
    Acknowledged,

    /// <summary>The condition has ended before anybody said that he knows.</summary>
    ReturnedUnacknowledged,
}

/// <summary>State of one alarm. <c>default</c> is normal.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="ChangingSince">Since when the condition contradicts the phase and waits for its delay; otherwise <c>null</c>.</param>
/// <param name="RaisedAt">When it was raised last.</param>
/// <param name="AcknowledgedAt">When this raising was acknowledged.</param>
/// <param name="ClearedAt">When this raising ended.</param>
/// <param name="Severity">Severity at the raising.</param>
/// <remarks>All times are source times. An acknowledgement belongs to one raising and ends with it.</remarks>
public readonly record struct AlarmStatus(
    AlarmPhase Phase,
    DateTimeOffset? ChangingSince = null,
    DateTimeOffset? RaisedAt = null,
    DateTimeOffset? AcknowledgedAt = null,
    DateTimeOffset? ClearedAt = null,
    Severity Severity = Severity.Trivial)
{
    /// <summary>Does the condition hold, as far as the delays let it be seen?</summary>
    [JsonIgnore]
    public bool IsActive => Phase is AlarmPhase.Unacknowledged or AlarmPhase.Acknowledged;

    /// <summary>Does a person still have to say that he knows?</summary>
    [JsonIgnore]
    public bool NeedsAcknowledgement => Phase is AlarmPhase.Unacknowledged or AlarmPhase.ReturnedUnacknowledged;

    /// <summary>Is it active, or waiting for its on-delay?</summary>
    internal bool IsActiveOrRising => IsActive || ChangingSince is not null;

    /// <summary>The state after a look at the condition.</summary>
    /// <param name="holds">Does the condition hold? <c>null</c> when bad quality hides it: then everything stays as it was.</param>
    /// <param name="time">Source time.</param>
    /// <param name="onDelay">How long it must hold before the alarm is raised.</param>
    /// <param name="offDelay">How long it must not hold before the alarm is cleared.</param>
    /// <param name="needsAcknowledgement">Must a person acknowledge it even when it has ended?</param>
    internal AlarmStatus Observe(bool? holds, DateTimeOffset time, TimeSpan onDelay, TimeSpan offDelay, bool needsAcknowledgement)
    {
        if (holds is not { } isTrue)
        {
            return this;
        }
        if (isTrue == IsActive)
        {
            return this with { ChangingSince = null };
        }
        DateTimeOffset since = ChangingSince ?? time;
        if (time - since < (isTrue ? onDelay : offDelay))
        {
            return this with { ChangingSince = since };
        }
        return isTrue
            ? new(AlarmPhase.Unacknowledged, RaisedAt: time)
            : this with
            {
                Phase = needsAcknowledgement && Phase != AlarmPhase.Acknowledged ? AlarmPhase.ReturnedUnacknowledged : AlarmPhase.Normal,
                ChangingSince = null,
                ClearedAt = time,
            };
    }

    /// <summary>The state after a person said that he knows; only where <see cref="NeedsAcknowledgement"/>.</summary>
    internal AlarmStatus Acknowledge(DateTimeOffset time) => this with
    {
        Phase = Phase == AlarmPhase.Unacknowledged ? AlarmPhase.Acknowledged : AlarmPhase.Normal,
        AcknowledgedAt = time,
    };
}
