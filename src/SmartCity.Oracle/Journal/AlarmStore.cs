using Dapper;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>An entry that the incident log lacks.</summary>
/// <param name="Id">The journal's number of the entry.</param>
/// <param name="Alarm">The journal's number of the alarm.</param>
/// <param name="Incident">Id in the incident log.</param>
/// <param name="IsPart">Is the alarm part of an incident that an earlier one opened?</param>
/// <param name="Substation">The substation's number.</param>
/// <param name="Number">Alarm of the brief, 1..4.</param>
/// <param name="Kind">What the entry says.</param>
/// <param name="Time">Source time.</param>
/// <param name="EvidenceHash">Keccak-256 of the evidence.</param>
/// <param name="Transaction">The transaction that carries it; <c>null</c> before it was sent.</param>
internal sealed record OpenAlarmEntry(
    long Id,
    long Alarm,
    Hash32 Incident,
    bool IsPart,
    uint Substation,
    byte Number,
    AlarmEntryKind Kind,
    DateTimeOffset Time,
    Hash32 EvidenceHash,
    Hash32? Transaction);

/// <summary>An acknowledgement that a dispatcher asked for.</summary>
/// <param name="Id">The journal's number of the request.</param>
/// <param name="Alarm">The journal's number of the alarm.</param>
/// <param name="Incident">Id in the incident log.</param>
/// <param name="Substation">The substation's number.</param>
/// <param name="Code">The alarm's code.</param>
/// <param name="RaisedAt">When it was raised.</param>
/// <param name="IsCleared">Is its condition over?</param>
/// <param name="IsAcknowledged">Did somebody acknowledge it already?</param>
/// <param name="ByWhom">Who asks.</param>
/// <param name="Note">What the dispatcher noted.</param>
internal sealed record AcknowledgementRequest(
    long Id, long Alarm, Hash32 Incident, uint Substation, string Code, DateTimeOffset RaisedAt, bool IsCleared, bool IsAcknowledged, string ByWhom, string Note);

/// <summary>Alarms, what of them goes to the incident log, and the state of the rules.</summary>
internal sealed class AlarmStore(JournalDatabase journal)
{
    /// <summary>States of the rules by substation, as of the last look.</summary>
    public Dictionary<uint, RuleState> ReadStates(RuleProgram program) => journal.Read(connection => connection
        .Query<(long Substation, string State)>("SELECT substation, state FROM rule_state")
        .ToDictionary(row => (uint)row.Substation, row => program.ParseState(row.State)));

    /// <summary>Writes the state of a substation's rules.</summary>
    public static void WriteState(JournalTransaction transaction, uint substation, AlarmMode mode, RuleState state) => transaction.ExecutePrepared(
        "INSERT INTO rule_state (substation, mode, state) VALUES ($0, $1, $2) ON CONFLICT DO UPDATE SET mode = $1, state = $2",
        (long)substation, (long)mode, state.ToJson());

    /// <summary>Records a raised alarm.</summary>
    public static void Raise(
        JournalTransaction transaction, SubstationPlan substation, Hash32 incident, AlarmEvent.Raised raised, string detail, string evidence)
    {
        long id = transaction.Scalar<long>(
            """
            INSERT INTO alarm (incident, substation, substation_name, number, code, severity, detail, raised_ms)
            VALUES (@incident, @Number, @Name, @number, @code, @severity, @detail, @time) RETURNING id
            """,
            new
            {
                incident = incident.ToBytes(),
                substation.Number,
                substation.Name,
                number = (long)raised.Alarm.Number,
                code = raised.Alarm.Code,
                severity = (long)raised.Severity,
                detail,
                time = raised.Time.ToUnixTimeMilliseconds(),
            });
        AddEntry(transaction, id, raised.Alarm.Number, AlarmEntryKind.Raised, raised.Time, evidence);
    }

    /// <summary>Numbers and raising times of a substation's alarms of one code whose condition is recorded as holding.</summary>
    public static IReadOnlyList<(long Id, DateTimeOffset RaisedAt)> Standing(JournalTransaction transaction, uint substation, string code) =>
        [.. transaction.Query<(long Id, long RaisedMs)>(
            "SELECT id, raised_ms FROM alarm WHERE substation = @substation AND code = @code AND cleared_ms IS NULL", new { substation, code })
            .Select(row => (row.Id, DateTimeOffset.FromUnixTimeMilliseconds(row.RaisedMs)))];

    /// <summary>Records the end of an alarm's condition.</summary>
    public static void Clear(JournalTransaction transaction, long alarm, byte number, DateTimeOffset time, string evidence)
    {
        transaction.Execute("UPDATE alarm SET cleared_ms = @time WHERE id = @alarm", new { alarm, time = time.ToUnixTimeMilliseconds() });
        AddEntry(transaction, alarm, number, AlarmEntryKind.Cleared, time, evidence);
    }

    /// <summary>Acknowledgements asked for and not carried out.</summary>
    public static IReadOnlyList<AcknowledgementRequest> Requests(JournalTransaction transaction) => [.. transaction.Query<RequestRow>(
        """
        SELECT r.id, r.alarm, a.incident, a.substation, a.code, a.raised_ms AS RaisedMs, a.cleared_ms AS ClearedMs,
               a.acknowledged_ms AS AcknowledgedMs, r.by_whom AS ByWhom, r.note
        FROM acknowledgement r JOIN alarm a ON a.id = r.alarm WHERE r.outcome IS NULL ORDER BY r.id LIMIT 100
        """).Select(row => new AcknowledgementRequest(
            row.Id, row.Alarm, new(row.Incident), (uint)row.Substation, row.Code, DateTimeOffset.FromUnixTimeMilliseconds(row.RaisedMs),
            row.ClearedMs is not null, row.AcknowledgedMs is not null, row.ByWhom, row.Note))];

    /// <summary>Are there acknowledgements asked for and not carried out?</summary>
    public bool HasRequests() => journal.Read(connection =>
        connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM acknowledgement WHERE outcome IS NULL)"));

    /// <summary>Records an acknowledgement: of the alarm, and of its earlier raisings that nobody acknowledged.</summary>
    public static void Acknowledge(JournalTransaction transaction, AcknowledgementRequest request, byte number, DateTimeOffset time, string evidence)
    {
        transaction.Execute(
            """
            UPDATE alarm SET acknowledged_ms = @time, acknowledged_by = @ByWhom, note = @Note
            WHERE substation = @Substation AND code = @Code AND id <= @Alarm AND acknowledged_ms IS NULL;
            UPDATE acknowledgement SET outcome = 1 WHERE id = @Id
            """,
            new { request.Id, request.Alarm, request.Substation, request.Code, request.ByWhom, request.Note, time = time.ToUnixTimeMilliseconds() });
        AddEntry(transaction, request.Alarm, number, AlarmEntryKind.Acknowledged, time, evidence);
    }

    /// <summary>Records that an acknowledgement came to nothing.</summary>
    public static void Refuse(JournalTransaction transaction, AcknowledgementRequest request, string reason) => transaction.Execute(
        "UPDATE acknowledgement SET outcome = 2, refusal = @reason WHERE id = @Id", new { request.Id, reason });

    /// <summary>The first entry that the incident log lacks of each substation and number of alarm, oldest first: they go one after another.</summary>
    public IReadOnlyList<OpenAlarmEntry> OpenEntries(int limit) => journal.Read(connection => connection.Query<EntryRow>(
        """
        SELECT min(e.id) AS Id, e.alarm, coalesce(a.part_of, a.incident) AS Incident, a.part_of IS NOT NULL AS IsPart, a.substation, a.number, e.kind, e.time_ms AS TimeMs, e.evidence_hash AS EvidenceHash,
            e.transaction_hash AS TransactionHash
        FROM alarm_entry e JOIN alarm a ON a.id = e.alarm
        WHERE e.state < 2 GROUP BY a.substation, a.number ORDER BY 1 LIMIT @limit
        """, new { limit }).Select(row => new OpenAlarmEntry(
            row.Id, row.Alarm, new(row.Incident), row.IsPart != 0, (uint)row.Substation, (byte)row.Number, (AlarmEntryKind)row.Kind,
            DateTimeOffset.FromUnixTimeMilliseconds(row.TimeMs), new(row.EvidenceHash), row.TransactionHash is { } hash ? new Hash32(hash) : null)).ToList());

    /// <summary>Notes that an alarm is part of an incident that is open already.</summary>
    public void Join(long alarm, Hash32 incident) => journal.Write(transaction =>
    {
        transaction.Execute("UPDATE alarm SET part_of = @incident WHERE id = @alarm", new { alarm, incident = incident.ToBytes() });
        transaction.Touch(OracleChanges.Alarms);
    });

    /// <summary>Did another alarm of the same substation and number stand at the time of an entry?</summary>
    public bool StoodAnother(OpenAlarmEntry entry) => journal.Read(connection => connection.ExecuteScalar<bool>(
        """
        SELECT EXISTS (SELECT 1 FROM alarm WHERE substation = @Substation AND number = @number AND id <> @Alarm
            AND raised_ms <= @time AND (cleared_ms IS NULL OR cleared_ms > @time))
        """,
        new { entry.Substation, number = (long)entry.Number, entry.Alarm, time = entry.Time.ToUnixTimeMilliseconds() }));

    /// <summary>Notes how far an entry has come.</summary>
    public void Mark(long entry, OutboxState state, Hash32? transactionHash, string? refusal) => journal.Write(transaction =>
    {
        transaction.Execute(
            "UPDATE alarm_entry SET state = @state, transaction_hash = coalesce(@hash, transaction_hash), refusal = @refusal WHERE id = @entry",
            new { entry, state = (int)state, hash = transactionHash?.ToBytes(), refusal });
        transaction.Touch(OracleChanges.Alarms);
    });

    /// <summary>Has the newest entries looked up on the chain again: blocks may have been lost.</summary>
    public void Doubt(int newest) => journal.Write(transaction => transaction.Execute(
        "UPDATE alarm_entry SET state = 1 WHERE state = 2 AND id > (SELECT max(id) FROM alarm_entry) - @newest", new { newest }));

    private static void AddEntry(
        JournalTransaction transaction, long alarm, byte number, AlarmEntryKind kind, DateTimeOffset time, string evidence)
    {
        transaction.Touch(OracleChanges.Alarms);
        if (number == 0)
        {
            return; // A diagnostic is about the measuring: it stays off the chain.
        }
        transaction.Execute(
            "INSERT INTO alarm_entry (alarm, kind, time_ms, evidence, evidence_hash, state) VALUES (@alarm, @kind, @time, @evidence, @hash, 0)",
            new { alarm, kind = (int)kind, time = time.ToUnixTimeMilliseconds(), evidence, hash = Keccak.Hash256(evidence).ToBytes() });
    }

    private sealed class RequestRow
    {
        public long Id { get; init; }
        public long Alarm { get; init; }
        public byte[] Incident { get; init; } = [];
        public long Substation { get; init; }
        public string Code { get; init; } = "";
        public long RaisedMs { get; init; }
        public long? ClearedMs { get; init; }
        public long? AcknowledgedMs { get; init; }
        public string ByWhom { get; init; } = "";
        public string Note { get; init; } = "";
    }

    private sealed class EntryRow
    {
        public long Id { get; init; }
        public long Alarm { get; init; }
        public byte[] Incident { get; init; } = [];
        public long IsPart { get; init; }
        public long Substation { get; init; }
        public long Number { get; init; }
        public long Kind { get; init; }
        public long TimeMs { get; init; }
        public byte[] EvidenceHash { get; init; } = [];
        public byte[]? TransactionHash { get; init; }
    }
}
