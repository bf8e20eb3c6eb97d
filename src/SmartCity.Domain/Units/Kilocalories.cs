using System.Globalization;

namespace SmartCity.Domain;

/// <summary>Heat in whole kilocalories (kcal); 1 Gcal = 10^6 kcal. Never negative. <c>default</c> is no heat.</summary>
/// <remarks>On the chain it is a <see cref="Quantity"/> of a heat segment. The build checks all arithmetic.</remarks>
public readonly record struct Kilocalories(ulong Value)
{
    private const decimal KilocaloriesPerGigacalorie = 1_000_000m;

    /// <summary>No heat.</summary>
    public static Kilocalories Zero => default;

    /// <summary>The same amount as registers on the chain count it.</summary>
    public Quantity AsQuantity => new(Value);

    /// <summary>The sum of two amounts of heat.</summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public static Kilocalories operator +(Kilocalories left, Kilocalories right) => new(left.Value + right.Value);

    /// <summary>Heat between two readings of a cumulative register.</summary>
    /// <exception cref="OverflowException">The register fell: a meter event, never negative heat.</exception>
    public static Kilocalories operator -(Kilocalories later, Kilocalories earlier) => new(later.Value - earlier.Value);

    /// <summary>Gigacalories with a point, culture-free: <c>0.241500</c>.</summary>
    public override string ToString() => (Value / KilocaloriesPerGigacalorie).ToString("0.000000", CultureInfo.InvariantCulture);
}
