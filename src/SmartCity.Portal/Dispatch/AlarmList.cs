using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>What of the open alarms a browser wants to see, as its address says.</summary>
internal sealed record AlarmQuery
{
    /// <summary>Everything, from the first page.</summary>
    public static AlarmQuery All { get; } = new();

    /// <summary>Only those that stand so.</summary>
    [FromQuery(Name = "standing")]
    public AlarmStanding? Standing { get; init; }

    /// <summary>Only those at least so grave.</summary>
    [FromQuery(Name = "least")]
    public AlarmGravity? Least { get; init; }

    /// <summary>Only those of an alarm of the brief, 1..4, or diagnostics, 0.</summary>
    [FromQuery(Name = "alarm")]
    public int? Alarm { get; init; }

    /// <summary>Only those of a substation.</summary>
    [FromQuery(Name = "object")]
    public uint? Object { get; init; }

    /// <summary>Number of the page, from 1.</summary>
    [FromQuery(Name = "number")]
    public int? Number { get; init; }

    /// <summary>Is anything left out?</summary>
    public bool IsFiltered => Standing is not null || Least is not null || Alarm is not null || Object is not null;

    /// <summary>What the journal is asked for.</summary>
    public AlarmFilter Filter => new(Standing, Least ?? AlarmGravity.Trivial, Alarm, Object);

    /// <summary>The address of a page that shows this, without the page's number.</summary>
    public string Path(string page) => page + QueryString.Create(
    [
        .. Pair("standing", Standing), .. Pair("least", Least), .. Pair("alarm", Alarm), .. Pair("object", Object),
    ]);

    private static IEnumerable<KeyValuePair<string, string?>> Pair<T>(string name, T? value)
        where T : struct
    {
        if (value is { } known)
        {
            yield return new(name, Convert.ToString(known, CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>A page of the open alarms.</summary>
/// <param name="Query">What was asked for.</param>
/// <param name="Alarms">The alarms of the page, those that call first.</param>
/// <param name="Counts">How many there are.</param>
internal sealed record AlarmList(AlarmQuery Query, IReadOnlyList<AlarmView> Alarms, AlarmCounts Counts)
{
    /// <summary>Alarms a page.</summary>
    public const int PageSize = 25;

    /// <summary>There are none.</summary>
    public static AlarmList Empty { get; } = new(AlarmQuery.All, [], default);

    /// <summary>The way through the pages.</summary>
    public Pager Pager => PagerOf("/dispatch");

    /// <summary>The newest alarm that calls; the browser sounds when it grows.</summary>
    public long NewestCalling => Alarms.Where(alarm => alarm is { Standing: AlarmStanding.Unacknowledged, Number: > 0 }).Select(alarm => alarm.Id).DefaultIfEmpty().Max();

    /// <summary>Where the browser asks for this list anew; <c>null</c> for the list that is sent to all.</summary>
    public string? Source => Query.IsFiltered || Pager.Number > 1 ? PagerOf("/dispatch/alarms").Href(Pager.Number) : null;

    /// <summary>Reads a page; one beyond the end is the last.</summary>
    public static async Task<AlarmList> ReadAsync(OracleReader reader, AlarmQuery query, CancellationToken cancellationToken)
    {
        AlarmList list = new(query, [], await reader.CountOpenAlarmsAsync(query.Filter, cancellationToken));
        return list with { Alarms = await reader.GetOpenAlarmsAsync(query.Filter, list.Pager.Skip, PageSize, cancellationToken) };
    }

    private Pager PagerOf(string page) => Pager.Of(Query.Path(page), Counts.Matching, PageSize, Query.Number ?? 1);
}
