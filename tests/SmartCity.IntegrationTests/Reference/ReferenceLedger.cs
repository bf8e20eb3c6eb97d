using System.Numerics;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>A difference of an earlier period that waits for the next bill of an account.</summary>
internal sealed record Waiting(int Period, BigInteger[] Amounts);

/// <summary>
/// The city's ledger a second time: plain and slow, written from the rules with dictionaries and exact fractions. It shares no code
/// with the domain or the contracts, so that an error would have to be made twice to pass.
/// </summary>
/// <remarks>
/// Volumes are computed from all hours whenever they are asked for; so a bill sees what the contracts see if volumes are fixed anew
/// (<see cref="FixVolumes"/>) between a correction, a fault or an outage and the next bill or recalculation.
/// </remarks>
internal sealed class ReferenceLedger
{
    private const int Principals = 3;

    private readonly LocalTime _time;
    private readonly List<PublishTariff> _tariffs = [];
    private readonly Dictionary<(int Account, int Period), Bill> _bills = [];
    private readonly Dictionary<int, List<Waiting>> _waiting = [];
    private readonly Dictionary<(int Account, int Period), BigInteger[]> _charged = [];
    private readonly Charges _charges;
    private long _now;

    public ReferenceLedger(int utcOffsetHours)
    {
        _time = new(utcOffsetHours);
        Readings = new(_time);
        Accounts = new(Readings);
        Volumes = new(Readings, Accounts, TariffOf);
        _charges = new(Readings, Accounts, Volumes, TariffOf);
        Money = new(TariffOf, _time);
    }

    public ReadingBook Readings { get; }

    public AccountBook Accounts { get; }

    public Volumes Volumes { get; }

    public Money Money { get; }

    public IReadOnlyDictionary<(int Account, int Period), Bill> Bills => _bills;

    public PublishTariff TariffOf(int period) => _tariffs.LastOrDefault(tariff => tariff.FromPeriod <= period)
        ?? throw new RefusedException($"no tariff is in force in period {period}");

    public Bill BillOf(int account, int period) => _bills.GetValueOrDefault((account, period))
        ?? throw new RefusedException($"account {account} has no bill of period {period}");

    /// <summary>What waits for an account's next bill, by principal service.</summary>
    public BigInteger[] WaitingOf(int account) => _waiting.GetValueOrDefault(account, [])
        .Aggregate(new BigInteger[Principals], (sum, entry) => [.. sum.Zip(entry.Amounts, (one, other) => one + other)]);

    /// <summary>What waits for an account's next bill, entry by entry: period/service:amount.</summary>
    public string WaitingTextOf(int account) => string.Join(' ', _waiting.GetValueOrDefault(account, []).SelectMany(entry => entry.Amounts
        .Select((amount, service) => (amount, service)).Where(one => !one.amount.IsZero)
        .Select(one => $"{entry.Period}/{one.service}:{one.amount}")));

    /// <summary>What has been charged for a billed period so far: in its bill and in recalculations, those that wait included.</summary>
    public BigInteger[] ChargedOf(int account, int period) => _charged[(account, period)];

    /// <summary>Charges and reductions of a period as they are known now.</summary>
    public IReadOnlyList<Line> LinesOf(int account, int period) => _charges.Of(Accounts.Of(account), period);

    public (BigInteger HeatExcess, BigInteger HeatDegrees, BigInteger ElectricityExcess) ReductionOf(int group, int period) =>
        _charges.HoursOf(group, period);

    public void ApplyAll(IEnumerable<Command> commands)
    {
        foreach (Command command in commands)
        {
            Apply(command);
        }
    }

    /// <exception cref="RefusedException">The rules do not allow it; nothing has changed.</exception>
    public void Apply(Command command)
    {
        Require(command.At >= _now, "commands in order of time");
        switch (command)
        {
            case AddGroup add: Readings.Apply(add); break;
            case RecordHour hour: Readings.Apply(hour); break;
            case Correct correction: Readings.Apply(correction); break;
            case ReportFault fault: Readings.Apply(fault); break;
            case ReplaceMeter replacement: Readings.Apply(replacement); break;
            case PublishTariff tariff: _tariffs.Add(tariff); break;
            case OpenAccount opening: Accounts.Apply(opening); break;
            case SetTerms terms: Accounts.Apply(terms); break;
            case MoveOut moveOut: Accounts.Apply(moveOut); break;
            case RecordOutage outage: _charges.Apply(outage); break;
            case FixVolumes fix: RequireOver(fix.Group, fix.Period); break;
            case IssueBills issue: Apply(issue); break;
            case Recalculate recalculate: Apply(recalculate); break;
            case AccruePenalties accrue: Money.Apply(accrue); break;
            case Pay pay: Money.Apply(pay); break;
            case Refund refund: Money.Apply(refund); break;
            case OpenDispute dispute: Money.Apply(dispute); break;
            case Concede concede: Money.Apply(concede); break;
            case Reject reject: Money.Apply(reject); break;
            case WithdrawDispute withdrawal: Money.Apply(withdrawal); break;
            case SettleDispute settle: Money.Apply(settle); break;
            case Net net: Money.Apply(net); break;
            case Withdraw withdraw: Money.Apply(withdraw); break;
            case Fund fund: Money.Apply(fund); break;
            default: throw new NotSupportedException($"Nobody knows the command {command.GetType().Name}.");
        }
        _now = command.At;
    }

    private void Apply(IssueBills command)
    {
        foreach (int number in command.Accounts.Where(account => !_bills.ContainsKey((account, command.Period))))
        {
            AccountState account = Accounts.Of(number);
            Require(account.IsOpenIn(command.Period), $"account {number} is not open in period {command.Period}");
            Require(
                command.Period == account.FirstPeriod || _bills.ContainsKey((number, command.Period - 1)),
                $"account {number} in order of periods");
            RequireOver(account.Premises.ElectricityGroup, command.Period);
            RequireOver(account.Premises.HeatGroup, command.Period);
            Issue(account, command.Period, command.At);
        }
    }

    private void Issue(AccountState account, int period, long at)
    {
        PublishTariff tariff = TariffOf(period);
        List<Line> lines = [.. _charges.Of(account, period)];
        BigInteger[] net = _charges.NetOf(account, period);
        _charged[(account.Account, period)] = net;
        lines.AddRange(TakeWaiting(account.Account, net, tariff));
        BigInteger[] penalties = Money.TakePenalties(account.Account);
        lines.AddRange(Enumerable.Range(0, Principals).Where(service => !penalties[service].IsZero).Select(service => Plain(
            Principals + service, Kind.Penalty, period, tariff, penalties[service])));

        BigInteger[] amounts = new BigInteger[2 * Principals];
        foreach (Line line in lines)
        {
            amounts[line.Service] += line.Amount;
        }
        BigInteger principal = amounts[0] + amounts[1] + amounts[2];
        BigInteger vat = new Rational(principal * tariff.VatRate, 10_000 + tariff.VatRate).HalfUp();
        Bill bill = new(account.Account, period, LocalTime.FirstDayOf(period + 1) + tariff.DueDay - 1, lines, amounts, vat);
        _bills.Add((account.Account, period), bill);
        Money.Owe(bill, at);
    }

    /// <summary>All that waits above 0; then below 0, the oldest first, as long as the service still costs something.</summary>
    private List<Line> TakeWaiting(int account, BigInteger[] net, PublishTariff tariff)
    {
        List<Waiting> waiting = _waiting.GetValueOrDefault(account, []);
        List<Line> lines = [];
        for (int service = 0; service < Principals; service++)
        {
            BigInteger left = waiting.Aggregate(net[service], (sum, entry) => sum + BigInteger.Max(0, entry.Amounts[service]));
            foreach (Waiting entry in waiting)
            {
                BigInteger taken = BigInteger.Max(entry.Amounts[service], -left);
                left += BigInteger.Min(taken, 0);
                entry.Amounts[service] -= taken;
                if (!taken.IsZero)
                {
                    lines.Add(Plain(service, Kind.Recalculation, entry.Period, tariff, taken));
                }
            }
        }
        waiting.RemoveAll(entry => entry.Amounts.All(amount => amount.IsZero));
        return lines;
    }

    private void Apply(Recalculate command)
    {
        foreach (int number in command.Accounts)
        {
            Require(_bills.ContainsKey((number, command.Period)), $"account {number} has a bill of period {command.Period}");
            BigInteger[] known = _charges.NetOf(Accounts.Of(number), command.Period);
            BigInteger[] difference = [.. known.Zip(ChargedOf(number, command.Period), (now, charged) => now - charged)];
            if (difference.Any(amount => !amount.IsZero))
            {
                _charged[(number, command.Period)] = known;
                _waiting.TryAdd(number, []);
                _waiting[number].Add(new(command.Period, difference));
            }
        }
    }

    private static Line Plain(int service, Kind kind, int period, PublishTariff tariff, BigInteger amount) => new(
        service, kind, 0, 0, Method.Measured, period,
        (service % Principals) switch { 0 => tariff.ElectricityProvider, 1 => tariff.CommonNeedsProvider, _ => tariff.HeatProvider },
        0, 0, amount);

    private void RequireOver(int group, int period) =>
        Require(group == 0 || Readings.IsPeriodOver(group, period), $"period {period} of group {group} is not over");

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new RefusedException(rule);
        }
    }
}
