using System.Net;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Alphalogic;

namespace SmartCity.UnitTests.Alphalogic;

/// <summary>The client against a scripted server: sessions, retries, bounds, and answers that make no sense.</summary>
public sealed class AlphalogicClientTest
{
    private const string Password = "correct horse battery staple";
    private const string Login = "POST /api/v1/auth/login";
    private const string Values = "POST /api/v1/parameters/values";
    private const string Objects = "GET /api/v1/objects";
    private const string History = "GET /api/v1/parameters/1/history";

    private static readonly ParameterId[] s_ids = [new(1), new(2), new(3)];

    [Test]
    public async Task ReadValuesAsync_GoodAnswer_KeepsEveryDigitAndTheOrderAsked()
    {
        StubServer server = StubServer.WithLogin().On(Values, _ => StubServer.Json(
            """
            [{"id":3,"value":12345678,"ts":"2026-11-22T20:00:00.000Z","quality":"good","reason":null},
             {"id":1,"value":12345.678901234567890123,"ts":"2026-11-22T19:59:59.250Z","quality":"good","reason":null},
             {"id":2,"value":false,"ts":"2026-11-22T20:00:00.000Z","quality":"uncertain","reason":"sensor doubtful"}]
            """));
        using AlphalogicClient client = NewClient(server);
        SignalSnapshot snapshot = await client.ReadValuesAsync(s_ids, CancellationToken.None);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(snapshot.SourceNow, Is.EqualTo(StubServer.Now));
        Assert.That(snapshot.Values, Is.EqualTo(new SignalValue[]
        {
            new(new(1), SignalData.Of(12345.678901234567890123m), StubServer.Now.AddMilliseconds(-750), SignalQuality.Good, null),
            new(new(2), SignalData.Of(false), StubServer.Now, SignalQuality.Uncertain, "sensor doubtful"),
            new(new(3), SignalData.Of(12345678m), StubServer.Now, SignalQuality.Good, null),
        }));
    }

    [TestCase("{\"id\":1,\"value\":NaN,\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"good\"}", "no value")]
    [TestCase("{\"id\":1,\"value\":-Infinity,\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"good\"}", "no value")]
    [TestCase("{\"id\":1,\"value\":\"NaN\",\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"good\"}", "no value")]
    [TestCase("{\"id\":1,\"value\":null,\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"good\"}", "no value")]
    [TestCase("{\"id\":1,\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"good\"}", "no value")]
    [TestCase("{\"id\":1,\"value\":1e400,\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"good\"}", "no value")]
    [TestCase("{\"id\":1,\"value\":{\"a\":1},\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"good\"}", "no value")]
    [TestCase("{\"id\":1,\"value\":1,\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"excellent\"}", "quality missing or unknown")]
    [TestCase("{\"id\":1,\"value\":1,\"ts\":\"2026-11-22T20:00:00Z\"}", "quality missing or unknown")]
    [TestCase("{\"id\":1,\"value\":1,\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"bad\",\"reason\":\"wire cut\"}", "wire cut")]
    [TestCase("{\"id\":1,\"value\":1,\"ts\":\"yesterday\",\"quality\":\"good\"}", "no source time in the answer")]
    [TestCase("{\"id\":1,\"value\":1,\"quality\":\"good\"}", "no source time in the answer")]
    [TestCase("{\"id\":1,\"value\":\"\\ud800\",\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"good\"}", "no value")]
    [TestCase("{\"id\":\"1\",\"value\":1,\"ts\":\"2026-11-22T20:00:00Z\",\"quality\":\"good\"}", "absent in the answer")]
    [TestCase("17", "absent in the answer")]
    public async Task ReadValuesAsync_OneBadItem_IsBadAloneAndSaysWhy(string item, string reason)
    {
        StubServer server = StubServer.WithLogin().On(Values, _ => StubServer.Json(
            $$"""[{{item}},{"id":2,"value":true,"ts":"2026-11-22T20:00:00Z","quality":"good"},{"id":99,"value":0}]"""));
        using AlphalogicClient client = NewClient(server);
        IReadOnlyList<SignalValue> values = (await client.ReadValuesAsync([new(1), new(2)], CancellationToken.None)).Values;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((values[0].Quality, values[0].Data, values[0].Reason), Is.EqualTo((SignalQuality.Bad, SignalData.None, reason)));
        Assert.That((values[1].Quality, values[1].Data), Is.EqualTo((SignalQuality.Good, SignalData.Of(true))));
    }

    [TestCase(1, "true", "not a number")]
    [TestCase(1, "\"6.0\"", "not a number")]
    [TestCase(2, "1", "not true or false")]
    [TestCase(3, "1.5", "not a whole number")]
    [TestCase(4, "1", "not a text")]
    [TestCase(5, "\"soon\"", "not an instant")]
    public async Task ReadValuesAsync_OtherTypeThanDeclared_IsBad(int id, string value, string reason)
    {
        StubServer server = StubServer.WithLogin().On(Values, _ => StubServer.Json(
            $$"""[{"id":{{id}},"value":{{value}},"ts":"2026-11-22T20:00:00Z","quality":"good"}]"""));
        using AlphalogicClient client = NewClient(server);
        await client.ReadParametersAsync(new(1001), CancellationToken.None);
        SignalValue read = (await client.ReadValuesAsync([new((ulong)id)], CancellationToken.None)).Values[0];
        Assert.That((read.Quality, read.Reason), Is.EqualTo((SignalQuality.Bad, reason)));
    }

    [TestCase(15, ExpectedResult = "Good ", Description = "three polling periods exactly")]
    [TestCase(15.001, ExpectedResult = "Uncertain stale")]
    [TestCase(-5, ExpectedResult = "Good ", Description = "clocks differ a little")]
    [TestCase(-5.001, ExpectedResult = "Uncertain source time is in the future")]
    public async Task<string> ReadValuesAsync_ByAge_StaleIsUncertain(double secondsOld)
    {
        string ts = StubServer.Now.AddSeconds(-secondsOld).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        StubServer server = StubServer.WithLogin().On(Values, _ => StubServer.Json($$"""[{"id":1,"value":6.0,"ts":"{{ts}}","quality":"good"}]"""));
        using AlphalogicClient client = NewClient(server);
        SignalValue read = (await client.ReadValuesAsync([new(1)], CancellationToken.None)).Values[0];
        return $"{read.Quality} {read.Reason}";
    }

    [TestCase("\"connected\":false,\"error\":false", "device not connected")]
    [TestCase("\"connected\":true,\"error\":true", "device reports an error")]
    [TestCase("\"error\":false", "device not connected")]
    public async Task ReadValuesAsync_NodeInTrouble_MakesItsSignalsBad(string state, string reason)
    {
        StubServer server = StubServer.WithLogin()
            .On(Objects, _ => StubServer.Json($$"""[{"id":1001,"name":"itp_1","parent":1,{{state}}}]"""))
            .On(Values, _ => StubServer.Json("""[{"id":1,"value":6.0,"ts":"2026-11-22T20:00:00Z","quality":"good"}]"""));
        using AlphalogicClient client = NewClient(server);
        await client.ReadParametersAsync(new(1001), CancellationToken.None);
        SignalValue read = (await client.ReadValuesAsync([new(1)], CancellationToken.None)).Values[0];
        Assert.That((read.Quality, read.Data, read.Reason), Is.EqualTo((SignalQuality.Bad, SignalData.None, reason)));
    }

    [Test]
    public async Task ReadObjectsAsync_NotModified_ServesTheHeldTree()
    {
        StubServer server = StubServer.WithLogin();
        server.On(Objects, request =>
        {
            if (request.Headers.IfNoneMatch.Count > 0)
            {
                return StubServer.Status(304);
            }
            HttpResponseMessage full = StubServer.Json("""[{"id":7,"name":"m"}]""");
            full.Headers.ETag = new("\"abc\"");
            return full;
        });
        using AlphalogicClient client = NewClient(server);
        IReadOnlyList<SignalObject> first = await client.ReadObjectsAsync(CancellationToken.None);
        Assert.That(await client.ReadObjectsAsync(CancellationToken.None), Is.SameAs(first));
    }

    [Test]
    public async Task Token_BeforeItExpires_IsRefreshed()
    {
        FakeTimeProvider time = new(StubServer.Now);
        StubServer server = StubServer.WithLogin()
            .On("POST /api/v1/auth/refresh", _ => StubServer.Json("""{"token":"t2","expires_in":600,"refresh_token":"r2"}"""));
        using AlphalogicClient client = NewClient(server, time);
        await client.ReadObjectsAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(539));
        await client.ReadObjectsAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(1));
        await client.ReadObjectsAsync(CancellationToken.None);
        Assert.That(server.Authorizations, Is.EqualTo(new[] { null, "Bearer t1", "Bearer t1", null, "Bearer t2" }), "a minute ahead");
    }

    [Test]
    public async Task Token_RefreshRefused_LogsInAgain()
    {
        FakeTimeProvider time = new(StubServer.Now);
        StubServer server = StubServer.WithLogin().On("POST /api/v1/auth/refresh", _ => StubServer.Status(401));
        using AlphalogicClient client = NewClient(server, time);
        await client.ReadObjectsAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromHours(1));
        await client.ReadObjectsAsync(CancellationToken.None);
        Assert.That(server.CountOf(Login), Is.EqualTo(2));
    }

    [Test]
    public async Task Call_TokenRefused_LogsInOnceAndTriesAgain()
    {
        StubServer server = StubServer.WithLogin().OnInTurn(Objects, () => StubServer.Status(401), () => StubServer.Json("[]"));
        using AlphalogicClient client = NewClient(server);
        Assert.That(await client.ReadObjectsAsync(CancellationToken.None), Is.Empty);
        Assert.That(server.CountOf(Login), Is.EqualTo(2));
    }

    [Test]
    public void Call_FreshTokenRefusedToo_SaysThatTheAccountMayNot()
    {
        StubServer server = StubServer.WithLogin().On(Objects, _ => StubServer.Status(401));
        using AlphalogicClient client = NewClient(server);
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None), Throws.TypeOf<AlphalogicAuthenticationException>());
        Assert.That(server.CountOf(Objects), Is.EqualTo(2));
    }

    [Test]
    public void Login_WrongPassword_IsTriedOnceOnly()
    {
        StubServer server = new StubServer().On(Login, _ => StubServer.Status(401, """{"code":"bad_credentials","message":"no"}"""));
        using AlphalogicClient client = NewClient(server);
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None),
            Throws.TypeOf<AlphalogicAuthenticationException>().With.Message.Contains("user 'oracle'"));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [TestCase(500)]
    [TestCase(503)]
    [TestCase(429)]
    public async Task Call_ServerFailsTwice_SucceedsOnTheThirdAttempt(int status)
    {
        StubServer server = StubServer.WithLogin().OnInTurn(Objects, () => StubServer.Status(status), () => StubServer.Status(status), () => StubServer.Json("[]"));
        using AlphalogicClient client = NewClient(server);
        Assert.That(await client.ReadObjectsAsync(CancellationToken.None), Is.Empty);
        Assert.That(server.CountOf(Objects), Is.EqualTo(3));
    }

    [Test]
    public void Call_ServerFailsForEver_GivesUpAfterTheAttemptsAllowed()
    {
        StubServer server = StubServer.WithLogin().On(Objects, _ => StubServer.Status(502));
        using AlphalogicClient client = NewClient(server);
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None),
            Throws.TypeOf<AlphalogicUnavailableException>().With.Message.Contains("502").And.Message.Contains("attempt 4 of 4"));
        Assert.That(server.CountOf(Objects), Is.EqualTo(4));
    }

    [Test]
    public void Call_NoConnection_IsTriedAgainAndThenSaysWhichAddress()
    {
        StubServer server = StubServer.WithLogin().On(Login, _ => throw new HttpRequestException("Connection refused"));
        using AlphalogicClient client = NewClient(server);
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None),
            Throws.TypeOf<AlphalogicUnavailableException>().With.Message.Contains("http://alphalogic.test").And.Message.Contains("Connection refused"));
        Assert.That(server.CountOf(Login), Is.EqualTo(4));
    }

    [Test]
    public async Task Call_RetryAfter_IsWaitedFor()
    {
        FakeTimeProvider time = new(StubServer.Now);
        StubServer server = StubServer.WithLogin()
            .OnInTurn(Objects, () => StubServer.Status(429, retryAfter: TimeSpan.FromSeconds(4)), () => StubServer.Json("[]"));
        using AlphalogicClient client = NewClient(server, time, firstRetryDelay: TimeSpan.FromMilliseconds(1));
        Task<IReadOnlyList<SignalObject>> call = client.ReadObjectsAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(3.999));
        Assert.That((call.IsCompleted, server.CountOf(Objects)), Is.EqualTo((false, 1)), "not before the time asked for");
        time.Advance(TimeSpan.FromSeconds(2.1));
        Assert.That(await call, Is.Empty, "at most half more");
    }

    [Test]
    public void Call_RetryAfterTooLong_IsReportedAtOnce()
    {
        StubServer server = StubServer.WithLogin().On(Objects, _ => StubServer.Status(503, retryAfter: TimeSpan.FromHours(1)));
        using AlphalogicClient client = NewClient(server);
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None), Throws.TypeOf<AlphalogicUnavailableException>().With.Message.Contains("3600 s"));
        Assert.That(server.CountOf(Objects), Is.EqualTo(1));
    }

    [Test]
    public async Task Call_NoAnswer_EndsAtTheDeadlineOfEachAttempt()
    {
        FakeTimeProvider time = new(StubServer.Now);
        using SilentServer server = new();
        using AlphalogicClient client = new(server, Options(maxAttempts: 1), time, NullLogger<AlphalogicClient>.Instance);
        Task<IReadOnlyList<SignalObject>> call = client.ReadObjectsAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(call.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(0.2));
        await Assert.ThatAsync(() => call, Throws.TypeOf<AlphalogicUnavailableException>().With.Message.Contains("no answer within 10 s"));
    }

    [Test]
    public void Call_Cancelled_IsCancelledNotUnavailable()
    {
        using SilentServer server = new();
        using AlphalogicClient client = new(server, Options(), TimeProvider.System, NullLogger<AlphalogicClient>.Instance);
        using CancellationTokenSource cancellation = new();
        Task<IReadOnlyList<SignalObject>> call = client.ReadObjectsAsync(cancellation.Token);
        cancellation.Cancel();
        Assert.That(() => call, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Call_OversizedAnswer_IsRefused(bool lengthKnown)
    {
        StubServer server = StubServer.WithLogin().On(Objects, _ =>
        {
            HttpResponseMessage big = StubServer.Bytes(new byte[70_000]);
            big.Content = lengthKnown ? big.Content : new StreamContent(new EndlessStream());
            return big;
        });
        using AlphalogicClient client = NewClient(server);
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None), Throws.TypeOf<AlphalogicAnswerException>().With.Message.Contains("65536 bytes"));
    }

    [Test]
    public void Call_NoDate_IsRefusedAsTheSourceTimeIsUnknown()
    {
        StubServer server = StubServer.WithLogin().On(Objects, _ => new(HttpStatusCode.OK) { Content = new StringContent("[]") });
        using AlphalogicClient client = NewClient(server);
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None), Throws.TypeOf<AlphalogicAnswerException>().With.Message.Contains("Date"));
    }

    [TestCase("[{\"id\":1,", "GET /api/v1/objects")]
    [TestCase("", "not JSON")]
    [TestCase("<html>", "not JSON")]
    [TestCase("{}", "a list was expected")]
    public void ReadObjectsAsync_MalformedAnswer_NamesTheEndpointAndTheFault(string body, string expected)
    {
        StubServer server = StubServer.WithLogin().On(Objects, _ => StubServer.Json(body));
        using AlphalogicClient client = NewClient(server);
        Assert.That(() => client.ReadObjectsAsync(CancellationToken.None),
            Throws.TypeOf<AlphalogicAnswerException>().With.Message.Contains(expected).And.Message.Contains("GET /api/v1/objects"));
    }

    [Test]
    public void ReadParametersAsync_UnknownObject_CarriesStatusAndCode()
    {
        StubServer server = StubServer.WithLogin().On("GET /api/v1/objects/5/parameters", _ => StubServer.Status(404, """{"code":"unknown_object","message":"There is no object 5."}"""));
        using AlphalogicClient client = NewClient(server);
        AlphalogicRequestException? refused = Assert.ThrowsAsync<AlphalogicRequestException>(() => client.ReadParametersAsync(new(5), CancellationToken.None));
        Assert.That((refused!.StatusCode, refused.Code, refused.Message), Is.EqualTo(
            (404, "unknown_object", "Alphalogic GET /api/v1/objects/5/parameters answered 404 unknown_object: There is no object 5.")));
    }

    [Test]
    public async Task ReadHistoryAsync_Pages_AreReadToTheEndInOrder()
    {
        StubServer server = StubServer.WithLogin().On(History, request => StubServer.Json(request.RequestUri!.Query.Contains("cursor=a%20b", StringComparison.Ordinal)
            ? """{"items":[[1790000003000,3.25,"good"],[1790000002000,9,"good"],[1790000009999,9,"good"]],"next":null}"""
            : """{"items":[[1790000001000,1.5,"good"],[1790000001000,2,"good"],[1790000002000,null,"bad"],["x",1,"good"],7],"next":"a b"}"""));
        using AlphalogicClient client = NewClient(server);
        List<SignalValue> read = await HistoryOf(client);
        Assert.That(read.Select(value => (value.SourceTime.ToUnixTimeMilliseconds(), value.Data.Number, value.Quality)), Is.EqualTo(new (long, decimal?, SignalQuality)[]
        {
            (1_790_000_001_000, 1.5m, SignalQuality.Good),
            (1_790_000_002_000, null, SignalQuality.Bad),
            (1_790_000_003_000, 3.25m, SignalQuality.Good),
        }), "repeated, disordered, misplaced and timeless items are left out");
        Assert.That(server.Requests[^1], Does.Contain("from=2026-09-21T14:13:20.000Z&to=2026-09-21T14:13:29.000Z&step=PT1H&cursor=a%20b"));
    }

    [Test]
    public async Task ReadMeansAsync_AsksForMeans()
    {
        StubServer server = StubServer.WithLogin().On(History, _ => StubServer.Json("{\"items\":[[1790000001000,1.5,\"good\"]],\"next\":null}"));
        using AlphalogicClient client = NewClient(server);
        DateTimeOffset from = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
        List<SignalValue> read = await client.ReadMeansAsync(new(1), from, from.AddHours(1), TimeSpan.FromMinutes(15), CancellationToken.None).ToListAsync();
        Assert.That(read.Select(value => value.Data.Number), Is.EqualTo(new[] { 1.5m }));
        Assert.That(server.Requests[^1], Does.Contain("step=PT15M&agg=avg"));
    }

    [TestCase("{\"items\":[],\"next\":\"same\"}", "cursor came twice")]
    [TestCase("{\"items\":[],\"next\":5}", "neither text nor null")]
    [TestCase("{\"next\":null}", "no \"items\"")]
    [TestCase("{\"items\":{}}", "a list was expected")]
    public void ReadHistoryAsync_EndlessOrMalformed_IsRefused(string body, string expected)
    {
        StubServer server = StubServer.WithLogin().On(History, _ => StubServer.Json(body));
        using AlphalogicClient client = NewClient(server);
        Assert.That(() => HistoryOf(client), Throws.TypeOf<AlphalogicAnswerException>().With.Message.Contains(expected));
    }

    /// <summary>Everything that can go wrong around the login, and nothing that is said of it holds the password or a token.</summary>
    [TestCase(401, "{\"code\":\"x\",\"message\":\"the password correct horse battery staple is wrong\"}")]
    [TestCase(200, "correct horse battery staple")]
    [TestCase(200, "{\"token\":\"correct horse battery staple\\n\"}")]
    [TestCase(200, "{\"token\":\"correct horse battery staple\"")]
    [TestCase(400, "correct horse battery staple")]
    [TestCase(500, "correct horse battery staple")]
    public void Login_Fails_PasswordIsNowhere(int status, string body)
    {
        LogLines<AlphalogicClient> log = new();
        StubServer server = new StubServer().On(Login, _ => StubServer.Status(status, body));
        AlphalogicOptions options = Options();
        using AlphalogicClient client = new(server, options, TimeProvider.System, log);
        AlphalogicException? failure = Assert.CatchAsync<AlphalogicException>(() => client.ReadObjectsAsync(CancellationToken.None));
        string said = $"{failure} {options} {client} {string.Join('\n', log.Lines)} {string.Join('\n', server.Requests)}";
        Assert.That(said, Does.Not.Contain(Password).And.Not.Contain("horse"));
    }

    [TestCase("ftp://host")]
    [TestCase("http://user:secret@host")]
    [TestCase("relative")]
    public void Options_WrongAddress_IsRefused(string address) =>
        Assert.That(() => new AlphalogicOptions { BaseAddress = new(address, UriKind.RelativeOrAbsolute), Login = "a", Password = "b" }.Validate(),
            Throws.ArgumentException.With.Message.Contains("BaseAddress"));

    /// <summary>Whatever bytes come instead of right answers, the client reads them or refuses them by its own exceptions; values are never good without data.</summary>
    [Test]
    public void Anything_MutatedAnswers_NeverCrashTheClient()
    {
        byte[][] right =
        [
            """{"token":"t1","token_type":"Bearer","expires_in":600,"refresh_token":"r1"}"""u8.ToArray(),
            """[{"id":1001,"name":"itp_1","displayName":"\u0418\u0422\u041f","type":"heat_point","parent":1,"connected":true,"error":false}]"""u8.ToArray(),
            """[{"id":1,"name":"p1","desc":"","valueType":"double","unit":"bar","access":"read_only","enums":[]},{"id":2,"name":"leak","valueType":"bool"}]"""u8.ToArray(),
            """[{"id":1,"value":6.02,"ts":"2026-11-22T20:00:00.000Z","quality":"good","reason":null},{"id":2,"value":true,"ts":"2026-11-22T20:00:00Z","quality":"uncertain","reason":"\ud83d\ude00"}]"""u8.ToArray(),
            """{"items":[[1790000001000,1.5,"good"],[1790000002000,null,"bad"]],"next":null}"""u8.ToArray(),
        ];
        Gen<(int Answer, (int At, int Length, byte[] New)[] Edits)> mutations = Gen.Select(
            Gen.Int[0, right.Length - 1],
            Gen.Select(Gen.Int[0, 200], Gen.Int[0, 8], Gen.Byte.Array[0, 6].Select(Confuse)).Array[1, 4]);
        mutations.Sample(mutation =>
        {
            byte[][] answers = [.. right];
            answers[mutation.Answer] = mutation.Edits.Aggregate(right[mutation.Answer], Mutate);
            StubServer server = new StubServer()
                .On(Login, _ => StubServer.Bytes(answers[0]))
                .On(Objects, _ => StubServer.Bytes(answers[1]))
                .On("GET /api/v1/objects/1001/parameters", _ => StubServer.Bytes(answers[2]))
                .On(Values, _ => StubServer.Bytes(answers[3]))
                .On(History, _ => StubServer.Bytes(answers[4]));
            using AlphalogicClient client = NewClient(server);
            return ReadsSensibly(client).GetAwaiter().GetResult();
        }, iter: 5_000);
    }

    private static async Task<bool> ReadsSensibly(AlphalogicClient client)
    {
        try
        {
            await client.ReadObjectsAsync(CancellationToken.None);
            await client.ReadParametersAsync(new(1001), CancellationToken.None);
            IReadOnlyList<SignalValue> values = (await client.ReadValuesAsync(s_ids, CancellationToken.None)).Values;
            List<SignalValue> history = await HistoryOf(client);
            return values.Count == s_ids.Length
                && values.Concat(history).All(value => value.Data.IsNone == (value.Quality == SignalQuality.Bad) && (value.Reason is null) == (value.Quality == SignalQuality.Good));
        }
        catch (AlphalogicException)
        {
            return true;
        }
    }

    /// <summary>Half of the new bytes are ones that mean something in JSON.</summary>
    private static byte[] Confuse(byte[] random)
    {
        byte[] telling = Encoding.ASCII.GetBytes("\"\\{}[],:0123456789.eE-+NaInfitytruelsn ud");
        return [.. random.Select(each => each % 2 == 0 ? telling[each / 2 % telling.Length] : each)];
    }

    private static byte[] Mutate(byte[] bytes, (int At, int Length, byte[] New) edit)
    {
        int at = Math.Min(edit.At, bytes.Length);
        int length = Math.Min(edit.Length, bytes.Length - at);
        return [.. bytes[..at], .. edit.New, .. bytes[(at + length)..]];
    }

    private static async Task<List<SignalValue>> HistoryOf(AlphalogicClient client)
    {
        List<SignalValue> read = [];
        DateTimeOffset from = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);
        await foreach (SignalValue value in client.ReadHistoryAsync(new(1), from, from.AddSeconds(9), TimeSpan.FromHours(1), CancellationToken.None))
        {
            read.Add(value);
        }
        return read;
    }

    private static AlphalogicClient NewClient(HttpMessageHandler server, TimeProvider? time = null, TimeSpan firstRetryDelay = default) =>
        new(server, Options(firstRetryDelay), time ?? TimeProvider.System, NullLogger<AlphalogicClient>.Instance);

    private static AlphalogicOptions Options(TimeSpan firstRetryDelay = default, int maxAttempts = 4) => new()
    {
        BaseAddress = new("http://alphalogic.test"),
        Login = "oracle",
        Password = Password,
        FirstRetryDelay = firstRetryDelay,
        MaxAttempts = maxAttempts,
        MaxAnswerBytes = 65_536,
    };

    private sealed class SilentServer : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("unreachable");
        }
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(buffer.Length);
    }
}
