using System.Numerics;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>All hours and corrections as they came; every question is answered by going through them again.</summary>
internal sealed class ReadingBook(LocalTime time)
{
    private const int Zones = 3;
    private const int BackBillingPeriods = 36;

    private readonly Dictionary<int, AddGroup> _groups = [];
    private readonly Dictionary<int, SortedDictionary<long, RecordHour>> _hours = [];
    private readonly List<Correct> _corrections = [];
    private readonly List<(int Group, int Meter, Fault Fault, long From)> _faults = [];
    private readonly List<(int Group, int Meter, Verification Verification, long From)> _meters = [];

    /// <summary>Rises with every change.</summary>
    public int Version { get; private set; }

    public IEnumerable<AddGroup> Groups => _groups.Values;

    public LocalTime Time => time;

    public AddGroup Group(int group) =>
        _groups.TryGetValue(group, out AddGroup? found) ? found : throw new RefusedException($"there is no group {group}");

    public static int ParentChannels(Energy energy) => energy == Energy.Electricity ? 3 : 1;

    public int ChannelsOf(int group) => ParentChannels(Group(group).Energy) + Group(group).Consumers.Count;

    /// <summary>The meter of a channel: the parent's channels have one in common, named by the first of them.</summary>
    private int MeterOf(int group, int channel) => channel < ParentChannels(Group(group).Energy) ? 0 : channel;

    public void Apply(AddGroup command)
    {
        Require(!_groups.ContainsKey(command.Group), $"group {command.Group} is there already");
        _groups.Add(command.Group, command);
        _hours.TryAdd(command.Segment, []);
        for (int channel = 0; channel < ChannelsOf(command.Group); channel++)
        {
            int consumer = channel - ParentChannels(command.Energy);
            _meters.Add((
                command.Group, MeterOf(command.Group, channel), consumer < 0 ? command.Parent : command.Consumers[consumer], command.FirstHour));
        }
    }

    /// <summary>The hour a segment waits for.</summary>
    public long NextHourOf(int segment) =>
        _groups.Values.Where(group => group.Segment == segment).Min(group => group.FirstHour) + _hours[segment].Count;

    public void Apply(RecordHour command)
    {
        Require(command.Hour == NextHourOf(command.Segment), $"hour {command.Hour} is not the next one");
        Require((command.Hour + 1) * 3_600 <= command.At, $"hour {command.Hour} is not over");
        foreach (AddGroup group in _groups.Values.Where(one => one.Segment == command.Segment && one.FirstHour <= command.Hour))
        {
            Require(command.Groups[group.Group].Count == ChannelsOf(group.Group), $"group {group.Group} has other channels");
        }
        _hours[command.Segment].Add(command.Hour, command);
        Version++;
    }

    public void Apply(Correct command)
    {
        AddGroup group = Group(command.Group);
        int count = command.Differences.Count;
        int period = time.PeriodOf(command.FirstHour);
        Require(count is >= 1 and <= 744, "1 to 744 differences");
        Require(command.FirstHour >= group.FirstHour && command.FirstHour + count <= NextHourOf(group.Segment), "hours that are recorded");
        Require(time.PeriodOf(command.FirstHour + count - 1) == period, "hours of one period");
        Require(command.Differences.All(difference => Math.Abs(difference) < 1 << 24), "differences of 24 bits");
        Require(period >= time.PeriodOf(NextHourOf(group.Segment) - 1) - BackBillingPeriods, "not older than three years");
        Require(command.FilledHours >= 0 && command.FilledHours <= count, "filled hours");
        Require(command.FilledHours <= ExceptionsOf(command.Group, command.Channel, period).Missing, "only missing hours are made good");
        _corrections.Add(command);
        Version++;
        BigInteger[] after = ConsumptionOf(command.Group, command.Channel, period);
        if (after.Any(zone => zone.Sign < 0))
        {
            _corrections.RemoveAt(_corrections.Count - 1);
            throw new RefusedException($"the correction would make the consumption of period {period} negative");
        }
    }

    public void Apply(ReportFault command)
    {
        int meter = MeterOf(command.Group, command.Channel);
        (_, _, _, long last) = _faults.LastOrDefault(fault => fault.Group == command.Group && fault.Meter == meter);
        Require(command.FromHour > last && command.FromHour >= Group(command.Group).FirstHour, "faults in order, each later than the last");
        Require(command.FromHour <= NextHourOf(Group(command.Group).Segment), "a fault of hours up to the next one");
        _faults.Add((command.Group, meter, command.Fault, command.FromHour));
        Version++;
    }

    public void Apply(ReplaceMeter command)
    {
        long from = NextHourOf(Group(command.Group).Segment);
        _meters.Add((command.Group, MeterOf(command.Group, command.Channel), command.Verification, from));
        Version++;
    }

    /// <summary>Sum of all intervals and corrections by zone.</summary>
    public BigInteger[] RegistersOf(int group, int channel) => Plus(Signed(group, channel, _ => true), Corrected(group, channel, _ => true));

    /// <summary>Sum of all intervals before an hour by zone, without corrections.</summary>
    public BigInteger[] SignedBefore(int group, int channel, long hour) => Signed(group, channel, one => one < hour);

    /// <summary>Intervals and corrections of a period by zone.</summary>
    public BigInteger[] ConsumptionOf(int group, int channel, int period) => Plus(
        Signed(group, channel, hour => time.PeriodOf(hour) == period), Corrected(group, channel, hour => time.PeriodOf(hour) == period));

    /// <summary>Hours of a period that are missing (less those made good) and estimated.</summary>
    public (int Missing, int Estimated) ExceptionsOf(int group, int channel, int period)
    {
        int[] qualities = [.. Intervals(group, channel).Where(one => time.PeriodOf(one.Hour) == period).Select(one => one.Interval.Quality)];
        int missing = qualities.Count(quality => quality == 3);
        foreach (Correct correction in CorrectionsOf(group, channel).Where(one => time.PeriodOf(one.FirstHour) == period))
        {
            missing = Math.Max(0, missing - correction.FilledHours);
        }
        return (missing, qualities.Count(quality => quality is 1 or 2));
    }

    public int RevisionOf(int group, int period) =>
        _corrections.Count(correction => correction.Group == group && time.PeriodOf(correction.FirstHour) == period);

    /// <summary>First hour and number of hours of a period in which a group is there.</summary>
    public (long First, int Count) HoursOf(int group, int period)
    {
        long first = Math.Max(time.FirstHourOf(period), Group(group).FirstHour);
        return (first, (int)Math.Max(0, time.FirstHourOf(period + 1) - first));
    }

    public bool IsPeriodOver(int group, int period) => NextHourOf(Group(group).Segment) >= time.FirstHourOf(period + 1);

    /// <summary>First hour of a period in which the channel's meter does not count, and why: "expired", "broken" or "refused".</summary>
    public (long Hour, string Reason)? UnusableFrom(int group, int channel, int period)
    {
        (long first, int count) = HoursOf(group, period);
        int meter = MeterOf(group, channel);
        for (long hour = first; hour < first + count; hour++)
        {
            (_, _, Verification verification, long since) = _meters.Last(one => one.Group == group && one.Meter == meter && one.From <= hour);
            (_, _, Fault fault, long from) = _faults.LastOrDefault(one => one.Group == group && one.Meter == meter && one.From <= hour);
            if (fault != Fault.None && from >= since)
            {
                return (hour, fault == Fault.Broken ? "broken" : "refused");
            }
            if (hour >= time.HourOfDay(LocalTime.DayOf(verification.On.AddMonths(verification.Months))))
            {
                return (hour, "expired");
            }
        }
        return null;
    }

    private BigInteger[] Signed(int group, int channel, Func<long, bool> counts)
    {
        BigInteger[] sums = new BigInteger[Zones];
        foreach ((long hour, Interval interval) in Intervals(group, channel).Where(one => counts(one.Hour)))
        {
            sums[ZoneOf(group, hour)] += interval.Value;
        }
        return sums;
    }

    private BigInteger[] Corrected(int group, int channel, Func<long, bool> counts)
    {
        BigInteger[] sums = new BigInteger[Zones];
        foreach (Correct correction in CorrectionsOf(group, channel))
        {
            for (int i = 0; i < correction.Differences.Count; i++)
            {
                if (counts(correction.FirstHour + i))
                {
                    sums[ZoneOf(group, correction.FirstHour + i)] += correction.Differences[i];
                }
            }
        }
        return sums;
    }

    private int ZoneOf(int group, long hour) => Group(group).Energy == Energy.Heat ? 0 : time.ZoneOf(hour);

    private IEnumerable<Correct> CorrectionsOf(int group, int channel) =>
        _corrections.Where(correction => correction.Group == group && correction.Channel == channel);

    private IEnumerable<(long Hour, Interval Interval)> Intervals(int group, int channel) =>
        _hours[Group(group).Segment].Where(hour => hour.Key >= Group(group).FirstHour)
            .Select(hour => (hour.Key, hour.Value.Groups[group][channel]));

    private static BigInteger[] Plus(BigInteger[] left, BigInteger[] right) => [.. left.Zip(right, (one, other) => one + other)];

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new RefusedException(rule);
        }
    }
}
