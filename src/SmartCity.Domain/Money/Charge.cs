namespace SmartCity.Domain;

/// <summary>Prices of quantities. One rounding: a bill line rounds half a kopeck up (ADR 0004).</summary>
/// <remarks>Computes what contracts/libraries compute; both sides are tested by tests/vectors/charges.json.</remarks>
public static class Charge
{
    /// <summary>Wh × µRUB/kWh in a kopeck: 10^3 Wh a kWh, 10^4 µRUB a kopeck.</summary>
    private const ulong ElectricityUnitsPerKopeck = 10_000_000;

    /// <summary>kcal × µRUB/Gcal in a kopeck: 10^6 kcal a Gcal, 10^4 µRUB a kopeck.</summary>
    private const ulong HeatUnitsPerKopeck = 10_000_000_000;

    private const uint WholeRate = 10_000;

    /// <summary>What electricity costs, half a kopeck rounded up.</summary>
    /// <param name="energy">Energy in Wh.</param>
    /// <param name="price">Price per kWh.</param>
    /// <exception cref="OverflowException">The charge does not fit in 64 bits.</exception>
    public static Kopecks ForElectricity(WattHours energy, MicroRoubles price) =>
        HalfUp((UInt128)energy.Value * price.Value, ElectricityUnitsPerKopeck);

    /// <summary>What heat costs, half a kopeck rounded up.</summary>
    /// <param name="heat">Heat in kcal.</param>
    /// <param name="price">Price per Gcal.</param>
    /// <exception cref="OverflowException">The charge does not fit in 64 bits.</exception>
    public static Kopecks ForHeat(Kilocalories heat, MicroRoubles price) =>
        HalfUp((UInt128)heat.Value * price.Value, HeatUnitsPerKopeck);

    /// <summary>The VAT contained in an amount, half a kopeck rounded up: amount × rate / (100 % + rate).</summary>
    /// <param name="amount">Amount with VAT.</param>
    /// <param name="rate">Rate in hundredths of a percent: 22 % is 2200.</param>
    public static Kopecks VatContained(Kopecks amount, ushort rate)
    {
        // Doubled, because the divisor may be odd and then has no half.
        uint whole = WholeRate + rate;
        return new((ulong)(((UInt128)amount.Value * rate * 2 + whole) / (whole * 2)));
    }

    private static Kopecks HalfUp(UInt128 units, ulong unitsPerKopeck) =>
        new(checked((ulong)((units + unitsPerKopeck / 2) / unitsPerKopeck)));
}
