using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>Closes every hour once its end and a grace have passed at the source: from samples when it was polled, from the source's history when not.</summary>
internal sealed partial class ClosingLoop(
    CityLayout layout,
    SourceSession session,
    ChainSession chain,
    HourInputReader inputs,
    JournalDatabase journal,
    HourStore hours,
    CorrectionStore corrections,
    ImportHold hold,
    LateDesk late,
    OracleOptions options,
    TimeProvider time,
    ILogger<ClosingLoop> logger)
{
    /// <summary>Hours of a back-fill that are read and written at a time, however few signals they have.</summary>
    private const int MostHoursAtATime = 31 * 24;

    /// <summary>Values of a back-fill that are held at a time: some 200 MB.</summary>
    private const int MostValuesAtATime = 2_000_000;

    /// <summary>Channels of a city whose hour leaves so much behind that it is worth collecting at once.</summary>
    private const int ManyChannels = 20_000;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(5);

    private readonly bool _isLarge = layout.Channels.Skip(ManyChannels).Any();

    private HourCloser? _closer;

    /// <summary>Closes hours as they come due, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan pause = LookPeriod;
            try
            {
                await CloseDueAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is AlphalogicException || ChainSession.IsPassing(exception))
            {
                LogNotClosed(exception.Message);
                pause = RetryPeriod;
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>Closes all hours that are due now.</summary>
    /// <exception cref="AlphalogicException">The source did not answer; nothing is lost, try again.</exception>
    public async Task CloseDueAsync(CancellationToken cancellationToken)
    {
        if (session.SourceTime is not { } sourceNow)
        {
            return;
        }
        // A source whose clock runs ahead must not end an hour that is not over.
        DateTimeOffset latest = time.GetUtcNow() + options.ClockSkewLimit;
        DateTimeOffset now = sourceNow < latest ? sourceNow : latest;
        // With others every oracle closes all hours itself: the chain being ahead only means that they were faster.
        if (!options.IsShared && !await AdoptAsync(cancellationToken))
        {
            return;
        }
        Hour next = NextHour();
        Hour due = hold.Due(next, Hour.Containing(now - options.ClosingGrace), now);
        if (await late.LookAsync(isClosingNext: next < due, cancellationToken))
        {
            _closer = null;
        }
        if (next >= due)
        {
            return;
        }
        using Activity? activity = OracleTelemetry.Begin("close hours")?.SetTag("from", next.ToString()).SetTag("count", due.Value - next.Value);
        bool isLive = next.Next == due && next != layout.FirstHour;
        if (isLive)
        {
            Write([(next, await inputs.ReadLiveAsync(next, cancellationToken))], null);
            if (_isLarge)
            {
                // What an hour is closed from lives too long to be collected with the young, and would stay until it is half of all memory.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            }
            return;
        }
        await BackfillAsync(next, due, cancellationToken);
    }

    /// <summary>Takes over hours that the chain holds and the journal does not. False while an empty journal has yet to learn what the chain holds.</summary>
    private async Task<bool> AdoptAsync(CancellationToken cancellationToken)
    {
        foreach (SegmentLayout segment in layout.Segments)
        {
            Hour known = hours.NextHour(segment.Number);
            if (chain.HeadOf(segment.Number) is not { } head)
            {
                if (known == layout.FirstHour)
                {
                    return false;
                }
                continue;
            }
            if (head.NextHour <= known)
            {
                continue;
            }
            Hour beforeFirst = new(layout.FirstHour.Value - 1);
            Hour last = new(head.NextHour.Value - 1);
            Dictionary<SignalKey, HourInput> first = (await inputs.ReadHistoryAsync(beforeFirst, layout.FirstHour, cancellationToken))[0];
            Dictionary<SignalKey, HourInput> now = (await inputs.ReadHistoryAsync(last, head.NextHour, cancellationToken))[0];
            if (await ReadSumsAsync(segment, cancellationToken) is not { } sums)
            {
                return false;
            }
            HourCloser closer = new(layout, hours.ReadStates());
            IReadOnlyList<SignalKey> unexplained = closer.Adopt(segment, head.NextHour, first, now, sums);
            string detail = $"The chain holds segment {segment.Number} up to {head.NextHour}, this journal up to {known}; intervals go on from there."
                + (unexplained.Count == 0 ? "" : $" Not explained by the chain's sums: {string.Join(", ", unexplained.Take(10))}.");
            journal.Write(transaction =>
            {
                HourStore.Adopt(transaction, segment.Number, head.NextHour);
                HourStore.WriteStates(transaction, closer.States);
                hours.AddEvents(transaction, [new(last, segment.Groups[0].Channels[0].RegisterKey, MeterEventKind.AdoptedFromChain, detail)]);
            });
            _closer = null;
            LogAdopted(detail);
        }
        return true;
    }

    /// <summary>What the chain holds of each channel, with the corrections that are still to come: their energy is of their own hours, not of the
    /// next one. <c>null</c> when one arrived meanwhile, so that it may be in both.</summary>
    private async Task<IReadOnlyDictionary<ChannelKey, Quantity>?> ReadSumsAsync(SegmentLayout segment, CancellationToken cancellationToken)
    {
        List<(long, ChannelKey Channel, long Difference)> due = await ReadDueAsync();
        Dictionary<ChannelKey, Quantity> sums = new(await chain.ReadRegistersAsync(segment, cancellationToken));
        if (!due.SequenceEqual(await ReadDueAsync()))
        {
            return null;
        }
        foreach ((_, ChannelKey channel, long difference) in due)
        {
            sums[channel] = new((ulong)((long)sums[channel].Value + difference));
        }
        return sums;

        async Task<List<(long, ChannelKey, long)>> ReadDueAsync()
        {
            List<(long, ChannelKey, long)> all = [.. corrections.Unsigned(segment.Number)];
            foreach (OutboxCorrection signed in corrections.Unconfirmed(segment.Number, uint.MaxValue))
            {
                CorrectionSubject subject = signed.Correction.Subject;
                if (!await chain.HoldsAsync(signed.Correction, cancellationToken))
                {
                    all.Add((signed.Fill, new(subject.Group, subject.Channel), CorrectionStore.SumOf(subject.Differences.Span)));
                }
            }
            return all;
        }
    }

    /// <summary>How many hours of a back-fill are read and written at a time: of a small city a month, of a large one as many as memory allows.</summary>
    /// <param name="signals">Signals that an hour is closed from.</param>
    internal static uint HoursAtATime(int signals) => (uint)Math.Clamp(MostValuesAtATime / Math.Max(signals, 1), 1, MostHoursAtATime);

    private async Task BackfillAsync(Hour from, Hour due, CancellationToken cancellationToken)
    {
        LogBackfill(from, due, due.Value - from.Value);
        long started = time.GetTimestamp();
        if (from == layout.FirstHour)
        {
            await BeginAsync(cancellationToken);
        }
        uint atATime = HoursAtATime(inputs.SignalCount);
        for (Hour next = from; next < due;)
        {
            Hour end = new(Math.Min(due.Value, next.Value + atATime));
            IReadOnlyList<Dictionary<SignalKey, HourInput>> read = await inputs.ReadHistoryAsync(next, end, cancellationToken);
            double seconds = Math.Max(time.GetElapsedTime(started).TotalSeconds, 0.001);
            Write([.. read.Select((hour, i) => (new Hour(next.Value + (uint)i), (IReadOnlyDictionary<SignalKey, HourInput>)hour))],
                (from, due, (end.Value - from.Value) / seconds));
            next = end;
            LogProgress((next.Value - from.Value) * 100 / (due.Value - from.Value), (end.Value - from.Value) / seconds);
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        Hour before = new(layout.FirstHour.Value - 1);
        Dictionary<SignalKey, HourInput> registers = (await inputs.ReadHistoryAsync(before, layout.FirstHour, cancellationToken))[0];
        HourCloser closer = new(layout, hours.ReadStates());
        foreach (SegmentLayout segment in layout.Segments.Where(segment => hours.NextHour(segment.Number) == layout.FirstHour))
        {
            closer.Begin(segment, registers);
        }
        journal.Write(transaction =>
        {
            hours.AddInputs(transaction, before, registers);
            HourStore.WriteStates(transaction, closer.States);
        });
        _closer = null;
    }

    private void Write(IReadOnlyList<(Hour Hour, IReadOnlyDictionary<SignalKey, HourInput> Inputs)> read, (Hour From, Hour To, double Rate)? backfill)
    {
        HourCloser closer = _closer ?? new(layout, hours.ReadStates());
        _closer = null; // Read again from the journal unless this is written.
        Dictionary<uint, Hour> next = layout.Segments.ToDictionary(segment => segment.Number, segment => hours.NextHour(segment.Number));
        List<MeterEvent> events = [];
        // From samples that are durable, or from the source's history: what is lost of it is closed again. What is signed of it is durable first.
        journal.WriteRepeatable(transaction =>
        {
            Follow(transaction, closer);
            foreach ((Hour hour, IReadOnlyDictionary<SignalKey, HourInput> inputsOfHour) in read)
            {
                hours.AddInputs(transaction, hour, inputsOfHour);
                foreach (SegmentLayout segment in layout.Segments.Where(segment => next[segment.Number] <= hour))
                {
                    ClosedHour closed = closer.Close(segment, hour, inputsOfHour, events);
                    hours.AddClosed(transaction, closed);
                    corrections.AddFills(transaction, segment.Number, closed.Fills);
                }
            }
            HourStore.WriteStates(transaction, closer.States);
            hours.AddEvents(transaction, events);
            if (backfill is { } progress)
            {
                StatusStore.Backfill(transaction, progress.From, progress.To, read[^1].Hour.Next, progress.Rate);
            }
        });
        _closer = closer;
        foreach (MeterEvent found in events)
        {
            LogMeterEvent(found.Kind, found.Signal, found.Hour, found.Detail);
        }
    }

    private void Follow(JournalTransaction transaction, HourCloser closer)
    {
        foreach ((uint number, Hour hour, byte[] own, byte[] agreed) in HourStore.Unfollowed(transaction))
        {
            if (layout.Segments.FirstOrDefault(segment => segment.Number == number) is { } segment)
            {
                closer.Follow(segment, hour, own, agreed, new(options.PeerTolerancePermille));
            }
            HourStore.MarkFollowed(transaction, number, hour);
        }
    }

    private Hour NextHour() => layout.Segments.Select(segment => hours.NextHour(segment.Number)).Min();

    [LoggerMessage(EventId = 5030, Level = LogLevel.Information, Message = "Back-fill of the hours {From} to {To}: {Count} hours")]
    private partial void LogBackfill(Hour from, Hour to, uint count);

    [LoggerMessage(EventId = 5031, Level = LogLevel.Information, Message = "Back-fill {Percent} %, {HoursPerSecond:F0} hours/s")]
    private partial void LogProgress(uint percent, double hoursPerSecond);

    [LoggerMessage(EventId = 5032, Level = LogLevel.Warning, Message = "{Kind} at {Signal} in hour {Hour}: {Detail}")]
    private partial void LogMeterEvent(MeterEventKind kind, SignalKey signal, Hour hour, string detail);

    [LoggerMessage(EventId = 5034, Level = LogLevel.Warning, Message = "Taken over from the chain: {Detail}")]
    private partial void LogAdopted(string detail);

    [LoggerMessage(EventId = 5033, Level = LogLevel.Warning, Message = "Hours cannot be closed yet: {Reason}")]
    private partial void LogNotClosed(string reason);
}
