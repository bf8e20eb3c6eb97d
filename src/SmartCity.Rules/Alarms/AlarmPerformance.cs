using System.Collections.Immutable;

namespace SmartCity.Rules;

/// <summary>One raising of an alarm.</summary>
/// <param name="Substation">Number of the substation.</param>
/// <param name="Code">The rule's code.</param>
/// <param name="Severity">How much it mattered.</param>
/// <param name="RaisedAt">Source time of the raising.</param>
/// <param name="ClearedAt">When its condition ended; <c>null</c> while it holds.</param>
/// <param name="AcknowledgedAt">When it was acknowledged; <c>null</c> while it is not.</param>
public readonly record struct AlarmOccurrence(
    uint Substation, string Code, Severity Severity, DateTimeOffset RaisedAt, DateTimeOffset? ClearedAt, DateTimeOffset? AcknowledgedAt);

/// <summary>How often an alarm came.</summary>
/// <param name="Substation">Number of the substation.</param>
/// <param name="Code">The rule's code.</param>
/// <param name="Count">Raisings; of a chattering alarm those in the minute in which it chattered most.</param>
public readonly record struct AlarmFrequency(uint Substation, string Code, int Count);

/// <summary>An alarm that stands too long for anyone to look at it.</summary>
/// <param name="Substation">Number of the substation.</param>
/// <param name="Code">The rule's code.</param>
/// <param name="RaisedAt">Since when.</param>
/// <param name="For">How long it stood by the end of the time looked at.</param>
public readonly record struct StaleAlarm(uint Substation, string Code, DateTimeOffset RaisedAt, TimeSpan For);

/// <summary>How alarms load those who must answer them: the figures of ISA-18.2 and IEC 62682, section 16. Immutable.</summary>
public sealed record AlarmPerformance
{
    /// <summary>More raisings in a period are a flood (ISA-18.2).</summary>
    public const int FloodAbove = 10;

    /// <summary>Fewer raisings in a period end it.</summary>
    public const int FloodEndsBelow = 5;

    /// <summary>So many raisings of one alarm within a minute are chattering.</summary>
    public const int ChatteringFrom = 3;

    /// <summary>Longest list of chattering or stale alarms.</summary>
    public const int MostListed = 50;

    private const int Top = 10;

    /// <summary>What raisings are counted by.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    /// <summary>An alarm that stands for longer is stale.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromHours(24);

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    /// <summary>From when, inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until when, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Raisings within that time.</summary>
    public required int Raised { get; init; }

    /// <summary>Periods that the time has, the last one perhaps a part.</summary>
    public required int Periods { get; init; }

    /// <summary>Most raisings in a period.</summary>
    public required int MostInPeriod { get; init; }

    /// <summary>Periods of a flood.</summary>
    public required int FloodPeriods { get; init; }

    /// <summary>Raisings by <see cref="Severity"/>.</summary>
    public required ImmutableArray<int> BySeverity { get; init; }

    /// <summary>The ten alarms that came most often, the most frequent first.</summary>
    public required ImmutableArray<AlarmFrequency> TopTen { get; init; }

    /// <summary>Alarms that came and went several times a minute; at most <see cref="MostListed"/>.</summary>
    public required ImmutableArray<AlarmFrequency> Chattering { get; init; }

    /// <summary>Alarms that stood too long, the oldest first; at most <see cref="MostListed"/>.</summary>
    public required ImmutableArray<StaleAlarm> Stale { get; init; }

    /// <summary>Half of those acknowledged waited no longer; <c>null</c> when none was.</summary>
    public required TimeSpan? MedianToAcknowledge { get; init; }

    /// <summary>Mean of raisings in a period.</summary>
    public decimal PerPeriod => (decimal)Raised / Periods;

    /// <summary>Share of the time in flood, percent.</summary>
    public decimal FloodPercent => 100m * FloodPeriods / Periods;

    /// <summary>Share of the ten most frequent alarms in all raisings, percent.</summary>
    public decimal TopTenPercent => Raised == 0 ? 0 : 100m * TopTen.Sum(alarm => alarm.Count) / Raised;

    /// <summary>The figures of a time.</summary>
    /// <param name="occurrences">Raisings in order of their time: those within, and those before that still stood at its beginning.</param>
    /// <param name="from">From when, inclusive.</param>
    /// <param name="to">Until when, exclusive; after <paramref name="from"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is empty.</exception>
    public static AlarmPerformance Of(IEnumerable<AlarmOccurrence> occurrences, DateTimeOffset from, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(occurrences);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(to, from);
        int[] periods = new int[checked((int)(((to - from).Ticks + Period.Ticks - 1) / Period.Ticks))];
        int[] bySeverity = new int[Enum.GetValues<Severity>().Length];
        Dictionary<(uint, string), Recent> alarms = [];
        List<StaleAlarm> stale = [];
        List<TimeSpan> waits = [];
        foreach (AlarmOccurrence one in occurrences)
        {
            DateTimeOffset stoodUntil = one.ClearedAt is { } cleared && cleared < to ? cleared : to;
            if (stoodUntil - one.RaisedAt > StaleAfter)
            {
                stale.Add(new(one.Substation, one.Code, one.RaisedAt, stoodUntil - one.RaisedAt));
            }
            if (one.RaisedAt < from || one.RaisedAt >= to)
            {
                continue;
            }
            periods[(one.RaisedAt - from).Ticks / Period.Ticks]++;
            bySeverity[(int)one.Severity]++;
            if (!alarms.TryGetValue((one.Substation, one.Code), out Recent? recent))
            {
                alarms.Add((one.Substation, one.Code), recent = new());
            }
            recent.Add(one.RaisedAt);
            if (one.AcknowledgedAt is { } acknowledged && acknowledged < to)
            {
                waits.Add(acknowledged - one.RaisedAt);
            }
        }
        waits.Sort();
        return new()
        {
            From = from,
            To = to,
            Raised = periods.Sum(),
            Periods = periods.Length,
            MostInPeriod = periods.Max(),
            FloodPeriods = CountFlood(periods),
            BySeverity = [.. bySeverity],
            TopTen = Frequent(alarms.Select(pair => (pair.Key, pair.Value.Count)), Top),
            Chattering = Frequent(alarms.Where(pair => pair.Value.MostInMinute >= ChatteringFrom).Select(pair => (pair.Key, pair.Value.MostInMinute)), MostListed),
            Stale = [.. stale.OrderBy(alarm => alarm.RaisedAt).Take(MostListed)],
            MedianToAcknowledge = waits.Count == 0 ? null : waits[(waits.Count - 1) / 2],
        };
    }

    private static ImmutableArray<AlarmFrequency> Frequent(IEnumerable<((uint Substation, string Code) Alarm, int Count)> alarms, int most) =>
        [.. alarms.OrderByDescending(pair => pair.Count).ThenBy(pair => pair.Alarm.Substation).ThenBy(pair => pair.Alarm.Code, StringComparer.Ordinal)
            .Take(most).Select(pair => new AlarmFrequency(pair.Alarm.Substation, pair.Alarm.Code, pair.Count))];

    private static int CountFlood(int[] periods)
    {
        int count = 0;
        bool isFlood = false;
        foreach (int raised in periods)
        {
            isFlood = raised > FloodAbove || (isFlood && raised >= FloodEndsBelow);
            count += isFlood ? 1 : 0;
        }
        return count;
    }

    /// <summary>Raisings of one alarm.</summary>
    private sealed class Recent
    {
        private readonly Queue<DateTimeOffset> _lastMinute = [];

        public int Count { get; private set; }

        public int MostInMinute { get; private set; }

        public void Add(DateTimeOffset raisedAt)
        {
            Count++;
            _lastMinute.Enqueue(raisedAt);
            while (raisedAt - _lastMinute.Peek() >= s_minute)
            {
                _lastMinute.Dequeue();
            }
            MostInMinute = Math.Max(MostInMinute, _lastMinute.Count);
        }
    }
}
