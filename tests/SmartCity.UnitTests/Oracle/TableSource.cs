using System.Runtime.CompilerServices;
using SmartCity.Alphalogic;

namespace SmartCity.UnitTests.Oracle;

/// <summary>A source whose history is a table: signals by tags and unit, values by instant. It may be told to be silent.</summary>
internal sealed class TableSource : ISignalSource
{
    private readonly List<(string Object, string Signal, string Unit)> _signals = [];
    private readonly Dictionary<(ulong Parameter, DateTimeOffset At), (decimal Value, SignalQuality Quality)> _history = [];

    /// <summary>The source's clock.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>Does it not answer?</summary>
    public bool IsSilent { get; set; }

    /// <summary>Does it give all it has recorded, whatever step it is asked for?</summary>
    public bool KnowsNoSteps { get; set; }

    /// <summary>Signals whose history was asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Adds a signal.</summary>
    public TableSource With(string key, string unit)
    {
        _signals.Add((key.Split('.')[0], key.Split('.')[1], unit));
        return this;
    }

    /// <summary>Records a value.</summary>
    public void Record(string key, DateTimeOffset at, decimal value, SignalQuality quality = SignalQuality.Good) =>
        _history[(ParameterOf(key), at)] = (value, quality);

    public Task<IReadOnlyList<SignalObject>> ReadObjectsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<SignalObject>>(
        [.. _signals.Select(signal => signal.Object).Distinct().Select((name, i) => new SignalObject(new((ulong)i), name, name, "meter", null, true, true, false, "ok"))]);

    public Task<IReadOnlyList<SignalParameter>> ReadParametersAsync(ObjectId node, CancellationToken cancellationToken)
    {
        string name = _signals.Select(signal => signal.Object).Distinct().ElementAt((int)node.Value);
        return Task.FromResult<IReadOnlyList<SignalParameter>>([.. _signals.Index()
            .Where(pair => pair.Item.Object == name)
            .Select(pair => new SignalParameter(new((ulong)pair.Index), node, pair.Item.Signal, pair.Item.Signal, "", SignalValueType.Real, pair.Item.Unit, false))]);
    }

    public Task<SignalSnapshot> ReadValuesAsync(IReadOnlyList<ParameterId> parameters, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Only history is read from a table.");

    public async IAsyncEnumerable<SignalValue> ReadHistoryAsync(
        ParameterId parameter, DateTimeOffset from, DateTimeOffset to, TimeSpan? step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (IsSilent)
        {
            throw new AlphalogicUnavailableException("silent");
        }
        Asked.Add($"{_signals[(int)parameter.Value].Object}.{_signals[(int)parameter.Value].Signal}");
        for (DateTimeOffset at = from; at < to; at += KnowsNoSteps ? TimeSpan.FromMinutes(15) : step!.Value)
        {
            if (_history.TryGetValue((parameter.Value, at), out (decimal Value, SignalQuality Quality) known))
            {
                yield return new(parameter, SignalData.Of(known.Value), at, known.Quality, null);
            }
        }
    }

    /// <summary>What was recorded in a step stands for all of it.</summary>
    public IAsyncEnumerable<SignalValue> ReadMeansAsync(
        ParameterId parameter, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        ReadHistoryAsync(parameter, from, to, step, cancellationToken);

    public Task<DateTimeOffset> ReadSourceTimeAsync(CancellationToken cancellationToken) =>
        IsSilent ? throw new AlphalogicUnavailableException("silent") : Task.FromResult(Now);

    private ulong ParameterOf(string key) => (ulong)_signals.FindIndex(signal => $"{signal.Object}.{signal.Signal}" == key);
}
