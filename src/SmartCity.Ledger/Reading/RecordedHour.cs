using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>An hour of a segment as the chain keeps it.</summary>
/// <param name="Batch">The batch that was signed.</param>
/// <param name="Groups">For each group of the segment, in payload order, its channels' readings: parent first, then consumers.</param>
/// <param name="Signers">Who signed it, in ascending order: recovered from the signatures.</param>
public sealed record RecordedHour(
    HourBatch Batch, IReadOnlyList<IReadOnlyList<Reading>> Groups, IReadOnlyList<Address> Signers)
{
    /// <summary>Number of the segment.</summary>
    public uint Segment => Batch.Segment;

    /// <summary>The hour.</summary>
    public Hour Hour => Batch.Hour;

    /// <summary>Decodes an hour from what the ledger told, and checks that the batch's id is that of its contents.</summary>
    /// <param name="told">The event.</param>
    /// <param name="segment">The segment as registered.</param>
    /// <param name="domain">What its signatures are bound to.</param>
    /// <exception cref="FormatException">The payload does not fit the segment, the signatures are malformed, or the id is not the
    /// batch's.</exception>
    public static RecordedHour Decode(ReadingLedgerEvent.HourRecorded told, RegisteredSegment segment, ReadingLedgerDomain domain)
    {
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(domain);
        HourBatch batch = new(told.Segment, new(told.Hour), told.PreviousBatch, told.Payload, told.OracleConfig);
        if (batch.Id != told.Batch)
        {
            throw new FormatException($"The {batch} was recorded under the id {told.Batch}.");
        }
        return new(
            batch,
            HourPayload.Decode(told.Payload.Span, segment.ChannelsAt(batch.Hour)),
            BatchSignatures.Recover(domain.DigestOf(batch.Id), told.Signatures.Span));
    }
}
