using System.Globalization;
using SmartCity.Domain;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>Reads <c>when/events.csv</c>.</summary>
internal static class ScenarioEventReader
{
    /// <summary>Local time minus UTC.</summary>
    public static readonly TimeSpan UtcOffset = TimeSpan.FromHours(3);

    private const int Roubles = 2;

    private static readonly Dictionary<string, EnergyKind> Kinds = new()
    {
        ["electricity"] = EnergyKind.Electricity,
        ["heat"] = EnergyKind.Heat,
    };

    private static readonly Dictionary<string, ScenarioProvider> Providers = new()
    {
        ["power"] = ScenarioProvider.Power,
        ["management"] = ScenarioProvider.Management,
        ["heat"] = ScenarioProvider.Heat,
    };

    private static readonly Dictionary<string, ScenarioService> Services = new()
    {
        ["electricity"] = ScenarioService.Electricity,
        ["common_needs"] = ScenarioService.CommonNeeds,
        ["heating"] = ScenarioService.Heating,
    };

    private static readonly Dictionary<string, ScenarioFault> Faults = new()
    {
        ["none"] = ScenarioFault.None,
        ["broken"] = ScenarioFault.Broken,
        ["access_refused"] = ScenarioFault.AccessRefused,
    };

    private static readonly Dictionary<string, ScenarioOutage> Outages = new()
    {
        ["heat_interruption"] = ScenarioOutage.HeatInterruption,
        ["heat_cold"] = ScenarioOutage.HeatCold,
        ["electricity_interruption"] = ScenarioOutage.ElectricityInterruption,
    };

    private static readonly Dictionary<string, Func<CsvRow, DateOnly, ScenarioEvent>> Readers = new()
    {
        ["begin"] = (row, day) => Only(row, [], () => new ScenarioEvent.Begin(day)),
        ["bill"] = (row, day) => Only(row, ["account", "value"], () =>
            new ScenarioEvent.Bill(day, row.TextOrNull("account"), row.Month("value"))),
        ["pay"] = (row, day) => Only(row, ["account", "value"], () =>
            new ScenarioEvent.Pay(day, row.Text("account"), Money(row), ByPermit: false)),
        ["permit_pay"] = (row, day) => Only(row, ["account", "value"], () =>
            new ScenarioEvent.Pay(day, row.Text("account"), Money(row), ByPermit: true)),
        ["deposit"] = (row, day) => Only(row, ["account", "value"], () =>
            new ScenarioEvent.Deposit(day, row.OneOf("account", Providers), Money(row))),
        ["correct"] = Correct,
        ["refix"] = (row, day) => Only(row, ["value", "note"], () =>
            new ScenarioEvent.Refix(day, Kind(row.Note("energy")), row.Month("value"))),
        ["recalculate"] = (row, day) =>
            Only(row, ["account", "value"], () =>
            new ScenarioEvent.Recalculate(day, row.TextOrNull("account"), row.Month("value"))),
        ["fault"] = (row, day) => Only(row, ["account", "value", "note"], () =>
            new ScenarioEvent.Fault(day, row.Text("account"), Kind(row.Note("energy")), row.OneOf("value", Faults))),
        ["expire"] = (row, day) => Only(row, ["account", "note"], () =>
            new ScenarioEvent.Expire(day, row.Text("account"), Kind(row.Note("energy")))),
        ["terms"] = (row, day) => Only(row, ["account", "value", "note"], () => new ScenarioEvent.Terms(
            day, row.Text("account"), row.Month("value"), ScenarioReader.TermsOf(row.Note("zones", "residents", "heating")))),
        ["move_out"] = (row, day) =>
            Only(row, ["account", "value"], () => new ScenarioEvent.MoveOut(day, row.Text("account"), row.Text("value"))),
        ["outage"] = (row, day) => Only(row, ["note"], () => Outage(row, day)),
        ["dispute"] = (row, day) => Only(row, ["account", "value", "note"], () =>
            new ScenarioEvent.Dispute(day, row.Text("account"), Line(row).Month, Line(row).Service, Money(row))),
        ["concede"] = (row, day) => Only(row, ["account", "value", "note"], () =>
            new ScenarioEvent.Concede(day, row.Text("account"), Line(row).Month, Line(row).Service, Money(row))),
        ["reject"] = (row, day) => Only(row, ["account", "note"], () =>
            new ScenarioEvent.Reject(day, row.Text("account"), Line(row).Month, Line(row).Service)),
        ["withdraw_dispute"] = (row, day) => Only(row, ["account", "note"], () =>
            new ScenarioEvent.WithdrawDispute(day, row.Text("account"), Line(row).Month, Line(row).Service)),
        ["settle_dispute"] = (row, day) => Only(row, ["account", "note"], () =>
            new ScenarioEvent.SettleDispute(day, row.Text("account"), Line(row).Month, Line(row).Service)),
        ["refund"] = (row, day) => Only(row, ["account", "value"], () =>
            new ScenarioEvent.Refund(day, row.Text("account"), Money(row))),
        ["withdraw"] = (row, day) =>
            Only(row, ["account", "value"], () => new ScenarioEvent.Withdraw(day, row.OneOf("account", Providers), Money(row))),
        ["net"] = (row, day) => Only(row, ["note"], () => new ScenarioEvent.Net(day, Obligations(row))),
    };

    /// <summary>Reads the events, which must be in order of time and start with <c>begin</c>.</summary>
    public static IReadOnlyList<ScenarioEvent> Read(string path)
    {
        List<ScenarioEvent> events = [];
        foreach (CsvRow row in CsvTable.Read(path, "day", "event", "account", "value", "note"))
        {
            ScenarioEvent next = row.OneOf("event", Readers)(row, row.Day("day"));
            if ((events.Count == 0) != next is ScenarioEvent.Begin)
            {
                throw row.Wrong("event", "the first event is 'begin', and no other");
            }
            if (events.LastOrDefault() is { } before && next.Day < before.Day)
            {
                throw row.Wrong("day", $"it is before {before.Day:yyyy-MM-dd} of the event before");
            }
            events.Add(next);
        }
        return events.Count > 0 ? events : throw new ScenarioFormatException($"{path} has no event.");
    }

    /// <summary>The provider of a name.</summary>
    public static ScenarioProvider? FindProvider(string name) =>
        Providers.TryGetValue(name, out ScenarioProvider provider) ? provider : null;

    private static T Only<T>(CsvRow row, string[] used, Func<T> make)
    {
        row.RequireEmpty([.. new[] { "account", "value", "note" }.Except(used)]);
        return make();
    }

    private static ulong Money(CsvRow row) => (ulong)row.Fixed("value", Roubles);

    private static EnergyKind Kind(CsvRow note) => note.OneOf("energy", Kinds);

    private static (Period Month, ScenarioService Service) Line(CsvRow row)
    {
        CsvRow note = row.Note("month", "service");
        return (note.Month("month"), note.OneOf("service", Services));
    }

    private static ScenarioEvent Correct(CsvRow row, DateOnly day)
    {
        CsvRow note = row.Note("energy", "month", "peak", "half_peak", "night", "gcal", "filled");
        EnergyKind kind = Kind(note);
        bool isHeat = kind == EnergyKind.Heat;
        note.RequireEmpty(isHeat ? ["peak", "half_peak", "night"] : ["gcal"]);
        string[] parts = isHeat ? ["gcal"] : ["peak", "half_peak", "night"];
        int decimals = isHeat ? 6 : 3;
        long[] differences = new long[3];
        for (int i = 0; i < parts.Length; i++)
        {
            differences[i] = note.FixedOrNull(parts[i], decimals) ?? 0;
        }
        if (row.Fixed("value", decimals, isSigned: true) != differences.Sum())
        {
            throw row.Wrong("value", "it is not the sum of the differences in the note");
        }
        int filled = note.TextOrNull("filled") is null ? 0 : note.Whole("filled");
        return new ScenarioEvent.Correct(day, row.Text("account"), kind, note.Month("month"), differences, filled);
    }

    private static ScenarioEvent.Outage Outage(CsvRow row, DateOnly day)
    {
        CsvRow note = row.Note("kind", "from", "to", "permitted", "degrees");
        ScenarioOutage kind = note.OneOf("kind", Outages);
        (string limit, string other) = kind == ScenarioOutage.HeatCold ? ("degrees", "permitted") : ("permitted", "degrees");
        note.RequireEmpty(other);
        return new(day, kind, HourOf(note, "from"), HourOf(note, "to"), note.Whole(limit));
    }

    private static Hour HourOf(CsvRow note, string key) =>
        DateTime.TryParseExact(note.Text(key), "yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local)
            ? Hour.Containing(new DateTimeOffset(local, UtcOffset))
            : throw note.Wrong(key, "write an hour as 2026-05-31T14");

    private static IReadOnlyList<ScenarioObligation> Obligations(CsvRow row) =>
    [
        .. row.Text("note").Split(' ').Select(text =>
            text.Split('>', ':') is [string debtor, string creditor, string amount]
                && Providers.TryGetValue(debtor, out ScenarioProvider from)
                && Providers.TryGetValue(creditor, out ScenarioProvider to)
                && FixedPoint.TryParse(amount, Roubles, out long kopecks) && kopecks > 0
                ? new ScenarioObligation(from, to, (ulong)kopecks)
                : throw row.Wrong("note", $"'{text}' is not debtor>creditor:roubles")),
    ];
}
