using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SmartCity.Portal;

/// <summary>The strip alone, for the pages that refresh it.</summary>
internal sealed class StatusModel(SystemStatus status) : PageModel
{
    /// <summary>What the strip says.</summary>
    public IReadOnlyList<StatusItem> Items { get; private set; } = [];

    /// <summary>Reads the state.</summary>
    public void OnGet() => Items = status.Items();
}
