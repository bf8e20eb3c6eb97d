namespace SmartCity.Rules;

/// <summary>
/// Temperature chart (температурный график) of a heating system regulated by the temperature of the water alone (DOMAIN 3.4).
/// As such charts are issued: one row for each whole degree outdoors, to 0.1 °C, and straight lines in between.
/// </summary>
public sealed class TemperatureChart
{
    private readonly int _coldest;
    private readonly decimal[] _supply;
    private readonly decimal[] _return;

    /// <summary>A chart.</summary>
    /// <param name="supply">Temperature of the supply on the coldest day, °C.</param>
    /// <param name="return">Temperature of the return then, °C.</param>
    /// <param name="indoor">Temperature indoors, whole °C.</param>
    /// <param name="coldest">Temperature outdoors that the system is designed for, whole °C.</param>
    /// <param name="network">
    /// Temperature of the network's supply on that day, °C, where a mixing unit cools it to <paramref name="supply"/>; otherwise <c>null</c>.
    /// </param>
    /// <exception cref="ArgumentException">The temperatures do not fall from supply to return to indoor to outdoor.</exception>
    public TemperatureChart(decimal supply, decimal @return, int indoor, int coldest, decimal? network = null)
    {
        if (supply <= @return || @return <= indoor || indoor <= coldest || network < supply || coldest < -70 || indoor > 40 || supply > 200)
        {
            throw new ArgumentException("A chart needs network ≥ supply > return > indoor > coldest, within -70..200 °C and indoor up to 40 °C.");
        }
        _coldest = coldest;
        _supply = new decimal[indoor - coldest + 1];
        _return = new decimal[_supply.Length];
        for (int row = 0; row < _supply.Length; row++)
        {
            (decimal above, decimal below) = Row(supply, @return, indoor, coldest, coldest + row);
            decimal load = (decimal)(indoor - coldest - row) / (indoor - coldest);
            _supply[row] = Math.Round(network is { } hot ? below + (hot - @return) * load : above, 1);
            _return[row] = Math.Round(below, 1);
        }
    }

    /// <summary>Temperature of the supply due at a temperature outdoors, °C; beyond the chart's ends, that of the end.</summary>
    public decimal SupplyAt(decimal outdoor) => At(_supply, outdoor);

    /// <summary>Temperature of the return due at a temperature outdoors, °C.</summary>
    public decimal ReturnAt(decimal outdoor) => At(_return, outdoor);

    private decimal At(decimal[] rows, decimal outdoor)
    {
        decimal place = Math.Clamp(outdoor - _coldest, 0, rows.Length - 1);
        int row = Math.Min((int)place, rows.Length - 2);
        return rows[row] + (rows[row + 1] - rows[row]) * (place - row);
    }

    /// <summary>t_m + Δ/2·q and t_m − Δ/2·q, where t_m follows the load q by the exponent 1/(1+n) = 0.8 of a radiator.</summary>
    private static (decimal Supply, decimal Return) Row(decimal supply, decimal @return, int indoor, int coldest, int outdoor)
    {
        decimal load = (decimal)(indoor - outdoor) / (indoor - coldest);
        decimal mean = indoor + ((supply + @return) / 2 - indoor) * (decimal)Math.Pow((double)load, 0.8);
        decimal half = (supply - @return) / 2 * load;
        return (mean + half, mean - half);
    }
}
