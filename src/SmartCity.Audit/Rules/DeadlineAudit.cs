using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;
using Deadline = SmartCity.Ledger.Contracts.IncidentLogContract.Deadline;

namespace SmartCity.Audit;

/// <summary>Counts every deadline from its own time by the rules in force then, and demands that every breach is told, and no other.</summary>
internal sealed class DeadlineAudit(DeadlineRows rows, AuditLog log)
{
    private readonly Queue<IncidentLogEvent.DeadlineBreached> _expected = [];

    /// <summary>A deadline's stage was reached: if that was late, the next event must say so.</summary>
    public void Reach(Hash32 id, AuditedIncident incident, Deadline deadline, ulong time)
    {
        incident.Reach(deadline, time);
        ulong? due = incident.DueOf(deadline, time, rows);
        log[AuditRule.Deadlines].Held(1);
        if (time > due)
        {
            Expect(incident, new(id, deadline, due.Value, time, true));
        }
    }

    /// <summary>An incident ends or begins anew: what is overdue and was not told must be told now.</summary>
    public void ExpectOverdue(Hash32 id, AuditedIncident incident, ulong time)
    {
        foreach (Deadline deadline in AuditedIncident.AllDeadlines)
        {
            ulong? due = incident.DueOf(deadline, time, rows);
            if (incident.ReachedAt(deadline) is null && !incident.IsBreachKnown(deadline) && time > due)
            {
                Expect(incident, new(id, deadline, due.Value, time, false));
            }
        }
    }

    /// <summary>A breach is told: one that is expected, or one that somebody reported in time.</summary>
    public void Apply(IncidentLogEvent.DeadlineBreached told, AuditedIncident incident, Entry<ContractEvent> entry)
    {
        if (_expected.TryDequeue(out IncidentLogEvent.DeadlineBreached? expected))
        {
            log[AuditRule.Deadlines].Equal(told, expected, () => $"incident {told.Incident} ({entry.Where})");
            return;
        }
        IncidentLogContract.DeadlineState state = incident.StateOf(told.Deadline, entry.Seconds, rows);
        log[AuditRule.Deadlines].That(
            !told.IsReached && state.Status == IncidentLogContract.DeadlineStatus.Breached && state.ReachedAt == 0
                && !incident.IsBreachKnown(told.Deadline) && told.Due == state.Due && told.Time == state.Due + state.LateBy,
            () => $"incident {told.Incident} ({entry.Where}): {told.Deadline} is told as breached at {told.Time}, due {told.Due}: {state}");
        incident.MarkBreached(told.Deadline);
    }

    /// <summary>Whatever comes next is another entry: what was to be told must have been.</summary>
    public void ExpectNoMore()
    {
        while (_expected.TryDequeue(out IncidentLogEvent.DeadlineBreached? silent))
        {
            log[AuditRule.Deadlines].That(false, () => $"incident {silent.Incident}: nobody tells that {silent.Deadline}, due {silent.Due}, was breached");
        }
    }

    private void Expect(AuditedIncident incident, IncidentLogEvent.DeadlineBreached breach)
    {
        incident.MarkBreached(breach.Deadline);
        _expected.Enqueue(breach);
    }
}
