using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.Portal;

/// <summary>Recorded hours with what proves each.</summary>
/// <param name="Kind">What they count.</param>
/// <param name="Rows">The hours.</param>
/// <param name="HasZones">Is the zone of each hour shown?</param>
internal sealed record HourTable(EnergyKind Kind, IReadOnlyList<HourRow> Rows, bool HasZones);

/// <summary>A recorded hour.</summary>
/// <param name="LocalStart">Its start on the city's clocks.</param>
/// <param name="Zone">Its zone.</param>
/// <param name="Value">What was consumed.</param>
/// <param name="Quality">How the value came about.</param>
/// <param name="Batch">Id of the signed batch.</param>
/// <param name="Signers">Who signed it.</param>
/// <param name="Place">Where the chain keeps it.</param>
internal sealed record HourRow(
    DateTimeOffset LocalStart, Zone Zone, Quantity Value, Quality Quality, Hash32 Batch, IReadOnlyList<Address> Signers, ChainPlace Place)
{
    /// <summary>The row of a channel's hour.</summary>
    public static HourRow Of(HourValue hour, CityCalendar calendar, ReadingLedgerDomain domain) => new(
        calendar.ToLocal(hour.Entry.Hour.Start),
        hour.Zone,
        hour.Reading.Interval,
        hour.Reading.Quality,
        hour.Entry.Told.Batch,
        hour.Entry.Signers(domain),
        hour.Entry.Place);
}
