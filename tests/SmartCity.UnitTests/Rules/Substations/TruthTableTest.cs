using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Substations;

/// <summary>The truth table of DOMAIN 0.2: all 32 rows, in both modes.</summary>
public sealed class TruthTableTest
{
    /// <summary>Pump runs, switch on, pressure present; then what A1 and A2.1 say and what else is worth a word.</summary>
    private static readonly (bool R, bool S, bool V, string[] Expected)[] Rows =
    [
        (false, false, false, ["NO_PRESSURE_STANDBY"]),
        (false, false, true, []),
        (false, true, false, ["DIAG_SENSOR"]),
        (false, true, true, ["A2.1"]),
        (true, false, false, ["A1"]),
        (true, false, true, ["LOW_PRESSURE_PRE"]),
        (true, true, false, ["DIAG_SENSOR"]),
        (true, true, true, []),
    ];

    public static IEnumerable<TestCaseData> AllRows() =>
        from mode in new[] { AlarmMode.Strict, AlarmMode.Refined }
        from row in Rows
        from fault in new[] { false, true }
        from leak in new[] { false, true }
        select new TestCaseData(mode, row.R, row.S, row.V, fault, leak, row.Expected)
            .SetName($"Evaluate_{mode}_R{Bit(row.R)}S{Bit(row.S)}V{Bit(row.V)}F{Bit(fault)}L{Bit(leak)}");

    [Test]
    public void AllRows_AreThirtyTwoInEachMode() => Assert.That(AllRows().Count(), Is.EqualTo(2 * 32));

    [TestCaseSource(nameof(AllRows))]
    public void Evaluate_Row_RaisesExactlyWhatTheTableSays(
        AlarmMode mode, bool running, bool pressureSwitch, bool pressure, bool fault, bool leak, string[] expected)
    {
        Substation substation = new(mode, Substation.NoLimits);
        SubstationSignals signals = Substation.Normal with
        {
            PumpRunning = running,
            PressureSwitch = pressureSwitch,
            SupplyPressure = pressure ? 6m : 0m,
            ReturnPressure = pressure ? 4m : 0m,
            PumpFault = fault,
            Leak = leak,
        };

        substation.LookEverySecond(0, mode == AlarmMode.Strict ? 0 : 60, signals);

        Assert.That(substation.Active, Is.EquivalentTo([.. expected, .. fault ? ["A2.FAULT"] : Array.Empty<string>(), .. leak ? ["A4"] : Array.Empty<string>()]));
        Assert.That(substation.Events, Has.Count.EqualTo(substation.Active.Count()).And.All.InstanceOf<AlarmEvent.Raised>());
    }

    private static char Bit(bool value) => value ? '1' : '0';
}
