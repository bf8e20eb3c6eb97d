using Microsoft.Extensions.Logging;
using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>This oracle as a member: answers itself and the others, each answer after its journal has what follows from it. Safe to use from
/// several threads.</summary>
internal sealed partial class AgreementDesk(
    CityLayout layout, HourStore hours, AgreementStore store, Notary notary, CosignCheck check, ILogger<AgreementDesk> logger)
{
    /// <summary>Why an hour is refused for a moment only.</summary>
    public const string NotClosed = "not closed here yet";

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, SegmentBallot> _states = [];
    private readonly Dictionary<uint, string> _objections = [];
    private OracleSet? _set;

    /// <summary>The oracles; <c>null</c> while the chain was not asked.</summary>
    public OracleSet? Set
    {
        get
        {
            lock (_lock)
            {
                return _set;
            }
        }
    }

    /// <summary>Takes the oracles that the ledger names now. Under another configuration all votes begin anew.</summary>
    public void Use(OracleSet set)
    {
        lock (_lock)
        {
            if (_set?.Config != set.Config)
            {
                _states.Clear();
            }
            _set = set;
        }
    }

    /// <summary>The state of a segment; <c>null</c> before it was opened.</summary>
    public SegmentBallot? StateOf(uint segment)
    {
        lock (_lock)
        {
            return _set is { } set ? Find(set, segment) : null;
        }
    }

    /// <summary>Does this oracle lead a segment?</summary>
    public bool IsLeader(uint segment)
    {
        lock (_lock)
        {
            return _set is { } set && Find(set, segment) is { } state && set.LeaderOf(state.Promised) == notary.Self;
        }
    }

    /// <summary>Begins to vote on a segment.</summary>
    public void Open(uint segment, SegmentBallot beginning)
    {
        lock (_lock)
        {
            if (_set is { } set && Find(set, segment) is null)
            {
                Save(set, segment, beginning, [], []);
            }
        }
    }

    /// <summary>Learns of a higher round.</summary>
    public void Raise(uint segment, ulong round)
    {
        lock (_lock)
        {
            if (_set is { } set && Find(set, segment) is { } state)
            {
                Save(set, segment, Member.Raise(state, round), [], []);
            }
        }
    }

    /// <summary>Answers an oracle. <c>null</c> when this one cannot vote yet, or the segment is none.</summary>
    public PeerAnswer? Answer(PeerRequest request)
    {
        lock (_lock)
        {
            if (_set is not { IsShared: true } set || layout.Segments.All(segment => segment.Number != request.Segment)
                || Find(set, request.Segment) is not { } state)
            {
                return null;
            }
            switch (request)
            {
                case PeerRequest.Prepare prepare:
                    (SegmentBallot promised, PeerAnswer promise) = Member.On(state, prepare);
                    Save(set, request.Segment, promised, [], []);
                    return promise;
                case PeerRequest.Accept accept:
                    string? objection = null;
                    (SegmentBallot accepted, PeerAnswer answer) = Member.On(state, accept, set, notary, batch => objection = Check(batch));
                    Save(set, request.Segment, accepted, [], []);
                    Tell(request.Segment, objection);
                    return answer;
                case PeerRequest.Sign sign:
                    (SegmentBallot signed, PeerAnswer signatures) = Member.On(state, sign, set, notary);
                    Save(set, request.Segment, signed, [.. state.Accepted.Zip(signatures.Signatures, (entry, given) =>
                        new MemberSignature(entry.Batch, notary.Self, given))], []);
                    return signatures;
                case PeerRequest.Certified certified:
                    Witness(certified.Hours);
                    (SegmentBallot known, IReadOnlyList<SignedBatch> learned) = Member.On(state, certified, set, notary);
                    Save(set, request.Segment, known, [], [.. learned.Select(hour => ToOutbox(hour, set))]);
                    return Member.Answer(known, null);
                default:
                    return null;
            }
        }
    }

    /// <summary>Takes what the chain holds: it stands, whoever signed it.</summary>
    public void Settle(uint segment, SegmentHead head, IReadOnlyList<SignedBatch> recorded)
    {
        lock (_lock)
        {
            Witness(recorded);
            if (_set is { } set && Find(set, segment) is { } state && head.NextHour > state.NextHour)
            {
                Save(set, segment, state.SettledBefore(head.NextHour, head.LastBatch), [], [.. recorded.Select(hour => ToOutbox(hour, null))], areOnChain: true);
            }
        }
    }

    /// <summary>Votes again on batches whose signatures the ledger takes no more: this oracle has accepted them.</summary>
    public void Reopen(uint segment, IReadOnlyList<HourBatch> batches)
    {
        lock (_lock)
        {
            if (_set is { } set && Find(set, segment) is { } state && batches is [{ } first, ..])
            {
                SegmentBallot reopened = (state with { NextHour = first.Hour, LastBatch = first.PreviousBatch, Accepted = [] })
                    .WithAccepted(state.Promised, batches).WithSigned(batches);
                Save(set, segment, reopened, [], []);
            }
        }
    }

    /// <summary>Notes signatures of batches that other members gave.</summary>
    public void Witness(IReadOnlyList<SignedBatch> seen)
    {
        lock (_lock)
        {
            if (_set is not { } set)
            {
                return;
            }
            MemberSignature[] signatures = [.. seen.Where(hour => hour.Batch.OracleConfig == set.Config).SelectMany(hour => hour.Signatures
                .Take(BatchSignatures.MaxCount)
                .Select(signature => (Signer: notary.SignerOf(hour.Batch, signature), Signature: signature))
                .Where(pair => pair.Signer is { } signer && set.Members.Contains(signer))
                .Select(pair => new MemberSignature(hour.Batch, pair.Signer!.Value, pair.Signature)))];
            foreach (Address caught in store.Witness(signatures))
            {
                LogCaught(caught);
            }
        }
    }

    /// <summary>Tells once why this oracle does not agree; that it has not closed the hour yet passes by itself.</summary>
    private void Tell(uint segment, string? objection)
    {
        if (objection is not null && !objection.Contains(NotClosed, StringComparison.Ordinal) && _objections.GetValueOrDefault(segment) != objection)
        {
            _objections[segment] = objection;
            LogRefuses(segment, objection);
        }
    }

    private SegmentBallot? Find(OracleSet set, uint segment)
    {
        if (!_states.TryGetValue(segment, out SegmentBallot? state) && store.Find(set.Config, segment, notary.Self) is { } kept)
        {
            _states[segment] = state = kept;
        }
        return state;
    }

    private void Save(
        OracleSet set, uint segment, SegmentBallot next, IReadOnlyList<MemberSignature> given, IReadOnlyList<OutboxBatch> learned,
        bool areOnChain = false)
    {
        if (given.Count > 0 || learned.Count > 0 || !ReferenceEquals(_states.GetValueOrDefault(segment), next))
        {
            store.Save(set.Config, segment, next, given, learned, areOnChain);
            _states[segment] = next;
        }
    }

    private string? Check(HourBatch batch)
    {
        SegmentLayout segment = layout.Segments.Single(planned => planned.Number == batch.Segment);
        if (hours.PayloadOf(batch.Segment, batch.Hour) is not { } own)
        {
            return $"hour {batch.Hour}: {NotClosed}";
        }
        try
        {
            return check.Reason(segment, batch.Hour, own, batch.Payload.Span);
        }
        catch (FormatException exception)
        {
            return $"hour {batch.Hour}: {exception.Message}";
        }
    }

    private OutboxBatch ToOutbox(SignedBatch hour, OracleSet? set) => new(
        hour.Batch,
        BatchSignatures.Combine(
            notary.Ledger.DigestOf(hour.Batch),
            [.. hour.Signatures.DistinctBy(signature => notary.SignerOf(hour.Batch, signature))
                .Where(signature => notary.SignerOf(hour.Batch, signature) is { } signer && set?.Counts(signer) != false)]));

    [LoggerMessage(EventId = 5351, Level = LogLevel.Warning, Message = "This oracle does not sign what is proposed of segment {Segment}: {Reason}")]
    private partial void LogRefuses(uint segment, string reason);

    [LoggerMessage(EventId = 5350, Level = LogLevel.Critical, Message = "The oracle {Member} signed two different batches for one hour; the proof is in the journal and goes to the ledger")]
    private partial void LogCaught(Address member);
}
