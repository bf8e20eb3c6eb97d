using Microsoft.AspNetCore.Http.HttpResults;
using SmartCity.Audit;

namespace SmartCity.Portal;

/// <summary>The data of the last audit as a file that anybody can audit again.</summary>
internal static class DataSetEndpoint
{
    /// <summary>Maps <c>GET /audit/data-set</c>.</summary>
    public static void MapDataSet(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/audit/data-set", DownloadAsync).RequireAuthorization(nameof(PortalRole.Auditor));

    private static async Task<Results<FileStreamHttpResult, NotFound>> DownloadAsync(AuditJob job, CancellationToken cancellationToken)
    {
        if (job.State.Result is not { } result)
        {
            return TypedResults.NotFound();
        }
        string path = Path.Combine(Path.GetTempPath(), $"smartcity-audit-{Guid.NewGuid():N}.jsonl");
        await AuditFile.SaveAsync(result.Data, path, cancellationToken);
        FileStream file = new(path, new FileStreamOptions { Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });
        return TypedResults.Stream(file, "application/jsonl", $"smartcity-audit-block-{result.Data.LastBlock}.jsonl");
    }
}
