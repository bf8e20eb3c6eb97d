namespace SmartCity.Rules;

/// <summary>What is remembered of a signal beyond its last value: a few numbers in the object's state.</summary>
internal abstract class Memory(int start, ulong signals, string key)
{
    /// <summary>Place of the first number.</summary>
    protected int Start { get; } = start;

    /// <summary>Signals that it follows, a bit each.</summary>
    public ulong Signals { get; } = signals;

    /// <summary>Its name in a saved state.</summary>
    public string Key { get; } = key;

    /// <summary>How many numbers it needs.</summary>
    public abstract int Length { get; }

    /// <summary>Looks at the signals after a sample of one of them.</summary>
    public abstract void Update(RuleState state);

    /// <summary>Its numbers in a state.</summary>
    public Span<long> In(RuleState state) => state.Memory.AsSpan(Start, Length);
}

/// <summary>How fast a cumulative or any other number changes, over full windows that follow each other.</summary>
/// <remarks>
/// A window begins anew when the number falls where it must not (a meter was set back), after a gap whose mean says nothing of the
/// present, and when <paramref name="restartOn"/> changes, so that what flowed before a stop is never taken for a flow after it.
/// </remarks>
internal sealed class RateMemory(int start, string key, int signal, int? restartOn, long window, long per, bool mayFall)
    : Memory(start, 1ul << signal | (restartOn is { } flag ? 1ul << flag : 0), key)
{
    private const int MaxWindows = 10;
    private const int Began = 0;
    private const int From = 1;
    private const int Flag = 2;
    private const int Rate = 3;
    private const int IsKnown = 4;
    private const long Unknown = -1;

    public override int Length => 5;

    /// <summary>The rate of the last full window.</summary>
    public bool TryGet(RuleState state, out long rate)
    {
        Span<long> memory = In(state);
        rate = memory[Rate];
        return memory[IsKnown] != 0 && state.IsGood(signal);
    }

    public override void Update(RuleState state)
    {
        if (!state.IsGood(signal))
        {
            return;
        }
        Span<long> memory = In(state);
        long value = state.Values[signal];
        long flag = restartOn is { } place && state.IsGood(place) ? state.Values[place] : Unknown;
        long elapsed = state.Now - memory[Began];
        if (memory[Began] == 0 || (value < memory[From] && !mayFall) || elapsed > MaxWindows * window || IsOther(flag, memory[Flag]))
        {
            memory[Began] = state.Now;
            memory[From] = value;
            memory[Flag] = flag;
            memory[IsKnown] = 0;
            return;
        }
        memory[Flag] = flag == Unknown ? memory[Flag] : flag;
        if (elapsed >= window)
        {
            memory[IsKnown] = Micro.TryNarrow((Int128)(value - memory[From]) * per / elapsed, out memory[Rate]) ? 1 : 0;
            memory[Began] = state.Now;
            memory[From] = value;
        }
    }

    private static bool IsOther(long flag, long before) => flag != Unknown && before != Unknown && flag != before;
}

/// <summary>How often a flag was set within a span of time: starts of a pump.</summary>
internal sealed class StartsMemory(int start, string key, int signal, long within) : Memory(start, 1ul << signal, key)
{
    /// <summary>Most starts that are counted.</summary>
    public const int Capacity = 32;

    private const int LastFlag = Capacity;
    private const int Next = Capacity + 1;

    public override int Length => Capacity + 2;

    /// <summary>Starts within the span that ends now; asks to be woken when the oldest of them leaves it.</summary>
    public long Count(in Look look)
    {
        Span<long> memory = In(look.State);
        long count = 0;
        long oldest = long.MaxValue;
        for (int i = 0; i < Capacity; i++)
        {
            if (memory[i] != 0 && look.Time - memory[i] < within)
            {
                count++;
                oldest = Math.Min(oldest, memory[i]);
            }
        }
        if (count > 0)
        {
            look.WakeAt(oldest + within);
        }
        return count;
    }

    public override void Update(RuleState state)
    {
        if (!state.IsGood(signal))
        {
            return;
        }
        Span<long> memory = In(state);
        long flag = state.Values[signal] + 1; // 0 is: never seen.
        if (flag == 2 && memory[LastFlag] == 1)
        {
            memory[(int)memory[Next]] = state.Now;
            memory[Next] = (memory[Next] + 1) % Capacity;
        }
        memory[LastFlag] = flag;
    }
}
