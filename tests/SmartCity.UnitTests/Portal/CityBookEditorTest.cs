using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Portal;

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
        _editor = new(CityBook.Empty);
        Tell(new MeterRegistryEvent.SegmentOpened(1, MeterRegistryContract.Kind.Electricity, FirstHour));
        Tell(new MeterRegistryEvent.GroupAdded(1, 1, Meter(1), [new(Meter(10), 0), new(Meter(10), 1), new(Meter(10), 2)], FirstHour));
        Tell(new MeterRegistryEvent.AccountOpened(Account, new(1, 3, 0, 5_000, September.Value, 0, 0)));
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
        Tell(new SettlementEvent.PaymentAllocated(Account, September.Value, [700, 0, 300, 0, 0]), payment);
        Tell(new SettlementEvent.PaymentAllocated(Account, October.Value, [400, 0, 0, 0, 0]), payment);
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
            Tell(new SettlementEvent.PaymentAllocated(Account, September.Value, [amount, 0, 0, 0, 0]), payment);
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
        Tell(new SettlementEvent.PaymentAllocated(Account, September.Value, [200, 0, 0, 0, 0]));
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

    private void Bill(Period period, ulong own, ulong common) => Tell(new BillingEvent.BillIssued(
        Account, period.Value, own + common, 0, 20_000, 0,
        [
            new(BillingContract.Service.ElectricityDay, PowerCompany, 0, 0, own),
            new(BillingContract.Service.CommonNeedsDay, HouseCompany, 0, 0, common),
        ]));

    private Hash32 Tell(ContractEvent told, Hash32? transaction = null)
    {
        Hash32 hash = transaction ?? Hash32.FromUInt64(++_transaction);
        _editor.Add(new(told, new(default, [], default, 5, default, hash, 0, 0)), _ => DateTimeOffset.UnixEpoch);
        return hash;
    }
}
