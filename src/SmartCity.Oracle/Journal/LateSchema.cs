namespace SmartCity.Oracle;

/// <summary>Tables of late data. Added to a journal that lacks them, so that one begun before has them too.</summary>
internal static class LateSchema
{
    /// <summary>Creates the tables that are not there.</summary>
    public const string Create = """
        -- Rows of gap_fill whose hours were known one by one, not as shares of a gap. fills: 1 when the hours stood as missing until then.
        CREATE TABLE IF NOT EXISTS late_fill (
            fill INTEGER PRIMARY KEY REFERENCES gap_fill (id),
            fills INTEGER NOT NULL) STRICT;

        -- Rows of gap_fill that are on the chain by corrections that this journal never signed: other oracles', or its own from after the copy that
        -- it was restored from.
        CREATE TABLE IF NOT EXISTS taken_over (
            fill INTEGER PRIMARY KEY REFERENCES gap_fill (id),
            correction BLOB NOT NULL UNIQUE) STRICT;
        CREATE INDEX IF NOT EXISTS gap_fill_channel ON gap_fill (segment, grp, channel);

        -- Imported files of whose values it is decided what becomes of them, when their hours were stated before: hours that got a correction,
        -- hours whose value came too late for one, hours whose value has no use.
        CREATE TABLE IF NOT EXISTS late_file (
            file INTEGER PRIMARY KEY REFERENCES import_file (id),
            corrected INTEGER NOT NULL,
            kept INTEGER NOT NULL,
            unused INTEGER NOT NULL,
            settled_ms INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS import_value_file ON import_value (file);
        """;
}
