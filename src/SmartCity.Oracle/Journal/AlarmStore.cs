using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>A raising of an alarm, as far as an acknowledgement needs to know it.</summary>
/// <param name="Id">The journal's number.</param>
/// <param name="Substation">The substation's number.</param>
/// <param name="Code">The alarm's code.</param>
/// <param name="RaisedAt">When it was raised.</param>
/// <param name="IsCleared">Is its condition over?</param>
/// <param name="IsAcknowledged">Did somebody acknowledge it already?</param>
internal sealed record RecordedAlarm(long Id, uint Substation, string Code, DateTimeOffset RaisedAt, bool IsCleared, bool IsAcknowledged);

/// <summary>Alarms, and the state of the rules. Writes are part of the transactions of those who call.</summary>
internal static class AlarmStore
{
    /// <summary>States of the rules by substation, as of the last look.</summary>
    public static Dictionary<uint, RuleState> ReadStates(SqliteConnection connection, RuleProgram program) => connection
        .Query<(long Substation, string State)>("SELECT substation, state FROM rule_state")
        .ToDictionary(row => (uint)row.Substation, row => program.ParseState(row.State));

    /// <summary>When a value was received last; <c>null</c> when none ever was.</summary>
    public static DateTimeOffset? LastReceived(SqliteConnection connection) =>
        connection.ExecuteScalar<long?>("SELECT max(received_ms) FROM latest") is { } last ? DateTimeOffset.FromUnixTimeMilliseconds(last) : null;

    /// <summary>Writes the state of a substation's rules.</summary>
    public static void WriteState(JournalTransaction transaction, uint substation, AlarmMode mode, RuleState state) => transaction.ExecutePrepared(
        "INSERT INTO rule_state (substation, mode, state) VALUES ($0, $1, $2) ON CONFLICT DO UPDATE SET mode = $1, state = $2",
        (long)substation, (long)mode, state.ToJson());

    /// <summary>Records a raised alarm.</summary>
    public static void Raise(
        JournalTransaction transaction, SubstationPlan substation, Hash32 raising, AlarmEvent.Raised raised, string detail, string evidence)
    {
        transaction.Execute(
            """
            INSERT INTO alarm (incident, substation, substation_name, number, code, severity, detail, raised_ms, evidence)
            VALUES (@raising, @Number, @Name, @number, @code, @severity, @detail, @time, @evidence)
            """,
            new
            {
                raising = raising.ToBytes(),
                substation.Number,
                substation.Name,
                number = (long)raised.Alarm.Number,
                code = raised.Alarm.Code,
                severity = (long)raised.Severity,
                detail,
                time = raised.Time.ToUnixTimeMilliseconds(),
                evidence,
            });
        transaction.Touch(OracleChanges.Alarms);
    }

    /// <summary>Numbers and raising times of a substation's alarms of one code whose condition is recorded as holding.</summary>
    public static IReadOnlyList<(long Id, DateTimeOffset RaisedAt)> Standing(JournalTransaction transaction, uint substation, string code) =>
        [.. transaction.Query<(long Id, long RaisedMs)>(
            "SELECT id, raised_ms FROM alarm WHERE substation = @substation AND code = @code AND cleared_ms IS NULL", new { substation, code })
            .Select(row => (row.Id, DateTimeOffset.FromUnixTimeMilliseconds(row.RaisedMs)))];

    /// <summary>Records the end of an alarm's condition.</summary>
    public static void Clear(JournalTransaction transaction, long alarm, DateTimeOffset time)
    {
        transaction.Execute("UPDATE alarm SET cleared_ms = @time WHERE id = @alarm", new { alarm, time = time.ToUnixTimeMilliseconds() });
        transaction.Touch(OracleChanges.Alarms);
    }

    /// <summary>The raising of a number; <c>null</c> for none.</summary>
    public static RecordedAlarm? Find(JournalTransaction transaction, long alarm) => transaction
        .Query<(long Id, long Substation, string Code, long RaisedMs, bool IsCleared, bool IsAcknowledged)>(
            "SELECT id, substation, code, raised_ms, cleared_ms IS NOT NULL, acknowledged_ms IS NOT NULL FROM alarm WHERE id = @alarm", new { alarm })
        .Select(row => new RecordedAlarm(
            row.Id, (uint)row.Substation, row.Code, DateTimeOffset.FromUnixTimeMilliseconds(row.RaisedMs), row.IsCleared, row.IsAcknowledged))
        .FirstOrDefault();

    /// <summary>Records an acknowledgement of an alarm's raisings up to one that nobody acknowledged.</summary>
    public static void Acknowledge(
        JournalTransaction transaction, uint substation, string code, long upTo, string by, string note, DateTimeOffset time)
    {
        transaction.Execute(
            """
            UPDATE alarm SET acknowledged_ms = @time, acknowledged_by = @by, note = @note
            WHERE substation = @substation AND code = @code AND id <= @upTo AND acknowledged_ms IS NULL
            """,
            new { substation, code, upTo, by, note, time = time.ToUnixTimeMilliseconds() });
        transaction.Touch(OracleChanges.Alarms);
    }

    /// <summary>What an alarm was raised on: in words and figures, and as JSON if the journal has it.</summary>
    public static (string Detail, string? Evidence) Evidence(JournalTransaction transaction, uint substation, string code, DateTimeOffset raisedAt) =>
        transaction.Query<(string, string?)>(
            "SELECT detail, evidence FROM alarm WHERE substation = @substation AND code = @code AND raised_ms = @raised ORDER BY id DESC LIMIT 1",
            new { substation, code, raised = raisedAt.ToUnixTimeMilliseconds() }).FirstOrDefault((code, null));

    /// <summary>Notes that an open incident's alarms are part of it: those that stand, and those that were raised since.</summary>
    public static void Join(JournalTransaction transaction, Incident incident) => transaction.ExecutePrepared(
        """
        UPDATE alarm SET part_of = (SELECT hash FROM incident WHERE object = $0 AND number = $1)
        WHERE substation = $0 AND number = $2 AND part_of IS NULL AND (cleared_ms IS NULL OR raised_ms >= $3)
        """,
        (long)incident.ObjectNumber, incident.Number, (long)incident.Alarm, incident.RaisedAt.ToUnixTimeMilliseconds());
}
