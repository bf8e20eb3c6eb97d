using CsCheck;
using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Rules.Alarms;

/// <summary>Alarms that are shelved, suppressed, out of service or latched.</summary>
public sealed class MuteTest
{
    private static readonly SignalReading On = SignalReading.Of(true);
    private static readonly SignalReading Off = SignalReading.Of(false);

    [Test]
    public void Shelve_RaisedAlarm_IsMuteAndComesBackByItself()
    {
        Substation watched = Raised();
        watched.Do((rules, state) => rules.Shelve(state, "A", At(3_600), "petrova", "the sensor is being changed", At(10)));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(watched.State.StatusOf("A"), Has.Property("Phase").EqualTo(AlarmPhase.Shelved).And.Property("MuteBy").EqualTo("petrova"));
        Assert.That(watched.State.NextDue, Is.EqualTo(At(3_600)));
        watched.Wait(3_599);
        Assert.That(watched.Active, Is.Empty);
        watched.Wait(3_600);
        Assert.That(watched.State.StatusOf("A").Phase, Is.EqualTo(AlarmPhase.Unacknowledged));
        Assert.That(watched.Events.Select(Line), Is.EqualTo(new[] { "0 Raised", "10 Muted", "3600 Unmuted", "3600 Raised" }));
    }

    [Test]
    public void Shelve_ConditionEndsMeanwhile_NobodyIsCalled()
    {
        Substation watched = Raised();
        watched.Do((rules, state) => rules.Shelve(state, "A", At(60), "p", "r", At(10)));
        watched.Look(20, ("f", Off));
        watched.Look(100, ("f", Off));
        Assert.That(watched.Events.Select(Line), Is.EqualTo(new[] { "0 Raised", "10 Muted", "60 Unmuted" }));
        Assert.That(watched.State.Standing, Is.Empty);
    }

    [TestCase(28_801, "reason", "A may be shelved for 08:00:00 at most, and for more than no time.")]
    [TestCase(0, "reason", "A may be shelved for 08:00:00 at most, and for more than no time.")]
    [TestCase(60, " ", "Say why: an alarm is not put aside without a reason.")]
    public void Shelve_TooLongOrWithoutReason_IsRefused(int seconds, string reason, string refusal) => Assert.That(
        Raised().Do((rules, state) => rules.Shelve(state, "A", At(seconds), "p", reason, At(0))),
        Is.EqualTo(new CommandOutcome.Refused(refusal)));

    [Test]
    public void Unshelve_BeforeItsTime_RaisesWhatStillHolds()
    {
        Substation watched = Raised();
        watched.Do((rules, state) => rules.Shelve(state, "A", At(3_600), "p", "r", At(10)));
        watched.Do((rules, state) => rules.Unshelve(state, "A", At(20)));
        Assert.That(watched.Events.Select(Line), Is.EqualTo(new[] { "0 Raised", "10 Muted", "20 Unmuted", "20 Raised" }));
        Assert.That(watched.Do((rules, state) => rules.Unshelve(state, "A", At(30))), Is.EqualTo(new CommandOutcome.Refused("A is not shelved.")));
    }

    [Test]
    public void TakeOut_AndPutBack_AsksNobodyMeanwhile()
    {
        Substation watched = Raised();
        watched.Do((rules, state) => rules.TakeOut(state, "A", "p", "replaced", At(10)));
        watched.Look(20, ("f", Off));
        watched.Look(30, ("f", On));
        Assert.That(watched.State.StatusOf("A"), Has.Property("Phase").EqualTo(AlarmPhase.OutOfService).And.Property("MuteReason").EqualTo("replaced"));
        watched.Do((rules, state) => rules.PutBack(state, "A", At(40)));
        Assert.That(watched.Events.Select(Line), Is.EqualTo(new[] { "0 Raised", "10 Muted", "40 Unmuted", "40 Raised" }));
    }

    [Test]
    public void Acknowledge_MuteAlarm_IsRefused()
    {
        Substation watched = Raised();
        watched.Do((rules, state) => rules.TakeOut(state, "A", "p", "replaced", At(10)));
        Assert.That(
            watched.Do((rules, state) => rules.Acknowledge(state, "A", At(0), At(20))), Is.EqualTo(new CommandOutcome.Refused("A is not raised.")));
    }

    [Test]
    public void Latched_EndsOnlyWhenAcknowledgedAndReset()
    {
        Substation watched = Books.Watch(Books.Rule("A", "\"f\"", "\"latched\": true,"));
        watched.Look(0, ("f", On));
        watched.Look(1, ("f", Off));
        Assert.That(watched.State.StatusOf("A").Phase, Is.EqualTo(AlarmPhase.LatchedUnacknowledged));
        Assert.That(watched.Do((rules, state) => rules.Reset(state, "A", At(2))), Is.TypeOf<CommandOutcome.Refused>());
        watched.Do((rules, state) => rules.Acknowledge(state, "A", At(0), At(3)));
        Assert.That(watched.State.StatusOf("A").Phase, Is.EqualTo(AlarmPhase.LatchedAcknowledged));
        watched.Do((rules, state) => rules.Reset(state, "A", At(4)));
        Assert.That(watched.State.Standing, Is.Empty);
        Assert.That(watched.Events.Select(Line), Is.EqualTo(new[] { "0 Raised", "1 Cleared", "3 Acknowledged", "4 Reset" }));
    }

    /// <summary>A dead link: one alarm says it, its consequences are mute and say whose they are, and nobody is called when it is back.</summary>
    [Test]
    public void Suppress_DeadLink_MutesItsConsequencesAndSaysSo()
    {
        Substation watched = new(AlarmMode.Refined);
        watched.LookEverySecond(0, 10, Substation.Normal);
        watched.LookEverySecond(11, 120, new());
        Assert.That(watched.Active, Is.EqualTo(new[] { "NO_LINK" }));
        AlarmStatus muted = watched.State.StatusOf("DIAG_SIGNAL.P1");
        Assert.That((muted.Phase, muted.MuteBy, watched.State.IsActive("DIAG_SIGNAL.P1")), Is.EqualTo((AlarmPhase.SuppressedByDesign, "NO_LINK", true)));
        Assert.That(watched.Events.Skip(1).Select(change => change is AlarmEvent.Muted { By: "NO_LINK", RaisedAt: null }), Has.Exactly(13).True.And.No.False);

        watched.LookEverySecond(121, 300, Substation.Normal);
        Assert.That(watched.State.Standing, Is.Empty);
        Assert.That(watched.Events.Skip(14).Select(change => change.GetType().Name + change.Alarm.Code), Is.EqualTo(new[] { "ClearedNO_LINK" }));
    }

    [Test]
    public void Suppress_AlarmRaisedBeforeItsCause_EndsWithTheCauseAndComesBackAfterIt()
    {
        Substation watched = Books.Watch($"""{Books.Rule("A", "\"f\"")}, {Books.Rule("CAUSE", "\"g\"", "\"mutes\": [\"A\"],")}""");
        watched.Look(0, ("f", On), ("g", Off));
        watched.Do((rules, state) => rules.Acknowledge(state, "A", At(0), At(1)));
        watched.Look(2, ("g", On));
        watched.Look(3, ("g", Off));
        Assert.That(watched.Events.Where(change => change.Alarm.Code == "A").Select(Line), Is.EqualTo(new[] { "0 Raised", "1 Acknowledged", "2 Muted", "3 Raised" }));
        Assert.That(watched.State.StatusOf("A").AcknowledgedAt, Is.Null, "the acknowledgement ended with its raising");
    }

    [Test]
    public void Suppress_CauseOutOfService_ExplainsNothing()
    {
        Substation watched = Books.Watch($"""{Books.Rule("A", "\"f\"")}, {Books.Rule("CAUSE", "\"g\"", "\"mutes\": [\"A\"],")}""");
        watched.Look(0, ("f", On), ("g", On));
        Assert.That(watched.Active, Is.EqualTo(new[] { "CAUSE" }));
        watched.Do((rules, state) => rules.TakeOut(state, "CAUSE", "p", "false", At(1)));
        Assert.That(watched.Active, Is.EqualTo(new[] { "A" }));
    }

    [Test]
    public void Suppress_CauseEndsWhileBadQualityHidesTheConsequence_NobodyIsCalled()
    {
        Substation watched = Books.Watch($"""{Books.Rule("A", "\"f\"")}, {Books.Rule("CAUSE", "\"g\"", "\"mutes\": [\"A\"],")}""");
        watched.Look(0, ("f", On), ("g", On));
        watched.Look(1, ("f", SignalReading.Bad));
        watched.Look(2, ("g", Off));
        Assert.That(watched.Active, Is.Empty);
        watched.Look(3, ("f", On));
        Assert.That(watched.Active, Is.EqualTo(new[] { "A" }));
    }

    /// <summary>
    /// Any samples and commands: every alarm is raised and ended in turn, an acknowledgement outlives no alarm, nothing is two things at
    /// once; and a restart after every step changes nothing.
    /// </summary>
    [Test]
    public void Do_AnyOperations_KeepsTheMeaningOfTheStatesOverRestarts() =>
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 2], Gen.Int[0, 40]).Array[1, 60].Sample(steps =>
        {
            string rules = string.Join(", ", Books.Rule("A", "\"f\"", Delays), Books.Rule("CAUSE", "\"g\"", Delays + "\"mutes\": [\"A\"],"), Books.Rule("L", "\"h\"", Delays + "\"latched\": true,"));
            RuleProgram program = Books.Parse(Books.Json(rules)).Compile(AlarmMode.Refined);
            (RuleState plain, RuleState restarted) = (program.NewState(), program.NewState());
            List<AlarmEvent> events = [];
            int second = 0;
            foreach ((int operation, int which, int seconds) in steps)
            {
                second += seconds;
                (RuleState state, IReadOnlyList<AlarmEvent> happened) = Step(program, plain, operation, which, At(second));
                (RuleState again, IReadOnlyList<AlarmEvent> happenedAgain) = Step(program, program.ParseState(restarted.ToJson()), operation, which, At(second));
                Assert.That(happenedAgain.Select(change => Line(change) + change.Alarm.Code), Is.EqualTo(happened.Select(change => Line(change) + change.Alarm.Code)));
                Assert.That(again.ToJson(), Is.EqualTo(state.ToJson()));
                (plain, restarted) = (state, again);
                events.AddRange(happened);
                foreach ((AlarmRule alarm, AlarmStatus status) in plain.Standing)
                {
                    bool isActive = plain.IsActive(alarm.Code);
                    Assert.That(!status.Phase.IsRaised() || isActive, $"{alarm} {status.Phase}");
                    Assert.That(status.Phase.IsMute(), Is.EqualTo(status.MuteSince is not null), $"{alarm} {status.Phase}");
                    Assert.That(status.Phase == AlarmPhase.Shelved, Is.EqualTo(status.ShelvedUntil is not null), $"{alarm} {status.Phase}");
                    Assert.That(status.AcknowledgedAt is null || status.AcknowledgedAt >= status.RaisedAt, $"{alarm} {status.Phase}");
                }
            }
            foreach (IGrouping<string, AlarmEvent> history in events.GroupBy(change => change.Alarm.Code))
            {
                bool[] raised = [.. history.Where(change => change is AlarmEvent.Raised or AlarmEvent.Cleared or AlarmEvent.Muted { RaisedAt: not null })
                    .Select(change => change is AlarmEvent.Raised)];
                Assert.That(raised, Is.EqualTo(Enumerable.Range(0, raised.Length).Select(i => i % 2 == 0)), history.Key);
            }
        }, iter: 500);

    private const string Delays = "\"onDelay\": \"10s\", \"offDelay\": \"20s\", ";

    private static (RuleState State, IReadOnlyList<AlarmEvent> Events) Step(RuleProgram program, RuleState state, int operation, int which, DateTimeOffset time)
    {
        string code = program.Rules[which].Code;
        Evaluation waited = program.Advance(state, time);
        CommandOutcome? outcome = operation switch
        {
            6 => program.Acknowledge(waited.State, code, waited.State.StatusOf(code).RaisedAt ?? time, time),
            7 => program.Reset(waited.State, code, time),
            8 => program.Shelve(waited.State, code, time.AddSeconds(45), "p", "r", time),
            9 => program.Unshelve(waited.State, code, time),
            10 => program.TakeOut(waited.State, code, "p", "r", time),
            11 => program.PutBack(waited.State, code, time),
            _ => null,
        };
        if (outcome is CommandOutcome.Done done)
        {
            return (done.State, [.. waited.Events, .. done.Events]);
        }
        SignalReading reading = operation switch { 0 or 1 => Off, 2 or 3 or 4 => On, _ => SignalReading.Bad };
        Evaluation look = outcome is null ? program.Evaluate(waited.State, [new(3 + which, reading)], time) : waited;
        return (look.State, outcome is null ? [.. waited.Events, .. look.Events] : waited.Events);
    }

    private static Substation Raised()
    {
        Substation watched = Books.Watch(Books.Rule("A", "\"f\""));
        watched.Look(0, ("f", On));
        return watched;
    }

    private static DateTimeOffset At(int second) => Substation.Start.AddSeconds(second);

    private static string Line(AlarmEvent change) => $"{(change.Time - Substation.Start).TotalSeconds} {change.GetType().Name}";
}
