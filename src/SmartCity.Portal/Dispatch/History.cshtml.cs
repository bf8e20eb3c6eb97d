using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>Alarms that have ended, newest first, page by page.</summary>
internal sealed class HistoryModel(OracleReader reader) : PageModel
{
    /// <summary>Said when there is none.</summary>
    public static readonly Phrase None = new("Закрытых тревог ещё нет.", "No alarm has ended yet.");

    /// <summary>Head of the column that says who acknowledged.</summary>
    public static readonly Phrase Who = new("Подтвердил", "Acknowledged by");

    private const int PageSize = 50;

    /// <summary>The alarms of the page that have ended.</summary>
    public IReadOnlyList<AlarmView> Alarms { get; private set; } = [];

    /// <summary>Where the next page begins, if there is one.</summary>
    public long? Next { get; private set; }

    /// <summary>Reads the page.</summary>
    public async Task OnGetAsync(long? before, CancellationToken cancellationToken)
    {
        IReadOnlyList<AlarmView> ended = await reader.GetEndedAlarmsAsync(before, PageSize + 1, cancellationToken);
        Alarms = [.. ended.Take(PageSize)];
        Next = ended.Count > PageSize ? Alarms[^1].Id : null;
    }
}
