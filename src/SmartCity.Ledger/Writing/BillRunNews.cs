using SmartCity.Domain;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>What the chain has told that may change volumes and bills. Pure.</summary>
internal sealed class BillRunNews(CityCalendar calendar)
{
    private const uint SecondsPerHour = 3_600;

    private readonly List<ContractEvent> _registryEvents = [];
    private readonly Dictionary<(uint Group, Period Period), int> _fixedAt = [];
    private readonly Dictionary<uint, (Period From, int At)> _toFix = [];
    private readonly Dictionary<uint, Period> _toRecalculate = [];
    private int _told;

    /// <summary>Groups and accounts as they are now.</summary>
    public CityRegistry Registry { get; private set; } = CityRegistry.Empty;

    /// <summary>Groups whose volumes are to be fixed anew, each with the first period of which something was learned since they were.</summary>
    public IReadOnlyList<(uint Group, Period From)> ToFixAnew => [.. _toFix
        .Where(pair => _fixedAt.TryGetValue((pair.Key, pair.Value.From), out int fixedAt) && fixedAt < pair.Value.At)
        .Select(pair => (pair.Key, pair.Value.From))];

    /// <summary>Groups whose accounts are to be looked at, each from a period on.</summary>
    public IReadOnlyList<(uint Group, Period From)> ToRecalculate => [.. _toRecalculate.Select(pair => (pair.Key, pair.Value))];

    /// <summary>Takes what was told next, in the order of the chain.</summary>
    public void Add(IReadOnlyList<CityLogEntry> entries)
    {
        _registryEvents.AddRange(entries.Select(entry => entry.Event).Where(told => told is MeterRegistryEvent or AccountBookEvent));
        Registry = CityRegistry.From(calendar, _registryEvents);
        foreach (CityLogEntry entry in entries)
        {
            _told++;
            Add(entry.Event);
        }
    }

    /// <summary>All was looked at.</summary>
    public void Forget()
    {
        _toFix.Clear();
        _toRecalculate.Clear();
    }

    private void Add(ContractEvent told)
    {
        switch (told)
        {
            case ReadingLedgerEvent.CorrectionRecorded corrected:
                Change(corrected.Group, new(corrected.Period));
                break;
            case MeterRegistryEvent.FaultReported fault:
                Change(fault.Group, calendar.PeriodOf(new(fault.FromHour)));
                break;
            case MeterRegistryEvent.MeterReplaced replaced:
                Change(replaced.Group, calendar.PeriodOf(new(replaced.FromHour)));
                break;
            case MeterRegistryEvent.MeterDecommissioned gone:
                Change(gone.Group, calendar.PeriodOf(new(gone.FromHour)));
                break;
            case AccountBookEvent.TermsChanged { FromPeriod: var from } changed
                when Registry.AccountOf(changed.Account) is { Premises: var premises }:
                Change(premises.ElectricityGroup, new(from));
                Change(premises.HeatGroup, new(from));
                break;
            case IncidentLogEvent.OutageRecorded { Outage: var outage } recorded:
                Look(recorded.Group, calendar.PeriodOf(new((uint)(outage.From / SecondsPerHour))));
                break;
            case VolumeBookEvent.VolumesFixed done:
                (uint, Period) key = (done.Group, new(done.Period));
                if (_fixedAt.ContainsKey(key))
                {
                    Look(done.Group, new(done.Period)); // Somebody else may have fixed it anew.
                }
                _fixedAt[key] = _told;
                break;
        }
    }

    private void Change(uint group, Period from)
    {
        if (group == 0)
        {
            return;
        }
        Period earliest = _toFix.TryGetValue(group, out (Period From, int) known) && known.From < from ? known.From : from;
        _toFix[group] = (earliest, _told);
        Look(group, from);
    }

    private void Look(uint group, Period from) =>
        _toRecalculate[group] = _toRecalculate.TryGetValue(group, out Period known) && known < from ? known : from;
}
