using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>The time machine: signals, alarms, incidents and actions as they were at a moment.</summary>
internal sealed class MomentModel(OracleReader reader, DispatchFeed feed, City city, TimeProvider time) : PageModel
{
    private const string FieldFormat = "yyyy-MM-dd'T'HH:mm:ss";

    /// <summary>Steps through time.</summary>
    public static IReadOnlyList<(TimeSpan Step, string Label)> Steps { get; } =
        [(TimeSpan.FromDays(1), "24:00"), (TimeSpan.FromHours(1), "1:00"), (TimeSpan.FromMinutes(5), "0:05"), (TimeSpan.FromSeconds(10), "0:00:10")];

    /// <summary>The substation whose signals are shown; <c>null</c> in a city without one.</summary>
    public SubstationPlan? Plan { get; private set; }

    /// <summary>How it was.</summary>
    public MomentView Moment { get; private set; } = null!;

    /// <summary>The moment as the form's field has it.</summary>
    public string Field => city.Calendar.ToLocal(Moment.At).ToString(FieldFormat, CultureInfo.InvariantCulture);

    /// <summary>The picture as it was.</summary>
    public SubstationBoard? Board => Plan is null ? null : new(Plan, DispatchState.Unknown with
    {
        Signals = Moment.Signals.ToDictionary(signal => (signal.SourceObject, signal.Signal)),
    });

    /// <summary>Address of another moment.</summary>
    public string Href(DateTimeOffset at) => string.Create(
        CultureInfo.InvariantCulture, $"/dispatch/moment?at={city.Calendar.ToLocal(at).ToString(FieldFormat, CultureInfo.InvariantCulture)}&object={Plan?.Number}");

    /// <summary>Shows the moment.</summary>
    /// <param name="at">The moment, the city's time; <c>null</c> for a minute ago.</param>
    /// <param name="number">Number of the substation; <c>null</c> for the first.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task OnGetAsync(DateTime? at, [FromQuery(Name = "object")] uint? number, CancellationToken cancellationToken)
    {
        Plan = city.Plan.Substations.FirstOrDefault(known => number is null || known.Number == number);
        DateTimeOffset instant = DeskAnswer.InstantOf(city, at) ?? (feed.Current.Status?.SourceTime ?? time.GetUtcNow()).AddMinutes(-1);
        Moment = await reader.GetMomentAsync(Plan?.SourceObject ?? "", instant, cancellationToken);
    }
}
