using SmartCity.Emulator.Faults;
using SmartCity.Emulator.Profiles;

namespace SmartCity.Emulator.World;

/// <summary>A heat substation (ИТП): pressures and temperatures of supply and return, pressure switch, limit flags, flow meter, pump, leak.</summary>
/// <remarks>
/// The temperatures at an instant are the means of the hour that the instant is in. The limit flags are what a controller would say of
/// the shown temperatures and pressures, so flags and values never contradict each other.
/// </remarks>
internal sealed class HeatPoint(EmulatedObject node, HeatProfile profile, LocalCalendar calendar, Register flow, long seed) : Device(node)
{
    /// <summary>The pressure switch is on above this, bar.</summary>
    public const decimal SwitchPoint = 1.0m;

    private const long MillilitresPerLitre = 1_000;

    /// <inheritdoc/>
    public override Datum Read(string signal, DateTimeOffset at, IReadOnlyList<Fault> faults)
    {
        if (signal == "flow")
        {
            return flow.At(at, faults) / MillilitresPerLitre / 1000m;
        }
        State state = faults.Where(fault => fault.Covers(at)).Aggregate(Undisturbed(at), Apply);
        return signal switch
        {
            "p1" => state.P1,
            "p2" => state.P2,
            "t1" => state.T1,
            "t2" => state.T2,
            "ps" => state.P1 > SwitchPoint,
            "t_low" => state.T1 < Limits.T1Low || state.T2 < Limits.T2Low,
            "t_high" => state.T1 > Limits.T1High || state.T2 > Limits.T2High,
            "p_low" => state.P1 < Limits.P1Low || state.P2 < Limits.P2Low,
            "p_high" => state.P1 > Limits.P1High || state.P2 > Limits.P2High,
            "pump_run" => state.PumpRuns,
            "pump_fault" => state.PumpFault,
            "leak" => state.Leak,
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "A heat substation has no such signal."),
        };
    }

    private State Undisturbed(DateTimeOffset at)
    {
        (DateOnly day, int hour) = calendar.Split(at.ToUnixTimeSeconds() / 3600);
        long minute = at.ToUnixTimeSeconds() / 60;
        return new(
            P1: 6.0m + Noise(minute, 1),
            P2: 4.0m + Noise(minute, 2),
            T1: profile.Supply(day, hour) / 100m,
            T2: profile.Return(day, hour) / 100m,
            PumpRuns: true, PumpFault: false, Leak: false);
    }

    /// <summary>-0.05..+0.05 bar, a new value each minute.</summary>
    private decimal Noise(long minute, long sensor) => (Deterministic.Pick(11, seed, 4, sensor, minute) - 5) / 100m;

    private static State Apply(State state, Fault fault) => fault.Kind switch
    {
        FaultKinds.PressureDrop => state with { P1 = 0, P2 = 0 },
        FaultKinds.PumpStopped => state with { PumpRuns = false },
        FaultKinds.PumpFault => state with { PumpFault = true },
        FaultKinds.Leak => state with { Leak = true },
        FaultKinds.TemperatureLow or FaultKinds.TemperatureHigh => fault.Number("sensor") == 1
            ? state with { T1 = fault.Number("value") }
            : state with { T2 = fault.Number("value") },
        FaultKinds.PressureLow or FaultKinds.PressureHigh => fault.Number("sensor") == 1
            ? state with { P1 = fault.Number("value") }
            : state with { P2 = fault.Number("value") },
        _ => state,
    };

    private readonly record struct State(decimal P1, decimal P2, decimal T1, decimal T2, bool PumpRuns, bool PumpFault, bool Leak);

    /// <summary>Limits of the controller: °C and bar. In the profile t1 is 49..82, t2 28..52, p1 about 6, p2 about 4.</summary>
    internal static class Limits
    {
        public const decimal T1Low = 40;
        public const decimal T1High = 95;
        public const decimal T2Low = 20;
        public const decimal T2High = 70;
        public const decimal P1Low = 3;
        public const decimal P1High = 8;
        public const decimal P2Low = 2;
        public const decimal P2High = 6;
    }
}
