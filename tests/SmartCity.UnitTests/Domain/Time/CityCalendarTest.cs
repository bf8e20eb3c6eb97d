using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Time;

public sealed class CityCalendarTest
{
    private static readonly CityCalendar Moscow = new(TimeSpan.FromHours(3));

    [Test]
    public void ZoneOf_EveryLocalHour_IsThatOfTheFederalCalendar()
    {
        string zones = string.Concat(Enumerable.Range(0, 24).Select(local =>
            Moscow.ZoneOf(Hour.Containing(new DateTimeOffset(2026, 9, 15, local, 0, 0, TimeSpan.FromHours(3)))) switch
            {
                Zone.Peak => 'P',
                Zone.HalfPeak => 'H',
                Zone.Night => 'N',
                Zone other => throw new InvalidOperationException(other.ToString()),
            }));

        Assert.That(zones, Is.EqualTo("NNNNNNN" + "PPP" + "HHHHHHH" + "PPPP" + "HH" + "N"));
    }

    [TestCase("2026-08-31T20:59:59Z", ExpectedResult = "2026-08")]
    [TestCase("2026-08-31T21:00:00Z", ExpectedResult = "2026-09")]
    [TestCase("2026-12-31T21:00:00Z", ExpectedResult = "2027-01")]
    [TestCase("2028-02-29T20:00:00Z", ExpectedResult = "2028-02")]
    public string PeriodOf_EndOfMonthInMoscow(string instant) =>
        Moscow.PeriodOf(Hour.Containing(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture))).ToString();

    /// <summary>Against days counted one by one, with no calendar library: 2 January 1970 to 3099, every offset.</summary>
    [Test]
    public void PeriodOfAndZoneOf_AnyHour_AgreeWithCountingDays() =>
        Gen.Select(Gen.UInt[24, 9_900_000], Gen.Int[-12, 14]).Sample((value, offset) =>
        {
            CityCalendar calendar = new(TimeSpan.FromHours(offset));
            Hour hour = new(value);
            int localHours = (int)value + offset;
            (int year, int month) = MonthOfDay(localHours / 24);
            Zone zone = (localHours % 24) switch
            {
                < 7 or 23 => Zone.Night,
                < 10 or 17 or 18 or 19 or 20 => Zone.Peak,
                _ => Zone.HalfPeak,
            };
            return calendar.PeriodOf(hour) == Period.Of(year, month) && calendar.ZoneOf(hour) == zone;
        });

    [Test]
    public void FirstHourOf_AnyPeriod_IsWhereThePeriodBegins() =>
        Gen.Select(Gen.UShort[1, 13_000], Gen.Int[-12, 14]).Sample((value, offset) =>
        {
            CityCalendar calendar = new(TimeSpan.FromHours(offset));
            Hour first = calendar.FirstHourOf(new(value));
            return calendar.PeriodOf(first).Value == value && calendar.PeriodOf(new(first.Value - 1)).Value == value - 1;
        });

    [TestCase(-13)]
    [TestCase(15)]
    public void Constructor_OffsetOutOfRange_Throws(int hours) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new CityCalendar(TimeSpan.FromHours(hours)));

    [Test]
    public void Constructor_HalfAnHour_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new CityCalendar(TimeSpan.FromMinutes(330)));

    private static (int Year, int Month) MonthOfDay(int day)
    {
        int year = 1970;
        for (; day >= DaysOf(year); year++)
        {
            day -= DaysOf(year);
        }
        int month = 1;
        for (; day >= DaysOf(year, month); month++)
        {
            day -= DaysOf(year, month);
        }
        return (year, month);
    }

    private static int DaysOf(int year) => IsLeap(year) ? 366 : 365;

    private static int DaysOf(int year, int month) => month switch
    {
        2 => IsLeap(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    private static bool IsLeap(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
