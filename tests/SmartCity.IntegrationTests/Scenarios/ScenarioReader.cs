using SmartCity.Domain;
using SmartCity.IntegrationTests.Nodes;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>Reads the folders of tests/scenarios, whose README.md tells the format. What is not described there is an
/// error.</summary>
internal static class ScenarioReader
{
    private const string Prefix = "given_";

    private static readonly Dictionary<string, ScenarioHeating> Heatings = new()
    {
        ["none"] = ScenarioHeating.None,
        ["house"] = ScenarioHeating.House,
        ["norm"] = ScenarioHeating.Norm,
        ["boiler"] = ScenarioHeating.Boiler,
    };

    private static readonly Dictionary<string, bool> YesOrNo = new() { ["yes"] = true, ["no"] = false };

    /// <summary>The folder of all scenarios.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryFolder.Path, "tests", "scenarios");

    /// <summary>Names of all scenarios, without <c>given_</c>.</summary>
    public static IReadOnlyList<string> Names() =>
    [
        .. Directory.GetDirectories(Folder)
            .Select(Path.GetFileName)
            .Select(name => name!.StartsWith(Prefix, StringComparison.Ordinal)
                ? name[Prefix.Length..]
                : throw new ScenarioFormatException($"The folder {name} of {Folder} does not begin with {Prefix}."))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads the scenario of a name.</summary>
    /// <exception cref="ScenarioFormatException">A file is wrong; the message says where.</exception>
    public static Scenario Read(string name) => ReadFolder(Path.Combine(Folder, Prefix + name));

    /// <summary>Reads the scenario in a folder, which may stand elsewhere.</summary>
    /// <exception cref="ScenarioFormatException">A file is wrong; the message says where.</exception>
    public static Scenario ReadFolder(string folder)
    {
        string when = Path.Combine(folder, "when");
        string then = Path.Combine(folder, "then");
        RequireOnly(folder, "README.md", "when", "then");
        RequireOnly(when, "tariffs.csv", "accounts.csv", "electricity.csv", "heat.csv", "events.csv");
        RequireOnly(then, "lines.csv", "bills.csv", "balances.csv");
        IReadOnlyList<ScenarioEvent> events = ScenarioEventReader.Read(Path.Combine(when, "events.csv"));
        Period first = Period.Of(events[0].Day.Year, events[0].Day.Month);
        Scenario scenario = new(
            Path.GetFileName(folder),
            ScenarioTariff.Versions(
                first,
                CsvTable.Read(Path.Combine(Folder, "defaults.csv"), "item", "value"),
                CsvTable.ReadOptional(Path.Combine(when, "tariffs.csv"), "from", "item", "value")),
            ReadAccounts(Path.Combine(when, "accounts.csv")),
            [.. ReadElectricity(Path.Combine(when, "electricity.csv")), .. ReadHeat(Path.Combine(when, "heat.csv"))],
            events,
            ScenarioResults.ReadBills(Path.Combine(then, "bills.csv")),
            ScenarioResults.ReadLines(Path.Combine(then, "lines.csv")),
            ReadBalances(Path.Combine(then, "balances.csv")));
        RequireAllMonths(scenario, first);
        return scenario;
    }

    private static void RequireOnly(string folder, params string[] files)
    {
        string? unknown = Directory.GetFileSystemEntries(folder)
            .Select(path => Path.GetFileName(path))
            .FirstOrDefault(file => !files.Contains(file));
        if (unknown is not null)
        {
            throw new ScenarioFormatException($"{folder} has {unknown}; known are {string.Join(", ", files)}.");
        }
    }

    private static IReadOnlyList<ScenarioAccount> ReadAccounts(string path) =>
    [
        .. CsvTable.Read(path, "account", "area_m2", "phase", "zones", "residents", "heating", "heat_meter", "from").Select(row =>
            new ScenarioAccount(
                row.Text("account"),
                (uint)row.Fixed("area_m2", 2),
                row.Whole("phase"),
                TermsOf(row),
                row.OneOf("heat_meter", YesOrNo),
                row.Month("from"))),
    ];

    /// <summary>What an account is charged by, from the row of an account or the note of an event.</summary>
    public static ScenarioTerms TermsOf(CsvRow row) =>
        new(row.Whole("zones"), row.Whole("residents"), row.OneOf("heating", Heatings));

    private static IEnumerable<MeterMonth> ReadElectricity(string path) => CsvTable
        .ReadOptional(path, "month", "meter", "peak_kwh", "half_peak_kwh", "night_kwh", "missing_hours", "estimated_hours")
        .Select(row => new MeterMonth(
            EnergyKind.Electricity,
            row.Month("month"),
            row.Text("meter"),
            [row.Fixed("peak_kwh", 3), row.Fixed("half_peak_kwh", 3), row.Fixed("night_kwh", 3)],
            row.Whole("missing_hours"),
            row.Whole("estimated_hours")));

    private static IEnumerable<MeterMonth> ReadHeat(string path) => CsvTable
        .ReadOptional(path, "month", "meter", "gcal", "missing_hours")
        .Select(row => new MeterMonth(
            EnergyKind.Heat, row.Month("month"), row.Text("meter"), [row.Fixed("gcal", 6), 0, 0], row.Whole("missing_hours"), 0));

    private static IReadOnlyList<BalanceRow> ReadBalances(string path) =>
    [
        .. CsvTable.Read(path, "day", "who", "amount").Select(row =>
            new BalanceRow(row.Day("day"), row.Text("who"), row.Fixed("amount", 2))),
    ];

    /// <summary>Every meter has a row for every month, once.</summary>
    private static void RequireAllMonths(Scenario scenario, Period first)
    {
        foreach (EnergyKind kind in Enum.GetValues<EnergyKind>().Where(scenario.Has))
        {
            string[] meters = [Scenario.House, .. scenario.Consumers(kind).Select(account => account.Name)];
            int months = scenario.LastMonth.Value - first.Value + 1;
            (Period Month, string Meter)[] expected =
            [
                .. from month in Enumerable.Range(first.Value, months)
                   from meter in meters
                   select (new Period((ushort)month), meter),
            ];
            (Period Month, string Meter)[] present =
                [.. scenario.Readings.Where(row => row.Kind == kind).Select(row => (row.Month, row.Meter))];
            foreach ((Period month, string meter) in expected.Except(present).Concat(present.Except(expected)))
            {
                throw new ScenarioFormatException(
                    $"{scenario.Name}: {kind} of meter '{meter}' in {month}: there must be one row for each meter and month, and no "
                    + "other.");
            }
            if (present.Length != present.Distinct().Count())
            {
                throw new ScenarioFormatException($"{scenario.Name}: a meter has two rows of {kind} for one month.");
            }
        }
    }
}
