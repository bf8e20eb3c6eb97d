using System.Collections.Immutable;

namespace SmartCity.Rules;

/// <summary>The samples of one instant.</summary>
/// <param name="Time">Source time.</param>
/// <param name="Samples">One of each signal that has one, in order of the signals.</param>
public sealed record SampleInstant(DateTimeOffset Time, ImmutableArray<SignalSample> Samples);

/// <summary>What follows from another sample.</summary>
/// <param name="Buffer">The buffer after it.</param>
/// <param name="Ready">Instants that are complete, in order: they go to the rules.</param>
/// <param name="IsLate">Did the sample come too late, so that it was left out?</param>
public readonly record struct Reordering(ReorderBuffer Buffer, ImmutableArray<SampleInstant> Ready, bool IsLate);

/// <summary>
/// Puts the samples of one object in order of their source time. An instant waits for as long as late samples may follow: whatever the
/// order in which samples within that bound arrive, the rules see the same. Immutable.
/// </summary>
/// <remarks>
/// A source that is polled tells all signals of an instant at once and in order; it needs no buffer and waits for nothing. For others
/// the bound is the time by which every alarm is later.
/// </remarks>
public sealed class ReorderBuffer
{
    /// <summary>Instants kept at most; when there are more, the oldest goes to the rules before its time.</summary>
    public const int MaxInstants = 10_000;

    private readonly ImmutableSortedDictionary<long, ImmutableSortedDictionary<int, SignalReading>> _waiting;
    private readonly long _bound;
    private readonly long _newest;
    private readonly long _released;

    private ReorderBuffer(
        ImmutableSortedDictionary<long, ImmutableSortedDictionary<int, SignalReading>> waiting, long bound, long newest, long released)
    {
        _waiting = waiting;
        _bound = bound;
        _newest = newest;
        _released = released;
    }

    /// <summary>An empty buffer.</summary>
    /// <param name="bound">How much later than a newer sample one may come; 0 and more.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static ReorderBuffer Within(TimeSpan bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, TimeSpan.Zero);
        return new(ImmutableSortedDictionary<long, ImmutableSortedDictionary<int, SignalReading>>.Empty, bound.Ticks, 0, 0);
    }

    /// <summary>All samples up to this instant have been handed on; what comes for it or earlier is late.</summary>
    public DateTimeOffset? CompleteUntil => Ticks.ToTime(_released);

    /// <summary>Takes a sample.</summary>
    /// <remarks>
    /// Two different readings of one signal at one instant contradict each other, and the order of arrival must not decide: a good one
    /// goes before a bad one, the greater before the smaller.
    /// </remarks>
    public Reordering Add(SignalSample sample, DateTimeOffset time)
    {
        long at = Ticks.Of(time);
        if (at <= _released)
        {
            return new(this, [], IsLate: true);
        }
        ImmutableSortedDictionary<int, SignalReading> instant =
            _waiting.GetValueOrDefault(at, ImmutableSortedDictionary<int, SignalReading>.Empty);
        SignalReading reading = instant.TryGetValue(sample.Signal, out SignalReading other) ? Stronger(other, sample.Reading) : sample.Reading;
        return new ReorderBuffer(_waiting.SetItem(at, instant.SetItem(sample.Signal, reading)), _bound, Math.Max(_newest, at), _released)
            .Release(Math.Max(_newest, at) - _bound - 1); // The newest instant itself may get more samples.
    }

    /// <summary>Hands on everything up to a time: no earlier sample will come, or none is waited for any longer.</summary>
    public Reordering Complete(DateTimeOffset time) => Release(Ticks.Of(time));

    private Reordering Release(long until)
    {
        ImmutableSortedDictionary<long, ImmutableSortedDictionary<int, SignalReading>> waiting = _waiting;
        ImmutableArray<SampleInstant>.Builder ready = ImmutableArray.CreateBuilder<SampleInstant>();
        long released = Math.Max(_released, until);
        while (waiting.Count > 0 && (waiting.First().Key <= until || waiting.Count > MaxInstants))
        {
            (long at, ImmutableSortedDictionary<int, SignalReading> instant) = waiting.First();
            ready.Add(new(new(at, TimeSpan.Zero), [.. instant.Select(pair => new SignalSample(pair.Key, pair.Value))]));
            waiting = waiting.Remove(at);
            released = Math.Max(released, at);
        }
        return new(new(waiting, _bound, _newest, released), ready.ToImmutable(), IsLate: false);
    }

    private static SignalReading Stronger(SignalReading one, SignalReading other) => (one.IsGood, other.IsGood) switch
    {
        (true, false) => one,
        (false, true) => other,
        _ => one.Value >= other.Value ? one : other,
    };
}
