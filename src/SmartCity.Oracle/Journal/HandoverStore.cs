using System.Text.Json;

namespace SmartCity.Oracle;

/// <summary>Shifts handed over. Writes are part of the transactions of those who call.</summary>
internal static class HandoverStore
{
    /// <summary>A person hands over, with what stands open at that moment.</summary>
    /// <returns>Why it cannot be done; <c>null</c> when it is.</returns>
    public static string? Add(JournalTransaction transaction, string by, string note, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(note))
        {
            return "Say what the next shift must know.";
        }
        if (transaction.Scalar<string?>("SELECT by_whom FROM handover WHERE taken_by IS NULL LIMIT 1") is { } waiting)
        {
            return $"{waiting} has handed over already, and nobody has taken over yet.";
        }
        transaction.Execute(
            """
            INSERT INTO handover (by_whom, note, time_ms, incidents, alarms) VALUES (@by, @note, @time, @incidents,
                (SELECT count(*) FROM alarm WHERE cleared_ms IS NULL OR (acknowledged_ms IS NULL AND number > 0)))
            """,
            new
            {
                by,
                note,
                time = now.ToUnixTimeMilliseconds(),
                incidents = JsonSerializer.Serialize(transaction.Query<long>("SELECT id FROM incident WHERE is_open = 1 ORDER BY id")),
            });
        transaction.Touch(OracleChanges.Alarms);
        return null;
    }

    /// <summary>Another person takes over.</summary>
    /// <returns>Why it cannot be done; <c>null</c> when it is.</returns>
    public static string? Take(JournalTransaction transaction, long handover, string by, DateTimeOffset now)
    {
        (string By, string? TakenBy)? found = transaction.Query<(string, string?)>(
            "SELECT by_whom, taken_by FROM handover WHERE id = @handover", new { handover }).Select(row => ((string, string?)?)row).FirstOrDefault();
        if (found is not { } known)
        {
            return $"There is no handover {handover}.";
        }
        if (known.TakenBy is { } taken)
        {
            return $"{taken} has taken over already.";
        }
        if (string.Equals(known.By, by, StringComparison.OrdinalIgnoreCase))
        {
            return "Nobody takes over from themselves: another person must.";
        }
        transaction.Execute(
            "UPDATE handover SET taken_by = @by, taken_ms = @time WHERE id = @handover", new { handover, by, time = now.ToUnixTimeMilliseconds() });
        transaction.Touch(OracleChanges.Alarms);
        return null;
    }
}
