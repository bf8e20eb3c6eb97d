using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
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
    TimeProvider time,
    ILogger<HourSubmitter> logger,
    SharedSigning? shared = null)
{
    /// <summary>Hours of a segment on their way at a time.</summary>
    private const int Window = 400;

    /// <summary>So often in a row it must be found that the oracle cannot go on before it ends: one node may lag, or answer nonsense.</summary>
    private const int LooksUntilStop = 5;

    /// <summary>Waiting transactions of a segment looked after at a time.</summary>
    private const int ReviveAtOnce = 50;

    /// <summary>A transaction is dropped when the node did not know it this many times in a row: some 3 s.</summary>
    private const int LooksUntilDropped = 10;

    /// <summary>Hours signed at a time.</summary>
    private const int SignChunk = 500;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ProgressDeadline = TimeSpan.FromSeconds(30);

    /// <summary>How often one of several oracles asks the ledger who they are.</summary>
    private static readonly TimeSpan ConfigPeriod = TimeSpan.FromSeconds(3);

    private readonly Dictionary<uint, Flight> _flights = [];
    private bool _isVerified;
    private long _configAt;
    private int _stops;

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
                pause = await StepAsync(cancellationToken) ? TimeSpan.Zero : LookPeriod;
                (failures, _stops) = (0, 0);
            }
            catch (OracleStoppedException exception) when (exception.ExitCode is OracleExit.Chain or OracleExit.Configuration && ++_stops < LooksUntilStop)
            {
                _isVerified = false;
                chain.Link(LinkState.Refused, exception.Message);
            }
            catch (Exception exception) when (ChainSession.IsPassing(exception))
            {
                (_isVerified, _stops) = (false, 0); // Is it the same chain when it is back?
                failures = Math.Min(failures + 1, 10);
                pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, LookPeriod.Ticks << failures));
                chain.Link(exception is ContractRevertException ? LinkState.Refused : LinkState.Unreachable, exception.Message);
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>One look at the chain: confirms what arrived, signs what was closed, sends what is lacking.</summary>
    /// <returns>Was anything sent? A node that makes a block for each transaction has it on its chain already.</returns>
    /// <exception cref="EthereumNodeException">The node did not answer; nothing is lost, try again.</exception>
    /// <exception cref="OracleStoppedException">The chain is not the city's, or holds what this oracle did not sign.</exception>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (!_isVerified)
        {
            await chain.VerifyAsync(cancellationToken);
            UseConfig();
            _isVerified = true;
        }
        else if (chain.Set is { IsShared: true } && time.GetElapsedTime(_configAt) > ConfigPeriod)
        {
            await chain.ReadConfigAsync(cancellationToken); // Another oracle may have a new key, or be suspended.
            UseConfig();
        }
        IReadOnlyDictionary<uint, SegmentHead> heads = await chain.ReadHeadsAsync(batches.ConfirmedBefore, cancellationToken);
        SegmentHead[] known = [.. layout.Segments.Where(segment => heads.ContainsKey(segment.Number)).Select(segment => heads[segment.Number])];
        foreach (SegmentHead head in known)
        {
            await ConfirmAsync(head.Segment, head, cancellationToken);
        }
        if (chain.Set is not { IsShared: true })
        {
            Array.ForEach(known, Sign);
        }
        List<string> refusals = await LookAtStandstillsAsync(known, cancellationToken);
        (int sent, IEnumerable<string> refused) = await SendAsync(known, cancellationToken);
        refusals.AddRange(refused);
        _isVerified = refusals.Count == 0; // Other oracles may be asked for now.
        // What was refused is told until its hour is on the chain: it is sent again meanwhile, and may be refused again.
        refusals.AddRange(_flights.Values.Where(flight => flight.Refusals > 0).Select(flight => flight.Refusal!));
        chain.Link(refusals.Count == 0 ? LinkState.Reachable : LinkState.Refused, refusals.FirstOrDefault());
        return sent > 0;
    }

    private void UseConfig()
    {
        batches.Use(chain.Config);
        _configAt = time.GetTimestamp();
    }

    private async Task ConfirmAsync(uint segment, SegmentHead head, CancellationToken cancellationToken)
    {
        if (!_flights.TryGetValue(segment, out Flight? flight))
        {
            _flights[segment] = flight = await ResumedAsync(head, cancellationToken);
        }
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
            IReadOnlyDictionary<Hour, TransactionReceipt> receipts = await ReceiptsAsync(segment, known, head.NextHour, cancellationToken);
            batches.Confirm(chain.Config, segment, head.NextHour, receipts.ToDictionary(pair => pair.Key, pair => pair.Value.BlockNumber));
            flight.GasOfHours = flight.GasOfHours.After(receipts.Values.Select(receipt => receipt.GasUsed));
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

    /// <summary>A segment's flight with the hours that wait at the node since an earlier run of this oracle.</summary>
    private async Task<Flight> ResumedAsync(SegmentHead head, CancellationToken cancellationToken)
    {
        Hour end = new(head.NextHour.Value + Window);
        (Hour Hour, Hash32 Hash)[] sent = [.. batches.Transactions(chain.Config, head.Segment, head.NextHour, end)
            .OrderBy(pair => pair.Key).TakeWhile((pair, i) => pair.Key.Value == head.NextHour.Value + i).Select(pair => (pair.Key, pair.Value))];
        IReadOnlyList<EthTransactionInfo?> known = await chain.Api.FindTransactionsAsync([.. sent.Select(pair => pair.Hash)], cancellationToken);
        return new()
        {
            SentBefore = new(head.NextHour.Value + (uint)known.TakeWhile(found => found is { BlockNumber: null }).Count()),
            // What was asked for, not what the node says of it.
            GasLimit = batches.From(chain.Config, head.Segment, head.NextHour, 1).Select(first => ToRequest(first).GasLimit!.Value).FirstOrDefault(),
        };
    }

    /// <summary>What the transactions did that brought hours to the chain, as far as the node knows them.</summary>
    private async Task<IReadOnlyDictionary<Hour, TransactionReceipt>> ReceiptsAsync(uint segment, Hour from, Hour to, CancellationToken cancellationToken)
    {
        (Hour Hour, Hash32 Hash)[] sent = [.. batches.Transactions(chain.Config, segment, from, to).Select(pair => (pair.Key, pair.Value))];
        IReadOnlyList<TransactionReceipt?> found = await chain.Api.FindReceiptsAsync([.. sent.Select(pair => pair.Hash)], cancellationToken);
        Dictionary<Hour, TransactionReceipt> receipts = sent.Zip(found)
            .Where(pair => pair.Second is { IsSuccess: true })
            .ToDictionary(pair => pair.First.Hour, pair => pair.Second!);
        OracleTelemetry.Confirmed(segment, Math.Max(0, (long)to.Value - from.Value), receipts.Values.Sum(receipt => (long)receipt.GasUsed));
        return receipts;
    }

    private void Sign(SegmentHead head)
    {
        uint segment = head.Segment;
        if (hours.NextHour(segment) < head.NextHour)
        {
            return; // The chain holds more than the journal: closing takes over what it holds first.
        }
        while (batches.Unsigned(chain.Config, segment, head.NextHour, SignChunk) is { Count: > 0 } unsigned)
        {
            using Activity? activity = OracleTelemetry.Begin("sign hours")?.SetTag("segment", segment).SetTag("count", unsigned.Count);
            Hour first = unsigned[0].Hour;
            if ((first == head.NextHour ? head.LastBatch : batches.IdOf(chain.Config, segment, new(first.Value - 1))) is not { } previous)
            {
                _flights[segment].Refuse($"segment {segment} stands at {head.NextHour} on the chain; this journal begins at {first}", time);
                return; // Taken over from a chain that reached further: it was set back to hours that this journal never had.
            }
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

    /// <summary>How many hours were sent, and why what was not sent was not.</summary>
    private async Task<(int Sent, IEnumerable<string> Refusals)> SendAsync(IReadOnlyList<SegmentHead> heads, CancellationToken cancellationToken)
    {
        List<OutboxBatch> due = [];
        OnTheirWay onTheirWay = heads.Aggregate(default(OnTheirWay), (all, head) => all.With(
            (long)_flights[head.Segment].SentBefore.Value - head.NextHour.Value, _flights[head.Segment].ExpectedGas));
        foreach (SegmentHead head in heads)
        {
            Flight flight = _flights[head.Segment];
            // After a refusal one hour shows whether the next ones will be taken.
            long wanted = Math.Min(
                head.NextHour.Value + (flight.Refusals == 0 ? Window : 1) - (long)flight.SentBefore.Value, onTheirWay.RoomFor(flight.ExpectedGas));
            if (wanted > 0 && !flight.Waits(time) && IsOurTurn(head, flight))
            {
                due.AddRange(batches.From(chain.Config, head.Segment, flight.SentBefore, (int)wanted));
            }
        }
        due.Sort((left, right) => (left.Batch.Hour, left.Batch.Segment).CompareTo((right.Batch.Hour, right.Batch.Segment))); // Segments advance side by side.
        TransactionRequest[] requests = [.. Fitting(due, onTheirWay)];
        due = due[..requests.Length];
        using Activity? activity = due.Count == 0 ? null : OracleTelemetry.Begin("send hours")?.SetTag("count", due.Count);
        CheckChained(due, heads.ToDictionary(head => head.Segment));
        IReadOnlyList<SendOutcome> outcomes = await chain.Sender.SendManyAsync(requests, cancellationToken);
        List<(OutboxBatch, Hash32)> sent = [];
        Dictionary<uint, string> refused = [];
        foreach ((OutboxBatch signed, TransactionRequest request, SendOutcome outcome) in due.Zip(requests, outcomes))
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
                    refused.TryAdd(batch.Segment, $"the node refused hour {batch.Hour} of segment {batch.Segment}: {no.Reason}");
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"Unmapped outcome {outcome}.");
            }
            if (!refused.ContainsKey(batch.Segment))
            {
                _flights[batch.Segment].Send(batch.Hour, request.GasLimit!.Value, time);
            }
        }
        if (sent.Count > 0)
        {
            batches.MarkSent(chain.Config, sent);
            LogSent(sent.Count);
        }
        foreach ((uint segment, string reason) in refused)
        {
            _flights[segment].Refuse(reason, time);
        }
        return (sent.Count, refused.Values);
    }

    /// <summary>Of several oracles whoever brought the signatures together sends, and the others only when that leads to nothing.</summary>
    private bool IsOurTurn(SegmentHead head, Flight flight)
    {
        if (shared is null)
        {
            return true;
        }
        flight.SeeReady(batches.IdOf(chain.Config, head.Segment, head.NextHour) is not null, time);
        return shared.Loop.MaySend(head.Segment, flight.ReadyFor(time));
    }

    /// <summary>When what was sent does not arrive: why? Speeds up what waits too long, sends again what was reverted or dropped. The reasons
    /// why the ledger would refuse hours now.</summary>
    private async Task<List<string>> LookAtStandstillsAsync(IReadOnlyList<SegmentHead> heads, CancellationToken cancellationToken)
    {
        Waiting[] due = [.. heads.Select(FindWaiting).OfType<Waiting>()];
        Hash32[] hashes = [.. due.Select(waiting => waiting.Hash)];
        IReadOnlyList<TransactionReceipt?> receipts = await chain.Api.FindReceiptsAsync(hashes, cancellationToken);
        IReadOnlyList<EthTransactionInfo?> known = await chain.Api.FindTransactionsAsync(hashes, cancellationToken);
        List<string> refusals = [];
        foreach ((Waiting waiting, TransactionReceipt? receipt, EthTransactionInfo? transaction) in due.Zip(receipts, known))
        {
            if (await LookAtStandstillAsync(waiting, receipt, isKnown: transaction is not null, cancellationToken) is { } refusal)
            {
                refusals.Add(refusal);
            }
        }
        return refusals;
    }

    /// <summary>What was sent of a segment and is not on the chain; <c>null</c> when the hour that is due is not among it.</summary>
    private Waiting? FindWaiting(SegmentHead head)
    {
        Flight flight = _flights[head.Segment];
        IReadOnlyDictionary<Hour, Hash32> sent = flight.SentBefore > head.NextHour
            ? batches.Transactions(chain.Config, head.Segment, head.NextHour, flight.SentBefore)
            : new Dictionary<Hour, Hash32>();
        if (sent.TryGetValue(head.NextHour, out Hash32 hash) && batches.From(chain.Config, head.Segment, head.NextHour, 1) is [{ } batch])
        {
            return new(batch, hash, sent);
        }
        flight.SentBefore = head.NextHour;
        return null;
    }

    private async Task<string?> LookAtStandstillAsync(Waiting waiting, TransactionReceipt? receipt, bool isKnown, CancellationToken cancellationToken)
    {
        (uint segment, Hour hour) = (waiting.Batch.Batch.Segment, waiting.Batch.Batch.Hour);
        Flight flight = _flights[segment];
        if (receipt is { IsSuccess: true })
        {
            return null; // In a block that the head asked before did not know yet.
        }
        if (receipt is null && isKnown)
        {
            flight.Missed = 0;
            if (time.GetElapsedTime(flight.WaitingSince) <= ProgressDeadline)
            {
                return null;
            }
            if (await ReviveAsync(segment, waiting.Sent, cancellationToken) is { } revived)
            {
                return revived.Refusal is { } refused
                    ? flight.Refuse($"hour {hour} of segment {segment} waits for a block, and the node refuses it with a higher fee: {refused}", time)
                    : null;
            }
        }
        else if (receipt is null && flight.Missed++ < LooksUntilDropped)
        {
            return null; // Perhaps only unknown to a node that lags.
        }
        string? refusal = await ReasonAsync(waiting.Batch, cancellationToken) ?? (receipt is null ? null : "it was reverted, though it would succeed now");
        LogSendAgain(segment, hour, waiting.Hash, refusal ?? "it was dropped");
        flight.SentBefore = hour;
        flight.WaitAnew(time);
        return refusal is null ? null : flight.Refuse($"hour {hour} of segment {segment}: {refusal}", time);
    }

    /// <summary>Looks after what waits for a block for too long. What waits for the next hour now; <c>null</c> when its transaction will not
    /// come.</summary>
    private async Task<RevivedTransaction?> ReviveAsync(uint segment, IReadOnlyDictionary<Hour, Hash32> sent, CancellationToken cancellationToken)
    {
        (Hour Hour, Hash32 Hash)[] waiting = [.. sent.OrderBy(pair => pair.Key).Take(ReviveAtOnce).Select(pair => (pair.Key, pair.Value))];
        IReadOnlyList<RevivedTransaction?> revived = await chain.Sender.ReviveAsync([.. waiting.Select(pair => pair.Hash)], cancellationToken);
        IReadOnlyList<OutboxBatch> signed = batches.From(chain.Config, segment, waiting[0].Hour, (int)(waiting[^1].Hour.Value - waiting[0].Hour.Value + 1));
        batches.MarkSent(chain.Config, [.. waiting.Zip(revived)
            .Where(pair => pair.Second is { } now && now.Hash != pair.First.Hash)
            .Select(pair => (signed.Single(batch => batch.Batch.Hour == pair.First.Hour), pair.Second!.Hash))]);
        _flights[segment].WaitAnew(time);
        LogRevived(segment, waiting[0].Hour, revived.Count(now => now is { Refusal: null }), revived.FirstOrDefault(now => now?.Refusal is not null)?.Refusal ?? "none");
        return revived[0];
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

    /// <summary>The calls of the first of what is due, as many as may join what is on its way.</summary>
    private IEnumerable<TransactionRequest> Fitting(IEnumerable<OutboxBatch> due, OnTheirWay onTheirWay)
    {
        foreach (OutboxBatch signed in due)
        {
            TransactionRequest request = ToRequest(signed);
            ulong gas = _flights[signed.Batch.Segment].GasOfHours.Of(request.GasLimit!.Value);
            if (onTheirWay.RoomFor(gas) == 0)
            {
                yield break;
            }
            onTheirWay = onTheirWay.With(1, gas);
            yield return request;
        }
    }

    private TransactionRequest ToRequest(OutboxBatch batch) => chain.City.Contracts.RecordHour(batch.Batch, batch.Signatures);

    /// <summary>What was sent of a segment and is not on the chain.</summary>
    /// <param name="Batch">The hour that the chain waits for.</param>
    /// <param name="Hash">Its transaction.</param>
    /// <param name="Sent">All that was sent from that hour on.</param>
    private sealed record Waiting(OutboxBatch Batch, Hash32 Hash, IReadOnlyDictionary<Hour, Hash32> Sent);

    /// <summary>What is on its way of a segment.</summary>
    private sealed class Flight
    {
        private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
        private const int MostDoublings = 6;

        private Hour _head;
        private long _refusedAt;
        private long? _readySince;

        /// <summary>Hours before this one were sent by this process, or are on the chain.</summary>
        public Hour SentBefore { get; set; }

        /// <summary>Gas limit of each of those that wait.</summary>
        public ulong GasLimit { get; set; }

        /// <summary>What those used that arrived.</summary>
        public GasOfHours GasOfHours { get; set; }

        /// <summary>What each of those that wait is expected to use.</summary>
        public ulong ExpectedGas => GasOfHours.Of(GasLimit);

        /// <summary>Since when what is on its way has waited: since the first of it was sent, the head moved, or it was looked after.</summary>
        public long WaitingSince { get; private set; }

        /// <summary>How often in a row the node did not know the transaction that is due next.</summary>
        public int Missed { get; set; }

        /// <summary>Refusals since the head moved last.</summary>
        public int Refusals { get; private set; }

        /// <summary>Why it was refused last.</summary>
        public string? Refusal { get; private set; }

        public void SeeHead(Hour head, TimeProvider time)
        {
            if (head != _head)
            {
                _head = head;
                Refusals = 0;
                _readySince = null;
                WaitAnew(time);
            }
            SentBefore = SentBefore < head ? head : SentBefore;
        }

        /// <summary>An hour was sent, the one after those that are on their way.</summary>
        public void Send(Hour hour, ulong gasLimit, TimeProvider time)
        {
            if (SentBefore == _head)
            {
                WaitAnew(time);
            }
            (SentBefore, GasLimit) = (hour.Next, gasLimit);
        }

        /// <summary>Does the hour that the chain waits for have its signatures?</summary>
        public void SeeReady(bool isReady, TimeProvider time) => _readySince = isReady ? _readySince ?? time.GetTimestamp() : null;

        /// <summary>For how long it has had them.</summary>
        public TimeSpan ReadyFor(TimeProvider time) => _readySince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;

        public void WaitAnew(TimeProvider time)
        {
            WaitingSince = time.GetTimestamp();
            Missed = 0;
        }

        /// <summary>Nothing more is sent for a while: 1 s, twice that after each further refusal, up to a minute.</summary>
        /// <returns>The reason.</returns>
        public string Refuse(string reason, TimeProvider time)
        {
            (Refusal, _refusedAt) = (reason, time.GetTimestamp());
            Refusals++;
            return reason;
        }

        /// <summary>Is it too early to send after a refusal?</summary>
        public bool Waits(TimeProvider time) =>
            Refusals > 0 && time.GetElapsedTime(_refusedAt) < ShortestWait * (1 << Math.Min(Refusals - 1, MostDoublings));
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

    [LoggerMessage(EventId = 5115, Level = LogLevel.Warning, Message = "Hour {Hour} of segment {Segment} waits for a block for too long; {Count} transactions were handed over again; refused: {Refusal}")]
    private partial void LogRevived(uint segment, Hour hour, int count, string refusal);
}
