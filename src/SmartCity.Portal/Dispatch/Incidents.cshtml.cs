using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>All incidents, newest first, page by page.</summary>
internal sealed class IncidentsModel(OracleReader reader) : PageModel
{
    /// <summary>Those that are not over.</summary>
    public static readonly Phrase Open = new("открытые", "open");

    private const int PageSize = 50;

    /// <summary>The incidents of the page.</summary>
    public IReadOnlyList<IncidentView> Incidents { get; private set; } = [];

    /// <summary>Only those that are not over?</summary>
    public bool OpenOnly { get; private set; }

    /// <summary>Where the next page begins, if there is one.</summary>
    public long? Next { get; private set; }

    /// <summary>Reads the page.</summary>
    public async Task OnGetAsync(bool open, long? before, CancellationToken cancellationToken)
    {
        OpenOnly = open;
        Incidents = await reader.GetIncidentsAsync(open, before, PageSize, at: null, cancellationToken);
        Next = Incidents.Count == PageSize ? Incidents[^1].Id : null;
    }
}
