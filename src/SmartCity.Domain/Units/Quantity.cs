namespace SmartCity.Domain;

/// <summary>
/// What a register counts: whole watt-hours (Wh) in an electricity segment, whole kilocalories (kcal, 1 Gcal = 10^6 kcal) in a
/// heat segment. <c>default</c> is nothing consumed.
/// </summary>
/// <remarks>Same width as <c>Quantity</c> in contracts/types/Units.sol. The build checks all arithmetic.</remarks>
public readonly record struct Quantity(ulong Value) : IComparable<Quantity>
{
    /// <summary>Nothing consumed.</summary>
    public static Quantity Zero => default;

    /// <summary>The sum of two quantities of one kind.</summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public static Quantity operator +(Quantity left, Quantity right) => new(left.Value + right.Value);

    /// <summary>Consumption between two readings of a cumulative register.</summary>
    /// <exception cref="OverflowException">The register fell: a meter event, never negative consumption.</exception>
    public static Quantity operator -(Quantity later, Quantity earlier) => new(later.Value - earlier.Value);

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Value.CompareTo(other.Value);

    /// <summary>Is the left quantity the smaller one?</summary>
    public static bool operator <(Quantity left, Quantity right) => left.Value < right.Value;

    /// <summary>Is the left quantity the greater one?</summary>
    public static bool operator >(Quantity left, Quantity right) => left.Value > right.Value;

    /// <summary>Is the left quantity not the greater one?</summary>
    public static bool operator <=(Quantity left, Quantity right) => left.Value <= right.Value;

    /// <summary>Is the left quantity not the smaller one?</summary>
    public static bool operator >=(Quantity left, Quantity right) => left.Value >= right.Value;
}
