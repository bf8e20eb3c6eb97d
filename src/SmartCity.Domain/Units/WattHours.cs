using System.Globalization;

namespace SmartCity.Domain;

/// <summary>Electric energy in whole watt-hours (Wh). Never negative. <c>default</c> is no energy.</summary>
/// <remarks>On the chain it is a <see cref="Quantity"/> of an electricity segment. The build checks all arithmetic.</remarks>
public readonly record struct WattHours(ulong Value)
{
    private const decimal WattHoursPerKilowattHour = 1_000m;

    /// <summary>No energy.</summary>
    public static WattHours Zero => default;

    /// <summary>The same amount as registers on the chain count it.</summary>
    public Quantity AsQuantity => new(Value);

    /// <summary>A meter's kilowatt-hours in whole watt-hours; half a watt-hour rounds up.</summary>
    /// <exception cref="OverflowException">The value is negative or does not fit in 64 bits.</exception>
    public static WattHours FromKilowattHours(decimal kilowattHours) =>
        new(checked((ulong)decimal.Floor(kilowattHours * WattHoursPerKilowattHour + 0.5m)));

    /// <summary>The sum of two energies.</summary>
    /// <exception cref="OverflowException">The sum does not fit in 64 bits.</exception>
    public static WattHours operator +(WattHours left, WattHours right) => new(left.Value + right.Value);

    /// <summary>Energy between two readings of a cumulative register.</summary>
    /// <exception cref="OverflowException">The register fell: a meter event, never negative energy.</exception>
    public static WattHours operator -(WattHours later, WattHours earlier) => new(later.Value - earlier.Value);

    /// <summary>Kilowatt-hours with a point, culture-free: <c>1234.567</c>.</summary>
    public override string ToString() => (Value / WattHoursPerKilowattHour).ToString("0.000", CultureInfo.InvariantCulture);
}
