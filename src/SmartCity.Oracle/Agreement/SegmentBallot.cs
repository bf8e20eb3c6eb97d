using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>An hour that a member has accepted: a later round must go on with it if it may have been chosen.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Round">In which round.</param>
internal sealed record AcceptedHour(HourBatch Batch, ulong Round);

/// <summary>
/// What a member must not forget of a segment under one configuration of oracles. Durable before any answer that follows from it leaves
/// the process. Immutable.
/// </summary>
/// <param name="NextHour">The first hour that has no k signatures, as far as the member knows.</param>
/// <param name="LastBatch">Id of the batch before it.</param>
/// <param name="Promised">The highest round answered; lower ones are refused.</param>
/// <param name="Accepted">Accepted batches from <paramref name="NextHour"/> on, one an hour, each following the one before.</param>
/// <param name="Signed">For hours from <paramref name="NextHour"/> on: the one batch that the member's signature was given to.</param>
/// <param name="FreeFrom">Hours before it are not voted on: the member may have done so before its journal was lost.</param>
internal sealed record SegmentBallot(
    Hour NextHour,
    Hash32 LastBatch,
    ulong Promised,
    IReadOnlyList<AcceptedHour> Accepted,
    IReadOnlyDictionary<Hour, Hash32> Signed,
    Hour FreeFrom)
{
    /// <summary>Nothing promised, accepted or signed yet.</summary>
    public static SegmentBallot Begin(Hour nextHour, Hash32 lastBatch, Hour freeFrom) =>
        new(nextHour, lastBatch, 0, [], new Dictionary<Hour, Hash32>(), freeFrom);

    /// <summary>May the member vote on the hour that is next?</summary>
    public bool IsFree => NextHour >= FreeFrom;

    /// <summary>The state once the hours before <paramref name="nextHour"/> are settled, the last of them by <paramref name="lastBatch"/>.</summary>
    public SegmentBallot SettledBefore(Hour nextHour, Hash32 lastBatch) => this with
    {
        NextHour = nextHour,
        LastBatch = lastBatch,
        Accepted = Chained([.. Accepted.SkipWhile(entry => entry.Batch.Hour < nextHour)], nextHour, lastBatch),
        Signed = Signed.Where(pair => pair.Key >= nextHour).ToDictionary(),
    };

    /// <summary>The state once batches are accepted in a round. What was accepted for later hours stays if it follows them; what does not can
    /// never be chosen (docs/adr/0019).</summary>
    public SegmentBallot WithAccepted(ulong round, IReadOnlyList<HourBatch> batches) => batches.Count == 0
        ? this
        : this with
        {
            Accepted =
            [
                .. batches.Select(batch => new AcceptedHour(batch, round)),
                .. Chained(
                    [.. Accepted.SkipWhile(entry => entry.Batch.Hour <= batches[^1].Hour)], batches[^1].Hour.Next, batches[^1].Id),
            ],
        };

    /// <summary>The state once the member's signature is given to batches.</summary>
    public SegmentBallot WithSigned(IEnumerable<HourBatch> batches)
    {
        Dictionary<Hour, Hash32> signed = Signed.ToDictionary();
        foreach (HourBatch batch in batches)
        {
            signed[batch.Hour] = batch.Id;
        }
        return this with { Signed = signed };
    }

    private static IReadOnlyList<AcceptedHour> Chained(IReadOnlyList<AcceptedHour> entries, Hour hour, Hash32 previous) =>
        entries is [{ } first, ..] && first.Batch.Hour == hour && first.Batch.PreviousBatch == previous ? entries : [];
}
