using SmartCity.Audit;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;
using static SmartCity.UnitTests.Audit.ToldCity;

namespace SmartCity.UnitTests.Audit;

/// <summary>June's common needs are 20 Wh an hour: 4.200, 5.400 and 4.800 kWh by zone.</summary>
public sealed class VolumeAuditTest
{
    [Test]
    public void Fix_AllMeasured_Holds() =>
        Assert.That(new ToldCity().TellHours(June).TellVolumesOfJune().Findings(AuditRule.Volumes), Is.Empty);

    [Test]
    public void Fix_OtherCommonNeeds_IsFound() => Assert.That(
        new ToldCity().TellHours(June).Tell(Fixed(Power, June, [4_200, 5_401, 4_800])).Findings(AuditRule.Volumes),
        Has.One.Contains("group 1, period 2026-06"));

    [Test]
    public void Fix_PeriodNotOver_IsFound() => Assert.That(
        new ToldCity().Tell(Fixed(Power, June, [0, 0, 0])).Findings(AuditRule.Volumes), Has.One.Contains("not over"));

    [Test]
    public void Fix_PeriodSkipped_IsFound() => Assert.That(
        new ToldCity().TellHours(June).TellHours(June.Next).Tell(Fixed(Power, June.Next, [4_340, 5_580, 4_960])).Findings(AuditRule.Volumes),
        Has.One.Contains("to be fixed next is 2026-06"));

    /// <summary>
    /// Flat 1 misses the last 240 of 720 hours: a third of the norm of two residents, 180 kWh, is 60 kWh: 17,500, 22,500 and 20,000 Wh by
    /// zone. Measured are ten days' zones less: 140, 180 and 160 hours. So it has 31,500, 40,500 and 36,000 Wh; the house has 46,200, 59,400
    /// and 52,800, of which flat 2 has 21,000, 27,000 and 24,000: the common needs fall below 0 and are carried on.
    /// </summary>
    [Test]
    public void Fix_MissingHours_AreTheNormAndCarried() =>
        Assert.That(CityWithGap().Tell(Estimate()).Tell(FixedWithGap()).Findings(AuditRule.Volumes), Is.Empty);

    [Test]
    public void Fix_EstimateNotLogged_IsFound() => Assert.That(
        CityWithGap().Tell(FixedWithGap()).Findings(AuditRule.Volumes), Has.One.Contains("channel 3: no estimate is logged"));

    [Test]
    public void Fix_OtherEstimate_IsFound() => Assert.That(
        CityWithGap().Tell(Estimate() with { Volume = Estimate().Volume with { ByZone = [31_501, 40_500, 36_000] } })
            .Tell(FixedWithGap()).Findings(AuditRule.Volumes),
        Has.One.Contains("channel 3"));

    [Test]
    public void Fix_EstimateOfAMeasuredChannel_IsFound() => Assert.That(
        new ToldCity().TellHours(June).Tell(Estimate()).TellVolumesOfJune().Findings(AuditRule.Volumes), Has.One.Contains("channel 3"));

    /// <summary>The register came back: 24 kWh in the missing hours, and all is as if it had been measured.</summary>
    [Test]
    public void Refix_HoursFilled_IsAsMeasured() => Assert.That(
        CityWithGap().Tell(Estimate()).Tell(FixedWithGap()).Tell(Correction(filledHours: 240))
            .Tell(Fixed(Power, June, [4_200, 5_400, 4_800], revision: 1)).Findings(AuditRule.Volumes),
        Is.Empty);

    [Test]
    public void Refix_AsBeforeTheCorrection_IsFound() => Assert.That(
        CityWithGap().Tell(Estimate()).Tell(FixedWithGap()).Tell(Correction(filledHours: 240)).Tell(Estimate())
            .Tell(FixedWithGap()).Findings(AuditRule.Volumes),
        Is.Not.Empty);

    /// <summary>A house with many gaps is fixed by several calls: what was begun before a correction is begun anew.</summary>
    [Test]
    public void Fix_BegunBeforeACorrection_CountsAgain() => Assert.That(
        CityWithGap().Tell(Estimate()).Tell(Interrupted(6)).Tell(Correction(filledHours: 240))
            .Tell(Fixed(Power, June, [4_200, 5_400, 4_800], revision: 1)).Findings(AuditRule.Volumes),
        Is.Empty);

    /// <summary>What is learned of a meter after its channel was done counts when the period is fixed anew.</summary>
    [Test]
    public void Fix_FaultReportedWhileHalfDone_ChangesNothingDone() => Assert.That(
        CityWithGap().Tell(Estimate()).Tell(Interrupted(6))
            .Tell(new MeterRegistryEvent.FaultReported(
                Power, Flat1, MeterRegistryContract.Fault.AccessRefused, Calendar.FirstHourOf(June).Value + 360))
            .Tell(FixedWithGap()).Findings(AuditRule.Volumes),
        Is.Empty);

    [Test]
    public void Interrupt_OtherEstimate_IsFound() => Assert.That(
        CityWithGap().Tell(Estimate() with { Volume = new([31_500, 40_500, 36_001], VolumeBookContract.Method.Norm, 240, 0) })
            .Tell(Interrupted(6)).Findings(AuditRule.Volumes),
        Has.One.Contains("channel 3"));

    [TestCase((ushort)6)]
    [TestCase((ushort)12)]
    public void Interrupt_NoChannelMore_IsFound(ushort nextChannel) => Assert.That(
        CityWithGap().Tell(Estimate()).Tell(Interrupted(6)).Tell(Interrupted(nextChannel)).Findings(AuditRule.Volumes),
        Has.One.Contains($"channels before {nextChannel} "));

    /// <summary>Access was refused on 16 June: half the month's norm of 180 kWh by one and a half, 135 kWh, and half of what was counted.</summary>
    [Test]
    public void Fix_AccessRefused_IsTheRaisedNormFromThatHour()
    {
        uint from = Calendar.FirstHourOf(June).Value + 360;
        VolumeBookEvent.VolumeEstimated estimate = new(
            Power, Flat1, June.Value, new([10_500 + 39_375, 13_500 + 50_625, 12_000 + 45_000], VolumeBookContract.Method.RaisedNorm, 360, 0));
        ToldCity city = new ToldCity().TellHours(June)
            .Tell(new MeterRegistryEvent.FaultReported(Power, Flat1, MeterRegistryContract.Fault.AccessRefused, from)).Tell(estimate)
            .Tell(Fixed(
                Power, June, [0, 0, 0], hasGaps: true,
                carry: [46_200 - 21_000 - 49_875, 59_400 - 27_000 - 64_125, 52_800 - 24_000 - 57_000]));
        Assert.That(city.Findings(AuditRule.Volumes), Is.Empty);
    }

    private static ToldCity CityWithGap() => new ToldCity().TellHours(June, hour => hour >= 480);

    private static VolumeBookEvent.VolumeEstimated Estimate() => new(
        Power, Flat1, June.Value, new([31_500, 40_500, 36_000], VolumeBookContract.Method.Norm, 240, 0));

    private static VolumeBookEvent.VolumesInterrupted Interrupted(ushort nextChannel) => new(Power, June.Value, nextChannel);

    private static VolumeBookEvent.VolumesFixed FixedWithGap() => Fixed(
        Power, June, [0, 0, 0], hasGaps: true, carry: [46_200 - 21_000 - 31_500, 59_400 - 27_000 - 40_500, 52_800 - 24_000 - 36_000]);

    /// <summary>100 Wh more in each of the month's last 240 hours.</summary>
    private static ReadingLedgerEvent.CorrectionRecorded Correction(ushort filledHours)
    {
        byte[] differences = [.. Enumerable.Repeat(new byte[] { 0, 0, 0, (byte)FlatWattHours }, 240).SelectMany(bytes => bytes)];
        return new(
            1, Power, default, June.Value,
            new(
                1, 1, default, Power, Flat1, Calendar.FirstHourOf(June).Value + 480, filledHours, Keccak.Hash256(differences),
                ReadingLedgerContract.CorrectionReason.LateData, default, default),
            differences, Array.Empty<byte>());
    }
}
