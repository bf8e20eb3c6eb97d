using CsCheck;
using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Substations;

public sealed class SubstationRulesTest
{
    private static readonly SubstationSignals Dry = Substation.Normal with
    {
        PressureSwitch = Signal.Good(false),
        SupplyPressure = Signal.Good(0m),
        ReturnPressure = Signal.Good(0m),
    };

    private static readonly SubstationSignals Stopped = Substation.Normal with
    {
        PumpRunning = Signal.Good(false),
        SupplyPressure = Signal.Good(3m),
        ReturnPressure = Signal.Good(3m),
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
        Substation substation = new(AlarmOptions.Refined);
        SubstationSignals wrong = code switch
        {
            "A1" => Dry,
            "A2.FAULT" => Substation.Normal with { PumpFault = Signal.Good(true) },
            "A4" => Substation.Normal with { Leak = Signal.Good(true) },
            "A2.1" => Substation.Normal with { PumpRunning = Signal.Good(false) },
            "A3.T1.HIGH" => Substation.Normal with { SupplyTemperature = Signal.Good(95.1m), TemperatureHigh = Signal.Good(true) },
            _ => Substation.Normal with { Leak = Signal.Unusable<bool>("no answer") },
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
        Substation substation = new(AlarmOptions.Refined);
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
        Substation substation = new(mode == AlarmMode.Strict ? AlarmOptions.Strict : AlarmOptions.Refined);
        substation.LookEverySecond(0, 60, Substation.Normal);
        substation.LookEverySecond(61, 300, Stopped);
        return substation.Active.Contains("A2.1");
    }

    [Test]
    public void Evaluate_WaterFlowsBehindAStoppedPump_RaisesA2ByTheFlowAlone()
    {
        Substation substation = new(AlarmOptions.Refined);
        for (int second = 0; second <= 120; second++)
        {
            substation.Look(second, Stopped with { Flow = Signal.Good(1_000m + second * 0.001m) });
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
        Substation substation = new(AlarmOptions.Refined);
        for (int second = 0; second <= 75; second++)
        {
            substation.Look(second, Substation.Normal with { Flow = Signal.Good(1_000m + second * 0.002m) });
        }
        substation.LookEverySecond(76, 300, Stopped with { Flow = Signal.Good(1_000.150m) });

        Assert.That(substation.Events, Is.Empty);
    }

    [Test]
    public void Evaluate_FlowMeterBecomesUnusable_ItsLastFlowIsNotTakenForThePresentOne()
    {
        Substation substation = new(AlarmOptions.Refined with { FlowWindow = TimeSpan.FromSeconds(10) });
        for (int second = 0; second <= 10; second++)
        {
            substation.Look(second, Stopped with { Flow = Signal.Good(1_000m + second * 0.001m) });
        }
        substation.LookEverySecond(11, 59, Stopped with { Flow = Signal.Unusable<decimal>("no answer") });

        Assert.That(substation.Events, Is.Empty);
    }

    [Test]
    public void Evaluate_FlowMeterSetBack_IsNoFlow()
    {
        Substation substation = new(AlarmOptions.Refined);
        substation.LookEverySecond(0, 40, Stopped);
        substation.LookEverySecond(41, 120, Stopped with { Flow = Signal.Good(0m) });
        Assert.That(substation.Events, Is.Empty);
    }

    [TestCase(0.1, AlarmMode.Refined, ExpectedResult = "A1", Description = "within the zero band")]
    [TestCase(0.11, AlarmMode.Refined, ExpectedResult = "LOW_PRESSURE_PRE")]
    [TestCase(0.01, AlarmMode.Strict, ExpectedResult = "LOW_PRESSURE_PRE", Description = "literally not 0")]
    [TestCase(-0.5, AlarmMode.Strict, ExpectedResult = "A1", Description = "a vacuum is no pressure")]
    public string Evaluate_PumpRunsAndSwitchIsOff_ByPressure(double pressure, AlarmMode mode)
    {
        Substation substation = new((mode == AlarmMode.Strict ? AlarmOptions.Strict : AlarmOptions.Refined) with { Limits = new() });
        substation.LookEverySecond(0, 60, Dry with { SupplyPressure = Signal.Good((decimal)pressure) });
        return substation.Active.Single();
    }

    [TestCase(PressureSource.Supply, ExpectedResult = false)]
    [TestCase(PressureSource.Return, ExpectedResult = true)]
    [TestCase(PressureSource.Minimum, ExpectedResult = true)]
    [TestCase(PressureSource.Maximum, ExpectedResult = false)]
    [TestCase(PressureSource.Difference, ExpectedResult = false)]
    public bool Evaluate_PressureOnSupplyOnly_A1DependsOnTheSource(PressureSource source)
    {
        Substation substation = new(AlarmOptions.Strict with { PressureSource = source });
        substation.Look(0, Dry with { SupplyPressure = Signal.Good(5m) });
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
        Substation substation = new(AlarmOptions.Strict);
        substation.Look(0, Beyond(tag, (decimal)value, code));
        AlarmEvent.Raised raised = (AlarmEvent.Raised)substation.Events.Single();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(raised.Alarm.Code, Is.EqualTo(code));
        Assert.That(raised.Alarm.Number, Is.EqualTo(3));
        Assert.That(raised.Alarm.Signal!.Value.Tag(), Is.EqualTo(tag));
        Assert.That(raised.Evidence.Value, Is.EqualTo((decimal)value));
        Assert.That(raised.Evidence.Limit, Is.EqualTo((decimal)limit));
        Assert.That(raised.Evidence.Flag, Is.True);
    }

    [TestCase(95.1, ExpectedResult = "A3.T1.HIGH")]
    [TestCase(94.1, ExpectedResult = "A3.T1.HIGH", Description = "within the deadband")]
    [TestCase(94.0, ExpectedResult = "", Description = "one degree back")]
    public string Evaluate_Refined_TemperatureEndsOnlyADegreeBelowTheLimit(double back)
    {
        Substation substation = new(AlarmOptions.Refined);
        substation.LookEverySecond(0, 60, Substation.Normal with { SupplyTemperature = Signal.Good(96m), TemperatureHigh = Signal.Good(true) });
        substation.LookEverySecond(61, 91, Substation.Normal with { SupplyTemperature = Signal.Good((decimal)back) });
        return string.Join(' ', substation.Active);
    }

    [TestCase(90, 95.1, ExpectedResult = Severity.Critical, Description = "scalding")]
    [TestCase(90, 94.9, ExpectedResult = Severity.Major)]
    public Severity Evaluate_SupplyTooHot_IsCriticalAboveTheScaldLimit(int limit, double temperature)
    {
        Substation substation = new(AlarmOptions.Strict with { Limits = SubstationLimits.Default with { SupplyTemperature = new(40, limit) } });
        substation.Look(0, Substation.Normal with { SupplyTemperature = Signal.Good((decimal)temperature), TemperatureHigh = Signal.Good(true) });
        return ((AlarmEvent.Raised)substation.Events.Single()).Severity;
    }

    [TestCase(75, 50, ExpectedResult = "A3.T1.HIGH", Description = "both 20 degrees below: the supply's")]
    [TestCase(75, 69, ExpectedResult = "A3.T2.HIGH", Description = "the return is nearer to its limit")]
    public string Evaluate_FlagWithoutAViolation_MeansTheSensorNearerToItsLimit(int supply, int @return)
    {
        Substation substation = new(AlarmOptions.Strict);
        substation.Look(0, Substation.Normal with
        {
            SupplyTemperature = Signal.Good((decimal)supply),
            ReturnTemperature = Signal.Good((decimal)@return),
            TemperatureHigh = Signal.Good(true),
        });
        return substation.Active.Single(code => code.StartsWith("A3", StringComparison.Ordinal));
    }

    [Test]
    public void Evaluate_FlagWithoutAViolation_StaysWithItsSensorWhileItIsOn()
    {
        Substation substation = new(AlarmOptions.Strict);
        for (int second = 0; second < 20; second++)
        {
            substation.Look(second, Substation.Normal with
            {
                ReturnTemperature = Signal.Good(second % 2 == 0 ? 40m : 60m),
                TemperatureHigh = Signal.Good(true),
            });
        }
        Assert.That(substation.Events.Select(e => e.Alarm.Code), Is.EquivalentTo(new[] { "A3.T1.HIGH", "DIAG_LIMIT_MISMATCH.T_HIGH" }));
    }

    [Test]
    public void Evaluate_FlagAndValuesUnusable_FlagAloneMeansTheSupply()
    {
        Substation substation = new(AlarmOptions.Strict);
        substation.Look(0, AllBad with { PressureLow = Signal.Good(true) });
        Assert.That(substation.Active.Where(code => code.StartsWith("A3", StringComparison.Ordinal)), Is.EqualTo(new[] { "A3.P1.LOW" }));
    }

    [TestCase(true, 94, ExpectedResult = true, Description = "flag on, a degree below the limit: further than the deadband explains")]
    [TestCase(true, 94.5, ExpectedResult = false, Description = "flag on, within the deadband")]
    [TestCase(false, 95.5, ExpectedResult = false, Description = "flag off, within the deadband")]
    [TestCase(false, 96.1, ExpectedResult = true, Description = "flag off, beyond the limit")]
    public bool Evaluate_Refined_SourceAndOwnLimitsDisagreeForAMinute(bool flag, double supply)
    {
        Substation substation = new(AlarmOptions.Refined);
        SubstationSignals signals = Substation.Normal with
        {
            SupplyTemperature = Signal.Good((decimal)supply),
            TemperatureHigh = Signal.Good(flag),
        };
        substation.LookEverySecond(0, 59, signals);
        Assert.That(substation.Active, Is.Empty);
        substation.Look(60, signals);
        return substation.Active.Contains("DIAG_LIMIT_MISMATCH.T_HIGH");
    }

    [Test]
    public void Evaluate_EverythingUnusable_RaisesDiagnosticsOnly()
    {
        Substation substation = new(AlarmOptions.Strict);
        substation.Look(0, AllBad);

        Assert.That(substation.Active, Is.EquivalentTo(Enum.GetValues<SubstationSignal>().Select(s => $"DIAG_SIGNAL.{s.Tag().ToUpperInvariant()}")));
        Assert.That(substation.Events.OfType<AlarmEvent.Raised>().Select(e => e.Severity), Is.All.EqualTo(Severity.Minor));
    }

    [Test]
    public void Evaluate_BadQualityAfterAnAlarm_HoldsIt()
    {
        Substation substation = new(AlarmOptions.Refined);
        substation.LookEverySecond(0, 5, Dry);
        substation.LookEverySecond(6, 600, AllBad);
        Assert.That(substation.Active, Does.Contain("A1"));
        substation.LookEverySecond(601, 631, Substation.Normal);
        Assert.That(substation.Active, Does.Not.Contain("A1"));
    }

    [Test]
    public void Evaluate_UsableSignalsDecideAlone_DoNotWaitForTheOthers()
    {
        Substation substation = new(AlarmOptions.Strict);
        substation.Look(0, Dry);
        substation.Look(1, AllBad with { PumpRunning = Signal.Good(false) });
        Assert.That(substation.Active, Does.Not.Contain("A1"), "a pump that stands has no pressure drop, whatever the pressure");
    }

    [Test]
    public void Evaluate_LateOrRepeatedSample_ChangesNothing()
    {
        Substation substation = new(AlarmOptions.Strict);
        substation.Look(10, Dry);
        SubstationState state = substation.State;
        substation.Look(10, Substation.Normal);
        substation.Look(9, Substation.Normal);

        Assert.That(substation.State, Is.SameAs(state));
    }

    [Test]
    public void Evaluate_SwitchedOffSeason_EmptySystemIsNoWord()
    {
        Substation substation = new(AlarmOptions.Strict with { IsHeatingSeason = false, Limits = new() });
        substation.Look(0, Dry with { PumpRunning = Signal.Good(false) });
        Assert.That(substation.Events, Is.Empty);
    }

    /// <summary>Whatever is seen in whatever order: an alarm is raised and cleared in turn, its state says what the events say,
    /// time never runs back, and a process alarm is never raised by signals that do not say so.</summary>
    [Test]
    public void Evaluate_AnySamples_RaisesAndClearsInTurn() =>
        Gen.Select(AnySignals, Gen.Int[0, 4000]).Array[1, 60].Sample(samples =>
        {
            foreach (AlarmOptions options in new[] { AlarmOptions.Strict, AlarmOptions.Refined })
            {
                Substation substation = new(options);
                int latest = -1;
                foreach ((SubstationSignals signals, int tenths) in samples)
                {
                    int before = substation.Events.Count;
                    substation.Look(tenths / 10.0, signals);
                    foreach (AlarmEvent change in substation.Events.Skip(before))
                    {
                        Assert.That(tenths, Is.GreaterThan(latest), "a late sample changes nothing");
                        Assert.That(change.Time, Is.EqualTo(Substation.Start.AddSeconds(tenths / 10.0)));
                        Assert.That(change is not AlarmEvent.Raised { Alarm.IsDiagnostic: false } || Supports(change.Alarm, signals), change.ToString());
                    }
                    latest = Math.Max(latest, tenths);
                }
                foreach (IGrouping<AlarmId, AlarmEvent> history in substation.Events.GroupBy(change => change.Alarm))
                {
                    bool[] raised = [.. history.Select(change => change is AlarmEvent.Raised)];
                    Assert.That(raised, Is.EqualTo(Enumerable.Range(0, raised.Length).Select(i => i % 2 == 0)), history.Key.Code);
                    Assert.That(substation.State.StatusOf(history.Key).IsActive, Is.EqualTo(raised[^1]));
                }
            }
        }, iter: 1_000);

    /// <summary>A restart in the middle, the state written and read, changes nothing of what follows.</summary>
    [Test]
    public void Parse_StateInTheMiddle_GoesOnAsIfNothingHadHappened() =>
        Gen.Select(AnySignals, Gen.Int[1, 90]).Array[2, 40].Sample(samples =>
        {
            SubstationRules rules = new(AlarmOptions.Refined);
            SubstationState kept = SubstationState.Initial;
            SubstationState restarted = SubstationState.Initial;
            DateTimeOffset time = Substation.Start;
            foreach ((SubstationSignals signals, int seconds) in samples)
            {
                time = time.AddSeconds(seconds);
                Evaluation one = rules.Evaluate(kept, signals, time);
                Evaluation two = rules.Evaluate(SubstationState.Parse(restarted.ToJson()), signals, time);
                Assert.That(two.Events, Is.EqualTo(one.Events));
                Assert.That(two.State.ToJson(), Is.EqualTo(one.State.ToJson()));
                (kept, restarted) = (one.State, two.State);
            }
        });

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"alarms":{"A9":{"phase":"normal"}}}""")]
    public void Parse_NotAState_Throws(string json) => Assert.Throws<FormatException>(() => SubstationState.Parse(json));

    [Test]
    public void Constructor_SenselessOptions_AreRefused()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<ArgumentException>(() => _ = new SubstationRules(
            AlarmOptions.Strict with { Limits = new() { SupplyPressure = new(8, 3) } }));
        Assert.Throws<ArgumentException>(() => _ = new SubstationRules(AlarmOptions.Strict with { ZeroPressure = -1 }));
        Assert.Throws<ArgumentException>(() => _ = new SubstationRules(AlarmOptions.Strict with { FlowWindow = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => _ = new SubstationRules(
            AlarmOptions.Strict with { Delays = new() { Leak = TimeSpan.FromSeconds(-1) } }));
    }

    private static Gen<SubstationSignals> AnySignals =>
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

    private static Gen<Signal<decimal>> Real(int from, int to) => Gen.Frequency(
        (1, Gen.Const(Signal.Unusable<decimal>("no answer"))),
        (4, Gen.Int[from * 10, to * 10].Select(tenths => Signal.Good(tenths / 10m))));

    private static Gen<Signal<bool>[]> Flags(int count) => Gen.Frequency(
        (1, Gen.Const(Signal.Unusable<bool>("no answer"))),
        (4, Gen.Bool.Select(Signal.Good))).Array[count];

    /// <summary>Do the signals, all of them usable, say what the alarm says?</summary>
    private static bool Supports(AlarmId alarm, SubstationSignals s) => alarm.Kind switch
    {
        AlarmKind.PressureDrop => s.PumpRunning.Value == true && s.PressureSwitch.Value == false && s.SupplyPressure.Value <= 0.1m,
        AlarmKind.PumpContradiction => s.PumpRunning.Value == false && s.PressureSwitch.Value == true
            && (s.SupplyPressure.Value > 0 || s.Flow.Value is not null),
        AlarmKind.PumpFault => s.PumpFault.Value == true,
        AlarmKind.Leak => s.Leak.Value == true,
        AlarmKind.BelowLimit => s.NumberOf(alarm.Signal!.Value) < LimitsOf(alarm).Low
            || (IsTemperature(alarm) ? s.TemperatureLow.Value == true : s.PressureLow.Value == true),
        AlarmKind.AboveLimit => s.NumberOf(alarm.Signal!.Value) > LimitsOf(alarm).High
            || (IsTemperature(alarm) ? s.TemperatureHigh.Value == true : s.PressureHigh.Value == true),
        _ => false,
    };

    private static bool IsTemperature(AlarmId alarm) =>
        alarm.Signal is SubstationSignal.SupplyTemperature or SubstationSignal.ReturnTemperature;

    private static SensorLimits LimitsOf(AlarmId alarm) => alarm.Signal switch
    {
        SubstationSignal.SupplyTemperature => SubstationLimits.Default.SupplyTemperature,
        SubstationSignal.ReturnTemperature => SubstationLimits.Default.ReturnTemperature,
        SubstationSignal.SupplyPressure => SubstationLimits.Default.SupplyPressure,
        _ => SubstationLimits.Default.ReturnPressure,
    };

    private static SubstationSignals Beyond(string tag, decimal value, string code)
    {
        SubstationSignals signals = tag switch
        {
            "t1" => Substation.Normal with { SupplyTemperature = Signal.Good(value) },
            "t2" => Substation.Normal with { ReturnTemperature = Signal.Good(value) },
            "p1" => Substation.Normal with { SupplyPressure = Signal.Good(value) },
            _ => Substation.Normal with { ReturnPressure = Signal.Good(value) },
        };
        return (tag[0], code.EndsWith("LOW", StringComparison.Ordinal)) switch
        {
            ('t', true) => signals with { TemperatureLow = Signal.Good(true) },
            ('t', false) => signals with { TemperatureHigh = Signal.Good(true) },
            (_, true) => signals with { PressureLow = Signal.Good(true) },
            _ => signals with { PressureHigh = Signal.Good(true) },
        };
    }
}
