using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SmartCity.Domain;

namespace SmartCity.Rules;

/// <summary>An interruption of supply in the course of an incident.</summary>
/// <param name="Group">Number of the balance group without supply.</param>
/// <param name="Kind">What is interrupted.</param>
/// <param name="From">Since when.</param>
/// <param name="Due">The last instant in time for restoring it; it only ever gets sooner.</param>
/// <param name="UsedBefore">How long heating had been interrupted in the month before it.</param>
public sealed record Interruption(uint Group, EnergyKind Kind, DateTimeOffset From, DateTimeOffset Due, TimeSpan UsedBefore);

/// <summary>Which incident.</summary>
/// <param name="ObjectNumber">Number of the object in the city plan.</param>
/// <param name="Number">Number of the card within the object.</param>
public readonly record struct IncidentReference(uint ObjectNumber, long Number);

/// <summary>An incident: an alarm that is driven to a close against deadlines. Immutable.</summary>
/// <remarks>
/// Says what the contract IncidentLog says, in the same words, and besides who works on it. All times are source times.
/// </remarks>
public sealed record Incident
{
    /// <summary>Number of the card, from 1 within an object.</summary>
    public required long Number { get; init; }

    /// <summary>Number of the object in the city plan.</summary>
    public required uint ObjectNumber { get; init; }

    /// <summary>Alarm of the brief, 1..4: no more than one incident is open for an object and an alarm.</summary>
    public required byte Alarm { get; init; }

    /// <summary>How far it has come.</summary>
    public required IncidentStage Stage { get; init; }

    /// <summary>When the alarm was raised.</summary>
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>When the alarm's condition ended; <c>null</c> while it holds.</summary>
    public DateTimeOffset? ClearedAt { get; init; }

    /// <summary>From which the clocks run: registration, or the last reopening.</summary>
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>When the present stage was reached.</summary>
    public required DateTimeOffset StageAt { get; init; }

    /// <summary>When the stage of each deadline was reached, by <see cref="Deadline"/>.</summary>
    public ImmutableArray<DateTimeOffset?> ReachedAt { get; init; } = [.. new DateTimeOffset?[6]];

    /// <summary>Must someone else verify and close it than who eliminated it?</summary>
    public bool IsCritical { get; init; }

    /// <summary>Why the clock of elimination stands; <c>null</c> while it runs.</summary>
    public SuspensionReason? Suspension { get; init; }

    /// <summary>When the present suspension began, or the last one ended.</summary>
    public DateTimeOffset? SuspensionAt { get; init; }

    /// <summary>How long the suspensions that are over lasted.</summary>
    public TimeSpan SuspendedFor { get; init; }

    /// <summary>The interruption of supply, if there is one.</summary>
    public Interruption? Interruption { get; init; }

    /// <summary>Does it reduce anyone's bill?</summary>
    public bool HasOutage { get; init; }

    /// <summary>How often it was reopened.</summary>
    public int Reopenings { get; init; }

    /// <summary>Who eliminated it.</summary>
    public string? EliminatedBy { get; init; }

    /// <summary>Who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>Who was sent.</summary>
    public string? Crew { get; init; }

    /// <summary>Merged: the incident that it is part of.</summary>
    public IncidentReference? Parent { get; init; }

    /// <summary>How much of each deadline has been told, percent, by <see cref="Deadline"/>.</summary>
    public ImmutableArray<int> Told { get; init; } = [.. new int[6]];

    /// <summary>Is there anything left to do?</summary>
    [JsonIgnore]
    public bool IsOpen => Stage is not (IncidentStage.None or >= IncidentStage.Closed);

    /// <summary>An incident from an alarm. Pressure drop and leak are critical; so is what was raised as such.</summary>
    /// <param name="number">Number of the card.</param>
    /// <param name="objectNumber">Number of the object.</param>
    /// <param name="alarm">Alarm of the brief, 1..4.</param>
    /// <param name="raisedAt">When the alarm was raised.</param>
    /// <param name="registeredAt">When it became an incident; not before the alarm.</param>
    /// <param name="severity">How much the alarm matters.</param>
    /// <exception cref="ArgumentOutOfRangeException">The alarm is not 1..4, or registration is before the alarm.</exception>
    public static Incident Register(
        long number, uint objectNumber, byte alarm, DateTimeOffset raisedAt, DateTimeOffset registeredAt, Severity severity)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(alarm - 1u, 3u, nameof(alarm));
        ArgumentOutOfRangeException.ThrowIfLessThan(registeredAt, raisedAt);
        return new()
        {
            Number = number,
            ObjectNumber = objectNumber,
            Alarm = alarm,
            Stage = IncidentStage.Registered,
            RaisedAt = raisedAt,
            RegisteredAt = registeredAt,
            StageAt = registeredAt,
            IsCritical = alarm is 1 or 4 || severity >= Severity.Critical,
        };
    }

    internal DateTimeOffset? Reached(Deadline deadline) => ReachedAt[(int)deadline];
}
