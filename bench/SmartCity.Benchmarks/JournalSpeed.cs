using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SmartCity.Alphalogic;
using SmartCity.Oracle;

namespace SmartCity.Benchmarks;

/// <summary>How fast samples become durable: 10,000 signals a transaction, as polls of a city write them.</summary>
internal static class JournalSpeed
{
    private const int Signals = 10_000;
    private const int Polls = 100;
    private const int Rounds = 3;
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(20_000);

    /// <summary>Durable samples a second of the journal, and of plain statements that write the same rows. Medians of rounds that take turns.</summary>
    public static Dictionary<string, double> Measure()
    {
        List<double> ours = [];
        List<double> plain = [];
        for (int round = 0; round < Rounds; round++)
        {
            ours.Add(InFolder(Journal));
            plain.Add(InFolder(Plain));
        }
        return new() { ["journalRowsPerSecond"] = Program.Median(ours), ["plainJournalRowsPerSecond"] = Program.Median(plain) };
    }

    private static double Journal(string folder)
    {
        using JournalDatabase journal = JournalDatabase.Open(folder);
        SampleStore samples = new(journal);
        SourceSignal[] signals = [.. Enumerable.Range(0, Signals).Select(i =>
            new SourceSignal(new($"m1_{i}", "a"), new((ulong)i), "", "kWh", IsConstant: false))];
        samples.Register(signals);
        double seconds = 0;
        for (int poll = 0; poll < Polls; poll++)
        {
            DateTimeOffset now = At(poll);
            Sample[] polled = [.. signals.Select((signal, i) => new Sample(
                signal, new(signal.Parameter, SignalData.Of(ValueOf(i, poll) / 1_000m), now, SignalQuality.Good, null), now))];
            long started = Stopwatch.GetTimestamp();
            journal.Write(transaction => samples.Add(transaction, polled));
            seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        return RowsPerSecond(journal.Read(connection => Dapper.SqlMapper.ExecuteScalar<long>(connection, "SELECT count(*) FROM sample")), seconds);
    }

    /// <summary>Commands that are prepared once, in one transaction a poll: what Microsoft.Data.Sqlite's documentation says of bulk inserts.</summary>
    private static double Plain(string folder)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(folder, "plain.db")};Pooling=False");
        connection.Open();
        Dapper.SqlMapper.Execute(connection,
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            CREATE TABLE sample (source_ms INTEGER NOT NULL, signal INTEGER NOT NULL, value ANY, quality INTEGER NOT NULL, received_ms INTEGER NOT NULL,
                PRIMARY KEY (source_ms, signal)) STRICT, WITHOUT ROWID;
            CREATE TABLE latest (signal INTEGER PRIMARY KEY, value ANY, quality INTEGER NOT NULL, reason TEXT, source_ms INTEGER NOT NULL,
                received_ms INTEGER NOT NULL) STRICT;
            """);
        using SqliteCommand sample = connection.CreateCommand();
        sample.CommandText = "INSERT INTO sample (source_ms, signal, value, quality, received_ms) VALUES ($at, $signal, $value, 2, $at) ON CONFLICT DO NOTHING";
        using SqliteCommand latest = connection.CreateCommand();
        latest.CommandText = "REPLACE INTO latest (signal, value, quality, reason, source_ms, received_ms) VALUES ($signal, $value, 2, NULL, $at, $at)";
        SqliteCommand[] commands = [sample, latest];
        foreach (SqliteCommand command in commands)
        {
            command.Parameters.Add("$at", SqliteType.Integer);
            command.Parameters.Add("$signal", SqliteType.Integer);
            command.Parameters.Add("$value", SqliteType.Integer);
            command.Prepare();
        }
        double seconds = 0;
        for (int poll = 0; poll < Polls; poll++)
        {
            long at = At(poll).ToUnixTimeMilliseconds();
            long started = Stopwatch.GetTimestamp();
            using SqliteTransaction transaction = connection.BeginTransaction();
            Array.ForEach(commands, command => command.Transaction = transaction);
            for (int i = 0; i < Signals; i++)
            {
                foreach (SqliteCommand command in commands)
                {
                    (command.Parameters[0].Value, command.Parameters[1].Value, command.Parameters[2].Value) = (at, (long)i, ValueOf(i, poll));
                    command.ExecuteNonQuery();
                }
            }
            transaction.Commit();
            seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        return RowsPerSecond(Dapper.SqlMapper.ExecuteScalar<long>(connection, "SELECT count(*) FROM sample"), seconds);
    }

    private static DateTimeOffset At(int poll) => Start.AddMinutes(15 * poll);

    /// <summary>Wh.</summary>
    private static long ValueOf(int signal, int poll) => 100_000 + (signal * 31) + (poll * 125);

    private static double RowsPerSecond(long rows, double seconds) => rows == Signals * Polls
        ? rows / seconds
        : throw new InvalidOperationException($"{rows} samples are in the file, {Signals * Polls} were written.");

    private static double InFolder(Func<string, double> measure)
    {
        string folder = Directory.CreateTempSubdirectory("journal-bench").FullName;
        try
        {
            return measure(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
