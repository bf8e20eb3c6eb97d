using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>An incident as the journal keeps it.</summary>
/// <param name="Id">The journal's number.</param>
/// <param name="Hash">Its id in the incident log, unless the log had another one open.</param>
/// <param name="State">The incident.</param>
internal sealed record StoredIncident(long Id, Hash32 Hash, Incident State);

/// <summary>Incidents, their entries and all that belongs to them. Writes are part of the transactions of those who call.</summary>
internal static class IncidentStore
{
    /// <summary>Most comments of an incident, and most changes of owner and crew.</summary>
    public const int MaxRemarks = 1_000;

    /// <summary>Most files of an incident.</summary>
    public const int MaxFiles = 100;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>What is remembered of each object's alarms.</summary>
    public static Dictionary<uint, IntakeState> ReadStates(SqliteConnection connection) => connection
        .Query<(long Object, string State)>("SELECT object, state FROM incident_intake")
        .ToDictionary(row => (uint)row.Object, row => IntakeState.Parse(row.State));

    /// <summary>Writes what is remembered of an object's alarms.</summary>
    public static void WriteState(JournalTransaction transaction, uint number, IntakeState state) => transaction.Execute(
        "INSERT INTO incident_intake (object, state) VALUES (@number, @state) ON CONFLICT DO UPDATE SET state = @state",
        new { number, state = state.ToJson() });

    /// <summary>An incident as the journal keeps it.</summary>
    public static string ToJson(Incident incident) => JsonSerializer.Serialize(incident, s_json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static Incident Parse(string json) =>
        JsonSerializer.Deserialize<Incident>(json, s_json) ?? throw new FormatException("The state of the incident is null.");

    /// <summary>Writes a new incident.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="hash">Its id in the incident log.</param>
    /// <param name="objectName">Name of its object.</param>
    /// <param name="code">Code of the alarm that it came of.</param>
    /// <param name="detail">What was seen, in words and figures.</param>
    /// <param name="incident">The incident.</param>
    public static StoredIncident Insert(JournalTransaction transaction, Hash32 hash, string objectName, string code, string detail, Incident incident)
    {
        long id = transaction.Scalar<long>(
            """
            INSERT INTO incident (hash, object, object_name, number, alarm, code, detail, is_open, raised_ms, state)
            VALUES (@hash, @ObjectNumber, @objectName, @Number, @alarm, @code, @detail, 1, @raised, @state) RETURNING id
            """,
            new
            {
                hash = hash.ToBytes(),
                incident.ObjectNumber,
                objectName,
                incident.Number,
                alarm = (long)incident.Alarm,
                code,
                detail,
                raised = incident.RaisedAt.ToUnixTimeMilliseconds(),
                state = ToJson(incident),
            });
        transaction.Touch(OracleChanges.Alarms);
        return new(id, hash, incident);
    }

    /// <summary>Writes what became of an incident.</summary>
    public static void Update(JournalTransaction transaction, long id, Incident incident)
    {
        transaction.Execute(
            "UPDATE incident SET is_open = @IsOpen, state = @state WHERE id = @id",
            new { id, incident.IsOpen, state = ToJson(incident) });
        transaction.Touch(OracleChanges.Alarms);
    }

    /// <summary>Notes until when an incident is to be repaired.</summary>
    public static void Plan(JournalTransaction transaction, long id, DateTimeOffset plannedAt) => transaction.Execute(
        "UPDATE incident SET planned_ms = @planned WHERE id = @id", new { id, planned = plannedAt.ToUnixTimeMilliseconds() });

    /// <summary>The incident of a number of the journal; <c>null</c> for none.</summary>
    public static StoredIncident? Find(JournalTransaction transaction, long id) =>
        transaction.Query<(long, byte[], string)>("SELECT id, hash, state FROM incident WHERE id = @id", new { id }).Select(Stored).FirstOrDefault();

    /// <summary>The incident of a card.</summary>
    public static StoredIncident Get(JournalTransaction transaction, uint objectNumber, long number) => transaction.Query<(long, byte[], string)>(
        "SELECT id, hash, state FROM incident WHERE object = @objectNumber AND number = @number", new { objectNumber, number }).Select(Stored).Single();

    /// <summary>Adds an entry to the end of the chain of hashes, and to the outbox if it is one of the incident log's.</summary>
    /// <returns>The journal's number of the entry.</returns>
    public static long AddEntry(JournalTransaction transaction, StoredIncident incident, EntryDraft draft, string signer = "", StoredIncident? parent = null)
    {
        long id = transaction.Scalar<long>("SELECT coalesce(max(id), 0) FROM incident_entry") + 1;
        Hash32 previous = id == 1 ? Hash32.Zero : new(transaction.Scalar<byte[]>("SELECT chain_hash FROM incident_entry WHERE id = @id", new { id = id - 1 }));
        // Whole milliseconds, as the column keeps them.
        draft = draft with { Time = DateTimeOffset.FromUnixTimeMilliseconds(draft.Time.ToUnixTimeMilliseconds()) };
        string evidence = IncidentEvidenceJson.Write(id, incident.Hash, draft, signer, previous);
        transaction.Execute(
            """
            INSERT INTO incident_entry (id, incident, kind, stage, time_ms, by_whom, signer, note, evidence, evidence_hash, chain_hash)
            VALUES (@id, @incident, @kind, @stage, @time, @By, @signer, @Note, @evidence, @evidenceHash, @chainHash)
            """,
            new
            {
                id,
                incident = incident.Id,
                kind = (long)draft.Kind,
                stage = (long?)draft.Stage,
                time = draft.Time.ToUnixTimeMilliseconds(),
                draft.By,
                signer,
                draft.Note,
                evidence,
                evidenceHash = Keccak.Hash256(evidence).ToBytes(),
                chainHash = EntryChain.Next(previous, evidence).ToBytes(),
            });
        if (draft.Kind <= IncidentEntryKind.OutageRecorded)
        {
            transaction.Execute(
                "INSERT INTO incident_outbox (entry, lane, parent, parent_lane, state) VALUES (@id, @lane, @parent, @parentLane, 0)",
                new { id, lane = LaneOf(incident.State), parent = parent?.Id, parentLane = parent is null ? (long?)null : LaneOf(parent.State) });
        }
        transaction.Touch(OracleChanges.Alarms);
        return id;
    }

    /// <summary>How many entries of an incident there are of some kinds.</summary>
    public static long Count(JournalTransaction transaction, long incident, params IncidentEntryKind[] kinds) => transaction.Scalar<long>(
        "SELECT count(*) FROM incident_entry WHERE incident = @incident AND kind IN @kinds", new { incident, kinds = kinds.Select(kind => (long)kind) });

    /// <summary>Was a file added to an incident, since it was reopened last?</summary>
    public static bool HasFile(JournalTransaction transaction, long incident) => transaction.Scalar<bool>(
        """
        SELECT EXISTS (SELECT 1 FROM incident_entry WHERE incident = @incident AND kind = @added
            AND id > coalesce((SELECT max(id) FROM incident_entry WHERE incident = @incident AND kind = @reopened), 0))
        """,
        new { incident, added = (long)IncidentEntryKind.EvidenceAdded, reopened = (long)IncidentEntryKind.Reopened });

    /// <summary>Whose key sent that an incident was eliminated, since it was reopened last; <c>null</c> when it was not.</summary>
    public static string? SignerOfElimination(JournalTransaction transaction, long incident) => transaction.Scalar<string>(
        "SELECT signer FROM incident_entry WHERE incident = @incident AND stage = @stage ORDER BY id DESC LIMIT 1",
        new { incident, stage = (long)IncidentStage.Eliminated });

    /// <summary>Notes that somebody is to be told that a deadline runs out.</summary>
    /// <returns>The journal's number of the warning.</returns>
    public static long AddWarning(JournalTransaction transaction, long incident, DeadlineWarning warning)
    {
        transaction.Touch(OracleChanges.Alarms);
        return transaction.Scalar<long>(
            """
            INSERT INTO incident_warning (incident, deadline, percent, level, reached_ms, due_ms)
            VALUES (@incident, @deadline, @Percent, @level, @reached, @due) RETURNING id
            """,
            new
            {
                incident,
                deadline = (long)warning.Deadline,
                warning.Percent,
                level = (long)warning.To,
                reached = warning.At.ToUnixTimeMilliseconds(),
                due = warning.Due.ToUnixTimeMilliseconds(),
            });
    }

    /// <summary>Adds a file to an incident.</summary>
    public static void AddFile(JournalTransaction transaction, long entry, DeskRequest.AddEvidence file) => transaction.Execute(
        "INSERT INTO evidence_file (entry, incident, hash, name, media_type, size) VALUES (@entry, @Incident, @hash, @Name, @MediaType, @Size)",
        new { entry, file.Incident, hash = Hash32.Parse(file.Hash).ToBytes(), file.Name, file.MediaType, file.Size });

    /// <summary>The outages on record of a group that begin before an instant and end after another, in order.</summary>
    public static IReadOnlyList<Outage> Outages(JournalTransaction transaction, uint group, DateTimeOffset from, DateTimeOffset to) => [.. transaction
        .Query<(long Kind, long From, long To, long Measure)>(
            "SELECT kind, from_s, to_s, measure FROM outage WHERE grp = @group AND from_s < @to AND to_s > @from ORDER BY from_s",
            new { group, from = from.ToUnixTimeSeconds(), to = to.ToUnixTimeSeconds() })
        .Select(row => new Outage((OutageKind)row.Kind, (ulong)row.From, (ulong)row.To, (uint)row.Measure))];

    /// <summary>Records an outage.</summary>
    public static void AddOutage(JournalTransaction transaction, long entry, uint group, Outage outage) => transaction.Execute(
        "INSERT INTO outage (entry, grp, kind, from_s, to_s, measure) VALUES (@entry, @group, @kind, @from, @to, @measure)",
        new { entry, group, kind = (long)outage.Kind, from = (long)outage.From, to = (long)outage.To, measure = (long)outage.Measure });

    /// <summary>The log has one open incident for an object and an alarm: what is told of these goes one after another.</summary>
    private static long LaneOf(Incident incident) => incident.ObjectNumber * 8L + incident.Alarm;

    private static StoredIncident Stored((long Id, byte[] Hash, string State) row) => new(row.Id, new(row.Hash), Parse(row.State));
}
