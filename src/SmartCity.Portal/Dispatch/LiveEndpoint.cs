using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace SmartCity.Portal;

/// <summary>
/// The stream of the dispatch room: parts of the page as HTML, each sent when it changed. An event's id states which version of each
/// part the browser then has, so that a browser that returns with <c>Last-Event-ID</c> gets what it missed and nothing else, also from
/// a server that was restarted meanwhile.
/// </summary>
internal static class LiveEndpoint
{
    /// <summary>Name of the event that only says that the stream is alive.</summary>
    public const string BeatEvent = "beat";

    private const int HashDigits = 8;

    private static readonly string[] Parts = ["alarms", "incidents", "objects", "schematic", "status", "changes"];

    /// <summary>A browser that hears nothing for much longer than this has lost the stream.</summary>
    private static readonly TimeSpan BeatPeriod = TimeSpan.FromSeconds(5);

    /// <summary>Changes within this time are told together.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>After this time the browser must come again, with a session that still holds.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>Maps <c>GET /dispatch/live</c>.</summary>
    public static void MapLive(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/dispatch/live", Live).RequireAuthorization(nameof(PortalRole.Dispatcher));

    // Versions that the browser has: lastEventId when its own connection broke, after when another of its tabs had the stream.
    private static Results<ServerSentEventsResult<string>, StatusCodeHttpResult> Live(
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId, [FromQuery] string? after, HttpContext context, DispatchFeed feed)
    {
        IDisposable? place = feed.TryEnter();
        if (place is null)
        {
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
        context.Response.RegisterForDispose(place);
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(EventsAsync(lastEventId ?? after, context, feed, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        string? lastEventId, HttpContext context, DispatchFeed feed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TimeProvider time = context.RequestServices.GetRequiredService<TimeProvider>();
        long begun = time.GetTimestamp();
        string[] versions = VersionsOf(lastEventId);
        DispatchState state = feed.Current;
        bool isNew = true;
        while (time.GetElapsedTime(begun) < Lifetime)
        {
            bool isSent = false;
            for (int part = 0; part < Parts.Length; part++)
            {
                string html = await RenderAsync(context, Parts[part], state);
                string version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(html)))[..HashDigits];
                if (versions[part] != version)
                {
                    versions[part] = version;
                    isSent = true;
                    yield return new(html, Parts[part]) { EventId = string.Join('-', versions) };
                }
            }
            if (isNew && !isSent)
            {
                // Nothing was missed: say so at once, or the browser would take the silence for a broken stream.
                yield return new("", BeatEvent) { EventId = string.Join('-', versions) };
            }
            isNew = false;
            await Task.Delay(Pause, time, cancellationToken);
            DispatchState next = await feed.NewerThanAsync(state.Version, BeatPeriod, cancellationToken);
            if (next.Version == state.Version)
            {
                yield return new("", BeatEvent) { EventId = string.Join('-', versions) };
            }
            state = next;
        }
    }

    private static Task<string> RenderAsync(HttpContext context, string part, DispatchState state)
    {
        IServiceProvider services = context.RequestServices;
        Fragments fragments = services.GetRequiredService<Fragments>();
        return part switch
        {
            "alarms" => fragments.RenderAsync(context, "/Dispatch/_Alarms.cshtml", state.Alarms),
            "incidents" => fragments.RenderAsync(context, "/Dispatch/_Board.cshtml", state),
            "objects" => fragments.RenderAsync(context, "/Dispatch/_Objects.cshtml", state),
            "schematic" => fragments.RenderAsync(context, "/Dispatch/_Schematics.cshtml", state),
            // Only a number: pages that show something of their own ask for it anew.
            "changes" => Task.FromResult(state.Changes.ToString(CultureInfo.InvariantCulture)),
            _ => fragments.RenderAsync(context, "/Status/_Items.cshtml", services.GetRequiredService<SystemStatus>().Items()),
        };
    }

    private static string[] VersionsOf(string? lastEventId)
    {
        string[] versions = lastEventId?.Split('-') ?? [];
        return versions.Length == Parts.Length ? versions : new string[Parts.Length];
    }
}
