using System.Globalization;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Notices;

namespace SmartCity.UnitTests.Notices;

/// <summary>What organisations answer.</summary>
public sealed class AnswerDeskTest
{
    private const string Accepted = """{"incident":{"objectNumber":1,"number":7},"answer":"accepted","at":"2026-01-15T11:14:30+03:00","by":"Иванов"}""";

    private static readonly byte[] s_key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private FakeTimeProvider _time = null!;
    private string _folder = "";
    private NoticeDatabase _database = null!;
    private AnswerDesk _desk = null!;

    [SetUp]
    public void Open()
    {
        _time = new(Samples.Now.AddMinutes(1));
        _folder = Directory.CreateTempSubdirectory("answers").FullName;
        SecretFileTest.WriteSecret(Path.Combine(_folder, "key"), $"whsec_{Convert.ToBase64String(s_key)}\n");
        _database = NoticeDatabase.Open(_folder);
        ContactPlan plan = Samples.Plan(Samples.Contact("desk"));
        new NoticeOutbox(plan, Samples.Calendar, _database, _time).Add(Samples.Leak());
        _desk = new(plan, _database, _folder, _time, NullLogger<AnswerDesk>.Instance);
    }

    [TearDown]
    public void Close()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("accepted", "", ExpectedResult = "Accepted 11:14:30 Иванов")]
    [TestCase("crew", ",\"crew\":\"Бригада 3\"", ExpectedResult = "CrewSent 11:14:30 Иванов Бригада 3")]
    [TestCase("crew", ",\"crew\":\"Бригада 3\",\"time\":\"2026-01-15T10:00:00Z\"", ExpectedResult = "CrewSent 11:14:30 Иванов Бригада 3 13:00:00")]
    [TestCase("expected", ",\"time\":\"2026-01-15T10:00:00Z\"", ExpectedResult = "Expected 11:14:30 Иванов 13:00:00")]
    [TestCase("restored", "", ExpectedResult = "Restored 11:14:30 Иванов")]
    [TestCase("refused", ",\"reason\":\"Сети\\r\\nне наши\"", ExpectedResult = "Refused 11:14:30 Иванов Сети не наши")]
    public string Receive_EachKind_IsTaken(string kind, string own)
    {
        Assert.That(Receive(Accepted.Replace("accepted", kind)[..^1] + own + "}"), Is.InstanceOf<AnswerReply.Taken>());
        OpenAnswer open = _desk.Open().Single();
        Assert.That((open.Organisation, open.Answer.Incident, open.ReceivedAt), Is.EqualTo(("teploset", new SmartCity.Rules.IncidentReference(1, 7), _time.GetUtcNow())));
        string more = open.Answer switch
        {
            OrganisationAnswer.CrewSent { Time: { } time } sent => $" {sent.Crew} {Samples.Calendar.ToLocal(time):HH:mm:ss}",
            OrganisationAnswer.CrewSent sent => $" {sent.Crew}",
            OrganisationAnswer.Expected expected => $" {Samples.Calendar.ToLocal(expected.Time):HH:mm:ss}",
            OrganisationAnswer.Refused refused => $" {refused.Reason}",
            _ => "",
        };
        return $"{open.Answer.GetType().Name} {Samples.Calendar.ToLocal(open.Answer.At):HH:mm:ss} {open.Answer.By}{more}";
    }

    [Test]
    public void Receive_Repeated_IsRepliedToAlikeAndKeptOnce()
    {
        AnswerReply first = Receive(Accepted);
        _time.Advance(TimeSpan.FromHours(1));
        AnswerReply second = Receive(Accepted);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(second, Is.EqualTo(first));
        Assert.That(_desk.Open(), Has.Count.EqualTo(1));
        Assert.That(Status(Receive(Accepted.Replace("Иванов", "Петров"))), Is.EqualTo(409), "another answer with the same id");
        Assert.That(Receive(Accepted.Replace("Иванов", "Петров"), id: "a2"), Is.InstanceOf<AnswerReply.Taken>());
    }

    [Test]
    public void Receive_ReplayedLater_IsRefused()
    {
        string timestamp = Now();
        string signature = WebhookSignature.Sign([s_key], "a1", _time.GetUtcNow().ToUnixTimeSeconds(), Encoding.UTF8.GetBytes(Accepted));
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.That(Status(_desk.Receive("teploset", "a1", timestamp, signature, Encoding.UTF8.GetBytes(Accepted))), Is.EqualTo(401));
        Assert.That(_desk.Open(), Is.Empty);
    }

    [Test]
    public void Close_CarriedOut_IsNotOpenAndStillKnown()
    {
        Receive(Accepted);
        _desk.Close(_desk.Open().Single().Number);
        Assert.That(_desk.Open(), Is.Empty);
        Assert.That(Receive(Accepted), Is.InstanceOf<AnswerReply.Taken>());
        Assert.That(_desk.Open(), Is.Empty, "a repeat is carried out no second time");
    }

    [TestCase("accepted\"", "done\"", 400, "\"answer\" must be one of accepted, crew, expected, restored, refused")]
    [TestCase("accepted\"", "crew\"", 400, "the field \"crew\" is missing")]
    [TestCase("\"by\":\"Иванов\"", "\"by\":\"Иванов\",\"crew\":\"3\"", 400, "unknown field \"crew\"")]
    [TestCase("\"by\":\"Иванов\"", "\"by\":\" \"", 400, "must not be empty")]
    [TestCase("\"by\":\"Иванов\"", "\"by\":7", 400, "text in quotes")]
    [TestCase("\"number\":7", "\"number\":0", 400, "a whole number from 1")]
    [TestCase("11:14:30+03:00", "11:14:30", 400, "a time with its offset")]
    [TestCase("2026-01-15T", "2026-13-15T", 400, "a time with its offset")]
    [TestCase("{\"objectNumber\":1,\"number\":7}", "7", 400, "an object in braces")]
    [TestCase("}", "", 400, "not valid JSON")]
    [TestCase("11:14:30", "11:30:30", 422, "in the future")]
    [TestCase("\"number\":7", "\"number\":8", 404, "not told of such an incident")]
    public void Receive_Mistake_IsNamed(string good, string bad, int status, string detail)
    {
        Assert.That(Accepted, Does.Contain(good));
        AnswerReply reply = Receive(Accepted.Replace(good, bad, StringComparison.Ordinal));
        Assert.That(reply, Is.InstanceOf<AnswerReply.Problem>().With.Property("Status").EqualTo(status).And.Property("Detail").Contains(detail));
        Assert.That(_desk.Open(), Is.Empty);
    }

    [Test]
    public void Receive_ExpectedBeforeItHappened_IsRefused() =>
        Assert.That(Status(Receive(Accepted.Replace("accepted", "expected")[..^1] + ",\"time\":\"2026-01-15T11:14:30+03:00\"}")), Is.EqualTo(400));

    [Test]
    public void Receive_TooLong_IsRefused() => Assert.That(Status(Receive(Accepted + new string(' ', AnswerDesk.MostBodyBytes))), Is.EqualTo(413));

    [TestCase("crew", "crew", 100)]
    [TestCase("refused", "reason", 300)]
    public void Receive_TextTooLongForAnEntry_IsRefused(string kind, string field, int most)
    {
        string answer = Accepted.Replace("accepted", kind)[..^1];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Receive($"{answer},\"{field}\":\"{new string('ш', most)}\"}}", "a1"), Is.InstanceOf<AnswerReply.Taken>());
        Assert.That(Receive($"{answer},\"{field}\":\"{new string('ш', most + 1)}\"}}", "a2"), Is.InstanceOf<AnswerReply.Problem>()
            .With.Property("Status").EqualTo(400).And.Property("Detail").Contains($"more than {most} characters"));
    }

    [Test]
    public void Receive_NobodyCarriesAnswersOut_IsAskedToComeBack()
    {
        _database.Execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @MostWaiting)
            INSERT INTO answer (organisation, id, body, received_ms) SELECT 'teploset', 'w' || i, x'7b', 0 FROM n
            """, new { AnswerDesk.MostWaiting });
        Assert.That(Status(Receive(Accepted)), Is.EqualTo(503));

        Assert.That(_desk.Open(), Is.Empty, "what cannot be understood is closed, and keeps no place");
        while (NoticeCounts.Read(_folder)!.Value.Answers > 0)
        {
            _desk.Open();
        }
        Assert.That(Receive(Accepted), Is.InstanceOf<AnswerReply.Taken>());
    }

    /// <summary>An unknown organisation, one without a secret and a wrong signature are told the same.</summary>
    [TestCase("nobody")]
    [TestCase("teploset")]
    public void Receive_NotGenuine_IsRefusedAlike(string organisation)
    {
        string wrong = WebhookSignature.Sign([new byte[32]], "a1", _time.GetUtcNow().ToUnixTimeSeconds(), Encoding.UTF8.GetBytes(Accepted));
        AnswerReply reply = _desk.Receive(organisation, "a1", Now(), wrong, Encoding.UTF8.GetBytes(Accepted));
        Assert.That(reply, Is.EqualTo(new AnswerReply.Problem(
            401, "Not signed as agreed", "The header webhook-signature has no signature of this message with the secret that was agreed.")));
    }

    [Test]
    public void Receive_SecretCannotBeRead_IsAskedToComeBack()
    {
        File.Delete(Path.Combine(_folder, "key"));
        Assert.That(Status(Receive(Accepted)), Is.EqualTo(503));
    }

    /// <summary>Whatever is signed and sent, the desk replies and does not throw.</summary>
    [Test]
    public void Receive_AnyBody_IsRepliedTo() =>
        Gen.OneOf(Gen.Byte.Array[0, 200], Gen.Select(Gen.Int[0, Accepted.Length - 1], Gen.Char).Select((at, letter) =>
            Encoding.UTF8.GetBytes(Accepted.Remove(at, 1).Insert(at, letter.ToString())))).Sample(body => Receive(body, "a1") is not null);

    private static int Status(AnswerReply reply) => ((AnswerReply.Problem)reply).Status;

    private AnswerReply Receive(string body, string id = "a1") => Receive(Encoding.UTF8.GetBytes(body), id);

    private AnswerReply Receive(byte[] body, string id) =>
        _desk.Receive("teploset", id, Now(), WebhookSignature.Sign([s_key], id, _time.GetUtcNow().ToUnixTimeSeconds(), body), body);

    private string Now() => _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
