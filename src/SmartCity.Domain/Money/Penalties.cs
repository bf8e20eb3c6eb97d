using System.Numerics;

namespace SmartCity.Domain;

/// <summary>
/// The penalty for late payment (пени, ЖК РФ ст. 155 ч. 14): nothing for the first 30 days after the due day, 1/300 of the rate a day
/// for days 31 to 90, 1/130 from day 91 on. Only principal bears it, never a penalty.
/// </summary>
/// <remarks>
/// Amounts are kept as exact numerators over <see cref="Denominator"/> and rounded once, half up, so that a penalty may be accrued in
/// as many steps as one likes. Computes what contracts/libraries/Penalties.sol computes.
/// </remarks>
public static class Penalties
{
    /// <summary>
    /// What a numerator is divided by to give kopecks: 10,000 (hundredths of a percent) × 3,900 (the least common multiple of 300 and 130).
    /// </summary>
    public const uint Denominator = 39_000_000;

    private const uint FreeDays = 30;
    private const uint LowRateDays = 90;
    private const uint LowWeight = 13;
    private const uint HighWeight = 30;

    /// <summary>The penalty on a debt over a stretch of days, as a numerator over <see cref="Denominator"/>.</summary>
    /// <param name="principal">What is outstanding over the whole stretch.</param>
    /// <param name="rate">Rate a year in hundredths of a percent: 9.5 % is 950.</param>
    /// <param name="from">Days after the due day (0 on it) that are counted already.</param>
    /// <param name="to">Days overdue at the end, not before <paramref name="from"/>; the last day counted.</param>
    /// <exception cref="ArgumentOutOfRangeException">The end is before the beginning.</exception>
    public static BigInteger Numerator(Kopecks principal, uint rate, uint from, uint to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        return (BigInteger)principal.Value * rate * (Weight(to) - Weight(from));
    }

    /// <summary>Whole kopecks of a numerator, half a kopeck rounded up.</summary>
    /// <exception cref="OverflowException">The penalty does not fit in 64 bits.</exception>
    public static Kopecks Round(BigInteger numerator) => new(Rounding.HalfUp(numerator, Denominator));

    /// <summary>The penalty on a debt paid at once, so many days after its due day.</summary>
    /// <inheritdoc cref="Numerator"/>
    public static Kopecks Of(Kopecks principal, uint rate, uint daysOverdue) => Round(Numerator(principal, rate, 0, daysOverdue));

    /// <summary>Weighted days from the due day on.</summary>
    private static ulong Weight(uint days)
    {
        ulong low = Math.Min(days, LowRateDays) - Math.Min(days, FreeDays);
        ulong high = days - Math.Min(days, LowRateDays);
        return low * LowWeight + high * HighWeight;
    }
}

/// <summary>
/// The penalty of one bill line as it grows: each accrual adds whole kopecks, and together they are the rounded whole whatever the
/// steps. <c>default</c> is nothing accrued.
/// </summary>
/// <param name="Numerator">All that is accrued, over <see cref="Penalties.Denominator"/>.</param>
public readonly record struct PenaltyAccrual(BigInteger Numerator)
{
    /// <summary>Whole kopecks accrued so far.</summary>
    /// <exception cref="OverflowException">They do not fit in 64 bits.</exception>
    public Kopecks Whole => Penalties.Round(Numerator);

    /// <summary>The accrual after another stretch of days; see <see cref="Penalties.Numerator"/>.</summary>
    /// <returns>What is accrued then, and the kopecks that this step adds: round(N + δ) − round(N).</returns>
    public (PenaltyAccrual Then, Kopecks Added) After(Kopecks principal, uint rate, uint from, uint to)
    {
        PenaltyAccrual then = new(Numerator + Penalties.Numerator(principal, rate, from, to));
        return (then, then.Whole - Whole);
    }
}
