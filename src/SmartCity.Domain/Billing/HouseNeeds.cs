namespace SmartCity.Domain;

/// <summary>
/// Negative common needs of earlier periods that no later period has used up yet, Wh by zone, never positive. <c>default</c> is none.
/// </summary>
/// <param name="Peak">Peak zone.</param>
/// <param name="HalfPeak">Half-peak zone.</param>
/// <param name="Night">Night zone.</param>
public readonly record struct HouseNeedsCarry(long Peak, long HalfPeak, long Night);

/// <summary>The common needs of a house (СОИ) in a period: what its parent meter counted beyond its consumers, zone by zone.</summary>
/// <param name="Charged">What the accounts share, Wh by zone.</param>
/// <param name="Carry">What is carried to the next period.</param>
public readonly record struct HouseNeeds(ZoneConsumption Charged, HouseNeedsCarry Carry)
{
    /// <summary>
    /// The common needs of a period. A negative difference is charged as nothing and carried to the next periods (ПП 92 of
    /// 03.02.2022); zones never make up for each other, as they have prices of their own.
    /// </summary>
    /// <param name="carried">What the period before carried on.</param>
    /// <param name="parent">Consumption of the parent meter, all phases.</param>
    /// <param name="consumers">Volumes used by all consumers behind it, those estimated included.</param>
    /// <exception cref="OverflowException">A volume does not fit in 63 bits.</exception>
    public static HouseNeeds Of(HouseNeedsCarry carried, ZoneConsumption parent, ZoneConsumption consumers)
    {
        long peak = Difference(parent.Peak, consumers.Peak) + carried.Peak;
        long halfPeak = Difference(parent.HalfPeak, consumers.HalfPeak) + carried.HalfPeak;
        long night = Difference(parent.Night, consumers.Night) + carried.Night;
        return new(
            new(Positive(peak), Positive(halfPeak), Positive(night)),
            new(Math.Min(peak, 0), Math.Min(halfPeak, 0), Math.Min(night, 0)));
    }

    /// <summary>An account's part by floor area, zone by zone, so that the parts add up in every zone (ADR 0005).</summary>
    public ZoneConsumption ShareOf(AreaShare share) => Charged.Each(share.Of);

    private static long Difference(Quantity parent, Quantity consumers) => (long)parent.Value - (long)consumers.Value;

    private static Quantity Positive(long difference) => new((ulong)Math.Max(difference, 0));
}
