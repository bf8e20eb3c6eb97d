using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SmartCity.Oracle;

/// <summary>
/// A statement of SQLite, compiled once and run for every row of a large write. Asks SQLite itself: a command of ADO.NET looks each
/// parameter up by its name for every row, and takes several times as long.
/// </summary>
internal sealed class JournalStatement : IDisposable
{
    /// <summary>Stands for a text or bytes, and for what could not be bound: it equals nothing.</summary>
    private static readonly object s_other = new();

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly int[] _places;
    private readonly object?[] _bound;

    /// <summary>Compiles a statement with the parameters <c>$0</c>, <c>$1</c>…, each as often as wanted.</summary>
    /// <exception cref="SqliteException">It is not a statement of this database.</exception>
    public JournalStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new ArgumentException("The connection is not open.", nameof(connection));
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_database, sql, out _statement, out string rest), _database);
        Debug.Assert(string.IsNullOrWhiteSpace(rest), "One statement at a time.");
        _places = [.. Enumerable.Range(0, raw.sqlite3_bind_parameter_count(_statement)).Select(i =>
            raw.sqlite3_bind_parameter_index(_statement, string.Create(CultureInfo.InvariantCulture, $"${i}")))];
        _bound = new object?[_places.Length];
    }

    /// <summary>Runs it.</summary>
    /// <param name="values">One for each parameter: <see cref="long"/>, <see cref="string"/>, bytes or <c>null</c>.</param>
    /// <returns>Rows that were changed.</returns>
    /// <exception cref="SqliteException">SQLite refuses.</exception>
    public int Run(ReadOnlySpan<object?> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, _places.Length);
        for (int i = 0; i < values.Length; i++)
        {
            if (!IsBound(i, values[i]))
            {
                _bound[i] = s_other;
                Bind(_places[i], values[i]);
                _bound[i] = values[i] is null or long ? values[i] : s_other;
            }
        }
        int result = raw.sqlite3_step(_statement);
        int reset = raw.sqlite3_reset(_statement); // Tells the same once more when the step failed.
        if (result is not (raw.SQLITE_DONE or raw.SQLITE_ROW))
        {
            SqliteException.ThrowExceptionForRC(reset == raw.SQLITE_OK ? result : reset, _database);
        }
        return raw.sqlite3_changes(_database);
    }

    /// <inheritdoc/>
    public void Dispose() => _statement.Dispose();

    /// <summary>Does the last run have the same there? What was bound stays bound, and most columns of a large write stand still.</summary>
    private bool IsBound(int index, object? value) =>
        value is null ? _bound[index] is null : value is long number && _bound[index] is long bound && number == bound;

    private void Bind(int place, object? value)
    {
        int result = value switch
        {
            null => raw.sqlite3_bind_null(_statement, place),
            long number => raw.sqlite3_bind_int64(_statement, place, number),
            "" => raw.sqlite3_bind_text(_statement, place, ""), // An empty span has no address, and would be NULL.
            string text => BindText(place, text),
            byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(_statement, place, 0),
            byte[] bytes => raw.sqlite3_bind_blob(_statement, place, bytes),
            _ => throw new ArgumentException($"A value of type {value.GetType().Name} cannot be written.", nameof(value)),
        };
        SqliteException.ThrowExceptionForRC(result, _database);
    }

    private int BindText(int place, string text)
    {
        const int ShortBytes = 256;
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> utf8 = most <= ShortBytes ? stackalloc byte[ShortBytes] : new byte[most];
        return raw.sqlite3_bind_text(_statement, place, utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }
}
