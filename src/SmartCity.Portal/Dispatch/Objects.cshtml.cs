using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>A substation and how its alarms stand.</summary>
/// <param name="Plan">The substation.</param>
/// <param name="Alarms">Its open alarms.</param>
internal sealed record ObjectState(SubstationPlan Plan, SubstationAlarms Alarms)
{
    /// <summary>All substations: those that call first, then those with the gravest alarms, then by number.</summary>
    public static IEnumerable<ObjectState> Of(City city, DispatchState state) => city.Plan.Substations
        .Select(plan => new ObjectState(plan, state.Substations.GetValueOrDefault(plan.Number)))
        .OrderByDescending(one => one.Alarms.Unacknowledged > 0)
        .ThenByDescending(one => one.Alarms.Open == 0 ? -1 : (int)one.Alarms.Gravest)
        .ThenBy(one => one.Plan.Number);
}

/// <summary>All substations by their state, page by page.</summary>
internal sealed class ObjectsModel(DispatchFeed feed, City city) : PageModel
{
    private const int PageSize = 100;

    /// <summary>The substations of the page.</summary>
    public IReadOnlyList<ObjectState> Objects { get; private set; } = [];

    /// <summary>The way through the pages.</summary>
    public Pager Pager { get; private set; } = null!;

    /// <summary>Shows a page.</summary>
    /// <param name="number">Its number, from 1.</param>
    public void OnGet(int? number)
    {
        Pager = Pager.Of("/dispatch/objects", city.Plan.Substations.Count, PageSize, number ?? 1);
        Objects = [.. ObjectState.Of(city, feed.Current).Skip(Pager.Skip).Take(PageSize)];
    }
}
