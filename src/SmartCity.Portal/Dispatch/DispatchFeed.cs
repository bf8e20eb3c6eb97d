using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>What the dispatch room shows at one moment.</summary>
/// <param name="Version">Grows by one with each change, from 1.</param>
/// <param name="Changes">Grows with each change of alarms and incidents, over restarts too.</param>
/// <param name="Signals">Newest values by object and signal.</param>
/// <param name="Alarms">The first page of open alarms, unfiltered.</param>
/// <param name="Board">Open incidents by cause, the most urgent <see cref="DispatchFeed.MaxIncidents"/> of each.</param>
/// <param name="Substations">How alarms stand in each substation that has an open one, by its number.</param>
/// <param name="Status">How the oracle is; <c>null</c> when it was never started.</param>
internal sealed record DispatchState(
    long Version,
    long Changes,
    IReadOnlyDictionary<(string Object, string Signal), SignalView> Signals,
    AlarmList Alarms,
    IncidentBoard Board,
    IReadOnlyDictionary<uint, SubstationAlarms> Substations,
    OracleStatus? Status)
{
    /// <summary>Before anything was read.</summary>
    public static DispatchState Unknown { get; } = new(
        0, 0, new Dictionary<(string, string), SignalView>(), AlarmList.Empty, IncidentBoard.Empty, new Dictionary<uint, SubstationAlarms>(), null);
}

/// <summary>
/// Watches the oracle's journal once for all browsers and wakes those who wait for a change. What changes while a browser is slow is
/// told to it together: nobody is sent a backlog.
/// </summary>
internal sealed partial class DispatchFeed(OracleReader reader, TimeProvider time, ILogger<DispatchFeed> logger) : BackgroundService
{
    /// <summary>Open incidents of a cause that the board shows; more are counted.</summary>
    public const int MaxIncidents = 20;

    /// <summary>Streams that are served at once; a browser needs one.</summary>
    public const int MaxStreams = 500;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSource();
    private DispatchState _state = DispatchState.Unknown;
    private int _streams;

    /// <summary>The newest state.</summary>
    public DispatchState Current
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Takes one of the places for streams.</summary>
    /// <returns>What to dispose when the stream ends, or <c>null</c> when all places are taken.</returns>
    public IDisposable? TryEnter()
    {
        if (Interlocked.Increment(ref _streams) <= MaxStreams)
        {
            return new Place(this);
        }
        Interlocked.Decrement(ref _streams);
        return null;
    }

    /// <summary>Waits until the state is newer than a version, or the time is up.</summary>
    /// <returns>The newest state; it is not newer when the time was up.</returns>
    public async Task<DispatchState> NewerThanAsync(long version, TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task changed;
        lock (_lock)
        {
            if (_state.Version > version)
            {
                return _state;
            }
            changed = _changed.Task;
        }
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(atMost, time, waiting.Token));
        await waiting.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return Current;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (OracleChanges changes in reader.WatchAsync(stoppingToken))
                {
                    await UpdateAsync(changes, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (JournalException exception)
            {
                LogJournal(exception.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task UpdateAsync(OracleChanges changes, CancellationToken cancellationToken)
    {
        DispatchState state = Current;
        if (changes.HasFlag(OracleChanges.Signals))
        {
            IReadOnlyList<SignalView> signals = await reader.GetSignalsAsync(null, cancellationToken);
            state = state with { Signals = signals.ToDictionary(signal => (signal.SourceObject, signal.Signal)) };
        }
        if (changes.HasFlag(OracleChanges.Alarms))
        {
            state = state with
            {
                Changes = await reader.GetAlarmChangesAsync(cancellationToken),
                Alarms = await AlarmList.ReadAsync(reader, AlarmQuery.All, cancellationToken),
                Board = await reader.GetBoardAsync(MaxIncidents, at: null, cancellationToken),
                Substations = await reader.GetSubstationAlarmsAsync(cancellationToken),
            };
        }
        if ((changes & (OracleChanges.Status | OracleChanges.Hours)) != 0)
        {
            state = state with { Status = await reader.GetStatusAsync(cancellationToken) };
        }
        Publish(state);
    }

    private void Publish(DispatchState state)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _state = state with { Version = _state.Version + 1 };
            changed = _changed;
            _changed = NewSource();
        }
        changed.SetResult();
    }

    [LoggerMessage(EventId = 5101, Level = LogLevel.Warning, Message = "The oracle's journal cannot be followed; trying again. {Reason}")]
    private partial void LogJournal(string reason);

    private sealed class Place(DispatchFeed feed) : IDisposable
    {
        private int _isFree;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isFree, 1) == 0)
            {
                Interlocked.Decrement(ref feed._streams);
            }
        }
    }
}
