using System.Globalization;

namespace SmartCity.Domain;

/// <summary>A floor area in whole square decimetres (1 dm² = 0.01 m²). <c>default</c> is no area.</summary>
/// <remarks>Same unit and width as <c>SquareDecimetres</c> in contracts/types/Units.sol. The build checks all arithmetic.</remarks>
public readonly record struct SquareDecimetres(uint Value)
{
    private const decimal SquareDecimetresPerSquareMetre = 100m;

    /// <summary>The sum of two areas.</summary>
    /// <exception cref="OverflowException">The sum does not fit in 32 bits.</exception>
    public static SquareDecimetres operator +(SquareDecimetres left, SquareDecimetres right) => new(left.Value + right.Value);

    /// <summary>Square metres with a point, culture-free: <c>54.30</c>.</summary>
    public override string ToString() => (Value / SquareDecimetresPerSquareMetre).ToString("0.00", CultureInfo.InvariantCulture);
}
