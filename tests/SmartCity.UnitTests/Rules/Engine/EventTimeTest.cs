using CsCheck;
using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Rules.Engine;

/// <summary>Delays and deadbands by the time of the source: whatever the order and lateness of samples, and across restarts.</summary>
public sealed class EventTimeTest
{
    private const int OnDelay = 5;
    private const int OffDelay = 7;
    private const int Deadband = 2;
    private const int Limit = 10;
    private const int Lateness = 20;
    private const int End = 400;

    private static readonly RuleProgram Program = Books.Parse(Books.Json(Books.Rule(
        "A", $$"""{ "above": ["x", {{Limit}}], "deadband": {{Deadband}} }""", $"\"onDelay\": \"{OnDelay}s\", \"offDelay\": \"{OffDelay}s\",")))
        .Compile(AlarmMode.Refined);

    /// <summary>Values by second; no value is bad quality.</summary>
    private static Gen<SortedDictionary<int, int?>> Traces => Gen.Select(Gen.Int[0, 300], Gen.Frequency((1, Gen.Const((int?)null)), (6, Gen.Int[6, 14].Select(value => (int?)value))))
        .Array[1, 60].Select(points =>
        {
            SortedDictionary<int, int?> trace = [];
            foreach ((int second, int? value) in points)
            {
                trace[second] = value;
            }
            return trace;
        });

    /// <summary>Samples arrive in any order within the bound: the alarms are those of the samples in order, at the same times.</summary>
    [Test]
    public void Add_AnyOrderWithinTheBound_GivesTheAlarmsOfTheRightOrder() =>
        Gen.Select(Traces, Gen.Int[0, 1_000_000]).Sample((trace, seed) =>
        {
            // A sample is overtaken by those that are newer by less than the bound.
            Random random = new(seed);
            int[] arrival = [.. trace.Keys.OrderBy(second => second + random.NextDouble() * Lateness)];
            ReorderBuffer buffer = ReorderBuffer.Within(TimeSpan.FromSeconds(Lateness));
            RuleState state = Program.NewState();
            List<AlarmEvent> events = [];
            foreach (int second in arrival)
            {
                Reordering reordering = buffer.Add(new(0, Reading(trace[second])), At(second));
                Assert.That(reordering.IsLate, Is.False);
                buffer = reordering.Buffer;
                state = Feed(state, reordering.Ready, events);
            }
            state = Feed(state, buffer.Complete(At(End)).Ready, events);
            events.AddRange(Program.Advance(state, At(End)).Events);
            Assert.That(events.Select(Line), Is.EqualTo(Expected(trace)));
        }, iter: 2_000);

    [Test]
    public void Evaluate_InOrder_IsTheDefinition() => Traces.Sample(trace =>
    {
        Substation watched = new(Program);
        foreach ((int second, int? value) in trace)
        {
            watched.Look(second, ("x", Reading(value)));
        }
        watched.Wait(End);
        Assert.That(watched.Events.Select(Line), Is.EqualTo(Expected(trace)));
    }, iter: 2_000);

    /// <summary>Sleeping until the next due time, being looked at in between, restarting anywhere: nothing of it changes what happens.</summary>
    [Test]
    public void Evaluate_WokenAndRestartedAnywhere_IsTheSame() => Gen.Select(Traces, Gen.Int[0, End].Array[0, 30]).Sample((trace, cuts) =>
    {
        Substation plain = new(Program);
        List<AlarmEvent> events = [];
        RuleState state = Program.NewState();
        foreach ((int second, int? value) in trace)
        {
            plain.Look(second, ("x", Reading(value)));
            foreach (int cut in cuts.Where(cut => cut < second).Order())
            {
                Evaluation woken = Program.Advance(Program.ParseState(state.ToJson()), At(cut));
                events.AddRange(woken.Events);
                state = woken.State;
            }
            Evaluation look = Program.Evaluate(Program.ParseState(state.ToJson()), [new(0, Reading(value))], At(second));
            events.AddRange(look.Events);
            state = look.State;
        }
        plain.Wait(End);
        while (state.NextDue is { } due && due <= At(End))
        {
            Evaluation woken = Program.Advance(state, due);
            Assert.That(woken.State.NextDue, Is.Null.Or.GreaterThan(due), "a host that sleeps until then is never woken in vain twice");
            events.AddRange(woken.Events);
            state = woken.State;
        }
        Assert.That(events.Select(Line), Is.EqualTo(plain.Events.Select(Line)));
    }, iter: 1_000);

    [Test]
    public void Add_SampleBeyondTheBound_IsLateAndLeftOut()
    {
        Reordering reordering = ReorderBuffer.Within(TimeSpan.FromSeconds(10)).Add(new(0, SignalReading.Of(1m)), At(100));
        Assert.That(reordering.Ready, Is.Empty);
        reordering = reordering.Buffer.Add(new(0, SignalReading.Of(2m)), At(111));
        Assert.That(reordering.Ready.Select(instant => instant.Time), Is.EqualTo(new[] { At(100) }));
        Assert.That(reordering.Buffer.Add(new(0, SignalReading.Of(3m)), At(100)).IsLate, Is.True);
        Assert.That(reordering.Buffer.Add(new(0, SignalReading.Of(3m)), At(101)).IsLate, Is.False);
    }

    [Test]
    public void Add_TwoReadingsOfOneInstant_ArrivalDoesNotDecide([Values] bool goodFirst)
    {
        SignalSample[] samples = [new(0, SignalReading.Of(1m)), new(0, SignalReading.Bad), new(0, SignalReading.Of(2m))];
        ReorderBuffer buffer = (goodFirst ? samples : samples.Reverse()).Aggregate(
            ReorderBuffer.Within(TimeSpan.Zero), (before, sample) => before.Add(sample, At(1)).Buffer);
        Assert.That(buffer.Complete(At(1)).Ready.Single().Samples, Is.EqualTo(new[] { samples[2] }));
    }

    [Test]
    public void Add_MoreInstantsThanTheBufferHolds_ReleasesTheOldest()
    {
        ReorderBuffer buffer = ReorderBuffer.Within(TimeSpan.FromDays(1));
        int ready = 0;
        for (int second = 1; second <= ReorderBuffer.MaxInstants + 3; second++)
        {
            Reordering reordering = buffer.Add(new(0, SignalReading.Of(1m)), At(second));
            (buffer, ready) = (reordering.Buffer, ready + reordering.Ready.Length);
        }
        Assert.That(ready, Is.EqualTo(3));
        Assert.That(buffer.CompleteUntil, Is.EqualTo(At(3)));
    }

    /// <summary>
    /// The definition, second by second over the whole history: a value holds until the next one, one of bad quality hides the
    /// condition, and hidden seconds neither end nor interrupt a delay.
    /// </summary>
    private static List<string> Expected(SortedDictionary<int, int?> trace)
    {
        List<string> expected = [];
        bool isActive = false;
        int? since = null;
        int? value = null;
        for (int second = 0; second <= End; second++)
        {
            value = trace.TryGetValue(second, out int? sample) ? sample : value;
            if (value is not { } known)
            {
                continue;
            }
            bool holds = known > (isActive ? Limit - Deadband : Limit);
            since = holds == isActive ? null : since ?? second;
            if (since is { } start && second - start >= (isActive ? OffDelay : OnDelay))
            {
                isActive = !isActive;
                since = null;
                expected.Add($"{second} {(isActive ? "Raised" : "Cleared")}");
            }
        }
        return expected;
    }

    private static RuleState Feed(RuleState state, IEnumerable<SampleInstant> instants, List<AlarmEvent> events)
    {
        foreach (SampleInstant instant in instants)
        {
            Evaluation look = Program.Evaluate(state, instant.Samples.AsSpan(), instant.Time);
            events.AddRange(look.Events);
            state = look.State;
        }
        return state;
    }

    private static SignalReading Reading(int? value) => value is { } known ? SignalReading.Of((decimal)known) : SignalReading.Bad;

    private static DateTimeOffset At(int second) => Substation.Start.AddSeconds(second);

    private static string Line(AlarmEvent change) => $"{(change.Time - Substation.Start).TotalSeconds} {change.GetType().Name}";
}
