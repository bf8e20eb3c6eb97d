using Dapper;

namespace SmartCity.Oracle;

/// <summary>Something a person asked for.</summary>
/// <param name="Id">The journal's number.</param>
/// <param name="Json">The request, as <see cref="DeskRequest.ToJson"/> wrote it.</param>
/// <param name="By">Who asks.</param>
/// <param name="Note">Why, or what was seen.</param>
/// <param name="At">When it happened, source time; <c>null</c> for now.</param>
internal sealed record OpenRequest(long Id, string Json, string By, string Note, DateTimeOffset? At);

/// <summary>What persons ask for.</summary>
internal sealed class RequestStore(JournalDatabase journal)
{
    private const int AtOnce = 100;

    /// <summary>Requests not carried out, in the order in which they were made.</summary>
    public IReadOnlyList<OpenRequest> Open() => journal.Read(connection => connection.Query<Row>(
        "SELECT id, request, by_whom AS ByWhom, note, at_ms AS AtMs FROM request WHERE outcome IS NULL ORDER BY id LIMIT @AtOnce", new { AtOnce })
        .Select(row => new OpenRequest(
            row.Id, row.Request, row.ByWhom, row.Note, row.AtMs is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null)).ToList());

    /// <summary>Notes what became of a request.</summary>
    /// <param name="transaction">The transaction that carries it out.</param>
    /// <param name="request">The request's number.</param>
    /// <param name="refusal">Why it came to nothing; <c>null</c> when it is done.</param>
    public static void Answer(JournalTransaction transaction, long request, string? refusal)
    {
        transaction.Execute(
            "UPDATE request SET outcome = @outcome, reason = @refusal WHERE id = @request", new { request, outcome = refusal is null ? 1L : 2L, refusal });
        transaction.Touch(OracleChanges.Alarms);
    }

    private sealed class Row
    {
        public long Id { get; init; }
        public string Request { get; init; } = "";
        public string ByWhom { get; init; } = "";
        public string Note { get; init; } = "";
        public long? AtMs { get; init; }
    }
}
