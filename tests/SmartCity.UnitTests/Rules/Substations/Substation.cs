using SmartCity.Rules;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Rules.Substations;

/// <summary>All signals of a substation at one instant; <c>null</c> is unusable.</summary>
internal sealed record SubstationSignals
{
    public decimal? SupplyPressure { get; init; }

    public decimal? ReturnPressure { get; init; }

    public decimal? SupplyTemperature { get; init; }

    public decimal? ReturnTemperature { get; init; }

    public bool? PressureSwitch { get; init; }

    public bool? TemperatureLow { get; init; }

    public bool? TemperatureHigh { get; init; }

    public bool? PressureLow { get; init; }

    public bool? PressureHigh { get; init; }

    public decimal? Flow { get; init; }

    public bool? PumpRunning { get; init; }

    public bool? PumpFault { get; init; }

    public bool? Leak { get; init; }

    public static string[] Tags { get; } =
        ["p1", "p2", "t1", "t2", "ps", "t_low", "t_high", "p_low", "p_high", "flow", "pump_run", "pump_fault", "leak"];

    public decimal? NumberOf(string tag) => tag switch
    {
        "p1" => SupplyPressure,
        "p2" => ReturnPressure,
        "t1" => SupplyTemperature,
        "t2" => ReturnTemperature,
        _ => Flow,
    };

    public SignalSample[] ToSamples()
    {
        SignalReading[] readings =
        [
            Of(SupplyPressure), Of(ReturnPressure), Of(SupplyTemperature), Of(ReturnTemperature), Of(PressureSwitch), Of(TemperatureLow),
            Of(TemperatureHigh), Of(PressureLow), Of(PressureHigh), Of(Flow), Of(PumpRunning), Of(PumpFault), Of(Leak),
        ];
        return [.. readings.Select((reading, place) => new SignalSample(place, reading))];
    }

    private static SignalReading Of(decimal? number) => number is { } value ? SignalReading.Of(value) : SignalReading.Bad;

    private static SignalReading Of(bool? flag) => flag is { } value ? SignalReading.Of(value) : SignalReading.Bad;
}

/// <summary>A running substation for the tests of the rules.</summary>
internal sealed class Substation
{
    public static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The rules of config/rules.</summary>
    public static readonly RuleBook Book = RuleBook.Parse(
        File.ReadAllBytes(RepositoryFiles.PathOf("config", "rules", "itp.json")), "itp.json");

    private static readonly string[] Limits = ["t1.low", "t1.high", "t2.low", "t2.high", "p1.low", "p1.high", "p2.low", "p2.high"];

    public Substation(RuleProgram program)
    {
        Program = program;
        State = program.NewState();
    }

    public Substation(AlarmMode mode, params (string Name, ParameterValue Value)[] parameters)
        : this(Book.Compile(mode, parameters.ToDictionary(pair => pair.Name, pair => pair.Value)))
    {
    }

    /// <summary>No sensor has limits: the source's flags speak alone.</summary>
    public static (string, ParameterValue)[] NoLimits { get; } = [.. Limits.Select(name => (name, ParameterValue.None))];

    public RuleProgram Program { get; }

    public RuleState State { get; private set; }

    public List<AlarmEvent> Events { get; } = [];

    /// <summary>All is well: the pump runs, 6 and 4 bar, 75 and 50 °C.</summary>
    public static SubstationSignals Normal { get; } = new()
    {
        SupplyPressure = 6m,
        ReturnPressure = 4m,
        SupplyTemperature = 75m,
        ReturnTemperature = 50m,
        PressureSwitch = true,
        TemperatureLow = false,
        TemperatureHigh = false,
        PressureLow = false,
        PressureHigh = false,
        Flow = 1_000m,
        PumpRunning = true,
        PumpFault = false,
        Leak = false,
    };

    /// <summary>Codes of the alarms and diagnostics that call for somebody.</summary>
    public IEnumerable<string> Active => State.Standing.Where(pair => pair.Status.Phase.IsRaised()).Select(pair => pair.Alarm.Code);

    /// <summary>Looks at the signals so many seconds after the start.</summary>
    public void Look(double seconds, SubstationSignals signals) => Take(Program.Evaluate(State, signals.ToSamples(), Start.AddSeconds(seconds)));

    /// <summary>Looks at some signals so many seconds after the start.</summary>
    public void Look(double seconds, params (string Tag, SignalReading Reading)[] samples) => Take(Program.Evaluate(
        State, [.. samples.Select(sample => new SignalSample(Program.SignalPlace(sample.Tag), sample.Reading))], Start.AddSeconds(seconds)));

    /// <summary>Lets time pass until so many seconds after the start.</summary>
    public void Wait(double seconds) => Take(Program.Advance(State, Start.AddSeconds(seconds)));

    /// <summary>Looks at unchanging signals every second from one second to another, both included.</summary>
    public void LookEverySecond(int from, int to, SubstationSignals signals)
    {
        for (int second = from; second <= to; second++)
        {
            Look(second, signals);
        }
    }

    /// <summary>Does what a person asks for.</summary>
    public CommandOutcome Do(Func<RuleProgram, RuleState, CommandOutcome> command)
    {
        CommandOutcome outcome = command(Program, State);
        if (outcome is CommandOutcome.Done done)
        {
            Take(new(done.State, done.Events));
        }
        return outcome;
    }

    private void Take(Evaluation evaluation)
    {
        State = evaluation.State;
        Events.AddRange(evaluation.Events);
    }
}
