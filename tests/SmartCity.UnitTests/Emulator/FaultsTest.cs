using SmartCity.Emulator;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.World;

namespace SmartCity.UnitTests.Emulator;

/// <summary>What each fault does to the values, and what it leaves alone.</summary>
public sealed class FaultsTest
{
    private static readonly City s_city = new(seed: 1, new(2026, 9, 1), utcOffsetHours: 3);
    private static readonly DateTimeOffset s_from = s_city.HistoryFrom.AddDays(10);
    private static readonly DateTimeOffset s_to = s_from.AddDays(2);
    private static readonly DateTimeOffset s_later = s_from.AddDays(5);

    [Test]
    public void PressureDrop_WhileItLasts_IsTheFirstAlarmOfTheBrief()
    {
        FaultSet faults = Laid(FaultKinds.PressureDrop, "itp_1");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Alarm(faults), Is.EqualTo((Run: true, Switch: false, Pressure: 0m)));
        Assert.That(Flag(faults, "p_low"), "0 bar is below the limit");
        Assert.That(Alarm(FaultSet.Empty), Is.EqualTo((Run: true, Switch: true, Pressure: Number(FaultSet.Empty, "itp_1", "p1", s_from.AddHours(1)))));
        Assert.That(Read(faults, "itp_1", "ps", s_to)!.Value.Value.Flag, Is.True, "over at its end, which is exclusive");
        Assert.That(Read(faults, "itp_1", "ps", s_from.AddMilliseconds(-1))!.Value.Value.Flag, Is.True, "not before its start");
    }

    [Test]
    public void Leak_OfTheNetwork_StrikesEverySubstationAndNothingElse()
    {
        City city = new(seed: 1, new(2026, 9, 1), utcOffsetHours: 3, substations: 3);
        FaultSet faults = new(
            [Fault(1, FaultKinds.Leak, FaultKinds.EverySubstation, s_from, s_to), Fault(2, FaultKinds.PumpFault, "itp_1", s_from, s_to)]);
        using IDisposable scope = Assert.EnterMultipleScope();
        foreach (EmulatedObject node in city.Nodes.Where(node => node.Type == "heat_point"))
        {
            Assert.That(Read(node.Name, "leak", s_from.AddHours(1)), Is.True, node.Name);
            Assert.That(Read(node.Name, "leak", s_to), Is.False, node.Name);
            Assert.That(Read(node.Name, "pump_fault", s_from.AddHours(1)), Is.EqualTo(node.Name == "itp_1"), "its own faults too");
        }
        Assert.That(city.Nodes.Count(node => node.Type == "heat_point"), Is.EqualTo(3));
        Assert.That(city.Nodes.Select(node => node.Id), Is.Unique);
        Assert.That(city.Nodes.SelectMany(node => node.Parameters).Select(parameter => parameter.Id), Is.Unique);
        Assert.That(faults.On("m1_1"), Is.Empty);

        bool Read(string node, string signal, DateTimeOffset at) =>
            city.ReadPast(city.FindNode(node)!.Parameters.Single(parameter => parameter.Name == signal), at, s_later, faults)!.Value.Value.Flag!.Value;
    }

    [Test]
    public void PumpStopped_WhileItLasts_IsPressureWithoutARunningPump()
    {
        (bool run, bool isOn, decimal pressure) = Alarm(Laid(FaultKinds.PumpStopped, "itp_1"));
        Assert.That((run, isOn, pressure > 1), Is.EqualTo((false, true, true)));
    }

    [TestCase(FaultKinds.PumpFault, "pump_fault")]
    [TestCase(FaultKinds.Leak, "leak")]
    [TestCase(FaultKinds.TemperatureLow, "t_low")]
    [TestCase(FaultKinds.TemperatureHigh, "t_high")]
    [TestCase(FaultKinds.PressureLow, "p_low")]
    [TestCase(FaultKinds.PressureHigh, "p_high")]
    public void AlarmFault_WhileItLasts_RaisesItsFlagAlone(string kind, string flag)
    {
        string[] flags = ["t_low", "t_high", "p_low", "p_high", "pump_fault", "leak"];
        FaultSet faults = Laid(kind, "itp_1");
        Assert.That(flags.Where(each => Flag(faults, each)), Is.EqualTo(new[] { flag }));
    }

    [TestCase(FaultKinds.TemperatureLow, 1, "t1", 15)]
    [TestCase(FaultKinds.TemperatureHigh, 2, "t2", 98)]
    [TestCase(FaultKinds.PressureLow, 2, "p2", 1.5)]
    [TestCase(FaultKinds.PressureHigh, 1, "p1", 9.5)]
    public void LimitFault_BySensor_MovesThatSensorsValue(string kind, int sensor, string signal, decimal value)
    {
        FaultSet faults = Laid(kind, "itp_1", parameters: [("sensor", sensor.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        Assert.That(Number(faults, "itp_1", signal, s_from.AddHours(1)), Is.EqualTo(value));
    }

    [TestCase("m1_1", "a")]
    [TestCase("m3_1", "a1")]
    [TestCase("itp_1", "flow")]
    public void StuckMeter_InItsTime_StandsStillAndNeverCatchesUp(string node, string signal)
    {
        FaultSet faults = Laid(FaultKinds.StuckMeter, node);
        decimal before = Number(FaultSet.Empty, node, signal, s_from);
        decimal resolution = node == "m1_1" ? 0.01m : 0.001m;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Number(faults, node, signal, s_from), Is.EqualTo(before));
        Assert.That(Number(faults, node, signal, s_from.AddHours(30)), Is.EqualTo(before));
        Assert.That(Number(faults, node, signal, s_to), Is.EqualTo(before));
        decimal after = Number(FaultSet.Empty, node, signal, s_later) - Number(FaultSet.Empty, node, signal, s_to);
        Assert.That(Number(faults, node, signal, s_later) - before, Is.EqualTo(after).Within(resolution));
    }

    [Test]
    public void ResetMeter_FromItsMoment_CountsFromZero()
    {
        FaultSet faults = Laid(FaultKinds.ResetMeter, "m1_2");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Number(faults, "m1_2", "a", s_from), Is.Zero);
        Assert.That(Number(faults, "m1_2", "a", s_from.AddMilliseconds(-1)), Is.EqualTo(Number(FaultSet.Empty, "m1_2", "a", s_from.AddMilliseconds(-1))));
        Assert.That(Number(faults, "m1_2", "a", s_later), Is.EqualTo(Used("m1_2", "a", s_from, s_later)).Within(0.01m));
        Assert.That(Number(faults, "m1_2", "init_kwh", s_later), Is.EqualTo(8_210.05m), "what was written at installation stays");
    }

    [Test]
    public void ReplacedMeter_FromItsMoment_IsANewMeter()
    {
        FaultSet faults = Laid(FaultKinds.ReplacedMeter, "m3_1", parameters: [("serial", "55000001"), ("init_kwh", "3.6")]);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Number(faults, "m3_1", "sn", s_from), Is.EqualTo(55_000_001));
        Assert.That(Number(faults, "m3_1", "sn", s_from.AddSeconds(-1)), Is.EqualTo(23_014_501));
        Assert.That(Number(faults, "m3_1", "init_kwh", s_from), Is.EqualTo(3.6m));
        Assert.That(Number(faults, "m3_1", "a0", s_from), Is.EqualTo(1.2m));
        Assert.That(Number(faults, "m3_1", "a012", s_from), Is.EqualTo(3.6m));
        Assert.That(Number(faults, "m3_1", "a2", s_later), Is.EqualTo(1.2m + Used("m3_1", "a2", s_from, s_later)).Within(0.001m));
        Assert.That(Read(faults, "m3_1", "verif_date", s_later)!.Value.Value.Text, Is.EqualTo("2026-09-11T00:00:00.000Z"));
    }

    [Test]
    public void Theft_InItsTime_HidesItsPartFromTheFlatOnly()
    {
        FaultSet faults = Laid(FaultKinds.Theft, "m1_3", parameters: [("percent", "25")]);
        decimal seen = Number(faults, "m1_3", "a", s_to) - Number(faults, "m1_3", "a", s_from);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(seen, Is.EqualTo(Used("m1_3", "a", s_from, s_to) / 4).Within(0.02m).And.GreaterThan(1));
        Assert.That(Number(faults, "m1_3", "a", s_later) - Number(faults, "m1_3", "a", s_to), Is.EqualTo(Used("m1_3", "a", s_to, s_later)).Within(0.01m),
            "after the end the meter sees all, and does not get back what it missed");
        Assert.That(Number(faults, "m3_1", "a2", s_later), Is.EqualTo(Number(FaultSet.Empty, "m3_1", "a2", s_later)), "the parent sees all");
    }

    [Test]
    public void MissingData_Null_IsBadWithoutAValue()
    {
        Reading reading = Read(Laid(FaultKinds.MissingData, "m1_1.a"), "m1_1", "a", s_from)!.Value;
        Assert.That((reading.Quality, reading.Value, reading.Reason), Is.EqualTo((Quality.Bad, default(Datum), "no data")));
    }

    [Test]
    public void MissingData_Absent_IsNotThere() =>
        Assert.That(Read(Laid(FaultKinds.MissingData, "m1_1", parameters: [("mode", "absent")]), "m1_1", "a", s_from), Is.Null);

    [Test]
    public void MissingData_OfOneSignal_LeavesTheOthers() =>
        Assert.That(Read(Laid(FaultKinds.MissingData, "itp_1.t1"), "itp_1", "t2", s_from)!.Value.Quality, Is.EqualTo(Quality.Good));

    [TestCase("bad", ExpectedResult = (int)Quality.Bad)]
    [TestCase("uncertain", ExpectedResult = (int)Quality.Uncertain)]
    public int BadQuality_ByField_IsSaid(string quality) =>
        (int)Read(Laid(FaultKinds.BadQuality, "itp_1.p1", parameters: [("quality", quality)]), "itp_1", "p1", s_from)!.Value.Quality;

    [Test]
    public void BadQuality_Bad_HasNoValue() =>
        Assert.That(Read(Laid(FaultKinds.BadQuality, "itp_1"), "itp_1", "leak", s_from)!.Value.Value, Is.EqualTo(default(Datum)));

    [Test]
    public void Disconnected_Device_IsAllBad() =>
        Assert.That(
            Catalogue.Nodes.Single(node => node.Name == "itp_1").Parameters
                .Select(parameter => s_city.ReadCurrent(parameter, s_from, Laid(FaultKinds.Disconnected, "itp_1"))!.Value.Quality),
            Is.All.EqualTo(Quality.Bad));

    [Test]
    public void LateData_UntilItsEnd_ShowsTheLastValueBeforeAndNoHistory()
    {
        FaultSet faults = Laid(FaultKinds.LateData, "m1_1");
        EmulatedParameter parameter = Find("m1_1", "a");
        Reading current = s_city.ReadCurrent(parameter, s_from.AddHours(5), faults)!.Value;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(current.Time, Is.EqualTo(s_from.AddMilliseconds(-1)), "old, and says so by its time");
        Assert.That(s_city.ReadPast(parameter, s_from.AddHours(1), s_from.AddHours(5), faults), Is.Null);
        Assert.That(s_city.ReadPast(parameter, s_from.AddHours(-1), s_from.AddHours(5), faults), Is.Not.Null, "before the window it is known");
        Assert.That(s_city.ReadPast(parameter, s_from.AddHours(1), s_to, faults),
            Is.EqualTo(s_city.ReadPast(parameter, s_from.AddHours(1), s_to, FaultSet.Empty)), "there when the window has ended");
    }

    [Test]
    public void OverlappingRegisterFaults_AreAppliedInOrder()
    {
        FaultSet faults = new([
            Fault(1, FaultKinds.Theft, "m1_1", s_from, s_to, ("percent", "50")),
            Fault(2, FaultKinds.StuckMeter, "m1_1", s_from.AddDays(1), s_to),
            Fault(3, FaultKinds.ResetMeter, "m1_1", s_to, s_to),
        ]);
        decimal start = Number(FaultSet.Empty, "m1_1", "a", s_from);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Number(faults, "m1_1", "a", s_to.AddMilliseconds(-1)) - start, Is.EqualTo(Used("m1_1", "a", s_from, s_from.AddDays(1)) / 2).Within(0.02m));
        Assert.That(Number(faults, "m1_1", "a", s_to), Is.Zero);
        Assert.That(Number(faults, "m1_1", "a", s_later), Is.EqualTo(Used("m1_1", "a", s_to, s_later)).Within(0.01m));
    }

    private static FaultSet Laid(string kind, string target, params (string Name, string Value)[] parameters) =>
        new([Fault(1, kind, target, s_from, s_to, parameters)]);

    /// <summary>Makes a fault the way the server does, so that defaults and checks are the real ones.</summary>
    private static Fault Fault(int id, string kind, string target, DateTimeOffset from, DateTimeOffset to, params (string Name, string Value)[] parameters)
    {
        EmulatorState state = new(1, 1, new(2026, 9, 1), 3, new(s_later, s_later, 1), id, []);
        DateTimeOffset? end = FaultKinds.Find(kind)!.IsMoment ? null : to;
        FaultOutcome outcome = new FaultBook(state, new(null), s_city)
            .Add(new(kind, target, from, end, parameters.ToDictionary(each => each.Name, each => each.Value)), s_later);
        return outcome is FaultOutcome.Done done ? done.Fault : throw new AssertionException(outcome.ToString());
    }

    private static EmulatedParameter Find(string node, string signal) =>
        Catalogue.Nodes.Single(each => each.Name == node).Parameters.Single(parameter => parameter.Name == signal);

    private static Reading? Read(FaultSet faults, string node, string signal, DateTimeOffset at) => s_city.ReadPast(Find(node, signal), at, s_later, faults);

    private static decimal Number(FaultSet faults, string node, string signal, DateTimeOffset at) => Read(faults, node, signal, at)!.Value.Value.Number!.Value;

    private static decimal Used(string node, string signal, DateTimeOffset from, DateTimeOffset to) =>
        Number(FaultSet.Empty, node, signal, to) - Number(FaultSet.Empty, node, signal, from);

    private static bool Flag(FaultSet faults, string signal) => Read(faults, "itp_1", signal, s_from.AddHours(1))!.Value.Value.Flag!.Value;

    private static (bool Run, bool Switch, decimal Pressure) Alarm(FaultSet faults) =>
        (Flag(faults, "pump_run"), Flag(faults, "ps"), Number(faults, "itp_1", "p1", s_from.AddHours(1)));
}
