using System.Globalization;
using SmartCity.Alphalogic;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>
/// Compares the source's clock with ours. A difference beyond the limit is told once, and once when it is gone; a value from the future
/// is journaled as it came, but not as good: nothing is closed from it.
/// </summary>
/// <param name="limit">How far the source's clock may be from ours.</param>
internal sealed class ClockWatch(TimeSpan limit)
{
    private static readonly SignalKey Clock = new("source", "clock");

    private readonly HashSet<SignalKey> _ahead = [];
    private bool _isSkewed;

    /// <summary>Looks at what was polled.</summary>
    /// <param name="polled">Samples as they came.</param>
    /// <param name="sourceNow">The source's clock when it answered, whole seconds.</param>
    /// <param name="receivedAt">Ours.</param>
    /// <returns>The samples as they are to be used, and what is to be told.</returns>
    public (IReadOnlyList<Sample> Samples, IReadOnlyList<MeterEvent> Events) Look(
        IReadOnlyList<Sample> polled, DateTimeOffset sourceNow, DateTimeOffset receivedAt)
    {
        List<MeterEvent> events = [];
        TimeSpan skew = sourceNow - receivedAt;
        if (skew.Duration() > limit != _isSkewed)
        {
            _isSkewed = !_isSkewed;
            events.Add(new(Hour.Containing(receivedAt), Clock, MeterEventKind.ClockSkew, _isSkewed
                ? $"the source's clock is {Seconds(skew.Duration())} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} ours; {Seconds(limit)} are allowed"
                : "the source's clock agrees with ours again"));
        }
        return ([.. polled.Select(sample => Believed(sample, receivedAt, events))], events);
    }

    private Sample Believed(Sample sample, DateTimeOffset receivedAt, List<MeterEvent> events)
    {
        TimeSpan ahead = sample.Value.SourceTime - receivedAt;
        if (ahead <= limit || sample.Value.Quality == SignalQuality.Bad)
        {
            _ahead.Remove(sample.Signal.Key);
            return sample;
        }
        if (_ahead.Add(sample.Signal.Key))
        {
            events.Add(new(Hour.Containing(receivedAt), sample.Signal.Key, MeterEventKind.ClockSkew, $"the value is from the future by {Seconds(ahead)} and is not used"));
        }
        return sample with { Value = sample.Value with { Quality = SignalQuality.Uncertain, Reason = "source time is in the future" } };
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F0} s");
}
