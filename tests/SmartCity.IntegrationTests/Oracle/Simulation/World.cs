using System.Globalization;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>
/// Virtual time and all that will happen in it, of one schedule. Everything runs on the thread that drives it, one thing after another, so
/// that a schedule is played exactly the same whenever its seed is.
/// </summary>
internal sealed class World(DateTimeOffset start, bool tells)
{
    private const ulong FnvOffset = 14_695_981_039_346_656_037;
    private const ulong FnvPrime = 1_099_511_628_211;

    private readonly PriorityQueue<Action, (long Ticks, long Number)> _events = new();
    private readonly SortedDictionary<string, int> _seen = new(StringComparer.Ordinal);
    private readonly List<string> _told = [];
    private long _number;

    /// <summary>The true time.</summary>
    public DateTimeOffset Now { get; private set; } = start;

    /// <summary>Do faults happen? False when the oracle is let catch up.</summary>
    public bool IsFaulty { get; set; } = true;

    /// <summary>A hash of all that happened, to compare two plays of a schedule.</summary>
    public ulong Digest { get; private set; } = FnvOffset;

    /// <summary>What happened, a line each, when the world tells.</summary>
    public IReadOnlyList<string> Told => _told;

    /// <summary>How often each kind of fault came about.</summary>
    public IReadOnlyDictionary<string, int> Seen => _seen;

    /// <summary>Has something happen at a time, or now if that is over.</summary>
    public void At(DateTimeOffset time, Action action) =>
        _events.Enqueue(action, ((time > Now ? time : Now).UtcTicks, _number++));

    /// <summary>Has the next thing happen, if it is due before a limit; else time comes to the limit.</summary>
    public bool TryStep(DateTimeOffset limit)
    {
        if (!_events.TryPeek(out _, out (long Ticks, long Number) due) || due.Ticks > limit.UtcTicks)
        {
            Now = limit > Now ? limit : Now;
            return false;
        }
        Action action = _events.Dequeue();
        Now = new(due.Ticks, TimeSpan.Zero);
        action();
        return true;
    }

    /// <summary>Notes a fault that came about.</summary>
    public void Count(string fault)
    {
        _seen[fault] = _seen.GetValueOrDefault(fault) + 1;
        Note(fault);
    }

    /// <summary>Notes what happened.</summary>
    public void Note(string what)
    {
        foreach (char character in what)
        {
            Mix(character);
        }
        Mix((ulong)Now.UtcTicks);
        Tell(what);
    }

    /// <summary>Tells something that is not part of what happened.</summary>
    public void Tell(string what)
    {
        if (tells)
        {
            _told.Add(string.Create(CultureInfo.InvariantCulture, $"{Now:dd HH:mm:ss.fff} {what}"));
        }
    }

    private void Mix(ulong value) => Digest = unchecked((Digest ^ value) * FnvPrime);
}
