using SmartCity.Domain;

namespace SmartCity.Audit;

/// <summary>Registers recomputed from the payloads: every channel by zone, and as they stood at the end of each period.</summary>
internal sealed class RegisterBook(CityCalendar calendar)
{
    private const int Zones = 3;

    private readonly Dictionary<(uint Group, int Channel), ulong[]> _now = [];
    private readonly Dictionary<(uint Group, int Channel, Period Period), ulong[]> _atEnd = [];
    private readonly Dictionary<(uint Group, int Channel, Period Period), int> _unmeasured = [];
    private readonly Dictionary<uint, Hour> _next = [];

    /// <summary>Channels that have a register.</summary>
    public IEnumerable<(uint Group, int Channel)> Channels => _now.Keys;

    /// <summary>Periods with an end, for each channel.</summary>
    public IEnumerable<(uint Group, int Channel, Period Period)> PeriodEnds => _atEnd.Keys;

    /// <summary>Adds an hour of a segment.</summary>
    public void Add(uint segment, Hour hour, IReadOnlyList<AuditedGroup> groups, IReadOnlyList<IReadOnlyList<Reading>> readings)
    {
        Period period = calendar.PeriodOf(hour);
        for (int i = 0; i < groups.Count; i++)
        {
            int zone = groups[i].Kind == EnergyKind.Electricity ? (int)calendar.ZoneOf(hour) : 0;
            for (int channel = 0; channel < readings[i].Count; channel++)
            {
                Add(groups[i].Number, channel, period, zone, readings[i][channel]);
            }
        }
        _next[segment] = hour.Next;
        if (calendar.PeriodOf(hour.Next) != period)
        {
            Keep(groups, period);
        }
    }

    /// <summary>Register of a channel by zone.</summary>
    public IReadOnlyList<ulong> Now(uint group, int channel) => _now.GetValueOrDefault((group, channel), new ulong[Zones]);

    /// <summary>Register of a channel by zone at the end of a period; zero before the first hour.</summary>
    public IReadOnlyList<ulong> AtEnd(uint group, int channel, Period period) =>
        _atEnd.GetValueOrDefault((group, channel, period), new ulong[Zones]);

    /// <summary>Has the segment recorded all hours of a period?</summary>
    public bool IsOver(uint segment, Period period) =>
        _next.TryGetValue(segment, out Hour next) && next >= calendar.FirstHourOf(period.Next);

    /// <summary>Hours of a period in which a channel was not measured.</summary>
    public int Unmeasured(uint group, int channel, Period period) => _unmeasured.GetValueOrDefault((group, channel, period));

    /// <summary>Consumption of a channel in a period that is over.</summary>
    public ZoneConsumption Consumption(uint group, int channel, Period period)
    {
        IReadOnlyList<ulong> end = AtEnd(group, channel, period);
        IReadOnlyList<ulong> start = AtEnd(group, channel, period.Previous);
        return new(new(end[0] - start[0]), new(end[1] - start[1]), new(end[2] - start[2]));
    }

    /// <summary>Consumption of several channels together.</summary>
    public ZoneConsumption Consumption(uint group, IEnumerable<int> channels, Period period) =>
        channels.Select(channel => Consumption(group, channel, period)).Aggregate(
            default(ZoneConsumption),
            (sum, part) => new(sum.Peak + part.Peak, sum.HalfPeak + part.HalfPeak, sum.Night + part.Night));

    private void Add(uint group, int channel, Period period, int zone, Reading reading)
    {
        if (!_now.TryGetValue((group, channel), out ulong[]? zones))
        {
            _now[(group, channel)] = zones = new ulong[Zones];
        }
        zones[zone] += reading.Interval.Value;
        if (reading.Quality != Quality.Measured)
        {
            _unmeasured[(group, channel, period)] = Unmeasured(group, channel, period) + 1;
        }
    }

    private void Keep(IReadOnlyList<AuditedGroup> groups, Period period)
    {
        foreach (AuditedGroup group in groups)
        {
            for (int channel = 0; channel < group.Balance.Channels; channel++)
            {
                _atEnd[(group.Number, channel, period)] = [.. Now(group.Number, channel)];
            }
        }
    }
}
