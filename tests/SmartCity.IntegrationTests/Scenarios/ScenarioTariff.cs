using SmartCity.Domain;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>The tariff from a month on, in the ledger's units, by the names of tests/scenarios/defaults.csv.</summary>
internal sealed class ScenarioTariff
{
    private const int PriceDecimals = 6; // micro-roubles

    private static readonly string[] Zones =
        ["one_zone", "two_zone_day", "two_zone_night", "three_zone_peak", "three_zone_half_peak", "three_zone_night"];

    private static readonly string[] PriceItems =
        [.. Zones.SelectMany(zone => Enumerable.Range(1, 3).Select(band => $"{zone}_band{band}"))];

    /// <summary>Every item and its decimals: what the ledger counts it in.</summary>
    private static readonly Dictionary<string, int> DecimalsOf = PriceItems.ToDictionary(item => item, _ => PriceDecimals)
        .Concat(new Dictionary<string, int>
        {
            ["band1_limit_kwh"] = 3,
            ["band2_limit_kwh"] = 3,
            ["heat"] = PriceDecimals,
            ["vat_percent"] = 2,
            ["due_day"] = 0,
            ["penalty_percent"] = 2,
            ["reduction_percent_per_hour"] = 3,
            ["electricity_norm_kwh"] = 3,
            ["heat_norm_gcal_per_m2"] = 6,
            ["norm_coefficient"] = 4,
        })
        .ToDictionary(StringComparer.Ordinal);

    private readonly IReadOnlyDictionary<string, long> _values;

    private ScenarioTariff(Period from, IReadOnlyDictionary<string, long> values) => (From, _values) = (from, values);

    /// <summary>First month.</summary>
    public Period From { get; }

    /// <summary>Micro-roubles per kWh: bands 1, 2, 3 of one zone; of day, night; of peak, half-peak, night.</summary>
    public IReadOnlyList<ulong> ElectricityPrices => [.. PriceItems.Select(Of)];

    /// <summary>Wh a month.</summary>
    public ulong FirstBandLimit => Of("band1_limit_kwh");

    /// <summary>Wh a month.</summary>
    public ulong SecondBandLimit => Of("band2_limit_kwh");

    /// <summary>Micro-roubles per Gcal.</summary>
    public ulong HeatPrice => Of("heat");

    /// <summary>Hundredths of a percent.</summary>
    public ushort VatRate => (ushort)Of("vat_percent");

    /// <summary>Day of the month after.</summary>
    public byte DueDay => (byte)Of("due_day");

    /// <summary>Hundredths of a percent a year.</summary>
    public ushort PenaltyRate => (ushort)Of("penalty_percent");

    /// <summary>10^-5 an hour.</summary>
    public ushort ReductionRate => (ushort)Of("reduction_percent_per_hour");

    /// <summary>Wh per resident and month.</summary>
    public uint ElectricityNorm => (uint)Of("electricity_norm_kwh");

    /// <summary>kcal per m² and month.</summary>
    public uint HeatNorm => (uint)Of("heat_norm_gcal_per_m2");

    /// <summary>10^-4.</summary>
    public ushort NormCoefficient => (ushort)Of("norm_coefficient");

    /// <summary>The tariffs of a scenario: the defaults from its first month on, and one more from each month that changes
    /// something.</summary>
    public static IReadOnlyList<ScenarioTariff> Versions(
        Period first, IReadOnlyList<CsvRow> defaults, IReadOnlyList<CsvRow> changes)
    {
        Dictionary<string, long> values = defaults.ToDictionary(
            row => row.OneOf("item", DecimalsOf.Keys.ToDictionary(item => item)), ValueOf, StringComparer.Ordinal);
        if (values.Count != DecimalsOf.Count)
        {
            throw new ScenarioFormatException($"defaults.csv lacks {string.Join(", ", DecimalsOf.Keys.Except(values.Keys))}.");
        }
        SortedDictionary<Period, ScenarioTariff> versions = new() { [first] = new(first, values) };
        foreach (IGrouping<Period, CsvRow> month in changes.GroupBy(row => row.Month("from")).OrderBy(group => group.Key))
        {
            if (month.Key < first)
            {
                throw month.First().Wrong("from", $"the scenario begins in {first}");
            }
            values = new(values, StringComparer.Ordinal);
            foreach (CsvRow row in month)
            {
                values[row.OneOf("item", DecimalsOf.Keys.ToDictionary(item => item))] = ValueOf(row);
            }
            versions[month.Key] = new(month.Key, values);
        }
        return [.. versions.Values];
    }

    private static long ValueOf(CsvRow row) => row.Fixed("value", DecimalsOf.GetValueOrDefault(row.Text("item")));

    private ulong Of(string item) => (ulong)_values[item];
}
