using Dapper;
using Microsoft.Data.Sqlite;

namespace SmartCity.Oracle;

/// <summary>The SQLite file that holds journal and outbox: opening it, and telling in words what is wrong with it.</summary>
internal static class JournalFile
{
    /// <summary>Name of the file in the state folder.</summary>
    public const string FileName = "oracle.db";

    /// <summary>How long a statement waits for another connection's write lock.</summary>
    private const int BusySeconds = 10;

    private const int SqliteBusy = 5;
    private const int SqliteReadOnly = 8;
    private const int SqliteInputOutput = 10;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNotADatabase = 26;

    /// <summary>Where the journal of a state folder is.</summary>
    public static string PathIn(string stateFolder) => Path.Combine(stateFolder, FileName);

    /// <summary>Opens the journal for its one writer, the oracle; creates it when there is none.</summary>
    /// <exception cref="JournalException">The file cannot be opened or written, or is not a journal of this version.</exception>
    public static SqliteConnection OpenForWriting(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"The folder of the journal {path} cannot be made: {exception.Message}", exception);
        }
        return Guarded(path, () =>
        {
            SqliteConnection connection = Open(path, SqliteOpenMode.ReadWriteCreate);
            try
            {
                connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
                if (connection.ExecuteScalar<int>("PRAGMA user_version") == 0 && IsEmpty(connection))
                {
                    using SqliteTransaction transaction = connection.BeginTransaction();
                    connection.Execute(JournalSchema.Create, transaction: transaction);
                    transaction.Commit();
                }
                RequireJournal(connection, path);
                AddColumn(connection, "hour_input", "received_ms", "INTEGER");
                AddColumn(connection, "alarm", "evidence", "TEXT");
                connection.Execute(ImportSchema.Create);
                connection.Execute(LateSchema.Create);
                connection.Execute(AgreementSchema.Create);
                connection.Execute(IncidentSchema.Create);
                AddColumn(connection, "request", "once", "TEXT");
                connection.Execute(IncidentSchema.CreateLater);
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        });
    }

    /// <summary>Opens the journal for one who only looks, in whatever process.</summary>
    public static SqliteConnection OpenForReading(string path) => OpenExisting(path, SqliteOpenMode.ReadOnly);

    /// <summary>Opens the journal for one who looks once and may move the file then: nothing of it stays open.</summary>
    public static SqliteConnection OpenOnce(string path) => OpenExisting(path, SqliteOpenMode.ReadOnly, isPooled: false);

    /// <summary>Opens the journal for one who leaves a request in it.</summary>
    public static SqliteConnection OpenForRequests(string path) => OpenExisting(path, SqliteOpenMode.ReadWrite);

    /// <summary>Opens a file that a copy is written to, whatever is in it.</summary>
    public static SqliteConnection OpenRaw(string path) => Open(path, SqliteOpenMode.ReadWriteCreate);

    /// <summary>Does the file hold a journal whose tables are there? False before the oracle's first start.</summary>
    public static bool Exists(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        return Guarded(path, () =>
        {
            using SqliteConnection connection = Open(path, SqliteOpenMode.ReadOnly);
            return connection.ExecuteScalar<int>("PRAGMA user_version") != 0;
        });
    }

    /// <summary>Bytes that the journal takes, with its write-ahead log; 0 when there is none.</summary>
    public static long SizeOf(string path) =>
        new[] { path, path + "-wal" }.Select(part => new FileInfo(part)).Where(file => file.Exists).Sum(file => file.Length);

    /// <summary>Runs what touches the file; names disk-full, read-only and damage in words.</summary>
    /// <exception cref="JournalException">The file cannot be read or written.</exception>
    public static T Guarded<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException exception) when (Explain(exception.SqliteErrorCode) is { } why)
        {
            throw new JournalException($"The journal {path} {why.What} (SQLite: {exception.Message})", exception, why.MayPass);
        }
    }

    private static (string What, bool MayPass)? Explain(int errorCode) => errorCode switch
    {
        SqliteFull => ("cannot grow: the disk is full. Free some space: what was written before is whole, nothing is half-written.", true),
        SqliteReadOnly => ("is read-only. Make the file and its folder writable for this user.", true),
        SqliteInputOutput => ("cannot be read or written: input/output error. Check the disk: is it full, is it there?", true),
        SqliteCannotOpen => ("cannot be opened. Check that the folder exists and that this user may read and write it.", true),
        SqliteBusy => ($"is being written by another program for longer than {BusySeconds} s. End that program.", true),
        SqliteCorrupt or SqliteNotADatabase =>
            ("is damaged or is not a database. Restore it from a copy (smartcity journal restore), or move it away to start a new one.", false),
        _ => null,
    };

    private static SqliteConnection OpenExisting(string path, SqliteOpenMode mode, bool isPooled = true)
    {
        RequireExisting(path);
        return Guarded(path, () =>
        {
            SqliteConnection connection = Open(path, mode, isPooled);
            try
            {
                RequireJournal(connection, path);
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        });
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode, bool isPooled = true)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            DefaultTimeout = BusySeconds,
            ForeignKeys = true,
            Pooling = isPooled && mode != SqliteOpenMode.ReadWriteCreate, // A writer that is closed lets go of the file, and of its write-ahead log.
        }.ToString());
        connection.Open();
        return connection;
    }

    private static bool IsEmpty(SqliteConnection connection) =>
        connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema") == 0;

    /// <summary>A journal begun before a table had a column gets it, empty.</summary>
    private static void AddColumn(SqliteConnection connection, string table, string column, string type)
    {
        if (!connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM pragma_table_info(@table) WHERE name = @column)", new { table, column }))
        {
            connection.Execute($"ALTER TABLE {table} ADD COLUMN {column} {type}");
        }
    }

    /// <summary>Demands that there is a journal.</summary>
    /// <exception cref="JournalException">There is none.</exception>
    public static void RequireExisting(string path)
    {
        if (!File.Exists(path))
        {
            throw new JournalException($"There is no journal {path} yet. Start the oracle first: smartcity up.");
        }
    }

    /// <summary>Demands that an open file is a journal of this version.</summary>
    /// <exception cref="JournalException">It is not.</exception>
    public static void RequireJournal(SqliteConnection connection, string path)
    {
        int application = connection.ExecuteScalar<int>("PRAGMA application_id");
        int version = connection.ExecuteScalar<int>("PRAGMA user_version");
        if (application != JournalSchema.ApplicationId || version != JournalSchema.Version)
        {
            throw new JournalException(
                $"{path} is not an oracle's journal of version {JournalSchema.Version} "
                + $"(application {application:X8}, version {version}). Move it away or run the program it belongs to.");
        }
    }
}
