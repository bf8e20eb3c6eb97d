using Dapper;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>An entry that the incident log lacks.</summary>
/// <param name="Id">The journal's number of the entry.</param>
/// <param name="IncidentId">The journal's number of the incident.</param>
/// <param name="Incident">Id in the incident log.</param>
/// <param name="IsAdopted">Did the log have that incident open before the journal knew of it?</param>
/// <param name="Parent">Of a merge the parent's id in the incident log.</param>
/// <param name="Object">The object's number.</param>
/// <param name="Alarm">Alarm of the brief, 1..4.</param>
/// <param name="Kind">What the entry says.</param>
/// <param name="Stage">The stage that was reached.</param>
/// <param name="Time">Source time.</param>
/// <param name="Signer">Whose key sends it; empty for the oracle's.</param>
/// <param name="Evidence">The evidence.</param>
/// <param name="EvidenceHash">Keccak-256 of it.</param>
/// <param name="Transaction">The transaction that carries it; <c>null</c> before it was sent.</param>
internal sealed record OpenEntry(
    long Id,
    long IncidentId,
    Hash32 Incident,
    bool IsAdopted,
    Hash32? Parent,
    uint Object,
    byte Alarm,
    IncidentEntryKind Kind,
    IncidentStage? Stage,
    DateTimeOffset Time,
    string Signer,
    string Evidence,
    Hash32 EvidenceHash,
    Hash32? Transaction);

/// <summary>What of incidents goes to the incident log.</summary>
internal sealed class IncidentOutbox(JournalDatabase journal)
{
    /// <summary>The first entry that the log lacks of each object and alarm, oldest first: they go one after another. A merge is both ones'.</summary>
    public IReadOnlyList<OpenEntry> Open(int limit) => journal.Read(connection => connection.Query<Row>(
        """
        SELECT o.entry AS Id, i.id AS IncidentId, coalesce(i.adopted, i.hash) AS Incident, i.adopted IS NOT NULL AS IsAdopted,
            coalesce(p.adopted, p.hash) AS Parent, i.object, i.alarm, e.kind, e.stage, e.time_ms AS TimeMs, e.signer, e.evidence,
            e.evidence_hash AS EvidenceHash, o.transaction_hash AS TransactionHash
        FROM incident_outbox o JOIN incident_entry e ON e.id = o.entry JOIN incident i ON i.id = e.incident LEFT JOIN incident p ON p.id = o.parent
        WHERE o.state < 2 AND NOT EXISTS (
            SELECT 1 FROM incident_outbox b WHERE b.state < 2 AND b.entry < o.entry
                AND (b.lane IN (o.lane, o.parent_lane) OR b.parent_lane IN (o.lane, o.parent_lane)))
        ORDER BY o.entry LIMIT @limit
        """, new { limit }).Select(row => new OpenEntry(
            row.Id, row.IncidentId, new(row.Incident), row.IsAdopted != 0, row.Parent is { } parent ? new Hash32(parent) : null, (uint)row.Object,
            (byte)row.Alarm, (IncidentEntryKind)row.Kind, (IncidentStage?)row.Stage, DateTimeOffset.FromUnixTimeMilliseconds(row.TimeMs), row.Signer,
            row.Evidence, new(row.EvidenceHash), row.TransactionHash is { } hash ? new Hash32(hash) : null)).ToList());

    /// <summary>Notes how far an entry has come.</summary>
    public void Mark(long entry, OutboxState state, Hash32? transactionHash, string? refusal) => journal.Write(transaction =>
    {
        transaction.Execute(
            "UPDATE incident_outbox SET state = @state, transaction_hash = coalesce(@hash, transaction_hash), refusal = @refusal WHERE entry = @entry",
            new { entry, state = (long)state, hash = transactionHash?.ToBytes(), refusal });
        transaction.Touch(OracleChanges.Alarms);
    });

    /// <summary>Notes that the log has an incident open that the journal did not know of: what is told of this one goes there.</summary>
    public void Adopt(long incident, Hash32 open) => journal.Write(transaction =>
    {
        transaction.Execute("UPDATE incident SET adopted = @open WHERE id = @incident", new { incident, open = open.ToBytes() });
        transaction.Touch(OracleChanges.Alarms);
    });

    /// <summary>The newest entry that is known to be on the chain by its own evidence: incident and hash of the evidence; <c>null</c> for none.</summary>
    public (Hash32 Incident, Hash32 Evidence)? LastConfirmed() => journal.Read(connection => connection.Query<(byte[] Incident, byte[] Evidence)>(
        """
        SELECT i.hash, e.evidence_hash FROM incident_outbox o JOIN incident_entry e ON e.id = o.entry JOIN incident i ON i.id = e.incident
        WHERE o.state = 2 AND i.adopted IS NULL ORDER BY o.entry DESC LIMIT 1
        """).Select(row => ((Hash32, Hash32)?)(new Hash32(row.Incident), new Hash32(row.Evidence))).FirstOrDefault());

    /// <summary>Has the newest entries looked up on the chain again: blocks may have been lost.</summary>
    public void Doubt(int newest) => journal.Write(transaction => transaction.Execute(
        "UPDATE incident_outbox SET state = 1 WHERE state = 2 AND entry > (SELECT max(entry) FROM incident_outbox) - @newest", new { newest }));

    private sealed class Row
    {
        public long Id { get; init; }
        public long IncidentId { get; init; }
        public byte[] Incident { get; init; } = [];
        public long IsAdopted { get; init; }
        public byte[]? Parent { get; init; }
        public long Object { get; init; }
        public long Alarm { get; init; }
        public long Kind { get; init; }
        public long? Stage { get; init; }
        public long TimeMs { get; init; }
        public string Signer { get; init; } = "";
        public string Evidence { get; init; } = "";
        public byte[] EvidenceHash { get; init; } = [];
        public byte[]? TransactionHash { get; init; }
    }
}
