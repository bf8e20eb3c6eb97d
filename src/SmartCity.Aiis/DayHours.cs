using SmartCity.Domain;

namespace SmartCity.Aiis;

/// <summary>What a message says of one hour of one channel of the city.</summary>
/// <param name="Hour">The hour, UTC.</param>
/// <param name="Group">Group of the plan.</param>
/// <param name="Channel">Channel in the group.</param>
/// <param name="Interval">Consumption; <c>null</c> when the sender does not vouch for all of the hour, or it cannot be: then it is not billed.</param>
/// <param name="Status">The greatest status of its periods; 0 is commercial.</param>
public readonly record struct ImportedValue(Hour Hour, uint Group, int Channel, WattHours? Interval, int Status);

/// <summary>Half-hours to hours.</summary>
internal static class DayHours
{
    /// <summary>Hours of a day: there is no daylight saving.</summary>
    public const int Count = 24;

    private const int MinutesPerHour = 60;
    private const decimal WattHoursPerKilowattHour = 1_000m;

    /// <summary>kWh of each hour of the day; a half-hour belongs to the hour that it starts in.</summary>
    public static decimal[] ValuesOf(Channel80020 channel)
    {
        decimal[] values = new decimal[Count];
        foreach (Period80020 period in channel.Periods)
        {
            values[period.StartMinute / MinutesPerHour] += period.Value;
        }
        return values;
    }

    /// <summary>Periods of an hour: 1 or 2.</summary>
    public static int PeriodsAnHour(Channel80020 channel) => Math.Max(1, channel.Periods.Length / Count);

    /// <summary>Whole watt-hours of each hour of the day. What is finer is carried over by the running total of the day (ADR 0005), so
    /// that the day is off by less than 1 Wh and no hour by more than 1 Wh.</summary>
    public static ulong[] WattHoursOf(Channel80020 channel)
    {
        ulong[] hours = new ulong[Count];
        decimal total = 0;
        ulong stated = 0;
        foreach ((int hour, decimal value) in ValuesOf(channel).Index())
        {
            total += value;
            ulong now = (ulong)decimal.Floor(total * WattHoursPerKilowattHour);
            hours[hour] = now - stated;
            stated = now;
        }
        return hours;
    }

    /// <summary>The greatest status within each hour.</summary>
    public static int[] StatusesOf(Channel80020 channel)
    {
        int[] statuses = new int[Count];
        foreach (Period80020 period in channel.Periods)
        {
            ref int status = ref statuses[period.StartMinute / MinutesPerHour];
            status = Math.Max(status, period.Status);
        }
        return statuses;
    }

    /// <summary>The first hour of a local day.</summary>
    public static Hour FirstOf(DateOnly day, TimeSpan utcOffset) =>
        Hour.Containing(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), utcOffset));
}
