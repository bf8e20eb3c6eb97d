namespace SmartCity.Portal;

/// <summary>Consumption of a channel in an hour.</summary>
/// <param name="Entry">The hour as recorded.</param>
/// <param name="Zone">Its zone.</param>
/// <param name="Reading">The value and its quality.</param>
internal sealed record HourValue(HourEntry Entry, Zone Zone, Reading Reading);

/// <summary>Sums of a group's consumption in a period.</summary>
/// <param name="Parent">The parent meter, all phases.</param>
/// <param name="Consumers">All consumers.</param>
/// <param name="Hours">Hours summed.</param>
internal sealed record GroupConsumption(ZoneConsumption Parent, ZoneConsumption Consumers, int Hours);

/// <summary>Consumption as sums of the recorded hours. Pure.</summary>
internal static class HourSums
{
    /// <summary>The hours of a channel, in order.</summary>
    public static IReadOnlyList<HourValue> OfChannel(
        SegmentBook segment, uint group, int channel, CityCalendar calendar, Hour from, Hour to)
    {
        int index = segment.IndexOf(group);
        return [.. segment.Between(Later(from, segment.Registered.Groups[index].FirstHour), to).Select(entry => new HourValue(
            entry, calendar.ZoneOf(entry.Hour), entry.Readings(segment.Registered)[index][channel]))];
    }

    /// <summary>The hours of a group's common needs: parent minus consumers; below zero counts against later hours.</summary>
    public static IReadOnlyList<(HourEntry Entry, Zone Zone, Quantity Parent, Quantity Consumers)> OfGroup(
        SegmentBook segment, uint group, CityCalendar calendar, Hour from, Hour to)
    {
        int index = segment.IndexOf(group);
        int parents = segment.Registered.Groups[index].ParentChannels;
        return [.. segment.Between(Later(from, segment.Registered.Groups[index].FirstHour), to).Select(entry =>
        {
            IReadOnlyList<Reading> readings = entry.Readings(segment.Registered)[index];
            return (entry, calendar.ZoneOf(entry.Hour), Sum(readings.Take(parents)), Sum(readings.Skip(parents)));
        })];
    }

    /// <summary>Sums of a group over a period.</summary>
    public static GroupConsumption OfPeriod(SegmentBook segment, uint group, CityCalendar calendar, Period period)
    {
        ZoneConsumption parent = default;
        ZoneConsumption consumers = default;
        int hours = 0;
        foreach ((_, Zone zone, Quantity parentInHour, Quantity consumersInHour) in OfGroup(
            segment, group, calendar, calendar.FirstHourOf(period), calendar.FirstHourOf(period.Next)))
        {
            parent = Add(parent, zone, parentInHour);
            consumers = Add(consumers, zone, consumersInHour);
            hours++;
        }
        return new(parent, consumers, hours);
    }

    /// <summary>Sums of hours by zone.</summary>
    public static ZoneConsumption ByZone(IEnumerable<HourValue> hours) =>
        hours.Aggregate(default(ZoneConsumption), (sum, hour) => Add(sum, hour.Zone, hour.Reading.Interval));

    private static Hour Later(Hour one, Hour other) => one > other ? one : other;

    private static ZoneConsumption Add(ZoneConsumption sum, Zone zone, Quantity more) => zone switch
    {
        Zone.Peak => sum with { Peak = sum.Peak + more },
        Zone.HalfPeak => sum with { HalfPeak = sum.HalfPeak + more },
        Zone.Night => sum with { Night = sum.Night + more },
        _ => throw new ArgumentOutOfRangeException(nameof(zone), zone, "A zone is peak, half-peak or night."),
    };

    private static Quantity Sum(IEnumerable<Reading> readings) =>
        readings.Aggregate(Quantity.Zero, (sum, reading) => sum + reading.Interval);
}
