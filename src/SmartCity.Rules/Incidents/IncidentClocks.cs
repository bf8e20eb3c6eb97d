using System.Collections.Immutable;
using SmartCity.Domain;

namespace SmartCity.Rules;

/// <summary>How an incident stands with a deadline at an instant.</summary>
/// <param name="Deadline">Which one.</param>
/// <param name="Status">How it stands.</param>
/// <param name="From">From when it counts; <c>null</c> when there is none.</param>
/// <param name="Due">The last instant in time. Of a suspended incident's elimination it moves on.</param>
/// <param name="ReachedAt">When its stage was reached.</param>
/// <param name="LateBy">How far beyond <paramref name="Due"/>; it grows until the stage is reached or the incident ends.</param>
/// <param name="Stood">How long its clock has stood: suspensions, of elimination only.</param>
public readonly record struct DeadlineState(
    Deadline Deadline, DeadlineStatus Status, DateTimeOffset? From, DateTimeOffset? Due, DateTimeOffset? ReachedAt, TimeSpan LateBy, TimeSpan Stood)
{
    /// <summary>How much of the time is gone at an instant, whole percent; of a limit of no length 100 at once.</summary>
    public int PercentAt(DateTimeOffset time)
    {
        if (From is not { } from || Due is not { } due)
        {
            return 0;
        }
        TimeSpan limit = due - from - Stood;
        TimeSpan gone = (ReachedAt ?? time) - from - Stood;
        return limit <= TimeSpan.Zero ? 100 : (int)Math.Clamp(gone.Ticks / Math.Max(1, limit.Ticks / 100), 0, int.MaxValue);
    }
}

/// <summary>Somebody is to be told that a deadline runs out.</summary>
/// <param name="Deadline">Which one.</param>
/// <param name="Percent">The step of the chain.</param>
/// <param name="To">Who is told.</param>
/// <param name="At">When the step was reached.</param>
/// <param name="Due">The last instant in time.</param>
public readonly record struct DeadlineWarning(Deadline Deadline, int Percent, EscalationLevel To, DateTimeOffset At, DateTimeOffset Due);

/// <summary>The law's clocks of incidents. Pure; the same that the contract IncidentLog computes.</summary>
public sealed class IncidentClocks(IncidentRules rules, CityCalendar calendar)
{
    /// <summary>All deadlines of an incident at an instant, in the order of <see cref="Deadline"/>.</summary>
    public ImmutableArray<DeadlineState> At(Incident incident, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(incident);
        return [.. Enum.GetValues<Deadline>().Select(deadline => StateOf(incident, deadline, time))];
    }

    /// <summary>The steps of the escalation chain that were reached by an instant and have not been told.</summary>
    /// <returns>The incident that knows they are told, and what to tell, in order of time.</returns>
    public (Incident Incident, IReadOnlyList<DeadlineWarning> Warnings) Tell(Incident incident, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(incident);
        List<DeadlineWarning> warnings = [];
        ImmutableArray<int> told = incident.Told;
        foreach (DeadlineState state in At(incident, time))
        {
            foreach (EscalationStep step in StepsOf(incident, state))
            {
                DateTimeOffset at = StepAt(state, step);
                if (at <= time)
                {
                    warnings.Add(new(state.Deadline, step.Percent, step.To, at, state.Due!.Value));
                    told = told.SetItem((int)state.Deadline, step.Percent);
                }
            }
        }
        return (incident with { Told = told }, [.. warnings.OrderBy(warning => warning.At)]);
    }

    /// <summary>When the next step of the escalation chain is reached if nothing happens; <c>null</c> when none will be.</summary>
    public DateTimeOffset? NextDue(Incident incident, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(incident);
        DateTimeOffset? next = null;
        foreach (DeadlineState state in At(incident, time))
        {
            // While the clock stands, its steps never come nearer.
            bool stands = state.Deadline == Deadline.Eliminate && incident.Suspension is not null;
            foreach (EscalationStep step in stands ? [] : StepsOf(incident, state))
            {
                DateTimeOffset at = StepAt(state, step);
                next = next is null || at < next ? at : next;
            }
        }
        return next;
    }

    /// <summary>
    /// The last instant for restoring a supply: what is permitted at once, and of heat no longer than what is left of the month. Where
    /// that reaches into the next month, the next one's hours begin with it.
    /// </summary>
    /// <param name="kind">What is interrupted.</param>
    /// <param name="from">Since when.</param>
    /// <param name="condition">Of heat the °C indoors, rounded down; of electricity the number of independent feeds.</param>
    /// <param name="usedBefore">How long heating had been interrupted in the month before.</param>
    public DateTimeOffset RestoreDue(EnergyKind kind, DateTimeOffset from, int condition, TimeSpan usedBefore)
    {
        DeadlineRules row = rules.DeadlinesAt(from);
        DateTimeOffset atOnce = from + row.AtOnce(kind, condition);
        if (kind == EnergyKind.Electricity)
        {
            return atOnce;
        }
        DateTimeOffset start = calendar.FirstHourOf(calendar.PeriodOf(Hour.Containing(from))).Start;
        DateTimeOffset end = calendar.FirstHourOf(calendar.PeriodOf(Hour.Containing(from)).Next).Start;
        TimeSpan budget = rules.DeadlinesAt(start).HeatMonth;
        DateTimeOffset ofMonth = from + (budget > usedBefore ? budget - usedBefore : TimeSpan.Zero);
        ofMonth = ofMonth > end ? end + rules.DeadlinesAt(end).HeatMonth : ofMonth;
        return atOnce < ofMonth ? atOnce : ofMonth;
    }

    internal DeadlineRules RulesOf(DateTimeOffset time) => rules.DeadlinesAt(time);

    internal DeadlineState StateOf(Incident incident, Deadline deadline, DateTimeOffset time)
    {
        DeadlineState none = new(deadline, DeadlineStatus.None, null, null, null, TimeSpan.Zero, TimeSpan.Zero);
        DateTimeOffset? begins = deadline == Deadline.Restore ? incident.Interruption?.From : incident.RegisteredAt;
        if (begins is null || time < begins)
        {
            return none;
        }
        bool hasEnded = !incident.IsOpen && time >= incident.StageAt;
        DateTimeOffset? reached = incident.Reached(deadline) is { } at && at <= time ? at : null;
        DateTimeOffset stop = reached ?? (hasEnded ? incident.StageAt : time);
        DateTimeOffset from = deadline == Deadline.Eliminate ? incident.RaisedAt : begins.Value;
        DateTimeOffset due = DueOf(incident, deadline, stop)!.Value;
        DeadlineStatus status = stop > due ? DeadlineStatus.Breached
            : reached is not null ? DeadlineStatus.Met
            : hasEnded ? DeadlineStatus.None : DeadlineStatus.Running;
        if (status == DeadlineStatus.None)
        {
            return none;
        }
        TimeSpan stood = deadline == Deadline.Eliminate ? SuspendedUntil(incident, stop) : TimeSpan.Zero;
        return new(deadline, status, from, due, reached, stop > due ? stop - due : TimeSpan.Zero, stood);
    }

    /// <summary>The last instant in time, as known at an instant; <c>null</c> if there is no such deadline.</summary>
    internal DateTimeOffset? DueOf(Incident incident, Deadline deadline, DateTimeOffset time)
    {
        if (deadline == Deadline.Restore)
        {
            return incident.Interruption?.Due;
        }
        if (incident.RegisteredAt is not { } registered)
        {
            return null;
        }
        DeadlineRules row = rules.DeadlinesAt(registered);
        return deadline switch
        {
            Deadline.Acknowledge => registered + row.Acknowledge,
            Deadline.Plan => registered + row.Plan,
            Deadline.Localise => registered + row.Localise,
            Deadline.Visit => registered + row.Visit,
            _ => incident.RaisedAt + row.Eliminate + SuspendedUntil(incident, time),
        };
    }

    private static TimeSpan SuspendedUntil(Incident incident, DateTimeOffset time) => incident.SuspendedFor
        + (incident is { Suspension: not null, SuspensionAt: { } since } && time > since ? time - since : TimeSpan.Zero);

    /// <summary>The steps of a deadline that is not met and that have not been told.</summary>
    private IEnumerable<EscalationStep> StepsOf(Incident incident, DeadlineState state) =>
        incident.IsOpen && state is { ReachedAt: null, Due: not null }
            ? rules.Escalation.Where(step => step.Percent > incident.Told[(int)state.Deadline])
            : [];

    private static DateTimeOffset StepAt(DeadlineState state, EscalationStep step)
    {
        DateTimeOffset begins = state.From!.Value + state.Stood;
        return begins + TimeSpan.FromTicks((state.Due!.Value - begins).Ticks / 100 * step.Percent);
    }
}
