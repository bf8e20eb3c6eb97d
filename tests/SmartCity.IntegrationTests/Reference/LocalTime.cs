namespace SmartCity.IntegrationTests.Reference;

/// <summary>
/// Local calendar of the reference: hours since 1970 in UTC; months since January 1970 and days since 1 January 1970, local.
/// </summary>
internal sealed class LocalTime(int utcOffsetHours)
{
    private static readonly DateTime Epoch = new(1970, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    public int PeriodOf(long hour)
    {
        DateTime local = Local(hour);
        return (local.Year - 1970) * 12 + local.Month - 1;
    }

    /// <summary>0 peak, 1 half-peak, 2 night.</summary>
    public int ZoneOf(long hour)
    {
        int hourOfDay = Local(hour).Hour;
        if (hourOfDay is 23 or 0 or 1 or 2 or 3 or 4 or 5 or 6)
        {
            return 2;
        }
        return hourOfDay is 7 or 8 or 9 or 17 or 18 or 19 or 20 ? 0 : 1;
    }

    public long FirstHourOf(int period) => HourOfDay(FirstDayOf(period));

    /// <summary>First hour of a local day.</summary>
    public long HourOfDay(long day) => day * 24 - utcOffsetHours;

    public static long FirstDayOf(int period) => DayOf(new DateOnly(1970 + period / 12, period % 12 + 1, 1));

    public static long DayOf(DateOnly date) => date.DayNumber - DateOnly.FromDateTime(Epoch).DayNumber;

    public long DayOfSecond(long second) => (second + utcOffsetHours * 3_600L) / 86_400;

    private DateTime Local(long hour) => Epoch.AddHours(hour + utcOffsetHours);
}
