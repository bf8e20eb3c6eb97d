using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

/// <summary>Copies of a journal, made while it is written.</summary>
public sealed class JournalCopiesTest
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 30, 5, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Now);
    private string _folder = "";

    private string CopyFile => Path.Combine(_folder, "copies", "copy.db");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("journal-copies").FullName;

    [TearDown]
    public void DeleteFolder()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Rows come in pairs, one transaction each: a copy that has one without the other is of no single moment.</summary>
    [Test]
    public async Task Backup_WhileWritten_IsOfOneMoment()
    {
        using JournalDatabase journal = JournalDatabase.Open(_folder);
        AddPairs(journal, 0, 2_000);
        using CancellationTokenSource stop = new();
        Task writer = Task.Run(() =>
        {
            for (int pair = 2_000; !stop.IsCancellationRequested; pair++)
            {
                AddPairs(journal, pair, 1);
            }
        });

        List<JournalSummary> summaries = [.. Enumerable.Range(0, 5).Select(i => JournalCopies.Backup(_folder, CopyFile + i))];
        await stop.CancelAsync();
        await writer;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(summaries.Select(summary => summary.Samples), Is.All.Matches<long>(count => count >= 4_000 && count % 2 == 0));
        Assert.That(summaries.Select(summary => summary.Samples), Is.Ordered);
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(CopyFile)!).Select(Path.GetFileName), Is.EquivalentTo(Enumerable.Range(0, 5).Select(i => $"copy.db{i}")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(CopyFile + 0), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [Test]
    public void Backup_FileIsThere_IsRefusedAndTheFileKept()
    {
        JournalDatabase.Open(_folder).Dispose();
        JournalCopies.Backup(_folder, CopyFile);
        byte[] before = File.ReadAllBytes(CopyFile);

        Assert.That(() => JournalCopies.Backup(_folder, CopyFile), Throws.TypeOf<JournalException>().With.Message.Contain("there already"));
        Assert.That(File.ReadAllBytes(CopyFile), Is.EqualTo(before));
    }

    [Test]
    public void Restore_OlderCopy_PutsItInPlaceAndKeepsWhatWasThere()
    {
        using (JournalDatabase journal = JournalDatabase.Open(_folder))
        {
            AddPairs(journal, 0, 10);
            JournalCopies.Backup(_folder, CopyFile);
            AddPairs(journal, 10, 5);
        }

        (JournalSummary restored, string? kept) = JournalCopies.Restore(_folder, CopyFile, _time);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(restored.Samples, Is.EqualTo(20));
        Assert.That(Count(JournalFile.PathIn(_folder)), Is.EqualTo(20));
        Assert.That(kept, Is.EqualTo(JournalFile.PathIn(_folder) + ".before-20261101T123005Z"));
        Assert.That(Count(kept!), Is.EqualTo(30));
        Assert.That(File.Exists(JournalCopies.MarkerIn(_folder)), Is.True, "The oracle must ask the chain before it signs.");
        using JournalDatabase again = JournalDatabase.Open(_folder);
        Assert.That(() => AddPairs(again, 10, 1), Throws.Nothing);
    }

    [Test]
    public void Restore_DamagedJournal_IsMovedAside()
    {
        using (JournalDatabase journal = JournalDatabase.Open(_folder))
        {
            AddPairs(journal, 0, 10);
            JournalCopies.Backup(_folder, CopyFile);
            SqliteConnection.ClearAllPools(); // So that the writer is the last to let go, and no write-ahead log mends the file.
        }
        File.WriteAllText(JournalFile.PathIn(_folder), "this was a journal once");

        (JournalSummary restored, string? kept) = JournalCopies.Restore(_folder, CopyFile, _time);

        Assert.That(restored.Samples, Is.EqualTo(20));
        Assert.That(File.ReadAllText(kept!), Is.EqualTo("this was a journal once"));
    }

    [TestCase(true, "damaged", Description = "A page of the middle is not what was written.")]
    [TestCase(false, "not an oracle's journal", Description = "A database of somebody else.")]
    public void Restore_WrongCopy_ChangesNothing(bool isDamaged, string word)
    {
        using (JournalDatabase journal = JournalDatabase.Open(_folder))
        {
            AddPairs(journal, 0, 3_000);
        }
        if (isDamaged)
        {
            JournalCopies.Backup(_folder, CopyFile);
            using FileStream copy = File.OpenWrite(CopyFile);
            copy.Position = copy.Length - 3 * 4_096;
            copy.Write(new byte[2 * 4_096]);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(CopyFile)!);
            using SqliteConnection other = new($"Data Source={CopyFile};Pooling=False");
            other.Open();
            other.Execute("CREATE TABLE sample (x)");
        }

        Assert.That(() => JournalCopies.Restore(_folder, CopyFile, _time), Throws.TypeOf<JournalException>().With.Message.Contain(word));
        Assert.That(Count(JournalFile.PathIn(_folder)), Is.EqualTo(6_000));
        Assert.That(File.Exists(JournalCopies.MarkerIn(_folder)), Is.False);
    }

    [Test]
    public void Restore_OracleRuns_IsRefused()
    {
        JournalDatabase.Open(_folder).Dispose();
        JournalCopies.Backup(_folder, CopyFile);
        using FileStream running = StateLock.Take(_folder);

        Assert.That(
            () => JournalCopies.Restore(_folder, CopyFile, _time),
            Throws.TypeOf<OracleStoppedException>().With.Message.Contain("another oracle runs"));
    }

    [Test]
    public void Take_FolderTakenOrNotWritable_TellsWhich()
    {
        using FileStream running = StateLock.Take(_folder);
        string file = Path.Combine(_folder, "a file");
        File.WriteAllText(file, "");

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(() => StateLock.Take(_folder), Throws.TypeOf<OracleStoppedException>()
            .With.Property(nameof(OracleStoppedException.ExitCode)).EqualTo(OracleExit.Configuration));
        Assert.That(() => StateLock.Take(file), Throws.TypeOf<OracleStoppedException>()
            .With.Property(nameof(OracleStoppedException.ExitCode)).EqualTo(OracleExit.Journal).And.Message.Contain("writable"));
    }

    private static void AddPairs(JournalDatabase journal, int first, int count) => journal.Write(transaction =>
    {
        for (int pair = first; pair < first + count; pair++)
        {
            for (int signal = 0; signal < 2; signal++)
            {
                transaction.ExecutePrepared(
                    "INSERT INTO sample (source_ms, signal, value, quality, received_ms) VALUES ($0, $1, $2, 2, 0)", (long)pair, (long)signal, "12345.67");
            }
        }
    });

    private static long Count(string path)
    {
        using SqliteConnection connection = JournalFile.OpenForReading(path);
        return connection.ExecuteScalar<long>("SELECT count(*) FROM sample");
    }
}
