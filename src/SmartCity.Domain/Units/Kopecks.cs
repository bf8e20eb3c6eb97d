using System.Globalization;

namespace SmartCity.Domain;

/// <summary>Money in whole kopecks; 100 kopecks are one rouble. Never negative. <c>default</c> is no money.</summary>
public readonly record struct Kopecks(ulong Value) : IComparable<Kopecks>
{
    /// <summary>No money.</summary>
    public static Kopecks Zero => default;

    /// <summary>The sum of two amounts.</summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public static Kopecks operator +(Kopecks left, Kopecks right) => new(left.Value + right.Value);

    /// <summary>What is left of an amount.</summary>
    /// <exception cref="OverflowException">More is taken than there is.</exception>
    public static Kopecks operator -(Kopecks left, Kopecks right) => new(left.Value - right.Value);

    /// <inheritdoc/>
    public int CompareTo(Kopecks other) => Value.CompareTo(other.Value);

    /// <summary>Is the left amount the smaller one?</summary>
    public static bool operator <(Kopecks left, Kopecks right) => left.Value < right.Value;

    /// <summary>Is the left amount the greater one?</summary>
    public static bool operator >(Kopecks left, Kopecks right) => left.Value > right.Value;

    /// <summary>Is the left amount not the greater one?</summary>
    public static bool operator <=(Kopecks left, Kopecks right) => left.Value <= right.Value;

    /// <summary>Is the left amount not the smaller one?</summary>
    public static bool operator >=(Kopecks left, Kopecks right) => left.Value >= right.Value;

    /// <summary>Roubles and kopecks with a point, culture-free: <c>1234.05</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value / 100}.{Value % 100:D2}");
}
