using CsCheck;
using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Rules.Engine;

public sealed class HotPathTest
{
    [Test]
    public void Apply_NothingHappens_AllocatesNothing()
    {
        RuleProgram program = Substation.Book.Compile(AlarmMode.Refined);
        RuleState state = program.NewState();
        List<AlarmEvent> events = [];
        SignalSample[] samples = Substation.Normal.ToSamples();
        Run(1, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(101, 1_100);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(events, Is.Empty);
        Assert.That(allocated, Is.Zero);

        void Run(int from, int to)
        {
            for (int second = from; second <= to; second++)
            {
                samples[0] = new(0, SignalReading.Of(6m + second % 7 * 0.01m));
                samples[2] = new(2, SignalReading.Of(75m + second % 5 * 0.1m));
                program.Apply(state, samples, Substation.Start.AddSeconds(second), events);
            }
        }
    }

    /// <summary>Signals one by one, and only those that changed, give the same as all of them together.</summary>
    [Test]
    public void Apply_InPlaceAndOnlyChanges_IsWhatEvaluateSays() =>
        Gen.Select(SubstationRulesTest.AnySignals, Gen.Int[1, 2]).Array[1, 40].Sample(looks =>
        {
            RuleProgram program = Substation.Book.Compile(
                AlarmMode.Refined, new Dictionary<string, ParameterValue> { ["noDataAfter"] = ParameterValue.None, ["flowWindow"] = ParameterValue.Of(TimeSpan.FromDays(1)) });
            RuleState pure = program.NewState();
            RuleState own = program.NewState();
            List<AlarmEvent> expected = [];
            List<AlarmEvent> events = [];
            SignalSample[]? last = null;
            int second = 0;
            foreach ((SubstationSignals signals, int seconds) in looks)
            {
                second += seconds * 20;
                SignalSample[] all = signals.ToSamples();
                string before = pure.ToJson();
                Evaluation look = program.Evaluate(pure, all, Substation.Start.AddSeconds(second));
                Assert.That(pure.ToJson(), Is.EqualTo(before), "a state is never changed");
                expected.AddRange(look.Events);
                pure = look.State;
                SignalSample[] changed = last is null ? all : [.. all.Where((sample, place) => sample != last[place])];
                program.Apply(own, changed, Substation.Start.AddSeconds(second), events);
                last = all;
            }
            Assert.That(events.Select(SubstationRulesTest.Text), Is.EqualTo(expected.Select(SubstationRulesTest.Text)));
        }, iter: 300);
}
