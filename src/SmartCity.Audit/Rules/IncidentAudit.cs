using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Replays the incidents: raised once, moved forward only, each step with evidence.</summary>
internal sealed class IncidentAudit(AuditLog log)
{
    private readonly Dictionary<Hash32, (int Stage, ulong RaisedAt, ulong ClearedAt)> _incidents = [];

    /// <summary>Incidents: stage, when raised, when cleared (0 if not).</summary>
    public IReadOnlyDictionary<Hash32, (int Stage, ulong RaisedAt, ulong ClearedAt)> Incidents => _incidents;

    public void Apply(Entry<ContractEvent> entry)
    {
        Findings findings = log[AuditRule.Incidents];
        switch (entry.Event)
        {
            case IncidentLogEvent.IncidentRaised raised:
                findings.That(
                    !_incidents.ContainsKey(raised.Incident) && !raised.Evidence.IsZero,
                    () => $"incident {raised.Incident} ({entry.Where}): raised twice or without evidence");
                _incidents[raised.Incident] = ((int)IncidentLogContract.Stage.Raised, raised.Time, 0);
                break;
            case IncidentLogEvent.IncidentCleared cleared:
                bool isOpen = _incidents.TryGetValue(cleared.Incident, out (int Stage, ulong RaisedAt, ulong ClearedAt) open);
                findings.That(
                    isOpen && open.ClearedAt == 0 && cleared.Time >= open.RaisedAt && !cleared.Evidence.IsZero,
                    () => $"incident {cleared.Incident} ({entry.Where}): cleared twice, before it was raised, or without evidence");
                _incidents[cleared.Incident] = open with { ClearedAt = cleared.Time };
                break;
            case IncidentLogEvent.IncidentAdvanced advanced:
                bool isKnown = _incidents.TryGetValue(advanced.Incident, out (int Stage, ulong RaisedAt, ulong ClearedAt) before);
                findings.That(
                    isKnown && (int)advanced.Stage > before.Stage,
                    () => $"incident {advanced.Incident} ({entry.Where}): went from stage {before.Stage} to {advanced.Stage}");
                _incidents[advanced.Incident] = before with { Stage = (int)advanced.Stage };
                break;
        }
    }
}
