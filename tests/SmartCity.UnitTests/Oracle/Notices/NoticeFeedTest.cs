using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Notices;
using SmartCity.Oracle;
using SmartCity.Rules;
using SmartCity.UnitTests.Alphalogic;
using SmartCity.UnitTests.Notices;
using SmartCity.UnitTests.Oracle.Incidents;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Oracle.Notices;

/// <summary>What happens to incidents reaches the file of notices once and in order, wherever the oracle is ended. Real files.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class NoticeFeedTest : IDisposable
{
    private static readonly SubstationSignals s_leaking = Substation.Normal with { Leak = true };
    private static readonly ContactPlan s_plan = Samples.Plan(Samples.Contact("desk"));

    private readonly DispatchRoom _room = new();
    private readonly LogLines<NoticeFeed> _log = new();
    private NoticeDatabase _file;

    public NoticeFeedTest() => _file = NoticeDatabase.Open(_room.Folder);

    public void Dispose()
    {
        _file.Dispose();
        _room.Dispose();
    }

    /// <summary>The oracle ends after each thing that happens, before or after it has handed it over.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public void Step_RestartedAtEveryStep_TellsEachChangeOnceInOrder(bool isHandedOverBefore)
    {
        Action[] life =
        [
            () => _room.Look(1, s_leaking),
            () => Do(new DeskRequest.Reject(1)),
            () => Do(new DeskRequest.Reopen(1)),
            () => Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged)),
            () => Do(new DeskRequest.Comment(1), note: "looking"),
            () => Do(new DeskRequest.SendCrew(1, "crew 3", _room.Now.AddHours(1))),
            () => Do(new DeskRequest.Interrupt(1, 2, 15)),
            () => Do(new DeskRequest.Advance(1, IncidentStage.Localised)),
        ];
        foreach (Action happens in life)
        {
            happens();
            if (isHandedOverBefore)
            {
                Feed().Step();
            }
            Restart();
        }
        Feed().Step();

        IReadOnlyList<IncidentNotice> told = Told();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(told.Select(notice => notice.Stage), Is.EqualTo(new[]
        {
            IncidentStage.Registered, IncidentStage.Rejected, IncidentStage.Registered, IncidentStage.Acknowledged, IncidentStage.Dispatched,
            IncidentStage.Dispatched, IncidentStage.Localised,
        }));
        Assert.That(told.Select(notice => notice.Sequence), Is.Ordered.And.Unique);
        Assert.That(told.Select(notice => notice.Crew).Take(5), Is.EqualTo(new[] { null, null, null, null, "crew 3" }), "each as it was then");
        Assert.That(told[5].Deadlines.Any(deadline => deadline.Deadline == Deadline.Restore), "the interruption has its deadline");
        Assert.That(Waiting(), Is.Zero);
        Assert.That(_log.Lines, Is.Empty);
    }

    /// <summary>The file has it, and the queue as well: killed between the two.</summary>
    [Test]
    public void Step_KilledBetweenFileAndQueue_TellsNothingTwice()
    {
        _room.Look(1, s_leaking);
        Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged));
        NoticeWriter writer = new(CityLayouts.Plan);
        foreach (QueuedNotice queued in new NoticeQueue(_room.Journal).Next().Take(1))
        {
            Outbox().Add(writer.Write(queued));
        }
        Restart();
        Do(new DeskRequest.SendCrew(1, "crew 3", _room.Now.AddHours(1)));
        Feed().Step();

        Assert.That(Told().Select(notice => notice.Stage), Is.EqualTo(new[] { IncidentStage.Registered, IncidentStage.Acknowledged, IncidentStage.Dispatched }));
        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public void Step_FileCannotBeWritten_LosesNothingAndSaysSoOnce()
    {
        _room.Look(1, s_leaking);
        _file.Query<int>("PRAGMA query_only = 1", new { });
        NoticeFeed feed = Feed();
        int[] taken = [feed.Step(), feed.Step()];
        Restart();
        Feed().Step();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(taken, Is.EqualTo(new[] { 0, 0 }));
        Assert.That(_log.Lines, Has.Count.EqualTo(1).And.One.Contains("cannot be written"));
        Assert.That(Told().Select(notice => notice.Stage), Is.EqualTo(new[] { IncidentStage.Registered }));
    }

    /// <summary>An entry and its notice are there together, or neither is.</summary>
    [TestCase("CREATE TRIGGER broken BEFORE INSERT ON incident_notice BEGIN SELECT raise(ABORT, 'broken'); END", Description = "the notice cannot be written")]
    [TestCase("CREATE TRIGGER broken BEFORE UPDATE ON request WHEN NEW.outcome = 1 BEGIN SELECT raise(ABORT, 'broken'); END", Description = "the rest cannot be")]
    public void Do_PartCannotBeWritten_WritesNeitherEntryNorNotice(string fault)
    {
        _room.Look(1, s_leaking);
        long waiting = Waiting();
        int entries = _room.Card().Entries.Count;
        _room.Journal.Write(transaction => transaction.Execute(fault));
        _room.Ask(new DeskRequest.Advance(1, IncidentStage.Acknowledged));
        Assert.That(_room.Work, Throws.InstanceOf<SqliteException>());

        Assert.That((Waiting(), _room.Card().Entries.Count), Is.EqualTo((waiting, entries)));
    }

    [Test]
    public void Work_DeadlinesRunOut_AreToldAsWarnings()
    {
        _room.Look(1, s_leaking);
        _room.Look(6, s_leaking);
        Feed().Step();

        IncidentNotice[] warnings = [.. Told().Where(notice => notice.Warning is not null)];
        Assert.That(warnings.Select(notice => (notice.Warning!.Value.Deadline, notice.Warning.Value.Percent)), Is.EqualTo(new[]
        {
            (Deadline.Acknowledge, 50), (Deadline.Acknowledge, 80), (Deadline.Acknowledge, 100), (Deadline.Acknowledge, 120),
        }));
        Assert.That(warnings[^1].Deadlines[0], Is.EqualTo(new NoticeDeadline(Deadline.Acknowledge, DispatchRoom.At(6), DeadlineStatus.Breached)));
    }

    [Test]
    public void Step_RowThatIsNoIncident_IsToldInTheLogOnceAndStopsNoOther()
    {
        _room.Look(1, s_leaking);
        Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged));
        _room.Journal.Write(transaction => transaction.Execute("UPDATE incident_notice SET state = '{}' WHERE id = 1"));
        Feed().Step();
        Feed().Step();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Told().Select(notice => notice.Stage), Is.EqualTo(new[] { IncidentStage.Acknowledged }));
        Assert.That(_log.Lines, Has.Count.EqualTo(1).And.One.Contains("notice 1 of ИТП 1, alarm A4, Advanced at 2026-11-16 09:01:00Z"));
        Assert.That(Waiting(), Is.Zero);
    }

    [Test]
    public void Look_NobodyTells_QueuesNothing()
    {
        using DispatchRoom room = new(isTelling: false);
        room.Look(1, s_leaking);
        room.Look(60, s_leaking);

        Assert.That(room.Card().Warnings, Is.Not.Empty);
        Assert.That(room.Dump(), Does.Not.Contain("incident_notice"));
    }

    [Test]
    public void Add_NobodyTakesThem_KeepsTheNewest()
    {
        _room.Look(1, s_leaking);
        int[] dropped = _room.Journal.Write(transaction =>
        {
            StoredIncident incident = IncidentStore.Get(transaction, 1, 1);
            return Enumerable.Range(2, NoticeQueue.MostWaiting + 1).Select(_ => NoticeQueue.Add(transaction, incident, entry: 2, warning: null)).ToArray();
        });

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(dropped.Sum(), Is.EqualTo(2));
        Assert.That(Waiting(), Is.EqualTo(NoticeQueue.MostWaiting));
        Assert.That(new NoticeQueue(_room.Journal).Next()[0].Id, Is.EqualTo(3), "the oldest went");
    }

    /// <summary>A journal from a copy would give numbers again that the file of notices knows, and what they tell would be lost.</summary>
    [Test]
    public void GoOnAfter_JournalFromACopy_NewNoticesAreTold()
    {
        _room.Look(1, s_leaking);
        string copy = Path.Combine(_room.Folder, "copy.db");
        JournalCopies.Backup(_room.Folder, copy);
        Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged));
        Feed().Step();
        _file.Dispose();
        _room.Restart(() => JournalCopies.Restore(_room.Folder, copy, _room.Time));
        _file = NoticeDatabase.Open(_room.Folder);
        NoticeFeed feed = Feed();
        Do(new DeskRequest.Reject(1));
        feed.Step();

        Assert.That(Told().Select(notice => (notice.Sequence, notice.Stage)), Is.EqualTo(new[]
        {
            (1, IncidentStage.Registered), (2, IncidentStage.Acknowledged), (3, IncidentStage.Rejected),
        }));
    }

    [Test]
    public void Open_JournalBegunBefore_GetsTheQueue()
    {
        _room.Restart(() =>
        {
            using SqliteConnection journal = new($"Data Source={JournalFile.PathIn(_room.Folder)};Pooling=False");
            journal.Open();
            journal.Execute("DROP TABLE incident_notice; DROP INDEX request_once; ALTER TABLE request DROP COLUMN once");
        });
        _room.Look(1, s_leaking);
        Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged));
        Feed().Step();

        Assert.That(Told(), Has.Count.EqualTo(2));
    }

    private void Do(DeskRequest request, string note = "") => Assert.That(_room.Do(request, note: note), Is.Null);

    private void Restart()
    {
        _file.Dispose();
        _room.Restart();
        _file = NoticeDatabase.Open(_room.Folder);
    }

    private NoticeOutbox Outbox() => new(s_plan, Samples.Calendar, _file, _room.Time);

    /// <summary>As an oracle puts it together at its start.</summary>
    private NoticeFeed Feed()
    {
        NoticeOutbox outbox = Outbox();
        NoticeQueue queue = new(_room.Journal);
        queue.GoOnAfter(outbox.LastSequence());
        return new(queue, new(CityLayouts.Plan), outbox, _room.Time, _log);
    }

    private IReadOnlyList<IncidentNotice> Told() =>
        [.. _file.Query<string>("SELECT notice FROM notice ORDER BY sequence", new { }).Select(NoticeJson.Read)];

    private long Waiting() => _room.Journal.Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM incident_notice"));
}
