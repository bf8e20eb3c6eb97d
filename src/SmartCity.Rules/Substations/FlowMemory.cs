namespace SmartCity.Rules;

/// <summary>What is remembered of a cumulative flow meter to tell how fast the water flows now.</summary>
/// <param name="Volume">Where the present measurement began, m³.</param>
/// <param name="Time">When it began.</param>
/// <param name="PumpRan">Did the pump run then? <c>null</c> if that was not known.</param>
/// <param name="Rate">The flow of the last full window, m³/h; <c>null</c> while it is not known.</param>
public readonly record struct FlowMemory(decimal Volume, DateTimeOffset Time, bool? PumpRan = null, decimal? Rate = null)
{
    private const int MaxWindows = 10;

    /// <summary>The memory after another look at the meter.</summary>
    /// <param name="before">The memory so far; <c>null</c> at the first look.</param>
    /// <param name="signals">The signals; without a usable flow nothing changes.</param>
    /// <param name="time">Source time, later than the last one.</param>
    /// <param name="window">Time over which a flow is measured, above 0.</param>
    internal static FlowMemory? After(FlowMemory? before, SubstationSignals signals, DateTimeOffset time, TimeSpan window)
    {
        if (signals.Flow.Value is not { } volume)
        {
            return before;
        }
        if (before is not { } memory || MustBeginAnew(memory, volume, signals.PumpRunning.Value, time, window))
        {
            return new(volume, time, signals.PumpRunning.Value);
        }
        TimeSpan elapsed = time - memory.Time;
        bool? ran = signals.PumpRunning.Value ?? memory.PumpRan;
        return elapsed < window
            ? memory with { PumpRan = ran }
            : new(volume, time, ran, (volume - memory.Volume) * TimeSpan.TicksPerHour / elapsed.Ticks);
    }

    /// <summary>
    /// After a meter was set back or replaced; after a gap whose mean says nothing of the present; and when the pump starts or
    /// stops, so that what flowed before a stop is never taken for a flow after it.
    /// </summary>
    private static bool MustBeginAnew(FlowMemory memory, decimal volume, bool? isRunning, DateTimeOffset time, TimeSpan window) =>
        volume < memory.Volume
        || time - memory.Time > MaxWindows * window
        || (isRunning is not null && memory.PumpRan is not null && isRunning != memory.PumpRan);
}
