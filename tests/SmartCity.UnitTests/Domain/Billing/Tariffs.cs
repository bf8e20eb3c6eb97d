using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

/// <summary>A tariff for tests: the bands of DOMAIN 4.2, the rates of the law.</summary>
internal static class Tariffs
{
    public static readonly Period September = Period.Of(2026, 9);

    public static Tariff Plain { get; } = new(
        FromPeriod: September,
        Electricity: new(
            WholeDay: Bands(4_930_000, 8_270_000, 9_470_000),
            Day: Bands(5_670_000, 9_510_000, 10_890_000),
            NightOfTwo: Bands(2_960_000, 4_960_000, 5_680_000),
            Peak: Bands(6_410_000, 10_750_000, 12_310_000),
            HalfPeak: Bands(4_930_000, 8_270_000, 9_470_000),
            NightOfThree: Bands(2_960_000, 4_960_000, 5_680_000)),
        Limits: new(new(3_900_000), new(6_000_000)),
        HeatPrice: new(2_500_000_000),
        VatRate: 2_200,
        DueDay: 15,
        ElectricityProvider: 1,
        CommonNeedsProvider: 2,
        HeatProvider: 3,
        PenaltyRate: 950,
        ReductionRate: 150,
        ElectricityNorm: 120_000,
        HeatNorm: 20_000,
        NormCoefficient: 15_000);

    private static BandPrices Bands(ulong first, ulong second, ulong third) => new(new(first), new(second), new(third));
}
