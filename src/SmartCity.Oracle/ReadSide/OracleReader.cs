using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>
/// Reads an oracle's journal from any process, without disturbing the oracle: each call opens a read-only connection to the same
/// SQLite file and sees one consistent state. Safe to use from several threads.
/// </summary>
/// <remarks>
/// Before the oracle's first start there is no journal: then the status is <c>null</c>, lists are empty, and a watcher waits.
/// Every method throws <see cref="JournalException"/> when the file cannot be read or is not a journal.
/// </remarks>
public sealed partial class OracleReader
{
    /// <summary>Longest list that a call returns.</summary>
    public const int MaxRows = 1_000;

    private static readonly TimeSpan WatchPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AliveWithin = TimeSpan.FromSeconds(15);

    private readonly string _path;
    private readonly TimeProvider _time;

    /// <summary>A reader of the journal in an oracle's state folder.</summary>
    /// <param name="stateFolder">The folder given to the oracle (<see cref="OracleOptions.StateFolder"/>).</param>
    /// <param name="time">The clock that ages are counted by.</param>
    public OracleReader(string stateFolder, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrEmpty(stateFolder);
        ArgumentNullException.ThrowIfNull(time);
        _path = JournalFile.PathIn(stateFolder);
        _time = time;
    }

    /// <summary>How the oracle is; <c>null</c> when it was never started here.</summary>
    public Task<OracleStatus?> GetStatusAsync(CancellationToken cancellationToken) => ReadAsync(default(OracleStatus), async connection =>
    {
        StatusRow? row = await connection.QuerySingleOrDefaultAsync<StatusRow>(new CommandDefinition(
            """
            SELECT started_ms AS StartedMs, heartbeat_ms AS HeartbeatMs, source_state AS SourceState, source_since_ms AS SourceSinceMs,
                   source_message AS SourceMessage, source_time_ms AS SourceTimeMs, chain_state AS ChainState,
                   chain_since_ms AS ChainSinceMs, chain_message AS ChainMessage, oracle_address AS OracleAddress,
                   alarm_mode AS AlarmMode, backfill_from AS BackfillFrom, backfill_to AS BackfillTo, backfill_done AS BackfillDone,
                   backfill_rate AS BackfillRate
            FROM status
            """, cancellationToken: cancellationToken));
        if (row is null)
        {
            return null;
        }
        IEnumerable<SegmentRow> segments = await connection.QueryAsync<SegmentRow>(new CommandDefinition(
            """
            SELECT number, kind, first_hour AS FirstHour, closed_before AS ClosedBefore, confirmed_before AS ConfirmedBefore
            FROM segment ORDER BY number
            """, cancellationToken: cancellationToken));
        return ToStatus(row, [.. segments.Select(ToProgress)]);
    });

    /// <summary>Newest values of an object's signals, or of all signals, by object and signal.</summary>
    /// <param name="sourceObject">Tag of the object, e.g. <c>itp_1</c>; <c>null</c> for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<SignalView>> GetSignalsAsync(string? sourceObject, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<SignalView>>([], async connection =>
        {
            IEnumerable<LatestRow> rows = await connection.QueryAsync<LatestRow>(new CommandDefinition(
                """
                SELECT s.object, s.name, s.display_name AS DisplayName, s.unit, l.value, l.quality, l.reason,
                       l.source_ms AS SourceMs, l.received_ms AS ReceivedMs
                FROM latest l JOIN signal s ON s.id = l.signal
                WHERE @sourceObject IS NULL OR s.object = @sourceObject
                ORDER BY s.object, s.name
                """,
                new { sourceObject }, cancellationToken: cancellationToken));
            DateTimeOffset now = _time.GetUtcNow();
            return [.. rows.Select(row => ToSignal(row, now))];
        });

    /// <summary>Hours of a segment, newest first.</summary>
    /// <param name="segment">The segment's number.</param>
    /// <param name="before">Only hours before this one: the next page; <c>null</c> for the first.</param>
    /// <param name="limit">How many at most, 1..<see cref="MaxRows"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<HourView>> GetHoursAsync(uint segment, Hour? before, int limit, CancellationToken cancellationToken)
    {
        RequireLimit(limit);
        return ReadAsync<IReadOnlyList<HourView>>([], async connection =>
        {
            IEnumerable<HourRow> rows = await connection.QueryAsync<HourRow>(new CommandDefinition(
                """
                SELECT h.hour, h.segment, h.measured, h.interpolated, h.averaged, h.missing, h.imbalances, h.closed_ms AS ClosedMs,
                       b.state, b.id, b.transaction_hash AS TransactionHash, b.block, b.confirmed_ms AS ConfirmedMs
                FROM closed_hour h
                LEFT JOIN batch b ON b.hour = h.hour AND b.segment = h.segment
                    AND b.config = (SELECT config FROM oracle_config ORDER BY id DESC LIMIT 1)
                WHERE h.segment = @segment AND h.hour < @before
                ORDER BY h.hour DESC LIMIT @limit
                """,
                new { segment, before = (long?)before?.Value ?? long.MaxValue, limit }, cancellationToken: cancellationToken));
            return [.. rows.Select(ToHour)];
        });
    }

    /// <summary>Events of meters, newest first.</summary>
    /// <param name="before">Only events with a smaller <see cref="MeterEventView.Id"/>: the next page; <c>null</c> for the first.</param>
    /// <param name="limit">How many at most, 1..<see cref="MaxRows"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<MeterEventView>> GetMeterEventsAsync(long? before, int limit, CancellationToken cancellationToken)
    {
        RequireLimit(limit);
        return ReadAsync<IReadOnlyList<MeterEventView>>([], async connection =>
        {
            IEnumerable<MeterEventRow> rows = await connection.QueryAsync<MeterEventRow>(new CommandDefinition(
                """
                SELECT id, hour, object, signal, kind, detail, recorded_ms AS RecordedMs
                FROM meter_event WHERE id < @before ORDER BY id DESC LIMIT @limit
                """,
                new { before = before ?? long.MaxValue, limit }, cancellationToken: cancellationToken));
            return [.. rows.Select(row => new MeterEventView(
                row.Id, new((uint)row.Hour), row.Object, row.Signal, (MeterEventKind)row.Kind, row.Detail, Instant(row.RecordedMs)))];
        });
    }

    /// <summary>
    /// Tells what changed, within about 100 ms of the oracle's commit: first <see cref="OracleChanges.All"/>, then each time something
    /// did, until cancelled. What happens while the consumer is busy is told at once when it asks again. Costs no more than a look at
    /// the file's counter while nothing happens.
    /// </summary>
    public async IAsyncEnumerable<OracleChanges> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!JournalFile.Exists(_path))
        {
            await Task.Delay(WatchPeriod, _time, cancellationToken);
        }
        await using SqliteConnection connection = JournalFile.OpenForReading(_path);
        long version = -1;
        ChangeRow? seen = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long newVersion = JournalFile.Guarded(_path, () => connection.ExecuteScalar<long>("PRAGMA data_version"));
            if (newVersion != version)
            {
                version = newVersion;
                ChangeRow row = JournalFile.Guarded(_path, () => connection.QuerySingle<ChangeRow>(
                    "SELECT signals, alarms, hours, meter_events AS MeterEvents, status FROM change"));
                OracleChanges changes = seen is null ? OracleChanges.All : Difference(seen, row);
                seen = row;
                if (changes != OracleChanges.None)
                {
                    yield return changes;
                }
            }
            await Task.Delay(WatchPeriod, _time, cancellationToken);
        }
    }

    private static OracleChanges Difference(ChangeRow before, ChangeRow after) =>
        (after.Signals != before.Signals ? OracleChanges.Signals : 0)
        | (after.Alarms != before.Alarms ? OracleChanges.Alarms : 0)
        | (after.Hours != before.Hours ? OracleChanges.Hours : 0)
        | (after.MeterEvents != before.MeterEvents ? OracleChanges.MeterEvents : 0)
        | (after.Status != before.Status ? OracleChanges.Status : 0);

    private static void RequireLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxRows);
    }

    private async Task<T> ReadAsync<T>(T beforeFirstStart, Func<SqliteConnection, Task<T>> read)
    {
        if (!JournalFile.Exists(_path))
        {
            return beforeFirstStart;
        }
        await using SqliteConnection connection = JournalFile.OpenForReading(_path);
        await using SqliteTransaction snapshot = connection.BeginTransaction(deferred: true);
        return await read(connection);
    }

    private OracleStatus ToStatus(StatusRow row, IReadOnlyList<SegmentProgress> segments)
    {
        DateTimeOffset heartbeat = Instant(row.HeartbeatMs);
        DateTimeOffset? sourceTime = Instant(row.SourceTimeMs);
        long lag = sourceTime is { } now && segments.Count > 0
            ? Math.Max(0, (long)Hour.Containing(now).Value - segments.Min(segment => segment.ConfirmedBefore.Value))
            : 0;
        return new(
            Instant(row.StartedMs),
            heartbeat,
            _time.GetUtcNow() - heartbeat < AliveWithin,
            new((LinkState)row.SourceState, Instant(row.SourceSinceMs), row.SourceMessage),
            sourceTime,
            new((LinkState)row.ChainState, Instant(row.ChainSinceMs), row.ChainMessage),
            row.OracleAddress,
            (AlarmMode)row.AlarmMode,
            row is { BackfillFrom: { } from, BackfillTo: { } to, BackfillDone: { } done }
                ? new(new((uint)from), new((uint)to), new((uint)done), row.BackfillRate ?? 0)
                : null,
            segments,
            (int)Math.Min(int.MaxValue, lag),
            segments.Sum(segment => Math.Max(0L, (long)segment.ClosedBefore.Value - segment.ConfirmedBefore.Value)));
    }

    internal static SegmentProgress ToProgress(SegmentRow row) => new(
        (uint)row.Number, (EnergyKind)row.Kind, new((uint)row.FirstHour), new((uint)row.ClosedBefore), new((uint)row.ConfirmedBefore));

    private static SignalView ToSignal(LatestRow row, DateTimeOffset now)
    {
        DateTimeOffset received = Instant(row.ReceivedMs);
        TimeSpan age = now - received;
        return new(
            row.Object,
            row.Name,
            row.DisplayName,
            row.Unit,
            SampleValue.Number(row.Value),
            SampleValue.Flag(row.Value),
            SampleValue.Text(row.Value),
            (SampleQuality)row.Quality,
            row.Reason,
            Instant(row.SourceMs),
            received,
            age < TimeSpan.Zero ? TimeSpan.Zero : age);
    }

    private static HourView ToHour(HourRow row) => new(
        new((uint)row.Hour),
        (uint)row.Segment,
        (OutboxState)(row.State ?? 0),
        (int)row.Measured,
        (int)row.Interpolated,
        (int)row.Averaged,
        (int)row.Missing,
        (int)row.Imbalances,
        Instant(row.ClosedMs),
        Hex(row.Id),
        Hex(row.TransactionHash),
        (ulong?)row.Block,
        Instant(row.ConfirmedMs));

    private static string? Hex(byte[]? bytes) => bytes is null ? null : "0x" + Convert.ToHexStringLower(bytes);

    private static DateTimeOffset Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DateTimeOffset? Instant(long? milliseconds) => milliseconds is { } value ? Instant(value) : null;
}
