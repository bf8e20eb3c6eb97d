namespace SmartCity.Emulator;

/// <summary>What the emulator's clock started from. Kept over restarts, so that its time never goes back.</summary>
/// <param name="Real">A real instant.</param>
/// <param name="Source">What the emulator's clock said then; not after <paramref name="Real"/>.</param>
/// <param name="Speed">How many times faster than real time it runs; 1 or more.</param>
internal sealed record ClockAnchor(DateTimeOffset Real, DateTimeOffset Source, int Speed);

/// <summary>The source's time: real time, or a time that runs faster from the past until it catches up.</summary>
internal sealed class EmulatorClock(ClockAnchor anchor, TimeProvider time)
{
    /// <summary>How the clock was set.</summary>
    public ClockAnchor Anchor { get; } = anchor;

    /// <summary>The source's time now, to the millisecond, UTC. Never after real time.</summary>
    public DateTimeOffset Now() => At(Anchor, time.GetUtcNow());

    /// <summary>An anchor for a first start: real time, or the end of the last full local month when faster.</summary>
    public static ClockAnchor Start(DateTimeOffset real, int speed, int utcOffsetHours)
    {
        DateTimeOffset local = real.ToOffset(TimeSpan.FromHours(utcOffsetHours));
        DateTimeOffset monthStart = new(local.Year, local.Month, 1, 0, 0, 0, local.Offset);
        return new(real, speed == 1 ? real : monthStart.ToUniversalTime(), speed);
    }

    /// <summary>An anchor for another start: goes on from what the clock would say now, at the speed asked for.</summary>
    public static ClockAnchor Resume(ClockAnchor held, DateTimeOffset real, int speed) => new(real, At(held, real), speed);

    private static DateTimeOffset At(ClockAnchor anchor, DateTimeOffset real)
    {
        TimeSpan passed = real - anchor.Real;
        TimeSpan behind = real - anchor.Source;
        // Compared as a quotient, because the product may not fit when the clock was last set years ago.
        bool caughtUp = anchor.Speed == 1 || passed < TimeSpan.Zero || behind / anchor.Speed <= passed;
        DateTimeOffset now = caughtUp ? real : anchor.Source + (passed * anchor.Speed);
        return DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
    }
}
