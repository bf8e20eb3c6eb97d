using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;

namespace SmartCity.Oracle;

/// <summary>What a journal holds.</summary>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Samples">Samples in it.</param>
/// <param name="Segments">How far each segment has come.</param>
public sealed record JournalSummary(long Bytes, long Samples, IReadOnlyList<SegmentProgress> Segments);

/// <summary>Makes copies of a journal while its oracle runs, and puts one back while it does not.</summary>
public static class JournalCopies
{
    private const string MarkerName = "oracle.db.restored";

    /// <summary>What SQLite puts behind a database's name.</summary>
    private static readonly string[] s_parts = ["", "-journal", "-wal", "-shm"];

    /// <summary>The file that tells the next oracle that its journal was restored.</summary>
    internal static string MarkerIn(string stateFolder) => Path.Combine(stateFolder, MarkerName);

    /// <summary>Copies the journal as of this moment, whole and checked. The oracle goes on meanwhile.</summary>
    /// <param name="stateFolder">The oracle's state folder.</param>
    /// <param name="file">Where to; must not be there yet. Made under another name first, so that half a copy never has this one.</param>
    /// <returns>What the copy holds.</returns>
    /// <exception cref="JournalException">There is no journal, it is damaged, or the copy cannot be written.</exception>
    public static JournalSummary Backup(string stateFolder, string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        using SqliteConnection journal = JournalFile.OpenOnce(JournalFile.PathIn(stateFolder));
        return Copy(journal, file);
    }

    /// <summary>Puts a copy in the place of the journal. What was there is copied beside it first.</summary>
    /// <param name="stateFolder">The state folder of an oracle that does not run.</param>
    /// <param name="file">The copy.</param>
    /// <param name="time">The clock that the kept journal is named by.</param>
    /// <returns>What the journal holds now, and where the one before is kept; <c>null</c> when there was none.</returns>
    /// <exception cref="OracleStoppedException">An oracle runs with this state folder.</exception>
    /// <exception cref="JournalException">The copy is not a journal or damaged, or a file cannot be written.</exception>
    public static (JournalSummary Restored, string? KeptBefore) Restore(string stateFolder, string file, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        using FileStream taken = StateLock.Take(stateFolder);
        using SqliteConnection copy = JournalFile.OpenOnce(file);
        RequireIntact(copy, file);
        string path = JournalFile.PathIn(stateFolder);
        string? kept = File.Exists(path) ? Keep(path, time.GetUtcNow()) : null;
        // Before the journal changes: whatever happens in between, an oracle that starts asks the chain first.
        WriteMarker(stateFolder, file);
        return JournalFile.Guarded(path, () =>
        {
            // SQLite writes into the file that is there, in one transaction: a reader sees the one or the other, a crash leaves the one before.
            using (SqliteConnection journal = JournalFile.OpenForWriting(path))
            {
                copy.BackupDatabase(journal);
                journal.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE);");
                RequireIntact(journal, path);
            }
            using SqliteConnection restored = JournalFile.OpenOnce(path);
            return (SummaryOf(restored, path), kept);
        });
    }

    /// <summary>Copies what is there beside itself; a damaged journal cannot be copied and is moved.</summary>
    private static string Keep(string path, DateTimeOffset now)
    {
        string kept = string.Create(CultureInfo.InvariantCulture, $"{path}.before-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        try
        {
            using SqliteConnection journal = JournalFile.OpenOnce(path);
            _ = Copy(journal, kept);
        }
        catch (JournalException exception) when (!exception.MayPass && !File.Exists(kept))
        {
            foreach (string part in s_parts.Where(part => File.Exists(path + part)))
            {
                File.Move(path + part, kept + part);
            }
        }
        return kept;
    }

    private static JournalSummary Copy(SqliteConnection journal, string file)
    {
        if (File.Exists(file))
        {
            throw new JournalException($"{file} is there already: name another file, so that no copy is lost.");
        }
        string partial = file + ".partial";
        try
        {
            CreateOwnerOnly(partial);
            JournalSummary summary = JournalFile.Guarded(partial, () =>
            {
                using SqliteConnection copy = JournalFile.OpenRaw(partial);
                journal.BackupDatabase(copy); // One read transaction: the writer goes on, and the copy is of one moment.
                copy.Execute("PRAGMA journal_mode = DELETE"); // One file, that may be carried away.
                RequireIntact(copy, partial);
                return SummaryOf(copy, partial);
            });
            using (FileStream written = new(partial, FileMode.Open, FileAccess.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }
            File.Move(partial, file);
            return summary;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"The copy {file} cannot be written: {exception.Message}", exception, mayPass: true);
        }
        finally
        {
            foreach (string part in s_parts)
            {
                File.Delete(partial + part);
            }
        }
    }

    /// <summary>A journal tells names and notes of people; its copies are for their owner, too.</summary>
    private static void CreateOwnerOnly(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using FileStream made = new(path, options);
    }

    private static void WriteMarker(string stateFolder, string file)
    {
        string path = MarkerIn(stateFolder);
        try
        {
            using FileStream marker = new(path, FileMode.Create);
            marker.Write(Encoding.UTF8.GetBytes(
                $"The journal was restored from {file}. The oracle removes this file once the chain has told what that copy does not know.\n"));
            marker.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"{path} cannot be written, and nothing was restored: {exception.Message}", exception, mayPass: true);
        }
    }

    private static void RequireIntact(SqliteConnection journal, string path)
    {
        string verdict = JournalFile.Guarded(path, () => journal.ExecuteScalar<string>("PRAGMA integrity_check(1)"))!;
        if (verdict != "ok")
        {
            throw new JournalException($"{path} is damaged: {verdict}");
        }
        JournalFile.RequireJournal(journal, path);
    }

    private static JournalSummary SummaryOf(SqliteConnection journal, string path) => new(
        JournalFile.SizeOf(path),
        journal.ExecuteScalar<long>("SELECT count(*) FROM sample"),
        [.. journal.Query<SegmentRow>(
            "SELECT number, kind, first_hour AS FirstHour, closed_before AS ClosedBefore, confirmed_before AS ConfirmedBefore FROM segment ORDER BY number")
            .Select(OracleReader.ToProgress)]);
}
