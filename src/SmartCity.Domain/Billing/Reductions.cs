using System.Numerics;

namespace SmartCity.Domain;

/// <summary>The hours of a period for which a group's charges are reduced (ПП 354, прил. 1).</summary>
/// <param name="HeatExcessHours">Hours without heating beyond what is permitted (п. 14).</param>
/// <param name="HeatDegreeHours">Hours × whole degrees below the temperature due (п. 15).</param>
/// <param name="ElectricityExcessHours">Hours without electricity beyond what is permitted (п. 9).</param>
public readonly record struct ReductionHours(uint HeatExcessHours, uint HeatDegreeHours, uint ElectricityExcessHours)
{
    /// <summary>The hours by which a service's charge is reduced; none for a penalty.</summary>
    public ulong Of(BilledService service) => service switch
    {
        BilledService.Electricity or BilledService.CommonNeeds => ElectricityExcessHours,
        BilledService.Heating => (ulong)HeatExcessHours + HeatDegreeHours,
        _ => 0,
    };
}

/// <summary>Reductions for outages: charge × hours × rate, never more than the charge.</summary>
public static class Reductions
{
    private const uint WholeRate = 100_000;

    /// <summary>The reduction of a charge, half a kopeck rounded up.</summary>
    /// <param name="charge">What the service costs in the period.</param>
    /// <param name="hours">Hours beyond what is permitted, or degree-hours.</param>
    /// <param name="rate">Reduction an hour, 10^-5 of the charge: 0.15 % is 150.</param>
    public static Kopecks Of(Kopecks charge, ulong hours, uint rate)
    {
        BigInteger exact = (BigInteger)charge.Value * hours * rate;
        // Compared before it is rounded: whatever the hours, the result fits.
        return exact >= (BigInteger)charge.Value * WholeRate ? charge : new(Rounding.HalfUp(exact, WholeRate));
    }
}
