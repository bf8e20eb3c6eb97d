namespace SmartCity.Rules;

/// <summary>A signal as the rules see it: a value of good quality, or none. <c>default</c> is none.</summary>
/// <typeparam name="T"><see cref="decimal"/> for a real signal, <see cref="bool"/> for a flag.</typeparam>
/// <param name="Value">The value; <c>null</c> when its quality is not good, and then no process alarm follows from it.</param>
/// <param name="Reason">Why there is no value; <c>null</c> when there is one.</param>
public readonly record struct Signal<T>(T? Value, string? Reason)
    where T : struct;

/// <summary>Makes signals.</summary>
public static class Signal
{
    /// <summary>A value of good quality.</summary>
    public static Signal<T> Good<T>(T value)
        where T : struct => new(value, null);

    /// <summary>No usable value: bad or uncertain quality, not a number, too old.</summary>
    public static Signal<T> Unusable<T>(string reason)
        where T : struct => new(null, reason);
}

/// <summary>All signals of a substation at one instant.</summary>
public sealed record SubstationSignals
{
    /// <summary>p1, bar above the atmosphere.</summary>
    public Signal<decimal> SupplyPressure { get; init; }

    /// <summary>p2, bar above the atmosphere.</summary>
    public Signal<decimal> ReturnPressure { get; init; }

    /// <summary>t1, °C.</summary>
    public Signal<decimal> SupplyTemperature { get; init; }

    /// <summary>t2, °C.</summary>
    public Signal<decimal> ReturnTemperature { get; init; }

    /// <summary>ps.</summary>
    public Signal<bool> PressureSwitch { get; init; }

    /// <summary>t_low.</summary>
    public Signal<bool> TemperatureLow { get; init; }

    /// <summary>t_high.</summary>
    public Signal<bool> TemperatureHigh { get; init; }

    /// <summary>p_low.</summary>
    public Signal<bool> PressureLow { get; init; }

    /// <summary>p_high.</summary>
    public Signal<bool> PressureHigh { get; init; }

    /// <summary>flow, m³, cumulative.</summary>
    public Signal<decimal> Flow { get; init; }

    /// <summary>pump_run.</summary>
    public Signal<bool> PumpRunning { get; init; }

    /// <summary>pump_fault.</summary>
    public Signal<bool> PumpFault { get; init; }

    /// <summary>leak.</summary>
    public Signal<bool> Leak { get; init; }

    /// <summary>The value of a real signal; <c>null</c> when it is not usable.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The signal is a flag.</exception>
    public decimal? NumberOf(SubstationSignal signal) => signal switch
    {
        SubstationSignal.SupplyPressure => SupplyPressure.Value,
        SubstationSignal.ReturnPressure => ReturnPressure.Value,
        SubstationSignal.SupplyTemperature => SupplyTemperature.Value,
        SubstationSignal.ReturnTemperature => ReturnTemperature.Value,
        SubstationSignal.Flow => Flow.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "This signal is not a real one."),
    };

    /// <summary>The value of a flag; <c>null</c> when it is not usable.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The signal is real.</exception>
    public bool? FlagOf(SubstationSignal signal) => signal switch
    {
        SubstationSignal.PressureSwitch => PressureSwitch.Value,
        SubstationSignal.TemperatureLow => TemperatureLow.Value,
        SubstationSignal.TemperatureHigh => TemperatureHigh.Value,
        SubstationSignal.PressureLow => PressureLow.Value,
        SubstationSignal.PressureHigh => PressureHigh.Value,
        SubstationSignal.PumpRunning => PumpRunning.Value,
        SubstationSignal.PumpFault => PumpFault.Value,
        SubstationSignal.Leak => Leak.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "This signal is not a flag."),
    };

    /// <summary>Has the signal a value of good quality?</summary>
    public bool IsUsable(SubstationSignal signal) => signal
        is SubstationSignal.SupplyPressure or SubstationSignal.ReturnPressure
        or SubstationSignal.SupplyTemperature or SubstationSignal.ReturnTemperature or SubstationSignal.Flow
        ? NumberOf(signal) is not null
        : FlagOf(signal) is not null;
}
