using SmartCity.Domain;

namespace SmartCity.Audit;

/// <summary>Registers recomputed from the payloads and corrections: every channel by zone, and as they stood at the end of each period.</summary>
internal sealed class RegisterBook(CityCalendar calendar)
{
    private const int Zones = 3;

    private readonly Dictionary<(uint Group, int Channel), ulong[]> _now = [];
    private readonly Dictionary<(uint Group, int Channel, Period Period), ulong[]> _atEnd = [];
    private readonly Dictionary<(uint Group, int Channel, Period Period), (int Missing, int Estimated)> _exceptions = [];
    private readonly Dictionary<(uint Group, int Channel, Period Period), long[]> _used = [];
    private readonly Dictionary<(uint Group, int Channel, Period Period), long[]> _corrections = [];
    private readonly Dictionary<(uint Group, int Channel), long[]> _correctionTotals = [];
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

    /// <summary>Periods of channels with a correction.</summary>
    public IEnumerable<(uint Group, int Channel, Period Period)> CorrectedPeriods => _corrections.Keys;

    /// <summary>Periods of channels with an hour that was not measured.</summary>
    public IEnumerable<(uint Group, int Channel, Period Period)> UnmeasuredPeriods => _exceptions.Keys;

    /// <summary>Adds a correction to a channel's period.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="channel">Its channel.</param>
    /// <param name="period">The period in which all its hours lie.</param>
    /// <param name="byZone">The differences, summed by zone.</param>
    /// <param name="filledHours">Hours that are missing no more.</param>
    public void Correct(uint group, int channel, Period period, IReadOnlyList<long> byZone, int filledHours)
    {
        AddTo(_corrections, (group, channel, period), byZone);
        AddTo(_correctionTotals, (group, channel), byZone);
        (int missing, int estimated) = Exceptions(group, channel, period);
        if (filledHours != 0)
        {
            _exceptions[(group, channel, period)] = (missing - filledHours, estimated);
        }
    }

    /// <summary>Register of a channel by zone, corrections included.</summary>
    public IReadOnlyList<ulong> Now(uint group, int channel)
    {
        ulong[] signed = Signed(group, channel);
        long[]? corrections = _correctionTotals.GetValueOrDefault((group, channel));
        return corrections is null ? signed : [.. signed.Zip(corrections, (value, correction) => (ulong)((long)value + correction))];
    }

    /// <summary>Register of a channel by zone at the end of a period, as signed; zero before the first hour.</summary>
    public IReadOnlyList<ulong> AtEnd(uint group, int channel, Period period) =>
        _atEnd.GetValueOrDefault((group, channel, period), new ulong[Zones]);

    /// <summary>Register of a channel by zone as signed, without corrections.</summary>
    public ZoneConsumption SignedNow(uint group, int channel) => ZonesOf(Signed(group, channel));

    /// <summary>Register of a channel by zone as signed at the end of a period.</summary>
    public ZoneConsumption SignedAtEnd(uint group, int channel, Period period) => ZonesOf(AtEnd(group, channel, period));

    /// <summary>Has the segment recorded all hours of a period?</summary>
    public bool IsOver(uint segment, Period period) =>
        _next.TryGetValue(segment, out Hour next) && next >= calendar.FirstHourOf(period.Next);

    /// <summary>Hours of a period in which a channel was not measured: missing and not made good, and estimated.</summary>
    public (int Missing, int Estimated) Exceptions(uint group, int channel, Period period) =>
        _exceptions.GetValueOrDefault((group, channel, period));

    /// <summary>Sum of a channel's corrections in a period, by zone.</summary>
    public IReadOnlyList<long> Corrections(uint group, int channel, Period period) =>
        _corrections.GetValueOrDefault((group, channel, period), new long[Zones]);

    /// <summary>What a channel used in a period so far by zone, corrections included; negative only if a correction cannot be true.</summary>
    public IReadOnlyList<long> Used(uint group, int channel, Period period) =>
        [.. _used.GetValueOrDefault((group, channel, period), new long[Zones]).Zip(
            Corrections(group, channel, period), (used, correction) => used + correction)];

    /// <summary>Consumption of a channel in a period that is over, corrections included.</summary>
    public ZoneConsumption Consumption(uint group, int channel, Period period)
    {
        IReadOnlyList<long> used = Used(group, channel, period);
        return new(new((ulong)used[0]), new((ulong)used[1]), new((ulong)used[2]));
    }

    private void Add(uint group, int channel, Period period, int zone, Reading reading)
    {
        if (!_now.TryGetValue((group, channel), out ulong[]? zones))
        {
            _now[(group, channel)] = zones = new ulong[Zones];
        }
        zones[zone] += reading.Interval.Value;
        long[] used = new long[Zones];
        used[zone] = (long)reading.Interval.Value;
        AddTo(_used, (group, channel, period), used);
        if (reading.Quality != Quality.Measured)
        {
            (int missing, int estimated) = Exceptions(group, channel, period);
            _exceptions[(group, channel, period)] =
                reading.Quality == Quality.Missing ? (missing + 1, estimated) : (missing, estimated + 1);
        }
    }

    private static ZoneConsumption ZonesOf(IReadOnlyList<ulong> zones) => new(new(zones[0]), new(zones[1]), new(zones[2]));

    private ulong[] Signed(uint group, int channel) => _now.GetValueOrDefault((group, channel), new ulong[Zones]);

    private static void AddTo<TKey>(Dictionary<TKey, long[]> sums, TKey key, IReadOnlyList<long> byZone)
        where TKey : notnull
    {
        if (!sums.TryGetValue(key, out long[]? sum))
        {
            sums[key] = sum = new long[Zones];
        }
        for (int zone = 0; zone < Zones; zone++)
        {
            sum[zone] += byZone[zone];
        }
    }

    private void Keep(IReadOnlyList<AuditedGroup> groups, Period period)
    {
        foreach (AuditedGroup group in groups)
        {
            for (int channel = 0; channel < group.Balance.Channels; channel++)
            {
                _atEnd[(group.Number, channel, period)] = [.. Signed(group.Number, channel)];
            }
        }
    }
}
