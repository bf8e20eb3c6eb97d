namespace SmartCity.Rules;

/// <summary>What is wrong. The first six are the alarms of the brief; the others are diagnostics and never process alarms.</summary>
public enum AlarmKind
{
    /// <summary>A1, pressure drop (падение давления): the pump runs, the switch is off, there is no pressure.</summary>
    PressureDrop,

    /// <summary>A2, pump error (ошибка в работе насоса): there is pressure or circulation although the pump does not report that it runs.</summary>
    PumpContradiction,

    /// <summary>A2, pump error: the pump reports a fault.</summary>
    PumpFault,

    /// <summary>A3, out of limits (выход за пределы): a sensor is below its limit.</summary>
    BelowLimit,

    /// <summary>A3, out of limits: a sensor is above its limit.</summary>
    AboveLimit,

    /// <summary>A4, leak (протечка).</summary>
    Leak,

    /// <summary>The pressure switch is on and the transmitter shows no pressure: one of them is wrong.</summary>
    SensorContradiction,

    /// <summary>The source's limit flag and our own comparison disagree: limits or scaling differ.</summary>
    LimitMismatch,

    /// <summary>A signal has no value of good quality.</summary>
    SignalUnusable,

    /// <summary>The pump stands and the system is empty in the heating season.</summary>
    NoPressureStandby,

    /// <summary>The pump runs, there is pressure, but less than the switch wants: a pressure drop may be on its way.</summary>
    LowPressurePre,
}

/// <summary>How much an alarm matters; the scale of the signal source.</summary>
public enum Severity
{
    /// <summary>For the record.</summary>
    Trivial,

    /// <summary>To be looked at when there is time.</summary>
    Minor,

    /// <summary>To be dealt with in this shift.</summary>
    Major,

    /// <summary>To be dealt with at once.</summary>
    Critical,

    /// <summary>Nothing works any more.</summary>
    Blocker,
}
