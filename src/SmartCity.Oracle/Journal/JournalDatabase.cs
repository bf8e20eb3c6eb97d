using Dapper;
using Microsoft.Data.Sqlite;

namespace SmartCity.Oracle;

/// <summary>The journal, opened by its one writer. All writes go through transactions of one connection; safe to use from several threads.</summary>
internal sealed class JournalDatabase : IDisposable
{
    // When a commit returns: with FULL when the disk has it, with NORMAL when the system has. Between transactions either can be said.
    private const string Full = "PRAGMA synchronous = FULL";
    private const string Normal = "PRAGMA synchronous = NORMAL";

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, JournalStatement> _statements = [];
    private string? _synchronous;

    private JournalDatabase(string path, SqliteConnection connection) => (_path, _connection) = (path, connection);

    /// <summary>Opens the journal of a state folder, making folder and file when they are not there.</summary>
    /// <exception cref="JournalException">It cannot be opened or written, or another oracle has it.</exception>
    public static JournalDatabase Open(string stateFolder)
    {
        string path = JournalFile.PathIn(stateFolder);
        return new(path, JournalFile.OpenForWriting(path));
    }

    /// <summary>Writes in one transaction: all of it is durable when this returns, or nothing is when it throws.</summary>
    /// <exception cref="JournalException">The disk is full, or the file cannot be written.</exception>
    public T Write<T>(Func<JournalTransaction, T> write) => Commit(write, Full);

    /// <summary>Writes in one transaction what can be had again from what is durable, or from the chain: it is not waited for the disk. A loss of
    /// power may take it away, with all that was written after it and nothing before it; the next <see cref="Write{T}"/> makes it durable too.
    /// (docs/adr/0025-writes-that-are-not-waited-for.md)</summary>
    /// <exception cref="JournalException">The disk is full, or the file cannot be written.</exception>
    public void WriteRepeatable(Action<JournalTransaction> write) => Commit(journal => Done(write, journal), Normal);

    /// <summary>Writes in one transaction that is then given up: what would become of it, and nothing changes.</summary>
    /// <exception cref="JournalException">The disk is full, or the file cannot be written.</exception>
    public T Rehearse<T>(Func<JournalTransaction, T> write)
    {
        lock (_lock)
        {
            return JournalFile.Guarded(_path, () =>
            {
                using SqliteTransaction transaction = _connection.BeginTransaction();
                return write(new(this, transaction));
            });
        }
    }

    /// <summary>Writes in one transaction: all of it is durable when this returns, or nothing is when it throws.</summary>
    /// <exception cref="JournalException">The disk is full, or the file cannot be written.</exception>
    public void Write(Action<JournalTransaction> write) => Commit(journal => Done(write, journal), Full);

    /// <summary>Reads.</summary>
    /// <exception cref="JournalException">The file cannot be read.</exception>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        lock (_lock)
        {
            return JournalFile.Guarded(_path, () => read(_connection));
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (JournalStatement statement in _statements.Values)
            {
                statement.Dispose();
            }
            _statements.Clear();
            _connection.Dispose();
        }
    }

    private T Commit<T>(Func<JournalTransaction, T> write, string synchronous)
    {
        JournalTransaction journal;
        T result;
        lock (_lock)
        {
            (result, journal) = JournalFile.Guarded(_path, () =>
            {
                if (_synchronous != synchronous)
                {
                    _connection.Execute(synchronous); // Takes effect when it is compiled: never as a statement that is kept.
                    _synchronous = synchronous;
                }
                using SqliteTransaction transaction = _connection.BeginTransaction();
                JournalTransaction journal = new(this, transaction);
                T result = write(journal);
                journal.CountChanges();
                transaction.Commit();
                return (result, journal);
            });
        }
        journal.Committed();
        return result;
    }

    private static bool Done(Action<JournalTransaction> write, JournalTransaction journal)
    {
        write(journal);
        return true;
    }

    /// <summary>A statement compiled once, for those that run for every row.</summary>
    internal JournalStatement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out JournalStatement? statement))
        {
            statement = new(_connection, sql);
            _statements.Add(sql, statement);
        }
        return statement;
    }
}

/// <summary>A write in progress.</summary>
internal sealed class JournalTransaction(JournalDatabase database, SqliteTransaction transaction)
{
    private OracleChanges _changes;
    private Action? _committed;

    /// <summary>For reads that are shared with those outside of a transaction.</summary>
    public SqliteConnection Connection => transaction.Connection!;

    /// <summary>The transaction beneath.</summary>
    public SqliteTransaction Inner => transaction;

    /// <summary>Runs a statement with Dapper's parameters.</summary>
    public int Execute(string sql, object? parameters = null) =>
        transaction.Connection!.Execute(sql, parameters, transaction);

    /// <summary>Reads what this transaction sees.</summary>
    public IReadOnlyList<T> Query<T>(string sql, object? parameters = null) =>
        transaction.Connection!.Query<T>(sql, parameters, transaction).AsList();

    /// <summary>Reads one value.</summary>
    public T? Scalar<T>(string sql, object? parameters = null) =>
        transaction.Connection!.ExecuteScalar<T>(sql, parameters, transaction);

    /// <summary>Runs a statement compiled once, with parameters <c>$0</c>, <c>$1</c>… in order; for every row of a large write.</summary>
    public int ExecutePrepared(string sql, params ReadOnlySpan<object?> values) => database.Prepared(sql).Run(values);

    /// <summary>Says what this transaction touches, for those who watch.</summary>
    public void Touch(OracleChanges changes) => _changes |= changes;

    /// <summary>Something to do once all of it is durable, e.g. to count it; not done when it is given up.</summary>
    public void OnCommit(Action action) => _committed += action;

    internal void Committed() => _committed?.Invoke();

    internal void CountChanges()
    {
        if (_changes != OracleChanges.None)
        {
            ExecutePrepared(
                "UPDATE change SET signals = signals + $0, alarms = alarms + $1, hours = hours + $2, meter_events = meter_events + $3, status = status + $4",
                One(OracleChanges.Signals), One(OracleChanges.Alarms), One(OracleChanges.Hours), One(OracleChanges.MeterEvents), One(OracleChanges.Status));
        }

        object One(OracleChanges kind) => _changes.HasFlag(kind) ? 1L : 0L;
    }
}
