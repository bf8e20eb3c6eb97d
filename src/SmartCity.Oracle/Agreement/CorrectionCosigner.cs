using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>
/// Signatures of several oracles for a correction. Corrections need no vote: the ledger takes one for a place, the others are signed anew for
/// the next one. A member signs a correction if its own journal has the same gap with the same energy, and the ledger has not filled it.
/// </summary>
internal sealed partial class CorrectionCosigner(
    ChainSession chain, CityLayout layout, CorrectionStore store, Notary notary, OracleOptions options, ILogger<CorrectionCosigner> logger)
{
    private const long PermilleOfOne = 1_000;

    /// <summary>Answers another oracle. <c>null</c> when the ledger cannot be asked now.</summary>
    public async Task<PeerAnswer?> AnswerAsync(PeerRequest.Cosign request, CancellationToken cancellationToken)
    {
        try
        {
            string? refusal = await ReasonAsync(request.Correction, cancellationToken);
            EthECDSASignature[] signatures = refusal is null ? [notary.Sign(notary.Ledger.DigestOf(request.Correction.Id))] : [];
            return new(false, 0, layout.FirstHour, [], signatures, refusal);
        }
        catch (EthereumNodeException)
        {
            return null;
        }
    }

    /// <summary>Brings the signatures of a correction together; <c>null</c> when too few agree.</summary>
    public async Task<byte[]?> CollectAsync(ReadingCorrection correction, PeerClient peers, CancellationToken cancellationToken)
    {
        Hash32 digest = notary.Ledger.DigestOf(correction.Id);
        OracleSet set = chain.Set ?? throw new InvalidOperationException("The chain was not asked for its oracles.");
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
        LogNotAgreed(correction, string.Join("; ", answers.Where(answer => answer.Answer.Refusal is not null)
            .Select(answer => $"{answer.Member}: {answer.Answer.Refusal}")));
        return null;
    }

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
        if (store.Find(segment.Number, subject) is not { } own)
        {
            return $"group {subject.Group}, channel {subject.Channel} ({channel.RegisterKey}): no gap from {subject.FirstHour} on is known here";
        }
        IReadOnlyList<int> here = ReadingCorrection.Decode(own.Differences.Span);
        IReadOnlyList<int> there = ReadingCorrection.Decode(subject.Differences.Span);
        for (int i = 0; i < here.Count; i++)
        {
            if (Math.Abs((long)here[i] - there[i]) > 1 + Math.Max(Math.Abs((long)here[i]), Math.Abs((long)there[i])) * options.PeerTolerancePermille / PermilleOfOne)
            {
                return $"group {subject.Group}, channel {subject.Channel} ({channel.RegisterKey}), hour {new Hour(subject.FirstHour.Value + (uint)i)}: "
                    + $"proposed {there[i]}, here {here[i]}";
            }
        }
        if (await chain.ReadCorrectionPlaceAsync(segment.Number, cancellationToken) != correction.Place)
        {
            return $"its place {correction.Place.Number} is not the next one on the chain";
        }
        return await chain.IsCorrectedAsync(segment.Number, subject, cancellationToken) ? "the ledger has filled this gap" : null;
    }

    [LoggerMessage(EventId = 5340, Level = LogLevel.Warning, Message = "The {Correction} has too few signatures: {Refusals}")]
    private partial void LogNotAgreed(ReadingCorrection correction, string refusals);
}
