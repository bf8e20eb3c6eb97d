using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>
/// Signatures of several oracles for a correction. Corrections need no vote: the ledger takes one for a place, and whoever was not first
/// looks whether that one fills its gap before it asks for the next. A member signs a correction if its own journal has the same gap open.
/// </summary>
internal sealed partial class SharedCorrections(
    ChainSession chain,
    CityLayout layout,
    CorrectionStore store,
    Notary notary,
    PeerClient peers,
    AgreementDesk desk,
    OracleOptions options,
    TimeProvider time,
    ILogger<SharedCorrections> logger)
{
    private const long PermilleOfOne = 1_000;

    /// <summary>Gaps of a segment looked at, the oldest ones: what the others do not agree with holds up none of these.</summary>
    private const int MaxOpen = 500;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(2);
    private const int MostDoublings = 11;

    /// <summary>Time for the oracle that leads to propose a correction; then the others do.</summary>
    private static readonly TimeSpan LeaderPatience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<uint, IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded>> _onChain = new();
    private readonly ConcurrentDictionary<long, Attempts> _attempts = new();

    /// <summary>Brings the signatures of the next correction together; <c>null</c> when none is due, or too few agree: then that gap waits and
    /// the next ones come first.</summary>
    /// <exception cref="EthereumNodeException">The node did not answer.</exception>
    public async Task<OutboxCorrection?> SignAsync(OracleSet set, CorrectionPlace next, Hour recordedBefore, CancellationToken cancellationToken)
    {
        if (!await LearnAsync(next, cancellationToken))
        {
            return null;
        }
        bool isLeader = desk.IsLeader(next.Segment);
        foreach (OpenFill fill in store.Open(next.Segment, recordedBefore, MaxOpen))
        {
            Attempts attempts = _attempts.GetOrAdd(fill.Id, _ => new(time.GetTimestamp(), 0, 0));
            if (time.GetElapsedTime(attempts.LastAt) < attempts.Pause || (!isLeader && time.GetElapsedTime(attempts.SeenAt) < LeaderPatience))
            {
                continue;
            }
            ReadingCorrection correction = CorrectionStore.CorrectionOf(fill, next, set.Config);
            if (await CollectAsync(set, fill, correction, cancellationToken) is { } signatures)
            {
                _attempts.TryRemove(fill.Id, out _);
                return new(0, fill.Id, correction, signatures, null);
            }
            _attempts[fill.Id] = attempts with { LastAt = time.GetTimestamp(), Count = attempts.Count + 1 };
            return null; // One at a time: whoever waits for answers keeps the other segments waiting.
        }
        return null;
    }

    /// <summary>Answers another oracle. <c>null</c> when the ledger cannot be asked now.</summary>
    public async Task<PeerAnswer?> AnswerAsync(PeerRequest.Cosign request, CancellationToken cancellationToken)
    {
        try
        {
            string? refusal = await ReasonAsync(request.Correction, cancellationToken);
            EthECDSASignature[] signatures = refusal is null ? [notary.Sign(notary.Ledger.DigestOf(request.Correction.Id))] : [];
            return new(false, 0, layout.FirstHour, [], signatures, refusal);
        }
        catch (Exception exception) when (ChainSession.IsPassing(exception))
        {
            return null;
        }
    }

    private async Task<byte[]?> CollectAsync(OracleSet set, OpenFill fill, ReadingCorrection correction, CancellationToken cancellationToken)
    {
        Hash32 digest = notary.Ledger.DigestOf(correction.Id);
        IReadOnlyList<(Address Member, PeerAnswer Answer)> answers = await peers.AskAsync(
            new PeerRequest.Cosign { Segment = correction.Place.Segment, Correction = correction }, cancellationToken);
        (Address Member, EthECDSASignature Signature)[] signatures =
        [
            (notary.Self, notary.Sign(digest)),
            .. answers.Where(answer => answer.Answer.Signatures is [var given] && notary.Recover(digest, given) == answer.Member && set.Counts(answer.Member))
                .DistinctBy(answer => answer.Member).Select(answer => (answer.Member, answer.Answer.Signatures[0])),
        ];
        if (signatures.Length >= set.Threshold)
        {
            return BatchSignatures.Combine(digest, [.. signatures.Select(pair => pair.Signature)]);
        }
        string[] refusals = [.. answers.Where(answer => answer.Answer.Refusal is not null).Select(answer => $"{answer.Member}: {answer.Answer.Refusal}")];
        LogNotAgreed(correction, string.Join("; ", refusals));
        if (refusals.Length > set.Members.Count - set.Threshold && time.GetUtcNow() - fill.RecordedAt > LateDesk.Limit)
        {
            store.MarkRefused(fill, $"the other oracles do not agree: {string.Join("; ", refusals)}");
        }
        return null;
    }

    /// <summary>Why this oracle does not sign a correction; <c>null</c> if it does.</summary>
    private async Task<string?> ReasonAsync(ReadingCorrection correction, CancellationToken cancellationToken)
    {
        CorrectionSubject subject = correction.Subject;
        if (chain.Set is not { IsShared: true } set || correction.Details.OracleConfig != set.Config)
        {
            return "it is for other oracles";
        }
        if (layout.Segments.FirstOrDefault(planned => planned.Number == correction.Place.Segment) is not { } segment
            || segment.Groups.FirstOrDefault(planned => planned.Plan.Number == subject.Group) is not { } group
            || group.Channels.FirstOrDefault(planned => planned.Channel == subject.Channel) is not { } channel)
        {
            return "there is no such channel";
        }
        if (await chain.ReadCorrectionPlaceAsync(segment.Number, store.LastSigned(segment.Number), cancellationToken) is not { } next
            || next != correction.Place || !await LearnAsync(next, cancellationToken))
        {
            return $"its place {correction.Place.Number} is not the next one that is known here";
        }
        string where = $"group {subject.Group}, channel {subject.Channel} ({channel.RegisterKey})";
        if (store.Open(segment.Number, new(uint.MaxValue), MaxOpen).FirstOrDefault(fill =>
            fill.Subject.Group == subject.Group && fill.Subject.Channel == subject.Channel && fill.Subject.FirstHour == subject.FirstHour
            && fill.Subject.FilledHours == subject.FilledHours && fill.Subject.Differences.Length == subject.Differences.Length) is not { } own)
        {
            return $"{where}: nothing is open here from {subject.FirstHour} on that this would correct";
        }
        IReadOnlyList<int> here = ReadingCorrection.Decode(own.Subject.Differences.Span);
        IReadOnlyList<int> there = ReadingCorrection.Decode(subject.Differences.Span);
        for (int i = 0; i < here.Count; i++)
        {
            if (Math.Abs((long)here[i] - there[i]) > ToleranceOf(subject, here[i], there[i]))
            {
                return $"{where}, hour {new Hour(subject.FirstHour.Value + (uint)i)}: proposed {there[i]}, here {here[i]}";
            }
        }
        return null;
    }

    /// <summary>What stands is the same for all, so that a change of it by one and the same file is too. A gap is known by each one's own register.</summary>
    private long ToleranceOf(CorrectionSubject subject, int here, int there) => subject.FilledHours == 0
        ? 0
        : 1 + Math.Max(Math.Abs((long)here), Math.Abs((long)there)) * options.PeerTolerancePermille / PermilleOfOne;

    /// <summary>Takes note of what others have filled. False while not all corrections before the next one are known: a node that lags.</summary>
    private async Task<bool> LearnAsync(CorrectionPlace next, CancellationToken cancellationToken)
    {
        if (!_onChain.TryGetValue(next.Segment, out IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded>? onChain)
            || (onChain.Count == 0 ? Hash32.Zero : onChain[^1].Correction) != next.Previous)
        {
            onChain = await chain.ReadCorrectionsAsync(next.Segment, cancellationToken);
            if ((onChain.Count == 0 ? Hash32.Zero : onChain[^1].Correction) != next.Previous)
            {
                return false;
            }
            _onChain[next.Segment] = onChain;
        }
        foreach (OpenFill filled in onChain.Count == 0 ? [] : store.TakeOver(next.Segment, onChain).Filled)
        {
            _attempts.TryRemove(filled.Id, out _);
            LogFilled(filled.Subject.Group, filled.Subject.Channel, filled.Subject.FirstHour);
        }
        return true;
    }

    /// <summary>What was tried for a gap.</summary>
    /// <param name="SeenAt">When it was seen first.</param>
    /// <param name="LastAt">When it was proposed last.</param>
    /// <param name="Count">How often.</param>
    private sealed record Attempts(long SeenAt, long LastAt, int Count)
    {
        /// <summary>For how long it waits: twice as long each time, up to an hour or so.</summary>
        public TimeSpan Pause => Count == 0 ? TimeSpan.Zero : ShortestWait * (1 << Math.Min(Count - 1, MostDoublings));
    }

    [LoggerMessage(EventId = 5340, Level = LogLevel.Warning, Message = "The {Correction} has too few signatures: {Refusals}")]
    private partial void LogNotAgreed(ReadingCorrection correction, string refusals);

    [LoggerMessage(EventId = 5341, Level = LogLevel.Information, Message = "Group {Group}, channel {Channel}, from {FirstHour} on: another oracle's correction is on the chain")]
    private partial void LogFilled(uint group, ushort channel, Hour firstHour);
}
