using System.Numerics;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>A command, and whether the reference refused it.</summary>
internal sealed record Attempt(Command Command, bool IsRefused);

/// <summary>A history of a small city, the same for the same seed.</summary>
internal sealed record History(int Seed, int UtcOffsetHours, IReadOnlyList<Attempt> Attempts)
{
    /// <summary>What the rules allowed.</summary>
    public IReadOnlyList<Command> Commands { get; } = [.. Attempts.Where(attempt => !attempt.IsRefused).Select(attempt => attempt.Command)];
}

/// <summary>
/// Makes random histories of two months: one electricity and one heat segment, one to three flats, readings with gaps, faults,
/// replacements, corrections, outages, a change of account, bills, recalculations, payments, disputes, netting, withdrawals, and mistakes.
/// </summary>
/// <remarks>
/// Every command is tried on a reference first, so it is known which of them the rules refuse. The first month is its last one to three
/// days: two months to bill cost little more than one. A few histories have some months before them, so that averages can be taken.
/// </remarks>
internal sealed class HistoryGenerator
{
    private const int Electricity = 1;
    private const int Heat = 2;
    private const int MaxDaysOfFirstMonth = 3;
    private const int PercentOfLong = 5;
    private const int Principals = 3;
    private const int Services = 6;
    private const long Day = 86_400;

    private readonly Random _random;
    private readonly LocalTime _time;
    private readonly ReferenceLedger _ledger;
    private readonly List<Attempt> _attempts = [];
    private readonly Mistakes _mistakes;
    private readonly int _offset;
    private readonly int _first;
    private readonly List<int> _accounts = [];
    private long _now;
    private long _mostOfHousePhase;

    private HistoryGenerator(int seed)
    {
        _random = new(seed);
        _offset = _random.Next(2, 13);
        _time = new(_offset);
        _ledger = new(_offset);
        _mistakes = new(_ledger, new(~seed));
        // January 2026 to November 2027: all lengths of months, and a change of the year.
        _first = 56 * 12 + _random.Next(0, 23);
    }

    private int Second => _first + 1;

    public static History Generate(int seed)
    {
        HistoryGenerator generator = new(seed);
        generator.Build();
        return new(seed, generator._offset, generator._attempts);
    }

    private void Build()
    {
        long start = Chance(PercentOfLong)
            ? _time.FirstHourOf(_first - _random.Next(3, 5))
            : _time.FirstHourOf(Second) - _random.Next(5, 24 * MaxDaysOfFirstMonth);
        _now = (start - 24) * 3_600;
        SetUp(start);
        Record(_time.FirstHourOf(Second) + _random.Next(1, 200));
        MaybeCorrect(_first);
        Outages(_first, start * 3_600);
        Bill(_first);
        PayAndDispute();
        Disturb();
        Err(4);
        Record(_time.FirstHourOf(Second) + _random.Next(200, 600));
        Disturb();
        PayAndDispute();
        Record(_time.FirstHourOf(Second + 1));
        // Late enough for a penalty of the first month's bill.
        Wait(_random.Next(0, 100));
        MaybeCorrect(_first);
        MaybeCorrect(Second);
        Outages(Second, _time.FirstHourOf(Second) * 3_600);
        FixAll(_first, again: true);
        FixAll(Second, again: false);
        Recalculate(_first);
        Bill(Second);
        for (int round = 0; round < 3; round++)
        {
            Wait(_random.Next(1, 40));
            PayAndDispute();
            Decide();
            MoveMoney();
            Err(3);
        }
        MaybeCorrect(Second);
        FixAll(_first, again: true);
        Recalculate(_first);
        Recalculate(Second);
        Do(new AccruePenalties(_now, [.. _accounts]));
        Err(3);
    }

    private void SetUp(long start)
    {
        int flats = _random.Next(1, 4);
        int heatMeters = _random.Next(0, flats + 1);
        Do(new AddGroup(_now, Electricity, Electricity, Energy.Electricity, start, Meter(), Meters(flats)));
        Do(new AddGroup(_now, Heat, Heat, Energy.Heat, start, Verification.Fresh, Meters(heatMeters)));
        Do(Tariff(_time.PeriodOf(start)));
        if (Chance(50))
        {
            Do(Tariff(Second));
        }
        foreach (int provider in new[] { 1, 2, 3 })
        {
            Do(new Fund(_now, provider, _random.Next(0, 1_000_000)));
        }
        for (int flat = 0; flat < flats; flat++)
        {
            bool metered = flat < heatMeters;
            Heating heating = metered || Chance(60) ? Heating.House : Chance(50) ? Heating.OwnBoiler : Heating.Norm;
            Premises premises = new(
                Electricity, 3 + flat, heating == Heating.Norm ? 0 : Heat, metered ? 1 + flat : 0, _random.Next(1_500, 12_000));
            int firstPeriod = Chance(80) ? _first : Second;
            Do(new OpenAccount(_now, flat + 1, premises, firstPeriod, new(_random.Next(1, 4), _random.Next(0, 6), heating)));
            _accounts.Add(flat + 1);
            if (Chance(30))
            {
                Do(new SetTerms(_now, flat + 1, Second, new(_random.Next(1, 4), _random.Next(0, 6), heating)));
            }
        }
    }

    private PublishTariff Tariff(int period)
    {
        long first = _random.Next(1, 60) * 1_000;
        return new(
            _now, period, [.. Enumerable.Range(0, 18).Select(_ => (long)_random.Next(1_000_000, 15_000_000))], first,
            first + _random.Next(0, 60) * 1_000, _random.Next(1_000_000, 5_000_000) * 1_000L, Chance(80) ? 2_200 : 0, _random.Next(1, 29),
            1, 2, 3, _random.Next(0, 2_000), Chance(80) ? 150 : _random.Next(0, 4_000), _random.Next(0, 200_000), _random.Next(0, 40_000), _random.Next(10_000, 20_000));
    }

    private Verification[] Meters(int count) => [.. Enumerable.Range(0, count).Select(_ => Meter())];

    /// <summary>Most meters are good; some expire within the second month.</summary>
    private Verification Meter()
    {
        if (Chance(85))
        {
            return Verification.Fresh;
        }
        DateOnly expiry = new DateOnly(1970, 1, 1).AddDays((int)LocalTime.FirstDayOf(Second) + _random.Next(0, 28));
        return new(expiry.AddMonths(-120), 120);
    }

    private void Record(long until)
    {
        // Mostly no channel has this number: a house meter with a gap leaves nothing to share.
        int gapOf = _random.Next(0, 16);
        // Now the house counts more than its flats, now less: common needs of both signs.
        _mostOfHousePhase = Chance(50) ? _random.Next(30, 150) : _random.Next(500, 2_500);
        (long gapFrom, long gapTo) = Span(until);
        for (long hour = _ledger.Readings.NextHourOf(Electricity); hour < until; hour++)
        {
            _now = Math.Max(_now, (hour + 1) * 3_600 + 60);
            foreach (int segment in new[] { Electricity, Heat })
            {
                bool isGap = hour >= gapFrom && hour < gapTo;
                Interval[] intervals = [.. Enumerable.Range(0, _ledger.Readings.ChannelsOf(segment))
                    .Select(channel => isGap && channel == gapOf ? new(0, 3) : Value(segment, channel))];
                Do(new RecordHour(_now, segment, hour, new Dictionary<int, IReadOnlyList<Interval>> { [segment] = intervals }));
            }
        }
    }

    private (long From, long To) Span(long until)
    {
        long next = _ledger.Readings.NextHourOf(Electricity);
        long from = next + _random.NextInt64(0, Math.Max(1, until - next));
        return (from, from + _random.Next(1, 400));
    }

    private Interval Value(int segment, int channel)
    {
        bool isParent = channel < (segment == Electricity ? 3 : 1);
        int quality = Chance(99) ? 0 : _random.Next(1, 3);
        long most = segment == Electricity ? (isParent ? _mostOfHousePhase : 700) : isParent ? 20_000 : 4_000;
        return Chance(10) ? new(0, quality) : new(_random.NextInt64(0, most), quality);
    }

    /// <summary>Faults, replacements and a change of account while hours are recorded.</summary>
    private void Disturb()
    {
        foreach (int group in new[] { Electricity, Heat })
        {
            int channel = ChannelOf(group);
            if (Chance(25))
            {
                long from = _ledger.Readings.NextHourOf(group) - _random.Next(0, 20);
                Try(new ReportFault(_now, group, channel, Chance(50) ? Fault.Broken : Fault.AccessRefused, from));
            }
            if (Chance(25))
            {
                Do(new ReplaceMeter(_now, group, ChannelOf(group), Verification.Fresh));
            }
        }
        int last = _accounts[^1];
        if (Chance(25) && Try(new MoveOut(_now, last, 100 + _accounts.Count)))
        {
            _accounts.Add(100 + _accounts.Count);
        }
    }

    /// <summary>Mostly a consumer's: a house meter that does not count leaves nothing to share.</summary>
    private int ChannelOf(int group)
    {
        int channels = _ledger.Readings.ChannelsOf(group);
        int parents = ReadingBook.ParentChannels(_ledger.Readings.Group(group).Energy);
        return _random.Next(channels > parents && Chance(85) ? parents : 0, channels);
    }

    private void MaybeCorrect(int period)
    {
        int group = Chance(50) ? Electricity : Heat;
        (long first, int count) = _ledger.Readings.HoursOf(group, period);
        int recorded = (int)Math.Min(count, _ledger.Readings.NextHourOf(group) - first);
        for (int i = _random.Next(0, 3); i > 0 && recorded > 0; i--)
        {
            int from = _random.Next(0, recorded);
            int length = _random.Next(1, Math.Min(48, recorded - from) + 1);
            int channel = _random.Next(0, _ledger.Readings.ChannelsOf(group));
            long[] differences = [.. Enumerable.Range(0, length).Select(_ => _random.NextInt64(-600, 900))];
            int filled = Math.Min(_ledger.Readings.ExceptionsOf(group, channel, period).Missing, Chance(50) ? length : 0);
            Try(new Correct(_now, group, channel, first + from, differences, filled));
        }
    }

    /// <summary>
    /// Outages of the hours recorded of a period, in any order: of heat one at most in each fifth of them, interruptions and cold by turns,
    /// so that some use up what a month permits.
    /// </summary>
    private void Outages(int period, long from)
    {
        const int Parts = 5;
        long end = Math.Min(_time.FirstHourOf(period + 1), _ledger.Readings.NextHourOf(Electricity)) * 3_600;
        int[] parts = [.. Enumerable.Range(0, Parts)];
        _random.Shuffle(parts);
        foreach (int part in parts.Where(_ => Chance(30)))
        {
            (long start, long stop) = Within(from + (end - from) * part / Parts, from + (end - from) * (part + 1) / Parts);
            Do(part % 2 == 0
                ? new(_now, Heat, OutageType.HeatInterruption, start, stop, new[] { 16, 8, 4, 0 }[_random.Next(0, 4)])
                : new RecordOutage(_now, Heat, OutageType.HeatCold, start, stop, _random.Next(1, 8)));
        }
        if (Chance(40))
        {
            (long start, long stop) = Within(from, end);
            Do(new RecordOutage(_now, Electricity, OutageType.ElectricityInterruption, start, stop, Chance(50) ? 24 : 2));
        }
    }

    private (long From, long To) Within(long from, long to)
    {
        long start = _random.NextInt64(from, to);
        return (start, Math.Min(to, start + _random.NextInt64(1, 4 * Day)));
    }

    private void FixAll(int period, bool again)
    {
        Do(new FixVolumes(_now, Electricity, period, again));
        Do(new FixVolumes(_now, Heat, period, again));
    }

    private void Bill(int period)
    {
        FixAll(period, again: false);
        int[] accounts = [.. _accounts.Where(account => _ledger.Accounts.Of(account).IsOpenIn(period))];
        if (accounts.Length != 0)
        {
            // What late payment has cost up to now is in the bill, whenever it was last asked for.
            Do(new AccruePenalties(_now, accounts));
            Do(new IssueBills(_now, period, accounts));
        }
    }

    private void Recalculate(int period)
    {
        int[] accounts = [.. _accounts.Where(account => _ledger.Bills.ContainsKey((account, period)))];
        if (accounts.Length != 0)
        {
            Do(new Recalculate(_now, period, accounts));
        }
    }

    private void PayAndDispute()
    {
        foreach (int account in _accounts)
        {
            if (Chance(35) && AnyLine(line => line.Bill.Account == account && line.Dispute is null && line.Outstanding > 0) is { } line)
            {
                long disputed = Chance(50) ? (long)line.Outstanding : Part(line.Outstanding);
                Do(new OpenDispute(_now, account, line.Bill.Period, line.Service, disputed));
            }
            BigInteger debt = _ledger.Money.DebtOf(account);
            if (Chance(70))
            {
                long amount = debt.IsZero || Chance(20) ? (long)debt + _random.Next(1, 50_000) : Part(debt);
                Do(new Pay(_now, account, amount, ByPermit: Chance(30)));
            }
            if (Chance(20) && _ledger.Money.CreditOf(account) > 0)
            {
                Do(new Refund(_now, account, Part(_ledger.Money.CreditOf(account))));
            }
        }
    }

    private void Decide()
    {
        foreach (Owed line in _ledger.Money.Lines.Where(line => line.Dispute is { Status: DisputeStatus.Open }).ToArray())
        {
            (int account, int period, int service) = (line.Bill.Account, line.Bill.Period, line.Service);
            switch (_random.Next(0, 5))
            {
                case 0: Do(new Concede(_now, account, period, service, Part(line.Dispute!.Amount))); break;
                case 1: Do(new Concede(_now, account, period, service, (long)line.Dispute!.Amount)); break;
                case 2: Try(new Reject(_now, account, period, service)); break;
                case 3: Do(new WithdrawDispute(_now, account, period, service)); break;
                default: Try(new SettleDispute(_now, account, period, service)); break;
            }
        }
    }

    private void MoveMoney()
    {
        for (int provider = 1; provider <= Principals; provider++)
        {
            if (Chance(50) && _ledger.Money.BalanceOf(provider) > 0)
            {
                Do(new Withdraw(_now, provider, Part(_ledger.Money.BalanceOf(provider))));
            }
        }
        if (Chance(60))
        {
            Try(new Net(_now, [.. Enumerable.Range(0, _random.Next(1, 8)).Select(_ => Between(_random.Next(1, 4), _random.Next(1, 3)))]));
        }
    }

    private Obligation Between(int debtor, int step) => new(debtor, (debtor + step - 1) % Principals + 1, _random.Next(1, 200_000));

    /// <summary>What should be refused, whatever it is.</summary>
    private void Err(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Try(_mistakes.One(_now, _accounts, _time.PeriodOf(_ledger.Readings.NextHourOf(Electricity))));
        }
    }

    private Owed? AnyLine(Func<Owed, bool> suits)
    {
        Owed[] lines = [.. _ledger.Money.Lines.Where(suits)];
        return lines.Length == 0 ? null : lines[_random.Next(0, Math.Min(lines.Length, Services))];
    }

    private long Part(BigInteger amount) => _random.NextInt64(1, (long)amount + 1);

    private bool Chance(int percent) => _random.Next(0, 100) < percent;

    private void Wait(int days) => _now += days * Day + _random.Next(0, (int)Day);

    private void Do(Command command)
    {
        _ledger.Apply(command);
        _attempts.Add(new(command, IsRefused: false));
    }

    private bool Try(Command command)
    {
        try
        {
            Do(command);
            return true;
        }
        catch (RefusedException)
        {
            _attempts.Add(new(command, IsRefused: true));
            return false;
        }
    }
}
