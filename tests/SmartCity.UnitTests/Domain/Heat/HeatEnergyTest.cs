using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Heat;

public sealed class HeatEnergyTest
{
    /// <summary>0.7 and 0.5 MPa absolute, as bar above the atmosphere.</summary>
    private static readonly HeatConditions Worked = new(95m, 70m, 5.98675m, 3.98675m);

    [TestCase(FlowMeterPipe.Supply, ExpectedResult = 241_500ul, Description = "DOMAIN 3.2: 0.241500 Gcal")]
    [TestCase(FlowMeterPipe.Return, ExpectedResult = 245_462ul, Description = "DOMAIN 3.2: 0.245462 Gcal")]
    public ulong Closed_WorkedExample(FlowMeterPipe pipe) => HeatEnergy.Closed(10m, Worked, pipe).Value;

    [Test]
    public void Closed_PressuresUnknown_TakesTheContractPressures() =>
        Assert.That(
            HeatEnergy.Closed(10m, Worked with { SupplyPressure = null, ReturnPressure = null }, FlowMeterPipe.Supply),
            Is.EqualTo(HeatEnergy.Closed(10m, Worked, FlowMeterPipe.Supply)));

    [TestCase("0", 95, 70, ExpectedResult = 0ul)]
    [TestCase("10", 70, 70, ExpectedResult = 0ul, Description = "as warm: the higher pressure of the supply alone is no heat")]
    [TestCase("10", 60, 70, ExpectedResult = 0ul, Description = "a heat meter never counts backwards")]
    public ulong Closed_NothingGivenOff(string cubicMetres, int supply, int @return) => HeatEnergy.Closed(
        decimal.Parse(cubicMetres, System.Globalization.CultureInfo.InvariantCulture),
        new(supply, @return, 5.98675m, 3.98675m),
        FlowMeterPipe.Supply).Value;

    [Test]
    public void Closed_HigherReturnPressureOutweighsTheDrop_IsNoHeat() =>
        Assert.That(HeatEnergy.Closed(10m, new(70.001m, 70m, 1m, 9m), FlowMeterPipe.Supply), Is.EqualTo(Kilocalories.Zero));

    /// <summary>Dividing an hour in two moves the heat by the rounding of one kilocalorie at most.</summary>
    [Test]
    public void Closed_HourInTwoParts_AddsUpToOneKilocalorie() =>
        Gen.Select(Gen.Int[0, 100_000], Gen.Int[0, 100_000], Gen.Int[0, 150], Gen.Int[0, 150]).Sample((a, b, supply, @return) =>
        {
            HeatConditions conditions = new(supply, @return, 6m, 4m);
            ulong Heat(int litres) => HeatEnergy.Closed(litres / 1000m, conditions, FlowMeterPipe.Supply).Value;
            return Math.Abs((long)Heat(a + b) - (long)(Heat(a) + Heat(b))) <= 1;
        });

    [TestCase(201, 50, 6, "t1 is 201 °C; 0 to 200 °C is needed")]
    [TestCase(95, -1, 6, "t2 is -1 °C; 0 to 200 °C is needed")]
    [TestCase(95, 70, 26, "p1 is 26 bar; above -1 to 25 bar is needed")]
    [TestCase(95, 70, -1, "p1 is -1 bar; above -1 to 25 bar is needed")]
    public void Closed_ImpossibleConditions_SaysWhich(int supply, int @return, int pressure, string problem)
    {
        HeatConditions conditions = new(supply, @return, pressure, 4m);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(conditions.Problem, Is.EqualTo(problem));
        Assert.Throws<ArgumentOutOfRangeException>(() => HeatEnergy.Closed(1m, conditions, FlowMeterPipe.Supply));
    }

    [Test]
    public void Closed_NegativeVolume_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => HeatEnergy.Closed(-0.001m, Worked, FlowMeterPipe.Supply));
}
