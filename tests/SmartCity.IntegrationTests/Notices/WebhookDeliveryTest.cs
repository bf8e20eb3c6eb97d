using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using SmartCity.Notices;

namespace SmartCity.IntegrationTests.Notices;

/// <summary>Webhooks to a real web server that fails in every way.</summary>
public sealed class WebhookDeliveryTest
{
    private Receiver _receiver = null!;
    private NoticeRig _rig = null!;

    [SetUp]
    public async Task Start()
    {
        _receiver = await Receiver.StartAsync();
        _rig = NoticeRig.Telling(NoticeRig.Webhook("desk", _receiver.Url));
    }

    [TearDown]
    public async Task Stop()
    {
        _rig.Dispose();
        await _receiver.DisposeAsync();
    }

    [Test]
    public async Task Send_Notice_ArrivesSignedWithItsDocument()
    {
        _rig.Outbox.Add(NoticeRig.Notice(1));
        await _rig.SendDueAsync();
        Call call = _receiver.Calls.Single();
        JsonElement data = JsonDocument.Parse(call.Body).RootElement.GetProperty("data");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(
            WebhookSignature.Violation([NoticeRig.Key], call.Id, call.Timestamp, call.Signature, Encoding.UTF8.GetBytes(call.Body), NoticeRig.Start), Is.Null);
        Assert.That(data.GetProperty("notice").GetProperty("russian").GetProperty("headline").GetString(), Is.EqualTo("Протечка"));
        Assert.That(data.GetProperty("notice").GetProperty("stage").GetString(), Is.EqualTo("registered"));
        Assert.That(XDocument.Parse(data.GetProperty("cap").GetString()!).Root!.Name.LocalName, Is.EqualTo("alert"));
        Assert.That(await _rig.SendDueAsync(), Is.Zero, "what was taken is not sent again");
    }

    private static readonly TestCaseData[] s_failures =
    [
        new TestCaseData(Answer(500, "out of order"), "answered 500: out of order").SetArgDisplayNames("500"),
        new TestCaseData(Answer(400), "answered 400").SetArgDisplayNames("400"),
        new TestCaseData(Redirect(), "answered 307").SetArgDisplayNames("redirect"),
        new TestCaseData(Reset(), "").SetArgDisplayNames("reset"),
        new TestCaseData(Endless(), "answered 500: xxx").SetArgDisplayNames("endless"),
    ];

    [TestCaseSource(nameof(s_failures))]
    public async Task Send_Fails_IsSentAgainWithTheSameId(object failure, string reason)
    {
        _receiver.Once((Func<Call, HttpContext, Task>)failure);
        _rig.Outbox.Add(NoticeRig.Notice(1));
        Assert.That(await _rig.SendDueAsync(), Is.EqualTo(1), "not again at once");
        _rig.Restart();
        _rig.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await _rig.SendDueAsync(), Is.EqualTo(1));
        _rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.That(await _rig.SendDueAsync(), Is.Zero);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(_receiver.Calls.Select(call => (call.Path, call.Id, call.Body)).Distinct().Count(), Is.EqualTo(1));
        Assert.That(_receiver.Calls, Has.Count.EqualTo(2));
        Assert.That(_receiver.Calls.Select(call => call.Timestamp).Distinct().Count(), Is.EqualTo(2), "each attempt is signed with its own time");
        Assert.That(_rig.Log.Text, Does.Contain("6002").And.Contain(reason));
    }

    /// <summary>The answer comes after the sender gave up: the receiver has it twice, and can tell by the id.</summary>
    [Test]
    public async Task Send_TakenButAnsweredLate_IsSentAgainWithTheSameId()
    {
        TaskCompletionSource arrived = new();
        _receiver.Once(async (_, context) =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        _rig.Outbox.Add(NoticeRig.Notice(1));
        Task<int> sending = _rig.SendDueAsync();
        await arrived.Task;
        _rig.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await sending, Is.EqualTo(1));
        Assert.That(_rig.Log.Text, Does.Contain("no answer within 10 s"));
        _rig.Time.Advance(TimeSpan.FromSeconds(2));
        await _rig.SendDueAsync();
        Assert.That((_receiver.Calls.Count, _receiver.Calls.Select(call => call.Id).Distinct().Count()), Is.EqualTo((2, 1)));
    }

    [TestCase("90", 90)]
    [TestCase("Thu, 15 Jan 2026 08:15:30 GMT", 90)]
    [TestCase("86400", 3_600, Description = "an hour is granted at most")]
    public async Task Send_AskedToWait_LeavesTheContactAlone(string retryAfter, int seconds)
    {
        _receiver.Once((_, context) =>
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.CompletedTask;
        });
        _rig.Outbox.Add(NoticeRig.Notice(1, incident: 7));
        _rig.Outbox.Add(NoticeRig.Notice(1, incident: 8));
        Assert.That(await _rig.SendDueAsync(), Is.EqualTo(1), "the other incident waits too");
        _rig.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.That(await _rig.SendDueAsync(), Is.Zero);
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await _rig.SendDueAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task Send_EarlierOneFails_LaterOneWaitsForIt()
    {
        _receiver.Once(Answer(503));
        _rig.Outbox.Add(NoticeRig.Notice(1));
        _rig.Outbox.Add(NoticeRig.Notice(2));
        await _rig.SendDueAsync();
        _rig.Time.Advance(TimeSpan.FromSeconds(2));
        await _rig.SendDueAsync();
        Assert.That(_receiver.Calls.Select(call => NoticeRig.Of(call).Sequence), Is.EqualTo(new[] { 1, 1, 2 }));
    }

    [Test]
    public async Task Send_Gone_IsADeadLetterAndWhatFollowsGoesOn()
    {
        _receiver.Once(Answer(410, "moved away"));
        _rig.Outbox.Add(NoticeRig.Notice(1));
        await _rig.SendDueAsync();
        DeadLetter letter = _rig.DeadLetters.Page().Single();
        Assert.That((letter.Attempts, letter.Failure), Is.EqualTo((1, "answered 410: moved away")));
        Assert.That(_rig.DeadLetters.Retry(letter.Id, "Иванов"), Is.Null);
        Assert.That(await _rig.SendDueAsync(), Is.EqualTo(1));
        Assert.That(_receiver.Calls.Select(call => call.Id).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Send_NeverTaken_IsADeadLetterInTheEnd()
    {
        _receiver.Behaviour = Answer(500);
        _rig.Outbox.Add(NoticeRig.Notice(1));
        for (int hour = 0; hour < 24 * 60; hour++)
        {
            await _rig.SendDueAsync();
            _rig.Time.Advance(TimeSpan.FromMinutes(1));
        }
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(_receiver.Calls, Has.Count.EqualTo(60));
        Assert.That(_rig.DeadLetters.Page().Single().Attempts, Is.EqualTo(60));
        Assert.That(_rig.Log.Text.Split('\n').Count(line => line.Contains(" 6002 ") || line.Contains(" 6003 ")), Is.EqualTo(2), "told once, and in the end");
    }

    [Test]
    public async Task Send_NoSecret_NothingIsSentUntilItIsThere()
    {
        File.Delete(Path.Combine(_rig.Folder, "key"));
        _rig.Outbox.Add(NoticeRig.Notice(1));
        await _rig.SendDueAsync();
        Assert.That(_receiver.Calls, Is.Empty);
        _rig.WriteSecret("key", $"whsec_{Convert.ToBase64String(NoticeRig.Key)}");
        _rig.Time.Advance(TimeSpan.FromSeconds(2));
        await _rig.SendDueAsync();
        Assert.That(_receiver.Calls, Has.Count.EqualTo(1));
        Assert.That(_rig.Log.Text, Does.Not.Contain(Convert.ToBase64String(NoticeRig.Key)));
    }

    private static Func<Call, HttpContext, Task> Answer(int status, string body = "") => (_, context) =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    };

    private static Func<Call, HttpContext, Task> Redirect() => (_, context) =>
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = "/elsewhere";
        return Task.CompletedTask;
    };

    private static Func<Call, HttpContext, Task> Reset() => (_, context) =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    private static Func<Call, HttpContext, Task> Endless() => async (_, context) =>
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        byte[] block = Encoding.ASCII.GetBytes(new string('x', 65_536));
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }
    };
}
