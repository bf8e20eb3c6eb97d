using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class VolumeLadderTest
{
    private const ushort Coefficient = 15_000;
    private static readonly MonthlyNorm TwoResidents = MonthlyNorm.OfResidents(2, 120_000);
    private static readonly AveragedPeriod[] HalfAYear = [.. Enumerable.Repeat(new AveragedPeriod(Zones(70_000, 90_000, 80_000), 720), 6)];

    [TestCase(0u, ExpectedResult = VolumeMethod.Measured)]
    [TestCase(3u, ExpectedResult = VolumeMethod.Interpolated)]
    public VolumeMethod Of_NoGap_BillsWhatWasMeasured(uint estimated)
    {
        BilledVolume volume = Electricity(new(Zones(1, 2, 3), 720, 0, estimated, 720, MeterFault.None), [], 0);
        Assert.That((volume.Volume, volume.Estimate), Is.EqualTo((Zones(1, 2, 3), (GapEstimate?)null)));
        return volume.Method;
    }

    [Test]
    public void Of_MissingHours_AddsTheAverageForThem()
    {
        BilledVolume volume = Electricity(new(Zones(60_000, 80_000, 70_000), 720, 72, 0, 720, MeterFault.None), HalfAYear, 0);
        Assert.That(volume, Is.EqualTo(new BilledVolume(
            Zones(67_000, 89_000, 78_000), VolumeMethod.Average, new(Zones(7_000, 9_000, 8_000), VolumeMethod.Average, 72, 0))));
    }

    [Test]
    public void Of_VerificationExpiredInMonth_UsesThePartBeforeAndEstimatesTheRest()
    {
        // 700 hours measured, 350 of them before the expiry: half of the rise counts, and 370 hours are a gap.
        MeasuredPeriod period = new(Zones(70_001, 90_000, 80_000), 720, 20, 0, 350, MeterFault.VerificationExpired);
        BilledVolume volume = Electricity(period, HalfAYear, 0);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(period.Used, Is.EqualTo(Zones(35_001, 45_000, 40_000)));
        Assert.That(volume.Estimate, Is.EqualTo(new GapEstimate(Zones(35_972, 46_250, 41_111), VolumeMethod.Average, 370, 1)));
        Assert.That(volume.Volume, Is.EqualTo(Zones(70_973, 91_250, 81_111)));
    }

    [TestCase(2u, ExpectedResult = VolumeMethod.Average, Description = "the third gap period in a row")]
    [TestCase(3u, ExpectedResult = VolumeMethod.Norm, Description = "the fourth")]
    public VolumeMethod Of_GapPeriodsInARow_UsesTheAverageThreeTimes(uint before) =>
        Electricity(new(default, 720, 720, 0, 720, MeterFault.None), HalfAYear, before).Method;

    [Test]
    public void Of_HalfAPeriodMissing_IsNoGapPeriodAndEndsTheRun()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Run(360), Is.Zero);
        Assert.That(Run(361), Is.EqualTo(3));

        static uint Run(uint missing) =>
            Electricity(new(default, 720, missing, 0, 720, MeterFault.None), HalfAYear, 2).Estimate!.Run;
    }

    [Test]
    public void Of_FewerThanThreePeriodsBefore_UsesTheNormByTheDaysHours()
    {
        AveragedPeriod[] tooFew = [HalfAYear[0], HalfAYear[0], new(default, 0)];
        BilledVolume volume = Electricity(new(default, 720, 720, 0, 720, MeterFault.None), tooFew, 0);
        Assert.That(volume.Estimate, Is.EqualTo(new GapEstimate(Zones(70_000, 90_000, 80_000), VolumeMethod.Norm, 720, 1)));
    }

    [TestCase(EnergyKind.Electricity, MeterFault.None, ExpectedResult = VolumeMethod.Norm)]
    [TestCase(EnergyKind.Electricity, MeterFault.VerificationExpired, ExpectedResult = VolumeMethod.Norm, Description = "522-ФЗ")]
    [TestCase(EnergyKind.Electricity, MeterFault.Broken, ExpectedResult = VolumeMethod.Norm, Description = "522-ФЗ")]
    [TestCase(EnergyKind.Electricity, MeterFault.AccessRefused, ExpectedResult = VolumeMethod.RaisedNorm)]
    [TestCase(EnergyKind.Heat, MeterFault.None, ExpectedResult = VolumeMethod.Norm)]
    [TestCase(EnergyKind.Heat, MeterFault.VerificationExpired, ExpectedResult = VolumeMethod.RaisedNorm)]
    [TestCase(EnergyKind.Heat, MeterFault.Broken, ExpectedResult = VolumeMethod.RaisedNorm)]
    [TestCase(EnergyKind.Heat, MeterFault.Absent, ExpectedResult = VolumeMethod.RaisedNorm)]
    [TestCase(EnergyKind.Heat, MeterFault.AccessRefused, ExpectedResult = VolumeMethod.RaisedNorm)]
    public VolumeMethod Of_AfterTheAverage_RaisesTheNormWhereTheLawDoes(EnergyKind kind, MeterFault fault) =>
        VolumeLadder.Of(kind, new(default, 744, 0, 0, 0, fault), HalfAYear, 3, TwoResidents, Coefficient).Method;

    [Test]
    public void Of_HeatByRaisedNorm_IsAreaTimesNormTimesCoefficient()
    {
        // 54.30 m² × 20,000 kcal × 1.5 × 372 / 744 hours.
        BilledVolume volume = VolumeLadder.Of(
            EnergyKind.Heat, new(default, 744, 0, 0, 372, MeterFault.Broken), [], 0, MonthlyNorm.OfArea(new(5_430), 20_000), Coefficient);
        Assert.That(volume.Volume, Is.EqualTo(Zones(814_500, 0, 0)));
    }

    [Test]
    public void Of_TooManyPeriodsBefore_Throws() => Assert.Throws<ArgumentException>(() =>
        Electricity(new(default, 1, 1, 0, 1, MeterFault.None), [.. HalfAYear, HalfAYear[0]], 0));

    /// <summary>More hours without a value never make an estimate smaller, and never what is used greater.</summary>
    [Test]
    public void Of_MoreGap_EstimatesNoLess() =>
        Gen.Select(Gen.UInt[0, 744], Gen.UInt[0, 744], Gen.UInt[0, 5], Gen.Enum<MeterFault>(), Gen.Enum<EnergyKind>()).Sample(
            (one, other, run, fault, kind) =>
        {
            ZoneConsumption less = Estimate(Math.Min(one, other));
            ZoneConsumption more = Estimate(Math.Max(one, other));
            return less.Total <= more.Total;

            // The gap is by a fault from an hour on, so both stand on the same step of the ladder or the greater on the norm.
            ZoneConsumption Estimate(uint gap) => gap == 0 || (gap <= 372 && run > 2)
                ? default
                : VolumeLadder.Of(
                    kind, new(default, 744, 0, 0, 744 - gap, fault), HalfAYear, run, MonthlyNorm.OfResidents(3, 300_000), Coefficient)
                    .Estimate!.Volume;
        });

    /// <summary>The average of equal months is a month, whatever the gap: used and estimated hours together make up the period.</summary>
    [Test]
    public void Of_EvenConsumption_BillsAnEvenMonth() =>
        Gen.Select(Gen.UInt[1, 720], Gen.UInt[0, 1_000]).Sample((gap, perHour) =>
        {
            AveragedPeriod month = new(Zones(720ul * perHour, 0, 0), 720);
            BilledVolume volume = Electricity(
                new(Zones((720ul - gap) * perHour, 0, 0), 720, gap, 0, 720, MeterFault.None), [month, month, month], 0);
            return volume.Volume == month.Volume;
        });

    private static BilledVolume Electricity(MeasuredPeriod period, AveragedPeriod[] before, uint runBefore) =>
        VolumeLadder.Of(EnergyKind.Electricity, period, before, runBefore, TwoResidents, Coefficient);

    private static ZoneConsumption Zones(ulong peak, ulong halfPeak, ulong night) => new(new(peak), new(halfPeak), new(night));
}
