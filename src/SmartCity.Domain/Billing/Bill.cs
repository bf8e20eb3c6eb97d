namespace SmartCity.Domain;

/// <summary>Services of a bill, in the order of its lines and with the numbers of <c>IBilling.Service</c>.</summary>
public enum Service
{
    /// <summary>Own electricity, 07-23 local.</summary>
    ElectricityDay,

    /// <summary>Own electricity, 23-07 local.</summary>
    ElectricityNight,

    /// <summary>Share of the house's common needs (СОИ), 07-23 local.</summary>
    CommonNeedsDay,

    /// <summary>Share of the house's common needs (СОИ), 23-07 local.</summary>
    CommonNeedsNight,

    /// <summary>Share of the house's heat.</summary>
    Heating,
}

/// <summary>A line of a bill.</summary>
/// <param name="Service">For what.</param>
/// <param name="Provider">Number of the provider whose money it is.</param>
/// <param name="Quantity">Wh, or kcal for heating.</param>
/// <param name="Price">Per kWh, or per Gcal for heating.</param>
/// <param name="Amount">Quantity × price, half a kopeck rounded up.</param>
public readonly record struct BillLine(Service Service, ushort Provider, Quantity Quantity, MicroRoubles Price, Kopecks Amount);

/// <summary>A bill.</summary>
/// <param name="Lines">Its lines in order of service; a quantity of 0 is a line nevertheless.</param>
/// <param name="Total">Sum of the lines.</param>
/// <param name="Vat">VAT contained in the total.</param>
/// <param name="DueOn">Last day of payment, local calendar.</param>
public sealed record Bill(IReadOnlyList<BillLine> Lines, Kopecks Total, Kopecks Vat, DateOnly DueOn);
