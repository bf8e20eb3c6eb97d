using System.Numerics;

namespace SmartCity.Domain;

/// <summary>How an account's heating is counted.</summary>
public enum HeatingTerms
{
    /// <summary>The account has no heating of the house.</summary>
    None,

    /// <summary>By the house's heat meter.</summary>
    House,

    /// <summary>By the norm: the house has no heat meter.</summary>
    Norm,

    /// <summary>By nobody: the flat heats itself with its own boiler and takes no part.</summary>
    OwnBoiler,
}

/// <summary>What the accounts of a house with a heat meter share.</summary>
/// <param name="House">V_д, what the house's heat meter counted or its substitute, kcal.</param>
/// <param name="WholeArea">Area of all premises of the house.</param>
/// <param name="UnheatedArea">Area of those that heat themselves with their own boiler.</param>
/// <param name="Metered">V_м, what the heat meters of flats counted or their substitutes, kcal.</param>
/// <param name="MeteredArea">S_м, area of the flats with heat meters; 0 where none has one.</param>
/// <remarks>
/// ПП 354, прил. 2, п. 3(1), 3(3), 3(6), 3(7) in the wording of ПП 1708 of 28.12.2018. Each account's heat is an exact fraction that
/// is rounded once, half up.
/// </remarks>
public sealed record HouseHeat(
    Quantity House, SquareDecimetres WholeArea, SquareDecimetres UnheatedArea, Quantity Metered, SquareDecimetres MeteredArea)
{
    private const uint SquareDecimetresPerSquareMetre = 100;

    /// <summary>S_об: area of all premises that are heated by the house.</summary>
    /// <exception cref="OverflowException">More is unheated than there is.</exception>
    public SquareDecimetres Area => new(WholeArea.Value - UnheatedArea.Value);

    /// <summary>Has at least one flat a heat meter of its own?</summary>
    public bool HasMeteredFlats => MeteredArea.Value != 0;

    /// <summary>
    /// The heat of a flat where no flat has a meter: its share by area (п. 3(1)). Where the house heats all premises the shares are
    /// taken by running total, so that they add up to the volume (ADR 0005); else each is rounded half up.
    /// </summary>
    /// <param name="before">Area of the premises opened before it, heated or not.</param>
    /// <param name="area">S_i, its own area.</param>
    /// <exception cref="InvalidOperationException">A flat has a meter.</exception>
    public Quantity ShareOf(SquareDecimetres before, SquareDecimetres area)
    {
        if (HasMeteredFlats)
        {
            throw new InvalidOperationException("A flat has a heat meter, so the shares depend on it: ask for OfMetered or OfUnmetered.");
        }
        return UnheatedArea.Value == 0
            ? Shares.ByRunningTotal(House, before, area, Area)
            : new(Rounding.HalfUp((BigInteger)House.Value * area.Value, Area.Value));
    }

    /// <summary>The heat of a flat with a meter (п. 3(1), 3(3)): V_i + S_i × (V_д − ΣV) / S_об.</summary>
    /// <param name="own">V_i, what its meter counted or its substitute.</param>
    /// <param name="area">S_i.</param>
    public Quantity OfMetered(Quantity own, SquareDecimetres area) =>
        Round((BigInteger)own.Value * MeteredArea.Value * Area.Value + General(area), area);

    /// <summary>
    /// The heat of a flat without a meter where another has one (п. 3(7)): V_i is its area at the average of the metered ones,
    /// S_i × V_м / S_м, and the rest as for these.
    /// </summary>
    /// <param name="area">S_i.</param>
    public Quantity OfUnmetered(SquareDecimetres area) =>
        Round((BigInteger)area.Value * Metered.Value * Area.Value + General(area), area);

    /// <summary>The heat of an account by the norm, half a kilocalorie rounded up (прил. 2, ф. 2).</summary>
    /// <param name="area">S_i.</param>
    /// <param name="norm">kcal per m² and month.</param>
    public static Quantity ByNorm(SquareDecimetres area, uint norm) =>
        new(Rounding.HalfUp((BigInteger)area.Value * norm, SquareDecimetresPerSquareMetre));

    /// <summary>
    /// S_i × (V_д − ΣV) / S_об over the denominator S_м × S_об, where ΣV = V_м + S_н × V_м / S_м = V_м × S_об / S_м.
    /// </summary>
    private BigInteger General(SquareDecimetres area) =>
        area.Value * ((BigInteger)House.Value * MeteredArea.Value - (BigInteger)Metered.Value * Area.Value);

    /// <summary>One rounding of the whole; a negative result is nothing.</summary>
    private Quantity Round(BigInteger numerator, SquareDecimetres area)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MeteredArea.Value, Area.Value, nameof(MeteredArea));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(area.Value, Area.Value, nameof(area));
        if (!HasMeteredFlats)
        {
            throw new InvalidOperationException("No flat has a heat meter: ask for ShareOf.");
        }
        return numerator.Sign <= 0
            ? Quantity.Zero
            : new(Rounding.HalfUp(numerator, (BigInteger)MeteredArea.Value * Area.Value));
    }
}
