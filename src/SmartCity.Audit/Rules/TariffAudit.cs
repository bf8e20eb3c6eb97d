using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>
/// Replays the tariff book: versions in order, each before it is in force, with values within what the interface allows, of
/// providers that are known.
/// </summary>
internal sealed class TariffAudit(CityCalendar calendar, AuditLog log)
{
    private const ulong MaxPrice = 1_000_000_000_000;
    private const ushort MaxPeriod = 13_559;
    private const ushort MaxVatRate = 5_000;
    private const ushort MaxRate = 10_000;
    private const byte MaxDueDay = 28;
    private const ushort MinCoefficient = 10_000;
    private const ushort MaxCoefficient = 50_000;

    private readonly Dictionary<ushort, Address> _payees = [];
    private readonly List<TariffBookContract.Tariff> _published = [];
    private bool _hasOracles;

    /// <summary>The tariffs.</summary>
    public Tariffs Tariffs { get; } = new();

    /// <summary>The tariffs as they were published.</summary>
    public IReadOnlyList<TariffBookContract.Tariff> Published => _published;

    /// <summary>Where the share of each provider is paid.</summary>
    public IReadOnlyDictionary<ushort, Address> Payees => _payees;

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case ReadingLedgerEvent.OraclesChanged:
                _hasOracles = true;
                break;
            case TariffBookEvent.ProviderRegistered registered:
                log[AuditRule.Tariffs].That(
                    registered.Provider != 0 && registered.Payee != Address.Zero,
                    () => $"{entry.Where}: provider {registered.Provider} is paid to {registered.Payee}");
                _payees[registered.Provider] = registered.Payee;
                break;
            case TariffBookEvent.TariffPublished published:
                Publish(published, entry);
                break;
        }
    }

    private void Publish(TariffBookEvent.TariffPublished published, Entry<ContractEvent> entry)
    {
        TariffBookContract.Tariff tariff = published.Tariff;
        string place = $"tariff {published.Version} of {new Period(tariff.FromPeriod)} ({entry.Where})";
        Findings findings = log[AuditRule.Tariffs];
        findings.Equal(published.Version, Tariffs.Versions.Count + 1, () => $"{place}, version");
        if (Tariffs.Versions.Count != 0)
        {
            Period before = Tariffs.Versions[^1].FromPeriod;
            findings.That(tariff.FromPeriod > before.Value, () => $"{place}: it is not after that of {before}");
            Period present = calendar.PeriodOf(entry.Hour);
            findings.That(
                !_hasOracles || tariff.FromPeriod > present.Value, () => $"{place}: it was published in {present}, when it was in force");
        }
        foreach (ushort provider in new[] { tariff.ElectricityProvider, tariff.CommonNeedsProvider, tariff.HeatProvider })
        {
            findings.That(_payees.ContainsKey(provider), () => $"{place}: provider {provider} is unknown");
        }
        findings.That(IsInRange(tariff), () => $"{place}: {tariff} has a value out of range");
        _published.Add(tariff);
        Tariffs.Add(tariff);
    }

    private static bool IsInRange(TariffBookContract.Tariff tariff) =>
        tariff.FromPeriod <= MaxPeriod
        && tariff.ElectricityPrices.Append(tariff.HeatPrice).All(price => price is >= 1 and <= MaxPrice)
        && tariff.FirstBandLimit <= tariff.SecondBandLimit
        && tariff.VatRate <= MaxVatRate
        && tariff.DueDay is >= 1 and <= MaxDueDay
        && tariff.PenaltyRate <= MaxRate
        && tariff.ReductionRate <= MaxRate
        && tariff.NormCoefficient is >= MinCoefficient and <= MaxCoefficient;
}
