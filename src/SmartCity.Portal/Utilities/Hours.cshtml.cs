using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.Portal;

/// <summary>The recorded hours of a segment with the balance of every phase, newest first.</summary>
internal sealed class HoursModel(ChainFollower chain, City city, DeployedCity deployed) : PageModel
{
    private const int PageSize = 24;

    /// <summary>The city.</summary>
    public City City { get; } = city;

    /// <summary>All segments by number.</summary>
    public IReadOnlyList<SegmentBook> Segments { get; } = [.. chain.Book.Segments.Values.OrderBy(segment => segment.Registered.Number)];

    /// <summary>The segment shown; <c>null</c> while the chain has told of none.</summary>
    public SegmentBook? Segment { get; private set; }

    /// <summary>Are only hours with an imbalance shown?</summary>
    public bool OnlyImbalanced { get; private set; }

    /// <summary>The hours of the page.</summary>
    public IReadOnlyList<HourEntry> Entries { get; private set; } = [];

    /// <summary>The way to the other pages.</summary>
    public Pager Pager { get; private set; } = null!;

    /// <summary>Shows a page.</summary>
    public IActionResult OnGet(uint? segment, string? only, int number = 1)
    {
        Segment = segment is { } wanted ? Segments.FirstOrDefault(known => known.Registered.Number == wanted) : Segments.Count > 0 ? Segments[0] : null;
        if (Segment is null)
        {
            return segment is null ? Page() : NotFound();
        }
        OnlyImbalanced = only == "imbalanced";
        int count = OnlyImbalanced ? Segment.Imbalanced.Count : Segment.Hours.Count;
        Pager = Pager.Of($"/hours?segment={Segment.Registered.Number}{(OnlyImbalanced ? "&only=imbalanced" : "")}", count, PageSize, number);
        int first = Math.Max(0, count - Pager.Skip - PageSize);
        int size = count - Pager.Skip - first;
        Entries = OnlyImbalanced
            ? [.. Enumerable.Range(first, size).Reverse().Select(index => Segment.Find(Segment.Imbalanced[index])!)]
            : [.. Segment.Hours.GetRange(first, size).Reverse()];
        return Page();
    }

    /// <summary>Who signed an hour.</summary>
    public IReadOnlyList<Address> SignersOf(HourEntry entry) => entry.Signers(deployed.LedgerDomain);

    /// <summary>Has a group anything to be compared with?</summary>
    public bool HasConsumers(uint group) => Segment!.Registered.Groups[Segment.IndexOf(group)].Consumers.Count > 0;
}
