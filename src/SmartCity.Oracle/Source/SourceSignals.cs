using SmartCity.Alphalogic;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>A signal of the source: our tags and the source's number.</summary>
/// <param name="Key">Tags.</param>
/// <param name="Parameter">The source's number of it.</param>
/// <param name="DisplayName">Name people read.</param>
/// <param name="Unit">Unit of measure.</param>
/// <param name="IsConstant">Does it hardly ever change: model, serial number, dates? Then only changes are journaled.</param>
internal sealed record SourceSignal(SignalKey Key, ParameterId Parameter, string DisplayName, string Unit, bool IsConstant);

/// <summary>The signals of the city's objects, found in the source's tree by their tags. Immutable.</summary>
/// <param name="All">Every signal found, by tags.</param>
/// <param name="Substations">Those of them that the alarm rules look at.</param>
/// <param name="Meters">The others.</param>
/// <param name="Absent">Signals that closing an hour needs and the source does not have.</param>
internal sealed record SourceSignals(
    IReadOnlyDictionary<SignalKey, SourceSignal> All, IReadOnlyList<SourceSignal> Substations, IReadOnlyList<SourceSignal> Meters, IReadOnlyList<string> Absent)
{
    /// <summary>Objects asked for at a time: the source answers for one each.</summary>
    private const int ParallelReads = 8;

    private static readonly HashSet<string> Constants = new(StringComparer.Ordinal) { "model", "sn", "verif_date", "init_kwh" };

    /// <summary>Reads the tree and the signals of the objects that the plan names.</summary>
    /// <exception cref="AlphalogicException">The source did not answer.</exception>
    public static async Task<SourceSignals> ReadAsync(ISignalSource source, CityPlan plan, CityLayout layout, CancellationToken cancellationToken)
    {
        HashSet<string> substations = [.. plan.Substations.Select(station => station.SourceObject)];
        HashSet<string> wanted = [.. layout.Channels.Select(channel => channel.SourceObject), .. substations];
        SignalObject[] nodes = [.. (await source.ReadObjectsAsync(cancellationToken)).Where(node => wanted.Contains(node.Name))];
        IReadOnlyList<SignalParameter>[] read = new IReadOnlyList<SignalParameter>[nodes.Length];
        await Parallel.ForAsync(
            0, nodes.Length,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, TaskScheduler = TaskScheduler.Current, CancellationToken = cancellationToken },
            async (i, token) => read[i] = await source.ReadParametersAsync(nodes[i].Id, token));
        Dictionary<SignalKey, SourceSignal> all = new(read.Sum(parameters => parameters.Count));
        foreach ((SignalObject node, IReadOnlyList<SignalParameter> parameters) in nodes.Zip(read))
        {
            foreach (SignalParameter parameter in parameters)
            {
                SignalKey key = new(node.Name, parameter.Name);
                all[key] = new(key, parameter.Id, parameter.DisplayName, parameter.Unit, Constants.Contains(parameter.Name));
            }
        }
        List<string> absent = [.. layout.Boundaries.Concat(layout.Means).Where(key => !all.ContainsKey(key)).Select(key => key.ToString())];
        foreach (SignalKey key in layout.Boundaries.Concat(layout.OptionalBoundaries).Where(key => all.ContainsKey(key) && !IsExpectedUnit(key, all[key].Unit)).ToList())
        {
            absent.Add($"{key} in '{all[key].Unit}', not in {ExpectedUnit(key)}");
            all.Remove(key); // A register in another unit must not be taken for what it is not.
        }
        ILookup<bool, SourceSignal> byRules = all.Values.ToLookup(signal => substations.Contains(signal.Key.SourceObject));
        return new(all, [.. byRules[true]], [.. byRules[false]], absent);
    }

    private static bool IsExpectedUnit(SignalKey key, string unit) =>
        key.Signal == CityLayout.SerialSignal || string.Equals(unit, ExpectedUnit(key), StringComparison.OrdinalIgnoreCase)
        || unit == RussianUnit(key) || (ExpectedUnit(key) == "m3" && unit == "m³");

    private static string ExpectedUnit(SignalKey key) => key.Signal switch
    {
        CityLayout.FlowSignal => "m3",
        CityLayout.EnergySignal => "Gcal",
        _ => "kWh",
    };

    private static string RussianUnit(SignalKey key) => key.Signal switch
    {
        CityLayout.FlowSignal => "м³",
        CityLayout.EnergySignal => "Гкал",
        _ => "кВт·ч",
    };
}
