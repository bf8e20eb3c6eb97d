using SmartCity.Domain;
using SmartCity.Notices;
using SmartCity.Oracle;
using SmartCity.Rules;
using SmartCity.UnitTests.Oracle.Incidents;

namespace SmartCity.UnitTests.Oracle.Notices;

/// <summary>What organisations read of an incident.</summary>
public sealed class NoticeWriterTest
{
    private static readonly NoticeWriter s_writer = new(CityLayouts.Plan);

    private static readonly Incident s_leak = Incident.Register(7, 1, 4, DispatchRoom.Start, DispatchRoom.Start, Severity.Major);

    [Test]
    public void Write_Leak_SaysWhatHappenedWhereAndByWhen()
    {
        IncidentNotice notice = s_writer.Write(Queued(s_leak, IncidentEntryKind.Advanced));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((notice.Incident, notice.Sequence, notice.At, notice.ObjectName, notice.Alarm, notice.Severity, notice.Stage), Is.EqualTo((
            new IncidentReference(1, 7), 42, DispatchRoom.Start, "ИТП 1", (byte)4, Severity.Critical, IncidentStage.Registered)));
        Assert.That(notice.Russian.Title, Is.EqualTo("Протечка"));
        Assert.That(notice.Russian.Headline, Is.EqualTo("Протечка, ИТП 1: инцидент зарегистрирован"));
        Assert.That(notice.English.Headline, Is.EqualTo("Leak, ИТП 1: incident registered"));
        Assert.That(notice.Russian.Description, Is.EqualTo("Датчик протечки мокрый.\nПоказания: p1 6, p2 4\nТревога поднята: 2026-11-16 12:00 +03:00"));
        Assert.That(notice.English.Description, Is.EqualTo("The leak sensor is wet.\nSeen: p1 6, p2 4\nAlarm raised: 2026-11-16 12:00 +03:00"));
        Assert.That(notice.Russian.Instruction, Does.StartWith("Выслать бригаду"));
        Assert.That(notice.Deadlines.Select(deadline => (deadline.Deadline, deadline.Due - DispatchRoom.Start, deadline.Status)), Is.EqualTo(new[]
        {
            (Deadline.Acknowledge, TimeSpan.FromMinutes(5), DeadlineStatus.Running), (Deadline.Plan, TimeSpan.FromMinutes(30), DeadlineStatus.Running),
            (Deadline.Localise, TimeSpan.FromMinutes(30), DeadlineStatus.Running), (Deadline.Visit, TimeSpan.FromHours(2), DeadlineStatus.Running),
            (Deadline.Eliminate, TimeSpan.FromHours(72), DeadlineStatus.Running),
        }));
        Assert.That(notice.Groups, Is.EqualTo(new[] { new NoticeGroup(2, EnergyKind.Heat, "House 1") }));
        Assert.That(notice.Houses, Is.EqualTo(new[] { "ул. Садовая, 12" }), "not those that have no flat in its groups");
        Assert.That(notice.Providers, Is.EqualTo(new ushort[] { 3 }));
    }

    [Test]
    public void Write_CrewSentAndSupplyCut_SaysBoth()
    {
        Incident sent = s_leak with
        {
            Stage = IncidentStage.Dispatched,
            Crew = "Бригада 3",
            Interruption = new(2, EnergyKind.Heat, DispatchRoom.At(2), DispatchRoom.At(962), TimeSpan.Zero),
        };
        IncidentNotice notice = s_writer.Write(Queued(sent, IncidentEntryKind.Interrupted) with { PlannedAt = DispatchRoom.At(90), Time = DispatchRoom.At(3) });

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(notice.Russian.Headline, Does.EndWith("подача прервана"));
        Assert.That(notice.Russian.Description, Does.EndWith(
            "Подача прервана с: 2026-11-16 12:02 +03:00\nБригада: Бригада 3\nОбещано восстановить до: 2026-11-16 13:30 +03:00"));
        Assert.That(notice.Deadlines, Has.Some.EqualTo(new NoticeDeadline(Deadline.Restore, DispatchRoom.At(962), DeadlineStatus.Running)));
    }

    [TestCase(80, "прошло 80 % срока «локализация»", "80 % of the time for \"localisation\" is gone")]
    [TestCase(100, "истёк срок «локализация»", "the time for \"localisation\" is over")]
    public void Write_Warning_SaysWhichDeadline(int percent, string russian, string english)
    {
        DeadlineWarning warning = new(Deadline.Localise, percent, EscalationLevel.DutyService, DispatchRoom.At(30), DispatchRoom.At(30));
        IncidentNotice notice = s_writer.Write(Queued(s_leak, null) with { Warning = warning, Time = warning.At });

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(notice.Warning, Is.EqualTo(warning));
        Assert.That(notice.Russian.Headline, Does.EndWith(russian));
        Assert.That(notice.English.Headline, Does.EndWith(english));
        Assert.That(notice.English.Description, Does.EndWith("Due: 2026-11-16 12:30 +03:00"));
    }

    [TestCase(IncidentEntryKind.Advanced, IncidentStage.Closed, "инцидент закрыт")]
    [TestCase(IncidentEntryKind.Rejected, IncidentStage.Rejected, "тревога была ложной")]
    [TestCase(IncidentEntryKind.Merged, IncidentStage.Merged, "инцидент объединён с другим")]
    public void Write_End_AsksForNothingMore(object kind, IncidentStage stage, string happened)
    {
        IncidentNotice notice = s_writer.Write(Queued(s_leak with { Stage = stage, Parent = new(1, 3) }, (IncidentEntryKind)kind));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(notice.IsEnd);
        Assert.That(notice.Russian.Headline, Does.EndWith(happened));
        Assert.That(notice.English.Instruction, Is.EqualTo("Nothing more is to be done."));
        Assert.That(notice.English.Description, Does.EndWith("Part of incident: 1-3"));
    }

    [TestCase(IncidentEntryKind.Reopened, "инцидент возобновлён")]
    [TestCase(IncidentEntryKind.Escalated, "инцидент признан критическим")]
    public void Write_SameStageAgain_SaysWhy(object kind, string happened) =>
        Assert.That(s_writer.Write(Queued(s_leak, (IncidentEntryKind)kind)).Russian.Headline, Does.EndWith(happened));

    /// <summary>Every stage and deadline has words in both languages.</summary>
    [Test]
    public void Write_EveryStageAndDeadline_HasWords()
    {
        foreach (NoticeWords words in new[] { NoticeWords.Russian, NoticeWords.English })
        {
            Assert.That(words.Stages, Has.Count.EqualTo(Enum.GetValues<IncidentStage>().Length).And.Exactly(1).Empty);
            Assert.That(words.Deadlines, Has.Count.EqualTo(Enum.GetValues<Deadline>().Length).And.None.Empty);
        }
    }

    /// <summary>Rules and plans change; an incident of before is told as far as it is known.</summary>
    [Test]
    public void Write_ObjectAndRuleOfBefore_AreToldAsTheyAreKnown()
    {
        IncidentNotice notice = s_writer.Write(Queued(s_leak with { ObjectNumber = 9 }, IncidentEntryKind.Advanced) with { Code = "A4.OLD", Severity = null });

        Assert.That((notice.Russian.Title, notice.Severity, notice.Groups.Length, notice.Providers.Length), Is.EqualTo(("A4.OLD", Severity.Critical, 0, 0)));
    }

    private static QueuedNotice Queued(Incident incident, IncidentEntryKind? kind) => new(
        42, IncidentStore.ToJson(incident), "ИТП 1", "A4", "Leak: p1 6, p2 4", Severity.Major, null, kind, DispatchRoom.Start, null);
}
