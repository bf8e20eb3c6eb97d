namespace SmartCity.Domain;

/// <summary>Where the consumption bands of a month end, Wh (DOMAIN: 3,900 and 6,000 kWh at most).</summary>
/// <param name="First">End of the first band.</param>
/// <param name="Second">End of the second, not below the first.</param>
public readonly record struct BandLimits(Quantity First, Quantity Second)
{
    /// <summary>No bands: everything is in the first.</summary>
    public static BandLimits None => new(new(ulong.MaxValue), new(ulong.MaxValue));
}

/// <summary>
/// Electricity divided among zones and consumption bands: a band is filled by all zones in proportion to what is left of each, so
/// that both the bands of a zone and the zones of a band add up.
/// </summary>
/// <remarks>
/// The act is silent on how bands divide zones; in proportion to the zones is this project's choice. Within a band the volume is
/// divided by running totals (ADR 0005) and the last band takes what is left. Computes what contracts/libraries/Bands.sol computes.
/// </remarks>
public static class Bands
{
    /// <summary>Number of bands.</summary>
    public const int Count = 3;

    /// <summary>Divides a month's volume.</summary>
    /// <param name="zones">Volume of each zone, Wh.</param>
    /// <param name="limits">Where the bands end.</param>
    /// <returns>For each band, from the first, the volume of each zone in the order given.</returns>
    /// <exception cref="ArgumentException">The second limit is below the first.</exception>
    /// <exception cref="OverflowException">The volumes add up to more than 64 bits hold.</exception>
    public static IReadOnlyList<IReadOnlyList<Quantity>> Split(IReadOnlyList<Quantity> zones, BandLimits limits)
    {
        ArgumentNullException.ThrowIfNull(zones);
        if (limits.Second < limits.First)
        {
            throw new ArgumentException($"The second band ends at {limits.Second}, before the first ends at {limits.First}.", nameof(limits));
        }
        Quantity total = Sum(zones);
        Quantity first = Least(total, limits.First);
        Quantity second = Least(total, limits.Second) - first;

        IReadOnlyList<Quantity> inFirst = Fill(zones, first);
        IReadOnlyList<Quantity> afterFirst = Less(zones, inFirst);
        IReadOnlyList<Quantity> inSecond = Fill(afterFirst, second);
        return [inFirst, inSecond, Less(afterFirst, inSecond)];
    }

    /// <summary>
    /// A band's volume divided in proportion to what is left of the zones. No part is above what is left: it is less than 1 from its
    /// exact share.
    /// </summary>
    private static IReadOnlyList<Quantity> Fill(IReadOnlyList<Quantity> left, Quantity band)
    {
        UInt128 total = Sum(left).Value;
        Quantity[] parts = new Quantity[left.Count];
        (UInt128 before, ulong given) = (0, 0);
        for (int i = 0; i < parts.Length && total != 0; i++)
        {
            before += left[i].Value;
            ulong upTo = (ulong)(band.Value * before / total);
            parts[i] = new(upTo - given);
            given = upTo;
        }
        return parts;
    }

    private static Quantity Sum(IReadOnlyList<Quantity> zones) => zones.Aggregate(Quantity.Zero, (sum, zone) => sum + zone);

    private static Quantity Least(Quantity left, Quantity right) => left < right ? left : right;

    private static IReadOnlyList<Quantity> Less(IReadOnlyList<Quantity> zones, IReadOnlyList<Quantity> parts) =>
        [.. zones.Zip(parts, (zone, part) => zone - part)];
}
