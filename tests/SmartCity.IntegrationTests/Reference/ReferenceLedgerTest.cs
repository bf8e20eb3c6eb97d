using System.Numerics;
using static SmartCity.IntegrationTests.Reference.TestHouse;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>The reference by cases worked by hand: those of the rulebook (DOMAIN) and small ones.</summary>
public sealed class ReferenceLedgerTest
{
    private const int Flat = 3;

    [Test]
    public void Registers_ADayOfOneAnHour_StandByZone()
    {
        TestHouse house = new(1, 0);
        house.Record(1, FirstHour(March) + 24, (_, channel) => new(channel == Flat ? 1 : 0, 0));
        Assert.That(house.Ledger.Readings.RegistersOf(1, Flat), Is.EqualTo(Whole(7, 9, 8)));
    }

    [Test]
    public void Correct_MissingHours_AreAddedAndMadeGood()
    {
        TestHouse house = new(1, 0);
        long nine = FirstHour(March) + 9;
        house.Record(1, FirstHour(March) + 24, (hour, channel) => (hour - nine, channel) switch
        {
            (0 or 1, Flat) => new(0, 3),
            (2, Flat) => new(1, 1),
            _ => new(channel == Flat ? 1 : 0, 0),
        });
        house.Do(at => new Correct(at, 1, Flat, nine, [5, 7], 2));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(house.Ledger.Readings.ConsumptionOf(1, Flat, March), Is.EqualTo(Whole(6 + 5, 8 + 7, 8)), "9-10 is peak, 10-11 half-peak");
        Assert.That(house.Ledger.Readings.SignedBefore(1, Flat, FirstHour(March) + 24), Is.EqualTo(Whole(6, 8, 8)));
        Assert.That(house.Ledger.Readings.ExceptionsOf(1, Flat, March), Is.EqualTo((0, 1)));
        Assert.That(house.Ledger.Readings.RevisionOf(1, March), Is.EqualTo(1));
        Assert.Throws<RefusedException>(() => house.Do(at => new Correct(at, 1, Flat, nine, [-12], 0)), "less than nothing in peak");
        Assert.Throws<RefusedException>(
            () => house.Do(at => new Correct(at, 1, Flat, FirstHour(March) + 23, [1, 1], 0)), "an hour not recorded");
        Assert.That(house.Ledger.Readings.RevisionOf(1, March), Is.EqualTo(1), "what is refused leaves nothing");
    }

    [Test]
    public void Issue_OneZoneOverTheFirstBand_IsDomain42()
    {
        TestHouse house = new(1, 0);
        house.Flat(10, Flat, 0, 5_000, heating: Heating.Norm);
        house.RecordMonth(1, March, 4_500_000, 0, 0, 4_500_000);
        house.Issue(March, 10);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(house.Amount(10, March, 0), Is.EqualTo((BigInteger)2_418_900));
        Assert.That(house.Amount(10, March, 1), Is.EqualTo(BigInteger.Zero));
        Assert.That(house.Amount(10, March, 2), Is.EqualTo((BigInteger)250_000), "50 m² × 0.02 Gcal × 2,500.00");
        Assert.That(house.Ledger.BillOf(10, March).Lines.Select(line => (line.Band, line.Quantity)).Take(2), Is.EqualTo(
            new[] { (1, (BigInteger)3_900_000), (2, 600_000) }));
        // 26,689.00 × 22 / 122 = 4,812.770...
        Assert.That(house.Ledger.BillOf(10, March).Vat, Is.EqualTo((BigInteger)481_277));
        Assert.That(house.Ledger.BillOf(10, March).DueOn, Is.EqualTo(LocalTime.DayOf(new(2026, 4, 15))));
    }

    [Test]
    public void Issue_HeatOfFourFlatsTwoMetered_IsDomain44()
    {
        TestHouse house = new(0, 2);
        house.Flat(1, 0, 1, 5_000);
        house.Flat(2, 0, 2, 6_000);
        house.Flat(3, 0, 0, 4_000);
        house.Flat(4, 0, 0, 5_000);
        house.RecordMonth(2, March, 6_000_000, 1_000_000, 1_500_000);
        house.Issue(March, 1, 2, 3, 4);
        Assert.That(
            Enumerable.Range(1, 4).Select(account => house.Ledger.BillOf(account, March).Lines.Single())
                .Select(line => (line.Quantity, line.Amount)),
            Is.EqualTo(new (BigInteger, BigInteger)[]
            {
                (1_363_636, 340_909), (1_936_364, 484_091), (1_200_000, 300_000), (1_500_000, 375_000),
            }));
    }

    [Test]
    public void Issue_HeatByAreaWithABoiler_LeavesThatFlatOut()
    {
        TestHouse house = new(0, 0);
        house.Flat(1, 0, 0, 3_000);
        house.Flat(2, 0, 0, 7_000, heating: Heating.OwnBoiler);
        house.Flat(3, 0, 0, 6_000);
        house.RecordMonth(2, March, 1_000_000);
        house.Issue(March, 1, 2, 3);
        Assert.That(
            Enumerable.Range(1, 3).Select(account => house.Ledger.BillOf(account, March).Lines.Sum(line => (long)line.Quantity)),
            Is.EqualTo(new[] { 333_333L, 0, 666_667 }));
    }

    [Test]
    public void Issue_CommonNeeds_AreDividedByAreaAndCarriedWhenNegative()
    {
        TestHouse house = new(2, 0);
        house.Flat(1, Flat, 0, 1_000, heating: Heating.Norm);
        house.Flat(2, Flat + 1, 0, 2_000, zones: 2, heating: Heating.Norm);
        house.RecordMonth(1, March, 50_000, 30_000, 10_000, 60_000, 30_100);
        house.RecordMonth(1, March + 1, 50_000, 30_000, 10_000, 60_000, 29_800);
        house.Issue(March, 1, 2);
        house.Issue(March + 1, 1, 2);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(house.Ledger.Volumes.CommonNeedsOf(1, March), Is.EqualTo((Whole(0, 0, 0), Whole(0, -100, 0))));
        Assert.That(house.Ledger.Volumes.CommonNeedsOf(1, March + 1), Is.EqualTo((Whole(0, 100, 0), Whole(0, 0, 0))));
        Line first = house.Ledger.BillOf(1, March + 1).Lines.Single(line => line.Service == 1);
        Line second = house.Ledger.BillOf(2, March + 1).Lines.Single(line => line.Service == 1);
        Assert.That((first.Zone, first.Quantity, second.Zone, second.Quantity), Is.EqualTo((0, (BigInteger)33, 1, (BigInteger)67)));
    }

    [Test]
    public void Issue_AMonthWithoutReadings_IsTheNormByTheDaysHours()
    {
        TestHouse house = new(1, 0);
        house.Flat(1, Flat, 0, 1_000, zones: 3, heating: Heating.Norm);
        house.Record(1, FirstHour(March + 1), (_, channel) => new(0, channel == Flat ? 3 : 0));
        house.Issue(March, 1);
        Line[] own = [.. house.Ledger.BillOf(1, March).Lines.Where(line => line.Service == 0)];
        Assert.That(own.Select(line => (line.Zone, line.Quantity, line.Method)), Is.EquivalentTo(new[]
        {
            (3, (BigInteger)70_000, Method.Norm), (4, (BigInteger)90_000, Method.Norm), (2, (BigInteger)80_000, Method.Norm),
        }));
    }

    [Test]
    public void Volumes_FourthGapPeriodInARow_FallsFromAverageToNorm()
    {
        TestHouse house = new(1, 0);
        house.Flat(1, Flat, 0, 1_000, heating: Heating.Norm);
        for (int period = March; period < March + 3; period++)
        {
            house.Record(1, FirstHour(period + 1), (_, channel) => new(channel == Flat ? 100 : 0, 0));
        }
        house.Record(1, FirstHour(March + 7), (_, channel) => new(0, channel == Flat ? 3 : 0));
        using IDisposable scope = Assert.EnterMultipleScope();
        // June has 720 hours, of 7, 9 and 8 a day at 100 Wh.
        Assert.That(house.Ledger.Volumes.Of(1, Flat, March + 3)!.ByZone, Is.EqualTo(Whole(21_000, 27_000, 24_000)));
        Assert.That(
            Enumerable.Range(March + 3, 4).Select(period => house.Ledger.Volumes.Of(1, Flat, period)!.Method),
            Is.EqualTo(new[] { Method.Average, Method.Average, Method.Average, Method.Norm }));
    }

    [TestCase(372, ExpectedResult = 0, Description = "half of March: no gap period")]
    [TestCase(373, ExpectedResult = 1)]
    public int Volumes_MissingHours_MakeAGapPeriodBeyondHalf(int missing)
    {
        TestHouse house = new(1, 0);
        house.Record(1, FirstHour(March + 1), (hour, channel) => new(0, channel == Flat && hour < FirstHour(March) + missing ? 3 : 0));
        return house.Ledger.Volumes.Of(1, Flat, March)!.Run;
    }

    [Test]
    public void Volumes_MeterBrokenFromMidMonth_CountsThePartBefore()
    {
        TestHouse house = new(0, 1);
        house.Flat(1, 0, 1, 10_000);
        // March has 744 hours; from the 373rd on the meter does not count: half its rise, and half of 100 m² × 20,000 × 1.5.
        house.Record(2, FirstHour(March + 1), (_, channel) => new(channel == 0 ? 10_000 : 1_000, 0));
        house.Do(at => new ReportFault(at, 2, 1, Fault.Broken, FirstHour(March) + 372));
        Volume volume = house.Ledger.Volumes.Of(2, 1, March)!;
        Assert.That(
            (volume.ByZone[0], volume.Method, volume.GapHours), Is.EqualTo(((BigInteger)(372_000 + 1_500_000), Method.RaisedNorm, 372)));
    }

    [Test]
    public void AccruePenalties_TenThousandRoubles_IsDomain46()
    {
        TestHouse house = new(0, 0);
        house.Flat(1, 0, 0, 5_000);
        house.RecordMonth(2, March, 4_000_000);
        house.Issue(March, 1);
        (DateOnly Day, long Kopecks)[] worked =
        [
            (new(2026, 5, 15), 0), (new(2026, 5, 16), 317), (new(2026, 7, 14), 19_000), (new(2026, 7, 15), 19_731),
            (new(2026, 8, 20), 46_038),
        ];
        Assert.That(house.Amount(1, March, 2), Is.EqualTo((BigInteger)1_000_000));
        foreach ((DateOnly day, long kopecks) in worked)
        {
            house.Do(at => new AccruePenalties(at, [1]), Second(day.Year, day.Month, day.Day));
            Assert.That(house.Ledger.Money.PendingPenaltyOf(1, 2), Is.EqualTo((BigInteger)kopecks), $"{day}");
        }
    }

    [Test]
    public void Issue_AfterALatePayment_BillsThePenaltyOfWhatWasOwed()
    {
        TestHouse house = new(0, 0);
        house.Flat(1, 0, 0, 5_000);
        house.RecordMonth(2, March, 4_000_000);
        house.Issue(March, 1);
        // 60 days on 10,000.00: 30 × 3.1667; then 4,000.00 are paid and 6,000.00 stand 30 days more: 57.00.
        house.Do(at => new Pay(at, 1, 400_000), Second(2026, 6, 14));
        house.Do(at => new AccruePenalties(at, [1]), Second(2026, 7, 14));
        house.RecordMonth(2, March + 1, 0);
        house.Issue(March + 1, 1);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(house.Amount(1, March + 1, 5), Is.EqualTo((BigInteger)(9_500 + 5_700)));
        house.Do(at => new Pay(at, 1, 600_100));
        Assert.That(house.Ledger.Money.LineOf(1, March + 1, 5).Paid, Is.EqualTo((BigInteger)100), "the oldest bill first");
        Assert.That(house.Ledger.Money.BalanceOf(3), Is.EqualTo((BigInteger)1_000_100));
    }

    [Test]
    public void AccruePenalties_WhatIsDisputed_BearsNoneUntilItIsRejected()
    {
        TestHouse house = new(0, 0);
        house.Flat(1, 0, 0, 5_000);
        house.RecordMonth(2, March, 4_000_000);
        house.Issue(March, 1);
        // Days 31 to 60 on 4,000.00: 38.00; then the dispute of 6,000.00 is given up, and days 61 to 90 are on 10,000.00: 95.00.
        house.Do(at => new OpenDispute(at, 1, March, 2, 600_000), Second(2026, 5, 1));
        house.Do(at => new WithdrawDispute(at, 1, March, 2), Second(2026, 6, 14));
        house.Do(at => new AccruePenalties(at, [1]), Second(2026, 7, 14));
        Assert.That(house.Ledger.Money.PendingPenaltyOf(1, 2), Is.EqualTo((BigInteger)(3_800 + 9_500)));
    }

    [Test]
    public void Issue_OutagesOfHeat_AreDomain5()
    {
        TestHouse house = new(0, 0);
        house.Flat(1, 0, 0, 5_000);
        house.RecordMonth(2, March, 2_172_000);
        house.RecordMonth(2, March + 1, 2_172_000);
        foreach (int day in new[] { 2, 9, 16 })
        {
            house.Do(at => new RecordOutage(at, 2, OutageType.HeatInterruption, Second(2026, 3, day), Second(2026, 3, day, 21), 16));
        }
        house.Do(at => new RecordOutage(at, 2, OutageType.HeatCold, Second(2026, 4, 2), Second(2026, 4, 2, 22), 2));
        house.Do(at => new RecordOutage(at, 2, OutageType.HeatCold, Second(2026, 4, 9), Second(2026, 4, 9, 17), 3));
        house.Issue(March, 1);
        house.Issue(March + 1, 1);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(house.Ledger.ReductionOf(2, March).HeatExcess, Is.EqualTo((BigInteger)3));
        Assert.That(house.Amount(1, March, 2), Is.EqualTo((BigInteger)(543_000 - 2_444)));
        Assert.That(house.Amount(1, March + 1, 2), Is.EqualTo((BigInteger)(543_000 - 28_508)));
    }

    [Test]
    public void Recalculate_AfterACorrection_IsTakenByTheNextBills()
    {
        TestHouse house = new(0, 0);
        house.Flat(1, 0, 0, 5_000);
        house.RecordMonth(2, March, 4_000_000);
        house.RecordMonth(2, March + 1, 400_000);
        house.RecordMonth(2, March + 2, 800_000);
        house.Issue(March, 1);
        house.Do(at => new Correct(at, 2, 0, FirstHour(March) + 12, [-1_000_000], 0));
        house.Do(at => new Recalculate(at, March, [1]));
        house.Do(at => new Recalculate(at, March, [1]));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(house.Ledger.WaitingOf(1), Is.EqualTo(Whole(0, 0, -250_000)), "once, however often it is asked");
        house.Issue(March + 1, 1);
        Assert.That(house.Amount(1, March + 1, 2), Is.EqualTo(BigInteger.Zero));
        Assert.That(house.Ledger.WaitingOf(1), Is.EqualTo(Whole(0, 0, -150_000)));
        house.Issue(March + 2, 1);
        Assert.That(house.Amount(1, March + 2, 2), Is.EqualTo((BigInteger)(200_000 - 150_000)));
        Assert.That(house.Ledger.BillOf(1, March + 2).Lines.Select(line => (line.Kind, line.Period, line.Amount)), Is.EqualTo(new[]
        {
            (Kind.Charge, March + 2, (BigInteger)200_000), (Kind.Recalculation, March, -150_000),
        }));
        Assert.That(house.Ledger.ChargedOf(1, March), Is.EqualTo(Whole(0, 0, 750_000)));
    }

    [Test]
    public void Issue_TwoRecalculationsThatExceedTheBill_TakesTheOldestFirst()
    {
        TestHouse house = new(0, 0);
        house.Flat(1, 0, 0, 5_000);
        house.RecordMonth(2, March, 400_000);
        house.RecordMonth(2, March + 1, 400_000);
        house.RecordMonth(2, March + 2, 480_000);
        house.Issue(March, 1);
        house.Issue(March + 1, 1);
        // Each month 750.00 too much, in all 300.00 more than May costs.
        foreach (int period in new[] { March, March + 1 })
        {
            house.Do(at => new Correct(at, 2, 0, FirstHour(period) + 12, [-300_000], 0));
            house.Do(at => new Recalculate(at, period, [1]));
        }
        house.Issue(March + 2, 1);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(house.Ledger.BillOf(1, March + 2).Lines.Select(line => (line.Kind, line.Period, line.Amount)), Is.EqualTo(new[]
        {
            (Kind.Charge, March + 2, (BigInteger)120_000), (Kind.Recalculation, March, -75_000), (Kind.Recalculation, March + 1, -45_000),
        }));
        Assert.That(house.Ledger.WaitingOf(1), Is.EqualTo(Whole(0, 0, -30_000)));
    }

    [Test]
    public void MoveOut_InMidMonth_DividesByRegistersAndHours()
    {
        TestHouse house = new(1, 0);
        house.Flat(1, Flat, 0, 5_000);
        long handover = FirstHour(March) + 248;
        house.Record(1, handover, (hour, channel) => new(channel == Flat && hour == FirstHour(March) + 12 ? 30_001 : 0, 0));
        house.Do(at => new MoveOut(at, 1, 2));
        house.Record(1, FirstHour(March + 1), (hour, channel) => (hour - handover, channel) switch
        {
            (4, Flat) => new(60_000, 0),
            (4, 0) => new(90_101, 0),
            _ => default,
        });
        house.RecordMonth(2, March, 1_000_000);
        house.Issue(March, 1, 2);

        using IDisposable scope = Assert.EnterMultipleScope();
        // 248 of 744 hours are a third: common needs 100 Wh and heat 1,000,000 kcal.
        Assert.That(Quantities(1), Is.EqualTo(new BigInteger[] { 30_001, 33, 333_333 }));
        Assert.That(Quantities(2), Is.EqualTo(new BigInteger[] { 60_000, 67, 666_667 }));
        Assert.Throws<RefusedException>(() => house.Issue(March + 1, 1), "the final bill was that of March");

        BigInteger[] Quantities(int account) => [.. Enumerable.Range(0, 3).Select(service => house.Ledger.BillOf(account, March).Lines
            .Where(line => line.Service == service).Aggregate(BigInteger.Zero, (sum, line) => sum + line.Quantity))];
    }

    [Test]
    public void Pay_InPart_IsDividedByLargestRemainderAndTheRestIsCredit()
    {
        TestHouse house = BilledHouse();
        // Outstanding 100.00, 50.00 and 250.00; a quarter of a kopeck remains on the first two.
        house.Do(at => new Pay(at, 1, 10_001));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Paid(house), Is.EqualTo(new BigInteger[] { 2_500, 1_250, 6_251, 0, 0, 0 }));
        house.Do(at => new Pay(at, 1, 30_000));
        Assert.That(Paid(house), Is.EqualTo(new BigInteger[] { 10_000, 5_000, 25_000, 0, 0, 0 }));
        Assert.That(house.Ledger.Money.CreditOf(1), Is.EqualTo(BigInteger.One));
        house.Do(at => new Refund(at, 1, 1));
        house.Do(at => new Withdraw(at, 3, 25_000));
        Assert.That((house.Ledger.Money.Held, house.Ledger.Money.WalletOf(3)), Is.EqualTo(((BigInteger)15_000, (BigInteger)25_000)));
        Assert.Throws<RefusedException>(() => house.Do(at => new Withdraw(at, 3, 1)));
        Assert.Throws<RefusedException>(() => house.Do(at => new Refund(at, 1, 1)));
    }

    [Test]
    public void Dispute_ConcededInPartThenRejected_DividesTheEscrow()
    {
        TestHouse house = BilledHouse();
        house.Do(at => new OpenDispute(at, 1, March, 2, 20_000));
        // 100.00 + 50.00 + 50.00 are undisputed and paid first; 120.00 more go into escrow.
        house.Do(at => new Pay(at, 1, 32_000));
        Money money = house.Ledger.Money;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(
            (money.BalanceOf(3), money.TotalEscrow, money.DebtOf(1)), Is.EqualTo(((BigInteger)5_000, (BigInteger)12_000, (BigInteger)8_000)));
        house.Do(at => new Concede(at, 1, March, 2, 11_000));
        Assert.That(
            (money.TotalEscrow, money.CreditOf(1), money.DebtOf(1)), Is.EqualTo(((BigInteger)9_000, (BigInteger)3_000, BigInteger.Zero)));
        house.Do(at => new Reject(at, 1, March, 2));
        Assert.That(
            (money.TotalEscrow, money.BalanceOf(3), money.Held), Is.EqualTo((BigInteger.Zero, (BigInteger)14_000, (BigInteger)32_000)));
        Assert.Throws<RefusedException>(() => house.Do(at => new OpenDispute(at, 1, March, 2, 1)), "a line is disputed once");
    }

    [Test]
    public void SettleDispute_AfterThirtyDaysOfSilence_IsForTheResident()
    {
        TestHouse house = BilledHouse();
        house.Do(at => new Pay(at, 1, 40_000));
        Assert.Throws<RefusedException>(() => house.Do(at => new OpenDispute(at, 1, March, 2, 1)), "nothing is outstanding");

        house = BilledHouse();
        house.Do(at => new OpenDispute(at, 1, March, 0, 10_000), Second(2026, 4, 10));
        house.Do(at => new Pay(at, 1, 40_000));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<RefusedException>(() => house.Do(at => new SettleDispute(at, 1, March, 0), Second(2026, 5, 10)));
        house.Do(at => new SettleDispute(at, 1, March, 0), Second(2026, 5, 10) + 1);
        Assert.That((house.Ledger.Money.CreditOf(1), house.Ledger.Money.BalanceOf(1)), Is.EqualTo(((BigInteger)10_000, BigInteger.Zero)));
        Assert.That(house.Ledger.Money.LineOf(1, March, 0).Dispute!.Status, Is.EqualTo(DisputeStatus.Defaulted));
    }

    [Test]
    public void Net_ThreeProviders_IsDomain49()
    {
        TestHouse house = new(0, 0);
        Money money = house.Ledger.Money;
        house.Do(at => new Fund(at, 1, 120_000));
        Obligation[] obligations = [new(1, 2, 90_000), new(1, 3, 40_000), new(2, 3, 15_000), new(3, 1, 7_000), new(2, 1, 3_000)];
        house.Do(at => new Net(at, obligations));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(
            (money.WalletOf(1), money.BalanceOf(1), money.BalanceOf(2), money.BalanceOf(3), money.Held),
            Is.EqualTo((BigInteger.Zero, BigInteger.Zero, (BigInteger)72_000, (BigInteger)48_000, (BigInteger)120_000)));
        Assert.Throws<RefusedException>(() => house.Do(at => new Net(at, [new(1, 2, 1)])), "nothing to pay with");
        house.Do(at => new Net(at, [new(2, 1, 2_000)]));
        Assert.That((money.BalanceOf(1), money.BalanceOf(2)), Is.EqualTo(((BigInteger)2_000, (BigInteger)70_000)));
    }

    /// <summary>Account 1 owes 100.00 for electricity, 50.00 for common needs and 250.00 for heating.</summary>
    private static TestHouse BilledHouse()
    {
        TestHouse house = new(1, 0);
        house.Flat(1, Flat, 0, 5_000, zones: 2);
        house.RecordMonth(1, March, 30_000, 0, 0, 20_000);
        house.RecordMonth(2, March, 100_000);
        house.Issue(March, 1);
        return house;
    }

    private static BigInteger[] Paid(TestHouse house) =>
        [.. Enumerable.Range(0, 6).Select(service => house.Ledger.Money.LineOf(1, March, service).Paid)];

    private static BigInteger[] Whole(params long[] values) => [.. values.Select(value => (BigInteger)value)];
}
