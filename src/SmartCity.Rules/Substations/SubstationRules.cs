using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SmartCity.Rules;

/// <summary>What became of an acknowledgement. Closed.</summary>
public abstract record AcknowledgeOutcome
{
    private AcknowledgeOutcome()
    {
    }

    /// <summary>The alarm is acknowledged.</summary>
    /// <param name="State">The state after it.</param>
    /// <param name="Event">The event to record.</param>
    public sealed record Done(SubstationState State, AlarmEvent.Acknowledged Event) : AcknowledgeOutcome;

    /// <summary>There is nothing to acknowledge.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Refused(string Reason) : AcknowledgeOutcome;
}

/// <summary>What follows from a look at a substation.</summary>
/// <param name="State">The state after it.</param>
/// <param name="Events">Alarms raised and cleared, in the order of <see cref="AlarmId.All"/>.</param>
public readonly record struct Evaluation(SubstationState State, IReadOnlyList<AlarmEvent> Events);

/// <summary>The alarm rules of a heat substation (ИТП). Pure: state, signals and time in, state and events out.</summary>
/// <remarks>Rules: DOMAIN 0. Safe to use from several threads.</remarks>
public sealed class SubstationRules
{
    private readonly AlarmOptions _options;

    /// <summary>Rules with the given options.</summary>
    /// <exception cref="ArgumentException">An option makes no sense; the message says which.</exception>
    public SubstationRules(AlarmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>Looks at the signals.</summary>
    /// <param name="state">The state so far.</param>
    /// <param name="signals">All signals at one instant.</param>
    /// <param name="time">Source time. Not later than the last look (late or repeated data): nothing changes.</param>
    public Evaluation Evaluate(SubstationState state, SubstationSignals signals, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(signals);
        if (time <= state.Time)
        {
            return new(state, []);
        }
        FlowMemory? flow = FlowMemory.After(state.Flow, signals, time, _options.FlowWindow);
        ImmutableArray<AlarmStatus> before = state.Statuses;
        SubstationConditions conditions = new(_options, signals, signals.Flow.Value is null ? null : flow?.Rate, before);
        AlarmStatus[]? after = null;
        List<AlarmEvent>? events = null;
        for (int i = 0; i < before.Length; i++)
        {
            AlarmId alarm = AlarmId.All[i];
            AlarmStatus next = before[i].Observe(
                conditions.Holds(alarm), time, _options.Delays.OnDelayOf(alarm.Kind), _options.Delays.Off, !alarm.IsDiagnostic);
            if (next == before[i])
            {
                continue;
            }
            if (next.IsActive != before[i].IsActive)
            {
                next = next.IsActive ? next with { Severity = conditions.SeverityOf(alarm) } : next;
                (events ??= []).Add(EventOf(alarm, next, time, conditions.EvidenceOf(alarm)));
            }
            (after ??= [.. before])[i] = next;
        }
        ImmutableArray<AlarmStatus> statuses = after is null ? before : ImmutableCollectionsMarshal.AsImmutableArray(after);
        return new(SubstationState.Create(time, flow, statuses), events ?? (IReadOnlyList<AlarmEvent>)[]);
    }

    /// <summary>Records that a person knows of an alarm.</summary>
    /// <param name="state">The state so far.</param>
    /// <param name="alarm">Which alarm.</param>
    /// <param name="raisedAt">The raising that the person saw: one that came after it is not acknowledged with it.</param>
    /// <param name="time">When.</param>
    public static AcknowledgeOutcome Acknowledge(SubstationState state, AlarmId alarm, DateTimeOffset raisedAt, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(state);
        AlarmStatus status = state.StatusOf(alarm);
        if (status.Phase == AlarmPhase.Normal)
        {
            return new AcknowledgeOutcome.Refused($"{alarm} is not raised.");
        }
        if (status.RaisedAt != raisedAt)
        {
            return new AcknowledgeOutcome.Refused($"{alarm} was raised anew at {status.RaisedAt:u}: look at it first.");
        }
        return status.NeedsAcknowledgement
            ? new AcknowledgeOutcome.Done(
                state.With(alarm, status.Acknowledge(time)), new AlarmEvent.Acknowledged(alarm, time, raisedAt))
            : new AcknowledgeOutcome.Refused($"{alarm} is acknowledged already, at {status.AcknowledgedAt:u}.");
    }

    private static AlarmEvent EventOf(AlarmId alarm, AlarmStatus status, DateTimeOffset time, AlarmEvidence evidence) => status.IsActive
        ? new AlarmEvent.Raised(alarm, time, status.Severity, evidence)
        : new AlarmEvent.Cleared(alarm, time, status.RaisedAt!.Value, evidence);
}
