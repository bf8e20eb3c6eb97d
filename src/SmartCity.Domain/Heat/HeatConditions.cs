using System.Globalization;

namespace SmartCity.Domain;

/// <summary>The state of the water in both pipes, averaged over an interval (temperatures weighted by mass where that is known).</summary>
/// <param name="SupplyTemperature">t1, °C.</param>
/// <param name="ReturnTemperature">t2, °C.</param>
/// <param name="SupplyPressure">p1, bar above the atmosphere; <c>null</c> if unknown, then 0.7 MPa absolute is taken.</param>
/// <param name="ReturnPressure">p2, bar above the atmosphere; <c>null</c> if unknown, then 0.5 MPa absolute is taken.</param>
/// <remarks>The contract pressures that stand in for unknown ones change the result by less than 0.02 %.</remarks>
public readonly record struct HeatConditions(
    decimal SupplyTemperature,
    decimal ReturnTemperature,
    decimal? SupplyPressure,
    decimal? ReturnPressure)
{
    private const decimal MaxTemperature = 200;
    private const decimal MinPressure = -1;
    private const decimal MaxPressure = 25;
    private const double BarsPerMegapascal = 10;
    private const double Atmosphere = 0.101325; // MPa
    private const double SupplyContractPressure = 0.7; // MPa absolute
    private const double ReturnContractPressure = 0.5; // MPa absolute

    /// <summary>Why no heat can be computed from these values, which no heating network has; <c>null</c> if all is well.</summary>
    public string? Problem =>
        TemperatureProblem("t1", SupplyTemperature) ?? TemperatureProblem("t2", ReturnTemperature)
        ?? PressureProblem("p1", SupplyPressure) ?? PressureProblem("p2", ReturnPressure);

    internal double SupplyCelsius => (double)SupplyTemperature;

    internal double ReturnCelsius => (double)ReturnTemperature;

    internal double SupplyAbsolutePressure => Absolute(SupplyPressure) ?? SupplyContractPressure;

    internal double ReturnAbsolutePressure => Absolute(ReturnPressure) ?? ReturnContractPressure;

    private static double? Absolute(decimal? gaugeBar) => (double?)gaugeBar / BarsPerMegapascal + Atmosphere;

    private static string? TemperatureProblem(string name, decimal value) =>
        value is >= 0 and <= MaxTemperature
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{name} is {value} °C; 0 to {MaxTemperature} °C is needed");

    private static string? PressureProblem(string name, decimal? value) =>
        value is null or (> MinPressure and <= MaxPressure)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{name} is {value} bar; above {MinPressure} to {MaxPressure} bar is needed");
}
