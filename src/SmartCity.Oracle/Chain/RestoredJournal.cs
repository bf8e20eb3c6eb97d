using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>
/// A journal that was restored from a copy does not know what was signed after the copy. Before anything is closed or signed again: all that
/// is on its way to the chain arrives, so that no hour gets a second batch and no correction is made twice; and the corrections that the
/// chain holds and the journal does not are taken over. Hours that only the chain holds are taken over by closing, as always. One of several
/// oracles closes these hours itself, and takes note of a correction when it meets the gap that it fills.
/// </summary>
internal sealed partial class RestoredJournal(
    OracleOptions options,
    ChainSession chain,
    CityLayout layout,
    JournalDatabase journal,
    CorrectionStore corrections,
    TimeProvider time,
    ILogger<RestoredJournal> logger)
{
    /// <summary>The node must say this often in a row that nothing is on its way: what was sent a moment ago may not be in its pool yet.</summary>
    private const int QuietLooks = GrowingNumber.LooksUntilSetBack;

    /// <summary>So often in a row the chain must be found not to be the city's before the oracle ends: one node may lag, or answer nonsense.</summary>
    private const int LooksUntilStop = 5;

    /// <summary>Looks between two lines of the log that say what it waits for.</summary>
    private const int LooksPerLine = 60;

    private static readonly TimeSpan s_lookPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryPeriod = TimeSpan.FromSeconds(5);

    private readonly string _marker = JournalCopies.MarkerIn(options.StateFolder);
    private readonly GrowingNumber _mined = new(0, time);
    private ulong _last = ulong.MaxValue;

    /// <summary>Was the journal restored, and the chain not yet asked what it lacks?</summary>
    public bool IsPending => File.Exists(_marker);

    /// <summary>Completes at once when the journal was not restored; otherwise when the chain has told what the journal does not know.</summary>
    /// <exception cref="OracleStoppedException">The chain is not the city's, or does not know this oracle.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (!IsPending)
        {
            return;
        }
        LogWaiting(chain.Oracle);
        (int quiet, int stops) = (0, 0);
        for (long look = 1; ; look++)
        {
            TimeSpan pause = s_lookPeriod;
            try
            {
                if (quiet == 0)
                {
                    await chain.VerifyAsync(cancellationToken); // Another chain, or a node that catches up, would be as quiet, and know nothing.
                }
                ulong waiting = await WaitingAsync(cancellationToken);
                (quiet, stops) = (waiting == 0 ? quiet + 1 : 0, 0);
                if (quiet == QuietLooks)
                {
                    await TakeOverAsync(cancellationToken);
                    break;
                }
                if (look % LooksPerLine == 0)
                {
                    LogStillWaiting(waiting);
                }
            }
            catch (Exception exception) when ((exception is OracleStoppedException && ++stops < LooksUntilStop) || ChainSession.IsPassing(exception))
            {
                (quiet, pause) = (0, s_retryPeriod);
                LogNotAsked(exception.Message);
            }
            await Task.Delay(pause, time, cancellationToken);
        }
        File.Delete(_marker);
        LogSettled();
    }

    /// <summary>How many transactions are on their way, for all that is known; never 0 at the first look, or when one has just arrived.</summary>
    private async Task<ulong> WaitingAsync(CancellationToken cancellationToken)
    {
        ulong mined = await chain.Api.GetTransactionCountAsync(chain.Oracle, BlockParameter.Latest, cancellationToken);
        ulong pending = await chain.Api.GetTransactionCountAsync(chain.Oracle, BlockParameter.Pending, cancellationToken);
        bool stands = _mined.Hear((uint)Math.Min(mined, uint.MaxValue)) && mined == _last; // A lower one is of a node that lags (ADR 17).
        _last = mined;
        return pending > mined ? pending - mined : stands ? 0ul : 1;
    }

    private async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        foreach (SegmentLayout segment in layout.Segments)
        {
            IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> onChain = await chain.ReadCorrectionsAsync(segment.Number, cancellationToken);
            if (onChain.Count == 0)
            {
                continue;
            }
            int count = journal.Write(transaction =>
            {
                IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> unknown = corrections.TakeOver(transaction, segment.Number, onChain).Unknown;
                if (options.IsShared)
                {
                    return 0;
                }
                corrections.AddUnknown(transaction, segment.Number, unknown);
                CloseGaps(transaction, segment, unknown);
                return unknown.Count;
            });
            if (count > 0)
            {
                LogTakenOver(count, segment.Number);
            }
        }
    }

    /// <summary>A gap that is open in the journal goes on behind the hours that were filled in on the chain.</summary>
    private static void CloseGaps(JournalTransaction transaction, SegmentLayout segment, IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> unknown)
    {
        Hour before = HourStore.NextHour(transaction, segment.Number);
        Dictionary<ChannelKey, ChannelState> silent = HourStore.ReadSilent(transaction);
        Dictionary<ChannelKey, ChannelState> moved = [];
        foreach (ChannelLayout channel in segment.Groups.SelectMany(group => group.Channels))
        {
            ChannelKey key = new(channel.Group, channel.Channel);
            if (silent.TryGetValue(key, out ChannelState? state) && LateGap.OpenFrom(state, before) is { } open)
            {
                moved[key] = LateGap.Behind(channel.Followed(state), state, open, before, unknown
                    .Where(told => told.Group == key.Group && told.Details.Channel == key.Channel && told.Details.FilledHours > 0)
                    .Select(told => (new Hour(told.Details.FirstHour), ReadingCorrection.Decode(told.Differences.Span))));
            }
        }
        HourStore.WriteStates(transaction, moved);
    }

    [LoggerMessage(EventId = 5220, Level = LogLevel.Warning,
        Message = "The journal was restored from a copy: nothing is closed or signed until all transactions of {Oracle} have arrived")]
    private partial void LogWaiting(Ethereum.Address oracle);

    [LoggerMessage(EventId = 5221, Level = LogLevel.Warning, Message = "The chain cannot be asked what it holds: {Reason}")]
    private partial void LogNotAsked(string reason);

    [LoggerMessage(EventId = 5222, Level = LogLevel.Information,
        Message = "{Count} corrections of segment {Segment} are on the chain that the restored journal did not know; they count")]
    private partial void LogTakenOver(int count, uint segment);

    [LoggerMessage(EventId = 5223, Level = LogLevel.Information, Message = "Nothing is on its way to the chain; the oracle goes on from what the chain holds")]
    private partial void LogSettled();

    [LoggerMessage(EventId = 5224, Level = LogLevel.Warning, Message = "{Count} transactions that the restored journal may not know are still on their way; nothing is signed meanwhile")]
    private partial void LogStillWaiting(ulong count);
}
