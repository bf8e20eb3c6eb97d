using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Substations;

/// <summary>The alarms of a substation that the brief does not ask for (DOMAIN 0.2), in the refined mode.</summary>
public sealed class DerivedAlarmsTest
{
    private static readonly (string, ParameterValue)[] Patient = [("noDataAfter", ParameterValue.None)];

    [Test]
    public void PumpMakesNoDifference_IsAWarning()
    {
        Substation substation = new(AlarmMode.Refined);
        substation.LookEverySecond(0, 119, Substation.Normal with { ReturnPressure = 5.8m });
        Assert.That(substation.Active, Is.Empty);
        substation.Look(120, Substation.Normal with { ReturnPressure = 5.8m });
        Assert.That(substation.Active, Is.EqualTo(new[] { "DP_LOW" }));
    }

    [Test]
    public void ReturnAboveWhatRadiatorsBear_SpeaksForTheLimitAlarmToo()
    {
        Substation substation = new(AlarmMode.Refined);
        substation.LookEverySecond(0, 60, Substation.Normal with { ReturnPressure = 6.5m, SupplyPressure = 7m, PressureHigh = true });
        Assert.That(substation.Active, Is.EqualTo(new[] { "P2.DEVICE" }));
        Assert.That(substation.State.StatusOf("A3.P2.HIGH").MuteBy, Is.EqualTo("P2.DEVICE"));
        Assert.That(substation.Events.OfType<AlarmEvent.Raised>().Single().Severity, Is.EqualTo(Severity.Critical));
    }

    [TestCase(2.9, ExpectedResult = false)]
    [TestCase(2.4, ExpectedResult = true)]
    public bool ReturnBelowStaticPressure(double pressure)
    {
        Substation substation = new(AlarmMode.Refined, ("staticPressure", ParameterValue.Of(2m)));
        substation.LookEverySecond(0, 60, Substation.Normal with { ReturnPressure = (decimal)pressure });
        return substation.Active.Contains("P2.STATIC");
    }

    [TestCase(73.5, 56.9, "", Description = "the chart at −10 °C")]
    [TestCase(75.8, 56.9, "T1.CHART", Description = "3.1 % above")]
    [TestCase(71.2, 56.9, "T1.CHART", Description = "3.1 % below")]
    [TestCase(73.5, 59.8, "T2.CHART", Description = "5.1 % above")]
    [TestCase(73.5, 40, "", Description = "a cold return is not limited")]
    public void TemperaturesOffTheChart(double supply, double @return, string expected)
    {
        Substation substation = new(AlarmMode.Refined, Patient);
        substation.Look(0, Substation.Normal with { SupplyTemperature = (decimal)supply, ReturnTemperature = (decimal)@return });
        substation.Look(1, ("t_out", SignalReading.Of(-10m)));
        substation.Wait(1_800);
        Assert.That(substation.Active, Is.Empty);
        substation.Wait(1_801);
        Assert.That(string.Join(' ', substation.Active), Is.EqualTo(expected));
    }

    [TestCase(true, ExpectedResult = false, Description = "the other pump runs")]
    [TestCase(false, ExpectedResult = true)]
    [TestCase(null, ExpectedResult = true, Description = "there is no other pump")]
    public bool BothPumpsOffInTheCold(bool? second)
    {
        Substation substation = new(AlarmMode.Refined, Patient);
        substation.Look(0, Substation.Normal with { PumpRunning = false, SupplyPressure = 4m });
        substation.Look(1, ("t_out", SignalReading.Of(7.9m)), ("pump2_run", second is { } flag ? SignalReading.Of(flag) : SignalReading.Bad));
        substation.Wait(400);
        return substation.Active.Contains("PUMPS_OFF");
    }

    [Test]
    public void SeventhStartWithinAnHour_IsAWarning()
    {
        Substation substation = new(AlarmMode.Refined, Patient);
        for (int start = 1; start <= 7; start++)
        {
            Assert.That(substation.Active, Does.Not.Contain("PUMP_STARTS"));
            substation.Look(start * 400 - 200, Substation.Normal with { PumpRunning = false });
            substation.Look(start * 400, Substation.Normal);
        }
        Assert.That(substation.Active, Does.Contain("PUMP_STARTS"));
    }

    [Test]
    public void FlowThriceTheMedian_IsASpike()
    {
        Substation substation = new(AlarmMode.Refined);
        substation.Look(0, ("flow_norm", SignalReading.Of(1m)));
        for (int second = 1; second <= 400; second++)
        {
            substation.Look(second, Substation.Normal with { Flow = 1_000 + second * 0.001m });
        }
        Assert.That(substation.Active, Is.EqualTo(new[] { "FLOW_SPIKE" }));
        Assert.That(((AlarmEvent.Raised)substation.Events[0]).Evidence, Has.Property("Value").EqualTo(3.6m).And.Property("Limit").EqualTo(3m));
    }

    [Test]
    public void ClockDrifts_IsADiagnostic()
    {
        Substation substation = new(AlarmMode.Refined, Patient);
        substation.Look(0, Substation.Normal);
        substation.Look(1, ("clock_skew", SignalReading.Of(-5.1m)));
        substation.Wait(61);
        Assert.That(substation.Active, Is.EqualTo(new[] { "CLOCK_SKEW" }));
    }

    [Test]
    public void SilentSubstation_IsOneAlarmAfterThreeSeconds()
    {
        Substation substation = new(AlarmMode.Refined);
        substation.LookEverySecond(0, 10, Substation.Normal);
        substation.Wait(1_000);
        Assert.That(substation.Active, Is.EqualTo(new[] { "NO_LINK" }));
        Assert.That(substation.Events[0].Time, Is.EqualTo(Substation.Start.AddSeconds(13)));
    }

    [Test]
    public void StrictMode_HasNone() => Assert.That(
        Substation.Book.Compile(AlarmMode.Strict).Rules.Where(rule => rule.Class == AlarmClass.Warning), Is.Empty);
}
