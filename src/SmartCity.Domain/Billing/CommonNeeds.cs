namespace SmartCity.Domain;

/// <summary>Negative common needs of earlier periods that no later period has used up yet, Wh, never positive. <c>default</c> is none.</summary>
/// <param name="Day">Of the day zone.</param>
/// <param name="Night">Of the night zone.</param>
public readonly record struct CommonNeedsCarry(long Day, long Night);

/// <summary>The common needs of a house (СОИ) in a period: what its parent meter counted beyond its consumers.</summary>
/// <param name="Day">What the accounts share in the day zone, Wh.</param>
/// <param name="Night">What they share in the night zone, Wh.</param>
/// <param name="Carry">What is carried to the next period.</param>
/// <remarks>Computes what contracts/libraries/CommonNeeds.sol computes.</remarks>
public readonly record struct CommonNeeds(Quantity Day, Quantity Night, CommonNeedsCarry Carry)
{
    /// <summary>
    /// The common needs of a period. A negative difference is charged as nothing and carried to the next periods (ПП 92 of
    /// 03.02.2022); day and night never make up for each other, as they have two prices.
    /// </summary>
    /// <param name="carried">What the period before carried on.</param>
    /// <param name="parent">Consumption of the parent meter, all phases.</param>
    /// <param name="consumers">Consumption of all consumers behind it.</param>
    public static CommonNeeds Of(CommonNeedsCarry carried, ZoneConsumption parent, ZoneConsumption consumers)
    {
        long day = (long)parent.Day.Value - (long)consumers.Day.Value + carried.Day;
        long night = (long)parent.Night.Value - (long)consumers.Night.Value + carried.Night;
        return new(Charged(day), Charged(night), new(Math.Min(day, 0), Math.Min(night, 0)));
    }

    private static Quantity Charged(long difference) => new((ulong)Math.Max(difference, 0));
}
