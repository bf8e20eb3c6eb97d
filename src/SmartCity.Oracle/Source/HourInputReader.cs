using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SmartCity.Alphalogic;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>Gathers what hours are closed from: samples polled while they happened, and the source's history for what was not polled.</summary>
internal sealed partial class HourInputReader(
    SourceSession session, CityLayout layout, SampleStore samples, ImportStore imports, OracleOptions options, TimeProvider time, ILogger<HourInputReader> logger)
{
    private const int ParallelReads = 8;

    private readonly HashSet<SignalKey> _boundaries = [.. layout.Boundaries.Concat(layout.OptionalBoundaries)];
    private readonly HashSet<SignalKey> _means = [.. layout.Means];

    private static readonly TimeSpan BoundaryTolerance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MeanStep = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan[] RoundDelays = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)];

    /// <summary>Signals that an hour is closed from.</summary>
    public int SignalCount => _boundaries.Count + _means.Count;

    /// <summary>Inputs of one hour: polled samples first, the source's history for the rest.</summary>
    /// <exception cref="AlphalogicException">The source does not answer; one signal that does not is left out instead.</exception>
    public async Task<IReadOnlyDictionary<SignalKey, HourInput>> ReadLiveAsync(Hour hour, CancellationToken cancellationToken)
    {
        Dictionary<SignalKey, HourInput> inputs = samples.AsOf(hour.End, options.RegisterAgeLimit, _boundaries);
        if (options.IsShared)
        {
            // Oracles poll at different seconds; the source's history has the same value at the hour's end for all of them.
            IReadOnlyList<Dictionary<SignalKey, HourInput>> same =
                await ReadHistoryAsync(hour, hour.Next, [.. _boundaries, .. _means], rounds: 1, cancellationToken);
            foreach ((SignalKey key, HourInput input) in same[0])
            {
                inputs[key] = input;
            }
        }
        foreach ((SignalKey key, HourInput mean) in samples.Means(hour, _means))
        {
            inputs.TryAdd(key, mean);
        }
        List<SignalKey> lacking = [.. _boundaries.Concat(_means).Where(key => !inputs.ContainsKey(key))];
        if (lacking.Count > 0 && !options.IsShared)
        {
            IReadOnlyList<Dictionary<SignalKey, HourInput>> history = await ReadHistoryAsync(hour, hour.Next, [.. lacking], rounds: 1, cancellationToken);
            foreach ((SignalKey key, HourInput input) in history[0])
            {
                inputs[key] = input;
            }
        }
        AddImported(hour, [inputs]);
        return inputs;
    }

    /// <summary>Inputs of each hour in [<paramref name="from"/>, <paramref name="to"/>) from the source's history alone.</summary>
    /// <exception cref="AlphalogicException">The source does not answer; one signal that does not is left out instead.</exception>
    public async Task<IReadOnlyList<Dictionary<SignalKey, HourInput>>> ReadHistoryAsync(Hour from, Hour to, CancellationToken cancellationToken)
    {
        IReadOnlyList<Dictionary<SignalKey, HourInput>> read = await ReadHistoryAsync(
            from, to, [.. _boundaries, .. _means], RoundDelays.Length, cancellationToken);
        AddImported(from, read);
        return read;
    }

    /// <summary>What the source's history holds of some signals, asked once and not again.</summary>
    /// <exception cref="AlphalogicException">The source does not answer; one signal that does not is left out instead.</exception>
    public Task<IReadOnlyList<Dictionary<SignalKey, HourInput>>> ReadAgainAsync(Hour from, Hour to, HashSet<SignalKey> keys, CancellationToken cancellationToken) =>
        ReadHistoryAsync(from, to, keys, rounds: 1, cancellationToken);

    /// <summary>Adds the intervals that files brought; whoever closes the hour prefers them.</summary>
    private void AddImported(Hour from, IReadOnlyList<Dictionary<SignalKey, HourInput>> hours)
    {
        const decimal WattHoursPerKilowattHour = 1_000m;
        IReadOnlyDictionary<(Hour Hour, ChannelKey Channel), CurrentValue> imported = imports.Read(from, new(from.Value + (uint)hours.Count));
        foreach (((Hour hour, ChannelKey channel), CurrentValue value) in imported)
        {
            if (value.Interval is { } interval && layout.Places.TryGetValue(channel, out ChannelPlace place))
            {
                hours[(int)(hour.Value - from.Value)][place.Channel.ImportKey] = new(interval.Value / WattHoursPerKilowattHour, hour.End, InputOrigin.Import, value.ReceivedAt);
            }
        }
    }

    private async Task<IReadOnlyList<Dictionary<SignalKey, HourInput>>> ReadHistoryAsync(
        Hour from, Hour to, HashSet<SignalKey> keys, int rounds, CancellationToken cancellationToken)
    {
        SourceSignals signals = await session.SignalsAsync(cancellationToken);
        List<Dictionary<SignalKey, HourInput>> hours = [.. Enumerable.Range(0, (int)(to.Value - from.Value)).Select(_ => new Dictionary<SignalKey, HourInput>())];
        List<SourceSignal> pending = [.. keys.Where(signals.All.ContainsKey).Select(key => signals.All[key])];
        for (int round = 0; round < rounds && pending.Count > 0; round++)
        {
            await Task.Delay(RoundDelays[round], time, cancellationToken);
            ConcurrentDictionary<SourceSignal, AlphalogicException> failed = new();
            await Parallel.ForEachAsync(
                pending,
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = ParallelReads,
                    TaskScheduler = TaskScheduler.Current,
                    CancellationToken = cancellationToken,
                },
                async (signal, token) => await ReadSignalAsync(signal, from, to, hours, failed, token));
            if (failed.Count == pending.Count && pending.Count > 1)
            {
                session.Forget();
                throw failed.Values.First();
            }
            pending = [.. pending.Where(failed.ContainsKey)];
            if (pending.Count > 0)
            {
                LogSignalFailed(pending.Count, failed.Values.First().Message);
            }
        }
        if (pending.Count > 0)
        {
            session.Saw(await session.Source.ReadSourceTimeAsync(cancellationToken)); // Is it these signals, or the source? Throws if the latter.
            session.Forget();
            LogSignalsLeftOut(pending.Count, from, to, string.Join(", ", pending.Take(10).Select(signal => signal.Key)));
        }
        return hours;
    }

    private async Task ReadSignalAsync(
        SourceSignal signal, Hour from, Hour to, List<Dictionary<SignalKey, HourInput>> hours,
        ConcurrentDictionary<SourceSignal, AlphalogicException> failed, CancellationToken cancellationToken)
    {
        bool isMean = _means.Contains(signal.Key);
        try
        {
            List<SignalValue> values = [];
            DateTimeOffset start = isMean ? from.Start : from.End;
            DateTimeOffset end = isMean ? to.Start : to.Start.AddSeconds(1);
            IAsyncEnumerable<SignalValue> history = isMean
                ? session.Source.ReadMeansAsync(signal.Parameter, start, end, MeanStep, cancellationToken)
                : session.Source.ReadHistoryAsync(signal.Parameter, start, end, TimeSpan.FromHours(1), cancellationToken);
            await foreach (SignalValue value in history)
            {
                if (value.Quality == SignalQuality.Good && value.Data.Number is not null)
                {
                    values.Add(value);
                }
            }
            lock (hours)
            {
                Put(signal.Key, values, isMean, from, hours, time.GetUtcNow());
            }
        }
        catch (AlphalogicException exception) when (exception is not AlphalogicAuthenticationException)
        {
            failed[signal] = exception;
        }
    }

    private static void Put(
        SignalKey key, List<SignalValue> values, bool isMean, Hour from, List<Dictionary<SignalKey, HourInput>> hours, DateTimeOffset receivedAt)
    {
        if (!isMean)
        {
            // The value as of an hour's end, of the hour before that instant. A source that knows no steps gives its half-hours too: these are
            // of no hour's end.
            foreach (SignalValue value in values.Where(value => value.SourceTime - Hour.Containing(value.SourceTime).Start < BoundaryTolerance))
            {
                int index = (int)(Hour.Containing(value.SourceTime).Value - from.Value) - 1;
                hours[index].TryAdd(key, new(value.Data.Number, value.SourceTime, InputOrigin.History, receivedAt));
            }
            return;
        }
        foreach (IGrouping<Hour, SignalValue> hour in values.GroupBy(value => Hour.Containing(value.SourceTime)))
        {
            // A half-hour counts for a half, whatever is lacking in it: archives are of half-hours at the coarsest.
            List<decimal> halves = [.. hour.GroupBy(value => value.SourceTime - hour.Key.Start < HalfHour).Select(half => half.Average(value => value.Data.Number!.Value))];
            if (halves.Count == 2)
            {
                hours[(int)(hour.Key.Value - from.Value)][key] = new(halves.Average(), hour.Key.End, InputOrigin.History, receivedAt);
            }
        }
    }

    [LoggerMessage(EventId = 5010, Level = LogLevel.Warning, Message = "History of {Count} signals could not be read: {Reason}")]
    private partial void LogSignalFailed(int count, string reason);

    [LoggerMessage(EventId = 5011, Level = LogLevel.Warning, Message = "History of {Count} signals is left out for the hours {From} to {To}: {Signals}")]
    private partial void LogSignalsLeftOut(int count, Hour from, Hour to, string signals);
}
