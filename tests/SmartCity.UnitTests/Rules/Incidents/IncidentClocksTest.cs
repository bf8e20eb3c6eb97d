using CsCheck;
using SmartCity.Domain;
using SmartCity.Rules;
using static SmartCity.UnitTests.Rules.Incidents.Cards;

namespace SmartCity.UnitTests.Rules.Incidents;

/// <summary>The law's clocks (DOMAIN 5 and 8), counted by hand.</summary>
public sealed class IncidentClocksTest
{
    [TestCase(Deadline.Acknowledge, 5)]
    [TestCase(Deadline.Plan, 30)]
    [TestCase(Deadline.Localise, 30)]
    [TestCase(Deadline.Visit, 120)]
    [TestCase(Deadline.Eliminate, 72 * 60 - 1, Description = "from the alarm, which was a minute before")]
    public void At_NothingDone_RunsUntilTheLastSecondAndIsThenBreached(Deadline deadline, int minutes)
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(New().StateAt(deadline, minutes), Has.Property("Status").EqualTo(DeadlineStatus.Running).And.Property("Due").EqualTo(At(minutes)));
        DeadlineState late = New().StateAt(deadline, minutes + 2);
        Assert.That((late.Status, late.LateBy), Is.EqualTo((DeadlineStatus.Breached, TimeSpan.FromMinutes(2))));
        Assert.That(New().StateAt(deadline, -0.5).Status, Is.EqualTo(DeadlineStatus.None), "before its registration");
        Assert.That(New().StateAt(Deadline.Restore, minutes).Status, Is.EqualTo(DeadlineStatus.None), "nothing is interrupted");
    }

    [Test]
    public void At_StageReached_StandsWhereItWas()
    {
        Incident answered = New().To(IncidentStage.Acknowledged, from: 6);
        DeadlineState state = answered.StateAt(Deadline.Acknowledge, 600);
        Assert.That((state.Status, state.ReachedAt, state.LateBy), Is.EqualTo((DeadlineStatus.Breached, (DateTimeOffset?)At(6), TimeSpan.FromMinutes(1))));
        Assert.That(New().To(IncidentStage.Acknowledged, from: 5).StateAt(Deadline.Acknowledge, 600).Status, Is.EqualTo(DeadlineStatus.Met));
        Assert.That(answered.StateAt(Deadline.Acknowledge, 4).Status, Is.EqualTo(DeadlineStatus.Running), "what came later counts as not reached");
    }

    [TestCase(12, 16)]
    [TestCase(11, 8)]
    [TestCase(10, 8)]
    [TestCase(9, 4)]
    [TestCase(8, 4)]
    [TestCase(7, 0)]
    public void RestoreDue_Heat_ByTheTemperatureIndoors(int degrees, int hours) =>
        Assert.That(New().Without(degrees).StateAt(Deadline.Restore, 0).Due, Is.EqualTo(At(hours * 60)));

    [TestCase(1, 24)]
    [TestCase(2, 2)]
    public void RestoreDue_Electricity_ByTheNumberOfFeeds(int feeds, int hours) => Assert.That(
        New().Do(new IncidentCommand.Interrupt(7, EnergyKind.Electricity, feeds, TimeSpan.Zero, At(0), "p", Evidence)).Interruption!.Due,
        Is.EqualTo(At(hours * 60)));

    [TestCase(20, 4, Description = "four hours of the month are left")]
    [TestCase(24, 0)]
    [TestCase(30, 0)]
    [TestCase(7, 16)]
    public void RestoreDue_MonthNearlyUsedUp_IsWhatIsLeftOfIt(int used, int hours) =>
        Assert.That(New().Without(18, usedHours: used).StateAt(Deadline.Restore, 0).Due, Is.EqualTo(At(hours * 60)));

    [Test]
    public void RestoreDue_IntoTheNextMonth_ItsHoursBeginWithIt()
    {
        // The month ends at 2026-11-30 21:00 UTC in Moscow. Three hours before, four are left: the month ends first, and then 24 new ones.
        DateTimeOffset from = new(2026, 11, 30, 18, 0, 0, TimeSpan.Zero);
        Assert.That(Clocks.RestoreDue(EnergyKind.Heat, from, 18, TimeSpan.FromHours(20)), Is.EqualTo(from.AddHours(16)));
        Assert.That(Clocks.RestoreDue(EnergyKind.Heat, from, 18, TimeSpan.FromHours(22)), Is.EqualTo(from.AddHours(2)), "two are left: they end before the month");
    }

    /// <summary>Whatever is reported indoors in whatever order, the limit is never lengthened, and is that of the coldest report.</summary>
    [Test]
    public void ReportCondition_AnyReports_NeverLengthenTheLimit() =>
        Gen.Select(Gen.Int[5, 20], Gen.Select(Gen.Int[5, 20], Gen.Int[0, 500]).Array[0, 12], Gen.Int[0, 26]).Sample((first, reports, used) =>
        {
            Incident incident = New().Without(first, usedHours: used);
            foreach ((int degrees, int minute) in reports)
            {
                DateTimeOffset before = incident.Interruption!.Due;
                incident = incident.Do(new IncidentCommand.ReportCondition(degrees, At(minute), "telemetry", Evidence));
                Assert.That(incident.Interruption!.Due, Is.LessThanOrEqualTo(before));
            }
            int coldest = reports.Select(report => report.Item1).Append(first).Min();
            int hours = Math.Min(coldest >= 12 ? 16 : coldest >= 10 ? 8 : coldest >= 8 ? 4 : 0, Math.Max(0, 24 - used));
            Assert.That(incident.Interruption!.Due, Is.EqualTo(At(hours * 60)));
        });

    /// <summary>A suspension moves the clock of elimination by its length, and no other by anything.</summary>
    [Test]
    public void Suspend_AnySpans_StopOnlyTheClockOfElimination() =>
        Gen.Int[1, 300].Array[0, 6].Sample(spans =>
        {
            Incident plain = New().Without(18);
            Incident incident = plain;
            double minute = 1;
            double stood = 0;
            for (int i = 0; i + 1 < spans.Length; i += 2)
            {
                incident = incident.Do(new IncidentCommand.Suspend(SuspensionReason.AwaitingParts, At(minute), "p", Evidence));
                Assert.That(incident.StateAt(Deadline.Eliminate, minute + spans[i]).Due, Is.EqualTo(At(-1 + 72 * 60 + stood + spans[i])), "it moves on while it stands");
                minute += spans[i];
                stood += spans[i];
                incident = incident.Do(new IncidentCommand.Resume(At(minute), "p", Evidence));
                minute += spans[i + 1];
            }
            foreach (Deadline deadline in Enum.GetValues<Deadline>())
            {
                double moved = deadline == Deadline.Eliminate ? stood : 0;
                Assert.That(incident.StateAt(deadline, minute).Due, Is.EqualTo(plain.StateAt(deadline, minute).Due!.Value.AddMinutes(moved)), deadline.ToString());
            }
        });

    [Test]
    public void Tell_AnswerRunsOut_GoesUpTheChain()
    {
        (Incident incident, IReadOnlyList<DeadlineWarning> warnings) = Clocks.Tell(New(), At(5));
        Assert.That(
            warnings.Where(warning => warning.Deadline == Deadline.Acknowledge).Select(warning => (warning.Percent, warning.To, warning.At)),
            Is.EqualTo(new[] { (50, EscalationLevel.Dispatcher, At(2.5)), (80, EscalationLevel.ShiftHead, At(4)), (100, EscalationLevel.DutyService, At(5)) }));
        Assert.That(Clocks.Tell(incident, At(5)).Warnings, Is.Empty, "once each");
        Assert.That(Clocks.NextDue(incident, At(5)), Is.EqualTo(At(6)), "120 % of the answer");
        Assert.That(incident.StateAt(Deadline.Localise, 15).PercentAt(At(15)), Is.EqualTo(50));
    }

    /// <summary>A host that sleeps until what is due next tells the same, at the same times, as one that looks every minute or once.</summary>
    [Test]
    public void NextDue_SleepingUntilIt_MissesNothing()
    {
        Incident incident = New().Without(11).To(IncidentStage.Dispatched);
        const double End = 100 * 60;
        List<DeadlineWarning> expected = [.. Clocks.Tell(incident, At(End)).Warnings];
        List<DeadlineWarning> told = [];
        Incident slept = incident;
        DateTimeOffset now = At(3); // The stages so far are reached by then.
        while (Clocks.NextDue(slept, now) is { } due && due <= At(End))
        {
            Assert.That(due, Is.GreaterThanOrEqualTo(now));
            now = due;
            (slept, IReadOnlyList<DeadlineWarning> warnings) = Clocks.Tell(slept, now);
            Assert.That(warnings, Is.Not.Empty.And.All.Property("At").EqualTo(now));
            told.AddRange(warnings);
        }
        Assert.That(told, Is.EquivalentTo(expected));
        Assert.That(expected.Select(warning => warning.Deadline).Distinct(), Is.EquivalentTo(new[] { Deadline.Localise, Deadline.Visit, Deadline.Restore, Deadline.Eliminate }));
    }

    [Test]
    public void NextDue_Suspended_EliminationNeverComesNearer()
    {
        Incident suspended = New().To(IncidentStage.Restored).Do(new IncidentCommand.Visit(At(6), "p", Evidence))
            .Do(new IncidentCommand.Suspend(SuspensionReason.Weather, At(10), "p", Evidence));
        Assert.That(Clocks.NextDue(suspended, At(10)), Is.Null);
        Assert.That(Clocks.Tell(suspended, At(1_000_000)).Warnings, Is.Empty);
    }

    [Test]
    public void Do_LateStages_TellTheirBreaches()
    {
        Incident registered = New();
        IncidentOutcome.Done answered = (IncidentOutcome.Done)Machine.Do(registered, new IncidentCommand.Advance(IncidentStage.Acknowledged, At(5.1), "p", Evidence));
        Assert.That(answered.Breaches, Is.EqualTo(new[] { Deadline.Acknowledge }));
        IncidentOutcome.Done rejected = (IncidentOutcome.Done)Machine.Do(answered.Incident, new IncidentCommand.Reject(At(31), "p", Evidence));
        Assert.That(rejected.Breaches, Is.EqualTo(new[] { Deadline.Plan, Deadline.Localise }), "never told, never localised");
        Assert.That(rejected.Incident.StateAt(Deadline.Visit, 1_000).Status, Is.EqualTo(DeadlineStatus.None), "the clocks of what has ended stand");
    }
}
