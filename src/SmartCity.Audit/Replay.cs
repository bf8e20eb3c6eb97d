using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>The whole history, recomputed once in the order of the chain.</summary>
internal sealed class Replay
{
    /// <param name="chainId">Chain the history is of.</param>
    /// <param name="history">What happened.</param>
    /// <param name="utcOffset">The city's offset from UTC.</param>
    /// <param name="checksSignatures">False when only the resulting state is wanted: signatures take most of the time.</param>
    public Replay(ulong chainId, CityHistory history, TimeSpan utcOffset, bool checksSignatures)
    {
        History = history;
        Registry registry = new();
        Readings = new(chainId, history.Contracts.ReadingLedger.Address, new(utcOffset), registry, Log, checksSignatures);
        Bills = new(registry, Readings.Registers, Log);
        Money = new(registry, Bills, history.Contracts.Settlement.Address, Log);
        Incidents = new(Log);
        foreach (Entry<ContractEvent> entry in history.Entries)
        {
            try
            {
                Apply(entry);
            }
            catch (Exception exception) when (exception is OverflowException or ArgumentException or KeyNotFoundException)
            {
                // Only values that no contract would have written get here.
                Log[AuditRule.Events].That(false, () => $"{entry.Where}: {entry.Event.GetType().Name} cannot be true: {exception.Message}");
            }
        }
        Readings.Finish();
        Money.Finish();
        Log[AuditRule.Events].Held(history.Entries.Count);
        foreach (string where in history.Undecodable)
        {
            Log[AuditRule.Events].That(false, () => where);
        }
    }

    private void Apply(Entry<ContractEvent> entry)
    {
        if (AuthorityOf(entry.Event) is { } authority)
        {
            Log[AuditRule.Events].That(
                authority == History.Contracts.AccessManager,
                () => $"{entry.Where}: a contract obeys {authority}, not the city's AccessManager {History.Contracts.AccessManager}");
        }
        if (entry.Event is MeterRegistryEvent registryEvent)
        {
            Readings.Registry.Apply(registryEvent);
        }
        Readings.Apply(entry);
        Bills.Apply(entry);
        Money.Apply(entry);
        Incidents.Apply(entry);
    }

    /// <summary>Who gives the permissions of a contract, if that is what it tells.</summary>
    private static Address? AuthorityOf(ContractEvent told) => told switch
    {
        DirectoryEvent.AuthorityUpdated updated => updated.Authority,
        MeterRegistryEvent.AuthorityUpdated updated => updated.Authority,
        ReadingLedgerEvent.AuthorityUpdated updated => updated.Authority,
        TariffBookEvent.AuthorityUpdated updated => updated.Authority,
        BillingEvent.AuthorityUpdated updated => updated.Authority,
        SettlementRoubleEvent.AuthorityUpdated updated => updated.Authority,
        IncidentLogEvent.AuthorityUpdated updated => updated.Authority,
        _ => null,
    };

    public AuditLog Log { get; } = new();

    public CityHistory History { get; }

    public ReadingAudit Readings { get; }

    public BillAudit Bills { get; }

    public MoneyAudit Money { get; }

    public IncidentAudit Incidents { get; }
}
