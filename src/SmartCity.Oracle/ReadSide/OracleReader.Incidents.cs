using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <content>Incidents.</content>
public sealed partial class OracleReader
{
    private const string IncidentColumns =
        "id, hash, adopted, object_name AS ObjectName, code, detail, planned_ms AS PlannedMs, state";

    private const string EntryColumns =
        """
        e.id, e.incident, i.hash AS IncidentHash, e.kind, e.stage, e.time_ms AS TimeMs, e.by_whom AS ByWhom, e.signer, e.note, e.evidence,
        e.evidence_hash AS EvidenceHash, e.chain_hash AS ChainHash, o.state, o.transaction_hash AS TransactionHash, o.refusal
        """;

    private const string EntryTables = "incident_entry e JOIN incident i ON i.id = e.incident LEFT JOIN incident_outbox o ON o.entry = e.id";

    private static readonly IncidentRules s_law = RuleFiles.Incidents();

    // A month's beginning decides when an interruption is due, which an incident knows; how it stands with it asks for no calendar.
    private static readonly IncidentClocks s_clocks = new(s_law, new(TimeSpan.Zero));
    private static readonly IncidentMachine s_machine = new(s_clocks);

    /// <summary>Incidents, newest first.</summary>
    /// <param name="openOnly">Only those neither closed nor rejected nor merged.</param>
    /// <param name="before">Only incidents with a smaller <see cref="IncidentView.Id"/>: the next page; <c>null</c> for the first.</param>
    /// <param name="limit">How many at most, 1..<see cref="MaxRows"/>.</param>
    /// <param name="at">The instant that clocks are of; <c>null</c>: as the source's clock was seen last.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<IncidentView>> GetIncidentsAsync(
        bool openOnly, long? before, int limit, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        RequireLimit(limit);
        return ReadAsync<IReadOnlyList<IncidentView>>([], async connection =>
        {
            DateTimeOffset now = at ?? await SourceTimeAsync(connection, cancellationToken);
            IEnumerable<IncidentRow> rows = await connection.QueryAsync<IncidentRow>(new CommandDefinition(
                $"SELECT {IncidentColumns} FROM incident WHERE id < @before {(openOnly ? "AND is_open = 1" : "")} ORDER BY id DESC LIMIT @limit",
                new { before = before ?? long.MaxValue, limit }, cancellationToken: cancellationToken));
            return [.. rows.Select(row => ToIncident(row, now))];
        });
    }

    /// <summary>Open incidents, grouped by cause; of each group the most urgent ones.</summary>
    /// <param name="limit">How many of a group at most, 1..<see cref="MaxRows"/>; all are counted.</param>
    /// <param name="at">The instant that clocks are of; <c>null</c>: as the source's clock was seen last.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IncidentBoard> GetBoardAsync(int limit, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        RequireLimit(limit);
        return ReadAsync(IncidentBoard.Empty, async connection =>
        {
            DateTimeOffset now = at ?? await SourceTimeAsync(connection, cancellationToken);
            IEnumerable<IncidentRow> rows = await connection.QueryAsync<IncidentRow>(new CommandDefinition(
                $"SELECT {IncidentColumns} FROM incident WHERE is_open = 1", cancellationToken: cancellationToken));
            return new IncidentBoard(now, [.. rows.Select(row => ToIncident(row, now)).GroupBy(incident => incident.State.Alarm).OrderBy(group => group.Key)
                .Select(group => new IncidentGroup(
                    group.Key,
                    group.Count(),
                    group.Count(incident => incident.IsOverdue),
                    group.Select(incident => incident.State.ObjectNumber).Distinct().Count(),
                    [.. group.OrderBy(incident => incident.Next?.Due ?? DateTimeOffset.MaxValue).ThenBy(incident => incident.Id).Take(limit)]))]);
        });
    }

    /// <summary>An incident with all that belongs to it; <c>null</c> when there is none of the number.</summary>
    /// <param name="incident">Its <see cref="IncidentView.Id"/>.</param>
    /// <param name="at">The instant that clocks are of; <c>null</c>: as the source's clock was seen last.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IncidentCard?> FindIncidentAsync(long incident, DateTimeOffset? at, CancellationToken cancellationToken) =>
        ReadAsync(default(IncidentCard), async connection =>
        {
            DateTimeOffset now = at ?? await SourceTimeAsync(connection, cancellationToken);
            IncidentRow? row = await connection.QuerySingleOrDefaultAsync<IncidentRow>(new CommandDefinition(
                $"SELECT {IncidentColumns} FROM incident WHERE id = @incident", new { incident }, cancellationToken: cancellationToken));
            if (row is null)
            {
                return null;
            }
            IncidentView view = ToIncident(row, now);
            IEnumerable<EntryRow> entries = await ManyAsync<EntryRow>(
                $"SELECT {EntryColumns} FROM {EntryTables} WHERE e.incident = @incident ORDER BY e.id DESC LIMIT @MaxRows");
            IEnumerable<WarningRow> warnings = await ManyAsync<WarningRow>(
                """
                SELECT deadline, percent, level, reached_ms AS ReachedMs, due_ms AS DueMs
                FROM incident_warning WHERE incident = @incident ORDER BY id DESC LIMIT @MaxRows
                """);
            IEnumerable<FileRow> files = await ManyAsync<FileRow>(
                """
                SELECT f.hash, f.name, f.media_type AS MediaType, f.size, e.by_whom AS ByWhom, e.time_ms AS TimeMs, e.note
                FROM evidence_file f JOIN incident_entry e ON e.id = f.entry WHERE f.incident = @incident ORDER BY f.entry LIMIT @MaxRows
                """);
            IEnumerable<OutageRow> outages = await ManyAsync<OutageRow>(
                """
                SELECT o.grp, o.kind, o.from_s AS FromS, o.to_s AS ToS, o.measure
                FROM outage o JOIN incident_entry e ON e.id = o.entry WHERE e.incident = @incident ORDER BY o.entry LIMIT @MaxRows
                """);
            IReadOnlyList<AlarmView> alarms = await AlarmsAsync(
                connection, "a.part_of = @hash", "a.id DESC LIMIT @limit", new { hash = row.Hash, limit = MaxRows }, cancellationToken);
            IEnumerable<long> parts = await ManyAsync<long>(
                "SELECT e.incident FROM incident_outbox o JOIN incident_entry e ON e.id = o.entry WHERE o.parent = @incident ORDER BY e.id LIMIT @MaxRows");
            long? parent = view.State.Parent is { } of
                ? await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                    "SELECT id FROM incident WHERE object = @ObjectNumber AND number = @Number", new { of.ObjectNumber, of.Number },
                    cancellationToken: cancellationToken))
                : null;
            return new IncidentCard(
                view,
                [.. entries.Select(ToEntry).Reverse()],
                [.. warnings.Select(warning => ToWarning(incident, warning)).Reverse()],
                [.. files.Select(file => new EvidenceFileView(
                    Hex(file.Hash)!, file.Name, file.MediaType, file.Size, file.ByWhom, Instant(file.TimeMs), file.Note))],
                [.. outages.Select(outage => new IncidentOutageView(
                    (uint)outage.Grp, new((OutageKind)outage.Kind, (ulong)outage.FromS, (ulong)outage.ToS, (uint)outage.Measure)))],
                alarms,
                [.. parts],
                parent);

            Task<IEnumerable<T>> ManyAsync<T>(string sql) =>
                connection.QueryAsync<T>(new CommandDefinition(sql, new { incident, MaxRows }, cancellationToken: cancellationToken));
        });

    /// <summary>What became of a request; <c>null</c> when there is none of the number.</summary>
    /// <param name="request">The number that <see cref="OracleCommands.AskAsync"/> gave.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<RequestAnswer?> GetRequestAsync(long request, CancellationToken cancellationToken) =>
        ReadAsync(default(RequestAnswer?), async connection =>
        {
            IEnumerable<(long? Outcome, string? Reason)> rows = await connection.QueryAsync<(long?, string?)>(new CommandDefinition(
                "SELECT outcome, reason FROM request WHERE id = @request", new { request }, cancellationToken: cancellationToken));
            return rows.Select(row => (RequestAnswer?)new RequestAnswer(row.Outcome is { } outcome ? outcome == 1 : null, row.Reason)).FirstOrDefault();
        });

    /// <summary>Opens a file of an incident; <c>null</c> when no incident has it.</summary>
    /// <param name="hash">Its <see cref="EvidenceFileView.Hash"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="IOException">The bytes cannot be read.</exception>
    public Task<Stream?> OpenEvidenceAsync(string hash, CancellationToken cancellationToken) => ReadAsync(default(Stream), async connection =>
        Hash32.TryParse(hash, out Hash32 parsed) && await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT 1 FROM evidence_file WHERE hash = @hash)", new { hash = parsed.ToBytes() }, cancellationToken: cancellationToken))
            ? (Stream?)File.OpenRead(new EvidenceFiles(Path.GetDirectoryName(_path)!).PathOf(parsed))
            : null);

    /// <summary>Goes over the hashes of all entries of incidents: the first one that is not as it was written; <c>null</c> when all are.</summary>
    public Task<BrokenEntry?> FindBrokenEntryAsync(CancellationToken cancellationToken) => ReadAsync(default(BrokenEntry), connection =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(EntryChain.FindBroken(connection));
    });

    private async Task<DateTimeOffset> SourceTimeAsync(SqliteConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<long?>(new CommandDefinition("SELECT source_time_ms FROM status", cancellationToken: cancellationToken)) is { } seen
            ? Instant(seen)
            : _time.GetUtcNow();

    private static IncidentView ToIncident(IncidentRow row, DateTimeOffset at)
    {
        Incident incident = IncidentStore.Parse(row.State);
        return new(
            row.Id, Hex(row.Adopted ?? row.Hash)!, row.ObjectName, row.Code, row.Detail, incident, Instant(row.PlannedMs), at, s_clocks.At(incident, at))
        {
            ClosableFrom = s_machine.ClosableFrom(incident),
            AccidentClasses = s_law.AccidentsAt(incident.RaisedAt) is { } rules && incident.Stage is not (IncidentStage.Rejected or IncidentStage.Merged)
                ? Accidents.Of(Accidents.FactsOf(incident, at), rules)
                : [],
        };
    }

    private static IncidentEntryView ToEntry(EntryRow row) => new(
        row.Id,
        (IncidentEntryKind)row.Kind,
        (IncidentStage?)row.Stage,
        Instant(row.TimeMs),
        row.ByWhom,
        row.Signer,
        row.Note,
        IncidentEvidenceJson.RequestOf(row.Evidence),
        row.Evidence,
        Hex(row.EvidenceHash)!,
        Hex(row.ChainHash)!,
        (OutboxState?)row.State,
        Hex(row.TransactionHash),
        row.Refusal);

    private static IncidentWarningView ToWarning(long incident, WarningRow row) => new(incident, new(
        (Deadline)row.Deadline, (int)row.Percent, (EscalationLevel)row.Level, Instant(row.ReachedMs), Instant(row.DueMs)));
}
