namespace SmartCity.Domain;

/// <summary>Zone of the day by the finest calendar (ФСТ 1473-э); a two-zone or one-rate account is a sum of zones.</summary>
public enum Zone
{
    /// <summary>Peak (пик): 07-10 and 17-21 local time.</summary>
    Peak,

    /// <summary>Half-peak (полупик): 10-17 and 21-23 local time.</summary>
    HalfPeak,

    /// <summary>Night (ночь): 23-07 local time.</summary>
    Night,
}

/// <summary>The city's local calendar: a constant offset from UTC (Russia has no daylight saving), local months and zones.</summary>
/// <remarks>Computes what ReadingLedger computes; both are tested by tests/vectors/calendar.json.</remarks>
public sealed record CityCalendar
{
    /// <summary>A calendar at an offset from UTC.</summary>
    /// <param name="utcOffset">Whole hours, -12..14.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is not a whole hour or out of range.</exception>
    public CityCalendar(TimeSpan utcOffset)
    {
        if (utcOffset.Ticks % TimeSpan.TicksPerHour != 0 || utcOffset.TotalHours is < -12 or > 14)
        {
            throw new ArgumentOutOfRangeException(nameof(utcOffset), utcOffset, "A whole number of hours from -12 to 14 is needed.");
        }
        UtcOffset = utcOffset;
    }

    /// <summary>Local time minus UTC.</summary>
    public TimeSpan UtcOffset { get; }

    /// <summary>An instant as the city's clocks show it.</summary>
    public DateTimeOffset ToLocal(DateTimeOffset instant) => instant.ToOffset(UtcOffset);

    /// <summary>The local calendar month of an hour.</summary>
    public Period PeriodOf(Hour hour)
    {
        DateTimeOffset local = ToLocal(hour.Start);
        return Period.Of(local.Year, local.Month);
    }

    /// <summary>The zone of an hour's local hour of day.</summary>
    public Zone ZoneOf(Hour hour) => ToLocal(hour.Start).Hour switch
    {
        >= 23 or < 7 => Zone.Night,
        < 10 or (>= 17 and < 21) => Zone.Peak,
        _ => Zone.HalfPeak,
    };

    /// <summary>First hour of a period; that of the next period is this one's end. Hour 0 where that was before 1970.</summary>
    public Hour FirstHourOf(Period period)
    {
        DateTimeOffset start = new(period.Year, period.Month, 1, 0, 0, 0, UtcOffset);
        return start < DateTimeOffset.UnixEpoch ? default : Hour.Containing(start);
    }
}
