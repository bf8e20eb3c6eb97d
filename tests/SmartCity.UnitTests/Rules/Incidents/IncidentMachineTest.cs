using SmartCity.Domain;
using SmartCity.Rules;
using static SmartCity.UnitTests.Rules.Incidents.Cards;

namespace SmartCity.UnitTests.Rules.Incidents;

public sealed class IncidentMachineTest
{
    private const int Depth = 8;

    /// <summary>
    /// A row a stage: to which stages one can advance; then what else can be done with an incident that is neither cleared, critical,
    /// visited, suspended nor interrupted: Clear, Escalate, Visit, Suspend, Resume, reJect, reOpen, Interrupt, rePort.
    /// </summary>
    private static readonly Dictionary<IncidentStage, string> Table = new()
    {
        [IncidentStage.Detected] = "Registered CE...J.I.",
        [IncidentStage.Registered] = "Acknowledged CEVS.J.I.",
        [IncidentStage.Acknowledged] = "Dispatched CEVS.J.I.",
        [IncidentStage.Dispatched] = "Localised CEVS.J.I.",
        [IncidentStage.Localised] = "Restored CEVS...I.",
        [IncidentStage.Restored] = "Eliminated CEVS..O..",
        [IncidentStage.Eliminated] = "Verified CEV...O..",
        [IncidentStage.Verified] = "- CEV...O..",
        [IncidentStage.Closed] = "- C.....O..",
        [IncidentStage.Rejected] = "- C.....O..",
        [IncidentStage.Merged] = "- C........",
    };

    [Test]
    public void Do_EveryStageAndCommand_IsAllowedAsTheTableSays()
    {
        foreach ((IncidentStage stage, string row) in Table)
        {
            Incident incident = New() with { Stage = stage, StageAt = At(0), RegisteredAt = stage == IncidentStage.Detected ? null : At(0) };
            string[] cells = row.Split(' ');
            foreach (IncidentStage to in Enum.GetValues<IncidentStage>())
            {
                bool isAllowed = incident.Refusal(new IncidentCommand.Advance(to, At(1), "petrova", Evidence)) is null;
                Assert.That(isAllowed, Is.EqualTo(to.ToString() == cells[0]), $"{stage} to {to}");
            }
            for (int i = 0; i < Others.Length; i++)
            {
                string? refusal = incident.Refusal(Others[i](At(1), "petrova"));
                Assert.That(refusal is null, Is.EqualTo(cells[1][i] != '.'), $"{stage} {Others[i](At(1), "p").GetType().Name}: {refusal}");
            }
        }
    }

    /// <summary>
    /// Every sequence of eight commands by two persons; sequences that lead to the same incident are followed once. All of them happen
    /// at one instant, under a law whose quiet time is nothing, so that only the stages are in question.
    /// </summary>
    [Test]
    public void Do_EverySequenceOfEight_KeepsWhatMustHold([Values((byte)3, (byte)4)] byte alarm)
    {
        IncidentRules law = Law with { Deadlines = [.. Law.Deadlines.Select(row => row with { Quiet = TimeSpan.Zero })] };
        IncidentMachine machine = new(new(law, new(TimeSpan.FromHours(3))));
        Func<DateTimeOffset, string, IncidentCommand>[] commands =
        [
            .. Enum.GetValues<IncidentStage>().Select(stage => (Func<DateTimeOffset, string, IncidentCommand>)((time, by) => new IncidentCommand.Advance(stage, time, by, Evidence))),
            .. Others,
        ];
        Dictionary<string, Incident> reached = new() { [""] = Incident.Register(1, 1, alarm, At(0), At(0), Severity.Major) };
        HashSet<IncidentStage> seen = [];
        for (int depth = 0; depth < Depth; depth++)
        {
            Dictionary<string, Incident> next = [];
            foreach (Incident before in reached.Values)
            {
                foreach (Func<DateTimeOffset, string, IncidentCommand> command in commands)
                {
                    foreach (string by in new[] { "petrova", "ivanov" })
                    {
                        if (machine.Do(before, command(At(0), by)) is IncidentOutcome.Done done)
                        {
                            Check(before, command(At(0), by), done.Incident, by);
                            next.TryAdd(Key(done.Incident), done.Incident);
                            seen.Add(done.Incident.Stage);
                        }
                    }
                }
            }
            reached = next;
        }
        Assert.That(seen, Is.SupersetOf(Enum.GetValues<IncidentStage>().Where(stage => stage is not (IncidentStage.None or IncidentStage.Detected or IncidentStage.Merged))));
    }

    [Test]
    public void Advance_ToClosed_NeedsANormalSignalForTheSetTime()
    {
        Incident verified = New().To(IncidentStage.Verified);
        IncidentCommand close = new IncidentCommand.Advance(IncidentStage.Closed, At(40), "petrova", Evidence);
        Assert.That(verified.Refusal(close), Is.EqualTo("The alarm's condition still holds."));
        Incident cleared = verified.Do(new IncidentCommand.Clear(At(30), "rules", Evidence));
        Assert.That(cleared.Refusal(close), Is.EqualTo("The signal must stay normal until 2026-11-16 09:45:00Z."));
        Assert.That(cleared.Do(new IncidentCommand.Advance(IncidentStage.Closed, At(45), "petrova", Evidence)).Stage, Is.EqualTo(IncidentStage.Closed));
    }

    [TestCase((byte)4, "petrova", false)]
    [TestCase((byte)4, "PETROVA", false, Description = "a login is the same in capitals")]
    [TestCase((byte)4, "ivanov", true)]
    [TestCase((byte)3, "petrova", true)]
    public void Advance_ToVerified_NeedsASecondPersonForACriticalOne(byte alarm, string by, bool isAllowed) => Assert.That(
        New(alarm).To(IncidentStage.Eliminated).Refusal(new IncidentCommand.Advance(IncidentStage.Verified, At(30), by, Evidence)) is null,
        Is.EqualTo(isAllowed));

    [Test]
    public void Advance_ToEliminatedWhileSuspended_IsRefused() => Assert.That(
        New().To(IncidentStage.Restored).Do(new IncidentCommand.Suspend(SuspensionReason.AwaitingParts, At(20), "petrova", Evidence))
            .Refusal(new IncidentCommand.Advance(IncidentStage.Eliminated, At(21), "petrova", Evidence)),
        Is.EqualTo("It is suspended: let its clock run again first."));

    [TestCase("")]
    [TestCase("abc")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void Do_WithoutEvidence_IsRefused(string evidence) => Assert.That(
        New().Refusal(new IncidentCommand.Visit(At(1), "petrova", evidence)), Does.StartWith("Evidence is needed"));

    [Test]
    public void Do_EarlierThanTheStageBefore_IsRefused() => Assert.That(
        New().To(IncidentStage.Acknowledged, from: 5).Refusal(new IncidentCommand.Advance(IncidentStage.Dispatched, At(4), "petrova", Evidence)),
        Is.EqualTo("It cannot be before 2026-11-16 09:05:00Z."));

    [Test]
    public void Reject_WhatLeavesPeopleWithoutSupply_IsRefused()
    {
        Incident incident = New().Without(degrees: 18);
        Assert.That(incident.Refusal(new IncidentCommand.Reject(At(1), "petrova", Evidence)), Does.StartWith("What reduces bills"));
        Incident outage = New().Do(new IncidentCommand.RecordOutage(At(1), "petrova", Evidence));
        Assert.That(outage.Refusal(new IncidentCommand.Reject(At(1), "petrova", Evidence)), Does.StartWith("What reduces bills"));
    }

    [Test]
    public void Reopen_Rejected_IsAgainWhatItWas()
    {
        Incident rejected = New().To(IncidentStage.Dispatched).Do(new IncidentCommand.Reject(At(10), "petrova", Evidence));
        Assert.That(rejected.Do(new IncidentCommand.Reopen(At(25), "rules", Evidence)).Stage, Is.EqualTo(IncidentStage.Dispatched));
        Assert.That(rejected.Refusal(new IncidentCommand.Reopen(At(25.1), "rules", Evidence)), Is.EqualTo("It could be reopened until 2026-11-16 09:25:00Z: this is a new incident."));
    }

    [Test]
    public void Reopen_AfterRestoring_BeginsTheClocksAnewButThatOfElimination()
    {
        Incident again = New().Without(18).To(IncidentStage.Eliminated).Do(new IncidentCommand.Clear(At(20), "rules", Evidence))
            .Do(new IncidentCommand.Reopen(At(100), "rules", Evidence));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((again.Stage, again.Reopenings, again.ClearedAt, again.Interruption, again.EliminatedBy), Is.EqualTo((IncidentStage.Acknowledged, 1, (DateTimeOffset?)null, (Interruption?)null, (string?)null)));
        Assert.That(again.StateAt(Deadline.Localise, 100).Due, Is.EqualTo(At(130)));
        Assert.That(again.StateAt(Deadline.Eliminate, 100).Due, Is.EqualTo(At(-1 + 72 * 60)));
    }

    [Test]
    public void Merge_Part_GainsNoTime()
    {
        Incident parent = New() with { Number = 1 };
        Incident part = Incident.Register(2, 1, 4, At(0), At(1), Severity.Critical).Without(degrees: 9, from: 2);
        (Incident merged, Incident other, _, string? refusal) = Machine.Merge(part, parent, At(5));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(refusal, Is.Null);
        Assert.That((merged.Stage, merged.Parent), Is.EqualTo((IncidentStage.Merged, (IncidentReference?)new IncidentReference(1, 1))));
        Assert.That((other.IsCritical, other.Interruption!.Due), Is.EqualTo((true, At(2 + 4 * 60))));
        Assert.That(Machine.Merge(parent, part, At(5)).Refusal, Is.EqualTo("The other's alarm began later."));
        Assert.That(Machine.Merge(parent, parent, At(5)).Refusal, Is.EqualTo("An incident is no part of itself."));
        Assert.That(Machine.Merge(part, parent.To(IncidentStage.Restored), At(30)).Refusal, Is.EqualTo("The other's supply is restored, this one's is not."));
    }

    private static readonly Func<DateTimeOffset, string, IncidentCommand>[] Others =
    [
        (time, by) => new IncidentCommand.Clear(time, by, Evidence),
        (time, by) => new IncidentCommand.Escalate(time, by, Evidence),
        (time, by) => new IncidentCommand.Visit(time, by, Evidence),
        (time, by) => new IncidentCommand.Suspend(SuspensionReason.Weather, time, by, Evidence),
        (time, by) => new IncidentCommand.Resume(time, by, Evidence),
        (time, by) => new IncidentCommand.Reject(time, by, Evidence),
        (time, by) => new IncidentCommand.Reopen(time, by, Evidence),
        (time, by) => new IncidentCommand.Interrupt(7, EnergyKind.Heat, 18, TimeSpan.Zero, time, by, Evidence),
        (time, by) => new IncidentCommand.ReportCondition(9, time, by, Evidence),
    ];

    private static void Check(Incident before, IncidentCommand command, Incident after, string by)
    {
        string what = $"{before.Stage} {command.GetType().Name} {after.Stage}";
        Assert.That(before.IsOpen || command is IncidentCommand.Reopen or IncidentCommand.Clear, what);
        Assert.That(
            after.Stage == before.Stage || after.Stage == before.Stage + 1 || command is IncidentCommand.Reject or IncidentCommand.Reopen, what);
        Assert.That(after.Stage != IncidentStage.Closed || before.Stage == IncidentStage.Closed || after.ClearedAt is not null, what);
        bool isDone = after.Stage is IncidentStage.Verified or IncidentStage.Closed && after.Stage != before.Stage;
        Assert.That(!isDone || !after.IsCritical || after.EliminatedBy != by, what + " by one person");
        Assert.That(after.Stage < IncidentStage.Eliminated || after.Suspension is null || !after.IsOpen, what);
        Assert.That(!before.IsCritical || after.IsCritical, what);
        Assert.That(after.Stage != IncidentStage.Rejected || after.Interruption is null, what);
        Assert.That(
            before.Interruption is null || after.Interruption is null || after.Interruption.Due <= before.Interruption.Due, what + " gains time");
        Assert.That(after.RaisedAt, Is.EqualTo(before.RaisedAt));
    }

    private static string Key(Incident i) => string.Join(
        '|', i.Stage, i.ClearedAt is null, i.IsCritical, i.Suspension, i.Interruption?.Due, i.EliminatedBy, string.Join(',', i.ReachedAt.Select(at => at is null)));
}
