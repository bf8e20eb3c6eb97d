using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <content>Alarms.</content>
public sealed partial class OracleReader
{
    // A diagnostic needs no acknowledgement. The same words as in the index alarm_open.
    private const string Open = "(cleared_ms IS NULL OR (acknowledged_ms IS NULL AND a.number > 0))";

    /// <summary>Where an open alarm stands: as <see cref="AlarmStanding"/>.</summary>
    private const string Standing = "(CASE WHEN cleared_ms IS NOT NULL THEN 2 WHEN acknowledged_ms IS NOT NULL THEN 1 ELSE 0 END)";

    private const string Matches =
        $"""
        {Open} AND (@standing IS NULL OR {Standing} = @standing) AND a.severity >= @least
        AND (@number IS NULL OR a.number = @number) AND (@substation IS NULL OR a.substation = @substation)
        """;

    /// <summary>Longest time that figures of alarms are made of.</summary>
    public static readonly TimeSpan LongestPerformance = TimeSpan.FromDays(366);

    /// <summary>Alarms, newest first.</summary>
    /// <param name="before">Only alarms with a smaller <see cref="AlarmView.Id"/>: the next page; <c>null</c> for the first.</param>
    /// <param name="limit">How many at most, 1..<see cref="MaxRows"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<AlarmView>> GetAlarmsAsync(long? before, int limit, CancellationToken cancellationToken) =>
        NewestAlarmsAsync("true", before, limit, cancellationToken);

    /// <summary>Alarms that have ended, newest first.</summary>
    /// <param name="before">Only alarms with a smaller <see cref="AlarmView.Id"/>: the next page; <c>null</c> for the first.</param>
    /// <param name="limit">How many at most, 1..<see cref="MaxRows"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<AlarmView>> GetEndedAlarmsAsync(long? before, int limit, CancellationToken cancellationToken) =>
        NewestAlarmsAsync($"NOT {Open}", before, limit, cancellationToken);

    /// <summary>Open alarms: those that call first, then the gravest, then the newest.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="skip">How many to pass over: the pages before; not negative.</param>
    /// <param name="limit">How many at most, 1..<see cref="MaxRows"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<AlarmView>> GetOpenAlarmsAsync(AlarmFilter filter, int skip, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        RequireLimit(limit);
        return ReadAsync<IReadOnlyList<AlarmView>>([], connection => AlarmsAsync(
            connection, Matches, $"{Standing}, a.severity DESC, a.id DESC LIMIT @limit OFFSET @skip", Parameters(filter, skip, limit), cancellationToken));
    }

    /// <summary>How many alarms are open, exactly.</summary>
    /// <param name="filter">Which ones are counted in <see cref="AlarmCounts.Matching"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<AlarmCounts> CountOpenAlarmsAsync(AlarmFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return ReadAsync(default(AlarmCounts), async connection =>
        {
            (long unacknowledged, long acknowledged, long returned, long matching) = await connection.QuerySingleAsync<(long, long, long, long)>(new CommandDefinition(
                $"""
                SELECT coalesce(sum({Standing} = 0), 0), coalesce(sum({Standing} = 1), 0), coalesce(sum({Standing} = 2), 0), coalesce(sum({Matches}), 0)
                FROM alarm a WHERE {Open}
                """,
                Parameters(filter, 0, 1), cancellationToken: cancellationToken));
            return new((int)unacknowledged, (int)acknowledged, (int)returned, (int)matching);
        });
    }

    /// <summary>How alarms stand in each substation that has an open one, by its number.</summary>
    public Task<IReadOnlyDictionary<uint, SubstationAlarms>> GetSubstationAlarmsAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyDictionary<uint, SubstationAlarms>>(new Dictionary<uint, SubstationAlarms>(), async connection =>
            (await connection.QueryAsync<(long Substation, long Open, long Unacknowledged, long Gravity)>(new CommandDefinition(
                $"SELECT substation, count(*), sum({Standing} <> 1 AND number > 0), max(severity) FROM alarm a WHERE {Open} GROUP BY substation",
                cancellationToken: cancellationToken)))
            .ToDictionary(row => (uint)row.Substation, row => new SubstationAlarms((int)row.Open, (int)row.Unacknowledged, (AlarmGravity)row.Gravity)));

    /// <summary>A number that grows with each change of alarms, incidents and answers to requests.</summary>
    public Task<long> GetAlarmChangesAsync(CancellationToken cancellationToken) => ReadAsync(0L, connection =>
        connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT alarms FROM change", cancellationToken: cancellationToken)));

    /// <summary>Why an alarm is or is not, as of the last look at its substation; <c>null</c> when there was none, or no such alarm is.</summary>
    /// <param name="mode">How the rules are read: <see cref="OracleStatus.AlarmMode"/>.</param>
    /// <param name="substation">Number of the substation.</param>
    /// <param name="code">The rule's code.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<AlarmExplanation?> ExplainAlarmAsync(AlarmMode mode, uint substation, string code, CancellationToken cancellationToken) =>
        ReadAsync(default(AlarmExplanation), async connection =>
        {
            RuleProgram program = RuleFiles.Substation(mode);
            string? json = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                "SELECT state FROM rule_state WHERE substation = @substation", new { substation }, cancellationToken: cancellationToken));
            if (json is null || !program.Rules.Any(rule => rule.Code == code))
            {
                return null;
            }
            RuleState state = program.ParseState(json);
            return new AlarmExplanation(program.RuleOf(code), state.StatusOf(code), program.Explain(state, code), state.Time);
        });

    /// <summary>Alarms that are not normal, raised or mute, as the rules have them now.</summary>
    /// <param name="mode">How the rules are read: <see cref="OracleStatus.AlarmMode"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<StandingAlarmView>> GetStandingAlarmsAsync(AlarmMode mode, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<StandingAlarmView>>([], connection =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult<IReadOnlyList<StandingAlarmView>>([.. AlarmStore.ReadStates(connection, RuleFiles.Substation(mode)).OrderBy(pair => pair.Key)
                .SelectMany(pair => pair.Value.Standing.Select(alarm => new StandingAlarmView(pair.Key, alarm.Alarm, alarm.Status)))]);
        });

    /// <summary>How alarms loaded those who answer them. Diagnostics call nobody and do not count.</summary>
    /// <param name="from">From when, inclusive.</param>
    /// <param name="to">Until when, exclusive; after <paramref name="from"/> by <see cref="LongestPerformance"/> at most.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<AlarmPerformance> GetPerformanceAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, from + LongestPerformance);
        return ReadAsync(AlarmPerformance.Of([], from, to), connection =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult(AlarmPerformance.Of(
                connection.Query<AlarmRow>(
                    """
                    SELECT substation, code, severity, raised_ms AS RaisedMs, cleared_ms AS ClearedMs, acknowledged_ms AS AcknowledgedMs
                    FROM alarm WHERE number > 0 AND raised_ms < @to AND (raised_ms >= @from OR cleared_ms IS NULL OR cleared_ms > @from) ORDER BY raised_ms
                    """,
                    new { from = from.ToUnixTimeMilliseconds(), to = to.ToUnixTimeMilliseconds() }, buffered: false)
                    .Select(row => new AlarmOccurrence(
                        (uint)row.Substation, row.Code, (Severity)row.Severity, Instant(row.RaisedMs), Instant(row.ClearedMs), Instant(row.AcknowledgedMs))),
                from, to));
        });
    }

    private Task<IReadOnlyList<AlarmView>> NewestAlarmsAsync(string which, long? before, int limit, CancellationToken cancellationToken)
    {
        RequireLimit(limit);
        return ReadAsync<IReadOnlyList<AlarmView>>([], connection => AlarmsAsync(
            connection, $"{which} AND a.id < @before", "a.id DESC LIMIT @limit", new { before = before ?? long.MaxValue, limit }, cancellationToken));
    }

    private static object Parameters(AlarmFilter filter, int skip, int limit) =>
        new { standing = (long?)filter.Standing, least = (long)filter.Least, number = (long?)filter.Number, substation = (long?)filter.Substation, skip, limit };

    private static async Task<IReadOnlyList<AlarmView>> AlarmsAsync(
        SqliteConnection connection, string which, string order, object parameters, CancellationToken cancellationToken)
    {
        List<AlarmRow> alarms = (await connection.QueryAsync<AlarmRow>(new CommandDefinition(
            $"""
            SELECT a.id, a.part_of AS PartOf, i.adopted, substation, substation_name AS SubstationName, a.number, a.code, severity, a.detail,
                   a.raised_ms AS RaisedMs, cleared_ms AS ClearedMs, acknowledged_ms AS AcknowledgedMs, acknowledged_by AS AcknowledgedBy, note,
                   a.evidence
            FROM alarm a LEFT JOIN incident i ON i.hash = a.part_of
            WHERE {which}
            ORDER BY {order}
            """,
            parameters, cancellationToken: cancellationToken))).AsList();
        ILookup<string, IncidentEntryView> entries = (await connection.QueryAsync<EntryRow>(new CommandDefinition(
            $"SELECT {EntryColumns} FROM {EntryTables} WHERE i.hash IN @incidents AND o.entry IS NOT NULL ORDER BY e.id",
            new { incidents = alarms.Where(alarm => alarm.PartOf is not null).Select(alarm => alarm.PartOf!).DistinctBy(Convert.ToHexString) },
            cancellationToken: cancellationToken))).ToLookup(row => Convert.ToHexString(row.IncidentHash), ToEntry);
        return [.. alarms.Select(alarm => ToAlarm(alarm, alarm.PartOf is { } incident ? entries[Convert.ToHexString(incident)] : []))];
    }

    private static AlarmView ToAlarm(AlarmRow row, IEnumerable<IncidentEntryView> entries) => new(
        row.Id,
        Hex(row.Adopted ?? row.PartOf),
        (uint)row.Substation,
        row.SubstationName,
        (int)row.Number,
        row.Code,
        (AlarmGravity)row.Severity,
        StandingOf(row.Number, row.ClearedMs, row.AcknowledgedMs),
        row.Detail,
        Instant(row.RaisedMs),
        Instant(row.ClearedMs),
        Instant(row.AcknowledgedMs),
        row.AcknowledgedBy,
        row.Note,
        [.. entries])
    {
        Evidence = row.Evidence,
    };

    private static AlarmStanding StandingOf(long number, long? clearedMs, long? acknowledgedMs) => (clearedMs, acknowledgedMs) switch
    {
        (null, null) => AlarmStanding.Unacknowledged,
        (null, _) => AlarmStanding.Acknowledged,
        (_, null) when number > 0 => AlarmStanding.ReturnedUnacknowledged,
        _ => AlarmStanding.Ended,
    };
}
