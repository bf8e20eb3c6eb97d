using System.Globalization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>How alarms load the dispatcher, over the last day, week, month or year.</summary>
internal sealed class PerformanceModel(OracleReader reader, City city, TimeProvider time) : PageModel
{
    /// <summary>Days that can be looked at.</summary>
    public static IReadOnlyList<int> Spans { get; } = [1, 7, 30, 365];

    /// <summary>Days that are looked at.</summary>
    public int Days { get; private set; }

    /// <summary>The figures.</summary>
    public AlarmPerformance Figures { get; private set; } = null!;

    /// <summary>Name of a substation; its number when the plan does not know it.</summary>
    public string NameOf(uint substation) => city.FindSubstation(substation)?.Name
        ?? substation.ToString(CultureInfo.InvariantCulture);

    /// <summary>Computes the figures up to the source's clock.</summary>
    public async Task OnGetAsync(int? days, CancellationToken cancellationToken)
    {
        Days = days is { } wanted && Spans.Contains(wanted) ? wanted : Spans[1];
        DateTimeOffset to = (await reader.GetStatusAsync(cancellationToken))?.SourceTime ?? time.GetUtcNow();
        Figures = await reader.GetPerformanceAsync(to.AddDays(-Days), to, cancellationToken);
    }
}
