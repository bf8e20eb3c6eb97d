using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>Where the trying of rules stands.</summary>
/// <param name="IsRunning">Is one under way?</param>
/// <param name="Done">Share that is done, 0 to 1.</param>
/// <param name="By">Who asked for the running or last one.</param>
/// <param name="Result">What the last one came to.</param>
/// <param name="Failure">Why the last one could not be made.</param>
internal sealed record ReplayState(bool IsRunning, double Done, string By, ReplayView? Result, string? Failure);

/// <summary>Tries rules on the past in the background, one run at a time.</summary>
internal sealed partial class ReplayJob(OracleReader reader, DispatchFeed feed, City city, ILogger<ReplayJob> logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private CancellationTokenSource? _run;
    private ReplayState _state = new(false, 0, "", null, null);

    /// <summary>Where it stands.</summary>
    public ReplayState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Starts a run, unless one is under way.</summary>
    /// <returns>Was it started?</returns>
    public bool TryStart(RuleBook changed, DateTimeOffset from, DateTimeOffset to, string by)
    {
        CancellationTokenSource run;
        lock (_lock)
        {
            if (_state.IsRunning)
            {
                return false;
            }
            _run = run = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            _state = new(true, 0, by, null, null);
        }
        _ = Task.Run(() => RunAsync(changed, from, to, run));
        return true;
    }

    /// <summary>Stops the run that is under way, if one is.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_state.IsRunning)
            {
                _run?.Cancel();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task RunAsync(RuleBook changed, DateTimeOffset from, DateTimeOffset to, CancellationTokenSource run)
    {
        try
        {
            ReplayView result = await reader.ReplayAsync(
                changed, feed.Current.Status?.AlarmMode ?? AlarmMode.Refined, city.Plan.Substations, from, to, new Progress(this), run.Token);
            LogDone(result.Changed, result.Looks);
            Finish(state => state with { Result = result });
        }
        catch (OperationCanceledException)
        {
            Finish(state => state);
        }
        catch (Exception exception) when (exception is JournalException or ArgumentException or Microsoft.Data.Sqlite.SqliteException)
        {
            LogFailed(exception.Message);
            Finish(state => state with { Failure = exception.Message });
        }
        finally
        {
            run.Dispose();
        }
    }

    private void Finish(Func<ReplayState, ReplayState> change)
    {
        lock (_lock)
        {
            _run = null;
            _state = change(_state) with { IsRunning = false };
        }
    }

    [LoggerMessage(EventId = 5111, Level = LogLevel.Information, Message = "Rules {Rules} were tried on {Looks} polls of the past.")]
    private partial void LogDone(RuleVersion rules, long looks);

    [LoggerMessage(EventId = 5112, Level = LogLevel.Warning, Message = "Rules could not be tried. {Reason}")]
    private partial void LogFailed(string reason);

    private sealed class Progress(ReplayJob job) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (job._lock)
            {
                job._state = job._state with { Done = value };
            }
        }
    }
}
