using Dapper;
using Microsoft.Data.Sqlite;

namespace SmartCity.Notices;

/// <summary>
/// The file that holds notices on their way, dead letters and answers. Whoever queues, sends, looks or answers opens it, in whatever process;
/// safe to use from several threads.
/// </summary>
public sealed class NoticeDatabase : IDisposable
{
    /// <summary>Name of the file in the state folder.</summary>
    public const string FileName = "notices.db";

    /// <summary>"SCnt" in the file's header: this file holds notices.</summary>
    private const int ApplicationId = 0x53436E74;

    /// <summary>Version of the tables below.</summary>
    private const int Version = 1;

    private const int BusySeconds = 10;

    /// <summary>Times are milliseconds since 1970, UTC.</summary>
    private const string Schema = """
        -- Append-only: what was to be told (IncidentNotice as JSON).
        CREATE TABLE notice (
            object INTEGER NOT NULL,
            incident INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            notice TEXT NOT NULL,
            PRIMARY KEY (object, incident, sequence)) STRICT, WITHOUT ROWID;

        -- Append-only: the CAP document of a notice for an organisation. Later ones refer to it until one that is an end.
        CREATE TABLE document (
            id INTEGER PRIMARY KEY,
            organisation TEXT NOT NULL,
            object INTEGER NOT NULL,
            incident INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            identifier TEXT NOT NULL UNIQUE,
            sent_ms INTEGER NOT NULL,
            is_end INTEGER NOT NULL,
            cap TEXT NOT NULL,
            UNIQUE (organisation, object, incident, sequence),
            FOREIGN KEY (object, incident, sequence) REFERENCES notice) STRICT;

        -- The outbox: a document for a contact, in order for each contact and incident. message: its id for the receiver, the same each time.
        -- state: 0 waiting, 1 delivered, 2 dead, 3 dropped.
        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            document INTEGER NOT NULL REFERENCES document,
            organisation TEXT NOT NULL,
            contact TEXT NOT NULL,
            object INTEGER NOT NULL,
            incident INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            message TEXT NOT NULL UNIQUE,
            state INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            not_before_ms INTEGER NOT NULL,
            failure TEXT,
            settled_ms INTEGER,
            settled_by TEXT) STRICT;
        CREATE INDEX delivery_waiting ON delivery (organisation, contact, object, incident, sequence) WHERE state = 0;
        CREATE INDEX delivery_dead ON delivery (id) WHERE state = 2;
        CREATE INDEX delivery_order ON delivery (object, incident, organisation, contact, sequence);

        -- Append-only but for done_ms: what organisations answered, as it was received. done_ms: NULL until somebody has carried it out.
        CREATE TABLE answer (
            number INTEGER PRIMARY KEY,
            organisation TEXT NOT NULL,
            id TEXT NOT NULL,
            body BLOB NOT NULL,
            received_ms INTEGER NOT NULL,
            done_ms INTEGER,
            UNIQUE (organisation, id)) STRICT;
        CREATE INDEX answer_open ON answer (number) WHERE done_ms IS NULL;

        PRAGMA application_id = 1396928116;
        PRAGMA user_version = 1;
        """;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;

    private NoticeDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the file of a state folder, making folder and file when they are not there.</summary>
    /// <exception cref="SqliteException">It cannot be opened or written.</exception>
    /// <exception cref="InvalidDataException">It is another program's, or another version's.</exception>
    public static NoticeDatabase Open(string stateFolder)
    {
        Directory.CreateDirectory(stateFolder);
        string path = Path.Combine(stateFolder, FileName);
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            DefaultTimeout = BusySeconds,
            ForeignKeys = true,
            Pooling = false, // Whoever closes it lets go of the file, and of its write-ahead log.
        }.ToString());
        try
        {
            connection.Open();
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            Prepare(connection, path);
            return new(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _connection.Dispose();
        }
    }

    /// <summary>Writes in one transaction: all of it is durable when this returns, or nothing is when it throws.</summary>
    /// <exception cref="SqliteException">The disk is full, or the file cannot be written.</exception>
    internal T Write<T>(Func<SqliteTransaction, T> write)
    {
        lock (_lock)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            T result = write(transaction);
            transaction.Commit();
            return result;
        }
    }

    /// <summary>Runs one statement, durable when this returns.</summary>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="SqliteException">The disk is full, or the file cannot be written.</exception>
    internal int Execute(string sql, object parameters) => Write(transaction => transaction.Connection!.Execute(sql, parameters, transaction));

    /// <summary>Reads.</summary>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    internal IReadOnlyList<T> Query<T>(string sql, object parameters)
    {
        lock (_lock)
        {
            return _connection.Query<T>(sql, parameters).AsList();
        }
    }

    private static void Prepare(SqliteConnection connection, string path)
    {
        // Two processes may make it at once: the transaction lets one of them write.
        using SqliteTransaction transaction = connection.BeginTransaction();
        int version = connection.ExecuteScalar<int>("PRAGMA user_version", transaction: transaction);
        if (version == 0 && connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema", transaction: transaction) == 0)
        {
            connection.Execute(Schema, transaction: transaction);
            transaction.Commit();
            return;
        }
        int application = connection.ExecuteScalar<int>("PRAGMA application_id", transaction: transaction);
        if (application != ApplicationId || version != Version)
        {
            throw new InvalidDataException(
                $"{path} does not hold notices of version {Version} (application {application:X8}, version {version}). Move it away.");
        }
    }
}
