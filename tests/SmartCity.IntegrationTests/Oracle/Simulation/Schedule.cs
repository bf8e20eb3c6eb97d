namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>A time in which something is amiss.</summary>
/// <param name="From">First instant.</param>
/// <param name="To">Last instant, exclusive.</param>
internal readonly record struct Spell(DateTimeOffset From, DateTimeOffset To)
{
    public bool Contains(DateTimeOffset time) => time >= From && time < To;
}

/// <summary>A meter that is not heard.</summary>
/// <param name="Spell">When.</param>
/// <param name="Meter">Tag of its object.</param>
/// <param name="IsRecorded">Does the source's archive hold what the meter showed meanwhile?</param>
internal readonly record struct Silence(Spell Spell, string Meter, bool IsRecorded);

/// <summary>What shall go wrong in one play, and how often: drawn from its seed alone.</summary>
internal sealed class Schedule
{
    private static readonly double[] Rates = [0, 0.01, 0.05, 0.2];

    private readonly Random _lateness;
    private readonly double _meanLatenessMinutes;
    private readonly double _promptness;
    private readonly List<(DateTimeOffset Since, TimeSpan Error)> _oracleClock = [];
    private readonly List<(DateTimeOffset Since, TimeSpan Error)> _sourceClock = [];

    public Schedule(int seed, DateTimeOffset firstHour, IReadOnlyList<string> meters)
    {
        const int MaxHoursBefore = 6;
        const int MinHours = 3;
        const int MaxHours = 12;
        Random random = new(seed);
        Seed = seed;
        Start = firstHour.AddMinutes(random.Next(MaxHoursBefore * 60));
        End = Start.AddHours(random.Next(MinHours, MaxHours));
        _lateness = new(seed + 1);
        bool isSwift = random.Next(5) == 0;
        _meanLatenessMinutes = isSwift ? 3 : random.Next(8, 20);
        _promptness = random.NextDouble() * 0.5;
        PollPeriod = TimeSpan.FromMinutes(random.Next(6, 11));
        Grace = TimeSpan.FromSeconds(random.Next(0, 240));
        NodeFaults = Rates[random.Next(Rates.Length)];
        SourceFaults = Rates[random.Next(Rates.Length)];
        MeanTouchesOfALife = random.Next(4) switch { 0 => null, 1 => 200, 2 => 1_000, _ => 4_000 };
        MeanBlockSeconds = random.Next(1, 120);
        IsStale = random.Next(3) == 0;
        ForgetsPool = random.Next(3) == 0;
        NodeAway = Spells(random, random.Next(3), 90);
        SourceAway = SourceFaults > 0 ? Spells(random, random.Next(3), 200) : [];
        DiskTrouble = random.Next(3) == 0 ? Spells(random, 1, 120) : [];
        Resets = [.. Enumerable.Range(0, Math.Max(0, random.Next(5) - 2)).Select(_ => Moment(random)).Order()];
        Renumberings = SourceFaults > 0 ? [.. Enumerable.Range(0, random.Next(2)).Select(_ => Moment(random))] : [];
        Silences = SourceFaults > 0
            ? [.. Spells(random, random.Next(5), 300).Select(spell => new Silence(spell, meters[random.Next(meters.Count)], random.Next(2) == 0))]
            : [];
        int steps = random.Next(3);
        for (int i = 0; i < steps; i++)
        {
            _oracleClock.Add((Moment(random), TimeSpan.FromSeconds(random.Next(-1, 2) * Math.Pow(10, random.NextDouble() * 5))));
            _sourceClock.Add((Moment(random), SourceFaults > 0 ? TimeSpan.FromSeconds(random.Next(-MaxSourceClockError, MaxSourceClockError)) : TimeSpan.Zero));
        }
        _oracleClock.Sort();
        _sourceClock.Sort();
    }

    /// <summary>Seconds by which the source's clock may be wrong.</summary>
    public const int MaxSourceClockError = 120;

    public int Seed { get; }

    /// <summary>When the oracle is first started; hours before are filled in.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>When all faults end.</summary>
    public DateTimeOffset End { get; }

    public TimeSpan PollPeriod { get; }

    public TimeSpan Grace { get; }

    /// <summary>Share of requests to the node that something happens to.</summary>
    public double NodeFaults { get; }

    /// <summary>Share of questions to the source that something happens to. None: the source is without fault in every respect.</summary>
    public double SourceFaults { get; }

    /// <summary>How often a process meets the world before it is killed, on average; null: it is not.</summary>
    public int? MeanTouchesOfALife { get; }

    public int MeanBlockSeconds { get; }

    /// <summary>Do answers come from nodes that are behind?</summary>
    public bool IsStale { get; }

    /// <summary>Does the node forget transactions that wait?</summary>
    public bool ForgetsPool { get; }

    public IReadOnlyList<Spell> NodeAway { get; }

    public IReadOnlyList<Spell> SourceAway { get; }

    public IReadOnlyList<Spell> DiskTrouble { get; }

    /// <summary>When the chain is set back.</summary>
    public IReadOnlyList<DateTimeOffset> Resets { get; }

    /// <summary>When the source's signals get other numbers.</summary>
    public IReadOnlyList<DateTimeOffset> Renumberings { get; }

    public IReadOnlyList<Silence> Silences { get; }

    /// <summary>When the oracle's clock is set.</summary>
    public IEnumerable<DateTimeOffset> OracleClockSteps => _oracleClock.Select(step => step.Since);

    /// <summary>When the source's clock is set.</summary>
    public IEnumerable<DateTimeOffset> SourceClockSteps => _sourceClock.Where(step => step.Error != TimeSpan.Zero).Select(step => step.Since);

    /// <summary>By how much the oracle's clock is wrong; it is right again when faults end.</summary>
    public TimeSpan OracleClockErrorAt(DateTimeOffset time) => time >= End ? TimeSpan.Zero : ErrorAt(_oracleClock, time);

    /// <summary>By how much the source's clock is wrong; it is right again when faults end.</summary>
    public TimeSpan SourceClockErrorAt(DateTimeOffset time) => time >= End ? TimeSpan.Zero : ErrorAt(_sourceClock, time);

    /// <summary>How late a timer comes.</summary>
    public TimeSpan Lateness(TimeSpan due) => due >= TimeSpan.FromMinutes(1) || _lateness.NextDouble() < _promptness
        ? TimeSpan.Zero
        : TimeSpan.FromMinutes(-Math.Log(1 - _lateness.NextDouble()) * _meanLatenessMinutes);

    private DateTimeOffset Moment(Random random) => Start + (End - Start) * random.NextDouble();

    private List<Spell> Spells(Random random, int count, int maxMinutes)
    {
        List<Spell> spells = [];
        for (int i = 0; i < count; i++)
        {
            DateTimeOffset from = Moment(random);
            DateTimeOffset to = from.AddMinutes(random.Next(1, maxMinutes));
            spells.Add(new(from, to < End ? to : End));
        }
        return spells;
    }

    private static TimeSpan ErrorAt(List<(DateTimeOffset Since, TimeSpan Error)> steps, DateTimeOffset time) =>
        steps.LastOrDefault(step => step.Since <= time).Error;
}
