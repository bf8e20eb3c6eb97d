namespace SmartCity.Emulator.Profiles;

/// <summary>The city's clock: UTC plus a whole number of hours, without daylight saving. Hours are named by <c>unixSeconds / 3600</c>.</summary>
internal sealed class LocalCalendar(int utcOffsetHours)
{
    /// <summary>Days are counted from here; on this day every consumer of house 2 has its own profile unscaled.</summary>
    public static readonly DateOnly BaseDay = new(2024, 1, 1);

    /// <summary>The local date and hour of the day of an hour.</summary>
    public (DateOnly Day, int Hour) Split(long unixHour)
    {
        DateTime local = DateTime.UnixEpoch.AddHours(unixHour + utcOffsetHours);
        return (DateOnly.FromDateTime(local), local.Hour);
    }

    /// <summary>The hour at which a local day begins.</summary>
    public long StartOf(DateOnly day) => ((long)(day.ToDateTime(TimeOnly.MinValue) - DateTime.UnixEpoch).TotalHours) - utcOffsetHours;

    /// <summary>The local day of an instant.</summary>
    public DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime.AddHours(utcOffsetHours));
}
