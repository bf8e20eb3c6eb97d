namespace SmartCity.Oracle;

/// <summary>Tables of imported values. Added to a journal that lacks them, so that one begun before has them too.</summary>
/// <remarks>
/// Append-only, and the one place besides acknowledgements that other processes write: what is current follows from the messages'
/// own times and numbers, so that the order of importing changes nothing.
/// </remarks>
internal static class ImportSchema
{
    /// <summary>Creates the tables that are not there.</summary>
    public const string Create = """
        -- Files of layout 80020 that were accepted. made: yyyyMMddHHmmss by the sender's clock, day: yyyyMMdd.
        CREATE TABLE IF NOT EXISTS import_file (
            id INTEGER PRIMARY KEY,
            sha256 BLOB NOT NULL UNIQUE,
            name TEXT NOT NULL,
            sender TEXT NOT NULL,
            day INTEGER NOT NULL,
            number INTEGER NOT NULL,
            made INTEGER NOT NULL,
            acceptance INTEGER NOT NULL,
            received_ms INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS import_file_number ON import_file (sender, day, number);

        -- What they say of hours. interval: Wh, NULL when it is not to be billed. The latest made file's, then the highest number's, counts.
        CREATE TABLE IF NOT EXISTS import_value (
            hour INTEGER NOT NULL,
            grp INTEGER NOT NULL,
            channel INTEGER NOT NULL,
            file INTEGER NOT NULL REFERENCES import_file (id),
            interval INTEGER,
            status INTEGER NOT NULL,
            PRIMARY KEY (hour, grp, channel, file)) STRICT, WITHOUT ROWID;
        """;
}
