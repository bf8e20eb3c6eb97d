using CsCheck;
using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Rules.Incidents;

/// <summary>Alarms become incidents (DOMAIN 8).</summary>
public sealed class IncidentIntakeTest
{
    private static readonly SubstationSignals Leaking = Substation.Normal with { Leak = true };
    private static readonly SubstationSignals Hot = Substation.Normal with { ReturnTemperature = 71, TemperatureHigh = true };
    private static readonly SubstationSignals Faulty = Substation.Normal with { PumpFault = true };

    [Test]
    public void See_Leak_OpensACriticalIncidentAtOnce()
    {
        Room room = new();
        room.Look(0, Leaking);
        IntakeEvent.Opened opened = (IntakeEvent.Opened)room.Events.Single();
        Assert.That((opened.Incident.Alarm, opened.Incident.IsCritical, opened.Incident.Stage, opened.Time), Is.EqualTo(((byte)4, true, IncidentStage.Registered, At(0))));
    }

    [Test]
    public void See_LimitAlarmUnacknowledgedForFiveMinutes_OpensThen()
    {
        Room room = new();
        room.Look(0, Hot);
        room.Look(299, Hot);
        Assert.That(room.Events, Is.Empty);
        Assert.That(room.NextDue, Is.EqualTo(At(300)));
        room.Look(400, Hot);
        IntakeEvent opened = room.Events.Single();
        Assert.That((opened.Time, opened.Incident.RaisedAt), Is.EqualTo((At(300), At(0))));
    }

    [Test]
    public void See_LimitAlarmAcknowledgedInTime_OpensNone()
    {
        Room room = new();
        room.Look(0, Hot);
        room.Acknowledge("A3.T2.HIGH", 0, 200);
        room.Look(3_000, Hot);
        Assert.That(room.Events, Is.Empty);
    }

    [Test]
    public void See_AlarmThatHasEnded_OpensNone()
    {
        Room room = new();
        room.Look(0, Hot);
        room.Look(100, Substation.Normal);
        room.Look(3_000, Substation.Normal);
        Assert.That(room.Events, Is.Empty, "a cleared alarm never pages");
    }

    [TestCase(1_000, true)]
    [TestCase(1_800, false, Description = "the first one is an hour ago")]
    public void See_ThirdRaisingWithinAnHour_OpensAtOnce(int apart, bool opens)
    {
        Room room = new();
        for (int i = 0; i < 3; i++)
        {
            room.Look(i * apart, Faulty);
            room.Look(i * apart + 10, Substation.Normal);
        }
        Assert.That(room.Events.OfType<IntakeEvent.Opened>().Select(opened => opened.Time), Is.EqualTo(opens ? new[] { At(2 * apart) } : []));
    }

    [Test]
    public void See_AlarmIsBackWhileItsIncidentIsOpen_ReopensIt()
    {
        Room room = new();
        room.Look(0, Leaking);
        room.Look(60, Substation.Normal);
        room.Look(120, Leaking);
        Assert.That(room.Events.Select(change => (change.GetType().Name, change.Incident.Number, change.Time)), Is.EqualTo(new[]
        {
            ("Opened", 1L, At(0)), ("Cleared", 1L, At(60)), ("Reopened", 1L, At(120)),
        }));
    }

    [Test]
    public void See_AlarmIsBackAMomentBeforeWhatAPersonDid_ReopensTheIncidentAfterThat()
    {
        Room room = new();
        room.Look(0, Leaking);
        room.Look(60, Substation.Normal);
        room.Update(room.Events[^1].Incident.To(IncidentStage.Restored, from: 2)); // At 300 s.
        room.Look(299, Leaking);
        Assert.That((room.Events[^1].GetType().Name, room.Events[^1].Time), Is.EqualTo(("Reopened", At(300))));
    }

    [TestCase(900, "Reopened")]
    [TestCase(901, "Opened")]
    public void See_AlarmIsBackAfterTheClose_ReopensWithinFifteenMinutes(int later, string expected)
    {
        Room room = new();
        room.Look(0, Hot);
        room.Look(300, Hot);
        room.Look(400, Substation.Normal);
        Incident closed = room.Events[0].Incident.To(IncidentStage.Verified, from: 6).Do(new IncidentCommand.Clear(At(400), "rules", Cards.Evidence));
        closed = closed.Do(new IncidentCommand.Advance(IncidentStage.Closed, At(2_000), "petrova", Cards.Evidence));
        room.Update(closed);
        room.Look(2_000 + later, Hot);
        room.Look(2_000 + later + 300, Hot);
        Assert.That(room.Events[^1].GetType().Name, Is.EqualTo(expected));
        Assert.That(room.Events[^1].Incident.Number, Is.EqualTo(expected == "Opened" ? 2 : 1));
    }

    [Test]
    public void See_BadQuality_OpensNone()
    {
        Room room = new();
        room.Look(0, new());
        room.Look(100_000, new());
        Assert.That(room.Events, Is.Empty);
    }

    [Test]
    public void See_ShelvedWhileItsIncidentIsOpen_TheIncidentIsNotCleared()
    {
        Room room = new();
        room.Look(0, Leaking);
        room.Do((rules, state) => rules.Shelve(state, "A4", At(1_000), "p", "r", At(10)));
        room.Look(500, Leaking);
        Assert.That(room.Events, Has.Count.EqualTo(1));
    }

    /// <summary>
    /// Any signals: no more than one incident is open for an alarm, none comes of a diagnostic, each of a raising; and a restart anywhere
    /// changes nothing.
    /// </summary>
    [Test]
    public void See_AnySignals_KeepsOneOpenIncidentForEachAlarm() =>
        Gen.Select(SubstationRulesTest.AnySignals, Gen.Int[1, 400]).Array[1, 40].Sample(looks =>
        {
            Room room = new();
            Room restarted = new() { Restarts = true };
            int second = 0;
            foreach ((SubstationSignals signals, int seconds) in looks)
            {
                second += seconds;
                room.Look(second, signals);
                restarted.Look(second, signals);
            }
            Assert.That(restarted.Events.Select(Line), Is.EqualTo(room.Events.Select(Line)));
            Assert.That(restarted.State.ToJson(), Is.EqualTo(room.State.ToJson()));
            foreach (IGrouping<byte, IntakeEvent> history in room.Events.GroupBy(change => change.Incident.Alarm))
            {
                Assert.That(history.OfType<IntakeEvent.Opened>().Count(), Is.EqualTo(1), "it was never closed, so there is no second one");
                Assert.That(history.First(), Is.TypeOf<IntakeEvent.Opened>());
                bool?[] cleared = [.. history.Select(change => (bool?)(change is IntakeEvent.Cleared))];
                Assert.That(cleared, Is.EqualTo(Enumerable.Range(0, cleared.Length).Select(i => (bool?)(i % 2 == 1))), "cleared and back in turn");
            }
        }, iter: 300);

    private static DateTimeOffset At(int second) => Cards.Start.AddSeconds(second);

    private static string Line(IntakeEvent change) => $"{change.Time:O} {change.GetType().Name} {change.Incident.Alarm} {change.Incident.Number}";

    /// <summary>A substation in the strict mode with its incidents.</summary>
    private sealed class Room
    {
        private static readonly RuleProgram Rules = Substation.Book.Compile(
            AlarmMode.Strict, new Dictionary<string, ParameterValue> { ["noDataAfter"] = ParameterValue.None });

        private static readonly IncidentIntake Intake = new(Cards.Law, Cards.Machine);

        private RuleState _alarms = Rules.NewState();

        public IntakeState State { get; private set; } = IntakeState.Initial;

        public bool Restarts { get; init; }

        public List<IntakeEvent> Events { get; } = [];

        public DateTimeOffset? NextDue => Intake.NextDue(State, _alarms);

        public void Look(int second, SubstationSignals signals) => See(Rules.Evaluate(_alarms, signals.ToSamples(), At(second)), At(second));

        public void Acknowledge(string code, int raisedAt, int second) =>
            Do((rules, state) => rules.Acknowledge(state, code, At(raisedAt), At(second)));

        public void Do(Func<RuleProgram, RuleState, CommandOutcome> command)
        {
            CommandOutcome.Done done = (CommandOutcome.Done)command(Rules, _alarms);
            See(new(done.State, done.Events), done.Events[0].Time);
        }

        public void Update(Incident incident) => State = IncidentIntake.Update(State, incident);

        private void See(Evaluation look, DateTimeOffset time)
        {
            _alarms = look.State;
            IntakeState before = Restarts ? IntakeState.Parse(State.ToJson()) : State;
            (State, IReadOnlyList<IntakeEvent> events) = Intake.See(before, 1, look, Cards.Evidence, time);
            Events.AddRange(events);
        }
    }
}
