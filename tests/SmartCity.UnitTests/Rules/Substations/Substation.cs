using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Substations;

/// <summary>Signals and a running substation for the tests of the rules.</summary>
internal sealed class Substation(AlarmOptions options)
{
    public static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SubstationRules _rules = new(options);

    public SubstationState State { get; private set; } = SubstationState.Initial;

    public List<AlarmEvent> Events { get; } = [];

    /// <summary>All is well: the pump runs, 6 and 4 bar, 75 and 50 °C.</summary>
    public static SubstationSignals Normal { get; } = new()
    {
        SupplyPressure = Signal.Good(6m),
        ReturnPressure = Signal.Good(4m),
        SupplyTemperature = Signal.Good(75m),
        ReturnTemperature = Signal.Good(50m),
        PressureSwitch = Signal.Good(true),
        TemperatureLow = Signal.Good(false),
        TemperatureHigh = Signal.Good(false),
        PressureLow = Signal.Good(false),
        PressureHigh = Signal.Good(false),
        Flow = Signal.Good(1_000m),
        PumpRunning = Signal.Good(true),
        PumpFault = Signal.Good(false),
        Leak = Signal.Good(false),
    };

    /// <summary>Codes of the active alarms and diagnostics.</summary>
    public IEnumerable<string> Active => State.Standing.Where(pair => pair.Status.IsActive).Select(pair => pair.Alarm.Code);

    /// <summary>Looks at the signals so many seconds after the start.</summary>
    public void Look(double seconds, SubstationSignals signals)
    {
        Evaluation evaluation = _rules.Evaluate(State, signals, Start.AddSeconds(seconds));
        State = evaluation.State;
        Events.AddRange(evaluation.Events);
    }

    /// <summary>Looks at unchanging signals every second from one second to another, both included.</summary>
    public void LookEverySecond(int from, int to, SubstationSignals signals)
    {
        for (int second = from; second <= to; second++)
        {
            Look(second, signals);
        }
    }
}
