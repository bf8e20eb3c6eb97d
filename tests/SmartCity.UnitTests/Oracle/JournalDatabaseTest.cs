using CsCheck;
using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

/// <summary>What a journal does when it cannot be written. SQLite itself says that the disk is full, or that the file is read-only.</summary>
public sealed class JournalDatabaseTest
{
    private string _folder = "";
    private JournalDatabase _journal = null!;

    [SetUp]
    public void OpenJournal()
    {
        _folder = Directory.CreateTempSubdirectory("journal").FullName;
        _journal = JournalDatabase.Open(_folder);
    }

    [TearDown]
    public void DeleteFolder()
    {
        _journal.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Write_DiskFull_WritesNothingAndGoesOnWhenSpaceIsBack()
    {
        Add(0, 100);
        Pragma("max_page_count = 1"); // Means: not a page more than there are.

        JournalException refused = Assert.Throws<JournalException>(() => Add(100, 10_000))!;
        long left = Count();
        Pragma("max_page_count = 1000000");
        Add(100, 10_000);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(refused.MayPass, Is.True);
        Assert.That(refused.Message, Does.Contain(JournalFile.PathIn(_folder)).And.Contain("the disk is full").And.Contain("Free some space"));
        Assert.That(left, Is.EqualTo(100));
        Assert.That(Count(), Is.EqualTo(10_100));
    }

    /// <summary>SQLite's own word for it: 2 waits for the disk at each commit (FULL), 1 does not (NORMAL).</summary>
    [Test]
    public void Write_BeforeAndAfterWhatIsRepeatable_WaitsForTheDisk()
    {
        List<long> waits = [];
        _journal.Write(Note);
        _journal.WriteRepeatable(Note);
        _journal.WriteRepeatable(Note);
        _journal.Write(Note);
        Assert.That(waits, Is.EqualTo([2, 1, 1, 2]));

        void Note(JournalTransaction transaction) => waits.Add(transaction.Scalar<long>("PRAGMA synchronous"));
    }

    [Test]
    public void Write_ReadOnly_SaysSoAndGoesOnWhenItMay()
    {
        Pragma("query_only = 1");

        JournalException refused = Assert.Throws<JournalException>(() => Add(0, 1))!;
        Pragma("query_only = 0");
        Add(0, 1);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(refused.MayPass, Is.True);
        Assert.That(refused.Message, Does.Contain("is read-only. Make the file and its folder writable"));
        Assert.That(Count(), Is.EqualTo(1));
    }

    [Test]
    public void Open_NotADatabase_WillNotPass()
    {
        string other = Path.Combine(_folder, "other");
        Directory.CreateDirectory(other);
        File.WriteAllText(JournalFile.PathIn(other), new string('x', 5_000));

        JournalException refused = Assert.Throws<JournalException>(() => JournalDatabase.Open(other))!;

        Assert.That(refused.MayPass, Is.False);
        Assert.That(refused.Message, Does.Contain("damaged").And.Contain("smartcity journal restore"));
    }

    [Test]
    public void OnCommit_GivenUp_IsNotDone()
    {
        int done = 0;
        Assert.Throws<InvalidOperationException>(() => _journal.Write(transaction =>
        {
            transaction.OnCommit(() => done++);
            throw new InvalidOperationException();
        }));
        Assert.That(done, Is.Zero);

        _journal.Write(transaction => transaction.OnCommit(() => done++));
        Assert.That(done, Is.EqualTo(1));
    }

    private static readonly object?[] s_values = [null, 0L, long.MinValue, long.MaxValue, "", "Протечка", new string('я', 1_000), Array.Empty<byte>(), new byte[] { 0, 255 }];

    [TestCaseSource(nameof(s_values))]
    public void ExecutePrepared_AnyValue_IsReadBackAsItWas(object? value)
    {
        int changed = _journal.Write(transaction => transaction.ExecutePrepared(
            "INSERT INTO sample (source_ms, signal, value, quality, received_ms) VALUES ($1, $1, $0, $1, $1)", value, 7L));

        Assert.That(changed, Is.EqualTo(1));
        Assert.That(_journal.Read(connection => connection.ExecuteScalar<object?>("SELECT value FROM sample WHERE source_ms = 7")), Is.EqualTo(value));
    }

    [Test]
    public void ExecutePrepared_RowsAlikeInPart_EachIsWrittenAsItIs()
    {
        // What did not change is not bound again: whatever follows on whatever, every row must hold its own.
        Gen.Select(Gen.Int[0, s_values.Length - 1], Gen.Int[0, s_values.Length - 1], Gen.Long[0, 2]).List[1, 20].Sample(rows =>
        {
            _journal.Write(transaction =>
            {
                transaction.Execute("DELETE FROM sample");
                for (int i = 0; i < rows.Count; i++)
                {
                    (int value, int again, long quality) = rows[i];
                    foreach ((long signal, object? one) in new[] { (1L, s_values[value]), (2L, s_values[again]) })
                    {
                        transaction.ExecutePrepared(
                            "INSERT INTO sample (source_ms, signal, value, quality, received_ms) VALUES ($0, $1, $2, $3, $0)", (long)i, signal, one, quality);
                    }
                }
            });
            IEnumerable<(long, long, object?, long, long)> written = _journal.Read(connection => connection
                .Query("SELECT source_ms, signal, value, quality, received_ms FROM sample ORDER BY source_ms, signal")
                .Select(row => ((long)row.source_ms, (long)row.signal, (object?)row.value, (long)row.quality, (long)row.received_ms)).ToList());
            Assert.That(written, Is.EqualTo(rows.SelectMany((row, i) => new[]
            {
                ((long)i, 1L, s_values[row.Item1], row.Item3, (long)i),
                (i, 2, s_values[row.Item2], row.Item3, i),
            })));
        }, iter: 200, threads: 1);
    }

    [Test]
    public void ExecutePrepared_RowThatMayNotBe_ThrowsAndTheNextRuns()
    {
        Add(0, 1);

        SqliteException refused = Assert.Throws<SqliteException>(() => Add(0, 1))!;
        Add(1, 1);

        Assert.That(refused.Message, Does.Contain("UNIQUE constraint failed"));
        Assert.That(Count(), Is.EqualTo(2));
    }

    private void Pragma(string pragma) => _journal.Read(connection => connection.Execute($"PRAGMA {pragma}"));

    private void Add(int first, int count) => _journal.Write(transaction =>
    {
        for (int i = first; i < first + count; i++)
        {
            transaction.ExecutePrepared("INSERT INTO sample (source_ms, signal, value, quality, received_ms) VALUES ($0, 1, $1, 2, 0)", (long)i, "12345.67");
        }
    });

    private long Count() => _journal.Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM sample"));
}
