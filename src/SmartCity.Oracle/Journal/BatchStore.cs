using Dapper;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>A signed batch as the outbox holds it.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Signatures">Signatures, as the contract wants them.</param>
internal sealed record OutboxBatch(HourBatch Batch, byte[] Signatures);

/// <summary>The outbox of hours. A batch is written before it is sent, and there is one for an hour under one configuration of oracles, for ever.</summary>
internal sealed class BatchStore(JournalDatabase journal, TimeProvider time)
{
    /// <summary>Notes the configuration that batches are signed under from now on.</summary>
    public void Use(Hash32 config) => journal.Write(transaction =>
    {
        byte[] id = config.ToBytes();
        byte[]? current = transaction.Scalar<byte[]>("SELECT config FROM oracle_config ORDER BY id DESC LIMIT 1");
        if (current is not null && current.AsSpan().SequenceEqual(id))
        {
            return;
        }
        transaction.Execute("DELETE FROM oracle_config WHERE config = @id", new { id }); // Back to an earlier one: it is the last again.
        transaction.Execute("INSERT INTO oracle_config (config, since_ms) VALUES (@id, @now)", new { id, now = Now });
        transaction.Touch(OracleChanges.Hours);
    });

    /// <summary>Hours of a segment that are closed and have no batch under the configuration, with their payloads, oldest first.</summary>
    public IReadOnlyList<(Hour Hour, byte[] Payload)> Unsigned(Hash32 config, uint segment, Hour from, int limit) => journal.Read(connection => connection
        .Query<(long Hour, byte[] Payload)>(
            """
            SELECT h.hour, h.payload FROM closed_hour h
            WHERE h.segment = @segment AND h.hour >= max(@from, 1 + coalesce(
                (SELECT max(b.hour) FROM batch b WHERE b.config = @config AND b.segment = @segment AND b.hour >= @from), 0))
            ORDER BY h.hour LIMIT @limit
            """,
            new { config = config.ToBytes(), segment, from = from.Value, limit })
        .Select(row => (new Hour((uint)row.Hour), row.Payload)).ToList());

    /// <summary>Id of the batch signed for an hour; <c>null</c> when there is none under the configuration.</summary>
    public Hash32? IdOf(Hash32 config, uint segment, Hour hour) => journal.Read(connection => connection.ExecuteScalar<byte[]>(
        "SELECT id FROM batch WHERE config = @config AND segment = @segment AND hour = @hour",
        new { config = config.ToBytes(), segment, hour = hour.Value })) is { } id ? new Hash32(id) : null;

    /// <summary>Makes signed batches durable. A second batch for an hour is refused by the table's key.</summary>
    public void Add(IReadOnlyList<OutboxBatch> batches) => journal.Write(transaction =>
    {
        bool wereShared = transaction.Scalar<long>("SELECT EXISTS (SELECT 1 FROM agreed_hour)") == 1; // Before this oracle signed alone.
        foreach ((HourBatch batch, byte[] signatures) in batches)
        {
            transaction.ExecutePrepared(
                "INSERT INTO batch (config, hour, segment, previous, id, signatures, state, signed_ms) VALUES ($0, $1, $2, $3, $4, $5, 0, $6)",
                batch.OracleConfig.ToBytes(), (long)batch.Hour.Value, (long)batch.Segment, batch.PreviousBatch.ToBytes(), batch.Id.ToBytes(), signatures, Now);
            if (wereShared)
            {
                NoteStanding(transaction, batch);
            }
        }
        transaction.Touch(OracleChanges.Hours);
    });

    /// <summary>Takes over batches that have their signatures, in the place of whatever was there for their hours.</summary>
    public static void Put(JournalTransaction transaction, IReadOnlyList<OutboxBatch> batches, bool areOnChain, TimeProvider time)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach ((HourBatch batch, byte[] signatures) in batches)
        {
            transaction.ExecutePrepared(
                """
                INSERT INTO batch (config, hour, segment, previous, id, signatures, state, signed_ms, confirmed_ms)
                VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT DO UPDATE SET previous = excluded.previous, id = excluded.id, signatures = excluded.signatures,
                    state = max(state, excluded.state), confirmed_ms = coalesce(confirmed_ms, excluded.confirmed_ms)
                """,
                batch.OracleConfig.ToBytes(), (long)batch.Hour.Value, (long)batch.Segment, batch.PreviousBatch.ToBytes(), batch.Id.ToBytes(), signatures,
                areOnChain ? (long)OutboxState.Confirmed : (long)OutboxState.Waiting, now, areOnChain ? now : null);
            NoteStanding(transaction, batch);
            transaction.Touch(OracleChanges.Hours);
        }
    }

    /// <summary>Notes what stands of an hour, if that is, or was until now, not what this oracle had closed.</summary>
    private static void NoteStanding(JournalTransaction transaction, HourBatch batch) => transaction.ExecutePrepared(
        """
        INSERT INTO agreed_hour (hour, segment, payload) SELECT $0, $1, $2
        WHERE EXISTS (SELECT 1 FROM agreed_hour WHERE hour = $0 AND segment = $1)
            OR NOT EXISTS (SELECT 1 FROM closed_hour WHERE hour = $0 AND segment = $1 AND payload = $2)
        ON CONFLICT DO UPDATE SET payload = excluded.payload
        """,
        (long)batch.Hour.Value, (long)batch.Segment, batch.Payload.ToArray());

    /// <summary>Gives up the batches of a segment from an hour on: they need other signatures.</summary>
    public void Drop(Hash32 config, uint segment, Hour from) => journal.Write(transaction => transaction.Execute(
        "DELETE FROM batch WHERE config = @config AND segment = @segment AND hour >= @from", new { config = config.ToBytes(), segment, from = from.Value }));

    /// <summary>Batches of a segment from an hour on, oldest first; up to one whose hour was agreed on anew under other oracles.</summary>
    public IReadOnlyList<OutboxBatch> From(Hash32 config, uint segment, Hour from, int limit) => journal.Read(connection => connection
        .Query<(long Hour, byte[] Previous, byte[] Id, byte[]? Agreed, byte[]? Closed, byte[] Signatures)>(
            """
            SELECT b.hour, b.previous, b.id, a.payload, h.payload, b.signatures
            FROM batch b
                LEFT JOIN closed_hour h ON h.hour = b.hour AND h.segment = b.segment
                LEFT JOIN agreed_hour a ON a.hour = b.hour AND a.segment = b.segment
            WHERE b.config = @config AND b.segment = @segment AND b.hour >= @from
            ORDER BY b.hour LIMIT @limit
            """,
            new { config = config.ToBytes(), segment, from = from.Value, limit })
        .Select(row => Intact([row.Agreed, row.Closed], payload => new(segment, new((uint)row.Hour), new(row.Previous), payload, config), new(row.Id)) is { } batch
            ? new OutboxBatch(batch, row.Signatures)
            : null)
        .TakeWhile(batch => batch is not null)
        .Select(batch => batch!)
        .ToList());

    /// <summary>Notes that batches were sent, and by which transactions. Where that is lost, the chain is asked.</summary>
    public void MarkSent(Hash32 config, IReadOnlyList<(OutboxBatch Batch, Hash32 Transaction)> sent) => journal.WriteRepeatable(transaction =>
    {
        foreach ((OutboxBatch batch, Hash32 hash) in sent)
        {
            transaction.ExecutePrepared(
                "UPDATE batch SET state = max(state, 1), transaction_hash = $0, sent_ms = $1 WHERE config = $2 AND hour = $3 AND segment = $4",
                hash.ToBytes(), Now, config.ToBytes(), (long)batch.Batch.Hour.Value, (long)batch.Batch.Segment);
        }
        transaction.Touch(OracleChanges.Hours);
    });

    /// <summary>The transactions that carried the batches of some hours, by hour; those that are not known are left out.</summary>
    public IReadOnlyDictionary<Hour, Hash32> Transactions(Hash32 config, uint segment, Hour from, Hour to) => journal.Read(connection => connection
        .Query<(long Hour, byte[] Hash)>(
            """
            SELECT hour, transaction_hash FROM batch
            WHERE config = @config AND segment = @segment AND hour >= @from AND hour < @to AND transaction_hash IS NOT NULL
            """,
            new { config = config.ToBytes(), segment, from = from.Value, to = to.Value })
        .ToDictionary(row => new Hour((uint)row.Hour), row => new Hash32(row.Hash)));

    /// <summary>Notes what the chain holds of a segment: hours below are confirmed, hours from it on are not, whatever was thought before.</summary>
    public void Confirm(Hash32 config, uint segment, Hour before, IReadOnlyDictionary<Hour, ulong> blocks) => journal.WriteRepeatable(transaction =>
    {
        transaction.Execute(
            "UPDATE batch SET state = 2, confirmed_ms = @now WHERE config = @config AND segment = @segment AND hour < @before AND state < 2",
            new { now = Now, config = config.ToBytes(), segment, before = before.Value });
        transaction.Execute(
            "UPDATE batch SET state = 0, confirmed_ms = NULL, block = NULL WHERE config = @config AND segment = @segment AND hour >= @before AND state = 2",
            new { config = config.ToBytes(), segment, before = before.Value });
        foreach ((Hour hour, ulong block) in blocks)
        {
            transaction.ExecutePrepared(
                "UPDATE batch SET block = $0 WHERE config = $1 AND hour = $2 AND segment = $3",
                (long)block, config.ToBytes(), (long)hour.Value, (long)segment);
        }
        transaction.Execute(
            "UPDATE segment SET confirmed_before = @before WHERE number = @segment", new { segment, before = before.Value });
        transaction.Touch(OracleChanges.Hours | OracleChanges.Status);
    });

    /// <summary>Hours of a segment before this one are noted as confirmed.</summary>
    public Hour ConfirmedBefore(uint segment) => new((uint)journal.Read(connection => connection.ExecuteScalar<long>(
        "SELECT confirmed_before FROM segment WHERE number = @segment", new { segment })));

    /// <summary>The batch that was signed: of what stands of its hour, or of what was closed here.</summary>
    private static HourBatch? Intact(IReadOnlyList<byte[]?> payloads, Func<byte[], HourBatch> batchOf, Hash32 signedId)
    {
        HourBatch[] batches = [.. payloads.OfType<byte[]>().Select(batchOf)];
        return batches.FirstOrDefault(batch => batch.Id == signedId)
            ?? (payloads[0] is not null
                ? null
                : throw new JournalException($"The journal is damaged: the {batches.FirstOrDefault()} was signed as {signedId}. Restore it from a copy."));
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
