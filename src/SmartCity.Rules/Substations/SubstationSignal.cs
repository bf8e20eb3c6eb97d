namespace SmartCity.Rules;

/// <summary>The thirteen signals of a heat substation (ИТП).</summary>
public enum SubstationSignal
{
    /// <summary>p1: pressure of the supply (давление прямой воды), bar above the atmosphere.</summary>
    SupplyPressure,

    /// <summary>p2: pressure of the return (давление обратной воды), bar above the atmosphere.</summary>
    ReturnPressure,

    /// <summary>t1: temperature of the supply, °C.</summary>
    SupplyTemperature,

    /// <summary>t2: temperature of the return, °C.</summary>
    ReturnTemperature,

    /// <summary>ps: pressure switch (реле давления), on when there is pressure.</summary>
    PressureSwitch,

    /// <summary>t_low: the source finds a temperature too low.</summary>
    TemperatureLow,

    /// <summary>t_high: the source finds a temperature too high.</summary>
    TemperatureHigh,

    /// <summary>p_low: the source finds a pressure too low.</summary>
    PressureLow,

    /// <summary>p_high: the source finds a pressure too high.</summary>
    PressureHigh,

    /// <summary>flow: flow meter (расходомер), m³, cumulative.</summary>
    Flow,

    /// <summary>pump_run: the pump reports that it runs.</summary>
    PumpRunning,

    /// <summary>pump_fault: the pump reports a fault.</summary>
    PumpFault,

    /// <summary>leak: the leak sensor (протечка) is wet.</summary>
    Leak,
}

/// <summary>Names of the signals at their source.</summary>
public static class SubstationSignalExtensions
{
    /// <summary>The tag of the signal, e.g. <c>pump_run</c>.</summary>
    public static string Tag(this SubstationSignal signal) => signal switch
    {
        SubstationSignal.SupplyPressure => "p1",
        SubstationSignal.ReturnPressure => "p2",
        SubstationSignal.SupplyTemperature => "t1",
        SubstationSignal.ReturnTemperature => "t2",
        SubstationSignal.PressureSwitch => "ps",
        SubstationSignal.TemperatureLow => "t_low",
        SubstationSignal.TemperatureHigh => "t_high",
        SubstationSignal.PressureLow => "p_low",
        SubstationSignal.PressureHigh => "p_high",
        SubstationSignal.Flow => "flow",
        SubstationSignal.PumpRunning => "pump_run",
        SubstationSignal.PumpFault => "pump_fault",
        SubstationSignal.Leak => "leak",
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "A substation has no such signal."),
    };
}
