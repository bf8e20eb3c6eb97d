using System.Diagnostics.Metrics;
using SmartCity.Notices;

namespace SmartCity.Oracle;

/// <summary>What an oracle measures only when it is asked: read from the journal at most once a second, and from the file of notices.</summary>
internal sealed class OracleGauges : IDisposable
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(1);

    private readonly Meter _meter = new(OracleTelemetry.Name);
    private readonly Lock _lock = new();
    private readonly OracleReader _reader;
    private readonly TimeProvider _time;
    private OracleStatus? _status;
    private long? _readAt;

    /// <summary>Offers the gauges of the oracle in a state folder.</summary>
    public OracleGauges(OracleOptions options, TimeProvider time)
    {
        (_reader, _time) = (new(options.StateFolder, time), time);
        const string Prefix = "smartcity.oracle.";
        string journal = JournalFile.PathIn(options.StateFolder);
        _meter.CreateObservableGauge(
            Prefix + "lag", () => Of(status => [new((long)status.LagHours)]), "h", "Hours that are over at the source and not on the chain");
        _meter.CreateObservableGauge(
            Prefix + "outbox.depth",
            () => Of(status => [.. status.Segments.Select(segment => new Measurement<long>(
                Math.Max(0, (long)segment.ClosedBefore.Value - segment.ConfirmedBefore.Value), Tag("segment", segment.Segment)))]),
            "{batch}", "Hours closed and not known to be on the chain");
        _meter.CreateObservableGauge(
            Prefix + "link.up",
            () => Of(status => [Up(status.Source, "source"), Up(status.Chain, "chain")]), "1", "1 while the source or the chain answers, 0 while it does not");
        _meter.CreateObservableGauge(Prefix + "journal.size", () => JournalFile.SizeOf(journal), "By", "Size of the journal with its write-ahead log");
        _meter.CreateObservableGauge(
            Prefix + "disk.free", () => DiskSpace.Free(options.StateFolder) is { } free ? [new Measurement<long>(free)] : Array.Empty<Measurement<long>>(),
            "By", "Free space where the journal is");
        if (options.ContactsFile is not null)
        {
            _meter.CreateObservableGauge(
                Prefix + "notices.waiting", () => OfNotices(options, counts => counts.Waiting), "{delivery}", "Notices that organisations have not taken yet");
            _meter.CreateObservableGauge(
                Prefix + "notices.dead", () => OfNotices(options, counts => counts.Dead), "{delivery}", "Notices that were given up: a person retries or drops them");
        }
    }

    private static Measurement<long>[] OfNotices(OracleOptions options, Func<NoticeCounts, long> count) =>
        NoticeHealth.Of(options)?.Counts is { } counts ? [new(count(counts))] : [];

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Of(Func<OracleStatus, Measurement<long>[]> measure)
    {
        lock (_lock)
        {
            if (_readAt is not { } at || _time.GetElapsedTime(at) >= s_lifetime)
            {
                _status = Read();
                _readAt = _time.GetTimestamp();
            }
            return _status is null ? [] : measure(_status);
        }
    }

    private OracleStatus? Read()
    {
        try
        {
            // A gauge is asked from a thread that cannot wait; SQLite answers at once.
            return _reader.GetStatusAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (JournalException)
        {
            return null; // What is wrong with the journal, the log and the health endpoint tell.
        }
    }

    private static Measurement<long> Up(LinkStatus link, string name) => new(link.State == LinkState.Reachable ? 1 : 0, Tag("link", name));

    private static KeyValuePair<string, object?> Tag(string key, object value) => new(key, value);
}
