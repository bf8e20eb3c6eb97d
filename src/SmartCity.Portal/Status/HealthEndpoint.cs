using Microsoft.AspNetCore.Http.HttpResults;

namespace SmartCity.Portal;

/// <summary>Tells a program that waits whether the portal serves pages and knows the chain up to a block.</summary>
internal static class HealthEndpoint
{
    /// <summary>Maps <c>GET /health</c>: 200 when the chain was read at least once, else 503; the body names the last block read.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes) => routes.MapGet("/health", Health).AllowAnonymous();

    private static Results<Ok<PortalHealth>, JsonHttpResult<PortalHealth>> Health(ChainFollower chain)
    {
        PortalHealth health = new(chain.Link.IsReachable == true && chain.Book.Block > 0, chain.Book.Block);
        return health.IsReady
            ? TypedResults.Ok(health)
            : TypedResults.Json(health, statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private sealed record PortalHealth(bool IsReady, ulong Block);
}
