using SmartCity.Audit;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;

namespace SmartCity.Portal;

/// <summary>Where the audit stands.</summary>
/// <param name="IsRunning">Is one under way?</param>
/// <param name="Step">What it is doing, in its own words.</param>
/// <param name="StartedAt">When the running or last one began.</param>
/// <param name="FinishedAt">When the last one ended.</param>
/// <param name="Result">Verdict and data of the last one that came to an end.</param>
/// <param name="Failure">Why the last one could not be made.</param>
internal sealed record AuditState(
    bool IsRunning, string Step, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, AuditResult? Result, string? Failure);

/// <summary>A finished audit.</summary>
/// <param name="Report">The verdict.</param>
/// <param name="Data">What it was reached from.</param>
internal sealed record AuditResult(AuditReport Report, AuditData Data);

/// <summary>Runs the audit in the background, one at a time, and keeps the last verdict with its data.</summary>
internal sealed partial class AuditJob(EthApi api, DeployedCity city, TimeProvider time, ILogger<AuditJob> logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private AuditState _state = new(false, "", null, null, null, null);

    /// <summary>Where it stands.</summary>
    public AuditState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Starts an audit, unless one is under way.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_state.IsRunning)
            {
                return;
            }
            _state = _state with { IsRunning = true, Step = "", StartedAt = time.GetUtcNow(), Failure = null };
        }
        _ = Task.Run(() => RunAsync(_stopping.Token));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            AuditData data = await Auditor.CollectAsync(
                api, city.Contracts.Directory.Address, new Steps(this), cancellationToken);
            new Steps(this).Report($"recomputing {data.Logs.Count} logs and {data.State.Count} answers");
            AuditReport report = Auditor.Audit(data);
            LogDone(report.LastBlock, report.Holds);
            Finish(state => state with { Result = new(report, data) });
        }
        catch (OperationCanceledException)
        {
            Finish(state => state);
        }
        catch (Exception exception) when (exception is EthereumNodeException or AuditException)
        {
            LogFailed(exception.Message);
            Finish(state => state with { Failure = exception.Message });
        }
    }

    private void Finish(Func<AuditState, AuditState> change)
    {
        lock (_lock)
        {
            _state = change(_state) with { IsRunning = false, FinishedAt = time.GetUtcNow() };
        }
    }

    [LoggerMessage(EventId = 5401, Level = LogLevel.Information, Message = "The audit up to block {Block} is done; everything holds: {Holds}.")]
    private partial void LogDone(ulong block, bool holds);

    [LoggerMessage(EventId = 5402, Level = LogLevel.Warning, Message = "The audit could not be made. {Reason}")]
    private partial void LogFailed(string reason);

    private sealed class Steps(AuditJob job) : IProgress<string>
    {
        public void Report(string value)
        {
            lock (job._lock)
            {
                job._state = job._state with { Step = value };
            }
        }
    }
}
