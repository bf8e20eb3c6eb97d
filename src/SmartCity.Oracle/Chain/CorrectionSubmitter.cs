using Microsoft.Extensions.Logging;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>
/// Puts the energy of a gap into its own hours, once they are on the chain: signs a correction for the next number of its segment, makes it
/// durable, sends it, and learns from the ledger whether it arrived. One is on its way in a segment at a time, and the ledger is asked
/// before anything is sent: a restart or a chain set back only means sending again what it lacks.
/// </summary>
internal sealed partial class CorrectionSubmitter(
    ChainSession chain,
    CityLayout layout,
    CorrectionStore store,
    TimeProvider time,
    ILogger<CorrectionSubmitter> logger,
    SharedSigning? shared = null)
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BlockDeadline = TimeSpan.FromSeconds(30);

    /// <summary>How often the chain is asked whether it still holds what it held, when there is nothing else to do.</summary>
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(30);

    /// <summary>So often in a row the chain must be found without a correction before it counts as lost: one node may lag.</summary>
    private const int LooksUntilLost = 10;

    /// <summary>Errors that sending again would only repeat.</summary>
    private static readonly HashSet<string> Final = new(StringComparer.Ordinal)
    {
        "ReadingLedger_TooManyFilledHours", "ReadingLedger_NegativeConsumption", "ReadingLedger_CorrectionTooLate",
        "ReadingLedger_SeveralPeriods", "ReadingLedger_DifferenceTooLarge", "ReadingLedger_InvalidDifferences",
    };

    /// <summary>So often in a row an error must be had before it is final, for the same reason.</summary>
    private const int LooksUntilRefused = 3;

    private readonly Dictionary<long, (int Misses, long Since)> _watched = [];
    private readonly Dictionary<long, int> _refusals = [];
    private readonly Dictionary<uint, (long Sequence, int Looks)> _missing = [];
    private readonly Dictionary<uint, (int Epoch, long At)> _asked = [];

    /// <summary>Submits until cancelled. While the chain does not answer, gaps wait.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan pause = LookPeriod;
            try
            {
                pause = await StepAsync(cancellationToken) ? LookPeriod : PauseAfterRefusal;
            }
            catch (Exception exception) when (ChainSession.IsPassing(exception))
            {
                pause = PauseAfterRefusal; // What the chain says of that is told by the one who submits hours.
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>One look: confirms what the ledger holds, sends what it lacks. False when the ledger refused something.</summary>
    /// <exception cref="EthereumNodeException">The node did not answer; nothing is lost, try again.</exception>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        bool isAccepted = true;
        foreach (SegmentLayout segment in layout.Segments)
        {
            if (chain.Epoch != 0 && chain.HeadOf(segment.Number) is { } head && IsDue(segment.Number, head))
            {
                try
                {
                    isAccepted &= await StepAsync(segment.Number, head, cancellationToken);
                }
                catch (Exception exception) when (exception is not RpcTransportException && ChainSession.IsPassing(exception))
                {
                    LogNotAsked(segment.Number, exception.Message); // What is wrong with one segment stops no other.
                    isAccepted = false;
                }
            }
        }
        return isAccepted;
    }

    private bool IsDue(uint segment, SegmentHead head) =>
        store.Unconfirmed(segment, uint.MaxValue).Count > 0 || store.Oldest(segment, head.NextHour) is not null
        || !_asked.TryGetValue(segment, out (int Epoch, long At) last) || last.Epoch != chain.Epoch || time.GetElapsedTime(last.At) >= WatchPeriod;

    private async Task<bool> StepAsync(uint segment, SegmentHead head, CancellationToken cancellationToken)
    {
        (int, long) asked = (chain.Epoch, time.GetTimestamp());
        if (await chain.ReadCorrectionPlaceAsync(segment, store.LastSigned(segment), cancellationToken) is not { } next)
        {
            return true; // A node that lags.
        }
        foreach (OutboxCorrection passed in store.Unconfirmed(segment, next.Number))
        {
            if (passed.Correction.Id == next.Previous || await chain.HoldsAsync(passed.Correction, cancellationToken))
            {
                store.MarkConfirmed(passed);
                _watched.Remove(passed.Sequence);
                _refusals.Remove(passed.Sequence);
                LogWritten(passed.Correction);
                if (passed.Transaction is { } carried && await chain.Api.FindReceiptAsync(carried, cancellationToken) is { IsSuccess: true } receipt)
                {
                    OracleTelemetry.Corrected(segment, receipt.GasUsed);
                }
            }
            else if (IsMissing(passed))
            {
                store.MarkVoid(passed);
            }
            else
            {
                return true;
            }
        }
        _missing.Remove(segment);
        await DoubtAsync(next, cancellationToken);
        _asked[segment] = asked;
        OutboxCorrection? due = Due(next) ?? await SignAsync(next, head, cancellationToken);
        return due is null || await SendAsync(due, cancellationToken);
    }

    /// <summary>Doubts what was confirmed and the chain does not hold any more: it was set back, and perhaps no hour was lost with it.</summary>
    private async Task DoubtAsync(CorrectionPlace next, CancellationToken cancellationToken)
    {
        // A correction names the one before it: what the chain holds, it holds with all before.
        while (store.NewestConfirmed(next.Segment) is { } newest && newest.Correction.Id != next.Previous
            && (newest.Correction.Place.Number >= next.Number || !await chain.HoldsAsync(newest.Correction, cancellationToken)))
        {
            store.Doubt(newest);
            LogDoubted(newest.Correction);
        }
    }

    /// <summary>The signed correction whose place is the next one. Those that follow on it keep their places for a chain that was set back; the
    /// others' never come: other oracles are asked for, or others have written.</summary>
    private OutboxCorrection? Due(CorrectionPlace next)
    {
        OutboxCorrection? due = null;
        CorrectionPlace place = next;
        foreach (OutboxCorrection known in store.From(next.Segment, next.Number))
        {
            if (known.Correction.Place != place || known.Correction.Details.OracleConfig != chain.Config)
            {
                store.MarkVoid(known);
                continue;
            }
            due ??= known;
            place = new(next.Segment, place.Number + 1, known.Correction.Id);
        }
        return due;
    }

    /// <summary>Counts that the chain was found beyond a correction without holding it. In a row: a head of before the chain was set back may be told again.</summary>
    private bool IsMissing(OutboxCorrection passed)
    {
        (long sequence, int looks) = _missing.GetValueOrDefault(passed.Correction.Place.Segment);
        looks = sequence == passed.Sequence ? looks + 1 : 1;
        _missing[passed.Correction.Place.Segment] = (passed.Sequence, looks);
        return looks >= LooksUntilLost;
    }

    /// <summary>Counts that the node did not know the transaction of a correction.</summary>
    private bool IsLost(OutboxCorrection missed)
    {
        (int misses, long since) = _watched.GetValueOrDefault(missed.Sequence, (0, time.GetTimestamp()));
        _watched[missed.Sequence] = (misses + 1, since);
        return misses + 1 >= LooksUntilLost && _watched.Remove(missed.Sequence);
    }

    private async Task<OutboxCorrection?> SignAsync(CorrectionPlace next, SegmentHead head, CancellationToken cancellationToken)
    {
        OutboxCorrection? signed = shared is not null && chain.Set is { IsShared: true } set
            ? await shared.Corrections.SignAsync(set, next, head.NextHour, cancellationToken)
            : SignAlone(next, head);
        if (signed is null)
        {
            return null;
        }
        store.Add(signed);
        return store.From(next.Segment, next.Number).Single(known => known.Correction.Id == signed.Correction.Id);
    }

    private OutboxCorrection? SignAlone(CorrectionPlace next, SegmentHead head)
    {
        if (store.Oldest(next.Segment, head.NextHour) is not { } fill)
        {
            return null;
        }
        ReadingCorrection correction = CorrectionStore.CorrectionOf(fill, next, chain.Config);
        return new(0, fill.Id, correction, chain.Signer.Sign(correction).ToBytes(), null);
    }

    private async Task<bool> SendAsync(OutboxCorrection due, CancellationToken cancellationToken)
    {
        if (due.Transaction is { } sent && await IsOnItsWayAsync(due, sent, cancellationToken))
        {
            return true;
        }
        // Without a gas limit the node tries the call first, so that a refusal is known by its name.
        TransactionRequest request = chain.City.Contracts.Correct(due.Correction, due.Signatures) with { GasLimit = null };
        switch (await chain.Sender.SendAsync(request, cancellationToken))
        {
            case SendOutcome.Sent accepted:
                store.MarkSent(due, accepted.Hash);
                return true;
            case SendOutcome.Unknown unknown:
                store.MarkSent(due, unknown.Transaction.Hash);
                return true;
            case SendOutcome.Refused refused:
                int refusals = _refusals[due.Sequence] = _refusals.GetValueOrDefault(due.Sequence) + 1;
                if (refused.Error is ContractRevertException { Error.Abi.Name: { } name } && Final.Contains(name) && refusals >= LooksUntilRefused)
                {
                    _refusals.Remove(due.Sequence);
                    store.MarkRefused(due, refused.Reason);
                }
                LogRefused(due.Correction, refused.Reason);
                return false;
            case var unknown:
                throw new System.Diagnostics.UnreachableException($"Unmapped outcome {unknown}.");
        }
    }

    /// <summary>Will the transaction that was sent come, for all that is known? One that no block takes is looked after.</summary>
    private async Task<bool> IsOnItsWayAsync(OutboxCorrection due, Hash32 sent, CancellationToken cancellationToken)
    {
        TransactionReceipt? receipt = await chain.Api.FindReceiptAsync(sent, cancellationToken);
        if (receipt is not null)
        {
            return receipt.IsSuccess; // In a block that was not there yet when the ledger was asked.
        }
        if (await chain.Api.FindTransactionAsync(sent, cancellationToken) is null)
        {
            return !IsLost(due);
        }
        (_, long since) = _watched.GetValueOrDefault(due.Sequence, (0, time.GetTimestamp()));
        _watched[due.Sequence] = (0, since);
        if (time.GetElapsedTime(since) < BlockDeadline)
        {
            return true;
        }
        _watched.Remove(due.Sequence);
        if ((await chain.Sender.ReviveAsync([sent], cancellationToken))[0] is not { } waiting)
        {
            return false;
        }
        if (waiting.Hash != sent)
        {
            store.MarkSent(due, waiting.Hash);
        }
        if (waiting.Refusal is { } refusal)
        {
            LogWaits(due.Correction, refusal);
        }
        return true;
    }

    [LoggerMessage(EventId = 5132, Level = LogLevel.Warning, Message = "Corrections of segment {Segment} wait: {Reason}")]
    private partial void LogNotAsked(uint segment, string reason);

    [LoggerMessage(EventId = 5130, Level = LogLevel.Information, Message = "The {Correction} is on the chain")]
    private partial void LogWritten(ReadingCorrection correction);

    [LoggerMessage(EventId = 5133, Level = LogLevel.Warning, Message = "The {Correction} was on the chain and is not found there: it is looked up again, and sent again when it is lost")]
    private partial void LogDoubted(ReadingCorrection correction);

    [LoggerMessage(EventId = 5134, Level = LogLevel.Warning, Message = "The {Correction} waits for a block, and the node refuses it with a higher fee: {Reason}")]
    private partial void LogWaits(ReadingCorrection correction, string reason);

    [LoggerMessage(EventId = 5131, Level = LogLevel.Warning, Message = "The {Correction} is refused: {Reason}")]
    private partial void LogRefused(ReadingCorrection correction, string reason);
}
