using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Aiis;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>The value that counts of what was imported for an hour of a channel.</summary>
/// <param name="Made">When the message was made, yyyyMMddHHmmss.</param>
/// <param name="Number">The message's number.</param>
/// <param name="File">Number of the file in the journal.</param>
/// <param name="Interval">Consumption; <c>null</c> when it is not to be billed.</param>
/// <param name="Status">The greatest status of the hour's periods.</param>
/// <param name="ReceivedAt">When the file was imported.</param>
internal readonly record struct CurrentValue(long Made, long Number, long File, WattHours? Interval, int Status, DateTimeOffset ReceivedAt)
{
    /// <summary>Does another message count before this one?</summary>
    public bool IsNewerThan(long made, long number) => (Made, Number).CompareTo((made, number)) > 0;
}

/// <summary>Imported values in the journal.</summary>
internal sealed class ImportStore
{
    private readonly JournalDatabase _journal;
    private readonly CityLayout _layout;
    private readonly TimeProvider _time;

    /// <summary>The store of a journal.</summary>
    public ImportStore(JournalDatabase journal, CityLayout layout, TimeProvider time)
    {
        (_journal, _layout, _time) = (journal, layout, time);
    }

    /// <summary>Takes what an examined file says. The same file twice changes nothing; an older message changes nothing that counts.</summary>
    /// <param name="found">The file; receives what is found here.</param>
    /// <param name="isRehearsal">Only tells what would become of it.</param>
    public ImportCounts Take(Examination found, bool isRehearsal)
    {
        if (found.Message is not { } message || found.Findings.HasErrors)
        {
            return ImportCounts.None;
        }
        return isRehearsal
            ? _journal.Rehearse(transaction => Take(transaction, message, found))
            : _journal.Write(transaction => Take(transaction, message, found));
    }

    /// <summary>The values that count of some hours.</summary>
    public IReadOnlyDictionary<(Hour Hour, ChannelKey Channel), CurrentValue> Read(Hour from, Hour before) =>
        _journal.Read(connection => CurrentOf(connection, null, from, before));

    /// <summary>Which imports there are: grows with each.</summary>
    public long LastFile() => _journal.Read(connection => connection.ExecuteScalar<long>("SELECT coalesce(max(id), 0) FROM import_file"));

    /// <summary>Hours that were stated with another value than was imported for them, before or since; oldest first.</summary>
    public IReadOnlyList<CorrectionCandidate> FindCandidates(int most) => _journal.Read(connection =>
    {
        (long From, long To) = connection.QuerySingle<(long, long)>("SELECT coalesce(min(hour), 0), coalesce(max(hour) + 1, 0) FROM import_value");
        List<CorrectionCandidate> candidates = [];
        const uint Chunk = 24 * 31;
        for (long from = From; from < To && candidates.Count < most; from += Chunk)
        {
            Hour first = new((uint)from);
            Hour before = new((uint)Math.Min(To, from + Chunk));
            CountedReadings closed = new(connection, null, first, before);
            candidates.AddRange(CurrentOf(connection, null, first, before)
                .Where(pair => _layout.Places.ContainsKey(pair.Key.Channel))
                .Select(pair => CandidateOf(closed, pair.Key.Hour, pair.Key.Channel, pair.Value.Interval, pair.Value.ReceivedAt))
                .OfType<CorrectionCandidate>());
        }
        return candidates.Take(most).ToList();
    });

    private ImportCounts Take(JournalTransaction transaction, Message80020 message, Examination found)
    {
        if (transaction.Query<(string Name, long ReceivedMs)>(
            "SELECT name, received_ms FROM import_file WHERE sha256 = @hash", new { hash = found.Sha256.ToArray() }) is [{ } known])
        {
            found.Findings.Add(FindingCode.AlreadyImported, 0,
                $"The same bytes were imported on {DateTimeOffset.FromUnixTimeMilliseconds(known.ReceivedMs):yyyy-MM-dd HH:mm:ss} UTC as {known.Name}.");
            return ImportCounts.None with { Unchanged = found.Values.Length };
        }
        if (found.Values.IsEmpty)
        {
            return ImportCounts.None;
        }
        Hour from = found.Values.Min(value => value.Hour);
        Hour before = found.Values.Max(value => value.Hour).Next;
        long made = long.Parse(message.MadeAt.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        if (IsNumberReused(transaction, message, found))
        {
            return ImportCounts.None;
        }
        long file = transaction.Scalar<long>(
            """
            INSERT INTO import_file (sha256, name, sender, day, number, made, acceptance, received_ms)
            VALUES (@hash, @FileName, @SenderInn, @day, @Number, @made, @acceptance, @now) RETURNING id
            """,
            new
            {
                hash = found.Sha256.ToArray(),
                found.FileName,
                message.SenderInn,
                day = DayOf(message),
                message.Number,
                made,
                acceptance = (int)found.Findings.Acceptance,
                now = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            });
        Dictionary<(Hour Hour, ChannelKey Channel), CurrentValue> current = CurrentOf(transaction.Connection, transaction.Inner, from, before);
        CountedReadings closed = new(transaction.Connection, transaction.Inner, from, before);
        ImportCounts counts = ImportCounts.None;
        foreach (ImportedValue value in found.Values)
        {
            counts = Take(transaction, value, (file, made, message.Number), current, closed, found.Findings, counts);
        }
        if (counts.BeforeFirstHour > 0)
        {
            found.Findings.Add(FindingCode.BeforeFirstHour, 0, $"{counts.BeforeFirstHour} values are of hours before the city's first, {_layout.FirstHour}.");
        }
        if (counts.Superseded > 0)
        {
            found.Findings.Add(FindingCode.Superseded, 0, $"{counts.Superseded} values are kept but not used: a message made later has others for their hours.");
        }
        return counts;
    }

    private ImportCounts Take(
        JournalTransaction transaction,
        ImportedValue value,
        (long Id, long Made, long Number) file,
        Dictionary<(Hour Hour, ChannelKey Channel), CurrentValue> current,
        CountedReadings closed,
        FindingList findings,
        ImportCounts counts)
    {
        if (value.Hour < _layout.FirstHour)
        {
            return counts with { BeforeFirstHour = counts.BeforeFirstHour + 1 };
        }
        ChannelKey channel = new(value.Group, value.Channel);
        transaction.ExecutePrepared(
            "INSERT INTO import_value (hour, grp, channel, file, interval, status) VALUES ($0, $1, $2, $3, $4, $5)",
            (long)value.Hour.Value, (long)value.Group, (long)value.Channel, file.Id, (long?)value.Interval?.Value, (long)value.Status);
        bool isKnown = current.TryGetValue((value.Hour, channel), out CurrentValue before);
        if (isKnown && before.Interval == value.Interval && before.Status == value.Status)
        {
            return counts with { Unchanged = counts.Unchanged + 1 };
        }
        if (isKnown && before.IsNewerThan(file.Made, file.Number))
        {
            return counts with { Superseded = counts.Superseded + 1 };
        }
        counts = counts with { Withheld = counts.Withheld + (value.Interval is null ? 1 : 0) };
        if (closed.IsClosed(_layout.Places[channel].Segment.Number, value.Hour))
        {
            if (CandidateOf(closed, value.Hour, channel, value.Interval, _time.GetUtcNow()) is not { } candidate)
            {
                return counts with { AsStated = counts.AsStated + 1 };
            }
            findings.Add(FindingCode.CorrectionCandidate, 0, candidate.ToString());
            return counts with { Candidates = counts.Candidates + 1 };
        }
        return isKnown ? counts with { Replaced = counts.Replaced + 1 } : counts with { New = counts.New + 1 };
    }

    /// <summary>A message's number names it: two messages of one number that disagree cannot both be believed.</summary>
    private static bool IsNumberReused(JournalTransaction transaction, Message80020 message, Examination found)
    {
        Dictionary<(long, long, long), (long? Interval, long Status)> known = transaction
            .Query<(long Hour, long Group, long Channel, long? Interval, long Status)>(
                """
                SELECT v.hour, v.grp, v.channel, v.interval, v.status FROM import_file f JOIN import_value v ON v.file = f.id
                WHERE f.sender = @SenderInn AND f.day = @day AND f.number = @Number
                """,
                new { message.SenderInn, day = DayOf(message), message.Number })
            .GroupBy(row => (row.Hour, row.Group, row.Channel))
            .ToDictionary(row => row.Key, row => (row.First().Interval, row.First().Status));
        foreach (ImportedValue value in found.Values)
        {
            if (known.TryGetValue((value.Hour.Value, value.Group, value.Channel), out (long? Interval, long Status) other)
                && other != ((long?)value.Interval?.Value, value.Status))
            {
                found.Findings.Add(FindingCode.NumberReused, 0,
                    $"Message {message.Number} of {message.SenderInn} for {message.Day:yyyy-MM-dd} was imported with other values before "
                    + $"(group {value.Group}, channel {value.Channel}, {value.Hour}). A message that replaces another has a number of its own.");
                return true;
            }
        }
        return false;
    }

    private CorrectionCandidate? CandidateOf(CountedReadings closed, Hour hour, ChannelKey channel, WattHours? interval, DateTimeOffset receivedAt)
    {
        (SegmentLayout segment, int group, _) = _layout.Places[channel];
        return interval is { } imported
            && closed.Find(segment, group, channel.Channel, hour) is { } counted
            && (counted.IsMissing || counted.Stated.Quality == Quality.Interpolated || counted.Counts != (long)imported.Value)
                ? new(hour, channel.Group, channel.Channel, counted.Stated, counted.Counts, imported, IsTooLate(closed, segment, hour, receivedAt))
                : null;
    }

    private static bool IsTooLate(CountedReadings closed, SegmentLayout segment, Hour hour, DateTimeOffset receivedAt) =>
        receivedAt - closed.ClosedAt(segment.Number, hour) > LateDesk.Limit;

    /// <summary>The values that count of some hours.</summary>
    internal static Dictionary<(Hour Hour, ChannelKey Channel), CurrentValue> CurrentOf(
        SqliteConnection connection, SqliteTransaction? transaction, Hour from, Hour before)
    {
        Dictionary<(Hour, ChannelKey), CurrentValue> current = [];
        foreach (Row row in connection.Query<Row>(
            """
            SELECT v.hour, v.grp, v.channel, v.file, v.interval, v.status, f.made, f.number, f.received_ms AS ReceivedMs
            FROM import_value v JOIN import_file f ON f.id = v.file
            WHERE v.hour >= @from AND v.hour < @before ORDER BY v.hour, v.grp, v.channel
            """,
            new { from = from.Value, before = before.Value }, transaction))
        {
            (Hour, ChannelKey) key = (new((uint)row.Hour), new((uint)row.Grp, (int)row.Channel));
            if (!current.TryGetValue(key, out CurrentValue known) || !known.IsNewerThan(row.Made, row.Number))
            {
                current[key] = new(row.Made, row.Number, row.File, row.Interval is { } interval ? new WattHours((ulong)interval) : null, (int)row.Status,
                    DateTimeOffset.FromUnixTimeMilliseconds(row.ReceivedMs));
            }
        }
        return current;
    }

    private static int DayOf(Message80020 message) => message.Day.Year * 10_000 + message.Day.Month * 100 + message.Day.Day;

    private sealed record Row(long Hour, long Grp, long Channel, long File, long? Interval, long Status, long Made, long Number, long ReceivedMs);
}
