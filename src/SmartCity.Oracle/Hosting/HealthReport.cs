using System.Globalization;
using System.Text.Json;

namespace SmartCity.Oracle;

/// <summary>One thing that must be well for an oracle to be ready.</summary>
/// <param name="Name">Which one: journal, source, chain, lag, disk; notices where organisations are told of incidents.</param>
/// <param name="IsGood">Is it well?</param>
/// <param name="Detail">How it is, and what to do when it is not well.</param>
internal sealed record HealthCheck(string Name, bool IsGood, string Detail);

/// <summary>Is an oracle able to do its work, and if not, why.</summary>
/// <param name="Checks">One for each thing that must be well.</param>
internal sealed record HealthReport(IReadOnlyList<HealthCheck> Checks)
{
    /// <summary>Hours behind that still pass as ready: one for the moments after an hour's end, one for slow blocks.</summary>
    public const int LagLimitHours = 2;

    /// <summary>Free space below which an oracle is not ready: some days of a city's samples.</summary>
    public const long FreeBytesLimit = 256 * 1024 * 1024;

    /// <summary>Is everything well?</summary>
    public bool IsReady => Checks.All(check => check.IsGood);

    /// <summary>Judges an oracle.</summary>
    /// <param name="status">What its journal tells; <c>null</c> when it was never started, or the journal cannot be read.</param>
    /// <param name="journalProblem">Why the journal cannot be read or written; <c>null</c> when it can.</param>
    /// <param name="freeBytes">Free space on its disk; <c>null</c> when the system does not tell.</param>
    /// <param name="notices">How it stands with what organisations are told; <c>null</c> when they are told nothing.</param>
    public static HealthReport Of(OracleStatus? status, string? journalProblem, long? freeBytes, NoticeHealth? notices = null) => new(
    [
        new("journal", journalProblem is null, journalProblem ?? "is written"),
        Link("source", status?.Source),
        Link("chain", status?.Chain),
        Lag(status),
        new("disk", freeBytes is null or >= FreeBytesLimit, freeBytes is { } free
            ? string.Create(CultureInfo.InvariantCulture, $"{free / (1024 * 1024):N0} MiB free{(free < FreeBytesLimit ? $": less than {FreeBytesLimit / (1024 * 1024)}; free some space" : "")}")
            : "the system does not tell the free space"),
        .. notices is null ? Array.Empty<HealthCheck>() : [notices.Check],
    ]);

    /// <summary>The report as JSON: <c>{"status":"ready","checks":{"journal":{"status":"ok","detail":"…"},…}}</c>.</summary>
    public byte[] ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteString("status", IsReady ? "ready" : "not ready");
            json.WriteStartObject("checks");
            foreach (HealthCheck check in Checks)
            {
                json.WriteStartObject(check.Name);
                json.WriteString("status", check.IsGood ? "ok" : "failing");
                json.WriteString("detail", check.Detail);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static HealthCheck Link(string name, LinkStatus? link) => new(
        name, link?.State == LinkState.Reachable, link?.Message ?? (link?.State ?? LinkState.Unknown) switch
        {
            LinkState.Reachable => "answers",
            LinkState.Unreachable => "does not answer",
            LinkState.Refused => "refuses",
            _ => "was not asked yet",
        });

    private static HealthCheck Lag(OracleStatus? status)
    {
        if (status?.SourceTime is null)
        {
            return new("lag", false, "is not known before the source's first answer");
        }
        string backfill = status.Backfill is { IsDone: false } running
            ? string.Create(CultureInfo.InvariantCulture, $"; back-fill {running.Percent:0} % closed") : "";
        return new(
            "lag", status.LagHours <= LagLimitHours,
            $"{status.LagHours} hours are over and not on the chain{(status.LagHours > LagLimitHours ? $" (at most {LagLimitHours} are usual)" : "")}{backfill}");
    }
}
