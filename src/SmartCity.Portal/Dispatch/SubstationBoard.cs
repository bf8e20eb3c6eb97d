using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>A heat substation (ИТП) as its picture shows it: each signal of the brief as text and as a class of the stylesheet.</summary>
/// <param name="Plan">The substation.</param>
/// <param name="State">What is known now.</param>
internal sealed record SubstationBoard(SubstationPlan Plan, DispatchState State)
{
    /// <summary>The signals of the brief, in its order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["p1", "p2", "t1", "t2", "ps", "t_low", "t_high", "p_low", "p_high", "flow", "pump_run", "pump_fault", "leak"];

    /// <summary>The newest value of a signal, if there ever was one.</summary>
    public SignalView? Find(string signal) => State.Signals.GetValueOrDefault((Plan.SourceObject, signal));

    /// <summary>A flag, or nothing when it is not known.</summary>
    public bool? Flag(string signal) => Find(signal) is { Quality: not SampleQuality.Bad } view ? view.Flag : null;

    /// <summary>The value with its unit, or a dash.</summary>
    public string Text(string signal)
    {
        if (Find(signal) is not { Quality: not SampleQuality.Bad } view)
        {
            return "—";
        }
        if (view.Flag is { } flag)
        {
            return DispatchText.FlagOf(signal, flag);
        }
        return view.Number is { } number ? $"{Formats.Number(number, DigitsOf(signal))}\u00a0{DispatchText.UnitOf(signal)}" : view.Text ?? "—";
    }

    /// <summary>How a value is drawn: by its quality.</summary>
    public string ClassOf(string signal) => Find(signal)?.Quality switch
    {
        SampleQuality.Good => "good",
        SampleQuality.Uncertain => "uncertain",
        _ => "bad",
    };

    /// <summary>How the pump is drawn.</summary>
    public string PumpClass => Flag("pump_fault") == true ? "fault" : Flag("pump_run") switch { true => "run", false => "stopped", null => "unknown" };

    /// <summary>What the pump does, in a word.</summary>
    public Phrase PumpText => PumpClass switch
    {
        "fault" => DispatchText.PumpFault,
        "run" => DispatchText.PumpRuns,
        "stopped" => DispatchText.PumpStopped,
        _ => DispatchText.NoData,
    };

    /// <summary>How a lamp is drawn: lit when the flag is set.</summary>
    public string LampClass(string signal) => Flag(signal) switch { true => "lit", false => "dark", null => "unknown" };

    private static int DigitsOf(string signal) => signal switch { "t1" or "t2" => 1, "flow" => 3, _ => 2 };
}
