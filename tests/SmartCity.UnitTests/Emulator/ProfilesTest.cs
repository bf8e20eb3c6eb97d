using CsCheck;
using SmartCity.Emulator.Profiles;

namespace SmartCity.UnitTests.Emulator;

/// <summary>The replayed profiles against the sums of their sources.</summary>
public sealed class ProfilesTest
{
    private static readonly DateOnly s_first2008 = new(2008, 1, 1);

    [Test]
    public void Household_AllHoursOf2008_AddUpToTheMeasuredYear()
    {
        HouseholdProfile profile = new();
        long flats = 0;
        long common = 0;
        foreach ((DateOnly day, int hour) in HoursOf(s_first2008, 366))
        {
            for (int k = 0; k < HouseholdProfile.Flats; k++)
            {
                flats += profile.Flat(k, day, hour);
                common += profile.Common(k, day, hour);
            }
        }
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(flats + common, Is.EqualTo(9_419_483_059), "mWh: 9,419.48 kWh, the source's column total_kWh");
        Assert.That(common, Is.EqualTo(4_991_065_753 * 15 / 1000).Within(8_784 * 3), "1.5 % of the rest, up to rounding of each hour");
    }

    [TestCase(0, 584_826_695)]
    [TestCase(1, 662_063_532)]
    [TestCase(2, 3_181_527_079)]
    public void Household_Flat_HasItsSubMeterAndAThirdOfTheRest(int flat, long subMeter)
    {
        HouseholdProfile profile = new();
        long year = HoursOf(s_first2008, 366).Sum(at => profile.Flat(flat, at.Day, at.Hour));
        Assert.That(year, Is.EqualTo(subMeter + (4_991_065_753 * 985 / 3000)).Within(8_784));
    }

    [Test]
    public void Household_29February_IsMeasured() =>
        Assert.That(new HouseholdProfile().Flat(2, new(2028, 2, 29), 20), Is.EqualTo(new HouseholdProfile().Flat(2, new(2008, 2, 29), 20)).And.Positive);

    [Test]
    public void Feeder_BaseDay_IsThePublishedDay()
    {
        FeederProfile profile = new(seed: 7);
        long[] phases = [.. Enumerable.Range(0, 3).Select(phase => Enumerable.Range(0, 24).Sum(hour => profile.PhaseCustomers(phase, LocalCalendar.BaseDay, hour)))];
        // The source's columns in kWh, five decimals: 179.83732, 173.47184, 130.60502; total 483.91415.
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(phases[0] / 3_600_000, Is.EqualTo(179_837).Within(1), "phase A, Wh");
        Assert.That(phases[1] / 3_600_000, Is.EqualTo(173_471).Within(1), "phase B, Wh");
        Assert.That(phases[2] / 3_600_000, Is.EqualTo(130_605).Within(1), "phase C, Wh");
        Assert.That(phases.Sum() / 3_600_000, Is.EqualTo(483_914), "total, Wh");
    }

    [Test]
    public void Feeder_Phases_Are21And19And15()
    {
        FeederProfile profile = new(seed: 1);
        int[] counts = [.. Enumerable.Range(0, FeederProfile.Customers).GroupBy(profile.Phase).OrderBy(group => group.Key).Select(group => group.Count())];
        Assert.That(counts, Is.EqualTo(new[] { 21, 19, 15 }));
    }

    [Test]
    public void Feeder_OtherDays_DifferFromEachOtherAndBySeed()
    {
        long[] days = [.. Enumerable.Range(0, 60).Select(day => DayOf(new(seed: 1), new DateOnly(2026, 9, 1).AddDays(day)))];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(days, Is.Unique);
        Assert.That(days.Select(day => day / 3_600_000), Is.All.InRange(300_000, 700_000), "Wh: as big as the published day");
        Assert.That(DayOf(new(seed: 2), new(2026, 9, 1)), Is.Not.EqualTo(days[0]));
        Assert.That(DayOf(new(seed: 1), new(2026, 9, 1)), Is.EqualTo(days[0]), "the same seed, the same day");
    }

    [Test]
    public void Heat_Year2019_IsTripledVolumeAndTheMetersOwnHeat()
    {
        HeatProfile profile = new();
        long millilitres = 0;
        decimal kilowattHours = 0;
        foreach ((DateOnly day, int hour) in HoursOf(new(2019, 1, 1), 365))
        {
            long volume = profile.Volume(day, hour);
            millilitres += volume;
            // 1.1355 kWh per m3 and degree: the source's own quotient over all three years.
            kilowattHours += volume / 1_000_000m * (profile.Supply(day, hour) - profile.Return(day, hour)) / 100 * 1.1355m;
        }
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(millilitres, Is.EqualTo(3 * 440_296_663), "440.296663 m3 a year, three times");
        Assert.That(kilowattHours, Is.EqualTo(3 * 17_516.501m).Within(0.2m).Percent, "the source's energy register of 2019, three times");
    }

    [Test]
    public void Heat_29February_RepeatsThe28th() =>
        Assert.That(new HeatProfile().Volume(new(2028, 2, 29), 5), Is.EqualTo(new HeatProfile().Volume(new(2028, 2, 28), 5)));

    [Test]
    public void CumulativeSeries_AskedInAnyOrder_AnswersTheSameAndNeverFalls() =>
        Gen.Select(Gen.Long[0, 1_000_000_000_000], Gen.Long[0, 500L * 3_600_000].Array[1, 20]).Sample((amount, moments) =>
        {
            CumulativeSeries asked = new(100, hour => amount + hour);
            long[] answers = [.. moments.Select(moment => asked.At(At(moment)))];
            long[] inOrder = [.. moments.Order().Select(moment => new CumulativeSeries(100, hour => amount + hour).At(At(moment)))];
            return answers.Order().SequenceEqual(inOrder) && inOrder.Zip(inOrder.Skip(1)).All(pair => pair.First <= pair.Second);
        }, iter: 200);

    [Test]
    public void CumulativeSeries_AtAnHour_IsTheSumOfTheHoursBefore()
    {
        CumulativeSeries series = new(10, hour => hour);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(series.At(Hour(10)), Is.Zero);
        Assert.That(series.At(Hour(13)), Is.EqualTo(10 + 11 + 12));
        Assert.That(series.At(Hour(13) + TimeSpan.FromMinutes(30)), Is.EqualTo(10 + 11 + 12 + 6), "half of 13, rounded down");
        Assert.That(() => series.At(Hour(9)), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Deterministic_Pick_IsSpreadEvenly()
    {
        int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++)
        {
            counts[Deterministic.Pick(10, seed: 3, i, i / 7)]++;
        }
        Assert.That(counts, Is.All.EqualTo(10_000).Within(500));
    }

    private static long DayOf(FeederProfile profile, DateOnly day) =>
        Enumerable.Range(0, 24).Sum(hour => Enumerable.Range(0, 3).Sum(phase => profile.PhaseCustomers(phase, day, hour)));

    private static IEnumerable<(DateOnly Day, int Hour)> HoursOf(DateOnly first, int days) =>
        Enumerable.Range(0, days * 24).Select(hour => (first.AddDays(hour / 24), hour % 24));

    private static DateTimeOffset Hour(long unixHour) => DateTimeOffset.FromUnixTimeSeconds(unixHour * 3600);

    private static DateTimeOffset At(long milliseconds) => Hour(100) + TimeSpan.FromMilliseconds(milliseconds);
}
