using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Language;

/// <summary>The worked charts of DOMAIN 3.4.</summary>
public sealed class TemperatureChartTest
{
    private static readonly TemperatureChart House = new(95, 70, 20, -25);
    private static readonly TemperatureChart Network = new(95, 70, 20, -25, network: 150);

    [TestCase(8, 45.0, 38.4)]
    [TestCase(5, 50.1, 41.8)]
    [TestCase(0, 58.2, 47.1)]
    [TestCase(-5, 66.0, 52.1)]
    [TestCase(-10, 73.5, 56.9)]
    [TestCase(-15, 80.8, 61.4)]
    [TestCase(-20, 88.0, 65.8)]
    [TestCase(-25, 95, 70)]
    [TestCase(-40, 95, 70, Description = "colder than the chart: its end")]
    [TestCase(20, 20, 20, Description = "no heating")]
    public void At_HouseChart_IsThatOfTheTable(int outdoor, double supply, double @return) => Assert.That(
        (House.SupplyAt(outdoor), House.ReturnAt(outdoor)), Is.EqualTo(((decimal)supply, (decimal)@return)));

    [TestCase(8, 59.7)]
    [TestCase(5, 68.5)]
    [TestCase(0, 82.7)]
    [TestCase(-5, 96.6)]
    [TestCase(-10, 110.2)]
    [TestCase(-15, 123.6)]
    [TestCase(-20, 136.9)]
    [TestCase(-25, 150)]
    public void SupplyAt_NetworkChart_IsThatOfTheTable(int outdoor, double supply) =>
        Assert.That(Network.SupplyAt(outdoor), Is.EqualTo((decimal)supply));

    [Test]
    public void SupplyAt_BetweenWholeDegrees_LiesOnTheLine() =>
        Assert.That(House.SupplyAt(-0.5m), Is.EqualTo((House.SupplyAt(0) + House.SupplyAt(-1)) / 2));

    [Test]
    public void Constructor_TemperaturesOutOfOrder_AreRefused() =>
        Assert.Throws<ArgumentException>(() => _ = new TemperatureChart(70, 95, 20, -25));
}
