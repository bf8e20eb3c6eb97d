using System.Numerics;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>
/// The histories themselves: that they are valid, the same for a seed, and not all alike; and what must hold of any of them.
/// </summary>
public sealed class HistoryGeneratorTest
{
    private const int Histories = 24;

    [Test]
    public void Generate_TheSameSeed_GivesTheSameHistory()
    {
        static IEnumerable<string> Text(History history) => history.Commands.Select(command => command is RecordHour hour
            ? $"{hour.Segment} {hour.Hour} {string.Join(',', hour.Groups.Values.SelectMany(values => values))}"
            : command.ToString()!);
        Assert.That(Text(HistoryGenerator.Generate(7)), Is.EqualTo(Text(HistoryGenerator.Generate(7))));
    }

    [Test]
    public void Generate_SomeSeeds_MakeEveryCommand()
    {
        Type[] made = [.. Enumerable.Range(1, Histories).SelectMany(seed => HistoryGenerator.Generate(seed).Commands)
            .Select(command => command.GetType()).Distinct()];
        Type[] all = [.. typeof(Command).Assembly.GetTypes().Where(type => type.BaseType == typeof(Command))];
        Assert.That(made, Is.EquivalentTo(all));
    }

    /// <summary>What makes a difference must be met: negative common needs that a later month uses up, norms, penalties, differences.</summary>
    [Test]
    public void Generate_SomeSeeds_MeetWhatMatters()
    {
        (int carries, int estimates, int penalties, int recalculations, int reductions) = (0, 0, 0, 0, 0);
        foreach (int seed in Enumerable.Range(1, Histories))
        {
            History history = HistoryGenerator.Generate(seed);
            ReferenceLedger ledger = new(history.UtcOffsetHours);
            ledger.ApplyAll(history.Commands);
            int first = ledger.Readings.Time.PeriodOf(ledger.Readings.Group(1).FirstHour);
            BigInteger[] carry = ledger.Volumes.CommonNeedsOf(1, first).Carry;
            BigInteger[] charged = ledger.Volumes.CommonNeedsOf(1, first + 1).Charged;
            carries += carry.Zip(charged).Any(zone => zone.First.Sign < 0 && zone.Second.Sign > 0) ? 1 : 0;
            Line[] lines = [.. ledger.Bills.Values.SelectMany(bill => bill.Lines)];
            estimates += lines.Any(line => line.Method >= Method.Norm) ? 1 : 0;
            penalties += lines.Any(line => line.Kind == Kind.Penalty) ? 1 : 0;
            recalculations += lines.Any(line => line.Kind == Kind.Recalculation) ? 1 : 0;
            reductions += lines.Any(line => line.Kind == Kind.Reduction) ? 1 : 0;
        }
        TestContext.Out.WriteLine($"{carries} carries, {estimates} norms, {penalties} penalties, {recalculations} recalculations, {reductions} reductions");
        Assert.That(new[] { carries, estimates, penalties, recalculations, reductions }, Is.All.GreaterThanOrEqualTo(2));
    }

    [Test]
    public void Apply_AnyHistory_KeepsTheBooks([Range(1, Histories)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        History history = HistoryGenerator.Generate(seed);
        ReferenceLedger ledger = new(history.UtcOffsetHours);
        BigInteger paidIn = 0;
        foreach (Command command in history.Commands)
        {
            ledger.Apply(command);
            if (command is not RecordHour)
            {
                paidIn += command switch
                {
                    Pay pay => pay.Amount,
                    Refund refund => -refund.Amount,
                    Fund fund => fund.Amount,
                    _ => 0,
                };
                CheckMoney(ledger, paidIn, command);
            }
        }
        CheckBills(ledger);
        CheckVolumes(ledger);
    }

    private static void CheckMoney(ReferenceLedger ledger, BigInteger paidIn, Command after)
    {
        Money money = ledger.Money;
        Assert.That(money.Held, Is.EqualTo(money.TotalBalances + money.TotalCredits + money.TotalEscrow), $"{after}");
        Assert.That(money.Held + money.WalletOf(1) + money.WalletOf(2) + money.WalletOf(3), Is.EqualTo(paidIn), $"{after}");
        Assert.That(money.Lines.All(line => line.Outstanding >= 0 && line.UndisputedOutstanding >= 0 && line.Paid >= 0), $"{after}");
        Assert.That(
            money.Lines.All(line => line.UndisputedOutstanding.IsZero || money.CreditOf(line.Bill.Account).IsZero),
            $"{after}: credit beside a debt");
    }

    private static void CheckBills(ReferenceLedger ledger)
    {
        Assert.That(ledger.Bills, Is.Not.Empty);
        foreach (Bill bill in ledger.Bills.Values)
        {
            Assert.That(bill.Lines.Aggregate(BigInteger.Zero, (sum, line) => sum + line.Amount), Is.EqualTo(bill.Total));
            Assert.That(bill.Amounts.All(amount => amount >= 0));
        }
        foreach (int account in ledger.Bills.Keys.Select(bill => bill.Account).Distinct())
        {
            // All periods as known at the end are what was billed and what waits: nothing of a recalculation is lost.
            Bill[] bills = [.. ledger.Bills.Values.Where(bill => bill.Account == account)];
            for (int service = 0; service < 3; service++)
            {
                BigInteger known = bills.Aggregate(BigInteger.Zero, (sum, bill) => sum + ledger.LinesOf(account, bill.Period)
                    .Where(line => line.Service == service).Aggregate(BigInteger.Zero, (all, line) => all + line.Amount));
                BigInteger billed = bills.Aggregate(BigInteger.Zero, (sum, bill) => sum + bill.Amounts[service]);
                Assert.That(billed + ledger.WaitingOf(account)[service], Is.EqualTo(known));
            }
        }
    }

    /// <summary>Common needs charged and carried are the parent's volumes less the consumers', whatever was estimated.</summary>
    private static void CheckVolumes(ReferenceLedger ledger)
    {
        int first = ledger.Readings.Time.PeriodOf(ledger.Readings.Group(1).FirstHour);
        for (int zone = 0; zone < 3; zone++)
        {
            (BigInteger[] january, _) = ledger.Volumes.CommonNeedsOf(1, first);
            (BigInteger[] february, BigInteger[] carry) = ledger.Volumes.CommonNeedsOf(1, first + 1);
            BigInteger difference = Enumerable.Range(first, 2).Aggregate(BigInteger.Zero, (sum, period) =>
                sum + ledger.Volumes.ParentOf(1, period).ByZone[zone] - ledger.Volumes.ConsumersOf(1, period)[zone]);
            Assert.That(january[zone] + february[zone] + carry[zone], Is.EqualTo(difference));
        }
    }
}
