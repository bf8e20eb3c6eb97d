using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Alphalogic;
using SmartCity.Emulator;

namespace SmartCity.IntegrationTests.Alphalogic;

/// <summary>The REST contract "alphalogic-compat v1" over real HTTP, and the client on it.</summary>
public sealed class EmulatorApiTest
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task ReadObjects_WholeTree_HasTheBriefsDevices()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        IReadOnlyList<SignalObject> objects = await emulator.Client.ReadObjectsAsync(CancellationToken.None);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(objects.Single(node => node.Name == "itp_1").DisplayName, Is.EqualTo("ИТП 1"));
        Assert.That(objects.Count(node => node.Type == "meter3"), Is.EqualTo(2));
        Assert.That(objects.Count(node => node.Type == "meter1"), Is.EqualTo(58));
        Assert.That(objects.Select(node => node.Trouble), Is.All.Null);
    }

    [Test]
    public async Task ReadValues_AllSignals_AreGoodAndDated()
    {
        FakeTimeProvider time = new(s_now);
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(time);
        List<ParameterId> ids = [];
        foreach (SignalObject node in await emulator.Client.ReadObjectsAsync(CancellationToken.None))
        {
            ids.AddRange((await emulator.Client.ReadParametersAsync(node.Id, CancellationToken.None)).Select(parameter => parameter.Id));
        }
        SignalSnapshot snapshot = await emulator.Client.ReadValuesAsync(ids, CancellationToken.None);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(ids, Has.Count.EqualTo(13 + (2 * 8) + (58 * 5)));
        Assert.That(snapshot.SourceNow, Is.EqualTo(s_now), "Date is the emulator's clock");
        Assert.That(snapshot.Values.Select(value => value.Quality), Is.All.EqualTo(SignalQuality.Good));
        Assert.That(snapshot.Values.Select(value => value.SourceTime), Is.All.EqualTo(s_now));
    }

    [Test]
    public async Task ReadValues_MetersOfHouse1_AddUpSinceInstallation()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(new FakeTimeProvider(s_now));
        Dictionary<string, SignalParameter> parent = await emulator.SignalsOfAsync("m3_1");
        decimal Total(SignalSnapshot read) => read.Values[0].Data.Number!.Value - read.Values[1].Data.Number!.Value;
        decimal house = Total(await emulator.Client.ReadValuesAsync([parent["a012"].Id, parent["init_kwh"].Id], CancellationToken.None));
        decimal flats = 0;
        for (int flat = 1; flat <= 3; flat++)
        {
            Dictionary<string, SignalParameter> consumer = await emulator.SignalsOfAsync($"m1_{flat}");
            flats += Total(await emulator.Client.ReadValuesAsync([consumer["a"].Id, consumer["init_kwh"].Id], CancellationToken.None));
        }
        Assert.That(house - flats, Is.InRange(house * 0.005m, house * 0.012m), "common needs are 1.5 % of what no sub-meter saw");
    }

    [Test]
    public async Task ReadHistory_ByHour_IsTheValueAsOfEachHour()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(new FakeTimeProvider(s_now));
        SignalParameter register = (await emulator.SignalsOfAsync("m1_2"))["a"];
        DateTimeOffset from = emulator.Server.HistoryFrom;
        List<SignalValue> hours = await HistoryAsync(emulator, register, from, s_now.AddHours(5), TimeSpan.FromHours(1));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(hours.Select(hour => hour.SourceTime), Is.EqualTo(Enumerable.Range(0, (int)(s_now - from).TotalHours + 1).Select(hour => from.AddHours(hour))),
            "from the start of history to now, and nothing of the future");
        Assert.That(hours[^1], Is.EqualTo(await emulator.ReadAsync(register)));
        Assert.That(hours.Zip(hours.Skip(1)).All(pair => pair.First.Data.Number <= pair.Second.Data.Number));
    }

    [Test]
    public async Task ReadHistory_EveryRecord_ComesInPagesWithoutGapOrRepetition()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(new FakeTimeProvider(s_now));
        SignalParameter register = (await emulator.SignalsOfAsync("itp_1"))["flow"];
        DateTimeOffset from = new(2026, 9, 5, 10, 0, 30, TimeSpan.Zero);
        List<SignalValue> records = await HistoryAsync(emulator, register, from, from.AddDays(20), null);
        DateTimeOffset first = new(2026, 9, 5, 10, 1, 0, TimeSpan.Zero);
        Assert.That(records.Select(record => record.SourceTime), Is.EqualTo(Enumerable.Range(0, 20 * 1440).Select(minute => first.AddMinutes(minute))),
            "28,800 records, 10,000 at most in a page");
    }

    [Test]
    public async Task History_NextPage_BeginsAfterTheLastItem()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(new FakeTimeProvider(s_now));
        const string Question = "/api/v1/parameters/100110/history?from=2026-09-05T10:00:30Z&to=2026-09-12T11:00:00Z";
        JsonElement first = await GetAsync(emulator, Question);
        JsonElement second = await GetAsync(emulator, $"{Question}&cursor={first.GetProperty("next").GetString()}");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(first.GetProperty("items").GetArrayLength(), Is.EqualTo(10_000));
        Assert.That(second.GetProperty("items")[0][0].GetInt64(), Is.EqualTo(first.GetProperty("items")[9_999][0].GetInt64() + 60_000));
        Assert.That(second.GetProperty("items").GetArrayLength(), Is.EqualTo((7 * 1440) + 59 - 10_000), "half-open: 10:01 to 10:59 a week later");
        Assert.That(second.GetProperty("next").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [TestCase("avg", "6.00", 0.02)]
    [TestCase("min", "5.95", 0.01)]
    [TestCase("max", "6.05", 0.01)]
    [TestCase("sum", "8640", 40)]
    public async Task History_Aggregate_SumsUpTheRecordsOfTheStep(string aggregate, string expected, double within)
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(new FakeTimeProvider(s_now));
        JsonElement page = await GetAsync(emulator, $"/api/v1/parameters/100101/history?from=2026-10-01T00:00:00Z&to=2026-10-03T00:00:00Z&step=P1D&agg={aggregate}");
        JsonElement item = page.GetProperty("items")[0];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(page.GetProperty("items").GetArrayLength(), Is.EqualTo(2));
        Assert.That(item[1].GetDecimal(), Is.EqualTo(decimal.Parse(expected, CultureInfo.InvariantCulture)).Within((decimal)within));
        Assert.That(page.GetProperty("next").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [TestCase("/api/v1/parameters/100101/history?from=2026-10-01T00:00:00Z", 400, "bad_query")]
    [TestCase("/api/v1/parameters/100101/history?from=2026-10-02T00:00:00Z&to=2026-10-01T00:00:00Z", 400, "bad_query")]
    [TestCase("/api/v1/parameters/100101/history?from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z&step=P1M", 400, "bad_query")]
    [TestCase("/api/v1/parameters/100101/history?from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z&step=PT0S", 400, "bad_query")]
    [TestCase("/api/v1/parameters/100101/history?from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z&agg=avg", 400, "bad_query")]
    [TestCase("/api/v1/parameters/100105/history?from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z&step=PT1H&agg=avg", 400, "bad_query")]
    [TestCase("/api/v1/parameters/100101/history?from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z&cursor=99999999", 400, "bad_query")]
    [TestCase("/api/v1/parameters/1/history?from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z", 404, "unknown_parameter")]
    [TestCase("/api/v1/parameters/1/value", 404, "unknown_parameter")]
    [TestCase("/api/v1/objects/5/parameters", 404, "unknown_object")]
    [TestCase("/api/v1/objects?parent=5", 404, "unknown_object")]
    [TestCase("/api/v1/objects?depth=0", 400, "bad_query")]
    [TestCase("/api/v1/events?minSeverity=huge", 400, "bad_query")]
    [TestCase("/api/v1/nothing", 404, "unknown_path")]
    public async Task Get_Wrong_IsRefusedWithACode(string path, int status, string code)
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync(new FakeTimeProvider(s_now));
        using HttpResponseMessage response = await emulator.Raw.GetAsync(new Uri(path, UriKind.Relative));
        JsonElement error = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(((int)response.StatusCode, error.GetProperty("code").GetString()), Is.EqualTo((status, code)));
    }

    [Test]
    public async Task Put_MeterSignal_IsReadOnlyOrNotConnected()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        Uri value = new("/api/v1/parameters/101103/value", UriKind.Relative);
        using HttpResponseMessage readOnly = await emulator.Raw.PutAsJsonAsync(value, new { value = 0 });
        await emulator.BreakAsync("disconnected", "m1_1");
        using HttpResponseMessage notConnected = await emulator.Raw.PutAsJsonAsync(value, new { value = 0 });
        Assert.That((readOnly.StatusCode, notConnected.StatusCode), Is.EqualTo((HttpStatusCode.Forbidden, HttpStatusCode.Conflict)));
    }

    [Test]
    public async Task Command_UnknownOrForbidden_IsRefused()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using HttpResponseMessage forbidden = await emulator.Raw.PostAsJsonAsync("/api/v1/objects/1001/commands/reset_pump_fault", new { args = new { } });
        using HttpResponseMessage unknown = await emulator.Raw.PostAsJsonAsync("/api/v1/objects/1002/commands/reset_pump_fault", new { args = new { } });
        Assert.That((forbidden.StatusCode, unknown.StatusCode), Is.EqualTo((HttpStatusCode.Forbidden, HttpStatusCode.NotFound)));
    }

    [Test]
    public async Task Objects_WithTheTag_AreNotSentAgainUntilSomethingChanges()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using HttpResponseMessage first = await emulator.Raw.GetAsync(new Uri("/api/v1/objects", UriKind.Relative));
        emulator.Raw.DefaultRequestHeaders.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage again = await emulator.Raw.GetAsync(new Uri("/api/v1/objects", UriKind.Relative));
        await emulator.BreakAsync("disconnected", "itp_1");
        using HttpResponseMessage changed = await emulator.Raw.GetAsync(new Uri("/api/v1/objects", UriKind.Relative));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((again.StatusCode, changed.StatusCode), Is.EqualTo((HttpStatusCode.NotModified, HttpStatusCode.OK)));
        Assert.That(again.Headers.Date, Is.Not.Null, "the clock is told even so");
    }

    [Test]
    public async Task Objects_ByParentAndDepth_AreThatPartOfTheTree()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        string[] Names(JsonElement nodes) => [.. nodes.EnumerateArray().Select(node => node.GetProperty("name").GetString()!)];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Names(await GetAsync(emulator, "/api/v1/objects?parent=1&depth=1")), Is.EqualTo(new[] { "house_1", "house_2" }));
        Assert.That(Names(await GetAsync(emulator, "/api/v1/objects?parent=10")), Is.EqualTo(new[] { "itp_1", "m3_1", "m1_1", "m1_2", "m1_3" }));
        Assert.That(Names(await GetAsync(emulator, "/api/v1/objects?depth=1")), Is.EqualTo(new[] { "city" }));
    }

    [Test]
    public async Task Anonymous_AnyEndpoint_IsRefused()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using HttpClient anonymous = new() { BaseAddress = emulator.Server.Address };
        using IDisposable scope = Assert.EnterMultipleScope();
        foreach (string path in new[] { "/api/v1/objects", "/api/v1/parameters/100101/value", "/api/v1/events", "/control", "/control/faults", "/control/state" })
        {
            using HttpResponseMessage response = await anonymous.GetAsync(new Uri(path, UriKind.Relative));
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), path);
        }
    }

    [Test]
    public async Task Post_NotJson_IsRefused()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using HttpResponseMessage form = await emulator.Raw.PostAsync(new Uri("/control/faults", UriKind.Relative), new StringContent("{}"));
        using HttpResponseMessage broken = await emulator.Raw.PostAsync(new Uri("/control/faults", UriKind.Relative), new StringContent("{", System.Text.Encoding.UTF8, "application/json"));
        using HttpResponseMessage big = await emulator.Raw.PostAsync(
            new Uri("/control/faults", UriKind.Relative), new StringContent(new string(' ', 300_000) + "{}", System.Text.Encoding.UTF8, "application/json"));
        Assert.That(((int)form.StatusCode, (int)broken.StatusCode, (int)big.StatusCode), Is.EqualTo((415, 400, 413)));
    }

    [Test]
    public async Task Logout_Token_IsNoLongerTaken()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        using HttpClient user = new() { BaseAddress = emulator.Server.Address };
        using HttpResponseMessage login = await user.PostAsJsonAsync("/api/v1/auth/login", new { login = EmulatorFixture.Login, password = EmulatorFixture.Password });
        JsonElement tokens = await login.Content.ReadFromJsonAsync<JsonElement>();
        user.DefaultRequestHeaders.Authorization = new("Bearer", tokens.GetProperty("token").GetString());
        using HttpResponseMessage before = await user.GetAsync(new Uri("/api/v1/objects", UriKind.Relative));
        using HttpResponseMessage logout = await user.PostAsJsonAsync("/api/v1/auth/logout", new { });
        using HttpResponseMessage after = await user.GetAsync(new Uri("/api/v1/objects", UriKind.Relative));
        Assert.That(((int)before.StatusCode, (int)logout.StatusCode, (int)after.StatusCode), Is.EqualTo((200, 204, 401)));
    }

    [Test]
    public async Task Start_PortTaken_SaysSo()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        string urls = emulator.Server.Address.GetLeftPart(UriPartial.Authority);
        Assert.That(() => EmulatorFixture.StartAsync(urls: urls),
            Throws.TypeOf<EmulatorStartException>().With.Message.Contains(urls).And.Message.Contains("in use").And.Message.Contains("--urls"));
    }

    [Test]
    public async Task Main_PortTaken_ReturnsAnErrorCode()
    {
        await using EmulatorFixture emulator = await EmulatorFixture.StartAsync();
        Environment.SetEnvironmentVariable("EMULATOR_LOGIN", EmulatorFixture.Login);
        Environment.SetEnvironmentVariable("EMULATOR_PASSWORD", EmulatorFixture.Password);
        Assert.That(await EmulatorProgram.Main(["--urls", emulator.Server.Address.GetLeftPart(UriPartial.Authority)]), Is.EqualTo(3));
    }

    [TestCase("--speed", "0")]
    [TestCase("--utc-offset", "15")]
    [TestCase("--token-lifetime", "0")]
    [TestCase("--history-from", "1.9.2026")]
    public async Task Main_OptionOutOfRange_ReturnsAnErrorCode(string option, string value)
    {
        Environment.SetEnvironmentVariable("EMULATOR_LOGIN", EmulatorFixture.Login);
        Environment.SetEnvironmentVariable("EMULATOR_PASSWORD", EmulatorFixture.Password);
        Assert.That(await EmulatorProgram.Main(["--urls", "http://127.0.0.1:0", option, value]), Is.EqualTo(3));
    }

    private static async Task<List<SignalValue>> HistoryAsync(
        EmulatorFixture emulator, SignalParameter signal, DateTimeOffset from, DateTimeOffset to, TimeSpan? step)
    {
        List<SignalValue> values = [];
        await foreach (SignalValue value in emulator.Client.ReadHistoryAsync(signal.Id, from, to, step, CancellationToken.None))
        {
            values.Add(value);
        }
        return values;
    }

    private static async Task<JsonElement> GetAsync(EmulatorFixture emulator, string path) =>
        await emulator.Raw.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));
}
