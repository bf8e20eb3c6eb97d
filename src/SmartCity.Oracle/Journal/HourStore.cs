using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>Hours as they were closed: what from, what is stated, where the next interval of each channel begins.</summary>
internal sealed class HourStore(JournalDatabase journal, SampleStore samples, TimeProvider time)
{
    // As RegisterTrack.IsSilent is written.
    private const string Silent = """WHERE state LIKE '%"IsSilent":true%'""";

    /// <summary>Makes the row of each segment that has none.</summary>
    /// <exception cref="OracleStoppedException">The journal was begun for another plan.</exception>
    public void Register(CityLayout layout) => journal.Write(transaction =>
    {
        foreach (SegmentLayout segment in layout.Segments)
        {
            transaction.Execute(
                "INSERT INTO segment VALUES (@number, @kind, @first, @first, @first) ON CONFLICT DO NOTHING",
                new { number = segment.Number, kind = (int)segment.Kind, first = layout.FirstHour.Value });
            (long kind, long first) = transaction.Query<(long, long)>(
                "SELECT kind, first_hour FROM segment WHERE number = @Number", new { segment.Number })[0];
            if (kind != (int)segment.Kind || first != layout.FirstHour.Value)
            {
                throw new OracleStoppedException(
                    OracleExit.Configuration,
                    $"The journal was begun for another plan: its segment {segment.Number} starts at {new Hour((uint)first)}, the plan's at {layout.FirstHour}. "
                    + "Use the plan it was begun with, or another state folder.");
            }
        }
        transaction.Touch(OracleChanges.Hours | OracleChanges.Status);
    });

    /// <summary>The hour a segment has to close next.</summary>
    public Hour NextHour(uint segment) => journal.Read(connection => NextHour(connection, null, segment));

    /// <summary>The hour a segment has to close next, as a transaction sees it.</summary>
    public static Hour NextHour(JournalTransaction transaction, uint segment) => NextHour(transaction.Connection, transaction.Inner, segment);

    /// <summary>What this oracle states of an hour; <c>null</c> while it is not closed.</summary>
    public byte[]? PayloadOf(uint segment, Hour hour) => journal.Read(connection => Dapper.SqlMapper.ExecuteScalar<byte[]>(
        connection, "SELECT payload FROM closed_hour WHERE hour = @hour AND segment = @segment", new { hour = hour.Value, segment }));

    /// <summary>What this oracle states of the hours from one on, while they are closed one after another.</summary>
    public IReadOnlyList<(Hour Hour, byte[] Payload)> Payloads(uint segment, Hour from, int limit) => journal.Read(connection => Dapper.SqlMapper
        .Query<(long Hour, byte[] Payload)>(
            connection,
            "SELECT hour, payload FROM closed_hour WHERE segment = @segment AND hour >= @from AND hour < @from + @limit ORDER BY hour",
            new { segment, from = (long)from.Value, limit })
        .Select(row => (Hour: new Hour((uint)row.Hour), row.Payload))
        .TakeWhile((row, i) => row.Hour.Value == from.Value + (uint)i)
        .ToList());

    /// <summary>Closed hours of which something else stands than what the next intervals go on from: that, and what stands.</summary>
    public static IReadOnlyList<(uint Segment, Hour Hour, byte[] Own, byte[] Agreed)> Unfollowed(JournalTransaction transaction) => transaction
        .Query<(long Segment, long Hour, byte[] Own, byte[] Agreed)>(
            """
            SELECT a.segment, a.hour, coalesce(a.followed, h.payload), a.payload
            FROM agreed_hour a JOIN closed_hour h ON h.hour = a.hour AND h.segment = a.segment
            WHERE a.followed IS NULL OR a.followed <> a.payload ORDER BY a.hour
            """)
        .Select(row => ((uint)row.Segment, new Hour((uint)row.Hour), row.Own, row.Agreed)).ToList();

    /// <summary>Notes that the next intervals follow what stands of an hour.</summary>
    public static void MarkFollowed(JournalTransaction transaction, uint segment, Hour hour) => transaction.ExecutePrepared(
        "UPDATE agreed_hour SET followed = payload WHERE hour = $0 AND segment = $1", (long)hour.Value, (long)segment);

    /// <summary>Where each channel's next interval begins.</summary>
    public Dictionary<ChannelKey, ChannelState> ReadStates() => journal.Read(connection => ReadStates(connection, null));

    /// <summary>The states of channels whose last hour had no good value: few, however large the city.</summary>
    public Dictionary<ChannelKey, ChannelState> ReadSilent() => journal.Read(connection => ReadStates(connection, null, Silent));

    /// <summary>The states of channels whose last hour had no good value, as a transaction sees them.</summary>
    public static Dictionary<ChannelKey, ChannelState> ReadSilent(JournalTransaction transaction) =>
        ReadStates(transaction.Connection, transaction.Inner, Silent);

    private static Hour NextHour(SqliteConnection connection, SqliteTransaction? transaction, uint segment) => new((uint)connection.ExecuteScalar<long>(
        "SELECT closed_before FROM segment WHERE number = @segment", new { segment }, transaction));

    private static Dictionary<ChannelKey, ChannelState> ReadStates(SqliteConnection connection, SqliteTransaction? transaction, string which = "") => connection
        .Query<(long Group, long Channel, string State)>($"SELECT grp, channel, state FROM channel_state {which}", transaction: transaction, buffered: false)
        .ToDictionary(
            row => new ChannelKey((uint)row.Group, (int)row.Channel),
            row => JsonSerializer.Deserialize<ChannelState>(row.State)
                ?? throw new JournalException($"The journal's state of channel {row.Channel} of group {row.Group} is empty."));

    /// <summary>Writes an hour's inputs.</summary>
    public void AddInputs(JournalTransaction transaction, Hour hour, IReadOnlyDictionary<SignalKey, HourInput> inputs)
    {
        foreach ((SignalKey key, HourInput input) in inputs)
        {
            transaction.ExecutePrepared(
                "INSERT INTO hour_input (hour, signal, value, quality, source_ms, origin, received_ms) VALUES ($0, $1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                (long)hour.Value, samples.IdOf(transaction, key), input.Value is { } value ? SampleValue.ToColumn(value) : null,
                input.Value is null ? (long)SampleQuality.Bad : (long)SampleQuality.Good, input.SourceTime.ToUnixTimeMilliseconds(), (long)input.Origin,
                input.ReceivedAt.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>Writes what is stated of an hour. There is one statement for an hour, for ever.</summary>
    public void AddClosed(JournalTransaction transaction, ClosedHour closed)
    {
        transaction.ExecutePrepared(
            """
            INSERT INTO closed_hour (hour, segment, payload, measured, interpolated, averaged, missing, imbalances, closed_ms)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)
            """,
            (long)closed.Hour.Value, (long)closed.Segment, closed.Payload(), (long)closed.Count(Quality.Measured),
            (long)closed.Count(Quality.Interpolated), (long)closed.Count(Quality.Averaged), (long)closed.Count(Quality.Missing),
            (long)closed.Imbalances, time.GetUtcNow().ToUnixTimeMilliseconds());
        transaction.ExecutePrepared(
            "UPDATE segment SET closed_before = $0 WHERE number = $1", (long)closed.Hour.Next.Value, (long)closed.Segment);
        transaction.Touch(OracleChanges.Hours);
        transaction.OnCommit(() => OracleTelemetry.Closed(closed));
    }

    /// <summary>Notes that hours before this one are on the chain although this journal does not hold them.</summary>
    public static void Adopt(JournalTransaction transaction, uint segment, Hour next)
    {
        transaction.Execute("UPDATE segment SET closed_before = @next WHERE number = @segment", new { segment, next = next.Value });
        transaction.Touch(OracleChanges.Hours | OracleChanges.Status);
    }

    /// <summary>Writes where each channel's next interval begins.</summary>
    public static void WriteStates(JournalTransaction transaction, IReadOnlyDictionary<ChannelKey, ChannelState> states)
    {
        foreach ((ChannelKey key, ChannelState state) in states)
        {
            transaction.ExecutePrepared(
                "INSERT INTO channel_state (grp, channel, state) VALUES ($0, $1, $2) ON CONFLICT DO UPDATE SET state = excluded.state",
                (long)key.Group, (long)key.Channel, JsonSerializer.Serialize(state));
        }
    }

    /// <summary>Writes what happened to meters.</summary>
    public void AddEvents(JournalTransaction transaction, IReadOnlyCollection<MeterEvent> events)
    {
        foreach (MeterEvent found in events)
        {
            transaction.ExecutePrepared(
                "INSERT INTO meter_event (hour, object, signal, kind, detail, recorded_ms) VALUES ($0, $1, $2, $3, $4, $5)",
                (long)found.Hour.Value, found.Signal.SourceObject, found.Signal.Signal, (long)found.Kind, found.Detail,
                time.GetUtcNow().ToUnixTimeMilliseconds());
        }
        if (events.Count > 0)
        {
            transaction.Touch(OracleChanges.MeterEvents);
        }
    }
}
