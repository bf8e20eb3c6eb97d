using Dapper;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>A change of an incident that organisations are told of.</summary>
/// <param name="Id">Number of the notice: rises, and is never given twice.</param>
/// <param name="State">The incident as the change left it, as <see cref="IncidentStore.ToJson"/> wrote it.</param>
/// <param name="ObjectName">Name of the object.</param>
/// <param name="Code">Code of the alarm that the incident came of.</param>
/// <param name="Detail">What was seen, in words and figures.</param>
/// <param name="Severity">Of the alarm when it was raised; <c>null</c> when the journal does not have it.</param>
/// <param name="PlannedAt">Until when it is to be repaired; <c>null</c> while nobody has said.</param>
/// <param name="Kind">What the entry says; <c>null</c> for a warning.</param>
/// <param name="Time">When it happened, source time.</param>
/// <param name="Warning">The deadline that runs out; <c>null</c> for an entry.</param>
internal sealed record QueuedNotice(
    long Id,
    string State,
    string ObjectName,
    string Code,
    string Detail,
    Severity? Severity,
    DateTimeOffset? PlannedAt,
    IncidentEntryKind? Kind,
    DateTimeOffset Time,
    DeadlineWarning? Warning);

/// <summary>What organisations are to be told: queued with what happened, in one transaction, until the notices' file has it.</summary>
internal sealed class NoticeQueue(JournalDatabase journal)
{
    /// <summary>Most that waits: beyond it the oldest is dropped, for that heat is back matters more than the message before it.</summary>
    public const int MostWaiting = 10_000;

    /// <summary>Most that is taken at a time.</summary>
    public const int AtOnce = 100;

    /// <summary>Queues a notice of an entry or of a warning.</summary>
    /// <param name="transaction">The transaction that writes it.</param>
    /// <param name="incident">The incident as it is after it.</param>
    /// <param name="entry">The journal's number of the entry.</param>
    /// <param name="warning">The journal's number of the warning.</param>
    /// <returns>How many older ones had to go.</returns>
    public static int Add(JournalTransaction transaction, StoredIncident incident, long? entry, long? warning)
    {
        transaction.Execute(
            "INSERT INTO incident_notice (incident, entry, warning, state) VALUES (@Id, @entry, @warning, @state)",
            new { incident.Id, entry, warning, state = IncidentStore.ToJson(incident.State) });
        return transaction.Execute(
            "DELETE FROM incident_notice WHERE id <= (SELECT id FROM incident_notice ORDER BY id DESC LIMIT 1 OFFSET @MostWaiting)", new { MostWaiting });
    }

    /// <summary>The first that wait, in order.</summary>
    public IReadOnlyList<QueuedNotice> Next() => journal.Read(connection => connection.Query<Row>(
        """
        SELECT n.id, n.state, i.object_name AS ObjectName, i.code, i.detail, i.planned_ms AS PlannedMs, e.kind, coalesce(e.time_ms, w.reached_ms) AS TimeMs,
            w.deadline, w.percent, w.level, w.due_ms AS DueMs,
            (SELECT a.severity FROM alarm a WHERE a.substation = i.object AND a.code = i.code AND a.raised_ms = i.raised_ms ORDER BY a.id DESC LIMIT 1) AS Severity
        FROM incident_notice n JOIN incident i ON i.id = n.incident
        LEFT JOIN incident_entry e ON e.id = n.entry LEFT JOIN incident_warning w ON w.id = n.warning
        ORDER BY n.id LIMIT @AtOnce
        """, new { AtOnce }).Select(row => row.ToNotice()).ToList());

    /// <summary>They are in the notices' file, or cannot be: those up to a number.</summary>
    public void Remove(long upTo) => journal.Write(transaction => transaction.Execute("DELETE FROM incident_notice WHERE id <= @upTo", new { upTo }));

    /// <summary>Gives no number up to one any more: after a journal was put back from a copy, the notices' file knows later ones than the journal.</summary>
    public void GoOnAfter(long last) => journal.Write(transaction => transaction.Execute(
        """
        UPDATE sqlite_sequence SET seq = max(seq, @last) WHERE name = 'incident_notice';
        INSERT INTO sqlite_sequence (name, seq) SELECT 'incident_notice', @last WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'incident_notice');
        """, new { last }));

    private sealed class Row
    {
        public long Id { get; init; }
        public string State { get; init; } = "";
        public string ObjectName { get; init; } = "";
        public string Code { get; init; } = "";
        public string Detail { get; init; } = "";
        public long? PlannedMs { get; init; }
        public long? Kind { get; init; }
        public long TimeMs { get; init; }
        public long? Deadline { get; init; }
        public long? Percent { get; init; }
        public long? Level { get; init; }
        public long? DueMs { get; init; }
        public long? Severity { get; init; }

        public QueuedNotice ToNotice()
        {
            DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(TimeMs);
            return new(
                Id, State, ObjectName, Code, Detail, (Severity?)Severity, PlannedMs is { } planned ? DateTimeOffset.FromUnixTimeMilliseconds(planned) : null,
                (IncidentEntryKind?)Kind, time,
                Deadline is { } deadline
                    ? new((Deadline)deadline, (int)Percent!.Value, (EscalationLevel)Level!.Value, time, DateTimeOffset.FromUnixTimeMilliseconds(DueMs!.Value))
                    : null);
        }
    }
}
