using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>The whole history, recomputed once in the order of the chain.</summary>
internal sealed class Replay
{
    private readonly Dictionary<Hash32, int> _versions = [];
    private readonly DisputeAudit _disputes;

    /// <param name="chainId">Chain the history is of.</param>
    /// <param name="history">What happened.</param>
    /// <param name="utcOffset">The city's offset from UTC.</param>
    /// <param name="checksSignatures">False when only the resulting state is wanted: signatures take most of the time.</param>
    public Replay(ulong chainId, CityHistory history, TimeSpan utcOffset, bool checksSignatures)
    {
        History = history;
        CityCalendar calendar = new(utcOffset);
        Registry registry = new();
        Readings = new(chainId, history.Contracts.ReadingLedger.Address, calendar, registry, Log, checksSignatures);
        Tariffs = new(calendar, Log);
        Accounts = new(calendar, Readings, Log);
        Outages = new(calendar, registry, Log);
        Volumes = new(calendar, Readings, Accounts.Accounts, Tariffs.Tariffs, Log);
        Penalties = new(calendar, Tariffs.Tariffs, Log);
        AuditedCharges charges = new(calendar, Readings, Accounts.Accounts, Tariffs.Tariffs, Volumes, Outages);
        Bills = new(calendar, Accounts.Accounts, Tariffs.Tariffs, charges, Penalties, Log);
        Money = new(Accounts.Accounts, Bills);
        Payments = new(Money, Bills, Penalties, Tariffs, Log);
        _disputes = new(Money, Bills, Penalties, Log);
        Tokens = new(Money, history.Contracts.Settlement.Address, Log);
        Incidents = new(Outages, Log);
        foreach (Entry<ContractEvent> entry in history.Entries)
        {
            try
            {
                Apply(entry);
            }
            catch (Exception exception) when (IsOfValues(exception))
            {
                // Only values that no contract would have written get here.
                Log[AuditRule.Events].That(false, () => $"{entry.Where}: {entry.Event.GetType().Name} cannot be true: {exception.Message}");
            }
        }
        Finish();
    }

    public AuditLog Log { get; } = new();

    public CityHistory History { get; }

    public ReadingAudit Readings { get; }

    public TariffAudit Tariffs { get; }

    public AccountAudit Accounts { get; }

    public OutageAudit Outages { get; }

    public VolumeAudit Volumes { get; }

    public PenaltyAudit Penalties { get; }

    public BillAudit Bills { get; }

    public MoneyBook Money { get; }

    public PaymentAudit Payments { get; }

    public TokenAudit Tokens { get; }

    public IncidentAudit Incidents { get; }

    public PauseAudit Pauses { get; } = new();

    /// <summary>Does an exception come from values that no contract would have written?</summary>
    public static bool IsOfValues(Exception exception) => exception is ArithmeticException or ArgumentException or KeyNotFoundException
        or InvalidOperationException or IndexOutOfRangeException;

    private void Apply(Entry<ContractEvent> entry)
    {
        if (AuthorityOf(entry.Event) is { } authority)
        {
            Log[AuditRule.Events].That(
                authority == History.Contracts.AccessManager,
                () => $"{entry.Where}: a contract obeys {authority}, not the city's AccessManager {History.Contracts.AccessManager}");
        }
        if (ConnectedTo(entry.Event) is { } connection)
        {
            Log[AuditRule.Events].That(
                connection.Found == connection.Expected,
                () => $"{entry.Where}: a contract is connected to {connection.Found}, not to the city's {connection.Expected}");
        }
        if (entry.Event is DirectoryEvent.ContractRegistered registered)
        {
            _versions[registered.Name] = _versions.GetValueOrDefault(registered.Name) + 1;
            Log[AuditRule.Events].Equal(
                registered.Version, _versions[registered.Name], () => $"{entry.Where}: version of {ShortText.Decode(registered.Name)}");
        }
        if (entry.Event is MeterRegistryEvent registryEvent)
        {
            Readings.Registry.Apply(registryEvent);
        }
        Readings.Apply(entry);
        Tariffs.Apply(entry);
        Accounts.Apply(entry);
        Outages.Apply(entry);
        Volumes.Apply(entry);
        Bills.Apply(entry);
        Payments.Apply(entry);
        _disputes.Apply(entry);
        Tokens.Apply(entry);
        Incidents.Apply(entry);
        Pauses.Apply(entry.Event);
    }

    private void Finish()
    {
        Readings.Finish();
        Payments.Finish();
        Penalties.Finish();
        Tokens.Finish();
        Incidents.Finish();
        Log[AuditRule.Events].Held(History.Entries.Count);
        foreach (string where in History.Undecodable)
        {
            Log[AuditRule.Events].That(false, () => where);
        }
    }

    /// <summary>To which contract another is connected, if that is what it tells, and to which it should be.</summary>
    private (Address Found, Address Expected)? ConnectedTo(ContractEvent told) => told switch
    {
        MeterRegistryEvent.Connected connected => (connected.ReadingLedger, History.Contracts.ReadingLedger.Address),
        AccountBookEvent.Connected connected => (connected.Billing, History.Contracts.Billing.Address),
        BillingEvent.SettlementConnected connected => (connected.Settlement, History.Contracts.Settlement.Address),
        _ => null,
    };

    /// <summary>Who gives the permissions of a contract, if that is what it tells.</summary>
    private static Address? AuthorityOf(ContractEvent told) => told switch
    {
        DirectoryEvent.AuthorityUpdated updated => updated.Authority,
        MeterRegistryEvent.AuthorityUpdated updated => updated.Authority,
        AccountBookEvent.AuthorityUpdated updated => updated.Authority,
        ReadingLedgerEvent.AuthorityUpdated updated => updated.Authority,
        TariffBookEvent.AuthorityUpdated updated => updated.Authority,
        BillingEvent.AuthorityUpdated updated => updated.Authority,
        SettlementEvent.AuthorityUpdated updated => updated.Authority,
        SettlementRoubleEvent.AuthorityUpdated updated => updated.Authority,
        IncidentLogEvent.AuthorityUpdated updated => updated.Authority,
        _ => null,
    };
}
