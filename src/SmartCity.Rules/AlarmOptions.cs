namespace SmartCity.Rules;

/// <summary>How the words of the brief are read.</summary>
public enum AlarmMode
{
    /// <summary>Literally: no delay, no deadband, a pressure is 0 only if it is 0.</summary>
    Strict,

    /// <summary>
    /// As an engineer runs them: delays, deadbands, a zero band, and A2.1 as circulation without a running pump: in a filled
    /// system the pressure never falls to 0 when a pump stops, so that the literal clause would hold all the while.
    /// </summary>
    Refined,
}

/// <summary>Which pressure "the pressure sensor" of A1 and A2 is.</summary>
public enum PressureSource
{
    /// <summary>p1, the discharge side.</summary>
    Supply,

    /// <summary>p2.</summary>
    Return,

    /// <summary>The lower of both.</summary>
    Minimum,

    /// <summary>The higher of both.</summary>
    Maximum,

    /// <summary>p1 − p2.</summary>
    Difference,
}

/// <summary>Delays of the alarms. <c>default</c> values are none.</summary>
public sealed record AlarmDelays
{
    /// <summary>No delay at all.</summary>
    public static AlarmDelays None { get; } = new();

    /// <summary>The delays of the refined mode.</summary>
    public static AlarmDelays Refined { get; } = new()
    {
        PressureDrop = TimeSpan.FromSeconds(5),
        PumpContradiction = TimeSpan.FromSeconds(30),
        PumpFault = TimeSpan.FromSeconds(1),
        OutOfLimits = TimeSpan.FromSeconds(60),
        Leak = TimeSpan.FromSeconds(1),
        Diagnostic = TimeSpan.FromSeconds(60),
        Off = TimeSpan.FromSeconds(30),
    };

    /// <summary>On-delay of A1.</summary>
    public TimeSpan PressureDrop { get; init; }

    /// <summary>On-delay of A2 by contradiction.</summary>
    public TimeSpan PumpContradiction { get; init; }

    /// <summary>On-delay of A2 by the fault signal.</summary>
    public TimeSpan PumpFault { get; init; }

    /// <summary>On-delay of A3.</summary>
    public TimeSpan OutOfLimits { get; init; }

    /// <summary>On-delay of A4.</summary>
    public TimeSpan Leak { get; init; }

    /// <summary>On-delay of every diagnostic.</summary>
    public TimeSpan Diagnostic { get; init; }

    /// <summary>Off-delay of everything.</summary>
    public TimeSpan Off { get; init; }

    internal TimeSpan OnDelayOf(AlarmKind kind) => kind switch
    {
        AlarmKind.PressureDrop => PressureDrop,
        AlarmKind.PumpContradiction => PumpContradiction,
        AlarmKind.PumpFault => PumpFault,
        AlarmKind.BelowLimit or AlarmKind.AboveLimit => OutOfLimits,
        AlarmKind.Leak => Leak,
        _ => Diagnostic,
    };
}

/// <summary>Limits of a sensor; a value beyond one is out of limits, the limit itself is not.</summary>
/// <param name="Low">°C or bar; <c>null</c> for none.</param>
/// <param name="High">°C or bar; <c>null</c> for none.</param>
public readonly record struct SensorLimits(decimal? Low, decimal? High);

/// <summary>Limits of the four sensors of a substation. Where there are none, the source's flags speak alone.</summary>
public sealed record SubstationLimits
{
    /// <summary>The sensors that have limits.</summary>
    internal static readonly SubstationSignal[] Sensors =
    [
        SubstationSignal.SupplyTemperature,
        SubstationSignal.ReturnTemperature,
        SubstationSignal.SupplyPressure,
        SubstationSignal.ReturnPressure,
    ];

    /// <summary>A house on a 95/70 chart with cast-iron radiators (at most 6 bar in the return).</summary>
    public static SubstationLimits Default { get; } = new()
    {
        SupplyTemperature = new(40, 95),
        ReturnTemperature = new(20, 70),
        SupplyPressure = new(3, 8),
        ReturnPressure = new(2, 6),
    };

    /// <summary>Limits of t1, °C.</summary>
    public SensorLimits SupplyTemperature { get; init; }

    /// <summary>Limits of t2, °C.</summary>
    public SensorLimits ReturnTemperature { get; init; }

    /// <summary>Limits of p1, bar.</summary>
    public SensorLimits SupplyPressure { get; init; }

    /// <summary>Limits of p2, bar.</summary>
    public SensorLimits ReturnPressure { get; init; }

    internal SensorLimits Of(SubstationSignal sensor) => sensor switch
    {
        SubstationSignal.SupplyTemperature => SupplyTemperature,
        SubstationSignal.ReturnTemperature => ReturnTemperature,
        SubstationSignal.SupplyPressure => SupplyPressure,
        SubstationSignal.ReturnPressure => ReturnPressure,
        _ => throw new ArgumentOutOfRangeException(nameof(sensor), sensor, "This signal has no limits."),
    };
}

/// <summary>How the alarms of a substation are judged.</summary>
public sealed record AlarmOptions
{
    /// <summary>The brief to the letter.</summary>
    public static AlarmOptions Strict { get; } = new() { Mode = AlarmMode.Strict };

    /// <summary>The brief as an engineer runs it.</summary>
    public static AlarmOptions Refined { get; } = new()
    {
        Mode = AlarmMode.Refined,
        ZeroPressure = 0.1m,
        TemperatureDeadband = 1m,
        PressureDeadband = 0.1m,
        Delays = AlarmDelays.Refined,
    };

    /// <summary>How the words are read.</summary>
    public AlarmMode Mode { get; init; }

    /// <summary>Which pressure A1 and A2 look at.</summary>
    public PressureSource PressureSource { get; init; }

    /// <summary>A pressure up to this is none, bar, not negative.</summary>
    public decimal ZeroPressure { get; init; }

    /// <summary>Above this p1 − p2 water circulates, bar (refined A2.1).</summary>
    public decimal MinPressureDifference { get; init; } = 0.2m;

    /// <summary>Above this water circulates, m³/h (refined A2.1).</summary>
    public decimal MinFlow { get; init; } = 0.1m;

    /// <summary>Time over which a flow is measured from the cumulative meter; longer than a step of the meter at the least flow.</summary>
    public TimeSpan FlowWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How far a temperature must come back before A3 ends, °C.</summary>
    public decimal TemperatureDeadband { get; init; }

    /// <summary>How far a pressure must come back before A3 ends, bar.</summary>
    public decimal PressureDeadband { get; init; }

    /// <summary>Supply temperature above which A3 is critical (scalding), °C.</summary>
    public decimal ScaldTemperature { get; init; } = 95m;

    /// <summary>Is it the heating season? Then an empty system behind a standing pump is worth a word.</summary>
    public bool IsHeatingSeason { get; init; } = true;

    /// <summary>Limits of the sensors.</summary>
    public SubstationLimits Limits { get; init; } = SubstationLimits.Default;

    /// <summary>Delays.</summary>
    public AlarmDelays Delays { get; init; } = AlarmDelays.None;

    internal decimal DeadbandOf(SubstationSignal sensor) =>
        sensor is SubstationSignal.SupplyTemperature or SubstationSignal.ReturnTemperature ? TemperatureDeadband : PressureDeadband;

    /// <exception cref="ArgumentException">A value is negative, or a low limit is not below the high one.</exception>
    internal void Validate()
    {
        TimeSpan[] delays =
        [
            Delays.PressureDrop, Delays.PumpContradiction, Delays.PumpFault, Delays.OutOfLimits, Delays.Leak, Delays.Diagnostic,
            Delays.Off,
        ];
        if (delays.Any(delay => delay < TimeSpan.Zero) || FlowWindow <= TimeSpan.Zero)
        {
            throw new ArgumentException("A delay is negative or the flow window is not above 0.");
        }
        if (new[] { ZeroPressure, MinPressureDifference, MinFlow, TemperatureDeadband, PressureDeadband }.Any(value => value < 0))
        {
            throw new ArgumentException("A zero band, threshold or deadband is negative: write 0 or more.");
        }
        foreach (SubstationSignal sensor in SubstationLimits.Sensors)
        {
            if (Limits.Of(sensor) is { Low: { } low, High: { } high } && low >= high)
            {
                throw new ArgumentException($"The limits of {sensor.Tag()} are {low} and {high}: the low one must be below the high one.");
            }
        }
    }
}
