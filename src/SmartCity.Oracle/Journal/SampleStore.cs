using SmartCity.Alphalogic;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>A sample to be journaled.</summary>
/// <param name="Signal">Which signal.</param>
/// <param name="Value">What the source said.</param>
/// <param name="ReceivedAt">When it was received, by the oracle's clock.</param>
internal readonly record struct Sample(SourceSignal Signal, SignalValue Value, DateTimeOffset ReceivedAt);

/// <summary>Samples in the journal: every one that was polled, and the newest of each signal.</summary>
internal sealed class SampleStore(JournalDatabase journal)
{
    private readonly Dictionary<SignalKey, long> _ids = [];
    private readonly Dictionary<long, SignalKey> _keys = [];
    private readonly Dictionary<SignalKey, SignalValue> _constants = [];

    /// <summary>Gives signals their numbers in the journal; known ones keep theirs.</summary>
    public void Register(IEnumerable<SourceSignal> signals) => journal.Write(transaction =>
    {
        Dictionary<SignalKey, SourceSignal> known = signals.ToDictionary(signal => signal.Key);
        foreach (SourceSignal signal in known.Values)
        {
            transaction.ExecutePrepared(
                """
                INSERT INTO signal (object, name, display_name, unit) VALUES ($0, $1, $2, $3)
                ON CONFLICT (object, name) DO UPDATE SET display_name = excluded.display_name, unit = excluded.unit
                """,
                signal.Key.SourceObject, signal.Key.Signal, signal.DisplayName, signal.Unit);
        }
        _ids.EnsureCapacity(known.Count);
        _keys.EnsureCapacity(known.Count);
        foreach (SignalRow row in Dapper.SqlMapper.Query<SignalRow>(
            transaction.Connection, "SELECT id, object, name FROM signal", transaction: transaction.Inner, buffered: false))
        {
            SignalKey key = new(row.Object, row.Name);
            Remember(row.Id, known.GetValueOrDefault(key)?.Key ?? key); // The same text once: a city has some 100,000 signals.
        }
    });

    /// <summary>The journal's number of a signal, given one when it has none.</summary>
    public long IdOf(JournalTransaction transaction, SignalKey key)
    {
        if (!_ids.TryGetValue(key, out long id))
        {
            id = transaction.Scalar<long>(
                "INSERT INTO signal (object, name, display_name, unit) VALUES (@SourceObject, @Signal, @Signal, '') RETURNING id",
                new { key.SourceObject, key.Signal });
            Remember(id, key);
        }
        return id;
    }

    private void Remember(long id, SignalKey key)
    {
        _ids[key] = id;
        _keys[id] = key;
    }

    /// <summary>Journals samples. One that is there already, by signal and source time, is passed over; a constant is kept when it changes.</summary>
    public void Add(JournalTransaction transaction, IReadOnlyList<Sample> samples)
    {
        foreach (Sample sample in samples)
        {
            long id = IdOf(transaction, sample.Signal.Key);
            long sourceMs = sample.Value.SourceTime.ToUnixTimeMilliseconds();
            long receivedMs = sample.ReceivedAt.ToUnixTimeMilliseconds();
            long quality = (long)ToQuality(sample.Value.Quality);
            object? value = SampleValue.ToColumn(sample.Value.Data);
            if (!sample.Signal.IsConstant || IsChanged(sample))
            {
                transaction.ExecutePrepared(
                    "INSERT INTO sample (source_ms, signal, value, quality, received_ms) VALUES ($0, $1, $2, $3, $4) ON CONFLICT DO NOTHING",
                    sourceMs, id, value, quality, receivedMs);
            }
            transaction.ExecutePrepared(
                "REPLACE INTO latest (signal, value, quality, reason, source_ms, received_ms) VALUES ($0, $1, $2, $3, $4, $5)",
                id, value, quality, sample.Value.Reason, sourceMs, receivedMs);
        }
        transaction.Touch(OracleChanges.Signals);
    }

    /// <summary>The last good number of each wanted signal at or before an instant and not older than a limit; constants as they are now.</summary>
    public Dictionary<SignalKey, HourInput> AsOf(DateTimeOffset instant, TimeSpan ageLimit, IReadOnlySet<SignalKey> wanted) => journal.Read(connection =>
        ToInputs(wanted, Dapper.SqlMapper.Query<InputRow>(connection,
            """
            SELECT signal, value, max(source_ms) AS SourceMs, received_ms AS ReceivedMs FROM sample
            WHERE source_ms BETWEEN @from AND @to AND quality = 2 GROUP BY signal
            UNION ALL
            SELECT l.signal, l.value, l.source_ms, l.received_ms FROM latest l JOIN signal s ON s.id = l.signal
            WHERE s.name = @serial AND l.quality = 2
            """,
            new
            {
                from = (instant - ageLimit).ToUnixTimeMilliseconds(),
                to = instant.ToUnixTimeMilliseconds(),
                serial = CityLayout.SerialSignal,
            },
            buffered: false)));

    /// <summary>
    /// Means of good numbers over an hour, of signals that have one in each quarter of it. A quarter counts for a quarter, however many
    /// samples it has: a source that was silent for a while, or polled more often, does not move the mean.
    /// </summary>
    public Dictionary<SignalKey, HourInput> Means(Hour hour, IReadOnlyCollection<SignalKey> keys) => journal.Read(connection =>
    {
        const int Quarters = 4;
        const long QuarterMs = 15 * 60_000;
        long start = hour.Start.ToUnixTimeMilliseconds();
        Dictionary<long, SignalKey> wanted = keys.Where(_ids.ContainsKey).ToDictionary(key => _ids[key]);
        IEnumerable<MeanRow> rows = Dapper.SqlMapper.Query<MeanRow>(connection,
            "SELECT source_ms AS SourceMs, received_ms AS ReceivedMs, signal, value FROM sample WHERE source_ms >= @start AND source_ms < @end AND quality = 2 AND signal IN @ids",
            new { start, end = hour.End.ToUnixTimeMilliseconds(), ids = wanted.Keys }, buffered: false);
        Dictionary<SignalKey, (decimal Sum, int Count)[]> sums = [];
        Dictionary<SignalKey, long> received = [];
        foreach (MeanRow row in rows)
        {
            if (SampleValue.Number(row.Value) is { } number)
            {
                SignalKey key = wanted[row.Signal];
                if (!sums.TryGetValue(key, out (decimal Sum, int Count)[]? quarters))
                {
                    sums.Add(key, quarters = new (decimal, int)[Quarters]);
                }
                ref (decimal Sum, int Count) quarter = ref quarters[(row.SourceMs - start) / QuarterMs];
                quarter = (quarter.Sum + number, quarter.Count + 1);
                received[key] = Math.Max(received.GetValueOrDefault(key), row.ReceivedMs);
            }
        }
        return sums
            .Where(pair => Array.TrueForAll(pair.Value, quarter => quarter.Count > 0))
            .ToDictionary(pair => pair.Key, pair => new HourInput(
                pair.Value.Sum(quarter => quarter.Sum / quarter.Count) / Quarters, hour.End, InputOrigin.Polled,
                DateTimeOffset.FromUnixTimeMilliseconds(received[pair.Key])));
    });

    private Dictionary<SignalKey, HourInput> ToInputs(IReadOnlySet<SignalKey> wanted, IEnumerable<InputRow> rows)
    {
        Dictionary<SignalKey, HourInput> inputs = new(wanted.Count);
        foreach (InputRow row in rows)
        {
            if (SampleValue.Number(row.Value) is { } number && _keys.TryGetValue(row.Signal, out SignalKey key) && wanted.Contains(key))
            {
                inputs[key] = new(
                    number, DateTimeOffset.FromUnixTimeMilliseconds(row.SourceMs), InputOrigin.Polled, DateTimeOffset.FromUnixTimeMilliseconds(row.ReceivedMs));
            }
        }
        return inputs;
    }

    private bool IsChanged(Sample sample)
    {
        SignalValue last = _constants.GetValueOrDefault(sample.Signal.Key);
        if (last.SourceTime != default && last.Data == sample.Value.Data && last.Quality == sample.Value.Quality)
        {
            return false;
        }
        _constants[sample.Signal.Key] = sample.Value;
        return true;
    }

    private static SampleQuality ToQuality(SignalQuality quality) => quality switch
    {
        SignalQuality.Good => SampleQuality.Good,
        SignalQuality.Uncertain => SampleQuality.Uncertain,
        _ => SampleQuality.Bad,
    };

    private sealed class SignalRow
    {
        public long Id { get; init; }
        public string Object { get; init; } = "";
        public string Name { get; init; } = "";
    }

    private sealed class InputRow
    {
        public long Signal { get; init; }
        public object? Value { get; init; }
        public long SourceMs { get; init; }
        public long ReceivedMs { get; init; }
    }

    private sealed class MeanRow
    {
        public long SourceMs { get; init; }
        public long ReceivedMs { get; init; }
        public long Signal { get; init; }
        public object? Value { get; init; }
    }
}
