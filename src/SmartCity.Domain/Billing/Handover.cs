using System.Numerics;

namespace SmartCity.Domain;

/// <summary>What an account that closes and the one that follows it on the same premises have of a volume.</summary>
/// <param name="Closed">Of the account closed.</param>
/// <param name="Successor">Of the account opened.</param>
public readonly record struct HandedOver<T>(T Closed, T Successor);

/// <summary>The division of a period in which premises pass from one account to the next.</summary>
/// <param name="HoursBefore">Hours of the period before the handover.</param>
/// <param name="Hours">Hours of the period, not 0.</param>
public readonly record struct Handover(uint HoursBefore, uint Hours)
{
    /// <summary>
    /// The own volume, divided zone by zone as the registers were at the handover: used × (closing − start) / (end − start), half up;
    /// by hours in a zone whose register did not move. The parts always add up.
    /// </summary>
    /// <param name="used">The volume billed of the period, estimates included.</param>
    /// <param name="beforeHandover">What the registers rose by before the handover.</param>
    /// <param name="inPeriod">What they rose by in the whole period, not less.</param>
    /// <exception cref="OverflowException">A register fell within the period.</exception>
    public HandedOver<ZoneConsumption> OfOwn(ZoneConsumption used, ZoneConsumption beforeHandover, ZoneConsumption inPeriod)
    {
        ZoneConsumption closed = new(
            Closed(used.Peak, beforeHandover.Peak, inPeriod.Peak),
            Closed(used.HalfPeak, beforeHandover.HalfPeak, inPeriod.HalfPeak),
            Closed(used.Night, beforeHandover.Night, inPeriod.Night));
        return new(closed, used - closed);
    }

    /// <summary>A volume shared by area, divided by hours: the account closed gets it rounded down, its successor the rest.</summary>
    public HandedOver<Quantity> OfShare(Quantity share)
    {
        Quantity closed = new((ulong)((UInt128)share.Value * HoursBefore / Hours));
        return new(closed, share - closed);
    }

    private Quantity Closed(Quantity used, Quantity before, Quantity whole) => whole == Quantity.Zero
        ? new(Rounding.HalfUp((BigInteger)used.Value * HoursBefore, Hours))
        : new(Rounding.HalfUp((BigInteger)used.Value * before.Value, whole.Value));
}
