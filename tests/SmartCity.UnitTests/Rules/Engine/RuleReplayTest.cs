using CsCheck;
using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Engine;

public sealed class RuleReplayTest
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<ReplayedAlarm[]> s_alarms = Gen.Select(Gen.Int[0, 1], Gen.Int[1, 50], Gen.Int[1, 20]).Array[0, 8].Select(parts =>
    {
        // One after another, as alarms of a code come.
        List<ReplayedAlarm> alarms = [];
        int time = 0;
        foreach ((int code, int gap, int length) in parts)
        {
            time += gap;
            alarms.Add(Alarm($"R{code}", time, time + length));
            time += length;
        }
        return alarms.ToArray();
    });

    [Test]
    public void Of_SameAlarms_AreTheSame() => s_alarms.Sample(alarms =>
    {
        RuleComparison found = RuleComparison.Of(alarms, alarms.Reverse());
        Assert.That((found.Same, found.Gone.Length, found.New.Length, found.Moved.Length), Is.EqualTo((alarms.Length, 0, 0, 0)));
    });

    [Test]
    public void Of_AnyAlarms_EachIsToldOnce() => Gen.Select(s_alarms, s_alarms).Sample((before, after) =>
    {
        RuleComparison found = RuleComparison.Of(before, after);
        RuleComparison back = RuleComparison.Of(after, before);
        Assert.That(found.Same + found.Gone.Length + found.Moved.Length, Is.EqualTo(before.Length));
        Assert.That(found.Same + found.New.Length + found.Moved.Length, Is.EqualTo(after.Length));
        Assert.That((back.Same, back.Gone, back.New), Is.EqualTo((found.Same, found.New, found.Gone)).Using<(int, IEnumerable<ReplayedAlarm>, IEnumerable<ReplayedAlarm>)>(
            (one, other) => one.Item1 == other.Item1 && one.Item2.SequenceEqual(other.Item2) && one.Item3.SequenceEqual(other.Item3)));
        Assert.That(found.Moved, Has.All.Matches<MovedAlarm>(moved => moved.Before != moved.After && moved.Before.Code == moved.After.Code));
    });

    [TestCase(10, 20, 20, 30, ExpectedResult = "gone 1 new 1 moved 0", Description = "one ends as the other begins")]
    [TestCase(10, 20, 19, 30, ExpectedResult = "gone 0 new 0 moved 1")]
    [TestCase(10, null, 5, 8, ExpectedResult = "gone 1 new 1 moved 0")]
    [TestCase(10, null, 12, null, ExpectedResult = "gone 0 new 0 moved 1")]
    public string Of_TwoAlarms_AreOneIfTheyStoodTogether(int raised, int? cleared, int otherRaised, int? otherCleared)
    {
        RuleComparison found = RuleComparison.Of([Alarm("A", raised, cleared)], [Alarm("A", otherRaised, otherCleared)]);
        return $"gone {found.Gone.Length} new {found.New.Length} moved {found.Moved.Length}";
    }

    [Test]
    public void Look_ConditionComesAndGoes_RemembersTheAlarm()
    {
        RuleProgram program = Books.Parse(Books.Json(Books.Rule("A", "\"f\""))).Compile(AlarmMode.Refined);
        RuleReplay replay = new(program, 7);
        foreach ((int second, bool flag) in new[] { (0, false), (10, true), (20, true), (30, false), (40, true), (40, false) })
        {
            replay.Look([new(program.SignalPlace("f"), SignalReading.Of(flag))], s_start.AddSeconds(second));
        }

        Assert.That(replay.Alarms, Is.EqualTo(new[] { Alarm("A", 10, 30, 7), Alarm("A", 40, null, 7) }));
    }

    private static ReplayedAlarm Alarm(string code, int raised, int? cleared, uint substation = 1) => new(
        substation, code, Severity.Major, s_start.AddSeconds(raised), cleared is { } end ? s_start.AddSeconds(end) : null);
}
