using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>
/// What the leader of a round does, step by step: each step gives a request; it goes to the leader's own member first, which makes it
/// durable, then to the others; the answers give the next step. Does no input or output. Lives as long as the round is this process's:
/// after a restart the member takes a higher round.
/// </summary>
internal sealed class Leadership
{
    private readonly OracleSet _set;
    private readonly Notary _notary;
    private readonly uint _segment;
    private readonly Dictionary<Hour, HourBatch> _proposed = [];
    private readonly List<string> _refusals = [];
    private bool _isPrepared;
    private PeerRequest? _asked;

    /// <summary>Begins a round.</summary>
    public Leadership(OracleSet set, Notary notary, uint segment, ulong round, SegmentBallot state)
    {
        (_set, _notary, _segment, Round) = (set, notary, segment, round);
        _isPrepared = round == 0; // Nobody can have accepted anything in a lower round.
        foreach (AcceptedHour entry in state.Accepted.Where(entry => round == 0 && entry.Round == 0))
        {
            _proposed[entry.Batch.Hour] = entry.Batch; // By this very member, before it was restarted.
        }
    }

    /// <summary>The round.</summary>
    public ulong Round { get; }

    /// <summary>Has another taken over?</summary>
    public bool IsOver { get; private set; }

    /// <summary>The highest round that a member has told of.</summary>
    public ulong HighestSeen { get; private set; }

    /// <summary>Why members did not agree, of the last attempt.</summary>
    public IReadOnlyList<string> Refusals => _refusals;

    /// <summary>Begins an attempt; <c>null</c> when there is nothing to propose.</summary>
    /// <param name="state">The leader's own state.</param>
    /// <param name="own">What it states itself of the hours from the next one on.</param>
    public PeerRequest? Begin(SegmentBallot state, IReadOnlyList<(Hour Hour, byte[] Payload)> own)
    {
        _refusals.Clear();
        _asked = IsOver ? null : _isPrepared ? Propose(state, [], 0, own) : new PeerRequest.Prepare { Segment = _segment, Round = Round };
        return _asked;
    }

    /// <summary>The next step; <c>null</c> ends the attempt. <see cref="PeerRequest.Certified"/> is its success, and the last step.</summary>
    /// <param name="state">The leader's own state.</param>
    /// <param name="own">What it states itself of the hours from the next one on.</param>
    /// <param name="answers">Answers to the request before, the leader's own among them, at most one of a member.</param>
    public PeerRequest? Next(
        SegmentBallot state, IReadOnlyList<(Hour Hour, byte[] Payload)> own, IReadOnlyList<(Address Member, PeerAnswer Answer)> answers)
    {
        (Address Member, PeerAnswer Answer)[] counted = [.. answers.Where(answer => _set.Counts(answer.Member)).DistinctBy(answer => answer.Member)];
        _refusals.AddRange(counted.Where(answer => answer.Answer is { Refusal: not null, IsSuperseded: false }).Select(answer => $"{answer.Member}: {answer.Answer.Refusal}"));
        HighestSeen = counted.Select(answer => answer.Answer.Promised).Append(HighestSeen).Max();
        IsOver |= counted.Any(answer => answer.Answer.IsSuperseded || answer.Answer.Promised > Round);
        _asked = IsOver ? null : _asked switch
        {
            PeerRequest.Prepare => AfterPrepare(state, own, counted),
            PeerRequest.Accept accept => AfterAccept(accept, counted),
            PeerRequest.Sign sign => AfterSign(state, sign, counted),
            _ => null,
        };
        return _asked;
    }

    private PeerRequest.Accept? AfterPrepare(
        SegmentBallot state, IReadOnlyList<(Hour Hour, byte[] Payload)> own, (Address Member, PeerAnswer Answer)[] answers)
    {
        PeerAnswer[] promises = [.. answers.Select(answer => answer.Answer).Where(answer => answer.Refusal is null && answer.Promised == Round)];
        if (promises.Length < _set.Threshold || promises.Any(promise => promise.NextHour > state.NextHour))
        {
            return null; // Too few; or some hours stand already, which the chain will tell.
        }
        _isPrepared = true;
        return Propose(state, [.. promises.SelectMany(promise => promise.Accepted)], _set.Members.Count - promises.Length, own);
    }

    /// <summary>For each hour the batch that a majority may have accepted; where there is none, the leader's own.</summary>
    private PeerRequest.Accept? Propose(
        SegmentBallot state, IReadOnlyList<AcceptedHour> accepted, int silent, IReadOnlyList<(Hour Hour, byte[] Payload)> own)
    {
        List<HourBatch> batches = [];
        Hash32 previous = state.LastBatch;
        for (Hour hour = state.NextHour; batches.Count < Member.MaxHours; hour = hour.Next)
        {
            HourBatch? batch = _proposed.GetValueOrDefault(hour) ?? ChoosableAt(hour, previous, accepted, silent) ?? OwnAt(hour, previous, own);
            if (batch is null || batch.PreviousBatch != previous)
            {
                break;
            }
            _proposed[hour] = batch;
            batches.Add(batch);
            previous = batch.Id;
        }
        return batches.Count == 0 ? null : new PeerRequest.Accept { Segment = _segment, Round = Round, Batches = batches };
    }

    /// <summary>Of the batches that k members may have accepted the one of the highest round. A batch that was chosen is among them: all who
    /// accepted it report it, whatever the round by now, or have not answered.</summary>
    private HourBatch? ChoosableAt(Hour hour, Hash32 previous, IReadOnlyList<AcceptedHour> accepted, int silent) => accepted
        .Where(entry => entry.Batch.Hour == hour && entry.Batch.PreviousBatch == previous && entry.Batch.OracleConfig == _set.Config)
        .GroupBy(entry => entry.Batch)
        .Where(reported => reported.Count() + silent >= _set.Threshold)
        .MaxBy(reported => reported.Max(entry => entry.Round))?.Key;

    private HourBatch? OwnAt(Hour hour, Hash32 previous, IReadOnlyList<(Hour Hour, byte[] Payload)> own)
    {
        int index = own.Count == 0 ? -1 : (int)((long)hour.Value - own[0].Hour.Value);
        return index >= 0 && index < own.Count ? new(_segment, hour, previous, own[index].Payload, _set.Config) : null;
    }

    private PeerRequest.Sign? AfterAccept(PeerRequest.Accept asked, (Address Member, PeerAnswer Answer)[] answers)
    {
        List<Chosen> chosen = [];
        foreach ((HourBatch batch, int i) in asked.Batches.Select((batch, i) => (batch, i)))
        {
            EthECDSASignature[] acceptances = [.. answers
                .Where(answer => i < answer.Answer.Signatures.Count
                    && _notary.AcceptorOf(batch, Round, answer.Answer.Signatures[i]) == answer.Member)
                .Select(answer => answer.Answer.Signatures[i])];
            if (acceptances.Length < _set.Threshold)
            {
                break;
            }
            chosen.Add(new(batch.Hour, batch.Id, acceptances));
        }
        return chosen.Count == 0 ? null : new PeerRequest.Sign { Segment = _segment, Round = Round, Hours = chosen };
    }

    private PeerRequest.Certified? AfterSign(SegmentBallot state, PeerRequest.Sign asked, (Address Member, PeerAnswer Answer)[] answers)
    {
        List<SignedBatch> certified = [];
        foreach ((Chosen hour, int i) in asked.Hours.Select((hour, i) => (hour, i)))
        {
            HourBatch batch = _proposed[hour.Hour];
            EthECDSASignature[] signatures = [.. answers
                .Where(answer => i < answer.Answer.Signatures.Count && _notary.SignerOf(batch, answer.Answer.Signatures[i]) == answer.Member)
                .Select(answer => answer.Answer.Signatures[i])];
            if (signatures.Length < _set.Threshold || batch.Hour < state.NextHour)
            {
                break;
            }
            certified.Add(new(batch, signatures));
        }
        return certified.Count == 0 ? null : new PeerRequest.Certified { Segment = _segment, Hours = certified };
    }
}
