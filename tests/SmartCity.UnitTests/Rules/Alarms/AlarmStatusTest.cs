using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Rules.Alarms;

/// <summary>The state machine of one alarm, every sequence of looks and acknowledgements up to a depth, against its definition.</summary>
public sealed class AlarmStatusTest
{
    private const int Depth = 8;
    private const int SecondsPerStep = 20;
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(30);
    private static readonly AlarmId Leak = AlarmId.Of(AlarmKind.Leak);
    private static readonly SubstationRules Rules = new(AlarmOptions.Strict with { Delays = new() { Leak = Delay, Off = Delay } });

    /// <summary>Leak seen, not seen, hidden by bad quality; acknowledged.</summary>
    private static readonly char[] Steps = ['1', '0', '?', 'a'];

    [Test]
    public void Evaluate_EverySequence_KeepsTheStatesOfIsa182() => Assert.That(
        Explore(SubstationState.Initial, ""), Is.EqualTo((int)Math.Pow(Steps.Length, Depth)));

    private static int Explore(SubstationState state, string path)
    {
        AlarmStatus status = state.StatusOf(Leak);
        Assert.That(status.IsActive, Is.EqualTo(ShouldBeActive(path)), path);
        Assert.That(
            status.AcknowledgedAt is null || (status.RaisedAt is not null && status.AcknowledgedAt >= status.RaisedAt),
            "an acknowledgement belongs to a raising: " + path);
        Assert.That(
            status.Phase == AlarmPhase.Acknowledged, Is.EqualTo(status.IsActive && status.AcknowledgedAt is not null), path);
        if (path.Length == Depth)
        {
            return 1;
        }
        DateTimeOffset time = Substation.Start.AddSeconds(path.Length * SecondsPerStep);
        return Steps.Sum(step => Explore(Next(state, step, time), path + step));
    }

    private static SubstationState Next(SubstationState state, char step, DateTimeOffset time)
    {
        if (step == 'a')
        {
            AlarmStatus status = state.StatusOf(Leak);
            AcknowledgeOutcome outcome = SubstationRules.Acknowledge(state, Leak, status.RaisedAt ?? time, time);
            Assert.That(outcome is AcknowledgeOutcome.Done, Is.EqualTo(status.NeedsAcknowledgement));
            return outcome is AcknowledgeOutcome.Done done ? done.State : state;
        }
        Signal<bool> leak = step == '?' ? Signal.Unusable<bool>("no answer") : Signal.Good(step == '1');
        return Rules.Evaluate(state, Substation.Normal with { Leak = leak }, time).State;
    }

    /// <summary>
    /// The definition: the last look that found one value for the delay, with no look in between that found the other,
    /// decides. Looks that see nothing neither confirm nor interrupt.
    /// </summary>
    private static bool ShouldBeActive(string path)
    {
        for (int last = path.Length - 1; last >= 0; last--)
        {
            if (path[last] is not ('0' or '1'))
            {
                continue;
            }
            char contrary = path[last] == '1' ? '0' : '1';
            int first = path.IndexOf(path[last], path.LastIndexOf(contrary, last) + 1);
            if ((last - first) * SecondsPerStep >= Delay.TotalSeconds)
            {
                return path[last] == '1';
            }
        }
        return false;
    }
}
