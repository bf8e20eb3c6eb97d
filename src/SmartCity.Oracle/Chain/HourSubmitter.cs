using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>
/// Brings closed hours to the chain: signs, makes the batch durable, sends, learns from the ledger's heads what has arrived. The head is
/// asked before anything is sent, so that a restart, a lost answer or a chain set back a few blocks only means sending again what it lacks.
/// </summary>
internal sealed partial class HourSubmitter(
    ChainSession chain,
    CityLayout layout,
    HourStore hours,
    BatchStore batches,
    SharedSigning? shared,
    TimeProvider time,
    ILogger<HourSubmitter> logger)
{
    /// <summary>Hours of a segment on their way at a time.</summary>
    private const int Window = 400;

    /// <summary>Hours signed at a time.</summary>
    private const int SignChunk = 500;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ProgressDeadline = TimeSpan.FromSeconds(30);

    private readonly Dictionary<uint, Flight> _flights = [];
    private bool _isVerified;

    /// <summary>Submits until cancelled. A chain that does not answer is tried again, ever more slowly, up to every 15 s.</summary>
    /// <exception cref="OracleStoppedException">The chain is not the city's.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int failures = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan pause = LookPeriod;
            try
            {
                await StepAsync(cancellationToken);
                failures = 0;
            }
            catch (Exception exception) when (exception is EthereumNodeException or WrongChainException or AbiException)
            {
                _isVerified = false; // Is it the same chain when it is back?
                failures = Math.Min(failures + 1, 10);
                pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, LookPeriod.Ticks << failures));
                chain.Link(exception is ContractRevertException ? LinkState.Refused : LinkState.Unreachable, exception.Message);
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>One look at the chain: confirms what arrived, signs what was closed, sends what is lacking.</summary>
    /// <exception cref="EthereumNodeException">The node did not answer; nothing is lost, try again.</exception>
    /// <exception cref="OracleStoppedException">The chain is not the city's, or holds what this oracle did not sign.</exception>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        if (!_isVerified)
        {
            await chain.VerifyAsync(cancellationToken);
            batches.Use(chain.Config);
            _isVerified = true;
        }
        IReadOnlyDictionary<uint, SegmentHead> heads = await chain.ReadHeadsAsync(cancellationToken);
        foreach (SegmentLayout segment in layout.Segments)
        {
            await ConfirmAsync(segment.Number, heads[segment.Number], cancellationToken);
        }
        string? refusal = null;
        foreach (SegmentLayout segment in layout.Segments)
        {
            if (chain.Set is not { IsShared: true })
            {
                Sign(segment.Number, heads[segment.Number]);
            }
            refusal ??= await LookAtStandstillAsync(segment.Number, heads[segment.Number], cancellationToken);
        }
        refusal ??= await SendAsync(heads, cancellationToken);
        chain.Link(refusal is null ? LinkState.Reachable : LinkState.Refused, refusal);
    }

    private async Task ConfirmAsync(uint segment, SegmentHead head, CancellationToken cancellationToken)
    {
        Flight flight = FlightOf(segment);
        Hour known = batches.ConfirmedBefore(segment);
        if (head.NextHour > layout.FirstHour
            && batches.IdOf(chain.Config, segment, new(head.NextHour.Value - 1)) is { } ours && ours != head.LastBatch)
        {
            throw new OracleStoppedException(OracleExit.Chain,
                $"The chain's batch of segment {segment}, hour {new Hour(head.NextHour.Value - 1)} is {head.LastBatch}; this oracle signed {ours}. "
                + "Somebody else signs with this oracle's key, or the journal is of another city. Nothing more is sent.");
        }
        if (head.NextHour != known)
        {
            batches.Confirm(chain.Config, segment, head.NextHour, await BlocksAsync(segment, known, head.NextHour, cancellationToken));
            LogConfirmed(segment, head.NextHour);
        }
        if (head.NextHour < known)
        {
            LogSetBack(segment, known, head.NextHour);
            chain.Doubt();
            flight.SentBefore = head.NextHour;
        }
        flight.SeeHead(head.NextHour, time);
    }

    private async Task<IReadOnlyDictionary<Hour, ulong>> BlocksAsync(uint segment, Hour from, Hour to, CancellationToken cancellationToken)
    {
        (Hour Hour, Hash32 Hash)[] sent = [.. batches.Transactions(chain.Config, segment, from, to).Select(pair => (pair.Key, pair.Value))];
        IReadOnlyList<TransactionReceipt?> receipts = await chain.Api.FindReceiptsAsync([.. sent.Select(pair => pair.Hash)], cancellationToken);
        return sent.Zip(receipts)
            .Where(pair => pair.Second is { IsSuccess: true })
            .ToDictionary(pair => pair.First.Hour, pair => pair.Second!.BlockNumber);
    }

    private void Sign(uint segment, SegmentHead head)
    {
        if (hours.NextHour(segment) < head.NextHour)
        {
            return; // The chain holds more than the journal: closing takes over what it holds first.
        }
        while (batches.Unsigned(chain.Config, segment, head.NextHour, SignChunk) is { Count: > 0 } unsigned)
        {
            Hour first = unsigned[0].Hour;
            Hash32 previous = first == head.NextHour
                ? head.LastBatch
                : batches.IdOf(chain.Config, segment, new(first.Value - 1))
                    ?? throw new InvalidOperationException($"Segment {segment}: hour {first} would be signed without the hour before it.");
            List<OutboxBatch> signed = [];
            foreach ((Hour hour, byte[] payload) in unsigned)
            {
                HourBatch batch = new(segment, hour, previous, payload, chain.Config);
                signed.Add(new(batch, chain.Signer.Sign(batch).ToBytes()));
                previous = batch.Id;
            }
            batches.Add(signed);
            LogSigned(segment, signed.Count, first);
        }
    }

    private async Task<string?> SendAsync(IReadOnlyDictionary<uint, SegmentHead> heads, CancellationToken cancellationToken)
    {
        List<OutboxBatch> due = [];
        foreach (SegmentLayout segment in layout.Segments.Where(segment =>
            shared?.Loop.MaySend(segment.Number, time.GetElapsedTime(FlightOf(segment.Number).HeadSince)) != false))
        {
            Hour from = FlightOf(segment.Number).SentBefore;
            long room = heads[segment.Number].NextHour.Value + Window - (long)from.Value;
            if (room > 0)
            {
                due.AddRange(batches.From(chain.Config, segment.Number, from, (int)room));
            }
        }
        due.Sort((left, right) => (left.Batch.Hour, left.Batch.Segment).CompareTo((right.Batch.Hour, right.Batch.Segment))); // Segments advance side by side.
        CheckChained(due, heads);
        IReadOnlyList<SendOutcome> outcomes = await chain.Sender.SendManyAsync([.. due.Select(ToRequest)], cancellationToken);
        List<(OutboxBatch, Hash32)> sent = [];
        string? refusal = null;
        HashSet<uint> refused = [];
        foreach ((OutboxBatch signed, SendOutcome outcome) in due.Zip(outcomes))
        {
            HourBatch batch = signed.Batch;
            switch (outcome)
            {
                case SendOutcome.Sent accepted:
                    sent.Add((signed, accepted.Hash));
                    break;
                case SendOutcome.Unknown unknown:
                    sent.Add((signed, unknown.Transaction.Hash));
                    break;
                case SendOutcome.Refused no:
                    refusal ??= $"the node refused hour {batch.Hour} of segment {batch.Segment}: {no.Reason}";
                    refused.Add(batch.Segment);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"Unmapped outcome {outcome}.");
            }
            if (!refused.Contains(batch.Segment))
            {
                FlightOf(batch.Segment).SentBefore = batch.Hour.Next;
            }
        }
        if (sent.Count > 0)
        {
            batches.MarkSent(chain.Config, sent);
            LogSent(sent.Count);
        }
        return refusal;
    }

    /// <summary>When what was sent does not arrive: why? Sends again what was reverted, dropped or kept waiting too long.</summary>
    private async Task<string?> LookAtStandstillAsync(uint segment, SegmentHead head, CancellationToken cancellationToken)
    {
        Flight flight = FlightOf(segment);
        if (flight.SentBefore <= head.NextHour
            || batches.From(chain.Config, segment, head.NextHour, 1) is not [{ } waiting]
            || !batches.Transactions(chain.Config, segment, head.NextHour, head.NextHour.Next).TryGetValue(head.NextHour, out Hash32 hash))
        {
            flight.SentBefore = flight.SentBefore < head.NextHour ? head.NextHour : flight.SentBefore;
            return null;
        }
        bool isLate = time.GetElapsedTime(flight.HeadSince) > ProgressDeadline;
        TransactionReceipt? receipt = await chain.Api.FindReceiptAsync(hash, cancellationToken);
        if (receipt is null && !isLate && await chain.Api.FindTransactionAsync(hash, cancellationToken) is not null)
        {
            return null;
        }
        if (receipt is { IsSuccess: true } || (receipt is null && !isLate && flight.Missed++ < ReceiptWaiter.ChecksUntilDropped))
        {
            return null; // In a block that the head asked before did not know yet, or not yet known to be dropped.
        }
        string reason = await ReasonAsync(waiting, cancellationToken) ?? "it was reverted or dropped, though it would succeed now";
        LogSendAgain(segment, head.NextHour, hash, reason);
        flight.SentBefore = head.NextHour;
        flight.SeeHeadAgain(time);
        return $"hour {head.NextHour} of segment {segment}: {reason}";
    }

    private async Task<string?> ReasonAsync(OutboxBatch batch, CancellationToken cancellationToken)
    {
        TransactionRequest request = ToRequest(batch);
        try
        {
            await chain.Api.CallAsync(
                new(request.To, request.Data, chain.Oracle, Gas: request.GasLimit), BlockParameter.Latest, ContractArtifact.CityAbi, cancellationToken);
            return null;
        }
        catch (ContractRevertException exception)
        {
            return exception.Message;
        }
    }

    private static void CheckChained(List<OutboxBatch> due, IReadOnlyDictionary<uint, SegmentHead> heads)
    {
        foreach (HourBatch batch in due.Select(signed => signed.Batch))
        {
            SegmentHead head = heads[batch.Segment];
            if (batch.Hour == head.NextHour && batch.PreviousBatch != head.LastBatch)
            {
                throw new OracleStoppedException(OracleExit.Chain,
                    $"Hour {batch.Hour} of segment {batch.Segment} was signed to follow {batch.PreviousBatch}; the chain's last batch is {head.LastBatch}. "
                    + "A second batch for the hour is never signed: the chain was set back and then written by somebody else.");
            }
        }
    }

    private TransactionRequest ToRequest(OutboxBatch batch) => chain.City.Contracts.RecordHour(batch.Batch, batch.Signatures);

    private Flight FlightOf(uint segment)
    {
        if (!_flights.TryGetValue(segment, out Flight? flight))
        {
            _flights[segment] = flight = new() { SentBefore = layout.FirstHour };
        }
        return flight;
    }

    /// <summary>What is on its way of a segment.</summary>
    private sealed class Flight
    {
        private Hour _head;

        /// <summary>Hours before this one were sent by this process, or are on the chain.</summary>
        public Hour SentBefore { get; set; }

        /// <summary>Since when the head has stood where it stands.</summary>
        public long HeadSince { get; private set; }

        /// <summary>How often the node did not know the transaction that is due next.</summary>
        public int Missed { get; set; }

        public void SeeHead(Hour head, TimeProvider time)
        {
            if (head != _head)
            {
                _head = head;
                SeeHeadAgain(time);
            }
            SentBefore = SentBefore < head ? head : SentBefore;
        }

        public void SeeHeadAgain(TimeProvider time)
        {
            HeadSince = time.GetTimestamp();
            Missed = 0;
        }
    }

    [LoggerMessage(EventId = 5110, Level = LogLevel.Warning, Message = "The chain was set back: segment {Segment} stood at {Known}, now at {Head}; what it lacks is sent again")]
    private partial void LogSetBack(uint segment, Hour known, Hour head);

    [LoggerMessage(EventId = 5111, Level = LogLevel.Debug, Message = "Segment {Segment} is on the chain up to {Before}")]
    private partial void LogConfirmed(uint segment, Hour before);

    [LoggerMessage(EventId = 5112, Level = LogLevel.Debug, Message = "Signed {Count} hours of segment {Segment} from {First}")]
    private partial void LogSigned(uint segment, int count, Hour first);

    [LoggerMessage(EventId = 5113, Level = LogLevel.Debug, Message = "Sent {Count} hours")]
    private partial void LogSent(int count);

    [LoggerMessage(EventId = 5114, Level = LogLevel.Warning, Message = "Hour {Hour} of segment {Segment} did not arrive ({Transaction}) and is sent again: {Reason}")]
    private partial void LogSendAgain(uint segment, Hour hour, Hash32 transaction, string reason);
}
