using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.UnitTests.Ledger;

public sealed class BillRunNewsTest
{
    private static readonly CityCalendar Calendar = new(TimeSpan.FromHours(3));
    private static readonly Period September = Period.Of(2026, 9);
    private static readonly Hash32 Account = Keccak.Hash256("account");

    private BillRunNews _news = null!;

    [SetUp]
    public void Begin()
    {
        _news = new(Calendar);
        Tell(
            new MeterRegistryEvent.SegmentOpened(1, MeterRegistryContract.Kind.Electricity, Calendar.FirstHourOf(September).Value),
            new AccountBookEvent.AccountOpened(
                Account, new(new(1, 3, 2, 0, 5_000), 0, 0, September.Value, 0, default, default), new(1, 2, AccountBookContract.Heating.House)));
    }

    [Test]
    public void ToFixAnew_CorrectionOfAMonthThatIsFixed_IsFixedAnewFromThere()
    {
        Tell(Fixed(1, September), Fixed(1, September.Next), Corrected(1, September.Next), Corrected(1, September));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(_news.ToFixAnew, Is.EqualTo([(1u, September)]));
        Assert.That(_news.ToRecalculate, Is.EqualTo([(1u, September)]));
    }

    [Test]
    public void ToFixAnew_CorrectionBeforeTheMonthWasFixed_IsKnownAlready()
    {
        Tell(Corrected(1, September), Fixed(1, September));
        Assert.That(_news.ToFixAnew, Is.Empty);
    }

    [Test]
    public void ToFixAnew_SomebodyFixedItAnewAlready_OnlyBillsAreLookedAt()
    {
        Tell(Fixed(1, September), Corrected(1, September), Fixed(1, September));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(_news.ToFixAnew, Is.Empty);
        Assert.That(_news.ToRecalculate, Is.EqualTo([(1u, September)]));
    }

    [Test]
    public void ToFixAnew_TermsOfAnAccount_ConcernBothItsGroups()
    {
        Tell(Fixed(1, September), Fixed(2, September), Fixed(3, September));
        Tell(new AccountBookEvent.TermsChanged(Account, September.Value, new(1, 3, AccountBookContract.Heating.House)));
        Assert.That(_news.ToFixAnew, Is.EquivalentTo([(1u, September), (2u, September)]));
    }

    [Test]
    public void ToFixAnew_MeterReportedAtFault_BeginsWithItsMonth()
    {
        Tell(Fixed(1, September), Fixed(1, September.Next));
        uint hour = Calendar.FirstHourOf(September.Next).Value + 5;
        Tell(new MeterRegistryEvent.FaultReported(1, 3, MeterRegistryContract.Fault.Broken, hour));
        Assert.That(_news.ToFixAnew, Is.EqualTo([(1u, September.Next)]));
    }

    [Test]
    public void ToRecalculate_Outage_LeavesVolumesAsTheyAre()
    {
        Tell(Fixed(1, September));
        ulong from = Calendar.FirstHourOf(September).Value * 3_600ul;
        Tell(new IncidentLogEvent.OutageRecorded(
            default, 1, new(default, IncidentLogContract.OutageKind.ElectricityInterruption, from, from + 7_200, 2), default));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(_news.ToFixAnew, Is.Empty);
        Assert.That(_news.ToRecalculate, Is.EqualTo([(1u, September)]));
    }

    [Test]
    public void Forget_WhatWasLookedAt_IsNotLookedAtAgain()
    {
        Tell(Fixed(1, September), Corrected(1, September));
        _news.Forget();
        Tell(Fixed(1, September.Next));
        Assert.That((_news.ToFixAnew.Count, _news.ToRecalculate.Count), Is.EqualTo((0, 0)));
    }

    private static VolumeBookEvent.VolumesFixed Fixed(uint group, Period period) =>
        new(group, period.Value, new([0, 0, 0], 0, false, 0, 0, 0, 0), [0, 0, 0]);

    private static ReadingLedgerEvent.CorrectionRecorded Corrected(uint group, Period period) => new(
        1, group, default, period.Value,
        new(1, 1, default, group, 3, 0, 0, default, ReadingLedgerContract.CorrectionReason.LateData, default, default), default, default);

    private void Tell(params ContractEvent[] told) => _news.Add(
        [.. told.Select(one => new CityLogEntry(one, new EthLog(default, [], default, 1, default, default, 0, 0)))]);
}
