using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Alphalogic;

namespace SmartCity.IntegrationTests.Alphalogic;

/// <summary>Things broken on purpose over real HTTP, and what the client makes of them.</summary>
public sealed class EmulatorFaultsTest
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task WrongPassword_IsRefusedByName()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using AlphalogicClient client = emulator.NewClient("wrong");
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None), Throws.TypeOf<AlphalogicAuthenticationException>());
    }

    [Test]
    public async Task NobodyListens_IsUnavailableByAddress()
    {
        EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using AlphalogicClient client = emulator.NewClient(EmulatorFixture.Password);
        string address = emulator.Server.Address.ToString();
        await emulator.DisposeAsync();
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None), Throws.TypeOf<AlphalogicUnavailableException>().With.Message.Contains(address));
    }

    [Test]
    public async Task ExpiredTokens_ByTheirLife_AreRenewedWithoutTheCallerSeeing()
    {
        FakeTimeProvider time = new(s_now);
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(time, tokenLifetimeSeconds: 60);
        await emulator.Client.ReadObjectsAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(61)); // The server's clock only: the client believes its token and is told 401.
        Assert.That(await emulator.Client.ReadObjectsAsync(CancellationToken.None), Is.Not.Empty);
        time.Advance(TimeSpan.FromDays(2));
        Assert.That(await emulator.Client.ReadObjectsAsync(CancellationToken.None), Is.Not.Empty);
    }

    [Test]
    public async Task ExpiredTokens_Fault_CostsOneMoreLogin()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        await emulator.Client.ReadObjectsAsync(CancellationToken.None);
        await emulator.BreakAsync("expired_tokens", "api");
        Assert.That(await emulator.Client.ReadObjectsAsync(CancellationToken.None), Is.Not.Empty);
    }

    [Test]
    public async Task Http500_AFewTimes_IsRetried()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        await emulator.Client.ReadObjectsAsync(CancellationToken.None);
        await emulator.BreakAsync("http_500", "api", new { count = 3 });
        Assert.That(await emulator.Client.ReadObjectsAsync(CancellationToken.None), Is.Not.Empty, "three failures, the fourth attempt succeeds");
    }

    [Test]
    public async Task Http500_ForEver_IsUnavailableUntilMended()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        int fault = await emulator.BreakAsync("http_500", "api");
        Assert.That(() => emulator.Client.ReadObjectsAsync(CancellationToken.None), Throws.TypeOf<AlphalogicUnavailableException>().With.Message.Contains("500"));
        await emulator.MendAsync(fault);
        Assert.That(await emulator.Client.ReadObjectsAsync(CancellationToken.None), Is.Not.Empty);
    }

    [Test]
    public async Task SlowAnswers_BeyondTheDeadline_AreUnavailable()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using AlphalogicClient hasty = emulator.NewClient(EmulatorFixture.Password, maxAttempts: 1, callTimeout: TimeSpan.FromSeconds(1));
        await emulator.BreakAsync("slow_answers", "api", new { delay_ms = 60_000 });
        Assert.That(() => hasty.ReadObjectsAsync(CancellationToken.None), Throws.TypeOf<AlphalogicUnavailableException>().With.Message.Contains("no answer within 1 s"));
    }

    [Test]
    public async Task MalformedAnswers_AreRefusedByEndpoint()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        Dictionary<string, SignalParameter> signals = await emulator.SignalsOfAsync("itp_1");
        int fault = await emulator.BreakAsync("malformed_answers", "api");
        Assert.That(() => emulator.ReadAsync(signals["p1"]), Throws.TypeOf<AlphalogicAnswerException>().With.Message.Contains("/api/v1/"));
        await emulator.MendAsync(fault);
        Assert.That((await emulator.ReadAsync(signals["p1"])).Quality, Is.EqualTo(SignalQuality.Good));
    }

    [Test]
    public async Task RateLimit_Exceeded_Answers429WithRetryAfter()
    {
        FakeTimeProvider time = new(s_now);
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(time, rateLimit: 2);
        List<int> statuses = [];
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await emulator.Raw.GetAsync(new Uri("/api/v1/objects", UriKind.Relative));
            statuses.Add((int)response.StatusCode);
            Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(i < 2 ? null : TimeSpan.FromSeconds(1)));
        }
        time.Advance(TimeSpan.FromSeconds(1));
        using HttpResponseMessage after = await emulator.Raw.GetAsync(new Uri("/api/v1/objects", UriKind.Relative));
        Assert.That((statuses, (int)after.StatusCode), Is.EqualTo((new List<int> { 200, 200, 429 }, 200)));
    }

    [Test]
    public async Task Disconnected_Device_IsBadAndTheOthersAreGood()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        SignalParameter dead = (await emulator.SignalsOfAsync("m1_1"))["a"];
        SignalParameter alive = (await emulator.SignalsOfAsync("m1_2"))["a"];
        await emulator.BreakAsync("disconnected", "m1_1");
        IReadOnlyList<SignalValue> values = (await emulator.Client.ReadValuesAsync([dead.Id, alive.Id], CancellationToken.None)).Values;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((values[0].Quality, values[0].Reason), Is.EqualTo((SignalQuality.Bad, "device not connected")));
        Assert.That(values[1].Quality, Is.EqualTo(SignalQuality.Good));
    }

    [TestCase("null", "no data")]
    [TestCase("absent", "absent in the answer")]
    public async Task MissingData_IsBadWithItsReason(string mode, string reason)
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        SignalParameter signal = (await emulator.SignalsOfAsync("itp_1"))["t1"];
        await emulator.BreakAsync("missing_data", "itp_1.t1", new { mode });
        SignalValue value = await emulator.ReadAsync(signal);
        Assert.That((value.Quality, value.Data, value.Reason), Is.EqualTo((SignalQuality.Bad, SignalData.None, reason)));
    }

    [Test]
    public async Task LateData_IsStaleThenInHistory()
    {
        FakeTimeProvider time = new(s_now);
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(time);
        SignalParameter register = (await emulator.SignalsOfAsync("m1_1"))["a"];
        await emulator.BreakAsync("late_data", "m1_1", from: s_now, to: s_now.AddHours(2));
        time.Advance(TimeSpan.FromMinutes(90));
        SignalValue stale = await emulator.ReadAsync(register);
        List<SignalValue> withheld = await HistoryAsync(emulator, register);
        time.Advance(TimeSpan.FromMinutes(30));
        List<SignalValue> afterwards = await HistoryAsync(emulator, register);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((stale.Quality, stale.Reason, stale.SourceTime), Is.EqualTo((SignalQuality.Uncertain, "stale", s_now.AddMilliseconds(-1))));
        Assert.That(withheld.Select(value => value.SourceTime), Is.EqualTo(new[] { s_now.AddHours(-1) }));
        Assert.That(afterwards.Select(value => value.SourceTime), Is.EqualTo(new[] { s_now.AddHours(-1), s_now, s_now.AddHours(1), s_now.AddHours(2) }));

        async Task<List<SignalValue>> HistoryAsync(EmulatorFixture from, SignalParameter signal)
        {
            List<SignalValue> values = [];
            await foreach (SignalValue value in from.Client.ReadHistoryAsync(signal.Id, s_now.AddHours(-1), s_now.AddHours(3), TimeSpan.FromHours(1), CancellationToken.None))
            {
                values.Add(value);
            }
            return values;
        }
    }

    [TestCase("pressure_drop", "ps", false)]
    [TestCase("pump_stopped", "pump_run", false)]
    [TestCase("pump_fault", "pump_fault", true)]
    [TestCase("limit_t_low", "t_low", true)]
    [TestCase("limit_t_high", "t_high", true)]
    [TestCase("limit_p_low", "p_low", true)]
    [TestCase("limit_p_high", "p_high", true)]
    [TestCase("leak", "leak", true)]
    public async Task Alarm_LaidAndMended_ShowsAtOnceAndInEvents(string kind, string signal, bool broken)
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        SignalParameter flag = (await emulator.SignalsOfAsync("itp_1"))[signal];
        int fault = await emulator.BreakAsync(kind, "itp_1");
        SignalValue during = await emulator.ReadAsync(flag);
        await emulator.MendAsync(fault);
        SignalValue after = await emulator.ReadAsync(flag);
        JsonElement events = await emulator.Raw.GetFromJsonAsync<JsonElement>("/api/v1/events?object=1001&minSeverity=trivial");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((during.Data.Flag, after.Data.Flag), Is.EqualTo(((bool?)broken, (bool?)!broken)));
        Assert.That(events.EnumerateArray().Select(each => each.GetProperty("name").GetString()), Is.EqualTo(new[] { kind, kind + "_cleared" }));
    }

    [Test]
    public async Task Faults_AfterARestart_ActOn()
    {
        string folder = Directory.CreateTempSubdirectory("smartcity-emulator-").FullName;
        try
        {
            await using (EmulatorFixture first = await EmulatorFixture.StartAsync(stateFolder: folder))
            {
                await first.BreakAsync("leak", "itp_1");
            }
            await using EmulatorFixture second = await EmulatorFixture.StartAsync(stateFolder: folder);
            Assert.That((await second.ReadAsync((await second.SignalsOfAsync("itp_1"))["leak"])).Data.Flag, Is.True);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task Control_WrongRequests_AreRefusedWithReasons()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using IDisposable scope = Assert.EnterMultipleScope();
        foreach ((object body, string reason) in new (object, string)[]
        {
            (new { kind = "flood", target = "itp_1" }, "unknown kind"),
            (new { kind = "leak" }, "'kind' and 'target'"),
            (new { kind = "leak", target = "itp_1", until = 5 }, "unknown field 'until'"),
            (new { kind = "leak", target = "itp_1", from = "soon" }, "ISO 8601"),
            (new { kind = "leak", target = "itp_1", parameters = new[] { 1 } }, "'parameters'"),
            (17, "'kind' and 'target'"),
        })
        {
            using HttpResponseMessage response = await emulator.Raw.PostAsJsonAsync("/control/faults", body);
            Assert.That((int)response.StatusCode, Is.EqualTo(400), reason);
            Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(reason));
        }
        using HttpResponseMessage unknown = await emulator.Raw.DeleteAsync(new Uri("/control/faults/77", UriKind.Relative));
        Assert.That((int)unknown.StatusCode, Is.EqualTo(404));
    }

    [Test]
    public async Task Control_EndAll_MendsEverything()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        await emulator.BreakAsync("leak", "itp_1");
        await emulator.BreakAsync("http_500", "api");
        using HttpResponseMessage response = await emulator.Raw.DeleteAsync(new Uri("/control/faults", UriKind.Relative));
        Assert.That((await emulator.ReadAsync((await emulator.SignalsOfAsync("itp_1"))["leak"])).Data.Flag, Is.False);
    }

    [Test]
    public async Task Control_PageAndItsFiles_AreServed()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using IDisposable scope = Assert.EnterMultipleScope();
        foreach ((string path, string type) in new[] { ("/", "text/html"), ("/control", "text/html"), ("/control/control.css", "text/css"), ("/control/control.js", "text/javascript") })
        {
            using HttpResponseMessage response = await emulator.Raw.GetAsync(new Uri(path, UriKind.Relative));
            Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo(type), path);
            Assert.That(response.Headers.Contains("Content-Security-Policy"), path);
        }
    }
}
