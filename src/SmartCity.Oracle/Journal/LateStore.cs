using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>An imported file of which it is not decided what becomes of its values.</summary>
/// <param name="Id">Number in the journal.</param>
/// <param name="Name">Its name, without folders.</param>
internal sealed record UnsettledFile(long Id, string Name);

/// <summary>Hours of a channel that a file has values for.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
internal readonly record struct FileChannel(ChannelKey Channel, Hour From, Hour To);

/// <summary>What became of a file's values whose hours were stated before it came.</summary>
/// <param name="Corrected">Hours that got a correction.</param>
/// <param name="Kept">Hours whose value came too late for one.</param>
/// <param name="Unused">Hours whose value has no use.</param>
internal readonly record struct LateCounts(int Corrected, int Kept, int Unused);

/// <summary>Late data in the journal: files that are not decided upon, and when hours were stated.</summary>
internal static class LateStore
{
    /// <summary>Files looked at together.</summary>
    private const int MaxFiles = 1_000;

    /// <summary>Grows with each import and each hour that is closed: while it stands, nothing is to be decided anew.</summary>
    public static (long File, long Hours) Version(JournalDatabase journal) => journal.Read(connection => Dapper.SqlMapper.QuerySingle<(long, long)>(
        connection, "SELECT (SELECT coalesce(max(id), 0) FROM import_file), (SELECT coalesce(sum(closed_before), 0) FROM segment)"));

    /// <summary>Files not decided upon, the newest first.</summary>
    public static IReadOnlyList<UnsettledFile> Unsettled(JournalTransaction transaction) => transaction.Query<UnsettledFile>(
        "SELECT id, name FROM import_file f WHERE NOT EXISTS (SELECT 1 FROM late_file l WHERE l.file = f.id) ORDER BY id DESC LIMIT @MaxFiles", new { MaxFiles });

    /// <summary>The channels that a file has values for.</summary>
    public static IReadOnlyList<FileChannel> ChannelsOf(JournalTransaction transaction, UnsettledFile file) =>
        [.. transaction.Query<(long Group, long Channel, long From, long To)>(
            "SELECT grp, channel, min(hour), max(hour) FROM import_value WHERE file = @Id GROUP BY grp, channel ORDER BY grp, channel", new { file.Id })
            .Select(row => new FileChannel(new((uint)row.Group, (int)row.Channel), new((uint)row.From), new((uint)row.To)))];

    /// <summary>Notes that it is decided what becomes of a file's values.</summary>
    public static void Settle(JournalTransaction transaction, UnsettledFile file, LateCounts counts, DateTimeOffset now) => transaction.Execute(
        "INSERT INTO late_file VALUES (@Id, @Corrected, @Kept, @Unused, @now)",
        new { file.Id, counts.Corrected, counts.Kept, counts.Unused, now = now.ToUnixTimeMilliseconds() });

    /// <summary>Hours of a channel from which shares of gaps reach into some hours, with those that closed them: what is decided upon together.</summary>
    public static (Hour From, Hour Before) WithGaps(JournalTransaction transaction, ChannelKey channel, Hour from, Hour before)
    {
        while (true)
        {
            (long first, long end) = transaction.Query<(long, long)>(
                """
                SELECT min(@from, coalesce(min(f.first_hour), @from)), max(@before, coalesce(max(f.first_hour + length(f.intervals) / 4) + 1, 0))
                FROM gap_fill f LEFT JOIN late_fill l ON l.fill = f.id
                WHERE l.fill IS NULL AND f.refusal IS NULL AND f.grp = @Group AND f.channel = @Channel
                    AND f.first_hour < @before AND f.first_hour + length(f.intervals) / 4 + 1 > @from
                """,
                new { channel.Group, channel.Channel, from = from.Value, before = before.Value })[0];
            if (first == from.Value && end == before.Value)
            {
                return (from, before);
            }
            (from, before) = (new((uint)first), new((uint)end)); // A gap over the end of a month has two rows.
        }
    }

    /// <summary>The first hour of a segment that was stated at an instant or later; hours are stated in order.</summary>
    public static Hour FirstClosedSince(JournalDatabase journal, uint segment, DateTimeOffset since) => new((uint)journal.Read(connection =>
        Dapper.SqlMapper.ExecuteScalar<long>(connection,
            """
            SELECT coalesce(
                (SELECT hour + 1 FROM closed_hour WHERE segment = @segment AND closed_ms < @since ORDER BY hour DESC LIMIT 1),
                (SELECT first_hour FROM segment WHERE number = @segment))
            """,
            new { segment, since = since.ToUnixTimeMilliseconds() })));
}
