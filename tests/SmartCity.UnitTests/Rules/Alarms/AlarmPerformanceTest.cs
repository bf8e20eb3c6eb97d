using CsCheck;
using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Alarms;

public sealed class AlarmPerformanceTest
{
    private static readonly DateTimeOffset s_from = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Of_Nothing_IsNothing()
    {
        AlarmPerformance figures = AlarmPerformance.Of([], s_from, s_from.AddMinutes(25));

        Assert.That((figures.Raised, figures.Periods, figures.MostInPeriod, figures.FloodPeriods, figures.PerPeriod, figures.TopTenPercent, figures.MedianToAcknowledge),
            Is.EqualTo((0, 3, 0, 0, 0m, 0m, (TimeSpan?)null)));
    }

    [Test]
    public void Of_TimeIsEmpty_IsRefused() =>
        Assert.That(() => AlarmPerformance.Of([], s_from, s_from), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [TestCase(10, 0, ExpectedResult = 0, Description = "ten in ten minutes are no flood")]
    [TestCase(11, 0, ExpectedResult = 1)]
    [TestCase(11, 5, ExpectedResult = 2, Description = "a flood goes on down to five")]
    [TestCase(11, 4, ExpectedResult = 1)]
    [TestCase(9, 5, ExpectedResult = 0, Description = "five alone are none")]
    public int Of_PeriodsInARow_FloodHasItsHysteresis(int first, int second) => AlarmPerformance.Of(
        [
            .. Enumerable.Range(0, first).Select(second => At(second)),
            .. Enumerable.Range(0, second).Select(second => At(600 + second)),
        ], s_from, s_from.AddMinutes(30)).FloodPeriods;

    [TestCase(0, 20, 59, ExpectedResult = 3)]
    [TestCase(0, 20, 60, ExpectedResult = 0, Description = "the minute is half-open")]
    public int Of_ThreeRaisings_ChatterWithinAMinute(int one, int two, int three) =>
        AlarmPerformance.Of([At(one), At(two), At(three)], s_from, s_from.AddMinutes(10)).Chattering.Select(alarm => alarm.Count).FirstOrDefault();

    [Test]
    public void Of_SeveralAlarms_AreCountedApart()
    {
        AlarmPerformance figures = AlarmPerformance.Of(
            [At(0, "B"), At(10, "A"), At(20, "B"), At(30, "A", substation: 2), At(40, "A", Severity.Critical)], s_from, s_from.AddHours(1));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(figures.TopTen, Is.EqualTo(new AlarmFrequency[] { new(1, "A", 2), new(1, "B", 2), new(2, "A", 1) }));
        Assert.That(figures.BySeverity, Is.EqualTo(new[] { 0, 0, 4, 1, 0 }));
        Assert.That(figures.Chattering, Is.Empty);
        Assert.That(figures.TopTenPercent, Is.EqualTo(100));
        Assert.That(figures.PerPeriod, Is.EqualTo(5m / 6));
    }

    [TestCase(24 * 3600, ExpectedResult = false)]
    [TestCase((24 * 3600) + 1, ExpectedResult = true)]
    public bool Of_AlarmThatStoodBefore_IsStaleAfterADay(int seconds) => AlarmPerformance.Of(
        [new(1, "A", Severity.Major, s_from.AddSeconds(600 - seconds), null, null)], s_from, s_from.AddSeconds(600)).Stale.Length == 1;

    [Test]
    public void Of_AlarmOfBefore_IsNotCountedAsRaised() =>
        Assert.That(AlarmPerformance.Of([At(-1), At(0), At(599), At(600)], s_from, s_from.AddMinutes(10)).Raised, Is.EqualTo(2));

    [Test]
    public void Of_Acknowledgements_TellTheirMedian() => Assert.That(
        AlarmPerformance.Of([At(0, wait: 9), At(10, wait: 1), At(20, wait: 5), At(30), At(40, wait: 4000)], s_from, s_from.AddMinutes(10)).MedianToAcknowledge,
        Is.EqualTo(TimeSpan.FromSeconds(5)), "one that came after the time looked at does not count");

    [Test]
    public void Of_AnyRaisings_SumsAgree() => Gen.Select(Gen.Int[-1_000, 8_000], Gen.Int[0, 12], Gen.Enum<Severity>()).List[0, 200].Sample(raisings =>
    {
        AlarmPerformance figures = AlarmPerformance.Of(
            raisings.OrderBy(raising => raising.Item1).Select(raising => At(raising.Item1, $"R{raising.Item2}", raising.Item3)), s_from, s_from.AddSeconds(7_200));
        int within = raisings.Count(raising => raising.Item1 is >= 0 and < 7_200);
        Assert.That((figures.Raised, figures.BySeverity.Sum(), figures.Periods), Is.EqualTo((within, within, 12)));
        Assert.That(figures.MostInPeriod, Is.InRange(within == 0 ? 0 : 1, within));
        Assert.That(figures.TopTenPercent, Is.InRange(within == 0 ? 0 : 1, 100));
        Assert.That(figures.TopTen.Select(alarm => alarm.Count), Is.Ordered.Descending);
    });

    private static AlarmOccurrence At(int second, string code = "A", Severity severity = Severity.Major, uint substation = 1, int? wait = null) =>
        new(substation, code, severity, s_from.AddSeconds(second), s_from.AddSeconds(second + 1), wait is { } after ? s_from.AddSeconds(second + after) : null);
}
