namespace SmartCity.Oracle;

/// <summary>Tables of the journal. All times are milliseconds since 1970, UTC; all hours are <c>unixSeconds / 3600</c>.</summary>
/// <remarks>
/// Keys begin with time, so that rows arrive at the end of their tree: (hour, meter) writes several times faster than (meter, hour)
/// (DESIGN 7). Tables marked "append-only" are never updated or deleted from by the oracle.
/// </remarks>
internal static class JournalSchema
{
    /// <summary>"SCor" in the file's header: this file is an oracle's journal.</summary>
    public const int ApplicationId = 0x53436F72;

    /// <summary>Version of the tables below.</summary>
    public const int Version = 2;

    /// <summary>Creates all tables.</summary>
    public const string Create = """
        -- A signal of the source, numbered by us, so that samples stay small.
        CREATE TABLE signal (
            id INTEGER PRIMARY KEY,
            object TEXT NOT NULL,
            name TEXT NOT NULL,
            display_name TEXT NOT NULL,
            unit TEXT NOT NULL,
            UNIQUE (object, name)) STRICT;

        -- Append-only: what the source said. value: a number is TEXT (decimal), a flag INTEGER (0, 1), a text BLOB (UTF-8), nothing NULL.
        CREATE TABLE sample (
            source_ms INTEGER NOT NULL,
            signal INTEGER NOT NULL,
            value ANY,
            quality INTEGER NOT NULL,
            received_ms INTEGER NOT NULL,
            PRIMARY KEY (source_ms, signal)) STRICT, WITHOUT ROWID;

        -- The newest sample of each signal, for those who watch.
        CREATE TABLE latest (
            signal INTEGER PRIMARY KEY,
            value ANY,
            quality INTEGER NOT NULL,
            reason TEXT,
            source_ms INTEGER NOT NULL,
            received_ms INTEGER NOT NULL) STRICT;

        -- Append-only: what an hour was closed from: registers as of its end, means over it. origin: 0 polled, 1 the source's history, 2 the chain, 3 an import.
        -- received_ms: NULL in hours that were closed before it was kept.
        CREATE TABLE hour_input (
            hour INTEGER NOT NULL,
            signal INTEGER NOT NULL,
            value ANY,
            quality INTEGER NOT NULL,
            source_ms INTEGER NOT NULL,
            origin INTEGER NOT NULL,
            received_ms INTEGER,
            PRIMARY KEY (hour, signal)) STRICT, WITHOUT ROWID;

        -- Append-only: what we state of an hour of a segment. Never changed: a correction is another entry.
        CREATE TABLE closed_hour (
            hour INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            payload BLOB NOT NULL,
            measured INTEGER NOT NULL,
            interpolated INTEGER NOT NULL,
            averaged INTEGER NOT NULL,
            missing INTEGER NOT NULL,
            imbalances INTEGER NOT NULL,
            closed_ms INTEGER NOT NULL,
            PRIMARY KEY (hour, segment)) STRICT, WITHOUT ROWID;

        -- Where each channel's next interval begins (ChannelState as JSON); follows closed_hour in the same transaction.
        CREATE TABLE channel_state (
            grp INTEGER NOT NULL,
            channel INTEGER NOT NULL,
            state TEXT NOT NULL,
            PRIMARY KEY (grp, channel)) STRICT, WITHOUT ROWID;

        -- Append-only: what happened to meters: reset, replacement, gap, implausible value.
        CREATE TABLE meter_event (
            id INTEGER PRIMARY KEY,
            hour INTEGER NOT NULL,
            object TEXT NOT NULL,
            signal TEXT NOT NULL,
            kind INTEGER NOT NULL,
            detail TEXT NOT NULL,
            recorded_ms INTEGER NOT NULL) STRICT;

        -- The outbox of hours: one batch for an hour under one configuration of oracles, for ever. state: 0 signed, 1 sent, 2 confirmed.
        CREATE TABLE batch (
            config BLOB NOT NULL,
            hour INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            previous BLOB NOT NULL,
            id BLOB NOT NULL,
            signatures BLOB NOT NULL,
            state INTEGER NOT NULL,
            transaction_hash BLOB,
            block INTEGER,
            signed_ms INTEGER NOT NULL,
            sent_ms INTEGER,
            confirmed_ms INTEGER,
            PRIMARY KEY (config, hour, segment)) STRICT, WITHOUT ROWID;

        -- What is known since of hours of a channel that were stated as missing, within one period. intervals: 4 bytes an hour, as a correction's
        -- differences. refusal: why the ledger will never take it.
        CREATE TABLE gap_fill (
            id INTEGER PRIMARY KEY,
            segment INTEGER NOT NULL,
            grp INTEGER NOT NULL,
            channel INTEGER NOT NULL,
            first_hour INTEGER NOT NULL,
            intervals BLOB NOT NULL,
            evidence TEXT NOT NULL,
            recorded_ms INTEGER NOT NULL,
            refusal TEXT) STRICT;

        -- The outbox of corrections: each fills a gap, one on its way in a segment. state as of batch, 3 void: its place was taken.
        CREATE TABLE correction (
            sequence INTEGER PRIMARY KEY,
            fill INTEGER NOT NULL REFERENCES gap_fill (id),
            config BLOB NOT NULL,
            segment INTEGER NOT NULL,
            number INTEGER NOT NULL,
            previous BLOB NOT NULL,
            id BLOB NOT NULL,
            signatures BLOB NOT NULL,
            state INTEGER NOT NULL,
            transaction_hash BLOB,
            signed_ms INTEGER NOT NULL) STRICT;
        CREATE INDEX correction_place ON correction (segment, number);
        CREATE INDEX correction_fill ON correction (fill);

        -- Append-only: configurations of oracles that batches were signed under; the last one is in force.
        CREATE TABLE oracle_config (
            id INTEGER PRIMARY KEY,
            config BLOB NOT NULL UNIQUE,
            since_ms INTEGER NOT NULL) STRICT;

        -- Checkpoint of each segment: hours below are closed, are on the chain.
        CREATE TABLE segment (
            number INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            first_hour INTEGER NOT NULL,
            closed_before INTEGER NOT NULL,
            confirmed_before INTEGER NOT NULL) STRICT;

        -- Alarms, one row from raise to end. incident: the raising's own id. number: 1..4 of the brief, 0 a diagnostic. part_of: hash of the
        -- incident that it is part of. evidence: the signals that it was raised on, JSON; NULL in alarms raised before it was kept.
        CREATE TABLE alarm (
            id INTEGER PRIMARY KEY,
            incident BLOB NOT NULL UNIQUE,
            part_of BLOB,
            substation INTEGER NOT NULL,
            substation_name TEXT NOT NULL,
            number INTEGER NOT NULL,
            code TEXT NOT NULL,
            severity INTEGER NOT NULL,
            detail TEXT NOT NULL,
            raised_ms INTEGER NOT NULL,
            cleared_ms INTEGER,
            acknowledged_ms INTEGER,
            acknowledged_by TEXT,
            note TEXT,
            evidence TEXT) STRICT;
        CREATE INDEX alarm_open ON alarm (id) WHERE (cleared_ms IS NULL OR (acknowledged_ms IS NULL AND number > 0));

        -- State of the alarm rules of a substation (JSON); follows the samples in the same transaction.
        CREATE TABLE rule_state (
            substation INTEGER PRIMARY KEY,
            mode INTEGER NOT NULL,
            state TEXT NOT NULL) STRICT;

        -- How the oracle is. One row.
        CREATE TABLE status (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            started_ms INTEGER NOT NULL,
            heartbeat_ms INTEGER NOT NULL,
            source_state INTEGER NOT NULL DEFAULT 0,
            source_since_ms INTEGER,
            source_message TEXT,
            source_time_ms INTEGER,
            chain_state INTEGER NOT NULL DEFAULT 0,
            chain_since_ms INTEGER,
            chain_message TEXT,
            oracle_address TEXT,
            alarm_mode INTEGER NOT NULL DEFAULT 0,
            backfill_from INTEGER,
            backfill_to INTEGER,
            backfill_done INTEGER,
            backfill_rate REAL) STRICT;

        -- Counts commits by what they touched, so that a watcher knows what to read again.
        CREATE TABLE change (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            signals INTEGER NOT NULL,
            alarms INTEGER NOT NULL,
            hours INTEGER NOT NULL,
            meter_events INTEGER NOT NULL,
            status INTEGER NOT NULL) STRICT;
        INSERT INTO change VALUES (1, 0, 0, 0, 0, 0);

        PRAGMA application_id = 1396928370;
        PRAGMA user_version = 2;
        """;
}
