using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class BillCalculatorTest
{
    private static readonly Period September = Period.Of(2026, 9);
    private static readonly TariffPlan Tariff = new(September, 5_470_000, 2_890_000, 2_890_450_000, 2_200, 15, 1, 2, 3);

    [Test]
    public void Compute_FlatWithElectricityAndHeat_HasFiveLinesOfThreeProviders()
    {
        // Areas 54.30, 61.75 and 43.95 m²: the second flat's common needs by day are floor(1000 × 11605 / 16000) − floor(1000 × 5430 / 16000).
        AreaShare share = new(new(5_430), new(6_175), new(16_000));
        ElectricityUse electricity = new(new(new(40_000), new(60_000), new(30_000)), new(new(1_000), new(500), default), share);

        Bill bill = BillCalculator.Compute(September, Tariff, electricity, new(new(3_000_000), share));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(bill.Lines, Is.EqualTo(new BillLine[]
        {
            new(Service.ElectricityDay, 1, new(100_000), new(5_470_000), new(54_700)),
            new(Service.ElectricityNight, 1, new(30_000), new(2_890_000), new(8_670)),
            new(Service.CommonNeedsDay, 2, new(725 - 339), new(5_470_000), new(211)),
            new(Service.CommonNeedsNight, 2, new(362 - 169), new(2_890_000), new(56)),
            new(Service.Heating, 3, new(2_175_937 - 1_018_125), new(2_890_450_000), new(334_660)),
        }));
        Assert.That(bill.Total, Is.EqualTo(new Kopecks(54_700 + 8_670 + 211 + 56 + 334_660)));
        Assert.That(bill.Vat, Is.EqualTo(new Kopecks(71_824)));
        Assert.That(bill.DueOn, Is.EqualTo(new DateOnly(2026, 10, 15)));
    }

    [Test]
    public void Compute_NothingConsumed_KeepsItsLines()
    {
        Bill bill = BillCalculator.Compute(September, Tariff, new(default, default, new(default, new(1), new(1))), null);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(bill.Lines.Select(line => line.Service), Is.EqualTo(
            new[] { Service.ElectricityDay, Service.ElectricityNight, Service.CommonNeedsDay, Service.CommonNeedsNight }));
        Assert.That(bill.Total, Is.EqualTo(Kopecks.Zero));
    }

    [Test]
    public void Compute_LineBeyondFortyEightBits_Throws() => Assert.Throws<OverflowException>(() => BillCalculator.Compute(
        September, Tariff with { HeatPrice = 1_000_000_000_000 }, null, new(new(1UL << 43), new(default, new(1), new(1)))));

    [TestCase("2026-12", ExpectedResult = "2027-01-15")]
    [TestCase("2026-01", ExpectedResult = "2026-02-15")]
    public string DueOn_Month(string period) =>
        BillCalculator.DueOn(Period.Parse(period), Tariff).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The bills of a house charge exactly what the house consumed: own consumption and common needs together.</summary>
    [Test]
    public void Compute_AnyHouse_QuantitiesAddUpToTheParentMeter() =>
        Gen.Select(Gen.ULong[0, 1_000_000].Array[1, 20], Gen.ULong[0, 1_000_000], Gen.UInt[1, 20_000].Array[20]).Sample(
            (consumers, common, areas) =>
            {
                ulong consumed = consumers.Aggregate(0ul, (sum, value) => sum + value);
                CommonNeeds needs = CommonNeeds.Of(
                    default, new(new(consumed + common), default, default), new(new(consumed), default, default));
                uint total = areas.Take(consumers.Length).Aggregate(0u, (sum, area) => sum + area);
                uint before = 0;
                ulong billed = 0;
                for (int i = 0; i < consumers.Length; i++)
                {
                    AreaShare share = new(new(before), new(areas[i]), new(total));
                    before += areas[i];
                    Bill bill = BillCalculator.Compute(
                        September, Tariff, new(new(new(consumers[i]), default, default), needs, share), null);
                    billed += bill.Lines.Aggregate(0ul, (sum, line) => sum + line.Quantity.Value);
                }
                return billed == consumed + common;
            });
}
