using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>How the oracle is, for those who watch.</summary>
internal sealed class StatusStore(JournalDatabase journal, TimeProvider time)
{
    /// <summary>Notes that the oracle's process started.</summary>
    public void Start(AlarmMode mode) => Write(
        """
        INSERT INTO status (id, started_ms, heartbeat_ms, alarm_mode) VALUES (1, @now, @now, @mode)
        ON CONFLICT DO UPDATE SET started_ms = @now, heartbeat_ms = @now, alarm_mode = @mode, source_state = 0, source_since_ms = @now,
            source_message = NULL, chain_state = 0, chain_since_ms = @now, chain_message = NULL
        """,
        new { now = Now, mode = (int)mode });

    /// <summary>Notes that the oracle lives.</summary>
    public void Beat() => Write("UPDATE status SET heartbeat_ms = @now", new { now = Now });

    /// <summary>Notes a poll: the oracle lives, the source answers, its clock says so.</summary>
    public void Polled(JournalTransaction transaction, DateTimeOffset sourceTime)
    {
        transaction.ExecutePrepared("UPDATE status SET heartbeat_ms = $0, source_time_ms = $1", Now, sourceTime.ToUnixTimeMilliseconds());
        transaction.Touch(OracleChanges.Status);
    }

    /// <summary>Notes how the oracle stands with the source.</summary>
    public void Source(LinkState state, string? message) => Write(
        "UPDATE status SET source_since_ms = CASE WHEN source_state = @state THEN source_since_ms ELSE @now END, source_state = @state, source_message = @message",
        new { state = (int)state, message, now = Now });

    /// <summary>Notes how the oracle stands with the chain.</summary>
    public void Chain(LinkState state, string? message) => Write(
        "UPDATE status SET chain_since_ms = CASE WHEN chain_state = @state THEN chain_since_ms ELSE @now END, chain_state = @state, chain_message = @message",
        new { state = (int)state, message, now = Now });

    /// <summary>Notes the address of the oracle's key.</summary>
    public void Key(string address) => Write("UPDATE status SET oracle_address = @address", new { address });

    /// <summary>Notes how far a back-fill has come.</summary>
    public static void Backfill(JournalTransaction transaction, Hour from, Hour to, Hour done, double hoursPerSecond)
    {
        transaction.Execute(
            "UPDATE status SET backfill_from = @from, backfill_to = @to, backfill_done = @done, backfill_rate = @hoursPerSecond",
            new { from = from.Value, to = to.Value, done = done.Value, hoursPerSecond });
        transaction.Touch(OracleChanges.Status);
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Write(string sql, object parameters) => journal.WriteRepeatable(transaction =>
    {
        transaction.Execute(sql, parameters);
        transaction.Touch(OracleChanges.Status);
    });
}
