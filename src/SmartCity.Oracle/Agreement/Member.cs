using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>
/// How a member answers. Pure: from its state and a request to the next state and the answer; whoever calls makes the state durable before
/// the answer leaves. Acceptances follow Paxos with one decision an hour, so that at most one batch of an hour is ever accepted by k
/// members in one round; a signature that the ledger takes is given to such a batch alone (docs/adr/0019).
/// </summary>
internal static class Member
{
    /// <summary>Most hours in a message.</summary>
    public const int MaxHours = 64;

    /// <summary>How far a round may be above the one promised before: no member can use the rounds up. At one take-over in 15 s this is half a
    /// year of standstill.</summary>
    private const ulong MaxJump = 1 << 20;

    /// <summary>Learns of a higher round that another member has promised, so that it leads none that is over.</summary>
    public static SegmentBallot Raise(SegmentBallot state, ulong round) =>
        round > state.Promised && round - state.Promised <= MaxJump ? state with { Promised = round } : state;

    /// <summary>Promises a round, and tells what was accepted before.</summary>
    public static (SegmentBallot Next, PeerAnswer Answer) On(SegmentBallot state, PeerRequest.Prepare request)
    {
        if (!state.IsFree)
        {
            return Abstain(state, request.Round);
        }
        if (request.Round < state.Promised)
        {
            return (state, Superseded(state));
        }
        SegmentBallot next = Raise(state, request.Round);
        if (next.Promised != request.Round)
        {
            return (state, Answer(state, TooFar(request.Round, state)));
        }
        return (next, Answer(next, null) with { Accepted = next.Accepted });
    }

    /// <summary>Accepts the hours it agrees with, up to the first that it does not.</summary>
    /// <param name="state">The member's state.</param>
    /// <param name="request">The proposal.</param>
    /// <param name="set">The oracles.</param>
    /// <param name="notary">Signs.</param>
    /// <param name="check">Why a batch is not agreed with; <c>null</c> if it is.</param>
    public static (SegmentBallot Next, PeerAnswer Answer) On(
        SegmentBallot state, PeerRequest.Accept request, OracleSet set, Notary notary, Func<HourBatch, string?> check)
    {
        if (!state.IsFree)
        {
            return Abstain(state, request.Round);
        }
        if (request.Round < state.Promised)
        {
            return (state, Superseded(state));
        }
        if (Raise(state, request.Round).Promised != request.Round)
        {
            return (state, Answer(state, TooFar(request.Round, state)));
        }
        List<HourBatch> agreed = [];
        string? refusal = null;
        (Hour hour, Hash32 previous) = (state.NextHour, state.LastBatch);
        foreach (HourBatch batch in request.Batches)
        {
            refusal = WhyNot(state, request, set, batch, hour, previous) ?? (IsKnown(state, batch) ? null : check(batch));
            if (refusal is not null)
            {
                break;
            }
            agreed.Add(batch);
            (hour, previous) = (hour.Next, batch.Id);
        }
        SegmentBallot next = state.WithAccepted(request.Round, agreed) with { Promised = request.Round };
        return (next, Answer(next, refusal) with { Signatures = [.. agreed.Select(batch => notary.SignAcceptance(batch, request.Round))] });
    }

    /// <summary>Signs the hours that it has accepted and that k members have.</summary>
    public static (SegmentBallot Next, PeerAnswer Answer) On(SegmentBallot state, PeerRequest.Sign request, OracleSet set, Notary notary)
    {
        if (!state.IsFree)
        {
            return Abstain(state, request.Round);
        }
        List<HourBatch> signed = [];
        string? refusal = null;
        foreach ((Chosen chosen, int i) in request.Hours.Take(MaxHours).Select((chosen, i) => (chosen, i)))
        {
            HourBatch? batch = state.Accepted.ElementAtOrDefault(i)?.Batch;
            refusal = batch is null || batch.Hour != chosen.Hour || batch.Id != chosen.Batch ? $"hour {chosen.Hour}: this batch was not accepted here"
                : state.Signed.TryGetValue(batch.Hour, out Hash32 before) && before != batch.Id ? $"hour {chosen.Hour}: another batch was signed here"
                : !IsChosen(batch, request.Round, chosen, set, notary) ? $"hour {chosen.Hour}: it is not shown that {set.Threshold} members accepted it"
                : null;
            if (refusal is not null)
            {
                break;
            }
            signed.Add(batch!);
        }
        SegmentBallot next = state.WithSigned(signed);
        return (next, Answer(next, refusal) with { Signatures = [.. signed.Select(notary.SignBatch)] });
    }

    /// <summary>Learns which batches stand, if each has its k signatures and follows what the member knows.</summary>
    /// <returns>The batches that are new to it.</returns>
    public static (SegmentBallot Next, IReadOnlyList<SignedBatch> Learned) On(
        SegmentBallot state, PeerRequest.Certified request, OracleSet set, Notary notary)
    {
        List<SignedBatch> learned = [];
        (Hour hour, Hash32 previous) = (state.NextHour, state.LastBatch);
        foreach (SignedBatch signed in request.Hours.Take(MaxHours).SkipWhile(signed => signed.Batch.Hour < state.NextHour))
        {
            HourBatch batch = signed.Batch;
            if (batch.Segment != request.Segment || batch.Hour != hour || batch.PreviousBatch != previous || batch.OracleConfig != set.Config
                || signed.Signatures.Select(signature => notary.SignerOf(batch, signature)).Distinct().Count(signer => signer is { } known && set.Counts(known))
                    < set.Threshold)
            {
                break;
            }
            learned.Add(signed);
            (hour, previous) = (hour.Next, batch.Id);
        }
        return (learned.Count == 0 ? state : state.SettledBefore(hour, previous), learned);
    }

    /// <summary>An answer that tells where the member stands.</summary>
    public static PeerAnswer Answer(SegmentBallot state, string? refusal) => new(false, state.Promised, state.NextHour, [], [], refusal);

    private static PeerAnswer Superseded(SegmentBallot state) =>
        Answer(state, $"round {state.Promised} was promised") with { IsSuperseded = true };

    private static string TooFar(ulong round, SegmentBallot state) => $"round {round} is too far above {state.Promised}";

    /// <summary>Does not vote, but keeps in mind which rounds are under way: it may have promised to serve none below them.</summary>
    private static (SegmentBallot Next, PeerAnswer Answer) Abstain(SegmentBallot state, ulong round)
    {
        SegmentBallot next = Raise(state, round);
        return (next, Answer(next, $"this oracle may have voted on hours before {state.FreeFrom} and its journal does not know how"));
    }

    private static string? WhyNot(
        SegmentBallot state, PeerRequest.Accept request, OracleSet set, HourBatch batch, Hour hour, Hash32 previous)
    {
        if (batch.Segment != request.Segment || batch.OracleConfig != set.Config)
        {
            return $"hour {batch.Hour}: it is of another segment or configuration of oracles";
        }
        if (batch.Hour != hour)
        {
            return $"hour {batch.Hour}: the next here is {hour}";
        }
        if (batch.PreviousBatch != previous)
        {
            return $"hour {batch.Hour}: it follows {batch.PreviousBatch}, the last here is {previous}";
        }
        return hour.Value - state.NextHour.Value >= MaxHours
            ? $"hour {batch.Hour}: more than {MaxHours} hours at a time"
            : state.Signed.TryGetValue(hour, out Hash32 signed) && signed != batch.Id ? $"hour {batch.Hour}: another batch was signed here" : null;
    }

    private static bool IsKnown(SegmentBallot state, HourBatch batch) => state.Accepted.Any(entry => entry.Batch.Id == batch.Id);

    private static bool IsChosen(HourBatch batch, ulong round, Chosen chosen, OracleSet set, Notary notary) =>
        chosen.Acceptances.Take(set.Members.Count).Select(signature => notary.AcceptorOf(batch, round, signature)).Distinct()
            .Count(member => member is { } known && set.Counts(known)) >= set.Threshold;
}
