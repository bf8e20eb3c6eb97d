using System.Text;
using CsCheck;
using SmartCity.Rules;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Rules.Substations;

public sealed class SubstationRulesTest
{
    private static readonly SubstationSignals Dry = Substation.Normal with
    {
        PressureSwitch = false,
        SupplyPressure = 0m,
        ReturnPressure = 0m,
    };

    private static readonly SubstationSignals Stopped = Substation.Normal with
    {
        PumpRunning = false,
        SupplyPressure = 3m,
        ReturnPressure = 3m,
    };

    private static readonly SubstationSignals AllBad = new();

    [TestCase("A1", 5)]
    [TestCase("A2.FAULT", 1)]
    [TestCase("A4", 1)]
    [TestCase("A2.1", 30)]
    [TestCase("A3.T1.HIGH", 60)]
    [TestCase("DIAG_SIGNAL.LEAK", 60)]
    public void Evaluate_Refined_RaisesAfterTheOnDelayAndClearsAfterThirtySeconds(string code, int onDelay)
    {
        Substation substation = new(AlarmMode.Refined);
        SubstationSignals wrong = code switch
        {
            "A1" => Dry,
            "A2.FAULT" => Substation.Normal with { PumpFault = true },
            "A4" => Substation.Normal with { Leak = true },
            "A2.1" => Substation.Normal with { PumpRunning = false },
            "A3.T1.HIGH" => Substation.Normal with { SupplyTemperature = 95.1m, TemperatureHigh = true },
            _ => Substation.Normal with { Leak = null },
        };

        substation.LookEverySecond(0, onDelay - 1, wrong);
        Assert.That(substation.Active, Does.Not.Contain(code));
        substation.Look(onDelay, wrong);
        Assert.That(substation.Active, Does.Contain(code));
        substation.LookEverySecond(onDelay + 1, onDelay + 30, Substation.Normal);
        Assert.That(substation.Active, Does.Contain(code));
        substation.Look(onDelay + 31, Substation.Normal);

        Assert.That(substation.Active, Is.Empty);
        Assert.That(substation.Events.Where(e => e.Alarm.Code == code).Select(e => (e.GetType().Name, e.Time)), Is.EqualTo(new[]
        {
            ("Raised", Substation.Start.AddSeconds(onDelay)),
            ("Cleared", Substation.Start.AddSeconds(onDelay + 31)),
        }));
    }

    [Test]
    public void Evaluate_ConditionInterruptedBeforeItsDelay_StartsAnew()
    {
        Substation substation = new(AlarmMode.Refined);
        substation.LookEverySecond(0, 4, Dry);
        substation.Look(5, Substation.Normal);
        substation.LookEverySecond(6, 10, Dry);
        Assert.That(substation.Events, Is.Empty);
        substation.Look(11, Dry);
        Assert.That(substation.Active, Does.Contain("A1"));
    }

    [TestCase(AlarmMode.Strict, ExpectedResult = true, Description = "literally: static pressure is pressure")]
    [TestCase(AlarmMode.Refined, ExpectedResult = false, Description = "a legitimate stop: no circulation")]
    public bool Evaluate_PumpStoppedInAFilledSystem(AlarmMode mode)
    {
        Substation substation = new(mode);
        substation.LookEverySecond(0, 60, Substation.Normal);
        substation.LookEverySecond(61, 300, Stopped);
        return substation.Active.Contains("A2.1");
    }

    [Test]
    public void Evaluate_WaterFlowsBehindAStoppedPump_RaisesA2ByTheFlowAlone()
    {
        Substation substation = new(AlarmMode.Refined);
        for (int second = 0; second <= 120; second++)
        {
            substation.Look(second, Stopped with { Flow = 1_000m + second * 0.001m });
        }
        AlarmEvent.Raised raised = substation.Events.OfType<AlarmEvent.Raised>().Single();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(raised.Alarm.Code, Is.EqualTo("A2.1"));
        Assert.That(raised.Time, Is.EqualTo(Substation.Start.AddSeconds(60)), "30 s to measure the flow and 30 s of delay");
        Assert.That(raised.Evidence.FlowRate, Is.EqualTo(3.6m));
    }

    [Test]
    public void Evaluate_FlowBeforeAStop_IsNotTakenForAFlowAfterIt()
    {
        Substation substation = new(AlarmMode.Refined);
        for (int second = 0; second <= 75; second++)
        {
            substation.Look(second, Substation.Normal with { Flow = 1_000m + second * 0.002m });
        }
        substation.LookEverySecond(76, 300, Stopped with { Flow = 1_000.150m });

        Assert.That(substation.Events, Is.Empty);
    }

    [Test]
    public void Evaluate_FlowMeterBecomesUnusable_ItsLastFlowIsNotTakenForThePresentOne()
    {
        Substation substation = new(AlarmMode.Refined, ("flowWindow", ParameterValue.Of(TimeSpan.FromSeconds(10))));
        for (int second = 0; second <= 10; second++)
        {
            substation.Look(second, Stopped with { Flow = 1_000m + second * 0.001m });
        }
        substation.LookEverySecond(11, 59, Stopped with { Flow = null });

        Assert.That(substation.Events, Is.Empty);
    }

    [Test]
    public void Evaluate_FlowMeterSetBack_IsNoFlow()
    {
        Substation substation = new(AlarmMode.Refined);
        substation.LookEverySecond(0, 40, Stopped);
        substation.LookEverySecond(41, 120, Stopped with { Flow = 0m });
        Assert.That(substation.Events, Is.Empty);
    }

    [TestCase(0.1, AlarmMode.Refined, ExpectedResult = "A1", Description = "within the zero band")]
    [TestCase(0.11, AlarmMode.Refined, ExpectedResult = "LOW_PRESSURE_PRE")]
    [TestCase(0.01, AlarmMode.Strict, ExpectedResult = "LOW_PRESSURE_PRE", Description = "literally not 0")]
    [TestCase(-0.5, AlarmMode.Strict, ExpectedResult = "A1", Description = "a vacuum is no pressure")]
    public string Evaluate_PumpRunsAndSwitchIsOff_ByPressure(double pressure, AlarmMode mode)
    {
        Substation substation = new(mode, Substation.NoLimits);
        substation.LookEverySecond(0, 60, Dry with { SupplyPressure = (decimal)pressure });
        return substation.Active.Single();
    }

    [TestCase("\"p1\"", ExpectedResult = false)]
    [TestCase("\"p2\"", ExpectedResult = true)]
    [TestCase("""{ "min": ["p1", "p2"] }""", ExpectedResult = true)]
    [TestCase("""{ "max": ["p1", "p2"] }""", ExpectedResult = false)]
    [TestCase("""{ "subtract": ["p1", "p2"] }""", ExpectedResult = false)]
    public bool Evaluate_PressureOnSupplyOnly_A1DependsOnWhatThePressureIs(string definition)
    {
        string text = File.ReadAllText(RepositoryFiles.PathOf("config", "rules", "itp.json"));
        string changed = text.Replace("""{ "name": "pressure", "value": "p1" }""", $$"""{ "name": "pressure", "value": {{definition}} }""", StringComparison.Ordinal);
        Substation substation = new(RuleBook.Parse(Encoding.UTF8.GetBytes(changed), "itp.json").Compile(AlarmMode.Strict));
        substation.Look(0, Dry with { SupplyPressure = 5m });
        return substation.Active.Contains("A1");
    }

    [TestCase("t1", 39.9, "A3.T1.LOW", 40)]
    [TestCase("t1", 95.1, "A3.T1.HIGH", 95)]
    [TestCase("t2", 19.9, "A3.T2.LOW", 20)]
    [TestCase("t2", 70.1, "A3.T2.HIGH", 70)]
    [TestCase("p1", 2.9, "A3.P1.LOW", 3)]
    [TestCase("p1", 8.1, "A3.P1.HIGH", 8)]
    [TestCase("p2", 1.9, "A3.P2.LOW", 2)]
    [TestCase("p2", 6.1, "A3.P2.HIGH", 6)]
    public void Evaluate_OneSensorBeyondOneLimit_RaisesThatAlarmWithItsEvidence(string tag, double value, string code, double limit)
    {
        Substation substation = new(AlarmMode.Strict);
        substation.Look(0, Beyond(tag, (decimal)value, code));
        AlarmEvent.Raised raised = (AlarmEvent.Raised)substation.Events.Single();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(raised.Alarm.Code, Is.EqualTo(code));
        Assert.That(raised.Alarm.Number, Is.EqualTo(3));
        Assert.That(raised.Evidence.Value, Is.EqualTo((decimal)value));
        Assert.That(raised.Evidence.Limit, Is.EqualTo((decimal)limit));
        Assert.That(raised.Evidence.Flag, Is.True);
    }

    [TestCase(95.1, ExpectedResult = "A3.T1.HIGH")]
    [TestCase(94.1, ExpectedResult = "A3.T1.HIGH", Description = "within the deadband")]
    [TestCase(94.0, ExpectedResult = "", Description = "one degree back")]
    public string Evaluate_Refined_TemperatureEndsOnlyADegreeBelowTheLimit(double back)
    {
        Substation substation = new(AlarmMode.Refined);
        substation.LookEverySecond(0, 60, Substation.Normal with { SupplyTemperature = 96m, TemperatureHigh = true });
        substation.LookEverySecond(61, 91, Substation.Normal with { SupplyTemperature = (decimal)back });
        return string.Join(' ', substation.Active);
    }

    [TestCase(90, 95.1, ExpectedResult = Severity.Critical, Description = "scalding")]
    [TestCase(90, 94.9, ExpectedResult = Severity.Major)]
    public Severity Evaluate_SupplyTooHot_IsCriticalAboveTheScaldLimit(int limit, double temperature)
    {
        Substation substation = new(AlarmMode.Strict, ("t1.high", ParameterValue.Of(limit)));
        substation.Look(0, Substation.Normal with { SupplyTemperature = (decimal)temperature, TemperatureHigh = true });
        return ((AlarmEvent.Raised)substation.Events.Single()).Severity;
    }

    [TestCase(75, 50, ExpectedResult = "A3.T1.HIGH", Description = "both 20 degrees below: the supply's")]
    [TestCase(75, 69, ExpectedResult = "A3.T2.HIGH", Description = "the return is nearer to its limit")]
    public string Evaluate_FlagWithoutAViolation_MeansTheSensorNearerToItsLimit(int supply, int @return)
    {
        Substation substation = new(AlarmMode.Strict);
        substation.Look(0, Substation.Normal with
        {
            SupplyTemperature = (decimal)supply,
            ReturnTemperature = (decimal)@return,
            TemperatureHigh = true,
        });
        return substation.Active.Single(code => code.StartsWith("A3", StringComparison.Ordinal));
    }

    [Test]
    public void Evaluate_FlagWithoutAViolation_StaysWithItsSensorWhileItIsOn()
    {
        Substation substation = new(AlarmMode.Strict);
        for (int second = 0; second < 20; second++)
        {
            substation.Look(second, Substation.Normal with
            {
                ReturnTemperature = second % 2 == 0 ? 40m : 60m,
                TemperatureHigh = true,
            });
        }
        Assert.That(substation.Events.Select(e => e.Alarm.Code), Is.EquivalentTo(new[] { "A3.T1.HIGH", "DIAG_LIMIT_MISMATCH.T_HIGH" }));
    }

    [Test]
    public void Evaluate_FlagAndValuesUnusable_FlagAloneMeansTheSupply()
    {
        Substation substation = new(AlarmMode.Strict);
        substation.Look(0, AllBad with { PressureLow = true });
        Assert.That(substation.Active.Where(code => code.StartsWith("A3", StringComparison.Ordinal)), Is.EqualTo(new[] { "A3.P1.LOW" }));
    }

    [TestCase(true, 94, ExpectedResult = true, Description = "flag on, a degree below the limit: further than the deadband explains")]
    [TestCase(true, 94.5, ExpectedResult = false, Description = "flag on, within the deadband")]
    [TestCase(false, 95.5, ExpectedResult = false, Description = "flag off, within the deadband")]
    [TestCase(false, 96.1, ExpectedResult = true, Description = "flag off, beyond the limit")]
    public bool Evaluate_Refined_SourceAndOwnLimitsDisagreeForAMinute(bool flag, double supply)
    {
        Substation substation = new(AlarmMode.Refined);
        SubstationSignals signals = Substation.Normal with
        {
            SupplyTemperature = (decimal)supply,
            TemperatureHigh = flag,
        };
        substation.LookEverySecond(0, 59, signals);
        Assert.That(substation.Active, Is.Empty);
        substation.Look(60, signals);
        return substation.Active.Contains("DIAG_LIMIT_MISMATCH.T_HIGH");
    }

    [Test]
    public void Evaluate_EverythingUnusable_RaisesDiagnosticsOnly()
    {
        Substation substation = new(AlarmMode.Strict);
        substation.Look(0, AllBad);

        Assert.That(substation.Active, Is.EquivalentTo(SubstationSignals.Tags.Select(tag => $"DIAG_SIGNAL.{tag.ToUpperInvariant()}")));
        Assert.That(substation.Events.OfType<AlarmEvent.Raised>().Select(e => e.Severity), Is.All.EqualTo(Severity.Minor));
    }

    [Test]
    public void Evaluate_BadQualityAfterAnAlarm_HoldsIt()
    {
        Substation substation = new(AlarmMode.Refined);
        substation.LookEverySecond(0, 5, Dry);
        substation.LookEverySecond(6, 600, AllBad);
        Assert.That(substation.Active, Does.Contain("A1"));
        substation.LookEverySecond(601, 631, Substation.Normal);
        Assert.That(substation.Active, Does.Not.Contain("A1"));
    }

    [Test]
    public void Evaluate_UsableSignalsDecideAlone_DoNotWaitForTheOthers()
    {
        Substation substation = new(AlarmMode.Strict);
        substation.Look(0, Dry);
        substation.Look(1, AllBad with { PumpRunning = false });
        Assert.That(substation.Active, Does.Not.Contain("A1"), "a pump that stands has no pressure drop, whatever the pressure");
    }

    [Test]
    public void Evaluate_LateOrRepeatedSample_ChangesNothing()
    {
        Substation substation = new(AlarmMode.Strict);
        substation.Look(10, Dry);
        RuleState state = substation.State;
        substation.Look(10, Substation.Normal);
        substation.Look(9, Substation.Normal);

        Assert.That(substation.State, Is.SameAs(state));
    }

    [Test]
    public void Evaluate_SwitchedOffSeason_EmptySystemIsNoWord()
    {
        Substation substation = new(AlarmMode.Strict, [.. Substation.NoLimits, ("heatingSeason", ParameterValue.Of(false))]);
        substation.Look(0, Dry with { PumpRunning = false });
        Assert.That(substation.Events, Is.Empty);
    }

    /// <summary>Whatever is seen in whatever order: an alarm is raised and cleared in turn, its state says what the events say,
    /// time never runs back, and a process alarm is never raised by signals that do not say so.</summary>
    [Test]
    public void Evaluate_AnySamples_RaisesAndClearsInTurn() =>
        Gen.Select(AnySignals, Gen.Int[0, 4000]).Array[1, 60].Sample(samples =>
        {
            foreach (AlarmMode mode in Enum.GetValues<AlarmMode>())
            {
                Substation substation = new(mode);
                int latest = -1;
                SubstationSignals seen = AllBad;
                foreach ((SubstationSignals signals, int tenths) in samples)
                {
                    int before = substation.Events.Count;
                    substation.Look(tenths / 10.0, signals);
                    foreach (AlarmEvent change in substation.Events.Skip(before))
                    {
                        Assert.That(tenths, Is.GreaterThan(latest), "a late sample changes nothing");
                        Assert.That(change.Time, Is.InRange(Substation.Start.AddSeconds(latest / 10.0), Substation.Start.AddSeconds(tenths / 10.0)));
                        SubstationSignals then = change.Time == Substation.Start.AddSeconds(tenths / 10.0) ? signals : seen;
                        Assert.That(
                            change is not AlarmEvent.Raised { Alarm.Class: AlarmClass.Process } || Supports(change.Alarm.Code, then), change.ToString());
                    }
                    seen = tenths > latest ? signals : seen;
                    latest = Math.Max(latest, tenths);
                }
                AssertTurns(substation);
            }
        }, iter: 1_000);

    /// <summary>A restart in the middle, the state written and read, changes nothing of what follows.</summary>
    [Test]
    public void ParseState_StateInTheMiddle_GoesOnAsIfNothingHadHappened() =>
        Gen.Select(AnySignals, Gen.Int[1, 90]).Array[2, 40].Sample(samples =>
        {
            RuleProgram rules = Substation.Book.Compile(AlarmMode.Refined);
            RuleState kept = rules.NewState();
            RuleState restarted = rules.NewState();
            DateTimeOffset time = Substation.Start;
            foreach ((SubstationSignals signals, int seconds) in samples)
            {
                time = time.AddSeconds(seconds);
                Evaluation one = rules.Evaluate(kept, signals.ToSamples(), time);
                Evaluation two = rules.Evaluate(rules.ParseState(restarted.ToJson()), signals.ToSamples(), time);
                Assert.That(two.Events.Select(Text), Is.EqualTo(one.Events.Select(Text)));
                Assert.That(two.State.ToJson(), Is.EqualTo(one.State.ToJson()));
                (kept, restarted) = (one.State, two.State);
            }
        });

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"alarms":{"A1":{"phase":"sleepy"}}}""")]
    public void ParseState_NotAState_Throws(string json) =>
        Assert.Throws<FormatException>(() => Substation.Book.Compile(AlarmMode.Strict).ParseState(json));

    [Test]
    public void ParseState_StateOfTheRulesBeforeThisLanguage_KeepsItsAlarms()
    {
        RuleState state = Substation.Book.Compile(AlarmMode.Refined).ParseState(
            """{"alarms":{"A4":{"phase":"acknowledged","raisedAt":"2026-11-01T12:00:00+00:00","acknowledgedAt":"2026-11-01T12:01:00+00:00","severity":"critical"}},"time":"2026-11-01T12:02:00+00:00","flow":{"volume":1,"time":"2026-11-01T12:00:00+00:00"}}""");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(state.StatusOf("A4").Phase, Is.EqualTo(AlarmPhase.Acknowledged));
        Assert.That(state.IsActive("A4"), Is.True);
        Assert.That(state.Time, Is.EqualTo(Substation.Start.AddMinutes(2)));
    }

    [TestCase("p1.high", 3, "p1.low must be below p1.high.")]
    [TestCase("zeroPressure", -1, "the parameter zeroPressure must be 0 or more.")]
    [TestCase("p9.high", 1, "there is no parameter p9.high.")]
    [TestCase("offDelay", 1, "the parameter offDelay cannot be")]
    public void Compile_SenselessParameter_IsRefused(string name, int value, string reason) => Assert.That(
        () => Substation.Book.Compile(AlarmMode.Strict, new Dictionary<string, ParameterValue> { [name] = ParameterValue.Of(value) }),
        Throws.ArgumentException.With.Message.StartsWith(reason));

    [TestCase("flowWindow", 0)]
    [TestCase("leakDelay", -1)]
    public void Compile_SenselessSpan_IsRefused(string name, int seconds) => Assert.Throws<ArgumentException>(() => Substation.Book.Compile(
        AlarmMode.Strict, new Dictionary<string, ParameterValue> { [name] = ParameterValue.Of(TimeSpan.FromSeconds(seconds)) }));

    internal static string Text(AlarmEvent change) => $"{change.Time:O} {change.GetType().Name} {change.Alarm.Code}";

    private static void AssertTurns(Substation substation)
    {
        foreach (IGrouping<string, AlarmEvent> history in substation.Events.GroupBy(change => change.Alarm.Code))
        {
            // A raising ends by its condition or by becoming mute; a consequence that was never raised does not count.
            bool[] raised = [.. history.Where(change => change is not AlarmEvent.Muted { RaisedAt: null }).Select(change => change is AlarmEvent.Raised)];
            Assert.That(raised, Is.EqualTo(Enumerable.Range(0, raised.Length).Select(i => i % 2 == 0)), history.Key);
            Assert.That(
                substation.State.StatusOf(history.Key).Phase.IsRaised(), Is.EqualTo(raised.Length > 0 && raised[^1]), history.Key);
        }
    }

    internal static Gen<SubstationSignals> AnySignals =>
        Gen.Select(Real(0, 9), Real(0, 9), Real(10, 110), Real(10, 110), Flags(5), Real(0, 10), Flags(3)).Select(
            (p1, p2, t1, t2, flags, flow, pump) => new SubstationSignals
            {
                SupplyPressure = p1,
                ReturnPressure = p2,
                SupplyTemperature = t1,
                ReturnTemperature = t2,
                PressureSwitch = flags[0],
                TemperatureLow = flags[1],
                TemperatureHigh = flags[2],
                PressureLow = flags[3],
                PressureHigh = flags[4],
                Flow = flow,
                PumpRunning = pump[0],
                PumpFault = pump[1],
                Leak = pump[2],
            });

    private static Gen<decimal?> Real(int from, int to) => Gen.Frequency(
        (1, Gen.Const((decimal?)null)),
        (4, Gen.Int[from * 10, to * 10].Select(tenths => (decimal?)(tenths / 10m))));

    private static Gen<bool?[]> Flags(int count) => Gen.Frequency(
        (1, Gen.Const((bool?)null)),
        (4, Gen.Bool.Select(flag => (bool?)flag))).Array[count];

    /// <summary>Do the signals, all of them usable, say what the alarm says?</summary>
    private static bool Supports(string code, SubstationSignals s) => code.Split('.') switch
    {
        ["A1"] => s.PumpRunning == true && s.PressureSwitch == false && s.SupplyPressure <= 0.1m,
        ["A2", "1"] => s.PumpRunning == false && s.PressureSwitch == true && (s.SupplyPressure > 0 || s.Flow is not null),
        ["A2", "FAULT"] => s.PumpFault == true,
        ["A4"] => s.Leak == true,
        ["A3", "T1", "LOW"] => s.SupplyTemperature < 40 || s.TemperatureLow == true,
        ["A3", "T2", "LOW"] => s.ReturnTemperature < 20 || s.TemperatureLow == true,
        ["A3", "P1", "LOW"] => s.SupplyPressure < 3 || s.PressureLow == true,
        ["A3", "P2", "LOW"] => s.ReturnPressure < 2 || s.PressureLow == true,
        ["A3", "T1", "HIGH"] => s.SupplyTemperature > 95 || s.TemperatureHigh == true,
        ["A3", "T2", "HIGH"] => s.ReturnTemperature > 70 || s.TemperatureHigh == true,
        ["A3", "P1", "HIGH"] => s.SupplyPressure > 8 || s.PressureHigh == true,
        ["A3", "P2", "HIGH"] or ["P2", "DEVICE"] => s.ReturnPressure > 6 || s.PressureHigh == true,
        _ => false,
    };

    private static SubstationSignals Beyond(string tag, decimal value, string code)
    {
        SubstationSignals signals = tag switch
        {
            "t1" => Substation.Normal with { SupplyTemperature = value },
            "t2" => Substation.Normal with { ReturnTemperature = value },
            "p1" => Substation.Normal with { SupplyPressure = value },
            _ => Substation.Normal with { ReturnPressure = value },
        };
        return (tag[0], code.EndsWith("LOW", StringComparison.Ordinal)) switch
        {
            ('t', true) => signals with { TemperatureLow = true },
            ('t', false) => signals with { TemperatureHigh = true },
            (_, true) => signals with { PressureLow = true },
            _ => signals with { PressureHigh = true },
        };
    }
}
