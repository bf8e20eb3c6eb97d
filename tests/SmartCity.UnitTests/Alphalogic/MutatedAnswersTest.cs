using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Oracle;
using SmartCity.UnitTests.Oracle;

namespace SmartCity.UnitTests.Alphalogic;

/// <summary>
/// 25,000 answers of the REST interface with faults laid in. None stops the client but by an exception that names its reason; what it
/// vouches for stands in the same bytes for whoever believes every one of them; and no hour gets an interval that they do not show.
/// </summary>
[CancelAfter(120_000)]
public sealed class MutatedAnswersTest
{
    private const int Mutations = 5_000;
    private const string Values = "POST /api/v1/parameters/values";
    private const string Objects = "GET /api/v1/objects";
    private const string Parameters = "GET /api/v1/objects/1001/parameters";
    private const string Login = "POST /api/v1/auth/login";

    private const string CurrentValues = """
        [{"id":1,"value":6.25,"ts":"2026-11-22T19:59:58.000Z","quality":"good","reason":null},
         {"id":2,"value":true,"ts":"2026-11-22T20:00:00Z","quality":"good","reason":null},
         {"id":3,"value":41236701,"ts":1795377600000,"quality":"good","reason":null},
         {"id":4,"value":"Меркурий 230","ts":"2026-11-22T20:00:00Z","quality":"uncertain","reason":"old"},
         {"id":5,"value":"2020-03-01T00:00:00Z","ts":"2026-11-22T20:00:00Z","quality":"good","reason":null},
         {"id":1001,"value":null,"ts":"2026-11-22T20:00:00Z","quality":"bad","reason":"wire cut"}]
        """;

    private static readonly string[] s_tokens =
    [
        "", "0", "1", "-1", "1e9", "1e400", "-0.000", "1.5", "79228162514264337593543950336", "NaN", "Infinity", "-Infinity", "null", "true", "\"\"",
        "\"NaN\"", "\"good\"", "good", "bad", "uncertain", "[]", "{}", "[1]", "\"\\ud800\"", "\\u0031", "\\", "\"", ",", ":", "[", "]", "{", "}",
        "2026-11-22T20:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01", "1795377600000", "253402300800000", "-62135596800001", " ", "\0", "\uFEFF", "٣",
        "\"id\":1", "\"next\":\"7\"", "\"token\"", "// x", "1_000", "01", "0x10", "18446744073709551616",
    ];

    [Test]
    public async Task ReadValuesAsync_MutatedAnswer_IsRefusedOrReadRight(CancellationToken cancellationToken)
    {
        StubServer server = StubServer.WithLogin();
        using AlphalogicClient client = NewClient(server);
        await client.ReadParametersAsync(new(1001), cancellationToken);
        ParameterId[] asked = [new(1), new(2), new(3), new(4), new(5), new(6)];
        await MutateAsync(CurrentValues, 0.2, async body =>
        {
            server.On(Values, _ => StubServer.Bytes(body));
            SignalSnapshot snapshot = await client.ReadValuesAsync(asked, cancellationToken);
            HashSet<(ulong, string, string)> told = [.. Credulous(body).Select(item => (item.Id, item.Value, item.Quality))];
            Assert.That(snapshot.Values.Select(value => value.Parameter), Is.EqualTo(asked));
            foreach (SignalValue value in snapshot.Values)
            {
                Assert.That(value.Data.IsNone, Is.EqualTo(value.Quality == SignalQuality.Bad));
                Assert.That(value.Quality == SignalQuality.Good, Is.EqualTo(value.Reason is null));
                Assert.That(value.Quality != SignalQuality.Good || told.Contains((value.Parameter.Value, Written(value.Data), "good")), $"{value} is not in the answer");
            }
        });
    }

    /// <summary>The register's history, mutated, closes two hours: each interval is a difference of two values that the answer shows at the hours' ends.</summary>
    [Test]
    public async Task ReadHistory_MutatedAnswer_MakesNoWrongInterval(CancellationToken cancellationToken)
    {
        const ulong FirstWattHours = 1_000_500;
        Hour first = CityLayouts.Hour(0);
        ChannelLayout channel = CityLayouts.Layout.Channels.Single(one => one.SourceObject == "m1_1");
        string folder = Directory.CreateTempSubdirectory("mutated-history").FullName;
        using JournalDatabase journal = JournalDatabase.Open(folder);
        StubServer server = StubServer.WithLogin()
            .On(Objects, _ => StubServer.Json("""[{"id":1001,"name":"m1_1","parent":1,"connected":true,"error":false}]"""))
            .On(Parameters, _ => StubServer.Json("""[{"id":1,"name":"a","valueType":"double","unit":"kWh"}]"""));
        FakeTimeProvider time = new(StubServer.Now);
        using AlphalogicClient client = NewClient(server);
        SampleStore samples = new(journal);
        SourceSession session = new(client, CityLayouts.Plan, CityLayouts.Layout, samples, NullLogger<SourceSession>.Instance);
        HourInputReader reader = new(
            session, CityLayouts.Layout, samples, new(journal, CityLayouts.Layout, time), CityLayouts.Options(folder), time, NullLogger<HourInputReader>.Instance);
        string history = $$"""{"items":[[{{Ms(first.Next)}},1000.750,"good"],[{{Ms(new(first.Value + 2))}},1001.125,"good"]],"next":null}""";
        int intervals = 0;
        await MutateAsync(history, 0, async body =>
        {
            server.On("GET /api/v1/parameters/1/history", _ => StubServer.Bytes(body));
            IReadOnlyList<Dictionary<SignalKey, HourInput>> read = await reader.ReadAgainAsync(first, new(first.Value + 2), [channel.RegisterKey], cancellationToken);
            HourCloser closer = new(CityLayouts.Layout, new Dictionary<ChannelKey, ChannelState>
            {
                [new(1, 3)] = ChannelState.Electricity with { Track = RegisterTrack.Empty with { Base = new(2, new(FirstWattHours), first.Start) } },
            });
            Reading[] stated = [.. read.Select((inputs, i) => closer.Close(CityLayouts.Layout.Segments[0], new(first.Value + (uint)i), inputs, []).Groups[0][3])];
            ulong[] shown = [FirstWattHours, .. CredulousHistory(body)];
            foreach (Reading reading in stated.Where(reading => reading.Quality != Quality.Missing))
            {
                intervals++;
                Assert.That(
                    shown.Any(from => shown.Any(to => to >= from && (reading.Quality == Quality.Measured ? to - from : (to - from + 1) / 2) == reading.Interval.Value)),
                    $"{reading} is no difference of {string.Join(", ", shown)}");
            }
        });
        Assert.That(intervals, Is.GreaterThan(Mutations / 10), "enough of them leave an interval to be judged");
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);

        static long Ms(Hour hour) => hour.Start.ToUnixTimeMilliseconds();
    }

    [TestCase(Objects, """[{"id":1,"name":"root","parent":null},{"id":1001,"name":"itp_1","displayName":"ИТП 1","type":"heat_point","parent":1,"connected":true,"ready_to_work":true,"error":false,"status":"ok"}]""")]
    [TestCase(Parameters, """[{"id":1,"name":"p1","displayName":"Давление","desc":"","valueType":"double","unit":"bar","access":"read_only","visible":"runtime","enums":[]},{"id":2,"name":"leak","valueType":"bool"}]""")]
    public async Task ReadTree_MutatedAnswer_IsRefusedOrEveryNodeIsInIt(string endpoint, string answer, CancellationToken cancellationToken)
    {
        StubServer server = StubServer.WithLogin();
        using AlphalogicClient client = NewClient(server);
        await MutateAsync(answer, 0.1, async body =>
        {
            server.On(endpoint, _ => StubServer.Bytes(body));
            (ulong Id, string Name)[] read = endpoint == Objects
                ? [.. (await client.ReadObjectsAsync(cancellationToken)).Select(node => (node.Id.Value, node.Name))]
                : [.. (await client.ReadParametersAsync(new(1001), cancellationToken)).Select(parameter => (parameter.Id.Value, parameter.Name))];
            Assert.That(read, Is.SubsetOf(Credulous(body).Select(item => (item.Id, item.Name))));
        });
    }

    [Test]
    public async Task Login_MutatedAnswer_IsRefusedOrTheTokenIsInIt(CancellationToken cancellationToken) =>
        await MutateAsync("""{"token":"t1","token_type":"Bearer","expires_in":600,"refresh_token":"r1"}""", 0.1, async body =>
        {
            StubServer server = StubServer.WithLogin().On(Login, _ => StubServer.Bytes(body));
            using AlphalogicClient client = NewClient(server);
            await client.ReadObjectsAsync(cancellationToken);
            string token = server.Authorizations[^1]!["Bearer ".Length..];
            Assert.That(token, Is.EqualTo((string?)Lenient(body)!["token"]));
        });

    /// <summary>Mutates an answer, each time from a seed of its own. A refusal must be the client's own exception, with its reason; and both must come about.</summary>
    private static async Task MutateAsync(string answer, double leastRefused, Func<byte[], Task> look)
    {
        byte[] original = Encoding.UTF8.GetBytes(answer);
        int refused = 0;
        for (int seed = 0; seed < Mutations; seed++)
        {
            byte[] body = Mutate(original, new Random(seed));
            try
            {
                await look(body);
            }
            catch (AlphalogicException refusal)
            {
                refused++;
                Assert.That(refusal.Message, Does.StartWith("Alphalogic ").And.Length.GreaterThan(30), $"seed {seed}");
            }
            catch (Exception exception) when (exception is not (AssertionException or OperationCanceledException))
            {
                Assert.Fail($"seed {seed}: {exception}\n{Encoding.UTF8.GetString(body)}");
            }
        }
        Assert.That(refused, Is.InRange((int)(Mutations * leastRefused), Mutations * 19 / 20));
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] body = original;
        for (int count = random.Next(1, 4); count > 0 && body.Length > 2; count--)
        {
            int at = random.Next(body.Length);
            body = random.Next(8) switch
            {
                0 => Replace(body, at, 1, [(byte)random.Next(256)]),
                1 => Replace(body, at, random.Next(1, 30), []),
                2 => random.Next(4) == 0 ? body[..at] : body,
                3 => Replace(body, at, 0, body[at..Math.Min(body.Length, at + random.Next(1, 60))]),
                4 => Replace(body, at, 0, Token(random)),
                _ => ReplaceText(body, random),
            };
        }
        return body;
    }

    /// <summary>Puts a token in place of what stands between two of the signs that part JSON.</summary>
    private static byte[] ReplaceText(byte[] body, Random random)
    {
        ReadOnlySpan<byte> signs = ":,[]{}"u8;
        int from = random.Next(body.Length);
        while (from < body.Length && !signs.Contains(body[from]))
        {
            from++;
        }
        int to = from + 1;
        while (to < body.Length && !signs.Contains(body[to]))
        {
            to++;
        }
        return from >= body.Length ? body : Replace(body, from + 1, Math.Min(body.Length, to) - from - 1, Token(random));
    }

    private static byte[] Token(Random random) => Encoding.UTF8.GetBytes(s_tokens[random.Next(s_tokens.Length)]);

    private static byte[] Replace(byte[] body, int at, int length, byte[] with) =>
        [.. body.AsSpan(0, at), .. with, .. body.AsSpan(Math.Min(body.Length, at + length))];

    /// <summary>Every object of the answer that has an id, however it is nested. Shares no code with the client.</summary>
    private static IEnumerable<(ulong Id, string Value, string Quality, string Name)> Credulous(byte[] body) =>
        (Lenient(body) as JsonArray ?? []).OfType<JsonObject>()
            .Select(item => (Id: Raw(item, "id"), Value: Raw(item, "value"), Quality: Raw(item, "quality"), Name: Raw(item, "name")))
            .Where(item => ulong.TryParse(item.Id, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(item => (ulong.Parse(item.Id, CultureInfo.InvariantCulture), item.Value, item.Quality, item.Name));

    /// <summary>Watt-hours of every item of a history that says it is good.</summary>
    private static IEnumerable<ulong> CredulousHistory(byte[] body) =>
        (Lenient(body) is JsonObject page && page.LastOrDefault(pair => pair.Key == "items").Value is JsonArray items ? items : []).OfType<JsonArray>()
            .Where(item => item.Count >= 3 && item[2] is JsonValue quality && quality.ToString() == "good")
            .Select(item => item[1])
            .OfType<JsonValue>()
            .Where(value => decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) && number is >= 0 and < 1e12m)
            .Select(value => (ulong)decimal.Floor(decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) * 1_000));

    /// <summary>The last of equal names counts, as the client has it; bare NaN and Infinity are null.</summary>
    private static JsonNode? Lenient(byte[] body)
    {
        string text = Regex.Replace(Encoding.UTF8.GetString(body), "-?Infinity|NaN", match => match.Value == "NaN" || match.Value.Length > 7 ? "null" : match.Value);
        foreach (string candidate in new[] { Encoding.UTF8.GetString(body), text })
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(candidate);
                return Built(document.RootElement);
            }
            catch (JsonException)
            {
                // The other spelling, or none.
            }
        }
        return null;
    }

    private static JsonNode? Built(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Built)]);
            case JsonValueKind.Object:
                JsonObject built = [];
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    built[NameOf(property)] = Built(property.Value);
                }
                return built;
            default:
                return element.ValueKind == JsonValueKind.String && TextOf(element) is null ? null : JsonNode.Parse(element.GetRawText());
        }
    }

    /// <summary>Half of a surrogate pair is no name.</summary>
    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "?";
        }
    }

    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Raw(JsonObject item, string name) => item[name] switch
    {
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.ToString(),
        JsonValue number when number.GetValueKind() == JsonValueKind.Number
            && decimal.TryParse(number.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value) =>
                value.ToString(CultureInfo.InvariantCulture),
        { } other => other.ToJsonString(),
        null => "",
    };

    private static string Written(SignalData data) => data switch
    {
        { Number: { } number } => number.ToString(CultureInfo.InvariantCulture),
        { Flag: { } flag } => flag ? "true" : "false",
        _ => data.Text ?? "",
    };

    private static AlphalogicClient NewClient(StubServer server) => new(
        server,
        new() { BaseAddress = new("http://alphalogic.test"), Login = "oracle", Password = "secret", PollPeriod = TimeSpan.FromSeconds(5) },
        new FakeTimeProvider(StubServer.Now), NullLogger<AlphalogicClient>.Instance);
}
