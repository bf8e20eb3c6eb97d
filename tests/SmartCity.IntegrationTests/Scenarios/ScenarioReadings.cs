using SmartCity.Domain;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>Spreads what a meter shows in a month over the hours of the month, as tests/scenarios/README.md says.</summary>
internal sealed class ScenarioReadings(Scenario scenario)
{
    /// <summary>Phases of the house's electricity meter.</summary>
    private const int Phases = 3;

    private readonly CityCalendar _calendar = new(ScenarioEventReader.UtcOffset);

    /// <summary>First hour of the readings.</summary>
    public Hour FirstHour => FirstHourOf(scenario.Begin);

    /// <summary>The hour after the last reading.</summary>
    public Hour End => _calendar.FirstHourOf(scenario.LastMonth.Next);

    /// <summary>The hour with which a local day begins.</summary>
    public static Hour FirstHourOf(DateOnly day) =>
        Hour.Containing(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), ScenarioEventReader.UtcOffset));

    /// <summary>The readings of a kind for hours in <paramref name="from"/>..<paramref name="to"/> (exclusive), hour by hour: parent
    /// channels first, then the consumers.</summary>
    public IReadOnlyList<IReadOnlyList<Reading>> Between(EnergyKind kind, Hour from, Hour to)
    {
        List<IReadOnlyList<Reading>> hours = [];
        for (Hour start = from; start < to; start = EndOf(start))
        {
            Period month = _calendar.PeriodOf(start);
            IReadOnlyList<Hour> inMonth = HoursOf(month);
            IReadOnlyList<Reading[]> consumers =
                [.. scenario.Consumers(kind).Select(account => Spread(kind, month, account.Name, inMonth))];
            Reading[] house = Spread(kind, month, Scenario.House, inMonth);
            Hour end = EndOf(start) < to ? EndOf(start) : to;
            for (Hour hour = start; hour < end; hour = hour.Next)
            {
                int i = (int)(hour.Value - inMonth[0].Value);
                Reading[] flats = [.. consumers.Select(consumer => consumer[i])];
                hours.Add([.. ParentOf(kind, house[i], flats), .. flats]);
            }
        }
        return hours;
    }

    /// <summary>The signed differences of a correction, hour by hour, and the first of the hours: the month's last
    /// <c>FilledHours</c>, or its first 24.</summary>
    public (Hour First, IReadOnlyList<int> Differences) DifferencesOf(ScenarioEvent.Correct correction)
    {
        IReadOnlyList<Hour> month = HoursOf(correction.Month);
        Hour[] hours = correction.FilledHours > 0 ? [.. month.TakeLast(correction.FilledHours)] : [.. month.Take(24)];
        int[] differences = new int[hours.Length];
        for (int zone = 0; zone < correction.Differences.Count; zone++)
        {
            long magnitude = Math.Abs(correction.Differences[zone]);
            int[] places = PlacesOf(correction.Kind, zone, hours, 0, hours.Length);
            int sign = Math.Sign(correction.Differences[zone]);
            foreach ((int place, long part) in Divide(magnitude, places, $"{correction.Month}: correction of {correction.Meter}"))
            {
                differences[place] = (int)(sign * part);
            }
        }
        return (hours[0], differences);
    }

    /// <summary>The hours of a month in which there are readings.</summary>
    private IReadOnlyList<Hour> HoursOf(Period month)
    {
        Hour first = _calendar.FirstHourOf(month) < FirstHour ? FirstHour : _calendar.FirstHourOf(month);
        uint count = _calendar.FirstHourOf(month.Next).Value - first.Value;
        return [.. Enumerable.Range(0, (int)count).Select(i => new Hour(first.Value + (uint)i))];
    }

    private Hour EndOf(Hour hour) => _calendar.FirstHourOf(_calendar.PeriodOf(hour).Next);

    private Reading[] Spread(EnergyKind kind, Period month, string meter, IReadOnlyList<Hour> hours)
    {
        MeterMonth row = scenario.Readings.Single(one => one.Kind == kind && one.Month == month && one.Meter == meter);
        string what = $"{scenario.Name}: {kind} of meter '{meter}' in {month}";
        int present = hours.Count - row.MissingHours;
        if (present < row.EstimatedHours)
        {
            throw new ScenarioFormatException($"{what}: more missing and estimated hours than the {hours.Count} there are.");
        }
        ulong[] intervals = new ulong[hours.Count];
        for (int zone = 0; zone < row.Volumes.Count; zone++)
        {
            foreach ((int place, long part) in Divide(row.Volumes[zone], PlacesOf(kind, zone, hours, 0, present), what))
            {
                intervals[place] = (ulong)part;
            }
        }
        return [.. intervals.Select((interval, i) => i >= present
            ? Reading.Missing
            : new Reading(new(interval), i < row.EstimatedHours ? Quality.Interpolated : Quality.Measured))];
    }

    /// <summary>Places of a zone's hours; heat has all its hours in the first zone.</summary>
    private int[] PlacesOf(EnergyKind kind, int zone, IReadOnlyList<Hour> hours, int from, int to) =>
    [
        .. Enumerable.Range(from, to - from)
            .Where(i => zone == (kind == EnergyKind.Heat ? 0 : (int)_calendar.ZoneOf(hours[i]))),
    ];

    /// <summary>Equal whole parts; the first places take one more each of what is left over.</summary>
    private static IEnumerable<(int Place, long Part)> Divide(long volume, int[] places, string what)
    {
        if (volume == 0)
        {
            return [];
        }
        return places.Length > 0
            ? places.Select((place, i) => (place, volume / places.Length + (i < volume % places.Length ? 1 : 0)))
            : throw new ScenarioFormatException($"{what}: there is a volume but no hour of its zone to put it into.");
    }

    /// <summary>The phases of the house's meter: each has its flats' consumption as far as the house's goes, phase A0 the
    /// rest.</summary>
    private Reading[] ParentOf(EnergyKind kind, Reading house, Reading[] flats)
    {
        if (kind == EnergyKind.Heat)
        {
            return [house];
        }
        ulong[] phases = new ulong[Phases];
        ulong left = house.Interval.Value;
        for (int phase = Phases - 1; phase > 0; phase--)
        {
            ulong behind = 0;
            for (int i = 0; i < flats.Length; i++)
            {
                behind += scenario.Accounts[i].Phase == phase ? flats[i].Interval.Value : 0;
            }
            phases[phase] = Math.Min(left, behind);
            left -= phases[phase];
        }
        phases[0] = left;
        return [.. phases.Select(interval => new Reading(new(interval), house.Quality))];
    }
}
