using Dapper;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>Finds out which hours of a journal the chain holds as they are here, and drops old ones among them.</summary>
internal sealed class PruningStore(JournalDatabase journal, TimeProvider time)
{
    /// <summary>Hours looked at in one read.</summary>
    private const int HoursOfRead = 500;

    /// <summary>
    /// The first hour of a segment from which on every hour up to the chain's head is the one that the chain holds: the head's batch is named by
    /// the ledger, its hash covers payload and the id of the batch before, and so on down, each recomputed from what is in the journal.
    /// </summary>
    /// <param name="head">Where the ledger says that the segment stands.</param>
    /// <returns>The head's next hour when not even its last batch is in the journal.</returns>
    public Hour ProvenFrom(SegmentHead head)
    {
        Hash32 expected = head.LastBatch;
        Hour next = head.NextHour;
        while (true)
        {
            IReadOnlyList<HourBatch> below = Below(head.Segment, next);
            // An hour may have batches under several configurations of oracles; the chain holds one of them.
            foreach (IGrouping<Hour, HourBatch> hour in below.GroupBy(batch => batch.Hour))
            {
                if (hour.Key.Next != next || hour.FirstOrDefault(batch => batch.Id == expected) is not { } held)
                {
                    return next; // A hole, or another payload than the chain's.
                }
                (next, expected) = (hour.Key, held.PreviousBatch);
            }
            if (below.Count == 0)
            {
                return next;
            }
        }
    }

    /// <summary>The first hour that a gap not yet filled on the chain needs; <c>null</c> for none.</summary>
    public Hour? FirstHourOfOpenGaps() => journal.Read(connection => connection.ExecuteScalar<long?>(
        """
        SELECT min(f.first_hour) FROM gap_fill f
        WHERE f.refusal IS NULL AND NOT EXISTS (SELECT 1 FROM taken_over t WHERE t.fill = f.id)
            AND NOT EXISTS (SELECT 1 FROM correction c WHERE c.fill = f.id AND c.state = 2)
        """)) is { } hour ? new Hour((uint)hour) : null;

    /// <summary>The oldest hour that is stated in the journal; <c>null</c> for none.</summary>
    public Hour? Oldest() => journal.Read(connection => connection.ExecuteScalar<long?>("SELECT min(hour) FROM closed_hour")) is { } hour ? new Hour((uint)hour) : null;

    /// <summary>Drops an hour: its samples, inputs, statements, batches and signatures, all at once.</summary>
    /// <returns>Samples dropped.</returns>
    public int Drop(Hour hour) => journal.Write(transaction =>
    {
        int samples = transaction.ExecutePrepared(
            "DELETE FROM sample WHERE source_ms >= $0 AND source_ms < $1", hour.Start.ToUnixTimeMilliseconds(), hour.End.ToUnixTimeMilliseconds());
        transaction.ExecutePrepared("DELETE FROM hour_input WHERE hour = $0", (long)hour.Value);
        transaction.ExecutePrepared("DELETE FROM closed_hour WHERE hour = $0", (long)hour.Value);
        transaction.ExecutePrepared("DELETE FROM agreed_hour WHERE hour = $0", (long)hour.Value);
        foreach (byte[] config in transaction.Query<byte[]>("SELECT config FROM oracle_config"))
        {
            transaction.ExecutePrepared("DELETE FROM batch WHERE config = $0 AND hour = $1", config, (long)hour.Value);
            transaction.ExecutePrepared("DELETE FROM batch_signature WHERE config = $0 AND hour = $1", config, (long)hour.Value);
        }
        transaction.Touch(OracleChanges.Hours);
        return samples;
    });

    /// <summary>Notes what was dropped, and which batch of the chain proved it.</summary>
    public void Note(IReadOnlyList<SegmentHead> heads, Hour from, Hour before) => journal.Write(transaction =>
    {
        transaction.Execute(
            """
            -- What was dropped because the chain holds it: hours [first_hour, before) of a segment, proven by the batch that was its last.
            CREATE TABLE IF NOT EXISTS pruned (
                id INTEGER PRIMARY KEY,
                segment INTEGER NOT NULL,
                first_hour INTEGER NOT NULL,
                before INTEGER NOT NULL,
                head_hour INTEGER NOT NULL,
                head_batch BLOB NOT NULL,
                pruned_ms INTEGER NOT NULL) STRICT
            """);
        foreach (SegmentHead head in heads)
        {
            transaction.Execute(
                "INSERT INTO pruned (segment, first_hour, before, head_hour, head_batch, pruned_ms) VALUES (@segment, @from, @before, @hour, @batch, @now)",
                new
                {
                    segment = head.Segment,
                    from = from.Value,
                    before = before.Value,
                    hour = head.NextHour.Value - 1,
                    batch = head.LastBatch.ToBytes(),
                    now = time.GetUtcNow().ToUnixTimeMilliseconds(),
                });
        }
    });

    private IReadOnlyList<HourBatch> Below(uint segment, Hour before) => journal.Read(connection => connection
        .Query<(long Hour, byte[] Previous, byte[] Config, byte[] Payload)>(
            """
            SELECT h.hour, b.previous, b.config, coalesce(a.payload, h.payload)
            FROM closed_hour h JOIN batch b ON b.hour = h.hour AND b.segment = h.segment AND b.config IN (SELECT config FROM oracle_config)
                LEFT JOIN agreed_hour a ON a.hour = h.hour AND a.segment = h.segment
            WHERE h.segment = @segment AND h.hour < @before AND h.hour >= @before - @hours
            ORDER BY h.hour DESC
            """,
            new { segment, before = (long)before.Value, hours = HoursOfRead })
        .Select(row => new HourBatch(segment, new((uint)row.Hour), new(row.Previous), row.Payload, new(row.Config)))
        .ToList());
}
