using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Substations;

public sealed class AcknowledgeTest
{
    private static readonly AlarmId Leak = AlarmId.Parse("A4");
    private static readonly SubstationSignals Leaking = Substation.Normal with { Leak = Signal.Good(true) };
    private static readonly SubstationRules Rules = new(AlarmOptions.Strict);

    [Test]
    public void Acknowledge_WhileActive_EndsWithItsAlarm()
    {
        SubstationState acknowledged = Done(At(0, SubstationState.Initial, Leaking), 0, 1).State;
        SubstationState ended = At(2, acknowledged, Substation.Normal);
        SubstationState again = At(3, ended, Leaking);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(acknowledged.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.Acknowledged));
        Assert.That(ended.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.Normal));
        Assert.That(again.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.Unacknowledged));
        Assert.That(again.StatusOf(Leak).AcknowledgedAt, Is.Null);
    }

    [Test]
    public void Acknowledge_AfterTheReturn_EndsIt()
    {
        SubstationState returned = At(1, At(0, SubstationState.Initial, Leaking), Substation.Normal);
        AcknowledgeOutcome.Done done = Done(returned, 0, 2);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(returned.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.ReturnedUnacknowledged));
        Assert.That(done.State.StatusOf(Leak).Phase, Is.EqualTo(AlarmPhase.Normal));
        Assert.That(done.Event, Is.EqualTo(new AlarmEvent.Acknowledged(Leak, Time(2), Time(0))));
    }

    [Test]
    public void Acknowledge_NothingRaised_IsRefused() => AssertRefused(SubstationState.Initial, 0, "A4 is not raised.");

    [Test]
    public void Acknowledge_Twice_IsRefused() => AssertRefused(
        Done(At(0, SubstationState.Initial, Leaking), 0, 1).State, 0, "A4 is acknowledged already, at 2026-11-01 12:00:01Z.");

    [Test]
    public void Acknowledge_RaisingSeenIsNotTheLast_IsRefused()
    {
        SubstationState raisedAnew = At(2, At(1, At(0, SubstationState.Initial, Leaking), Substation.Normal), Leaking);
        AssertRefused(raisedAnew, 0, "A4 was raised anew at 2026-11-01 12:00:02Z: look at it first.");
    }

    [Test]
    public void Evaluate_DiagnosticEnds_AsksNobody()
    {
        SubstationState bad = At(0, SubstationState.Initial, Substation.Normal with { Leak = Signal.Unusable<bool>("no answer") });
        Assert.That(bad.Standing.Select(pair => pair.Alarm.Code), Is.EqualTo(new[] { "DIAG_SIGNAL.LEAK" }));
        Assert.That(At(1, bad, Substation.Normal).Standing, Is.Empty);
    }

    private static void AssertRefused(SubstationState state, int raisedAt, string reason) => Assert.That(
        SubstationRules.Acknowledge(state, Leak, Time(raisedAt), Time(60)), Is.EqualTo(new AcknowledgeOutcome.Refused(reason)));

    private static AcknowledgeOutcome.Done Done(SubstationState state, int raisedAt, int time) =>
        (AcknowledgeOutcome.Done)SubstationRules.Acknowledge(state, Leak, Time(raisedAt), Time(time));

    private static SubstationState At(int second, SubstationState state, SubstationSignals signals) =>
        Rules.Evaluate(state, signals, Time(second)).State;

    private static DateTimeOffset Time(int second) => Substation.Start.AddSeconds(second);
}
