using System.Globalization;

namespace SmartCity.Domain;

/// <summary>A change of money in whole kopecks; below 0 in favour of the payer. <c>default</c> is no change.</summary>
/// <remarks>A reduction or a recalculation; what is owed in the end is <see cref="Kopecks"/> and never negative.</remarks>
public readonly record struct SignedKopecks(long Value)
{
    /// <summary>An amount as a change.</summary>
    /// <exception cref="OverflowException">The amount does not fit in 63 bits.</exception>
    public static SignedKopecks Of(Kopecks amount) => new((long)amount.Value);

    /// <summary>The sum of two changes.</summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public static SignedKopecks operator +(SignedKopecks left, SignedKopecks right) => new(left.Value + right.Value);

    /// <summary>The difference of two changes.</summary>
    /// <exception cref="OverflowException">The difference does not fit in 64 bits.</exception>
    public static SignedKopecks operator -(SignedKopecks left, SignedKopecks right) => new(left.Value - right.Value);

    /// <summary>The opposite change.</summary>
    /// <exception cref="OverflowException">The least value of 64 bits has no opposite.</exception>
    public static SignedKopecks operator -(SignedKopecks change) => new(-change.Value);

    /// <summary>Roubles and kopecks with a point and the sign, culture-free: <c>-24.44</c>.</summary>
    public override string ToString() => (Value / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
