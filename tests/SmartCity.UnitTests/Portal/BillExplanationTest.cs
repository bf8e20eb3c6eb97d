using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Portal;
using SmartCity.UnitTests.Domain.Billing;
using SmartCity.UnitTests.Ledger;

namespace SmartCity.UnitTests.Portal;

/// <summary>A month of one flat, as the portal computes it once more from the hours that the chain told.</summary>
public sealed class BillExplanationTest
{
    private const uint Group = 1;
    private const ushort Channel = 3;
    private const ulong ParentPerHour = 130;
    private const ulong FlatPerHour = 100;
    private static readonly CityCalendar Calendar = new(TimeSpan.FromHours(3));
    private static readonly Period September = Tariffs.September;
    private static readonly Hash32 Account = Keccak.Hash256("account");

    private CityBookEditor _editor = null!;

    [SetUp]
    public void RecordTheMonth()
    {
        MeterRegistryContract.Meter meter = new(1, default, 100, 1, 0, 0, 120);
        Hour first = Calendar.FirstHourOf(September);
        _editor = new(CityBook.Empty, Calendar);
        Tell(new MeterRegistryEvent.SegmentOpened(1, MeterRegistryContract.Kind.Electricity, first.Value));
        Tell(new MeterRegistryEvent.GroupAdded(Group, 1, meter, [new(meter, 0)], first.Value));
        Tell(new AccountBookEvent.AccountOpened(
            Account, new(new(Group, Channel, 0, 0, 5_000), 0, 0, September.Value, 0, default, default), new(2, 2, AccountBookContract.Heating.None)));
        Tell(new TariffBookEvent.TariffPublished(1, PlanOnChain.ToChain(Tariffs.Plain)));
        for (Hour hour = first; hour < Calendar.FirstHourOf(September.Next); hour = hour.Next)
        {
            byte[] payload = HourPayload.Encode(
                [[.. new[] { ParentPerHour, 0ul, 0ul, FlatPerHour }.Select(value => new Reading(new(value), Quality.Measured))]]);
            Tell(new ReadingLedgerEvent.HourRecorded(1, hour.Value, default, default, default, payload, default));
        }
    }

    [Test]
    public void Of_BillOfTheMonth_IsConfirmedLineByLine()
    {
        ZoneConsumption own = Times(FlatPerHour);
        Tell(Fixed(Times(ParentPerHour - FlatPerHour)));
        BillExplanation explanation = Explain(Lines(own, Times(ParentPerHour - FlatPerHour), VolumeMethod.Measured));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(explanation.IsConfirmed, Is.True);
        Assert.That(explanation.Electricity, Is.EqualTo(new OwnVolume(own, default, own, VolumeMethod.Measured, 0)));
        Assert.That(explanation.CommonNeeds!.Measured.Parent, Is.EqualTo(Times(ParentPerHour)));
    }

    [Test]
    public void Of_BillOfAKopeckMore_IsNotConfirmed()
    {
        Tell(Fixed(Times(ParentPerHour - FlatPerHour)));
        BilledLine[] lines = Lines(Times(FlatPerHour), Times(ParentPerHour - FlatPerHour), VolumeMethod.Measured);
        lines[0] = lines[0] with { Amount = lines[0].Amount + new SignedKopecks(1) };
        Assert.That(Explain(lines).IsConfirmed, Is.False);
    }

    [Test]
    public void Of_CorrectedMonth_CountsTheCorrection()
    {
        Hour noon = new(Calendar.FirstHourOf(September).Value + 12);
        Tell(new ReadingLedgerEvent.CorrectionRecorded(
            1, Group, default, September.Value,
            new(1, 1, default, Group, Channel, noon.Value, 0, default, ReadingLedgerContract.CorrectionReason.MeterFault, default, default),
            ReadingCorrection.Encode([7_000]), default));
        ZoneConsumption own = Times(FlatPerHour) with { HalfPeak = Times(FlatPerHour).HalfPeak + new Quantity(7_000) };
        Tell(Fixed(default));
        BillExplanation explanation = Explain(Lines(own, default, VolumeMethod.Measured));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(explanation.IsConfirmed, Is.True);
        Assert.That(explanation.Electricity!.Corrected, Is.EqualTo(new ZoneDifference(0, 7_000, 0)));
    }

    [Test]
    public void Of_MonthWithASubstitute_BillsWhatWasEstimated()
    {
        ZoneConsumption billed = new(new(11_000), new(22_000), new(33_000));
        Tell(new VolumeBookEvent.VolumeEstimated(
            Group, Channel, September.Value, new([11_000, 22_000, 33_000], VolumeBookContract.Method.Average, 50, 0)));
        Tell(Fixed(default));
        BillExplanation explanation = Explain(Lines(billed, default, VolumeMethod.Average));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(explanation.IsConfirmed, Is.True);
        Assert.That((explanation.Electricity!.Method, explanation.Electricity.GapHours), Is.EqualTo((VolumeMethod.Average, 50)));
        Assert.That(
            BillSteps.VolumeOf(explanation, BilledService.Electricity).Count(), Is.EqualTo(2), "what was measured, and what stands for the rest");
    }

    [Test]
    public void Of_PremisesThatChangedHandsWithinTheMonth_IsNotJudgedByHours()
    {
        Tell(Fixed(default));
        Hour handover = new(Calendar.FirstHourOf(September).Value + 100);
        Tell(new AccountBookEvent.MovedOut(Account, Keccak.Hash256("next"), September.Value, new(handover.Value, [1, 2, 3])));
        Assert.That(Explain(Lines(Times(FlatPerHour), default, VolumeMethod.Measured)).IsConfirmed, Is.Null);
    }

    private BillExplanation Explain(BilledLine[] lines)
    {
        Tell(new BillingEvent.BillIssued(
            Account, September.Value, (ulong)lines.Sum(line => line.Amount.Value), 0, 20_000, [.. lines.Select(PackedLines.Pack)]));
        CityBook book = _editor.ToBook(9);
        return BillExplanation.Of(book, book.Accounts[Account], book.Accounts[Account].Bills[September], Calendar)!;
    }

    private static BilledLine[] Lines(ZoneConsumption own, ZoneConsumption common, VolumeMethod method) => [.. AccountBill.Of(new(
        September, Tariffs.Plain, AccountZones.Two, new(own, method), new(common, VolumeMethod.Measured), default, default, [],
        new Dictionary<BilledService, Kopecks>())).Lines];

    private static VolumeBookEvent.VolumesFixed Fixed(ZoneConsumption shared) => new(
        Group, September.Value, new([shared.Peak.Value, shared.HalfPeak.Value, shared.Night.Value], 0, false, 0, 0, 0, 0), [0, 0, 0]);

    /// <summary>30 days of 7 peak, 9 half-peak and 8 night hours.</summary>
    private static ZoneConsumption Times(ulong perHour) => new(new(30 * 7 * perHour), new(30 * 9 * perHour), new(30 * 8 * perHour));

    private void Tell(ContractEvent told) =>
        _editor.Add(new(told, new EthLog(default, [], default, 5, default, default, 0, 0)), _ => DateTimeOffset.UnixEpoch);
}
