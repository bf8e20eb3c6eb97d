using System.Diagnostics;
using System.Diagnostics.Metrics;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>What an oracle counts and traces, for OpenTelemetry or whoever else listens. docs/operations.md lists the names.</summary>
internal static class OracleTelemetry
{
    /// <summary>Name of the meter and of the source of spans.</summary>
    public const string Name = "SmartCity.Oracle";

    private const string Prefix = "smartcity.oracle.";

    private static readonly ActivitySource s_spans = new(Name);
    private static readonly Meter s_meter = new(Name);

    private static readonly Histogram<double> s_poll = s_meter.CreateHistogram<double>(
        Prefix + "poll.duration", "s", "How long the source took to answer a poll, journaling included",
        advice: new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    private static readonly Counter<long> s_samples = s_meter.CreateCounter<long>(Prefix + "samples", "{sample}", "Samples polled and journaled");

    private static readonly Counter<long> s_hours = s_meter.CreateCounter<long>(Prefix + "hours.closed", "{hour}", "Hours of segments that were closed");

    private static readonly Counter<long> s_readings = s_meter.CreateCounter<long>(
        Prefix + "readings", "{reading}", "Intervals of closed hours by quality; interpolated and averaged ones are estimates");

    private static readonly Counter<long> s_imbalances = s_meter.CreateCounter<long>(
        Prefix + "imbalances", "{phase}", "Phases of closed hours on which parent and consumers do not balance");

    private static readonly Counter<long> s_confirmed = s_meter.CreateCounter<long>(Prefix + "batches.confirmed", "{batch}", "Hour batches found on the chain");

    private static readonly Counter<long> s_gas = s_meter.CreateCounter<long>(Prefix + "gas.used", "{gas}", "Gas used by confirmed hour batches, corrections and entries of incidents");

    /// <summary>Begins a span that ends when it is disposed; <c>null</c> when nobody listens.</summary>
    public static Activity? Begin(string name) => s_spans.StartActivity(name);

    /// <summary>Notes how long a poll took and how it ended.</summary>
    public static void Polled(TimeSpan took, LinkState outcome) =>
        s_poll.Record(took.TotalSeconds, Tag("outcome", outcome == LinkState.Reachable ? "answered" : outcome == LinkState.Refused ? "refused" : "failed"));

    /// <summary>Counts journaled samples.</summary>
    public static void Journaled(int samples) => s_samples.Add(samples);

    /// <summary>Counts a closed hour of a segment.</summary>
    public static void Closed(ClosedHour closed)
    {
        s_hours.Add(1, Tag("segment", closed.Segment));
        foreach (Quality quality in Enum.GetValues<Quality>())
        {
            if (closed.Count(quality) is > 0 and int count)
            {
                s_readings.Add(count, Tag("quality", quality.ToString().ToLowerInvariant()));
            }
        }
        if (closed.Imbalances > 0)
        {
            s_imbalances.Add(closed.Imbalances, Tag("segment", closed.Segment));
        }
    }

    /// <summary>Counts batches of a segment that are on the chain, and the gas that is known of them.</summary>
    public static void Confirmed(uint segment, long batches, long gas)
    {
        s_confirmed.Add(batches, Tag("segment", segment));
        s_gas.Add(gas, Tag("segment", segment), Tag("for", "hours"));
    }

    /// <summary>Counts the gas of a correction that is on the chain.</summary>
    public static void Corrected(uint segment, ulong gas) => s_gas.Add((long)gas, Tag("segment", segment), Tag("for", "corrections"));

    /// <summary>Counts the gas of an entry of the incident log.</summary>
    public static void Told(ulong gas) => s_gas.Add((long)gas, Tag("for", "incidents"));

    private static KeyValuePair<string, object?> Tag(string key, object value) => new(key, value);
}
