using System.Xml.Linq;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Notices;
using SmartCity.Rules;

namespace SmartCity.UnitTests.Notices;

/// <summary>The outbox, in a real file: what is queued, in which order, and what becomes of dead letters.</summary>
public sealed class NoticeOutboxTest
{
    private static readonly ContactPlan s_plan = Samples.Plan(Samples.Contact("desk"));

    private readonly FakeTimeProvider _time = new(Samples.Now);
    private string _folder = "";
    private NoticeDatabase _database = null!;
    private NoticeOutbox _outbox = null!;
    private DeliveryStore _store = null!;

    [SetUp]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("notices").FullName;
        _database = NoticeDatabase.Open(_folder);
        _outbox = Outbox(s_plan);
        _store = new(_database);
    }

    [TearDown]
    public void Close()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Add_SameNoticeAgain_ChangesNothing()
    {
        int?[] queued = [_outbox.Add(Samples.Leak()), _outbox.Add(Samples.Leak()), _outbox.Add(Samples.Leak(2)), _outbox.Add(Samples.Leak())];
        Assert.That(queued, Is.EqualTo(new int?[] { 1, null, 1, null }));
        Assert.That(Drain(), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void Add_EarlierOneAfterALater_IsRefusedAndLeavesNothing()
    {
        _outbox.Add(Samples.Leak(2));
        Assert.That(() => _outbox.Add(Samples.Leak(1)), Throws.ArgumentException);
        Assert.That(() => _outbox.Add(Samples.Leak(1)), Throws.ArgumentException, "nothing of the first time is left");
        Assert.That(Drain(), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void Add_EndOfWhatNobodyWasTold_IsNotTold() => Assert.That(_outbox.Add(Samples.Leak(1, IncidentStage.Closed)), Is.Zero);

    /// <summary>Alert, Update, Cancel; and after a reopening an Alert again, for a Cancel leaves nothing to refer to.</summary>
    [Test]
    public void Add_WholeIncident_DocumentsReferToThoseBefore()
    {
        List<(string Type, int References)> documents = [];
        foreach ((IncidentStage stage, int index) in new[]
            {
                IncidentStage.Registered, IncidentStage.Restored, IncidentStage.Closed, IncidentStage.Acknowledged, IncidentStage.Closed,
            }.Select((stage, index) => (stage, index)))
        {
            _outbox.Add(Samples.Leak(index + 1, stage));
            DueDelivery due = Next()!;
            _store.Deliver(due.Id, _time.GetUtcNow());
            XElement alert = CapDocumentTest.Valid(due.Cap);
            documents.Add((alert.Element(alert.Name.Namespace + "msgType")!.Value,
                alert.Element(alert.Name.Namespace + "references")?.Value.Split(' ').Length ?? 0));
        }
        Assert.That(documents, Is.EqualTo(new[] { ("Alert", 0), ("Update", 1), ("Cancel", 2), ("Alert", 0), ("Cancel", 1) }));
    }

    [Test]
    public void Next_EarlierOneWaits_LaterOneOfTheIncidentWaitsToo()
    {
        _outbox.Add(Samples.Leak(1));
        _outbox.Add(Samples.Leak(2));
        _outbox.Add(Samples.Leak(1, incident: 8));
        DueDelivery first = Next()!;
        _store.Postpone(first.Id, _time.GetUtcNow().AddMinutes(1), "no answer");
        Assert.That(Next()!.Notice.Incident.Number, Is.EqualTo(8), "another incident goes on");
        _store.Deliver(Next()!.Id, _time.GetUtcNow());
        Assert.That(Next(), Is.Null);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That((Next()!.Message, Next()!.Notice.Sequence, Next()!.Attempts), Is.EqualTo((first.Message, 1, 1)), "the same id each time");
    }

    [Test]
    public void Next_FileClosedAndOpened_NothingIsLost()
    {
        _outbox.Add(Samples.Leak());
        DueDelivery before = Next()!;
        _database.Dispose();
        _database = NoticeDatabase.Open(_folder);
        _store = new(_database);
        Assert.That((Next()!.Message, Next()!.Cap, NoticeJson.Write(Next()!.Notice)), Is.EqualTo((before.Message, before.Cap, NoticeJson.Write(Samples.Leak()))));
    }

    [Test]
    public void Next_ContactWithoutDuty_IsNotDueBeforeItsHours()
    {
        _outbox = Outbox(Samples.Plan(Samples.Contact("desk") with { Hours = new(new(12, 0), new(13, 0)) }));
        _outbox.Add(Samples.Leak());
        Assert.That(Next(), Is.Null);
        _time.Advance(TimeSpan.FromMinutes(46)); // 12:00 in the city.
        Assert.That(Next(), Is.Not.Null);
    }

    [Test]
    public void DeadLetters_Retried_GoWithTheSameId()
    {
        DeadLetters letters = new(_database, _time);
        _outbox.Add(Samples.Leak());
        DueDelivery due = Next()!;
        _store.Kill(due.Id, "gone", _time.GetUtcNow());
        DeadLetter letter = letters.Page().Single();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Next(), Is.Null);
        Assert.That(letter, Is.EqualTo(new DeadLetter(due.Id, "teploset", "desk", new(1, 7), 1, due.Message, 1, "gone", Samples.Now)));
        Assert.That(letters.Page(letter.Id), Is.Empty);
        Assert.That(letters.Retry(letter.Id, "Иванов"), Is.Null);
        Assert.That(letters.Page(), Is.Empty);
        Assert.That((Next()!.Message, Next()!.Attempts), Is.EqualTo((due.Message, 0)));
        Assert.That(letters.Retry(letter.Id, "Иванов"), Does.Contain("no dead letter"));
    }

    [Test]
    public void DeadLetters_Dropped_AreGone()
    {
        DeadLetters letters = new(_database, _time);
        _outbox.Add(Samples.Leak());
        _store.Kill(Next()!.Id, "gone", _time.GetUtcNow());
        long id = letters.Page().Single().Id;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(letters.Drop(id, "Иванов"), Is.Null);
        Assert.That(letters.Page(), Is.Empty);
        Assert.That(letters.Drop(id, "Иванов"), Does.Contain("no dead letter"));
        Assert.That(letters.Retry(id, "Иванов"), Does.Contain("no dead letter"));
    }

    [Test]
    public void DeadLetters_LaterOneWasDelivered_IsNotRetried()
    {
        DeadLetters letters = new(_database, _time);
        _outbox.Add(Samples.Leak(1));
        _outbox.Add(Samples.Leak(2));
        _store.Kill(Next()!.Id, "gone", _time.GetUtcNow());
        _store.Deliver(Next()!.Id, _time.GetUtcNow());
        Assert.That(letters.Retry(letters.Page().Single().Id, "Иванов"), Does.Contain("too late"));
        Assert.That(Next(), Is.Null);
    }

    /// <summary>A person retries a dead letter while the next notice is on its way: it must not come after it.</summary>
    [Test]
    public void Deliver_EarlierOneWasRetriedMeanwhile_IsDeadAgain()
    {
        DeadLetters letters = new(_database, _time);
        _outbox.Add(Samples.Leak(1));
        _outbox.Add(Samples.Leak(2));
        _store.Kill(Next()!.Id, "gone", _time.GetUtcNow());
        DueDelivery onItsWay = Next()!;
        Assert.That(letters.Retry(letters.Page().Single().Id, "Иванов"), Is.Null);
        _store.Deliver(onItsWay.Id, _time.GetUtcNow());
        Assert.That((Next(), letters.Page().Single().Sequence), Is.EqualTo(((DueDelivery?)null, 1)));
    }

    [Test]
    public void KillAllBut_ContactLeftThePlan_ItsNoticesAreDeadLetters()
    {
        _outbox = Outbox(Samples.Plan(Samples.Contact("desk"), Samples.Contact("left")));
        _outbox.Add(Samples.Leak());
        Assert.That(_store.KillAllBut([("teploset", "desk")], _time.GetUtcNow()), Is.EqualTo(1));
        Assert.That(new DeadLetters(_database, _time).Page().Single().Contact, Is.EqualTo("left"));
        Assert.That(Next(), Is.Not.Null);
    }

    [Test]
    public void Open_FileOfAnotherProgram_IsRefusedAndKept()
    {
        string other = Path.Combine(_folder, "other");
        Directory.CreateDirectory(other);
        using (Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={Path.Combine(other, NoticeDatabase.FileName)};Pooling=False"))
        {
            connection.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE mine (x)";
            command.ExecuteNonQuery();
        }
        Assert.That(() => NoticeDatabase.Open(other), Throws.TypeOf<InvalidDataException>());
    }

    private NoticeOutbox Outbox(ContactPlan plan) => new(plan, Samples.Calendar, _database, _time);

    private DueDelivery? Next() => _store.Next("teploset", "desk", _time.GetUtcNow());

    private List<int> Drain()
    {
        List<int> sequences = [];
        while (Next() is { } due)
        {
            sequences.Add(due.Notice.Sequence);
            _store.Deliver(due.Id, _time.GetUtcNow());
        }
        return sequences;
    }
}
