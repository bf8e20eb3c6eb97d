namespace SmartCity.Domain;

/// <summary>Into how many zones of the day an account's electricity is billed.</summary>
public enum AccountZones
{
    /// <summary>One price round the clock.</summary>
    One = 1,

    /// <summary>Day (07-23) and night.</summary>
    Two = 2,

    /// <summary>Peak, half-peak and night.</summary>
    Three = 3,
}

/// <summary>A zone of the day as a bill line names it, with the numbers of the contract.</summary>
public enum TariffZone
{
    /// <summary>The whole day: accounts of one zone, and services without zones.</summary>
    Whole,

    /// <summary>07-23 local.</summary>
    Day,

    /// <summary>23-07 local.</summary>
    Night,

    /// <summary>07-10 and 17-21 local.</summary>
    Peak,

    /// <summary>10-17 and 21-23 local.</summary>
    HalfPeak,
}

/// <summary>What follows from the number of zones.</summary>
public static class AccountZonesExtensions
{
    /// <summary>The zones of an account and what it consumed in each, in the order of its lines.</summary>
    /// <param name="zones">Number of zones.</param>
    /// <param name="volume">Consumption by the finest calendar.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such number of zones.</exception>
    public static IReadOnlyList<(TariffZone Zone, Quantity Volume)> Of(this AccountZones zones, ZoneConsumption volume) => zones switch
    {
        AccountZones.One => [(TariffZone.Whole, volume.Total)],
        AccountZones.Two => [(TariffZone.Day, volume.Day), (TariffZone.Night, volume.Night)],
        AccountZones.Three =>
            [(TariffZone.Peak, volume.Peak), (TariffZone.HalfPeak, volume.HalfPeak), (TariffZone.Night, volume.Night)],
        _ => throw new ArgumentOutOfRangeException(nameof(zones), zones, "An account has one, two or three zones."),
    };
}

/// <summary>The prices of one zone by consumption band (диапазон потребления), per kWh, VAT included.</summary>
/// <param name="Band1">Of the first band.</param>
/// <param name="Band2">Of the second.</param>
/// <param name="Band3">Of the third.</param>
public readonly record struct BandPrices(MicroRoubles Band1, MicroRoubles Band2, MicroRoubles Band3)
{
    /// <summary>One price whatever the band.</summary>
    public static BandPrices Flat(MicroRoubles price) => new(price, price, price);

    /// <summary>The price of a band.</summary>
    /// <param name="band">1, 2 or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such band.</exception>
    public MicroRoubles Of(int band) => band switch
    {
        1 => Band1,
        2 => Band2,
        3 => Band3,
        _ => throw new ArgumentOutOfRangeException(nameof(band), band, "A band is 1, 2 or 3."),
    };
}

/// <summary>Prices of electricity for accounts of one, two and three zones.</summary>
/// <param name="WholeDay">One zone.</param>
/// <param name="Day">Day of two zones.</param>
/// <param name="NightOfTwo">Night of two zones.</param>
/// <param name="Peak">Peak of three zones.</param>
/// <param name="HalfPeak">Half-peak of three zones.</param>
/// <param name="NightOfThree">Night of three zones.</param>
public sealed record ElectricityPrices(
    BandPrices WholeDay, BandPrices Day, BandPrices NightOfTwo, BandPrices Peak, BandPrices HalfPeak, BandPrices NightOfThree)
{
    /// <summary>The prices of a zone of an account.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An account of so many zones has no such zone.</exception>
    public BandPrices Of(AccountZones zones, TariffZone zone) => (zones, zone) switch
    {
        (AccountZones.One, TariffZone.Whole) => WholeDay,
        (AccountZones.Two, TariffZone.Day) => Day,
        (AccountZones.Two, TariffZone.Night) => NightOfTwo,
        (AccountZones.Three, TariffZone.Peak) => Peak,
        (AccountZones.Three, TariffZone.HalfPeak) => HalfPeak,
        (AccountZones.Three, TariffZone.Night) => NightOfThree,
        _ => throw new ArgumentOutOfRangeException(nameof(zone), zone, $"An account of {zones} zones has no such zone."),
    };
}

/// <summary>Prices, norms and rates from a period on; VAT included.</summary>
/// <param name="FromPeriod">First period.</param>
/// <param name="Electricity">Prices of electricity.</param>
/// <param name="Limits">Limits of the consumption bands.</param>
/// <param name="HeatPrice">Per Gcal.</param>
/// <param name="VatRate">VAT contained, hundredths of a percent: 22 % is 2200.</param>
/// <param name="DueDay">Day of the following month by which a bill is due, 1..28.</param>
/// <param name="ElectricityProvider">Provider of the account's own electricity.</param>
/// <param name="CommonNeedsProvider">Provider of the house's common needs (СОИ).</param>
/// <param name="HeatProvider">Provider of heat.</param>
/// <param name="PenaltyRate">Rate of the penalty a year, hundredths of a percent: 9.5 % is 950 (<see cref="Penalties"/>).</param>
/// <param name="ReductionRate">Reduction an hour of outage, 10^-5 of the charge: 0.15 % is 150 (<see cref="Reductions"/>).</param>
/// <param name="ElectricityNorm">Wh per resident and month (норматив).</param>
/// <param name="HeatNorm">kcal per m² and month (норматив).</param>
/// <param name="NormCoefficient">Raising coefficient of a norm, 10^-4: 1.5 is 15,000.</param>
public sealed record Tariff(
    Period FromPeriod,
    ElectricityPrices Electricity,
    BandLimits Limits,
    MicroRoubles HeatPrice,
    ushort VatRate,
    byte DueDay,
    ushort ElectricityProvider,
    ushort CommonNeedsProvider,
    ushort HeatProvider,
    ushort PenaltyRate,
    ushort ReductionRate,
    uint ElectricityNorm,
    uint HeatNorm,
    ushort NormCoefficient)
{
    /// <summary>Number of the provider of a service; a penalty is owed to whom its principal was.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such service.</exception>
    public ushort ProviderOf(BilledService service) => service switch
    {
        BilledService.Electricity or BilledService.ElectricityPenalty => ElectricityProvider,
        BilledService.CommonNeeds or BilledService.CommonNeedsPenalty => CommonNeedsProvider,
        BilledService.Heating or BilledService.HeatingPenalty => HeatProvider,
        _ => throw new ArgumentOutOfRangeException(nameof(service), service, "There is no such service."),
    };

    /// <summary>Last day of payment of a period's bill: the due day of the month after it.</summary>
    public DateOnly DueOn(Period period) => new(period.Next.Year, period.Next.Month, DueDay);
}
