using System.Globalization;
using System.Numerics;
using SmartCity.IntegrationTests.Nodes;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>
/// The reference by the cases of tests/scenarios, which are worked by hand: an error of the reference's own would hide the contracts'.
/// </summary>
public sealed class ReferenceScenarioTest
{
    private static readonly string Folder = Path.Combine(RepositoryFolder.Path, "tests", "scenarios");

    private static IEnumerable<string> Names => Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)).Order();

    [TestCaseSource(nameof(Names))]
    public void Scenario_OnTheReference(string name)
    {
        ScenarioOnReference scenario = new(Path.Combine(Folder, name));
        IReadOnlyList<string> wrongBalances = scenario.Play();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(wrongBalances, Is.Empty);
        Assert.That(scenario.Bills(), Is.EquivalentTo(scenario.ExpectedBills()));
        Assert.That(scenario.Lines(), Is.EquivalentTo(scenario.ExpectedLines()));
    }
}

/// <summary>One folder of tests/scenarios, played on the reference; its README.md tells the format.</summary>
internal sealed class ScenarioOnReference(string folder)
{
    private const int UtcOffset = 3;
    private const int Electricity = 1;
    private const int Heat = 2;

    private static readonly string[] Providers = ["power", "management", "heat"];
    private static readonly string[] Services = ["electricity", "common_needs", "heating"];
    private static readonly string[] Kinds = ["charge", "reduction", "recalculation", "penalty"];
    private static readonly string[] Zones = ["whole", "day", "night", "peak", "half_peak"];

    private readonly LocalTime _time = new(UtcOffset);
    private readonly ReferenceLedger _ledger = new(UtcOffset);
    private readonly List<string> _accounts = [];
    private readonly Dictionary<string, BigInteger> _refunds = [];
    private readonly Dictionary<string, string>[] _flats = Rows(folder, "when", "accounts.csv");
    private readonly Dictionary<int, Dictionary<string, string>[]> _readings = new()
    {
        [Electricity] = Rows(folder, "when", "electricity.csv"),
        [Heat] = Rows(folder, "when", "heat.csv"),
    };

    private readonly Dictionary<string, string>[] _events = Rows(folder, "when", "events.csv");
    private long _now;

    /// <summary>Plays all events.</summary>
    /// <returns>Balances that are not as they must be after their day.</returns>
    public IReadOnlyList<string> Play()
    {
        SetUp();
        List<string> wrong = [];
        Dictionary<string, string>[] balances = Rows(folder, "then", "balances.csv");
        foreach (IGrouping<string, Dictionary<string, string>> day in _events.GroupBy(row => row["day"]))
        {
            Record(FirstHour(day.Key));
            _now = Math.Max(_now, (FirstHour(day.Key) + 12) * 3_600);
            foreach (Dictionary<string, string> row in day)
            {
                Apply(row["event"], row);
            }
            wrong.AddRange(balances.Where(row => row["day"] == day.Key && BalanceOf(row["who"]) != Scaled(row["amount"], 2))
                .Select(row => $"{day.Key} {row["who"]}: {BalanceOf(row["who"])} instead of {row["amount"]}"));
        }
        return wrong;
    }

    public IEnumerable<string> ExpectedBills() => Rows(folder, "then", "bills.csv").Select(row =>
        $"{row["account"]} {row["month"]} {Scaled(row["total"], 2)} {Scaled(row["vat"], 2)} {row["due_on"]}");

    public IEnumerable<string> Bills() => _ledger.Bills.Values.Select(bill =>
        $"{_accounts[bill.Account - 1]} {Month(bill.Period)} {bill.Total} {bill.Vat} {new DateOnly(1970, 1, 1).AddDays((int)bill.DueOn):yyyy-MM-dd}");

    public IEnumerable<string> ExpectedLines() => Rows(folder, "then", "lines.csv").Select(row =>
    {
        bool reduction = row["kind"] == "reduction";
        string quantity = Text(row["quantity"], reduction ? 0 : row["service"] == "heating" ? 6 : 3);
        return $"{row["account"]} {row["month"]} {row["service"]} {row["kind"]} {row["zone"]} {row["band"]} {row["method"]} {row["of_month"]} "
            + $"{quantity} {Text(row["price"], reduction ? 3 : 6)} {Scaled(row["amount"], 2)}";
    });

    public IEnumerable<string> Lines() => _ledger.Bills.Values.SelectMany(bill => bill.Lines.Select(line =>
    {
        bool charge = line.Kind == Kind.Charge;
        bool counted = charge || line.Kind == Kind.Reduction;
        return $"{_accounts[bill.Account - 1]} {Month(bill.Period)} {Services[line.Service % 3]} {Kinds[(int)line.Kind]} {Zones[line.Zone]} "
            + $"{(line.Band == 0 ? "" : line.Band)} {(charge ? $"M{(int)line.Method}" : "")} "
            + $"{(line.Kind == Kind.Recalculation ? Month(line.Period) : "")} {(counted ? line.Quantity : "")} {(counted ? line.Price : "")} {line.Amount}";
    }));

    private void SetUp()
    {
        long first = FirstHour(_events[0]["day"]);
        _now = first * 3_600;
        string[] metered = [.. _flats.Where(flat => flat["heat_meter"] == "yes").Select(flat => flat["account"])];
        if (_readings[Electricity].Length != 0)
        {
            Verification[] meters = [.. _flats.Select(flat => Meter("electricity", flat["account"]))];
            Apply(new AddGroup(_now, Electricity, Electricity, Energy.Electricity, first, Verification.Fresh, meters));
        }
        if (_readings[Heat].Length != 0)
        {
            Verification[] meters = [.. metered.Select(account => Meter("heat", account))];
            Apply(new AddGroup(_now, Heat, Heat, Energy.Heat, first, Verification.Fresh, meters));
        }
        PublishTariffs(_time.PeriodOf(first));
        for (int i = 0; i < _flats.Length; i++)
        {
            Dictionary<string, string> flat = _flats[i];
            _accounts.Add(flat["account"]);
            Terms terms = TermsOf(flat);
            bool ofHouse = terms.Heating is Heating.House or Heating.OwnBoiler && _readings[Heat].Length != 0;
            Premises premises = new(
                _readings[Electricity].Length != 0 ? Electricity : 0, _readings[Electricity].Length != 0 ? 3 + i : 0,
                ofHouse ? Heat : 0, flat["heat_meter"] == "yes" ? 1 + Array.IndexOf(metered, flat["account"]) : 0, Scaled(flat["area_m2"], 2));
            Apply(new OpenAccount(_now, i + 1, premises, Period(flat["from"]), terms));
        }
    }

    private void PublishTariffs(int first)
    {
        Dictionary<string, string> values = File.ReadAllLines(Path.Combine(folder, "..", "defaults.csv")).Skip(1)
            .Select(line => line.Split(',')).ToDictionary(pair => pair[0], pair => pair[1]);
        Dictionary<string, string>[] changes = Rows(folder, "when", "tariffs.csv");
        foreach (int period in changes.Select(row => Period(row["from"])).Append(first).Distinct().Order())
        {
            foreach (Dictionary<string, string> change in changes.Where(row => Period(row["from"]) == period))
            {
                values[change["item"]] = change["value"];
            }
            string[] zones = ["one_zone", "two_zone_day", "two_zone_night", "three_zone_peak", "three_zone_half_peak", "three_zone_night"];
            Apply(new PublishTariff(
                _now, period, [.. zones.SelectMany(zone => Enumerable.Range(1, 3).Select(band => Value($"{zone}_band{band}", 6)))],
                Value("band1_limit_kwh", 3), Value("band2_limit_kwh", 3), Value("heat", 6), (int)Value("vat_percent", 2), (int)Value("due_day", 0),
                1, 2, 3, (int)Value("penalty_percent", 2), (int)Value("reduction_percent_per_hour", 3), Value("electricity_norm_kwh", 3),
                Value("heat_norm_gcal_per_m2", 6), (int)Value("norm_coefficient", 4)));
        }

        long Value(string item, int decimals) => Scaled(values[item], decimals);
    }

    /// <summary>A verification that ends on the day of the meter's event <c>expire</c>, if there is one.</summary>
    private Verification Meter(string energy, string account) =>
        _events.FirstOrDefault(row => row["event"] == "expire" && row["account"] == account && row["note"] == $"energy={energy}") is { } expiry
            ? new(Date(expiry["day"]).AddMonths(-120), 120)
            : Verification.Fresh;

    private void Record(long until)
    {
        foreach (int group in new[] { Electricity, Heat }.Where(group => _readings[group].Length != 0))
        {
            long end = Math.Min(until, _time.FirstHourOf(_readings[group].Max(row => Period(row["month"])) + 1));
            for (long hour = _ledger.Readings.NextHourOf(group); hour < end; hour = _ledger.Readings.NextHourOf(group))
            {
                RecordMonth(group, _time.PeriodOf(hour), end);
            }
        }
    }

    private void RecordMonth(int group, int period, long end)
    {
        (long first, int count) = _ledger.Readings.HoursOf(group, period);
        string[] meters = group == Electricity
            ? ["house", .. _flats.Select(flat => flat["account"])]
            : ["house", .. _flats.Where(flat => flat["heat_meter"] == "yes").Select(flat => flat["account"])];
        Interval[][] spread = [.. meters.Select(meter => Spread(group, period, meter, first, count))];
        for (long hour = _ledger.Readings.NextHourOf(group); hour < Math.Min(end, first + count); hour++)
        {
            Interval[] row = [.. spread.Select(meter => meter[hour - first])];
            // All of the house's electricity on one phase: a bill takes the three together.
            Interval[] channels = group == Electricity ? [row[0], row[0] with { Value = 0 }, row[0] with { Value = 0 }, .. row[1..]] : row;
            _now = Math.Max(_now, (hour + 1) * 3_600);
            Apply(new RecordHour(_now, group, hour, new Dictionary<int, IReadOnlyList<Interval>> { [group] = channels }));
        }
    }

    /// <summary>A month's volume spread evenly over the hours of its zone, the first taking what is left over.</summary>
    private Interval[] Spread(int group, int period, string meter, long first, int count)
    {
        Dictionary<string, string> row = _readings[group].Single(one => one["meter"] == meter && Period(one["month"]) == period);
        int present = count - int.Parse(row["missing_hours"], CultureInfo.InvariantCulture);
        int estimated = group == Electricity ? int.Parse(row["estimated_hours"], CultureInfo.InvariantCulture) : 0;
        long[] values = Divide(group, VolumesOf(group, row), first, present);
        return [.. Enumerable.Range(0, count).Select(i =>
            i >= present ? new Interval(0, 3) : new Interval(values[i], i < estimated ? 1 : 0))];
    }

    private static long[] VolumesOf(int group, Dictionary<string, string> row) => group == Heat
        ? [Scaled(row.GetValueOrDefault("gcal", "0"), 6)]
        : [.. new[] { "peak", "half_peak", "night" }.Select(zone =>
            Scaled(row.GetValueOrDefault($"{zone}_kwh", row.GetValueOrDefault(zone, "0")), 3))];

    private long[] Divide(int group, long[] volumes, long first, int count)
    {
        long[] values = new long[count];
        for (int zone = 0; zone < volumes.Length; zone++)
        {
            int[] places = [.. Enumerable.Range(0, count).Where(i => group == Heat || _time.ZoneOf(first + i) == zone)];
            for (int i = 0; i < places.Length; i++)
            {
                long magnitude = Math.Abs(volumes[zone]);
                values[places[i]] += Math.Sign(volumes[zone]) * (magnitude / places.Length + (i < magnitude % places.Length ? 1 : 0));
            }
        }
        return values;
    }

    private void Apply(string what, Dictionary<string, string> row)
    {
        Dictionary<string, string> note = row["note"].Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(part => part.Contains('='))
            .Select(part => part.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        int account = _accounts.IndexOf(row["account"]) + 1;
        int month = note.TryGetValue("month", out string? text) ? Period(text) : 0;
        int service = note.TryGetValue("service", out string? name) ? Array.IndexOf(Services, name) : 0;
        switch (what)
        {
            case "begin" or "expire" or "refix": break; // The set-up says it, or the reference computes everything anew.
            case "bill": Apply(new IssueBills(_now, Period(row["value"]), Billed(row["account"], Period(row["value"])))); break;
            case "recalculate": Apply(new Recalculate(_now, Period(row["value"]), Billed(row["account"], Period(row["value"])))); break;
            case "pay" or "permit_pay": Apply(new Pay(_now, account, Amount(row))); break;
            case "deposit": Apply(new Fund(_now, Array.IndexOf(Providers, row["account"]) + 1, Amount(row))); break;
            case "correct": Apply(CorrectionOf(row["account"], note, month)); break;
            case "fault": Apply(FaultOf(row["account"], row["value"], note["energy"], row["day"])); break;
            case "terms": Apply(new SetTerms(_now, account, Period(row["value"]), TermsOf(note))); break;
            case "move_out":
                _accounts.Add(row["value"]);
                Apply(new MoveOut(_now, account, _accounts.Count));
                break;
            case "outage": Apply(OutageOf(note)); break;
            case "dispute": Apply(new OpenDispute(_now, account, month, service, Amount(row))); break;
            case "concede": Apply(new Concede(_now, account, month, service, Amount(row))); break;
            case "reject": Apply(new Reject(_now, account, month, service)); break;
            case "withdraw_dispute": Apply(new WithdrawDispute(_now, account, month, service)); break;
            case "settle_dispute": Apply(new SettleDispute(_now, account, month, service)); break;
            case "refund":
                _refunds[row["account"]] = _refunds.GetValueOrDefault(row["account"]) + Amount(row);
                Apply(new Refund(_now, account, Amount(row)));
                break;
            case "withdraw": Apply(new Withdraw(_now, Array.IndexOf(Providers, row["account"]) + 1, Amount(row))); break;
            case "net": Apply(new Net(_now, [.. row["note"].Split(' ').Select(ObligationOf)])); break;
            default: throw new NotSupportedException($"Nobody knows the event {what}.");
        }
    }

    private IReadOnlyList<int> Billed(string account, int period) => account.Length != 0
        ? [_accounts.IndexOf(account) + 1]
        : [.. _ledger.Accounts.All.Where(one => one.IsOpenIn(period)).Select(one => one.Account)];

    private Correct CorrectionOf(string meter, Dictionary<string, string> note, int month)
    {
        int group = note["energy"] == "heat" ? Heat : Electricity;
        (long first, int count) = _ledger.Readings.HoursOf(group, month);
        int filled = note.TryGetValue("filled", out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        int length = filled == 0 ? Math.Min(24, count) : filled;
        long from = filled == 0 ? first : first + count - filled;
        return new(_now, group, ChannelOf(group, meter), from, Divide(group, VolumesOf(group, note), from, length), filled);
    }

    private ReportFault FaultOf(string meter, string fault, string energy, string day)
    {
        int group = energy == "heat" ? Heat : Electricity;
        Fault what = fault switch { "broken" => Fault.Broken, "access_refused" => Fault.AccessRefused, _ => Fault.None };
        return new(_now, group, ChannelOf(group, meter), what, FirstHour(day));
    }

    private int ChannelOf(int group, string meter) => meter == "house" ? 0
        : group == Electricity ? _ledger.Accounts.Of(_accounts.IndexOf(meter) + 1).Premises.ElectricityChannel
        : _ledger.Accounts.Of(_accounts.IndexOf(meter) + 1).Premises.HeatChannel;

    private RecordOutage OutageOf(Dictionary<string, string> note)
    {
        OutageType type = note["kind"] switch
        {
            "heat_interruption" => OutageType.HeatInterruption,
            "heat_cold" => OutageType.HeatCold,
            _ => OutageType.ElectricityInterruption,
        };
        int measure = int.Parse(note.GetValueOrDefault("permitted", note.GetValueOrDefault("degrees", "")), CultureInfo.InvariantCulture);
        int group = type == OutageType.ElectricityInterruption ? Electricity : Heat;
        return new(_now, group, type, Second(note["from"]), Second(note["to"]), measure);
    }

    private static Obligation ObligationOf(string text)
    {
        string[] parts = text.Split('>', ':');
        return new(Array.IndexOf(Providers, parts[0]) + 1, Array.IndexOf(Providers, parts[1]) + 1, Scaled(parts[2], 2));
    }

    private BigInteger BalanceOf(string who)
    {
        string[] words = who.Split(' ');
        int provider = Array.IndexOf(Providers, words[0]) + 1;
        int account = _accounts.IndexOf(words[0]) + 1;
        return words switch
        {
            ["escrow"] => _ledger.Money.TotalEscrow,
            [_] => _ledger.Money.BalanceOf(provider),
            [_, "credit"] => _ledger.Money.CreditOf(account),
            [_, "debt"] => _ledger.Money.DebtOf(account),
            _ => provider != 0 ? _ledger.Money.WalletOf(provider) : _refunds.GetValueOrDefault(words[0]),
        };
    }

    private void Apply(Command command) => _ledger.Apply(command);

    private static Terms TermsOf(Dictionary<string, string> row) => new(
        int.Parse(row["zones"], CultureInfo.InvariantCulture), int.Parse(row["residents"], CultureInfo.InvariantCulture),
        row["heating"] switch { "house" => Heating.House, "norm" => Heating.Norm, "boiler" => Heating.OwnBoiler, _ => Heating.None });

    private static long Amount(Dictionary<string, string> row) => Scaled(row["value"], 2);

    private long FirstHour(string day) => _time.HourOfDay(LocalTime.DayOf(Date(day)));

    private long Second(string hour) =>
        (FirstHour(hour[..10]) + int.Parse(hour[11..], CultureInfo.InvariantCulture)) * 3_600;

    private static DateOnly Date(string day) => DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static int Period(string month) =>
        (int.Parse(month[..4], CultureInfo.InvariantCulture) - 1970) * 12 + int.Parse(month[5..], CultureInfo.InvariantCulture) - 1;

    private static string Month(int period) => $"{1970 + period / 12:D4}-{period % 12 + 1:D2}";

    private static string Text(string value, int decimals) =>
        value.Length == 0 ? "" : Scaled(value, decimals).ToString(CultureInfo.InvariantCulture);

    private static long Scaled(string text, int decimals)
    {
        decimal value = decimal.Parse(text, CultureInfo.InvariantCulture);
        for (int i = 0; i < decimals; i++)
        {
            value *= 10;
        }
        return value == decimal.Truncate(value) ? (long)value : throw new FormatException($"{text} has more than {decimals} decimals.");
    }

    private static Dictionary<string, string>[] Rows(string folder, string part, string file)
    {
        string path = Path.Combine(folder, part, file);
        if (!File.Exists(path))
        {
            return [];
        }
        string[] lines = File.ReadAllLines(path);
        string[] columns = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line => columns.Zip(line.Split(',')).ToDictionary(pair => pair.First, pair => pair.Second))];
    }
}
