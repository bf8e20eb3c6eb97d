using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.Portal;

/// <summary>One hour of a segment: balances, qualities, and what proves it.</summary>
internal sealed class HourModel(ChainFollower chain, City city, DeployedCity deployed) : PageModel
{
    /// <summary>The city.</summary>
    public City City { get; } = city;

    /// <summary>The segment.</summary>
    public SegmentBook Segment { get; private set; } = null!;

    /// <summary>The hour.</summary>
    public HourEntry Entry { get; private set; } = null!;

    /// <summary>Balance and readings of each group.</summary>
    public IReadOnlyList<(GroupBalance Balance, IReadOnlyList<Reading> Readings)> Groups { get; private set; } = [];

    /// <summary>Who signed it.</summary>
    public IReadOnlyList<Address> Signers { get; private set; } = [];

    /// <summary>Keccak-256 of the payload.</summary>
    public Hash32 PayloadHash => Keccak.Hash256(Entry.Told.Payload.Span);

    /// <summary>Shows the hour.</summary>
    public IActionResult OnGet(uint segment, uint hour)
    {
        if (!chain.Book.Segments.TryGetValue(segment, out SegmentBook? book) || book.Find(new(hour)) is not { } entry)
        {
            return NotFound();
        }
        (Segment, Entry) = (book, entry);
        Groups = [.. entry.Groups.Zip(entry.Readings(book.Registered))];
        Signers = entry.Signers(deployed.LedgerDomain);
        return Page();
    }

    /// <summary>How many channels have which quality; single flats are not shown: their hours are personal data.</summary>
    public static IEnumerable<(Quality Quality, int Count)> QualitiesOf(IReadOnlyList<Reading> readings) =>
        readings.GroupBy(reading => reading.Quality).OrderBy(group => group.Key).Select(group => (group.Key, group.Count()));
}
