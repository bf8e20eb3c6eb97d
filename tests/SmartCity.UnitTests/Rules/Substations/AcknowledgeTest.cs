using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Substations;

public sealed class AcknowledgeTest
{
    private const string Leak = "A4";
    private static readonly SubstationSignals Leaking = Substation.Normal with { Leak = true };
    private static readonly RuleProgram Rules = Substation.Book.Compile(AlarmMode.Strict);

    [Test]
    public void Acknowledge_WhileActive_EndsWithItsAlarm()
    {
        RuleState acknowledged = Done(At(0, Rules.NewState(), Leaking), 0, 1).State;
        RuleState ended = At(2, acknowledged, Substation.Normal);
        RuleState again = At(3, ended, Leaking);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(acknowledged.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.Acknowledged));
        Assert.That(ended.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.Normal));
        Assert.That(again.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.Unacknowledged));
        Assert.That(again.StatusOf(Leak).AcknowledgedAt, Is.Null);
    }

    [Test]
    public void Acknowledge_AfterTheReturn_EndsIt()
    {
        RuleState returned = At(1, At(0, Rules.NewState(), Leaking), Substation.Normal);
        CommandOutcome.Done done = Done(returned, 0, 2);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(returned.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.ReturnedUnacknowledged));
        Assert.That(done.State.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.Normal));
        Assert.That(done.Events, Is.EqualTo(new[] { new AlarmEvent.Acknowledged(Rules.RuleOf(Leak), Time(2), Time(0)) }));
    }

    [Test]
    public void Acknowledge_NothingRaised_IsRefused() => AssertRefused(Rules.NewState(), 0, "A4 is not raised.");

    [Test]
    public void Acknowledge_Twice_IsRefused() => AssertRefused(
        Done(At(0, Rules.NewState(), Leaking), 0, 1).State, 0, "A4 is acknowledged already, at 2026-11-01 12:00:01Z.");

    [Test]
    public void Acknowledge_RaisingSeenIsNotTheLast_IsRefused()
    {
        RuleState raisedAnew = At(2, At(1, At(0, Rules.NewState(), Leaking), Substation.Normal), Leaking);
        AssertRefused(raisedAnew, 0, "A4 was raised anew at 2026-11-01 12:00:02Z: look at it first.");
    }

    [Test]
    public void Evaluate_DiagnosticEnds_AsksNobody()
    {
        RuleState bad = At(0, Rules.NewState(), Substation.Normal with { Leak = null });
        Assert.That(bad.Standing.Select(pair => pair.Alarm.Code), Is.EqualTo(new[] { "DIAG_SIGNAL.LEAK" }));
        Assert.That(At(1, bad, Substation.Normal).Standing, Is.Empty);
    }

    private static void AssertRefused(RuleState state, int raisedAt, string reason) => Assert.That(
        Rules.Acknowledge(state, Leak, Time(raisedAt), Time(60)), Is.EqualTo(new CommandOutcome.Refused(reason)));

    private static CommandOutcome.Done Done(RuleState state, int raisedAt, int time) =>
        (CommandOutcome.Done)Rules.Acknowledge(state, Leak, Time(raisedAt), Time(time));

    private static RuleState At(int second, RuleState state, SubstationSignals signals) =>
        Rules.Evaluate(state, signals.ToSamples(), Time(second)).State;

    private static DateTimeOffset Time(int second) => Substation.Start.AddSeconds(second);
}
