namespace SmartCity.Domain;

/// <summary>Place of an account in the row of areas among which its house's volume is divided.</summary>
/// <param name="Before">Sum of the areas opened before it.</param>
/// <param name="Area">Its own area.</param>
/// <param name="Total">Sum of all areas of the group.</param>
public readonly record struct AreaShare(SquareDecimetres Before, SquareDecimetres Area, SquareDecimetres Total)
{
    /// <summary>The account's part of a volume.</summary>
    public Quantity Of(Quantity volume) => Shares.ByRunningTotal(volume, Before, Area, Total);
}

/// <summary>What an account consumed of electricity and shares with its house.</summary>
/// <param name="Own">Consumption of the account's own meter.</param>
/// <param name="CommonNeeds">Common needs of the house.</param>
/// <param name="Share">The account's place among the areas of the electricity group.</param>
public sealed record ElectricityUse(ZoneConsumption Own, CommonNeeds CommonNeeds, AreaShare Share);

/// <summary>The heat an account shares with its house.</summary>
/// <param name="House">Consumption of the heat group's parent meter, kcal.</param>
/// <param name="Share">The account's place among the areas of the heat group.</param>
public sealed record HeatUse(Quantity House, AreaShare Share);

/// <summary>Bills as the contract issues them, computed a second time: pure, from consumption, areas and the tariff alone.</summary>
/// <remarks>The rules stand in contracts/interfaces/IBilling.sol; the code is written from them, not from the contract.</remarks>
public static class BillCalculator
{
    /// <summary>Greatest amount of a line, kopecks: the contract keeps 48 bits.</summary>
    public const ulong MaxLineAmount = (1UL << 48) - 1;

    /// <summary>Computes a bill.</summary>
    /// <param name="period">The period billed.</param>
    /// <param name="tariff">The tariff in force in it.</param>
    /// <param name="electricity">Electricity, or <c>null</c> for an account without an electricity group.</param>
    /// <param name="heat">Heat, or <c>null</c> for an account without a heat group.</param>
    /// <exception cref="OverflowException">A line is greater than <see cref="MaxLineAmount"/>.</exception>
    public static Bill Compute(Period period, TariffPlan tariff, ElectricityUse? electricity, HeatUse? heat)
    {
        ArgumentNullException.ThrowIfNull(tariff);
        List<BillLine> lines = [];
        if (electricity is not null)
        {
            CommonNeeds common = electricity.CommonNeeds;
            lines.Add(Electricity(Service.ElectricityDay, tariff.ElectricityProvider, electricity.Own.Day, tariff.DayPrice));
            lines.Add(Electricity(Service.ElectricityNight, tariff.ElectricityProvider, electricity.Own.Night, tariff.NightPrice));
            lines.Add(Electricity(
                Service.CommonNeedsDay, tariff.CommonNeedsProvider, electricity.Share.Of(common.Day), tariff.DayPrice));
            lines.Add(Electricity(
                Service.CommonNeedsNight, tariff.CommonNeedsProvider, electricity.Share.Of(common.Night), tariff.NightPrice));
        }
        if (heat is not null)
        {
            lines.Add(Heating(tariff, heat.Share.Of(heat.House)));
        }
        Kopecks total = lines.Aggregate(Kopecks.Zero, (sum, line) => sum + line.Amount);
        return new(lines, total, Charge.VatContained(total, tariff.VatRate), DueOn(period, tariff));
    }

    /// <summary>Last day of payment of a period's bill: the tariff's due day of the month after it.</summary>
    public static DateOnly DueOn(Period period, TariffPlan tariff)
    {
        ArgumentNullException.ThrowIfNull(tariff);
        return new(period.Next.Year, period.Next.Month, tariff.DueDay);
    }

    private static BillLine Electricity(Service service, ushort provider, Quantity energy, ulong price) =>
        Line(service, provider, energy, new(price), Charge.ForElectricity(new(energy.Value), new(price)));

    private static BillLine Heating(TariffPlan tariff, Quantity heat) =>
        Line(Service.Heating, tariff.HeatProvider, heat, new(tariff.HeatPrice), Charge.ForHeat(new(heat.Value), new(tariff.HeatPrice)));

    private static BillLine Line(Service service, ushort provider, Quantity quantity, MicroRoubles price, Kopecks amount) =>
        amount.Value <= MaxLineAmount
            ? new(service, provider, quantity, price, amount)
            : throw new OverflowException($"The line {service} of {amount} RUB is too great: tariff or readings are wrong beyond use.");
}
