using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Portal;
using SmartCity.UnitTests.Ledger;

namespace SmartCity.UnitTests.Portal;

public sealed class CityBookEditorTest
{
    private const uint FirstHour = 490_000;
    private const ushort PowerCompany = 1;
    private const ushort HouseCompany = 2;
    private static readonly Hash32 Account = Hash32.FromUInt64(0xACC);
    private static readonly Period September = Period.Of(2026, 9);
    private static readonly Period October = Period.Of(2026, 10);

    private CityBookEditor _editor = null!;
    private ulong _transaction;

    [SetUp]
    public void Open()
    {
        _editor = new(CityBook.Empty, new(TimeSpan.FromHours(3)));
        Tell(new MeterRegistryEvent.SegmentOpened(1, MeterRegistryContract.Kind.Electricity, FirstHour));
        Tell(new MeterRegistryEvent.GroupAdded(1, 1, Meter(1), [new(Meter(10), 0), new(Meter(10), 1), new(Meter(10), 2)], FirstHour));
        Tell(new AccountBookEvent.AccountOpened(
            Account, new(new(1, 3, 0, 0, 5_000), 0, 0, September.Value, 0, default, default), new(2, 2, AccountBookContract.Heating.None)));
    }

    [Test]
    public void Add_HoursAfterAGroupWasAdded_BeginsItsDriftThere()
    {
        Tell(Hour(FirstHour, parent: [1_000, 500, 200], consumers: [990, 500, 200]));
        Tell(new MeterRegistryEvent.GroupAdded(2, 1, Meter(1), [new(Meter(10), 0)], FirstHour + 2));
        ReadingLedgerEvent.HourRecorded second = Hour(FirstHour + 1, parent: [1_000, 500, 200], consumers: [990, 500, 200]);
        Tell(second);
        byte[] newcomer = HourPayload.Encode([[.. new ulong[] { 70, 0, 0, 50 }.Select(value => new Reading(new(value), Quality.Measured))]]);
        Tell(second with { Hour = FirstHour + 2, Payload = (byte[])[.. second.Payload.Span, .. newcomer] });

        SegmentBook segment = _editor.ToBook(9).Segments[1];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(segment.Hours.Select(entry => entry.Groups.Count), Is.EqualTo([1, 1, 2]));
        Assert.That(segment.Hours[^1].Groups[0].Drift, Is.EqualTo(new PhaseDrift(30, 0, 0)));
        Assert.That(segment.Hours[^1].Groups[1].Drift, Is.EqualTo(new PhaseDrift(20, 0, 0)));
        CityCalendar calendar = new(TimeSpan.FromHours(3));
        Assert.That(
            HourSums.OfChannel(segment, 2, 3, calendar, new(FirstHour), new(FirstHour + 9)).Select(hour => hour.Reading.Interval.Value),
            Is.EqualTo([50UL]));
    }

    [Test]
    public void Add_Hours_KeepsOrderVerdictAndDrift()
    {
        Tell(Hour(FirstHour, parent: [1_000, 500, 200], consumers: [990, 500, 200]));
        Tell(Hour(FirstHour + 1, parent: [1_000, 500, 200], consumers: [400, 500, 210]));
        SegmentBook segment = _editor.ToBook(9).Segments[1];
        GroupBalance second = segment.Hours[1].Groups[0];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(segment.Next, Is.EqualTo(new Hour(FirstHour + 2)));
        Assert.That(segment.Imbalanced, Is.EqualTo(new[] { new Hour(FirstHour + 1) }), "600 Wh are far beyond what the meters may err");
        Assert.That(second.Phases.Select(phase => phase.Difference), Is.EqualTo(new long[] { 600, 0, -10 }));
        Assert.That(second.Drift, Is.EqualTo(new PhaseDrift(610, 0, -10)), "both hours together");
    }

    [TestCase(FirstHour + 1, Description = "a gap")]
    [TestCase(FirstHour - 1, Description = "before the first")]
    public void Add_HourOutOfOrder_IsRefused(uint hour) =>
        Assert.That(() => Tell(Hour(hour, [0, 0, 0], [0, 0, 0])), Throws.TypeOf<LedgerException>());

    [Test]
    public void Add_PaymentOverTwoBills_DividesByServiceAndProvider()
    {
        Bill(September, own: 700, common: 300);
        Bill(October, own: 1_000, common: 0);
        Hash32 payment = Tell(new SettlementEvent.PaymentReceived(Account, default, 1_500));
        Tell(new SettlementEvent.PaymentAllocated(Account, September.Value, [700, 300, 0, 0, 0, 0]), payment);
        Tell(new SettlementEvent.PaymentAllocated(Account, October.Value, [400, 0, 0, 0, 0, 0]), payment);
        Tell(new SettlementEvent.CreditChanged(Account, 100), payment);
        Tell(new SettlementEvent.Withdrawn(PowerCompany, default, 250));

        CityBook book = _editor.ToBook(9);
        AccountBook account = book.Accounts[Account];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(account.Bills[September].Outstanding, Is.EqualTo(Kopecks.Zero));
        Assert.That(account.Bills[October].Outstanding, Is.EqualTo(new Kopecks(600)));
        Assert.That(account.Outstanding, Is.EqualTo(new Kopecks(600)));
        Assert.That(account.Payments, Has.Count.EqualTo(1), "the parts belong to their payment");
        Assert.That(account.Payments[0].Credited, Is.EqualTo(account.Credit));
        Assert.That(book.Providers[PowerCompany].Paid, Is.EqualTo(new Kopecks(1_100)));
        Assert.That(book.Providers[PowerCompany].Balance, Is.EqualTo(new Kopecks(850)));
        Assert.That(book.Providers[HouseCompany].Balance, Is.EqualTo(new Kopecks(300)));
    }

    [Test]
    public void Add_TwoPaymentsOfOneBill_AddUp()
    {
        Bill(September, own: 700, common: 300);
        foreach (ulong amount in new ulong[] { 100, 250 })
        {
            Hash32 payment = Tell(new SettlementEvent.PaymentReceived(Account, default, amount));
            Tell(new SettlementEvent.PaymentAllocated(Account, September.Value, [amount, 0, 0, 0, 0, 0]), payment);
        }
        CityBook book = _editor.ToBook(9);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(book.Accounts[Account].Bills[September].Paid, Is.EqualTo(new Kopecks(350)));
        Assert.That(book.Accounts[Account].Payments, Has.Count.EqualTo(2));
        Assert.That(book.Providers[PowerCompany].Paid, Is.EqualTo(new Kopecks(350)));
    }

    [Test]
    public void Add_CreditUsed_IsAPaymentOfItsOwnWithoutPayer()
    {
        Bill(September, own: 700, common: 0);
        Tell(new SettlementEvent.PaymentReceived(Account, default, 900));
        Tell(new SettlementEvent.PaymentAllocated(Account, September.Value, [200, 0, 0, 0, 0, 0]));
        AccountBook account = _editor.ToBook(9).Accounts[Account];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(account.Payments, Has.Count.EqualTo(2), "another transaction than the payment's");
        Assert.That(account.Payments[1].Payer, Is.Null);
        Assert.That(account.Payments[1].Amount, Is.EqualTo(new Kopecks(200)));
    }

    [Test]
    public void ToBook_EditorGoesOn_LeavesTheBookAsItWas()
    {
        CityBook before = _editor.ToBook(1);
        Bill(September, own: 700, common: 0);
        Assert.That(before.Accounts[Account].Bills, Is.Empty);
    }

    private static MeterRegistryContract.Meter Meter(uint resolution) => new(1, default, 100, resolution, 0, 0, 120);

    private static ReadingLedgerEvent.HourRecorded Hour(uint hour, ulong[] parent, ulong[] consumers) => new(
        1, hour, default, default, default,
        HourPayload.Encode([[.. parent.Concat(consumers).Select(value => new Reading(new(value), Quality.Measured))]]),
        default);

    [Test]
    public void Add_Recalculation_WaitsUntilABillTakesIt()
    {
        Bill(September, own: 700, common: 300);
        Tell(new BillingEvent.Recalculated(Account, September.Value, [-200, 0, 0]));
        Assert.That(Waiting(), Is.EqualTo("2026-09 Electricity -2.00"));
        Issue(October, Line(BilledService.Electricity, LineKind.Charge, October, 150), Line(BilledService.Electricity, LineKind.Recalculation, September, -150));
        Assert.That(Waiting(), Is.EqualTo("2026-09 Electricity -0.50"), "the service cannot cost less than nothing");
        Issue(October.Next, Line(BilledService.Electricity, LineKind.Charge, October.Next, 90), Line(BilledService.Electricity, LineKind.Recalculation, September, -50));
        CityBook book = _editor.ToBook(9);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Waiting(), Is.Empty);
        Assert.That(book.Providers[PowerCompany].Billed, Is.EqualTo(new Kopecks(740)), "700, nothing, 40");
    }

    [Test]
    public void Add_Penalties_AreKnownBeforeTheyAreBilled()
    {
        Tell(new SettlementEvent.PenaltyAccrued(Account, September.Value, 20_800, [3, 4, 0]));
        Assert.That(_editor.ToBook(9).Accounts[Account].PendingPenalty, Is.EqualTo(new Kopecks(7)));
        Tell(new SettlementEvent.PenaltiesTaken(Account, [3, 4, 0]));
        Assert.That(_editor.ToBook(9).Accounts[Account].PendingPenalty, Is.EqualTo(Kopecks.Zero));
    }

    /// <summary>Corrections count in the zones of their hours; a bill keeps what was known when it was issued.</summary>
    [Test]
    public void Add_CorrectionAfterABill_LeavesTheBillAsItWasExplained()
    {
        CityCalendar calendar = new(TimeSpan.FromHours(3));
        Hour night = calendar.FirstHourOf(September);
        Bill(September, own: 700, common: 0);
        Tell(new ReadingLedgerEvent.CorrectionRecorded(
            1, 1, default, September.Value,
            new(1, 1, default, 1, 3, night.Value + 6, 2, default, ReadingLedgerContract.CorrectionReason.LateData, default, default),
            ReadingCorrection.Encode([40, -7]), default));
        CityBook book = _editor.ToBook(9);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(book.Volumes.CorrectionOf(1, 3, September), Is.EqualTo(new ZoneDifference(-7, 0, 40)), "06-07 is night, 07-08 peak");
        Assert.That(book.Accounts[Account].Bills[September].Volumes.CorrectionOf(1, 3, September), Is.EqualTo(default(ZoneDifference)));
    }

    [Test]
    public void Add_EstimatesOfSeveralCalls_JoinTheirPeriod()
    {
        VolumeBookContract.Volume volume = new([1, 2, 3], VolumeBookContract.Method.Average, 5, 1);
        Tell(new VolumeBookEvent.VolumeEstimated(1, 3, September.Value, volume));
        _editor = new(_editor.ToBook(5), new(TimeSpan.FromHours(3)));
        Tell(new VolumeBookEvent.VolumeEstimated(1, 4, September.Value, volume));
        Tell(new VolumeBookEvent.VolumesFixed(1, September.Value, new([9, 0, 0], 0, true, 0, 0, 0, 0), [0, -4, 0]));
        FixedVolumes done = _editor.ToBook(9).Volumes.Fixed[(1, September)];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(done.Estimated.Keys, Is.EquivalentTo([3, 4]));
        Assert.That(done.Carry, Is.EqualTo(new HouseNeedsCarry(0, -4, 0)));
        Assert.That(_editor.ToBook(9).Volumes.Estimating, Is.Empty);
    }

    private string Waiting() => string.Join(' ', _editor.ToBook(9).Accounts[Account].Waiting.Select(
        entry => $"{entry.Key.Period} {entry.Key.Service} {entry.Value}"));

    private void Bill(Period period, long own, long common) => Issue(
        period, Line(BilledService.Electricity, LineKind.Charge, period, own), Line(BilledService.CommonNeeds, LineKind.Charge, period, common));

    private void Issue(Period period, params BilledLine[] lines) => Tell(new BillingEvent.BillIssued(
        Account, period.Value, (ulong)lines.Sum(line => line.Amount.Value), 0, 20_000, [.. lines.Select(PackedLines.Pack)]));

    private static BilledLine Line(BilledService service, LineKind kind, Period period, long amount) => new(
        service, kind, TariffZone.Whole, 0, VolumeMethod.Measured, period,
        service == BilledService.CommonNeeds ? HouseCompany : PowerCompany, 0, 0, new(amount));

    private Hash32 Tell(ContractEvent told, Hash32? transaction = null)
    {
        Hash32 hash = transaction ?? Hash32.FromUInt64(++_transaction);
        _editor.Add(new(told, new(default, [], default, 5, default, hash, 0, 0)), _ => DateTimeOffset.UnixEpoch);
        return hash;
    }
}
