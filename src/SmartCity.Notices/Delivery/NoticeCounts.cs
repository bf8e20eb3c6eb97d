using Dapper;
using Microsoft.Data.Sqlite;

namespace SmartCity.Notices;

/// <summary>How many notices and answers are on their way.</summary>
/// <param name="Waiting">Deliveries that are not taken yet.</param>
/// <param name="Dead">Dead letters that no person has retried or dropped.</param>
/// <param name="Answers">Answers of organisations that are not carried out yet.</param>
public readonly record struct NoticeCounts(long Waiting, long Dead, long Answers)
{
    /// <summary>Counts in the file of a state folder, in whatever process; nothing of it stays open.</summary>
    /// <returns><c>null</c> when there is no such file.</returns>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static NoticeCounts? Read(string stateFolder)
    {
        string path = Path.Combine(stateFolder, NoticeDatabase.FileName);
        if (!File.Exists(path))
        {
            return null;
        }
        using SqliteConnection connection = new(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        (long waiting, long dead, long answers) = connection.QuerySingle<(long, long, long)>(
            """
            SELECT (SELECT count(*) FROM delivery WHERE state = 0), (SELECT count(*) FROM delivery WHERE state = 2),
                (SELECT count(*) FROM answer WHERE done_ms IS NULL)
            """);
        return new(waiting, dead, answers);
    }
}
