namespace SmartCity.Domain;

/// <summary>Consumption of a period by zone of the finest calendar; heat stands in <paramref name="Peak"/> alone.</summary>
/// <param name="Peak">Peak zone.</param>
/// <param name="HalfPeak">Half-peak zone.</param>
/// <param name="Night">Night zone.</param>
public readonly record struct ZoneConsumption(Quantity Peak, Quantity HalfPeak, Quantity Night)
{
    /// <summary>The day zone of a two-zone tariff, 07-23: peak and half-peak.</summary>
    public Quantity Day => Peak + HalfPeak;

    /// <summary>All zones together.</summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public Quantity Total => Day + Night;

    /// <summary>The sum of two consumptions, zone by zone.</summary>
    /// <exception cref="OverflowException">A sum does not fit in 64 bits.</exception>
    public static ZoneConsumption operator +(ZoneConsumption left, ZoneConsumption right) =>
        new(left.Peak + right.Peak, left.HalfPeak + right.HalfPeak, left.Night + right.Night);

    /// <summary>What is left of a consumption, zone by zone.</summary>
    /// <exception cref="OverflowException">More is taken from a zone than it has.</exception>
    public static ZoneConsumption operator -(ZoneConsumption left, ZoneConsumption right) =>
        new(left.Peak - right.Peak, left.HalfPeak - right.HalfPeak, left.Night - right.Night);

    /// <summary>The consumption after the same step in each zone.</summary>
    internal ZoneConsumption Each(Func<Quantity, Quantity> step) => new(step(Peak), step(HalfPeak), step(Night));
}
