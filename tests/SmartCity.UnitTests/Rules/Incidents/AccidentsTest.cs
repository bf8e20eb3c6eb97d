using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Incidents;

public sealed class AccidentsTest
{
    [TestCase(0, 0, false, 0, ExpectedResult = "")]
    [TestCase(6, 0, false, 0, ExpectedResult = "", Description = "six hours are not more than six")]
    [TestCase(6.1, 0, false, 0, ExpectedResult = "Interruption")]
    [TestCase(24.1, 0, false, 0, ExpectedResult = "LongStop Interruption")]
    [TestCase(0, 72, false, 0, ExpectedResult = "EquipmentOut")]
    [TestCase(0, 71.9, false, 29.9, ExpectedResult = "")]
    [TestCase(0, 0, false, 30, ExpectedResult = "ColdSupply")]
    [TestCase(0, 0, true, 0, ExpectedResult = "", Description = "a collapse without a stop of heat")]
    [TestCase(0.1, 0, true, 0, ExpectedResult = "Collapse")]
    public string Of_Facts(double withoutHeat, double equipmentOut, bool collapse, double shortfall) => string.Join(' ', Accidents.Of(
        new(TimeSpan.FromHours(withoutHeat), TimeSpan.FromHours(equipmentOut), collapse, (decimal)shortfall), Cards.Law.AccidentsAt(Cards.Start)!));

    [Test]
    public void FactsOf_Incident_AreItsInterruptionAndItsPump()
    {
        Incident pump = Cards.New(alarm: 2).Without(18).To(IncidentStage.Localised);
        AccidentFacts running = Accidents.FactsOf(pump, Cards.At(600));
        Assert.That((running.WithoutHeat, running.EquipmentOut), Is.EqualTo((TimeSpan.FromMinutes(600), TimeSpan.FromMinutes(601))));
        AccidentFacts over = Accidents.FactsOf(pump.To(IncidentStage.Eliminated, from: 60), Cards.At(600));
        Assert.That((over.WithoutHeat, over.EquipmentOut), Is.EqualTo((TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(62))));
    }

    [Test]
    public void AccidentsAt_BeforeTheAct_IsNone() => Assert.That(Cards.Law.AccidentsAt(new(2022, 8, 31, 0, 0, 0, TimeSpan.Zero)), Is.Null);
}
