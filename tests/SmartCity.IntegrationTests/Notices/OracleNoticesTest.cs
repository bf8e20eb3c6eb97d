using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using System.Xml.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.IntegrationTests.Oracle;
using SmartCity.Notices;
using SmartCity.Oracle;
using SmartCity.Portal;
using SmartCity.Rules;

namespace SmartCity.IntegrationTests.Notices;

/// <summary>
/// From a leak at the source to a signed webhook and a mail, and from an organisation's answer back into the incident's history: real processes that
/// are killed on the way, a real node, HTTP and SMTP.
/// </summary>
[CancelAfter(300_000)]
public sealed partial class OracleNoticesTest
{
    private static readonly XNamespace s_cap = "urn:oasis:names:tc:emergency:cap:1.2";

    [Test]
    public async Task Run_LeakAtTheSource_TellsWhomItConcernsAndTakesTheirAnswers(CancellationToken cancellationToken)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using MailHost mails = MailHost.Start();
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        string contacts = WriteContacts(rig.Folder, receiver.Url, mails.Port);
        receiver.Behaviour = (_, context) =>
        {
            context.Response.StatusCode = 503; // Nobody takes anything yet.
            return Task.CompletedTask;
        };

        OracleProcess oracle = await StartAsync();
        await OracleRig.WaitAsync(() => rig.Reader.GetSignalsAsync("itp_1", cancellationToken), signals => signals.Count == 13, cancellationToken);
        await rig.BreakAsync("leak", "itp_1", cancellationToken);
        IncidentView opened = (await OracleRig.WaitAsync(
            async () => (await rig.Reader.GetIncidentsAsync(openOnly: true, null, 10, null, cancellationToken)).SingleOrDefault(),
            found => found is not null, cancellationToken))!;
        await oracle.KillAsync(cancellationToken); // Maybe before the notice is in its file, maybe after.

        oracle = await StartAsync();
        await OracleRig.WaitAsync(() => Task.FromResult(receiver.Calls.Count), calls => calls > 0, cancellationToken);
        using HttpClient health = new() { BaseAddress = await HealthAddressAsync(oracle, cancellationToken) };
        string report = await (await health.GetAsync(new Uri("health/ready", UriKind.Relative), cancellationToken)).Content.ReadAsStringAsync(cancellationToken);
        string metrics = await health.GetStringAsync(new Uri("metrics", UriKind.Relative), cancellationToken);
        await oracle.KillAsync(cancellationToken); // It was refused: it waits.
        receiver.Behaviour = (_, _) => Task.CompletedTask;

        oracle = await StartAsync();
        await using WebApplication portal = await StartPortalAsync(rig, contacts, cancellationToken);
        using HttpClient organisation = new() { BaseAddress = new(portal.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        await AskAsync(new DeskRequest.Advance(opened.Id, IncidentStage.Acknowledged));
        await oracle.KillAsync(cancellationToken);

        // The organisation answers while no oracle runs.
        string answer = $$"""
            {"incident":{"objectNumber":1,"number":{{opened.State.Number}}},"answer":"crew","crew":"Бригада 3","time":"{{At(3)}}","at":"{{At(0)}}","by":"Иванов"}
            """;
        (HttpStatusCode Status, string Body)[] replies =
        [
            await AnswerAsync(answer, "a1", NoticeRig.Key), await AnswerAsync(answer, "a1", NoticeRig.Key),
            await AnswerAsync(answer, "a2", new byte[32]), await AnswerAsync(answer, "a3", null),
            await AnswerAsync(answer + new string(' ', AnswerDesk.MostBodyBytes), "a4", NoticeRig.Key), await AnswerAsync("{}", "a5", NoticeRig.Key),
        ];
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        oracle = await StartAsync();
        IncidentCard card = (await OracleRig.WaitAsync(
            () => rig.Reader.FindIncidentAsync(opened.Id, null, cancellationToken), found => found!.Incident.State.Stage == IncidentStage.Dispatched, cancellationToken))!;
        await OracleRig.WaitAsync(
            () => Task.FromResult(mails.Mails.Count + ToldOf(receiver).Count), told => told == 5, cancellationToken);
        await OracleRig.WaitAsync(() => Task.FromResult(NoticeCounts.Read(rig.Folder)!.Value), counts => counts == default, cancellationToken);
        int status = 0;
        for (int i = 0; i < AnswersEndpoint.MostCalls + 1; i++)
        {
            status = (int)(await AnswerAsync("{}", $"b{i}", NoticeRig.Key)).Status;
        }

        IReadOnlyList<(Call Call, JsonElement Notice, XElement Cap)> told = ToldOf(receiver);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(told.Select(notice => notice.Notice.GetProperty("stage").GetString()), Is.EqualTo(new[] { "registered", "acknowledged", "dispatched" }));
        Assert.That(receiver.Calls.Select(call => call.Id).Distinct().Count(), Is.EqualTo(3), "a notice has one id, however often it is sent");
        Assert.That(receiver.Calls.Select(call => call.Path).Distinct(), Is.EqualTo(new[] { "/notices" }), "whom it does not concern is not told");
        foreach ((Call call, _, XElement cap) in told)
        {
            Assert.That(WebhookSignature.Violation(
                [NoticeRig.Key], call.Id, call.Timestamp, call.Signature, Encoding.UTF8.GetBytes(call.Body), TimeProvider.System.GetUtcNow()), Is.Null);
            Assert.That(ProblemsOf(cap), Is.Empty);
        }
        Assert.That(told.Select(notice => notice.Cap.Element(s_cap + "msgType")!.Value), Is.EqualTo(new[] { "Alert", "Update", "Update" }));
        Assert.That(told[^1].Notice.GetProperty("crew").GetString(), Is.EqualTo("Бригада 3"));
        Assert.That(told[^1].Notice.GetProperty("houses").EnumerateArray().Select(house => house.GetString()), Is.EqualTo(new[] { "ул. Садовая, 12" }));
        Assert.That(mails.Mails.Select(mail => mail.Mail.Subject), Has.Exactly(1).Contains("инцидент зарегистрирован").And.Exactly(1).Contains("направлена бригада"));

        Assert.That(replies.Select(reply => (int)reply.Status), Is.EqualTo(new[] { 202, 202, 401, 401, 413, 400 }));
        Assert.That(replies[0].Body, Is.EqualTo("""{"id":"a1","status":"recorded"}"""));
        Assert.That(replies[2].Body, Does.Contain("Not signed as agreed"));
        Assert.That(status, Is.EqualTo(429), "one organisation does not keep the others from answering");
        Assert.That(card.Entries.Where(entry => entry.By == "org:teploset").Select(entry => (entry.Stage, entry.Note[..25])), Is.EqualTo(new[]
        {
            ((IncidentStage?)IncidentStage.Dispatched, "Направлена бригада: Брига"),
        }));
        Assert.That(report, Does.Match("\"notices\":{\"status\":\"ok\",\"detail\":\"[1-9] deliveries wait, 0 are dead letters"));
        Assert.That(metrics, Does.Match("smartcity_oracle_notices_waiting[^\n]* [1-9]").And.Match("smartcity_oracle_notices_dead[^\n]* 0"));
        Assert.That(oracle.Log, Does.Contain("[6001]"));

        Task<OracleProcess> StartAsync() => rig.StartProcessAsync(
            ["--contacts", contacts, "--health-port", "0"], new Dictionary<string, string>(), cancellationToken);

        async Task AskAsync(DeskRequest request)
        {
            long asked = await new OracleCommands(rig.Folder, TimeProvider.System).AskAsync(request, "petrova", "", null, cancellationToken);
            RequestAnswer? outcome = await OracleRig.WaitAsync(
                () => rig.Reader.GetRequestAsync(asked, cancellationToken), found => found?.IsDone is not null, cancellationToken);
            Assert.That(outcome!.Value.Refusal, Is.Null);
        }

        async Task<(HttpStatusCode Status, string Body)> AnswerAsync(string body, string id, byte[]? key)
        {
            long timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            byte[] bytes = Encoding.UTF8.GetBytes(body);
            using HttpRequestMessage request = new(HttpMethod.Post, "api/v1/answers/teploset") { Content = new ByteArrayContent(bytes) };
            request.Headers.Add(WebhookSignature.IdHeader, id);
            request.Headers.Add(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
            if (key is not null)
            {
                request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign([key], id, timestamp, bytes));
            }
            using HttpResponseMessage reply = await organisation.SendAsync(request, cancellationToken);
            return (reply.StatusCode, await reply.Content.ReadAsStringAsync(cancellationToken));
        }
    }

    /// <summary>A plan that does not fit the city, and an oracle that keeps no incidents: said at the start.</summary>
    [TestCase("\"provider\": 3", "\"provider\": 9", new string[0], "the city plan has no provider 9")]
    [TestCase("\"provider\": 3", "\"provider\": 3", new[] { "--alarms-only" }, "ContactsFile must be left out where another oracle keeps the incidents")]
    public async Task Run_ContactsCannotBeUsed_EndsAndSaysWhy(string good, string bad, string[] more, string reason)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), limit.Token);
        string contacts = WriteContacts(rig.Folder, new("http://127.0.0.1:1/"), 25);
        await File.WriteAllTextAsync(contacts, (await File.ReadAllTextAsync(contacts, limit.Token)).Replace(good, bad, StringComparison.Ordinal), limit.Token);
        OracleProcess oracle = await rig.StartProcessAsync(["--contacts", contacts, .. more], new Dictionary<string, string>(), limit.Token);
        await oracle.WaitAsync(limit.Token);

        Assert.That((oracle.ExitCode, oracle.Log), Is.EqualTo((OracleExit.Configuration, oracle.Log)));
        Assert.That(oracle.Log, Does.Contain(reason));
    }

    /// <summary>The notices that arrived, each once, in the order in which they came first.</summary>
    private static IReadOnlyList<(Call Call, JsonElement Notice, XElement Cap)> ToldOf(Receiver receiver) =>
    [
        .. receiver.Calls.Reverse().DistinctBy(call => call.Id).Reverse().Select(call =>
        {
            JsonElement data = JsonDocument.Parse(call.Body).RootElement.GetProperty("data");
            return (call, data.GetProperty("notice"), XElement.Parse(data.GetProperty("cap").GetString()!));
        }),
    ];

    private static List<string> ProblemsOf(XElement cap)
    {
        XmlSchemaSet schemas = new();
        schemas.Add(s_cap.NamespaceName, Path.Combine(RepositoryFolder.Path, "tests", "SmartCity.UnitTests", "Notices", "cap-1.2.xsd"));
        List<string> problems = [];
        new XDocument(cap).Validate(schemas, (_, problem) => problems.Add(problem.Message));
        return problems;
    }

    private static string At(int hours) =>
        TimeProvider.System.GetUtcNow().AddHours(hours).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string WriteContacts(string folder, Uri receiver, int mailPort)
    {
        string secret = Path.Combine(folder, "teploset");
        File.WriteAllText(secret, $"whsec_{Convert.ToBase64String(NoticeRig.Key)}");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        string file = Path.Combine(folder, "contacts.json");
        File.WriteAllText(file, $$"""
            {
              "version": 1, "sender": "edds@demograd.example", "senderName": "ЕДДС Демограда", "status": "exercise",
              "mail": { "host": "127.0.0.1", "port": {{mailPort}}, "security": "none", "from": "edds@demograd.example" },
              "organisations": [
                { "code": "teploset", "name": "ПАО «Теплосеть»", "provider": 3, "secretFile": "teploset", "contacts": [
                  { "name": "desk", "webhook": "{{receiver}}", "alarms": [1, 2, 3, 4], "stages": ["registered", "acknowledged", "dispatched"] } ] },
                { "code": "domservis", "name": "ООО «УК Домсервис»", "provider": 2, "contacts": [
                  { "name": "office", "mail": "office@domservis.example", "alarms": [4], "stages": ["registered", "dispatched"] } ] },
                { "code": "gorelektrosbyt", "name": "АО «Горэлектросбыт»", "provider": 1, "secretFile": "teploset", "contacts": [
                  { "name": "desk", "webhook": "{{receiver}}/other", "alarms": [1, 2, 3, 4], "stages": ["registered"] } ] }
              ]
            }
            """);
        return file;
    }

    /// <summary>What of the portal takes answers.</summary>
    private static async Task<WebApplication> StartPortalAsync(OracleRig rig, string contacts, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(AnswersEndpoint).Assembly.GetName().Name });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new City(rig.Plan));
        builder.Services.AddSingleton(rig.Reader);
        builder.Services.AddSingleton(new OracleCommands(rig.Folder, TimeProvider.System));
        builder.Services.AddAnswers(rig.Folder, await ContactPlan.LoadAsync(contacts, rig.Plan, cancellationToken));
        WebApplication portal = builder.Build();
        portal.MapAnswers();
        await portal.StartAsync(cancellationToken);
        return portal;
    }

    private static async Task<Uri> HealthAddressAsync(OracleProcess oracle, CancellationToken cancellationToken)
    {
        string log = await OracleRig.WaitAsync(() => Task.FromResult(oracle.Log), told => oracle.HasExited || HealthAddress().IsMatch(told), cancellationToken);
        return new($"{HealthAddress().Match(log).Value.TrimEnd('/')}/");
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/?(?=: health/live)")]
    private static partial Regex HealthAddress();
}
