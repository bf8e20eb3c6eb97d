using Microsoft.Extensions.Logging;
using SmartCity.Alphalogic;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>What the polling and the closing of hours share about the source: its signals and its clock.</summary>
internal sealed partial class SourceSession(ISignalSource source, CityPlan plan, CityLayout layout, SampleStore samples, ILogger<SourceSession> logger)
{
    private volatile SourceSignals? _signals;
    private long _sourceMs = long.MinValue;

    /// <summary>The source.</summary>
    public ISignalSource Source { get; } = source;

    /// <summary>The source's clock at its last answer; <c>null</c> before the first.</summary>
    public DateTimeOffset? SourceTime
    {
        get
        {
            long milliseconds = Interlocked.Read(ref _sourceMs);
            return milliseconds == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }
    }

    /// <summary>Notes the source's clock.</summary>
    public void Saw(DateTimeOffset sourceTime) => Interlocked.Exchange(ref _sourceMs, sourceTime.ToUnixTimeMilliseconds());

    /// <summary>The signals, read from the source when they are not known yet.</summary>
    /// <exception cref="AlphalogicException">The source did not answer.</exception>
    public async Task<SourceSignals> SignalsAsync(CancellationToken cancellationToken)
    {
        if (_signals is { } known)
        {
            return known;
        }
        SourceSignals signals = await SourceSignals.ReadAsync(Source, plan, layout, cancellationToken);
        samples.Register(signals.All.Values);
        if (signals.Absent.Count > 0)
        {
            LogAbsent(signals.Absent.Count, string.Join(", ", signals.Absent.Take(10)));
        }
        _signals = signals;
        return signals;
    }

    /// <summary>Reads the signals anew next time: the source's tree has changed.</summary>
    public void Forget() => _signals = null;

    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "The source lacks {Count} signals that hours are closed from; their channels will be missing: {Signals}")]
    private partial void LogAbsent(int count, string signals);
}
