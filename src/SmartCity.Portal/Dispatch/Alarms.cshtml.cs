using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>A part of the list of open alarms alone, for a page that shows it filtered.</summary>
internal sealed class AlarmsModel(OracleReader reader) : PageModel
{
    /// <summary>Reads the part.</summary>
    public async Task<IActionResult> OnGetAsync([FromQuery] AlarmQuery query, CancellationToken cancellationToken) =>
        Partial("/Dispatch/_Alarms.cshtml", await AlarmList.ReadAsync(reader, query, cancellationToken));
}
