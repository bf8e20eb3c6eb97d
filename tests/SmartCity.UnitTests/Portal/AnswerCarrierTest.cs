using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Notices;
using SmartCity.Oracle;
using SmartCity.Portal;
using SmartCity.Rules;
using SmartCity.UnitTests.Alphalogic;
using SmartCity.UnitTests.Notices;
using SmartCity.UnitTests.Oracle;
using SmartCity.UnitTests.Oracle.Incidents;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Portal;

/// <summary>Answers of organisations become entries of incidents, once, wherever the portal or the oracle is ended. Real files.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AnswerCarrierTest : IDisposable
{
    private static readonly byte[] s_key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly ContactPlan s_plan = Samples.Plan(Samples.Contact("desk"));

    private readonly DispatchRoom _room = new(keys: ["teploset"]);
    private readonly LogLines<AnswerCarrier> _log = new();
    private NoticeDatabase _file;
    private AnswerDesk _desk = null!;
    private AnswerCarrier _carrier = null!;

    public AnswerCarrierTest()
    {
        SecretFileTest.WriteSecret(Path.Combine(_room.Folder, "key"), $"whsec_{Convert.ToBase64String(s_key)}");
        _file = NoticeDatabase.Open(_room.Folder);
        Start();
        _room.Look(1, Substation.Normal with { Leak = true });
        new NoticeOutbox(s_plan, Samples.Calendar, _file, _room.Time).Add(Samples.Leak(incident: 1));
    }

    public void Dispose()
    {
        _carrier.Dispose();
        _file.Dispose();
        _room.Dispose();
    }

    /// <summary>What an organisation says is in the history, and moves an incident no further than to a crew that is sent.</summary>
    [TestCase("accepted", "", IncidentStage.Registered, "Commented Registered: Принято. Ответил: Иванов, 2026-11-16 12:01 +03:00")]
    [TestCase("restored", "", IncidentStage.Dispatched,
        "Commented Dispatched: Сообщает, что подача восстановлена: проверьте и отметьте. Ответил: Иванов, 2026-11-16 12:01 +03:00")]
    [TestCase("refused", ",\"reason\":\"Сети не наши\"", IncidentStage.Registered, "Commented Registered: Отказ: Сети не наши Ответил: Иванов, 2026-11-16 12:01 +03:00")]
    [TestCase("crew", ",\"crew\":\"Бригада 3\",\"time\":\"2026-11-16T14:00:00+03:00\"", IncidentStage.Acknowledged,
        "Advanced Dispatched: Направлена бригада: Бригада 3; восстановить обещано до 2026-11-16 14:00 +03:00. Ответил: Иванов, 2026-11-16 12:01 +03:00")]
    [TestCase("crew", ",\"crew\":\"Бригада 3\",\"time\":\"2026-11-16T14:00:00+03:00\"", IncidentStage.Registered,
        "Commented Registered: Направлена бригада: Бригада 3; восстановить обещано до 2026-11-16 14:00 +03:00. Ответил: Иванов, 2026-11-16 12:01 +03:00",
        Description = "nobody has acknowledged it")]
    [TestCase("crew", ",\"crew\":\"Бригада 3\"", IncidentStage.Acknowledged,
        "Commented Acknowledged: Направлена бригада: Бригада 3. Ответил: Иванов, 2026-11-16 12:01 +03:00", Description = "until when is not known")]
    [TestCase("crew", ",\"crew\":\"Бригада 3\"", IncidentStage.Dispatched,
        "CrewSent Dispatched: Направлена бригада: Бригада 3. Ответил: Иванов, 2026-11-16 12:01 +03:00", Description = "as was told before")]
    [TestCase("expected", ",\"time\":\"2026-11-16T15:00:00+03:00\"", IncidentStage.Dispatched,
        "CrewSent Dispatched: Восстановить обещано до 2026-11-16 15:00 +03:00. Ответил: Иванов, 2026-11-16 12:01 +03:00")]
    [TestCase("expected", ",\"time\":\"2026-11-16T15:00:00+03:00\"", IncidentStage.Acknowledged,
        "Commented Acknowledged: Восстановить обещано до 2026-11-16 15:00 +03:00. Ответил: Иванов, 2026-11-16 12:01 +03:00")]
    [TestCase("restored", "", IncidentStage.Rejected,
        "Commented Rejected: Сообщает, что подача восстановлена: проверьте и отметьте. Ответил: Иванов, 2026-11-16 12:01 +03:00")]
    public async Task Step_EachAnswer_IsAnEntryUnderTheOrganisationsCode(string kind, string own, IncidentStage stage, string entry)
    {
        Bring(stage);
        Answer(kind, own);
        await CarryAsync();

        IncidentCard card = _room.Card();
        IncidentEntryView last = card.Entries[^1];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That($"{last.Kind} {card.Incident.State.Stage}: {last.Note}", Is.EqualTo(entry));
        Assert.That((last.By, last.Signer), Is.EqualTo(("org:teploset", "")), "never with the key of a person whose login is the organisation's code");
        Assert.That(_desk.Open(), Is.Empty);
        Assert.That(_log.Lines, Is.Empty);
    }

    /// <summary>The state changed while the request was on its way: what was said is not lost.</summary>
    [Test]
    public async Task Step_OracleRefuses_IsSaidInAComment()
    {
        Bring(IncidentStage.Acknowledged);
        Answer("crew", ",\"crew\":\"Бригада 3\",\"time\":\"2026-11-16T14:00:00+03:00\"");
        await _carrier.StepAsync(CancellationToken.None);
        _room.Look(120, Substation.Normal with { Leak = true });
        _room.Work();
        await CarryAsync();

        Assert.That(_room.Card().Entries.Skip(3).Select(entry => (entry.Kind, entry.By)), Is.EqualTo(new[] { (IncidentEntryKind.Commented, "org:teploset") }));
        Assert.That(_desk.Open(), Is.Empty);
    }

    /// <summary>Portal and oracle end anywhere, again and again: each answer has one entry, in order.</summary>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public async Task Step_EndedAnywhere_CarriesEachAnswerOutOnce(int seed)
    {
        Random random = new(seed);
        Bring(IncidentStage.Dispatched);
        int before = _room.Card().Entries.Count;
        for (int i = 0; i < 5; i++)
        {
            Answer(i % 2 == 0 ? "accepted" : "restored", "", id: $"a{i}");
        }
        for (int i = 0; i < 40; i++)
        {
            switch (random.Next(4))
            {
                case 0:
                    await _carrier.StepAsync(CancellationToken.None);
                    break;
                case 1:
                    _room.Work();
                    break;
                case 2:
                    _room.Restart();
                    break;
                default:
                    Restart();
                    break;
            }
        }
        await CarryAsync();

        Assert.That(_room.Card().Entries.Skip(before).Select(entry => entry.Note[..4]), Is.EqualTo(new[] { "Прин", "Сооб", "Прин", "Сооб", "Прин" }));
    }

    /// <summary>It was asked and maybe carried out, and ended before it was closed.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public async Task Step_EndedBeforeClosing_AsksNoSecondTime(bool isCarriedOut)
    {
        Answer("accepted", "");
        await _carrier.StepAsync(CancellationToken.None);
        if (isCarriedOut)
        {
            _room.Work();
        }
        Restart();
        await CarryAsync();

        Assert.That(_room.Card().Entries.Count(entry => entry.By == "org:teploset"), Is.EqualTo(1));
    }

    [Test]
    public async Task Step_IncidentIsNotThere_WaitsAnHourAndSaysSo()
    {
        new NoticeOutbox(s_plan, Samples.Calendar, _file, _room.Time).Add(Samples.Leak(incident: 5));
        Answer("accepted", "", incident: 5);
        await CarryAsync();
        Assert.That(_desk.Open(), Has.Count.EqualTo(1));

        _room.Wait(61);
        await CarryAsync();
        Assert.That(_desk.Open(), Is.Empty);
        Assert.That(_log.Lines, Has.Count.EqualTo(1).And.One.Contains("the journal does not know the incident"));
    }

    [Test]
    public async Task Step_OracleDoesNotTakeRequests_KeepsTheAnswer()
    {
        for (int i = 0; i < OracleCommands.MaxOpen; i++)
        {
            _room.Ask(new DeskRequest.Visit(1));
        }
        Answer("accepted", "");
        Assert.That(async () => await _carrier.StepAsync(CancellationToken.None), Throws.InstanceOf<JournalException>());
        Assert.That(_desk.Open(), Has.Count.EqualTo(1));
        for (int i = 0; i < 10; i++)
        {
            _room.Work();
        }
        await CarryAsync();
        Assert.That(_room.Card().Entries[^1].By, Is.EqualTo("org:teploset"));
    }

    [Test]
    public void NoteOf_LongestAnswer_FitsAnEntry()
    {
        IncidentReference incident = new(1, 1);
        string name = new('ш', 100);
        foreach (OrganisationAnswer answer in new OrganisationAnswer[]
        {
            new OrganisationAnswer.Refused(incident, Samples.Now, name, new('ш', 300)), new OrganisationAnswer.CrewSent(incident, Samples.Now, name, name, Samples.Now),
        })
        {
            Assert.That(AnswerRequest.NoteOf(answer, Samples.Calendar), Has.Length.AtMost(OracleCommands.MaxText));
        }
    }

    private void Bring(IncidentStage stage)
    {
        if (stage == IncidentStage.Rejected)
        {
            Assert.That(_room.Do(new DeskRequest.Reject(1)), Is.Null);
            return;
        }
        if (stage >= IncidentStage.Acknowledged)
        {
            Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged)), Is.Null);
        }
        if (stage >= IncidentStage.Dispatched)
        {
            Assert.That(_room.Do(new DeskRequest.SendCrew(1, "Бригада 1", DispatchRoom.At(90))), Is.Null);
        }
    }

    private void Answer(string kind, string own, string id = "a1", long incident = 1)
    {
        byte[] body = Encoding.UTF8.GetBytes(
            $$"""{"incident":{"objectNumber":1,"number":{{incident}}},"answer":"{{kind}}","at":"2026-11-16T12:01:00+03:00","by":"Иванов"{{own}}}""");
        long timestamp = _room.Now.ToUnixTimeSeconds();
        AnswerReply reply = _desk.Receive(
            "teploset", id, timestamp.ToString(CultureInfo.InvariantCulture), WebhookSignature.Sign([s_key], id, timestamp, body), body);
        Assert.That(reply, Is.InstanceOf<AnswerReply.Taken>());
    }

    /// <summary>Portal and oracle take turns until nothing more happens.</summary>
    private async Task CarryAsync()
    {
        for (int i = 0; i < 3; i++)
        {
            await _carrier.StepAsync(CancellationToken.None);
            _room.Work();
        }
        await _carrier.StepAsync(CancellationToken.None);
    }

    /// <summary>The portal's process ends and begins again.</summary>
    private void Restart()
    {
        _carrier.Dispose();
        _file.Dispose();
        _file = NoticeDatabase.Open(_room.Folder);
        Start();
    }

    private void Start()
    {
        _desk = new(s_plan, _file, _room.Folder, _room.Time, NullLogger<AnswerDesk>.Instance);
        _carrier = new(_desk, _room.Reader, _room.Commands, new(CityLayouts.Plan), _room.Time, _log);
    }
}
