using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Incidents and the outages that reduce bills.</summary>
internal static class IncidentQuestions
{
    public static IEnumerable<Expectation> Of(Replay replay)
    {
        IncidentLogContract incidents = replay.History.Contracts.IncidentLog;
        foreach ((Hash32 id, AuditedIncident incident) in replay.Incidents.Incidents)
        {
            yield return Expectation.Of(incidents.IncidentOf(id), incident.ToContract(), AuditRule.State, $"incident {id}");
            ulong time = replay.Incidents.LastTime;
            yield return Expectation.OfList(
                incidents.DeadlinesOf(id, time),
                [.. AuditedIncident.AllDeadlines.Select(deadline => incident.StateOf(deadline, time, replay.Outages.Rows))],
                AuditRule.Deadlines,
                $"deadlines of incident {id} at {time}");
        }
        foreach (((uint number, byte alarm), Hash32 open) in replay.Incidents.Open)
        {
            yield return Expectation.Of(
                incidents.OpenIncidentOf(number, alarm), open, AuditRule.State, $"open incident of object {number}, alarm {alarm}");
        }
        foreach (IncidentLogContract.DeadlineRules rules in replay.Outages.Rows.All)
        {
            yield return Expectation.That(
                incidents.DeadlineRulesAt(rules.ValidFrom),
                found => found with { HeatDegrees = rules.HeatDegrees, HeatHours = rules.HeatHours } == rules
                    && found.HeatDegrees.SequenceEqual(rules.HeatDegrees) && found.HeatHours.SequenceEqual(rules.HeatHours),
                AuditRule.Deadlines,
                $"deadlines from {rules.ValidFrom} on");
        }
        foreach ((uint group, Period period) in replay.Outages.Touched)
        {
            ReductionHours hours = replay.Outages.HoursOf(group, period);
            yield return Expectation.Of(
                incidents.ReductionHoursOf(group, period.Value),
                new(hours.HeatExcessHours, hours.HeatDegreeHours, hours.ElectricityExcessHours),
                AuditRule.Outages,
                $"hours of reduction of group {group}, {period}");
            yield return Expectation.OfList(
                incidents.OutagesOf(group, period.Value), [.. replay.Outages.OutagesOf(group, period)], AuditRule.Outages,
                $"outages of group {group}, {period}");
        }
    }
}
