using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Units;

public sealed class UnitsTest
{
    [TestCase("1234.5674", ExpectedResult = 1_234_567ul)]
    [TestCase("1234.5675", ExpectedResult = 1_234_568ul, Description = "half a watt-hour rounds up")]
    [TestCase("0", ExpectedResult = 0ul)]
    public ulong FromKilowattHours_Decimal(string kilowattHours) => WattHours.FromKilowattHours(
        decimal.Parse(kilowattHours, System.Globalization.CultureInfo.InvariantCulture)).Value;

    [Test]
    public void FromKilowattHours_Negative_Throws() => Assert.Throws<OverflowException>(() => WattHours.FromKilowattHours(-0.001m));

    [Test]
    public void Subtraction_RegisterFell_Throws()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<OverflowException>(() => _ = new WattHours(1) - new WattHours(2));
        Assert.Throws<OverflowException>(() => _ = new Kilocalories(1) - new Kilocalories(2));
        Assert.Throws<OverflowException>(() => _ = new Quantity(1) - new Quantity(2));
        Assert.Throws<OverflowException>(() => _ = new Kopecks(1) - new Kopecks(2));
    }

    [Test]
    public void ToString_Units_AreReadableInAnyCulture()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(new WattHours(1_234_567).ToString(), Is.EqualTo("1234.567"));
        Assert.That(new Kilocalories(241_500).ToString(), Is.EqualTo("0.241500"));
        Assert.That(new MicroRoubles(5_470_000).ToString(), Is.EqualTo("5.47"));
        Assert.That(new MicroRoubles(1).ToString(), Is.EqualTo("0.000001"));
        Assert.That(new SquareDecimetres(5_430).ToString(), Is.EqualTo("54.30"));
        Assert.That(new Kopecks(123_405).ToString(), Is.EqualTo("1234.05"));
    }
}
