namespace SmartCity.Oracle;

/// <summary>Tables of an oracle that signs with others. Added to a journal that lacks them; empty where one oracle signs alone.</summary>
internal static class AgreementSchema
{
    /// <summary>Creates the tables that are not there.</summary>
    public const string Create = """
        -- What a member must not forget of a segment (SegmentBallot). Durable before the answer that follows from it leaves the process.
        CREATE TABLE IF NOT EXISTS ballot (
            config BLOB NOT NULL,
            segment INTEGER NOT NULL,
            next_hour INTEGER NOT NULL,
            last_batch BLOB NOT NULL,
            promised INTEGER NOT NULL,
            free_from INTEGER NOT NULL,
            PRIMARY KEY (config, segment)) STRICT, WITHOUT ROWID;

        -- Batches it has accepted, from next_hour on.
        CREATE TABLE IF NOT EXISTS accepted_hour (
            config BLOB NOT NULL,
            segment INTEGER NOT NULL,
            hour INTEGER NOT NULL,
            round INTEGER NOT NULL,
            previous BLOB NOT NULL,
            payload BLOB NOT NULL,
            PRIMARY KEY (config, segment, hour)) STRICT, WITHOUT ROWID;

        -- Hours before it were over when votes were forgotten: the oracle may have voted on them. One row at most.
        CREATE TABLE IF NOT EXISTS forgotten_vote (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            before_hour INTEGER NOT NULL) STRICT;

        -- Append-only: for each hour the one batch that a member signed for the ledger, our own signatures before they leave the process.
        CREATE TABLE IF NOT EXISTS batch_signature (
            config BLOB NOT NULL,
            hour INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            member BLOB NOT NULL,
            id BLOB NOT NULL,
            previous BLOB NOT NULL,
            payload_hash BLOB NOT NULL,
            signature BLOB NOT NULL,
            seen_ms INTEGER NOT NULL,
            PRIMARY KEY (config, hour, segment, member)) STRICT, WITHOUT ROWID;

        -- Append-only but for is_told: the second batch that a member signed for an hour; with the row above it is the proof.
        CREATE TABLE IF NOT EXISTS equivocation (
            config BLOB NOT NULL,
            hour INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            member BLOB NOT NULL,
            previous BLOB NOT NULL,
            payload_hash BLOB NOT NULL,
            signature BLOB NOT NULL,
            seen_ms INTEGER NOT NULL,
            is_told INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (config, hour, segment, member)) STRICT, WITHOUT ROWID;

        -- What stands of an hour where it is not what this oracle had closed. followed: what the next intervals were brought into line with.
        CREATE TABLE IF NOT EXISTS agreed_hour (
            hour INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            payload BLOB NOT NULL,
            followed BLOB,
            PRIMARY KEY (hour, segment)) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS agreed_hour_open ON agreed_hour (hour) WHERE followed IS NULL OR followed <> payload;
        """;
}
