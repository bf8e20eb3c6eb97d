using System.Collections.Immutable;

namespace SmartCity.Rules;

/// <summary>
/// The conditions of all alarms at one instant, in three values: they hold, they do not, or bad quality hides it
/// (<c>null</c>). An unusable signal never makes a condition true; where the usable ones alone decide, they do.
/// </summary>
internal readonly ref struct SubstationConditions(
    AlarmOptions options, SubstationSignals signals, decimal? flowRate, ImmutableArray<AlarmStatus> before)
{
    private readonly bool? _running = signals.PumpRunning.Value;
    private readonly bool? _switch = signals.PressureSwitch.Value;
    private readonly bool? _hasPressure = IsAbove(PressureOf(options.PressureSource, signals), options.ZeroPressure);

    /// <summary>Does the condition of an alarm hold?</summary>
    public bool? Holds(AlarmId alarm) => alarm.Kind switch
    {
        AlarmKind.PressureDrop => _running & !_switch & !_hasPressure,
        AlarmKind.PumpContradiction => !_running & _switch & (options.Mode == AlarmMode.Strict ? _hasPressure : Circulates),
        AlarmKind.PumpFault => signals.PumpFault.Value,
        AlarmKind.BelowLimit or AlarmKind.AboveLimit => IsOutOfLimit(alarm),
        AlarmKind.Leak => signals.Leak.Value,
        AlarmKind.SensorContradiction => _switch & !_hasPressure,
        AlarmKind.LimitMismatch => DisagreesWithSource(alarm.Signal!.Value),
        AlarmKind.SignalUnusable => !signals.IsUsable(alarm.Signal!.Value),
        AlarmKind.NoPressureStandby => options.IsHeatingSeason & !_running & !_switch & !_hasPressure,
        AlarmKind.LowPressurePre => _running & !_switch & _hasPressure,
        _ => throw new ArgumentOutOfRangeException(nameof(alarm), alarm.Kind, "There is no such alarm."),
    };

    /// <summary>What an alarm rests on at this instant.</summary>
    public AlarmEvidence EvidenceOf(AlarmId alarm) => alarm.Kind switch
    {
        AlarmKind.BelowLimit or AlarmKind.AboveLimit => new(
            signals.NumberOf(alarm.Signal!.Value), LimitOf(alarm), signals.FlagOf(FlagOf(alarm)), flowRate, signals),
        AlarmKind.LimitMismatch => new(null, null, signals.FlagOf(alarm.Signal!.Value), flowRate, signals),
        AlarmKind.PumpFault => new(null, null, signals.PumpFault.Value, flowRate, signals),
        AlarmKind.Leak => new(null, null, signals.Leak.Value, flowRate, signals),
        _ => new(null, null, null, flowRate, signals),
    };

    /// <summary>How much an alarm matters that is raised now.</summary>
    public Severity SeverityOf(AlarmId alarm) => alarm.Kind switch
    {
        AlarmKind.PressureDrop or AlarmKind.Leak => Severity.Critical,
        AlarmKind.AboveLimit when alarm.Signal == SubstationSignal.SupplyTemperature
            && signals.SupplyTemperature.Value > options.ScaldTemperature => Severity.Critical,
        _ => alarm.IsDiagnostic ? Severity.Minor : Severity.Major,
    };

    private bool? Circulates =>
        IsAbove(signals.SupplyPressure.Value - signals.ReturnPressure.Value, options.MinPressureDifference)
        | IsAbove(flowRate, options.MinFlow);

    private static decimal? PressureOf(PressureSource source, SubstationSignals signals)
    {
        (decimal? p1, decimal? p2) = (signals.SupplyPressure.Value, signals.ReturnPressure.Value);
        return source switch
        {
            PressureSource.Supply => p1,
            PressureSource.Return => p2,
            PressureSource.Minimum => p1 is { } a && p2 is { } b ? Math.Min(a, b) : null,
            PressureSource.Maximum => p1 is { } a && p2 is { } b ? Math.Max(a, b) : null,
            PressureSource.Difference => p1 - p2,
            _ => throw new ArgumentOutOfRangeException(nameof(source), source, "There is no such source of pressure."),
        };
    }

    private static bool? IsAbove(decimal? value, decimal limit) => value is { } known ? known > limit : null;

    /// <summary>A3: by our own limit, or because the source's flag is on and this sensor is the one it most likely means.</summary>
    private bool? IsOutOfLimit(AlarmId alarm)
    {
        AlarmStatus status = before[alarm.Place];
        decimal deadband = status.IsActive ? options.DeadbandOf(alarm.Signal!.Value) : 0;
        bool? flag = signals.FlagOf(FlagOf(alarm));
        return IsBeyond(alarm, -deadband) | (flag == true ? IsMeant(alarm) : flag);
    }

    /// <summary>Is the sensor beyond its limit by more than a margin? A negative margin is a deadband before the limit.</summary>
    private bool? IsBeyond(AlarmId alarm, decimal margin)
    {
        if (LimitOf(alarm) is null)
        {
            return false;
        }
        return IsAbove(ExcessOf(alarm), margin);
    }

    /// <summary>
    /// One flag speaks for two sensors (DOMAIN 0.1, A5). It means those beyond their own limit; if neither is, the one it was
    /// taken to mean before, and at first the one nearer to its limit, of equal ones the supply's.
    /// </summary>
    private bool IsMeant(AlarmId alarm)
    {
        AlarmId other = AlarmId.Of(alarm.Kind, OtherSensor(alarm.Signal!.Value));
        if (IsBeyond(alarm, 0) == true || IsBeyond(other, 0) == true)
        {
            return IsBeyond(alarm, 0) == true;
        }
        bool wasMeant = before[alarm.Place].IsActiveOrRising;
        bool wasOtherMeant = before[other.Place].IsActiveOrRising;
        if (wasMeant != wasOtherMeant)
        {
            return wasMeant;
        }
        bool isSupply = alarm.Signal is SubstationSignal.SupplyTemperature or SubstationSignal.SupplyPressure;
        return (ExcessOf(alarm), ExcessOf(other)) switch
        {
            ({ } mine, { } others) when mine != others => mine > others,
            (not null, null) => true,
            (null, not null) => false,
            _ => isSupply,
        };
    }

    /// <summary>Does the source's flag say something else than our own limits, by more than the deadband?</summary>
    private bool? DisagreesWithSource(SubstationSignal flag)
    {
        AlarmKind kind = flag is SubstationSignal.TemperatureLow or SubstationSignal.PressureLow
            ? AlarmKind.BelowLimit
            : AlarmKind.AboveLimit;
        bool isTemperature = flag is SubstationSignal.TemperatureLow or SubstationSignal.TemperatureHigh;
        AlarmId supply = AlarmId.Of(kind, isTemperature ? SubstationSignal.SupplyTemperature : SubstationSignal.SupplyPressure);
        AlarmId @return = AlarmId.Of(kind, isTemperature ? SubstationSignal.ReturnTemperature : SubstationSignal.ReturnPressure);
        if (LimitOf(supply) is null || LimitOf(@return) is null)
        {
            return false;
        }
        decimal deadband = options.DeadbandOf(supply.Signal!.Value);
        bool? isFlagged = signals.FlagOf(flag);
        bool? isFarBeyond = IsBeyond(supply, deadband) | IsBeyond(@return, deadband);
        bool? isAtMostNear = IsBeyond(supply, -deadband) | IsBeyond(@return, -deadband);
        return (isFlagged & !isAtMostNear) | (!isFlagged & isFarBeyond);
    }

    private decimal? LimitOf(AlarmId alarm)
    {
        SensorLimits limits = options.Limits.Of(alarm.Signal!.Value);
        return alarm.Kind == AlarmKind.BelowLimit ? limits.Low : limits.High;
    }

    /// <summary>How far the sensor is beyond its limit, negative within; without a limit, as if it were 0.</summary>
    private decimal? ExcessOf(AlarmId alarm)
    {
        decimal? excess = signals.NumberOf(alarm.Signal!.Value) - (LimitOf(alarm) ?? 0);
        return alarm.Kind == AlarmKind.BelowLimit ? -excess : excess;
    }

    private static SubstationSignal FlagOf(AlarmId alarm) => (alarm.Kind, alarm.Signal) switch
    {
        (AlarmKind.BelowLimit, SubstationSignal.SupplyTemperature or SubstationSignal.ReturnTemperature) => SubstationSignal.TemperatureLow,
        (AlarmKind.AboveLimit, SubstationSignal.SupplyTemperature or SubstationSignal.ReturnTemperature) => SubstationSignal.TemperatureHigh,
        (AlarmKind.BelowLimit, _) => SubstationSignal.PressureLow,
        _ => SubstationSignal.PressureHigh,
    };

    private static SubstationSignal OtherSensor(SubstationSignal sensor) => sensor switch
    {
        SubstationSignal.SupplyTemperature => SubstationSignal.ReturnTemperature,
        SubstationSignal.ReturnTemperature => SubstationSignal.SupplyTemperature,
        SubstationSignal.SupplyPressure => SubstationSignal.ReturnPressure,
        _ => SubstationSignal.SupplyPressure,
    };
}
