using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;
using Deadline = SmartCity.Ledger.Contracts.IncidentLogContract.Deadline;
using Stage = SmartCity.Ledger.Contracts.IncidentLogContract.Stage;

namespace SmartCity.Audit;

/// <summary>Replays the incidents from their events alone: stage by stage, with evidence, one open of an object and an alarm.</summary>
internal sealed class IncidentAudit(OutageAudit outages, AuditLog log)
{
    private readonly Dictionary<Hash32, AuditedIncident> _incidents = [];
    private readonly Dictionary<(uint Object, byte Alarm), Hash32> _open = [];
    private readonly DeadlineAudit _deadlines = new(outages.Rows, log);

    /// <summary>All incidents.</summary>
    public IReadOnlyDictionary<Hash32, AuditedIncident> Incidents => _incidents;

    /// <summary>The open incident of each object and alarm that ever had one; zero if it has none now.</summary>
    public IEnumerable<((uint Object, byte Alarm) Place, Hash32 Incident)> Open => _incidents.Values
        .Select(incident => (incident.Object, incident.Alarm)).Distinct()
        .Select(place => (place, _open.GetValueOrDefault(place, Hash32.Zero)));

    /// <summary>The latest source time of an entry, or block time of one, whichever is later.</summary>
    public ulong LastTime { get; private set; }

    public void Apply(Entry<ContractEvent> entry)
    {
        if (entry.Event is not IncidentLogEvent told)
        {
            return;
        }
        if (told is not IncidentLogEvent.DeadlineBreached)
        {
            _deadlines.ExpectNoMore();
        }
        switch (told)
        {
            case IncidentLogEvent.IncidentRaised raised:
                Raise(raised, entry);
                break;
            case IncidentLogEvent.DeadlineBreached breached:
                Change(breached.Incident, entry, incident => _deadlines.Apply(breached, incident, entry));
                break;
            case IncidentLogEvent.OutageRecorded recorded:
                Change(recorded.Incident, entry, incident => Check(
                    incident.Stage != Stage.Rejected, recorded.Incident, entry, "a false alarm has an outage", () => incident.HasOutage = true));
                break;
            default:
                ApplyWork(told, entry);
                break;
        }
    }

    public void Finish() => _deadlines.ExpectNoMore();

    private void ApplyWork(IncidentLogEvent told, Entry<ContractEvent> entry)
    {
        switch (told)
        {
            case IncidentLogEvent.IncidentCleared cleared:
                Work(cleared.Incident, cleared.Time, cleared.Evidence, entry, incident => Check(
                    incident.ClearedAt == 0 && cleared.Time >= incident.RaisedAt, cleared.Incident, entry,
                    "is cleared twice, or before it was raised", () => incident.ClearedAt = cleared.Time));
                break;
            case IncidentLogEvent.IncidentAdvanced advanced:
                Work(advanced.Incident, advanced.Time, advanced.Evidence, entry, incident => Advance(advanced, incident, entry));
                break;
            case IncidentLogEvent.IncidentEscalated escalated:
                Work(escalated.Incident, escalated.Time, escalated.Evidence, entry, incident => Check(
                    incident.IsOpen && !incident.IsCritical, escalated.Incident, entry, "is made critical too late, or twice",
                    () => incident.IsCritical = true));
                break;
            case IncidentLogEvent.IncidentVisited visited:
                Work(visited.Incident, visited.Time, visited.Evidence, entry, incident => Visit(visited, incident, entry));
                break;
            case IncidentLogEvent.IncidentSuspended suspended:
                Work(suspended.Incident, suspended.Time, suspended.Evidence, entry, incident => Check(
                    CanBeSuspended(incident) && incident.SuspendedAt is null && suspended.Time >= Math.Max(incident.RegisteredAt, incident.ResumedAt),
                    suspended.Incident, entry, "cannot be suspended", () => incident.Suspend(suspended.Time)));
                break;
            case IncidentLogEvent.IncidentResumed resumed:
                Work(resumed.Incident, resumed.Time, resumed.Evidence, entry, incident => Check(
                    CanBeSuspended(incident) && resumed.Time >= incident.SuspendedAt, resumed.Incident, entry,
                    "cannot be resumed", () => incident.Resume(resumed.Time)));
                break;
            case IncidentLogEvent.IncidentRejected rejected:
                Work(rejected.Incident, rejected.Time, rejected.Evidence, entry, incident => Check(
                    incident.Stage <= Stage.Dispatched && !incident.HasOutage && incident.Interruption is null && rejected.Time >= incident.StageAt,
                    rejected.Incident, entry, "is no false alarm", () => End(rejected.Incident, incident, Stage.Rejected, rejected.Time)));
                break;
            case IncidentLogEvent.IncidentMerged merged:
                Work(merged.Incident, merged.Time, merged.Evidence, entry, incident => Merge(merged, incident, entry));
                break;
            case IncidentLogEvent.IncidentReopened reopened:
                Work(reopened.Incident, reopened.Time, reopened.Evidence, entry, incident => Reopen(reopened, incident, entry));
                break;
            case IncidentLogEvent.SupplyInterrupted interrupted:
                Work(interrupted.Incident, interrupted.From, interrupted.Evidence, entry, incident => Interrupt(interrupted, incident, entry));
                break;
            case IncidentLogEvent.SupplyConditionReported reported:
                Work(reported.Incident, reported.Time, reported.Evidence, entry, incident => Report(reported, incident, entry));
                break;
        }
    }

    private void Raise(IncidentLogEvent.IncidentRaised raised, Entry<ContractEvent> entry)
    {
        bool isFirst = !_incidents.ContainsKey(raised.Incident) && raised.Alarm is >= 1 and <= 4;
        log[AuditRule.Incidents].That(
            isFirst && IsEntry(raised.Time, raised.Evidence, entry),
            () => $"incident {raised.Incident} ({entry.Where}): raised twice, without evidence, ahead of time, or of no known alarm");
        if (isFirst)
        {
            AuditedIncident incident = _incidents[raised.Incident] = new(raised.Object, raised.Alarm, raised.Time);
            Claim(raised.Incident, incident, entry);
        }
        LastTime = Math.Max(LastTime, Math.Max(raised.Time, entry.Seconds));
    }

    private void Advance(IncidentLogEvent.IncidentAdvanced advanced, AuditedIncident incident, Entry<ContractEvent> entry)
    {
        bool isNext = advanced.Stage <= Stage.Closed && (int)advanced.Stage == (int)incident.Stage + 1 && advanced.Time >= incident.StageAt;
        bool isAllowed = advanced.Stage switch
        {
            Stage.Eliminated => incident.SuspendedAt is null,
            Stage.Verified => IsOther(),
            Stage.Closed => IsOther() && incident.ClearedAt != 0
                && advanced.Time >= incident.ClearedAt + outages.Rows.At(incident.RegisteredAt).Quiet,
            _ => true,
        };
        Check(isNext && isAllowed, advanced.Incident, entry, $"cannot go from {incident.Stage} to {advanced.Stage} at {advanced.Time}", () =>
        {
            (incident.Stage, incident.StageAt) = (advanced.Stage, advanced.Time);
            incident.RegisteredAt = advanced.Stage == Stage.Registered ? advanced.Time : incident.RegisteredAt;
            incident.EliminatedBy = advanced.Stage == Stage.Eliminated ? advanced.By : incident.EliminatedBy;
            if (DeadlineOf(advanced.Stage) is { } deadline)
            {
                _deadlines.Reach(advanced.Incident, incident, deadline, advanced.Time);
            }
            if (advanced.Stage == Stage.Closed)
            {
                End(advanced.Incident, incident, Stage.Closed, advanced.Time);
            }
        });

        bool IsOther() => !incident.IsCritical || advanced.By != incident.EliminatedBy;
    }

    private void Visit(IncidentLogEvent.IncidentVisited visited, AuditedIncident incident, Entry<ContractEvent> entry) => Check(
        incident.IsOpen && incident.RegisteredAt != 0 && incident.ReachedAt(Deadline.Visit) is null && visited.Time >= incident.RegisteredAt,
        visited.Incident, entry, "is visited twice, or while it is none",
        () => _deadlines.Reach(visited.Incident, incident, Deadline.Visit, visited.Time));

    private void Merge(IncidentLogEvent.IncidentMerged merged, AuditedIncident incident, Entry<ContractEvent> entry)
    {
        bool isKnown = _incidents.TryGetValue(merged.Parent, out AuditedIncident? parent);
        bool isWithoutSupply = incident.Interruption is not null && incident.Stage < Stage.Restored;
        bool isAllowed = isKnown && merged.Parent != merged.Incident && incident.IsOpen && parent!.IsOpen && merged.Time >= incident.StageAt
            && parent.RaisedAt <= incident.RaisedAt
            && (incident.RegisteredAt == 0 || (parent.RegisteredAt != 0 && parent.RegisteredAt <= incident.RegisteredAt))
            && (!isWithoutSupply || parent.Stage < Stage.Restored);
        Check(isAllowed, merged.Incident, entry, $"cannot be part of {merged.Parent}", () =>
        {
            if (isWithoutSupply && (parent!.Interruption is null || incident.Interruption!.Due < parent.Interruption.Due))
            {
                parent.Interruption = incident.Interruption;
            }
            parent!.IsCritical |= incident.IsCritical;
            End(merged.Incident, incident, Stage.Merged, merged.Time);
        });
    }

    private void Reopen(IncidentLogEvent.IncidentReopened reopened, AuditedIncident incident, Entry<ContractEvent> entry)
    {
        Stage from = incident.Stage;
        bool isBefore = from < Stage.Restored;
        Stage to = from switch
        {
            < Stage.Restored => from,
            Stage.Rejected => StageBefore(incident),
            _ => Stage.Acknowledged,
        };
        ulong earliest = isBefore ? incident.ClearedAt : Math.Max(incident.StageAt, incident.ClearedAt);
        bool isInTime = incident.IsOpen || reopened.Time <= incident.StageAt + outages.Rows.At(incident.StageAt).Quiet;
        bool isAllowed = from != Stage.Merged && (!isBefore || incident.ClearedAt != 0) && reopened.Time >= earliest && isInTime
            && reopened.Stage == to;
        Check(isAllowed, reopened.Incident, entry, $"cannot be reopened from {from} to {reopened.Stage} at {reopened.Time}", () =>
        {
            bool isAnew = !isBefore && from != Stage.Rejected;
            if (isAnew)
            {
                _deadlines.ExpectOverdue(reopened.Incident, incident, reopened.Time);
            }
            if (!incident.IsOpen)
            {
                Claim(reopened.Incident, incident, entry);
            }
            incident.Reopen(to, reopened.Time, isAnew);
        });
    }

    private void Interrupt(IncidentLogEvent.SupplyInterrupted told, AuditedIncident incident, Entry<ContractEvent> entry)
    {
        ulong due = outages.RestoreDue(told.Group, told.From, told.Condition);
        Check(
            incident.Stage < Stage.Restored && incident.Interruption is null && told.Due == due, told.Incident, entry,
            $"is without supply until {told.Due}, computed {due}, or was already, or is restored",
            () => incident.Interruption = new(told.Group, told.From, due));
    }

    private void Report(IncidentLogEvent.SupplyConditionReported told, AuditedIncident incident, Entry<ContractEvent> entry)
    {
        ulong? due = incident.Interruption is { } interruption
            ? Math.Min(interruption.Due, outages.RestoreDue(interruption.Group, interruption.From, told.Condition))
            : null;
        Check(
            incident.Stage < Stage.Restored && told.Due == due && told.Time >= incident.Interruption?.From, told.Incident, entry,
            $"is to be restored by {told.Due}, computed {due}",
            () => incident.Interruption = incident.Interruption! with { Due = told.Due });
    }

    /// <summary>Does what an entry says to an incident that is known; time and evidence are looked at first.</summary>
    private void Work(Hash32 incident, ulong time, Hash32 evidence, Entry<ContractEvent> entry, Action<AuditedIncident> apply)
    {
        log[AuditRule.Incidents].That(
            IsEntry(time, evidence, entry), () => $"incident {incident} ({entry.Where}): an entry without evidence, or ahead of time");
        LastTime = Math.Max(LastTime, Math.Max(time, entry.Seconds));
        Change(incident, entry, apply);
    }

    private void Change(Hash32 incident, Entry<ContractEvent> entry, Action<AuditedIncident> apply)
    {
        if (_incidents.TryGetValue(incident, out AuditedIncident? known))
        {
            apply(known);
        }
        else
        {
            log[AuditRule.Incidents].That(false, () => $"incident {incident} ({entry.Where}): it was never raised");
        }
    }

    private void Check(bool isAllowed, Hash32 incident, Entry<ContractEvent> entry, string what, Action apply)
    {
        log[AuditRule.Incidents].That(isAllowed, () => $"incident {incident} ({entry.Where}): {what}");
        if (isAllowed)
        {
            apply();
        }
    }

    private void Claim(Hash32 id, AuditedIncident incident, Entry<ContractEvent> entry)
    {
        bool isFree = _open.TryAdd((incident.Object, incident.Alarm), id);
        log[AuditRule.Incidents].That(isFree, () => $"incident {id} ({entry.Where}): another one of object {incident.Object} is open");
    }

    private void End(Hash32 id, AuditedIncident incident, Stage stage, ulong time)
    {
        _deadlines.ExpectOverdue(id, incident, time);
        (incident.Stage, incident.StageAt) = (stage, time);
        _ = _open.Remove((incident.Object, incident.Alarm));
    }

    private static bool CanBeSuspended(AuditedIncident incident) => incident.Stage is >= Stage.Registered and <= Stage.Restored;

    private static bool IsEntry(ulong time, Hash32 evidence, Entry<ContractEvent> entry) =>
        time != 0 && time <= entry.Seconds + DeadlineRows.ClockSlack && !evidence.IsZero;

    private static Deadline? DeadlineOf(Stage stage) => stage switch
    {
        Stage.Acknowledged => Deadline.Acknowledge,
        Stage.Dispatched => Deadline.Plan,
        Stage.Localised => Deadline.Localise,
        Stage.Restored => Deadline.Restore,
        Stage.Eliminated => Deadline.Eliminate,
        _ => null,
    };

    private static Stage StageBefore(AuditedIncident incident) => (incident.ReachedAt(Deadline.Plan), incident.ReachedAt(Deadline.Acknowledge)) switch
    {
        (not null, _) => Stage.Dispatched,
        (null, not null) => Stage.Acknowledged,
        _ => incident.RegisteredAt != 0 ? Stage.Registered : Stage.Detected,
    };
}
