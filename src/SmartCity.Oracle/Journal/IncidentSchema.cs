namespace SmartCity.Oracle;

/// <summary>Tables of incidents and of what persons ask for. Added to a journal that lacks them, so that one begun before has them too.</summary>
internal static class IncidentSchema
{
    /// <summary>Creates the tables that are not there.</summary>
    public const string Create = """
        -- Incidents. hash: the id in the incident log; adopted: the id of the one that the log had open instead. state: the incident as JSON.
        CREATE TABLE IF NOT EXISTS incident (
            id INTEGER PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE,
            adopted BLOB,
            object INTEGER NOT NULL,
            object_name TEXT NOT NULL,
            number INTEGER NOT NULL,
            alarm INTEGER NOT NULL,
            code TEXT NOT NULL,
            detail TEXT NOT NULL,
            is_open INTEGER NOT NULL,
            raised_ms INTEGER NOT NULL,
            planned_ms INTEGER,
            state TEXT NOT NULL,
            UNIQUE (object, number)) STRICT;
        CREATE INDEX IF NOT EXISTS incident_open ON incident (id) WHERE is_open = 1;

        -- What is remembered of an object's alarms to tell when they become incidents (IntakeState as JSON).
        CREATE TABLE IF NOT EXISTS incident_intake (
            object INTEGER PRIMARY KEY,
            state TEXT NOT NULL) STRICT;

        -- Append-only: everything that was done with incidents. evidence: JSON; chain_hash: Keccak-256 of the one before and of this evidence.
        -- signer: whose key sends it to the incident log, empty for the oracle's.
        CREATE TABLE IF NOT EXISTS incident_entry (
            id INTEGER PRIMARY KEY,
            incident INTEGER NOT NULL REFERENCES incident (id),
            kind INTEGER NOT NULL,
            stage INTEGER,
            time_ms INTEGER NOT NULL,
            by_whom TEXT NOT NULL,
            signer TEXT NOT NULL,
            note TEXT NOT NULL,
            evidence TEXT NOT NULL,
            evidence_hash BLOB NOT NULL,
            chain_hash BLOB NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS incident_entry_of ON incident_entry (incident, id);
        CREATE TRIGGER IF NOT EXISTS incident_entry_stands BEFORE UPDATE ON incident_entry
            BEGIN SELECT raise(ABORT, 'entries of incidents are never changed'); END;
        CREATE TRIGGER IF NOT EXISTS incident_entry_stays BEFORE DELETE ON incident_entry
            BEGIN SELECT raise(ABORT, 'entries of incidents are never dropped'); END;

        -- The outbox of the incident log. lane: object and alarm, of which the log has one open incident; the parent's of a merge. state: 0
        -- waiting, 1 sent, 2 confirmed, 3 refused by the chain.
        CREATE TABLE IF NOT EXISTS incident_outbox (
            entry INTEGER PRIMARY KEY REFERENCES incident_entry (id),
            lane INTEGER NOT NULL,
            parent INTEGER,
            parent_lane INTEGER,
            state INTEGER NOT NULL,
            transaction_hash BLOB,
            refusal TEXT) STRICT;
        CREATE INDEX IF NOT EXISTS incident_outbox_open ON incident_outbox (entry) WHERE state < 2;

        -- Append-only: who was to be told that a deadline runs out. deadline, level: as the enumerations of the rules.
        CREATE TABLE IF NOT EXISTS incident_warning (
            id INTEGER PRIMARY KEY,
            incident INTEGER NOT NULL REFERENCES incident (id),
            deadline INTEGER NOT NULL,
            percent INTEGER NOT NULL,
            level INTEGER NOT NULL,
            reached_ms INTEGER NOT NULL,
            due_ms INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS incident_warning_of ON incident_warning (incident, id);

        -- The queue of what organisations are told, until notices.db has it: an entry or a warning, and the incident as that left it. An id is
        -- never given twice: it is the notice's number.
        CREATE TABLE IF NOT EXISTS incident_notice (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            incident INTEGER NOT NULL REFERENCES incident (id),
            entry INTEGER REFERENCES incident_entry (id),
            warning INTEGER REFERENCES incident_warning (id),
            state TEXT NOT NULL,
            CHECK ((entry IS NULL) <> (warning IS NULL))) STRICT;

        -- Append-only: files of incidents; the bytes lie in the state folder under their hash.
        CREATE TABLE IF NOT EXISTS evidence_file (
            entry INTEGER PRIMARY KEY REFERENCES incident_entry (id),
            incident INTEGER NOT NULL REFERENCES incident (id),
            hash BLOB NOT NULL,
            name TEXT NOT NULL,
            media_type TEXT NOT NULL,
            size INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS evidence_file_of ON evidence_file (incident, entry);
        CREATE INDEX IF NOT EXISTS evidence_file_hash ON evidence_file (hash);

        -- Append-only: outages that reduce bills, seconds since 1970.
        CREATE TABLE IF NOT EXISTS outage (
            entry INTEGER PRIMARY KEY REFERENCES incident_entry (id),
            grp INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            from_s INTEGER NOT NULL,
            to_s INTEGER NOT NULL,
            measure INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS outage_of ON outage (grp, from_s);

        -- Shifts handed over. incidents: numbers of those open then (JSON); alarms: how many were open. Only taken_by and taken_ms are written later.
        CREATE TABLE IF NOT EXISTS handover (
            id INTEGER PRIMARY KEY,
            by_whom TEXT NOT NULL,
            note TEXT NOT NULL,
            time_ms INTEGER NOT NULL,
            incidents TEXT NOT NULL,
            alarms INTEGER NOT NULL,
            taken_by TEXT,
            taken_ms INTEGER) STRICT;

        CREATE INDEX IF NOT EXISTS incident_entry_at ON incident_entry (time_ms);

        -- A raising is looked for by its substation and rule: in a flood, among ten thousands.
        CREATE INDEX IF NOT EXISTS alarm_of ON alarm (substation, code, raised_ms);

        -- The one table that others write: what persons ask for (DeskRequest as JSON). outcome: NULL open, 1 done, 2 refused.
        CREATE TABLE IF NOT EXISTS request (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            request TEXT NOT NULL,
            by_whom TEXT NOT NULL,
            note TEXT NOT NULL,
            at_ms INTEGER,
            requested_ms INTEGER NOT NULL,
            outcome INTEGER,
            reason TEXT) STRICT;
        CREATE INDEX IF NOT EXISTS request_open ON request (id) WHERE outcome IS NULL;
        """;

    /// <summary>What needs columns that tables begun before have got since.</summary>
    public const string CreateLater = """
        -- once: name of a request that is made once, however often it is asked for.
        CREATE UNIQUE INDEX IF NOT EXISTS request_once ON request (once) WHERE once IS NOT NULL;
        """;
}
