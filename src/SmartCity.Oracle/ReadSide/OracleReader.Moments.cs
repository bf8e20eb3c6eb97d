using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <content>The past: how it was at a moment, what was done, shifts handed over.</content>
public sealed partial class OracleReader
{
    /// <summary>How far back a value of a moment may lie: a city's samples lie in the order of time, and all of that span are looked through.</summary>
    public static readonly TimeSpan MomentReach = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_dayBefore = TimeSpan.FromDays(1);

    /// <summary>How it was at a moment.</summary>
    /// <param name="sourceObject">Tag of the object whose signals are wanted.</param>
    /// <param name="at">The moment, source time.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<MomentView> GetMomentAsync(string sourceObject, DateTimeOffset at, CancellationToken cancellationToken) =>
        ReadAsync(new MomentView(at, [], [], [], []), async connection => new MomentView(
            at,
            await SignalsAtAsync(connection, sourceObject, at, cancellationToken),
            [.. (await AlarmsAsync(
                connection,
                "a.raised_ms <= @at AND (cleared_ms IS NULL OR cleared_ms > @at OR ((acknowledged_ms IS NULL OR acknowledged_ms > @at) AND a.number > 0))",
                "a.id DESC LIMIT @limit",
                new { at = at.ToUnixTimeMilliseconds(), limit = MaxRows },
                cancellationToken)).Select(alarm => AsOf(alarm, at))],
            await IncidentsAtAsync(connection, at, cancellationToken),
            await EntriesAsync(connection, at - s_dayBefore, at, MaxRows, cancellationToken)));

    /// <summary>What was done with incidents, newest first.</summary>
    /// <param name="after">Only what was done later, source time.</param>
    /// <param name="to">Only what was done by then, source time.</param>
    /// <param name="limit">How many at most, 1..<see cref="MaxRows"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<DeskEntryView>> GetEntriesAsync(DateTimeOffset after, DateTimeOffset to, int limit, CancellationToken cancellationToken)
    {
        RequireLimit(limit);
        return ReadAsync<IReadOnlyList<DeskEntryView>>([], connection => EntriesAsync(connection, after, to, limit, cancellationToken));
    }

    /// <summary>Shifts handed over, newest first.</summary>
    /// <param name="limit">How many at most, 1..<see cref="MaxRows"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<HandoverView>> GetHandoversAsync(int limit, CancellationToken cancellationToken)
    {
        RequireLimit(limit);
        return ReadAsync<IReadOnlyList<HandoverView>>([], async connection =>
        {
            IEnumerable<HandoverRow> rows = await connection.QueryAsync<HandoverRow>(new CommandDefinition(
                """
                SELECT id, by_whom AS ByWhom, note, time_ms AS TimeMs, incidents, alarms, taken_by AS TakenBy, taken_ms AS TakenMs
                FROM handover ORDER BY id DESC LIMIT @limit
                """,
                new { limit }, cancellationToken: cancellationToken));
            return [.. rows.Select(row => new HandoverView(
                row.Id, row.ByWhom, row.Note, Instant(row.TimeMs), JsonSerializer.Deserialize<long[]>(row.Incidents) ?? [], (int)row.Alarms, row.TakenBy,
                Instant(row.TakenMs)))];
        });
    }

    private static async Task<IReadOnlyList<SignalView>> SignalsAtAsync(
        SqliteConnection connection, string sourceObject, DateTimeOffset at, CancellationToken cancellationToken)
    {
        IEnumerable<LatestRow> rows = await connection.QueryAsync<LatestRow>(new CommandDefinition(
            """
            SELECT s.object, s.name, s.display_name AS DisplayName, s.unit, p.value, p.quality, NULL AS Reason,
                   max(p.source_ms) AS SourceMs, p.received_ms AS ReceivedMs
            FROM sample p JOIN signal s ON s.id = p.signal
            WHERE p.source_ms BETWEEN @from AND @to AND p.signal IN (SELECT id FROM signal WHERE object = @sourceObject)
            GROUP BY p.signal ORDER BY s.name
            """,
            new { sourceObject, from = (at - MomentReach).ToUnixTimeMilliseconds(), to = at.ToUnixTimeMilliseconds() },
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => ToSignal(row, at))];
    }

    private static async Task<IReadOnlyList<DeskEntryView>> EntriesAsync(
        SqliteConnection connection, DateTimeOffset after, DateTimeOffset to, int limit, CancellationToken cancellationToken)
    {
        IEnumerable<EntryRow> rows = await connection.QueryAsync<EntryRow>(new CommandDefinition(
            $"""
            SELECT {EntryColumns}, i.object_name AS ObjectName, i.code
            FROM {EntryTables} WHERE e.time_ms > @after AND e.time_ms <= @to ORDER BY e.id DESC LIMIT @limit
            """,
            new { after = after.ToUnixTimeMilliseconds(), to = to.ToUnixTimeMilliseconds(), limit }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new DeskEntryView(row.Incident, row.ObjectName, row.Code, ToEntry(row)))];
    }

    private static async Task<IReadOnlyList<PastIncident>> IncidentsAtAsync(SqliteConnection connection, DateTimeOffset at, CancellationToken cancellationToken)
    {
        // The stage then is told by the last of the entries that change it.
        IEnumerable<PastRow> rows = await connection.QueryAsync<PastRow>(new CommandDefinition(
            $"""
            SELECT i.id, i.object_name AS ObjectName, i.code, i.raised_ms AS RaisedMs, e.kind, e.stage, e.time_ms AS TimeMs
            FROM incident i JOIN incident_entry e ON e.id = (
                SELECT max(id) FROM incident_entry WHERE incident = i.id AND time_ms <= @at AND (stage IS NOT NULL OR kind IN @others))
            WHERE i.raised_ms <= @at AND coalesce(e.stage, 0) <> @closed AND e.kind NOT IN @ends
            ORDER BY i.id DESC LIMIT @MaxRows
            """,
            new
            {
                at = at.ToUnixTimeMilliseconds(),
                others = new[] { (long)IncidentEntryKind.Rejected, (long)IncidentEntryKind.Merged, (long)IncidentEntryKind.Reopened },
                ends = new[] { (long)IncidentEntryKind.Rejected, (long)IncidentEntryKind.Merged },
                closed = (long)IncidentStage.Closed,
                MaxRows,
            },
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => new PastIncident(
            row.Id, row.ObjectName, row.Code, Instant(row.RaisedMs), (IncidentStage)(row.Stage ?? (long)IncidentStage.Registered), Instant(row.TimeMs)))];
    }

    /// <summary>An alarm as it was: what came later is not told.</summary>
    private static AlarmView AsOf(AlarmView alarm, DateTimeOffset at)
    {
        DateTimeOffset? cleared = alarm.ClearedAt <= at ? alarm.ClearedAt : null;
        bool isAcknowledged = alarm.AcknowledgedAt <= at;
        return alarm with
        {
            ClearedAt = cleared,
            AcknowledgedAt = isAcknowledged ? alarm.AcknowledgedAt : null,
            AcknowledgedBy = isAcknowledged ? alarm.AcknowledgedBy : null,
            Note = isAcknowledged ? alarm.Note : null,
            Standing = StandingOf(alarm.Number, cleared?.ToUnixTimeMilliseconds(), isAcknowledged ? alarm.AcknowledgedAt!.Value.ToUnixTimeMilliseconds() : null),
            Entries = [.. alarm.Entries.Where(entry => entry.Time <= at)],
        };
    }
}
