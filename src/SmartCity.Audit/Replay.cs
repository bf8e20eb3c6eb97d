using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>The whole history, recomputed once in the order of the chain.</summary>
internal sealed class Replay
{
    public Replay(ulong chainId, CityHistory history, TimeSpan utcOffset)
    {
        History = history;
        Registry registry = new();
        Readings = new(chainId, history.Contracts.ReadingLedger.Address, new(utcOffset), registry, Log);
        Bills = new(registry, Readings.Registers, Log);
        Money = new(registry, Bills, history.Contracts.Settlement.Address, Log);
        Incidents = new(Log);
        foreach (Entry<ContractEvent> entry in history.Entries)
        {
            if (entry.Event is MeterRegistryEvent registryEvent)
            {
                registry.Apply(registryEvent);
            }
            Readings.Apply(entry);
            Bills.Apply(entry);
            Money.Apply(entry);
            Incidents.Apply(entry);
        }
        Readings.Finish();
        Money.Finish();
        Log[AuditRule.Events].Held(history.Entries.Count);
        foreach (string where in history.Undecodable)
        {
            Log[AuditRule.Events].That(false, () => where);
        }
    }

    public AuditLog Log { get; } = new();

    public CityHistory History { get; }

    public ReadingAudit Readings { get; }

    public BillAudit Bills { get; }

    public MoneyAudit Money { get; }

    public IncidentAudit Incidents { get; }
}
