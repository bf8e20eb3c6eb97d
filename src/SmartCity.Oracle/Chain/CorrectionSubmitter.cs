using Microsoft.Extensions.Logging;
using SmartCity.Ethereum.Abi;
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
    ChainSession chain, CityLayout layout, CorrectionStore store, TimeProvider time, ILogger<CorrectionSubmitter> logger)
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(10);

    /// <summary>Corrections looked up again after the chain was away.</summary>
    private const int DoubtedCorrections = 500;

    /// <summary>Errors that sending again would only repeat.</summary>
    private static readonly HashSet<string> Final = new(StringComparer.Ordinal)
    {
        "ReadingLedger_TooManyFilledHours", "ReadingLedger_NegativeConsumption", "ReadingLedger_CorrectionTooLate",
        "ReadingLedger_SeveralPeriods", "ReadingLedger_DifferenceTooLarge", "ReadingLedger_InvalidDifferences",
    };

    private int _seenEpoch;

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
            catch (Exception exception) when (exception is EthereumNodeException or WrongChainException or AbiException)
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
        if (_seenEpoch != chain.Epoch)
        {
            _seenEpoch = chain.Epoch;
            store.Doubt(DoubtedCorrections); // The chain may have lost blocks, and corrections with them.
        }
        foreach (SegmentLayout segment in layout.Segments)
        {
            if (chain.Epoch != 0 && chain.HeadOf(segment.Number) is { } head && HasWork(segment.Number, head))
            {
                isAccepted &= await StepAsync(segment.Number, head, cancellationToken);
            }
        }
        return isAccepted;
    }

    private bool HasWork(uint segment, SegmentHead head) =>
        store.Unconfirmed(segment, uint.MaxValue).Count > 0 || store.Oldest(segment, head.NextHour) is not null;

    private async Task<bool> StepAsync(uint segment, SegmentHead head, CancellationToken cancellationToken)
    {
        CorrectionPlace next = await chain.ReadCorrectionPlaceAsync(segment, cancellationToken);
        foreach (OutboxCorrection passed in store.Unconfirmed(segment, next.Number))
        {
            if (await chain.HoldsAsync(passed.Correction, cancellationToken))
            {
                store.MarkConfirmed(passed);
                LogWritten(passed.Correction);
            }
            else
            {
                store.MarkVoid(passed);
            }
        }
        OutboxCorrection? due = store.From(segment, next.Number)
            .FirstOrDefault(known => known.Correction.Place == next && known.Correction.Details.OracleConfig == chain.Config);
        foreach (OutboxCorrection other in store.From(segment, next.Number).Where(known => known.Sequence != due?.Sequence))
        {
            store.MarkVoid(other); // Its place will never come: the chain was set back, or other oracles are asked for.
        }
        due ??= Sign(next, head);
        return due is null || await SendAsync(due, cancellationToken);
    }

    private OutboxCorrection? Sign(CorrectionPlace next, SegmentHead head)
    {
        if (store.Oldest(next.Segment, head.NextHour) is not { } fill)
        {
            return null;
        }
        ReadingCorrection correction = CorrectionStore.CorrectionOf(fill, next, chain.Config);
        store.Add(new(0, fill.Id, correction, chain.Signer.Sign(correction).ToBytes(), null));
        return store.From(next.Segment, next.Number).Single(known => known.Correction.Id == correction.Id);
    }

    private async Task<bool> SendAsync(OutboxCorrection due, CancellationToken cancellationToken)
    {
        if (due.Transaction is { } sent
            && await chain.Api.FindReceiptAsync(sent, cancellationToken) is var receipt
            && (receipt is { IsSuccess: true } || (receipt is null && await chain.Api.FindTransactionAsync(sent, cancellationToken) is not null)))
        {
            return true; // On its way, or in a block that was not there yet when the ledger was asked.
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
                if (refused.Error is ContractRevertException { Error.Abi.Name: { } name } && Final.Contains(name))
                {
                    store.MarkRefused(due, refused.Reason);
                }
                LogRefused(due.Correction, refused.Reason);
                return false;
            case var unknown:
                throw new System.Diagnostics.UnreachableException($"Unmapped outcome {unknown}.");
        }
    }

    [LoggerMessage(EventId = 5130, Level = LogLevel.Information, Message = "The {Correction} is on the chain")]
    private partial void LogWritten(ReadingCorrection correction);

    [LoggerMessage(EventId = 5131, Level = LogLevel.Warning, Message = "The {Correction} is refused: {Reason}")]
    private partial void LogRefused(ReadingCorrection correction, string reason);
}
