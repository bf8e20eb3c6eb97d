using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>What changed rules would have made of the past.</summary>
/// <param name="From">From when, inclusive, source time.</param>
/// <param name="To">Until when, exclusive, source time.</param>
/// <param name="Looks">Polls that were gone through, of all substations.</param>
/// <param name="InForce">The version in force.</param>
/// <param name="Changed">The version tried.</param>
/// <param name="Comparison">What differs.</param>
public sealed record ReplayView(DateTimeOffset From, DateTimeOffset To, long Looks, RuleVersion InForce, RuleVersion Changed, RuleComparison Comparison);

/// <content>Trying rules on the past.</content>
public sealed partial class OracleReader
{
    /// <summary>Longest time that rules are tried on.</summary>
    public static readonly TimeSpan LongestReplay = TimeSpan.FromDays(62);

    private const int PollsUntilSilent = 3;

    /// <summary>Polls whose distance tells how often the source is polled.</summary>
    private const int PollsLookedAt = 1_000;

    private static readonly TimeSpan s_replayStep = TimeSpan.FromHours(1);

    /// <summary>Goes through the samples of a time by the rules in force and by others, and tells what differs. Nothing is written.</summary>
    /// <remarks>
    /// A signal that a poll does not bring is taken to be as it was: the journal does not keep a value that the source repeats with the same
    /// time. Both begin with nothing known, so an alarm that stood already is raised at the beginning by both.
    /// </remarks>
    /// <param name="changed">The rules to be tried.</param>
    /// <param name="mode">How both are read.</param>
    /// <param name="substations">The substations.</param>
    /// <param name="from">From when, inclusive, source time.</param>
    /// <param name="to">Until when, exclusive; after <paramref name="from"/> by <see cref="LongestReplay"/> at most.</param>
    /// <param name="progress">Is told the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArgumentException">The rules lack the parameter <c>noDataAfter</c>, which the oracle sets.</exception>
    public Task<ReplayView> ReplayAsync(
        RuleBook changed,
        AlarmMode mode,
        IReadOnlyList<SubstationPlan> substations,
        DateTimeOffset from,
        DateTimeOffset to,
        IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changed);
        ArgumentNullException.ThrowIfNull(substations);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(to, from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, from + LongestReplay);
        RuleBook inForce = RuleFiles.Substation();
        ReplayView none = new(from, to, 0, inForce.Version, changed.Version, RuleComparison.Of([], []));
        return Task.Run(() => ReadAsync(none, connection =>
        {
            Dictionary<string, ParameterValue> parameters = new() { ["noDataAfter"] = ParameterValue.Of(SilenceOf(connection, from, to)) };
            Replayed[] objects = [.. substations.Select(substation => new Replayed(
                substation, inForce.Compile(mode, parameters), changed.Compile(mode, parameters), SignalsOf(connection, substation.SourceObject)))];
            Dictionary<long, Replayed> owners = objects.SelectMany(one => one.Signals.Keys.Select(signal => (signal, one))).ToDictionary(pair => pair.signal, pair => pair.one);
            // Step by step, so that the work can be stopped and no read lasts for the whole of it.
            for (DateTimeOffset start = from; start < to; start += s_replayStep)
            {
                cancellationToken.ThrowIfCancellationRequested();
                DateTimeOffset end = start + s_replayStep < to ? start + s_replayStep : to;
                foreach (ReplayRow row in connection.Query<ReplayRow>(
                    """
                    SELECT source_ms AS SourceMs, received_ms AS ReceivedMs, signal, value, quality FROM sample
                    WHERE source_ms >= @start AND source_ms < @end AND signal IN @signals ORDER BY source_ms, signal
                    """,
                    new { start = start.ToUnixTimeMilliseconds(), end = end.ToUnixTimeMilliseconds(), signals = owners.Keys }, buffered: false))
                {
                    owners[row.Signal].Take(row);
                }
                progress?.Report((end - from) / (to - from));
            }
            foreach (Replayed one in objects)
            {
                one.Look();
            }
            return Task.FromResult(none with
            {
                Looks = objects.Sum(one => one.Looks),
                Comparison = RuleComparison.Of(
                    objects.SelectMany(one => one.InForce.Alarms), objects.SelectMany(one => one.Changed.Alarms)),
            });
        }), cancellationToken);
    }

    /// <summary>After how long the oracle took a signal to be silent: so many polls, as often as they came then.</summary>
    private static TimeSpan SilenceOf(SqliteConnection connection, DateTimeOffset from, DateTimeOffset to)
    {
        List<long> polls = [.. connection.Query<long>(
            "SELECT DISTINCT received_ms FROM (SELECT received_ms FROM sample WHERE source_ms >= @from AND source_ms < @to LIMIT @rows) ORDER BY received_ms LIMIT @PollsLookedAt",
            new { from = from.ToUnixTimeMilliseconds(), to = to.ToUnixTimeMilliseconds(), rows = PollsLookedAt * PollsLookedAt, PollsLookedAt })];
        List<long> gaps = [.. polls.Zip(polls.Skip(1), (one, next) => next - one).Order()];
        return PollsUntilSilent * (gaps.Count == 0 ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(gaps[gaps.Count / 2]));
    }

    private static Dictionary<long, string> SignalsOf(SqliteConnection connection, string sourceObject) => connection
        .Query<(long Id, string Name)>("SELECT id, name FROM signal WHERE object = @sourceObject", new { sourceObject })
        .ToDictionary(row => row.Id, row => row.Name);

    /// <summary>One substation under both versions of the rules.</summary>
    private sealed class Replayed(SubstationPlan substation, RuleProgram inForce, RuleProgram changed, Dictionary<long, string> signals)
    {
        private readonly Dictionary<string, SignalReading> _numbers = [];
        private readonly Dictionary<string, SignalReading> _flags = [];
        private long _received;
        private long _time;

        public IReadOnlyDictionary<long, string> Signals => signals;

        public RuleReplay InForce { get; } = new(inForce, substation.Number);

        public RuleReplay Changed { get; } = new(changed, substation.Number);

        public long Looks { get; private set; }

        /// <summary>Takes a value; a poll is looked at when the next one begins.</summary>
        public void Take(ReplayRow row)
        {
            if (row.ReceivedMs != _received)
            {
                Look();
                _received = row.ReceivedMs;
            }
            _time = row.SourceMs;
            bool isGood = row.Quality == (long)SampleQuality.Good;
            string tag = signals[row.Signal];
            _numbers[tag] = isGood && SampleValue.Number(row.Value) is { } number ? SignalReading.Of(number) : SignalReading.Bad;
            _flags[tag] = isGood && SampleValue.Flag(row.Value) is { } flag ? SignalReading.Of(flag) : SignalReading.Bad;
        }

        public void Look()
        {
            if (_time != 0)
            {
                Looks++;
                InForce.Look(Samples(inForce), Instant(_time));
                Changed.Look(Samples(changed), Instant(_time));
            }
        }

        private SignalSample[] Samples(RuleProgram program) => [.. program.Signals
            .Where(signal => !signal.IsOptional || _numbers.ContainsKey(signal.Tag))
            .Select(signal => new SignalSample(
                program.SignalPlace(signal.Tag), (signal.IsFlag ? _flags : _numbers).GetValueOrDefault(signal.Tag, SignalReading.Bad)))];
    }
}
