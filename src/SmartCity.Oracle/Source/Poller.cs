using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SmartCity.Alphalogic;

namespace SmartCity.Oracle;

/// <summary>Polls the source: substations every period, meters more seldom; journals every sample before anything is made of it.</summary>
internal sealed partial class Poller(
    SourceSession session,
    JournalDatabase journal,
    SampleStore samples,
    HourStore hours,
    StatusStore status,
    AlarmDesk alarms,
    OracleOptions options,
    TimeProvider time,
    ILogger<Poller> logger)
{
    /// <summary>Signals read and written at a time: bounds memory, however large the city.</summary>
    private const int SignalsAtOnce = 5_000;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseWhenRefused = TimeSpan.FromSeconds(60);

    private readonly ClockWatch _clocks = new(options.ClockSkewLimit);
    private LinkState _link = LinkState.Unknown;
    private string? _message;

    /// <summary>Polls until cancelled. A source that does not answer is tried again, ever more slowly, up to every 30 s.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long meterEvery = Math.Max(1, (options.MeterPollPeriod.Ticks + options.PollPeriod.Ticks - 1) / options.PollPeriod.Ticks);
        int failures = 0;
        using PeriodicTimer timer = new(options.PollPeriod, time);
        for (long round = 0; !cancellationToken.IsCancellationRequested; round++)
        {
            TimeSpan pause = TimeSpan.Zero;
            long started = time.GetTimestamp();
            try
            {
                await PollAsync(withMeters: round % meterEvery == 0, cancellationToken);
                OracleTelemetry.Polled(time.GetElapsedTime(started), LinkState.Reachable);
                failures = 0;
                Link(LinkState.Reachable, null);
            }
            catch (AlphalogicAuthenticationException exception) when (_link == LinkState.Unknown)
            {
                throw new OracleStoppedException(OracleExit.Source, exception.Message, exception);
            }
            catch (AlphalogicAuthenticationException exception)
            {
                OracleTelemetry.Polled(time.GetElapsedTime(started), LinkState.Refused);
                Link(LinkState.Refused, exception.Message);
                pause = PauseWhenRefused;
            }
            catch (AlphalogicException exception)
            {
                if (exception is AlphalogicRequestException)
                {
                    // The source no longer knows what it was asked for. An answer that failed to come says nothing of its tree, and
                    // reading the tree anew takes more answers than a source in trouble gives.
                    session.Forget();
                }
                OracleTelemetry.Polled(time.GetElapsedTime(started), LinkState.Unreachable);
                Link(LinkState.Unreachable, exception.Message);
                failures = Math.Min(failures + 1, 10);
                pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, options.PollPeriod.Ticks << failures));
                round = -1; // Meters with the first answer.
            }
            await Task.Delay(pause, time, cancellationToken);
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>One poll: of the substations, or of the meters as well.</summary>
    /// <exception cref="AlphalogicException">The source did not answer.</exception>
    public async Task PollAsync(bool withMeters, CancellationToken cancellationToken)
    {
        using Activity? activity = OracleTelemetry.Begin("poll");
        SourceSignals signals = await session.SignalsAsync(cancellationToken);
        IReadOnlyList<SourceSignal> meters = withMeters ? signals.Meters : [];
        // What the alarm rules look at is read and written together; of a small city all is.
        int with = Math.Max(0, SignalsAtOnce - signals.Substations.Count);
        await PollAsync([.. signals.Substations, .. meters.Take(with)], isFirst: true, cancellationToken);
        foreach (SourceSignal[] more in meters.Skip(with).Chunk(SignalsAtOnce))
        {
            await PollAsync(more, isFirst: false, cancellationToken);
        }
    }

    private async Task PollAsync(IReadOnlyList<SourceSignal> asked, bool isFirst, CancellationToken cancellationToken)
    {
        SignalSnapshot snapshot = await session.Source.ReadValuesAsync([.. asked.Select(signal => signal.Parameter)], cancellationToken);
        DateTimeOffset receivedAt = time.GetUtcNow();
        (IReadOnlyList<Sample> polled, IReadOnlyList<MeterEvent> events) = _clocks.Look(
            [.. asked.Zip(snapshot.Values, (signal, value) => new Sample(signal, value, receivedAt))], snapshot.SourceNow, receivedAt);
        journal.Write(transaction =>
        {
            samples.Add(transaction, polled);
            hours.AddEvents(transaction, events);
            if (isFirst)
            {
                alarms.Look(transaction, polled, snapshot.SourceNow);
            }
            status.Polled(transaction, snapshot.SourceNow);
            transaction.OnCommit(() => OracleTelemetry.Journaled(polled.Count));
        });
        session.Saw(snapshot.SourceNow);
        foreach (MeterEvent found in events)
        {
            LogClock(found.Signal, found.Detail);
        }
    }

    private void Link(LinkState state, string? message)
    {
        if (state == _link && message == _message)
        {
            return;
        }
        if (state == LinkState.Reachable)
        {
            LogReachable();
        }
        else
        {
            LogUnreachable(state, message!);
        }
        (_link, _message) = (state, message);
        status.Source(state, message);
    }

    [LoggerMessage(EventId = 5020, Level = LogLevel.Information, Message = "The source answers")]
    private partial void LogReachable();

    [LoggerMessage(EventId = 5022, Level = LogLevel.Warning, Message = "Clock of {Signal}: {Detail}")]
    private partial void LogClock(SignalKey signal, string detail);

    [LoggerMessage(EventId = 5021, Level = LogLevel.Warning, Message = "The source is {State}: {Reason}")]
    private partial void LogUnreachable(LinkState state, string reason);
}
