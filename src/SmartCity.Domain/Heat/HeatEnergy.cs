namespace SmartCity.Domain;

/// <summary>Which pipe the flow meter stands in; its water's density makes the mass.</summary>
public enum FlowMeterPipe
{
    /// <summary>Supply (подающий трубопровод).</summary>
    Supply,

    /// <summary>Return (обратный трубопровод).</summary>
    Return,
}

/// <summary>Heat given off by the water of a closed heating system (Методика 99/пр): Q = M × (h1 − h2).</summary>
public static class HeatEnergy
{
    private const double KilojoulesPerKilocalorie = 4.1868;

    /// <summary>Heat of an interval (at most an hour), rounded half up to a whole kilocalorie.</summary>
    /// <param name="cubicMetres">Water that passed the flow meter, m³, not negative.</param>
    /// <param name="conditions">State of the water in both pipes.</param>
    /// <param name="pipe">Where the flow meter stands.</param>
    /// <returns>Zero also when the return is as warm as the supply or warmer: a heat meter never counts backwards.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The volume is negative, or <see cref="HeatConditions.Problem"/> is not <c>null</c>: ask for it first.
    /// </exception>
    public static Kilocalories Closed(decimal cubicMetres, HeatConditions conditions, FlowMeterPipe pipe)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cubicMetres);
        if (conditions.Problem is { } problem)
        {
            throw new ArgumentOutOfRangeException(nameof(conditions), problem);
        }
        if (conditions.SupplyTemperature <= conditions.ReturnTemperature)
        {
            return Kilocalories.Zero;
        }
        double drop = WaterProperties.Enthalpy(conditions.SupplyCelsius, conditions.SupplyAbsolutePressure)
            - WaterProperties.Enthalpy(conditions.ReturnCelsius, conditions.ReturnAbsolutePressure);
        double density = pipe == FlowMeterPipe.Supply
            ? WaterProperties.Density(conditions.SupplyCelsius, conditions.SupplyAbsolutePressure)
            : WaterProperties.Density(conditions.ReturnCelsius, conditions.ReturnAbsolutePressure);
        double kilocalories = (double)cubicMetres * density * Math.Max(drop, 0) / KilojoulesPerKilocalorie;
        return new((ulong)Math.Floor(kilocalories + 0.5));
    }
}
