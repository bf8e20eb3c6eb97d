namespace SmartCity.Domain;

/// <summary>What a meter contributes to the tolerance of its group's balance.</summary>
/// <param name="AccuracyClass">Class in hundredths of a percent: class 1.0 is 100.</param>
/// <param name="Resolution">Smallest step of the register, Wh or kcal.</param>
public readonly record struct MeterAccuracy(ushort AccuracyClass, uint Resolution)
{
    private const decimal HundredthsPerPercent = 100m;

    /// <summary>The accuracy of a meter of the city plan.</summary>
    public static MeterAccuracy Of(MeterPlan meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        return new((ushort)(meter.AccuracyClass * HundredthsPerPercent), meter.Resolution);
    }
}

/// <summary>A consumer meter as the balance sees it.</summary>
/// <param name="Accuracy">Its class and resolution; class 0 stands for a channel without a meter, whose reading is always zero.</param>
/// <param name="Phase">0, 1, 2 for A0, A1, A2; 0 in a heat group.</param>
public readonly record struct BalanceConsumer(MeterAccuracy Accuracy, int Phase);

/// <summary>
/// A balance group: the parent meter and the consumers behind it, and the check of an hour: what went in comes out at the
/// consumers, phase by phase, within what the meters may err.
/// </summary>
/// <remarks>Decides exactly as ReadingLedger (see PhaseImbalance in IReadingLedger.sol): everything 10,000-fold, so that nothing is rounded.</remarks>
public sealed class BalanceGroup
{
    private const ulong Scale = 10_000;

    private readonly MeterAccuracy _parent;
    private readonly BalanceConsumer[] _consumers;
    private readonly ulong[] _resolutionsByPhase;
    private readonly bool _hasMeters;

    /// <summary>A group.</summary>
    /// <param name="kind">What it measures.</param>
    /// <param name="parent">Accuracy of the parent meter.</param>
    /// <param name="consumers">Consumers in channel order.</param>
    /// <exception cref="ArgumentOutOfRangeException">A consumer is on a phase that the kind does not have.</exception>
    public BalanceGroup(EnergyKind kind, MeterAccuracy parent, IReadOnlyList<BalanceConsumer> consumers)
    {
        ArgumentNullException.ThrowIfNull(consumers);
        Phases = kind.ParentChannels();
        _parent = parent;
        _consumers = [.. consumers];
        _hasMeters = Array.Exists(_consumers, consumer => consumer.Accuracy.AccuracyClass != 0);
        _resolutionsByPhase = new ulong[Phases];
        Array.Fill(_resolutionsByPhase, parent.Resolution);
        foreach (BalanceConsumer consumer in _consumers)
        {
            if (consumer.Phase < 0 || consumer.Phase >= Phases)
            {
                throw new ArgumentOutOfRangeException(nameof(consumers), consumer.Phase, $"A group of {kind} has {Phases} phase(s).");
            }
            _resolutionsByPhase[consumer.Phase] += consumer.Accuracy.Resolution;
        }
    }

    /// <summary>Phases, and channels of the parent: three of electricity, one of heat.</summary>
    public int Phases { get; }

    /// <summary>Channels: the parent's first, then the consumers.</summary>
    public int Channels => Phases + _consumers.Length;

    /// <summary>The group of a city plan.</summary>
    public static BalanceGroup Of(EnergyKind kind, GroupPlan group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new(
            kind,
            MeterAccuracy.Of(group.Parent),
            [.. group.Consumers.Select(consumer => new BalanceConsumer(MeterAccuracy.Of(consumer.Meter), consumer.Phase))]);
    }

    /// <summary>Balances an hour.</summary>
    /// <param name="channels">The hour's readings in channel order.</param>
    /// <returns>One result for each phase, in order.</returns>
    /// <exception cref="ArgumentException">There are not as many readings as channels.</exception>
    public IReadOnlyList<PhaseBalance> Check(IReadOnlyList<Reading> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        if (channels.Count != Channels)
        {
            throw new ArgumentException($"There are {channels.Count} readings for {Channels} channels.", nameof(channels));
        }
        Span<ulong> sums = stackalloc ulong[Phases];
        Span<ulong> tolerances = stackalloc ulong[Phases];
        Span<bool> measured = stackalloc bool[Phases];
        for (int phase = 0; phase < Phases; phase++)
        {
            tolerances[phase] = Scale * _resolutionsByPhase[phase] + _parent.AccuracyClass * channels[phase].Interval.Value;
            measured[phase] = channels[phase].Quality == Quality.Measured;
        }
        for (int i = 0; i < _consumers.Length; i++)
        {
            BalanceConsumer consumer = _consumers[i];
            Reading reading = channels[Phases + i];
            sums[consumer.Phase] += reading.Interval.Value;
            tolerances[consumer.Phase] += consumer.Accuracy.AccuracyClass * reading.Interval.Value;
            measured[consumer.Phase] &= reading.Quality == Quality.Measured;
        }
        PhaseBalance[] results = new PhaseBalance[Phases];
        for (int phase = 0; phase < Phases; phase++)
        {
            bool isDecided = _hasMeters && measured[phase];
            results[phase] = Decide(phase, channels[phase].Interval, new(sums[phase]), tolerances[phase], isDecided);
        }
        return results;
    }

    private static PhaseBalance Decide(int phase, Quantity parent, Quantity consumers, ulong scaledTolerance, bool isDecided)
    {
        ulong difference = parent >= consumers ? (parent - consumers).Value : (consumers - parent).Value;
        BalanceVerdict verdict = !isDecided ? BalanceVerdict.Undecided
            : difference * Scale <= scaledTolerance ? BalanceVerdict.Balanced
            : BalanceVerdict.Unbalanced;
        return new(phase, parent, consumers, new(scaledTolerance / Scale), verdict);
    }
}
