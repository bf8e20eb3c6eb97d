using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class OutagesTest
{
    private const ulong HourSeconds = 3_600;
    private static readonly CityCalendar Calendar = new(TimeSpan.FromHours(4));
    private static readonly ulong October = (ulong)Calendar.FirstHourOf(Period.Of(2026, 10)).Value * HourSeconds;

    [Test]
    public void Of_ThreeShortInterruptionsOf27Hours_CountsThreeBeyondTheMonthsBudget() =>
        Assert.That(
            Outages.Of([Heat(0, 9, 16), Heat(50, 9, 16), Heat(100, 9, 16)]), Is.EqualTo(new ReductionHours(3, 0, 0)), "DOMAIN 5");

    [TestCase(16u, 16u, ExpectedResult = 0u)]
    [TestCase(17u, 16u, ExpectedResult = 1u)]
    [TestCase(10u, 8u, ExpectedResult = 2u)]
    [TestCase(10u, 4u, ExpectedResult = 6u)]
    [TestCase(10u, 0u, ExpectedResult = 10u)]
    public uint Of_OneInterruption_CountsBeyondItsOwnLimit(uint hours, uint permitted) => Outages.Of([Heat(0, hours, permitted)]).HeatExcessHours;

    [Test]
    public void Of_LongInterruption_UsesUpTheMonthsBudgetWithAllItsHours() =>
        Assert.That(Outages.Of([Heat(0, 20, 16), Heat(50, 6, 16)]).HeatExcessHours, Is.EqualTo(4 + 2));

    [Test]
    public void Of_GivenOutOfOrder_CountsInOrderOfTime() =>
        Assert.That(Outages.Of([Heat(50, 6, 4), Heat(0, 20, 16)]), Is.EqualTo(Outages.Of([Heat(0, 20, 16), Heat(50, 6, 4)])));

    [Test]
    public void Of_ColdHours_AreDegreeHours() => Assert.That(
        Outages.Of([Cold(0, 10, 2), Cold(20, 5, 3)]), Is.EqualTo(new ReductionHours(0, 35, 0)), "DOMAIN 5");

    [Test]
    public void Of_ElectricityInterruptions_HaveNoBudgetOfAMonth() => Assert.That(
        Outages.Of([Electricity(0, 24, 24), Electricity(50, 24, 24), Electricity(90, 5, 2)]), Is.EqualTo(new ReductionHours(0, 0, 3)));

    [Test]
    public void Of_PartsOfHours_AreSummedBeforeTheyAreRoundedDown()
    {
        Outage first = new(OutageKind.HeatInterruption, October, October + 1_800, 0);
        Outage second = new(OutageKind.HeatInterruption, October + 7_200, October + 7_200 + 1_800, 0);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Outages.Of([first]).HeatExcessHours, Is.Zero);
        Assert.That(Outages.Of([first, second]).HeatExcessHours, Is.EqualTo(1));
    }

    [Test]
    public void Of_Overlaps_Throws()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<ArgumentException>(() => Outages.Of([Heat(0, 5, 4), Heat(4, 5, 4)]));
        Assert.Throws<ArgumentException>(() => Outages.Of([Heat(0, 5, 4), Cold(4, 5, 4)]));
        Assert.DoesNotThrow(() => Outages.Of([Heat(0, 5, 4), Electricity(4, 5, 2), Cold(5, 5, 1)]));
    }

    [Test]
    public void ByPeriod_OverTheEndOfTheMonth_SplitsAtLocalMidnight()
    {
        ulong november = (ulong)Calendar.FirstHourOf(Period.Of(2026, 11)).Value * HourSeconds;
        Outage outage = new(OutageKind.HeatCold, november - 10, november + 20, 3);

        Assert.That(outage.ByPeriod(Calendar), Is.EqualTo(new[]
        {
            (Period.Of(2026, 10), outage with { To = november }),
            (Period.Of(2026, 11), outage with { From = november }),
        }));
    }

    [Test]
    public void ByPeriod_AnyOutage_PartsAddUp() =>
        Gen.Select(Gen.ULong[0, 20_000_000], Gen.ULong[1, 9_000_000]).Sample((start, seconds) =>
        {
            Outage outage = new(OutageKind.HeatCold, October + start, October + start + seconds, 1);
            (Period Period, Outage Part)[] parts = [.. outage.ByPeriod(Calendar)];
            return parts.Aggregate(0ul, (sum, part) => sum + part.Part.Seconds) == seconds
                && parts.All(part => Calendar.PeriodOf(new((uint)(part.Part.From / HourSeconds))) == part.Period)
                && parts.Select(part => part.Period).Distinct().Count() == parts.Length;
        });

    private static Outage Heat(ulong hour, uint hours, uint permitted) => At(OutageKind.HeatInterruption, hour, hours, permitted);

    private static Outage Cold(ulong hour, uint hours, uint degrees) => At(OutageKind.HeatCold, hour, hours, degrees);

    private static Outage Electricity(ulong hour, uint hours, uint permitted) => At(OutageKind.ElectricityInterruption, hour, hours, permitted);

    private static Outage At(OutageKind kind, ulong hour, uint hours, uint measure) =>
        new(kind, October + hour * HourSeconds, October + (hour + hours) * HourSeconds, measure);
}
