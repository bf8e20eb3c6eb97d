using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>
/// Brings closed hours to their k signatures: follows what the chain holds, leads when it is this oracle's turn, and tells the ledger of a
/// member that signed two batches for one hour. What has its signatures is in the outbox, and sent from there.
/// </summary>
internal sealed partial class AgreementLoop(
    ChainSession chain,
    CityLayout layout,
    AgreementDesk desk,
    AgreementStore store,
    HourStore hours,
    BatchStore batches,
    Notary notary,
    PeerClient peers,
    OracleOptions options,
    TimeProvider time,
    ILogger<AgreementLoop> logger)
{
    private const int MaxSteps = 8;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Time for a proof to arrive before it is told again.</summary>
    private static readonly TimeSpan TellPeriod = TimeSpan.FromSeconds(15);

    /// <summary>Time for whoever collected the signatures to send; then the others do, one after another.</summary>
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<uint, Standing> _standings = layout.Segments.ToDictionary(segment => segment.Number, _ => new Standing());
    private long? _toldAt;

    /// <summary>What it does all the time, each beside the others. One ends by an exception alone.</summary>
    public IReadOnlyList<Func<CancellationToken, Task>> Loops =>
        [WatchAsync, .. layout.Segments.Select(segment => (Func<CancellationToken, Task>)(token => RunAsync(segment, token)))];

    /// <summary>Is it this oracle's turn to send what waits of a segment?</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="standstill">For how long the hour that the chain waits for has had its signatures.</param>
    public bool MaySend(uint segment, TimeSpan standstill)
    {
        if (desk.Set is not { IsShared: true } set)
        {
            return true;
        }
        int seat = set.Members.ToList().IndexOf(notary.Self);
        return _standings[segment].HasCertified || standstill > SendPatience * (seat + 1);
    }

    private async Task RunAsync(SegmentLayout segment, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan pause = LookPeriod;
            try
            {
                pause = await StepAsync(segment.Number, cancellationToken);
            }
            catch (Exception exception) when (ChainSession.IsPassing(exception))
            {
                pause = PauseAfterRefusal; // What the chain says of that is told by the one who submits hours.
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<TimeSpan> StepAsync(uint segment, CancellationToken cancellationToken)
    {
        if (desk.Set is not { IsShared: true } set || chain.HeadOf(segment) is not { } head)
        {
            return LookPeriod;
        }
        SegmentBallot? state = desk.StateOf(segment);
        if (state is null)
        {
            desk.Open(segment, await BeginAsync(set, head, cancellationToken));
            state = desk.StateOf(segment)!;
            if (!state.IsFree)
            {
                LogAbstains(segment, state.FreeFrom);
            }
        }
        if (head.NextHour > state.NextHour)
        {
            await FollowChainAsync(segment, state, head, cancellationToken);
            state = desk.StateOf(segment)!;
        }
        Standing standing = _standings[segment];
        IReadOnlyList<(Hour Hour, byte[] Payload)> own = hours.Payloads(segment, state.NextHour, Member.MaxHours);
        standing.See(set, state, own.Count > 0, time);
        if (own.Count == 0 || !state.IsFree
            || Turn.RoundOf(set, notary.Self, state.Promised, standing.RoundLed, time.GetElapsedTime(standing.Since), options.PeerPatience) is not { } round)
        {
            return LookPeriod;
        }
        if (standing.RoundLed != round)
        {
            standing.Leads = new(set, notary, segment, round, state);
            LogLeads(segment, round, state.NextHour);
        }
        return await LeadAsync(segment, standing, standing.Leads!, state, own, cancellationToken) ? TimeSpan.Zero : PauseAfterRefusal;
    }

    /// <summary>One attempt as leader; true when hours got their signatures.</summary>
    private async Task<bool> LeadAsync(
        uint segment, Standing standing, Leadership leads, SegmentBallot state, IReadOnlyList<(Hour Hour, byte[] Payload)> own,
        CancellationToken cancellationToken)
    {
        PeerRequest? request = leads.Begin(state, own);
        for (int step = 0; step < MaxSteps && request is not null; step++)
        {
            if (desk.Answer(request) is not { } mine)
            {
                return false;
            }
            if (request is PeerRequest.Certified certified)
            {
                standing.HasCertified = true;
                Tell(standing, segment, certified.Hours[0].Batch.Hour, leads.Refusals);
                LogCertified(segment, certified.Hours.Count, certified.Hours[0].Batch.Hour);
                _ = await peers.AskAsync(request, cancellationToken);
                return true;
            }
            List<(Address, PeerAnswer)> answers = [(notary.Self, mine), .. await peers.AskAsync(request, cancellationToken)];
            desk.Witness(SignaturesIn(request, state, answers));
            state = desk.StateOf(segment) ?? state;
            request = leads.Next(state, own, answers);
        }
        desk.Raise(segment, leads.HighestSeen);
        Tell(standing, segment, state.NextHour, leads.Refusals);
        return false;
    }

    /// <summary>Tells once which members do not agree, also when enough of the others do: somebody's meters or source are wrong.</summary>
    private void Tell(Standing standing, uint segment, Hour hour, IReadOnlyList<string> refusals)
    {
        string told = string.Join("; ", refusals.Where(refusal => !refusal.Contains(AgreementDesk.NotClosed, StringComparison.Ordinal)).Distinct());
        if (told != standing.Refusals)
        {
            standing.Refusals = told;
            if (told.Length > 0)
            {
                LogRefused(segment, hour, told);
            }
        }
    }

    /// <summary>Signatures that members gave one by one, so that a second one for another batch is noticed even if the hour failed.</summary>
    private static IReadOnlyList<SignedBatch> SignaturesIn(PeerRequest request, SegmentBallot state, List<(Address Member, PeerAnswer Answer)> answers) =>
        request is not PeerRequest.Sign
            ? []
            : [.. answers.SelectMany(answer => state.Accepted.Zip(answer.Answer.Signatures, (entry, signature) => new SignedBatch(entry.Batch, [signature])))];

    /// <summary>Where to begin without a vote in the journal under this configuration. When there is none under another either, the oracle may have
    /// voted before: on what was over when a restored journal's votes were forgotten, and, if the ledger has hours under this configuration, on
    /// all that are over by now, for a journal that was lost. It leaves these hours out.</summary>
    private async Task<SegmentBallot> BeginAsync(OracleSet set, SegmentHead head, CancellationToken cancellationToken)
    {
        Hour free = layout.FirstHour;
        if (!store.HasVoted(head.Segment))
        {
            free = await IsInUseAsync(set, head, cancellationToken) ? options.FirstNotOver(time.GetUtcNow()) : store.ForgottenBefore() ?? free;
        }
        return SegmentBallot.Begin(head.NextHour, head.LastBatch, free);
    }

    private async Task<bool> IsInUseAsync(OracleSet set, SegmentHead head, CancellationToken cancellationToken) =>
        head.NextHour > layout.FirstHour
        && (await chain.ReadRecordedAsync(head.Segment, new(head.NextHour.Value - 1), head.NextHour, cancellationToken))
            .Any(hour => hour.Batch.OracleConfig == set.Config);

    private async Task FollowChainAsync(uint segment, SegmentBallot state, SegmentHead head, CancellationToken cancellationToken)
    {
        List<SignedBatch> recorded = [];
        for (Hour from = state.NextHour; from < head.NextHour;)
        {
            Hour to = new(Math.Min(head.NextHour.Value, from.Value + Member.MaxHours));
            recorded.AddRange(await chain.ReadRecordedAsync(segment, from, to, cancellationToken));
            from = to;
        }
        desk.Settle(segment, head, recorded);
    }

    /// <summary>Follows who the oracles are, as whoever submits hours has asked it; and brings proofs against them to the ledger.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (chain.Set is { } set)
            {
                desk.Use(set);
                ReopenSuspended(set);
                try
                {
                    await TellAsync(set, cancellationToken);
                }
                catch (Exception exception) when (ChainSession.IsPassing(exception))
                {
                    LogNotTold(exception.Message);
                }
            }
            await Task.Delay(chain.Set is null ? LookPeriod : WatchPeriod, time, cancellationToken);
        }
    }

    /// <summary>The ledger refuses a signature of a suspended member: batches that carry one and are not on the chain are signed again.</summary>
    private void ReopenSuspended(OracleSet set)
    {
        foreach (uint segment in layout.Segments.Select(segment => segment.Number).Where(_ => set.Suspended.Count > 0))
        {
            if (chain.HeadOf(segment) is not { } head)
            {
                continue;
            }
            OutboxBatch[] waiting = [.. batches.From(set.Config, segment, head.NextHour, Member.MaxHours)];
            if (waiting.FirstOrDefault(batch => BatchSignatures.Recover(notary.Ledger.DigestOf(batch.Batch), batch.Signatures).Any(set.Suspended.Contains)) is { } spoilt)
            {
                desk.Reopen(segment, [.. waiting.Where(batch => batch.Batch.Hour >= spoilt.Batch.Hour).Select(batch => batch.Batch)]);
                batches.Drop(set.Config, segment, spoilt.Batch.Hour);
            }
        }
    }

    /// <summary>Brings proofs to the ledger, which suspends the member.</summary>
    private async Task TellAsync(OracleSet set, CancellationToken cancellationToken)
    {
        foreach (EquivocationProof proof in store.UntoldProofs())
        {
            if (!set.Counts(proof.Member))
            {
                store.MarkTold(proof);
                LogSuspended(proof.Member);
                continue;
            }
            if (_toldAt is { } told && time.GetElapsedTime(told) < TellPeriod)
            {
                return;
            }
            _toldAt = time.GetTimestamp();
            TransactionRequest request = chain.City.Contracts.ReportEquivocation(proof.First, proof.FirstSignature, proof.Second, proof.SecondSignature);
            // Without a gas limit the node tries the call first, so that a refusal is known by its name.
            if (await chain.Sender.SendAsync(request with { GasLimit = null }, cancellationToken) is SendOutcome.Refused refused)
            {
                LogNotTold(refused.Reason);
                if (refused.Error is ContractRevertException { Error.Abi.Name: "ReadingLedger_AlreadyReported" })
                {
                    store.MarkTold(proof); // It was suspended for this, and named again since.
                }
            }
            else
            {
                LogTold(proof.Member, proof.First.Segment, new(proof.First.Hour));
            }
        }
    }

    /// <summary>How this oracle stands with a segment, while its process runs.</summary>
    private sealed class Standing
    {
        private Hour _hour;
        private ulong _promised;
        private OracleSet? _set;

        /// <summary>Since when hours wait and nothing went on.</summary>
        public long Since { get; private set; }

        /// <summary>The round it leads.</summary>
        public Leadership? Leads { get; set; }

        /// <summary>Its number; <c>null</c> when it leads none, or another has taken over.</summary>
        public ulong? RoundLed => Leads is { IsOver: false } ? Leads.Round : null;

        /// <summary>Did it collect the signatures of the hours certified last?</summary>
        public bool HasCertified { get; set; }

        /// <summary>What was told last of members that do not agree.</summary>
        public string Refusals { get; set; } = "";

        public void See(OracleSet set, SegmentBallot state, bool hasWork, TimeProvider time)
        {
            if (_set?.Config != set.Config || _set.Suspended.Count != set.Suspended.Count)
            {
                (_set, Leads) = (set, null);
            }
            if (!hasWork || state.NextHour != _hour || state.Promised != _promised)
            {
                HasCertified &= state.Promised == _promised;
                (Since, _hour, _promised) = (time.GetTimestamp(), state.NextHour, state.Promised);
            }
        }
    }

    [LoggerMessage(EventId = 5310, Level = LogLevel.Information, Message = "This oracle proposes the hours of segment {Segment} from {Hour} on (round {Round})")]
    private partial void LogLeads(uint segment, ulong round, Hour hour);

    [LoggerMessage(EventId = 5311, Level = LogLevel.Debug, Message = "{Count} hours of segment {Segment} from {First} on have their signatures")]
    private partial void LogCertified(uint segment, int count, Hour first);

    [LoggerMessage(EventId = 5312, Level = LogLevel.Warning, Message = "Segment {Segment}, from hour {Hour} on: not all oracles agree: {Refusals}")]
    private partial void LogRefused(uint segment, Hour hour, string refusals);

    [LoggerMessage(EventId = 5314, Level = LogLevel.Warning, Message = "Segment {Segment}: this oracle may have voted before and its journal does not know how: it does not vote on hours before {FreeFrom}")]
    private partial void LogAbstains(uint segment, Hour freeFrom);

    [LoggerMessage(EventId = 5315, Level = LogLevel.Critical, Message = "The proof that the oracle {Member} signed two batches for hour {Hour} of segment {Segment} was sent to the ledger")]
    private partial void LogTold(Address member, uint segment, Hour hour);

    [LoggerMessage(EventId = 5316, Level = LogLevel.Warning, Message = "A proof against an oracle did not reach the ledger: {Reason}")]
    private partial void LogNotTold(string reason);

    [LoggerMessage(EventId = 5317, Level = LogLevel.Critical, Message = "The ledger has suspended the oracle {Member}: its signatures count no more")]
    private partial void LogSuspended(Address member);
}
