using System.Globalization;

namespace SmartCity.Domain;

/// <summary>A price in micro-roubles (10^-6 RUB) per kilowatt-hour or per gigacalorie, VAT included.</summary>
/// <remarks>Same unit and width as <c>MicroRoubles</c> in contracts/types/Units.sol.</remarks>
public readonly record struct MicroRoubles(ulong Value)
{
    private const decimal MicroRoublesPerRouble = 1_000_000m;

    /// <summary>Roubles with a point and at least two decimals, culture-free: <c>5.47</c>.</summary>
    public override string ToString() => (Value / MicroRoublesPerRouble).ToString("0.00####", CultureInfo.InvariantCulture);
}
