namespace SmartCity.Domain;

/// <summary>What a tariff must keep by itself: the ranges of contracts/interfaces/ITariffBook.sol.</summary>
internal static class TariffCheck
{
    private const ushort MaxVatRate = 5_000;
    private const byte MaxDueDay = 28;
    private const ulong MaxPrice = 1_000_000_000_000;
    private const ushort MaxPenaltyRate = 10_000;
    private const ushort MaxReductionRate = 10_000;
    private const ushort MinCoefficient = 10_000;
    private const ushort MaxCoefficient = 50_000;

    /// <summary>Every problem of a tariff, each with its path.</summary>
    public static IEnumerable<string> ProblemsOf(Tariff tariff, string path)
    {
        foreach ((string name, MicroRoubles price) in PricesOf(tariff))
        {
            if (price.Value is 0 or > MaxPrice)
            {
                yield return $"{path}.{name}: write micro-roubles per kWh or per Gcal, 1 to {MaxPrice}: 5.47 RUB is 5470000.";
            }
        }
        if (tariff.Limits.Second < tariff.Limits.First)
        {
            yield return $"{path}.limits.second: the second band cannot end before the first: write at least {tariff.Limits.First.Value} Wh.";
        }
        if (tariff.VatRate > MaxVatRate)
        {
            yield return $"{path}.vatRate: write hundredths of a percent, 0 to {MaxVatRate}: 22 % is 2200.";
        }
        if (tariff.DueDay is 0 or > MaxDueDay)
        {
            yield return $"{path}.dueDay: write a day of the month, 1 to {MaxDueDay}.";
        }
        if (tariff.PenaltyRate > MaxPenaltyRate)
        {
            yield return $"{path}.penaltyRate: write hundredths of a percent a year, 0 to {MaxPenaltyRate}: 9.5 % is 950.";
        }
        if (tariff.ReductionRate > MaxReductionRate)
        {
            yield return $"{path}.reductionRate: write 10^-5 of the charge an hour, 0 to {MaxReductionRate}: 0.15 % is 150.";
        }
        if (tariff.NormCoefficient is < MinCoefficient or > MaxCoefficient)
        {
            yield return $"{path}.normCoefficient: write 10^-4, {MinCoefficient} to {MaxCoefficient}: 1.5 is 15000.";
        }
    }

    private static IEnumerable<(string Name, MicroRoubles Price)> PricesOf(Tariff tariff)
    {
        ElectricityPrices prices = tariff.Electricity;
        (string Name, BandPrices Prices)[] zones =
        [
            ("wholeDay", prices.WholeDay), ("day", prices.Day), ("nightOfTwo", prices.NightOfTwo), ("peak", prices.Peak),
            ("halfPeak", prices.HalfPeak), ("nightOfThree", prices.NightOfThree),
        ];
        foreach ((string name, BandPrices bands) in zones)
        {
            for (int band = 1; band <= Bands.Count; band++)
            {
                yield return ($"electricity.{name}.band{band}", bands.Of(band));
            }
        }
        yield return ("heatPrice", tariff.HeatPrice);
    }
}
