using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace SmartCity.Alphalogic;

/// <summary>Reads signals from an Alphalogic data server by the REST contract "alphalogic-compat v1" (DOMAIN 1). Safe for concurrent use.</summary>
public sealed partial class AlphalogicClient : ISignalSource, IDisposable
{
    private const string ObjectsPath = "api/v1/objects?depth=16";
    private const string ValuesPath = "api/v1/parameters/values";
    private const int MaxHistoryPages = 10_000;
    private const int StalePollPeriods = 3;

    private readonly HttpClient _http;
    private readonly AlphalogicOptions _options;
    private readonly AlphalogicTransport _transport;
    private readonly AlphalogicSession _session;
    private readonly ILogger<AlphalogicClient> _logger;
    private readonly ConcurrentDictionary<ParameterId, KnownParameter> _parameters = new();

    /// <summary>Names and units, each once: a city has some 100,000 parameters and a few dozen of these.</summary>
    private readonly ConcurrentDictionary<string, string> _words = new(StringComparer.Ordinal);

    private volatile ObjectTree? _tree;

    /// <summary>Makes a client over a handler, which it then owns. Nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public AlphalogicClient(HttpMessageHandler handler, AlphalogicOptions options, TimeProvider time, ILogger<AlphalogicClient> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Validate();
        string address = options.BaseAddress.AbsoluteUri;
        _http = new(handler, disposeHandler: true)
        {
            BaseAddress = new(address.EndsWith('/') ? address : address + "/"),
            Timeout = Timeout.InfiniteTimeSpan, // Each attempt has its own deadline, by the given TimeProvider.
        };
        _options = options;
        _logger = logger;
        _transport = new(_http, options, time, logger);
        _session = new(_transport, options, time);
    }

    /// <summary>Makes a client over the network. Redirects are not followed, so that the password goes where it was meant to and nowhere else.</summary>
    public static AlphalogicClient Create(AlphalogicOptions options, TimeProvider time, ILogger<AlphalogicClient> logger) =>
        new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        }, options, time, logger);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SignalObject>> ReadObjectsAsync(CancellationToken cancellationToken) =>
        (await ReadTreeAsync(cancellationToken)).Tree.Objects;

    /// <inheritdoc/>
    public async Task<DateTimeOffset> ReadSourceTimeAsync(CancellationToken cancellationToken) =>
        (await ReadTreeAsync(cancellationToken)).SourceNow;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SignalParameter>> ReadParametersAsync(ObjectId node, CancellationToken cancellationToken)
    {
        string path = $"api/v1/objects/{node}/parameters";
        AlphalogicAnswer answer = await CallAsync(HttpMethod.Get, path, null, null, cancellationToken);
        return Interpret("GET /" + path, answer, root =>
        {
            List<SignalParameter> parameters = [];
            foreach (JsonElement item in Items("GET /" + path, root))
            {
                if (AlphalogicJson.ReadParameter(item, node, text => _words.GetOrAdd(text, text)) is { } parameter)
                {
                    parameters.Add(parameter);
                    _parameters[parameter.Id] = new(parameter.Owner, parameter.ValueType);
                }
                else
                {
                    LogSkipped("GET /" + path, "a parameter without id or name");
                }
            }
            return parameters;
        });
    }

    /// <inheritdoc/>
    public async Task<SignalSnapshot> ReadValuesAsync(IReadOnlyList<ParameterId> parameters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        bool ownersKnown = parameters.Any(_parameters.ContainsKey);
        if (ownersKnown || parameters.Count == 0)
        {
            (ObjectTree tree, DateTimeOffset now) = await ReadTreeAsync(cancellationToken);
            return await ReadValuesAsync(parameters, tree, now, cancellationToken);
        }
        return await ReadValuesAsync(parameters, null, default, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<SignalValue> ReadHistoryAsync(
        ParameterId parameter, DateTimeOffset from, DateTimeOffset to, TimeSpan? step, CancellationToken cancellationToken) =>
        ReadPagesAsync(parameter, from, to, step, "", cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<SignalValue> ReadMeansAsync(
        ParameterId parameter, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        ReadPagesAsync(parameter, from, to, step, "&agg=avg", cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _http.Dispose();
    }

    private async IAsyncEnumerable<SignalValue> ReadPagesAsync(
        ParameterId parameter, DateTimeOffset from, DateTimeOffset to, TimeSpan? step, string aggregate,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (step is { } given && given < TimeSpan.FromSeconds(1))
        {
            throw new ArgumentOutOfRangeException(nameof(step), given, "A history step is one second at least.");
        }
        string endpoint = $"GET /api/v1/parameters/{parameter}/history";
        string range = $"?from={Iso(from)}&to={Iso(to)}" + (step is { } width ? "&step=" + Uri.EscapeDataString(System.Xml.XmlConvert.ToString(width)) : "") + aggregate;
        string? cursor = null;
        DateTimeOffset last = DateTimeOffset.MinValue;
        for (int page = 0; page < MaxHistoryPages; page++)
        {
            string path = $"api/v1/parameters/{parameter}/history{range}" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor));
            AlphalogicAnswer answer = await CallAsync(HttpMethod.Get, path, null, null, cancellationToken);
            (List<SignalValue> values, string? next) = Interpret(endpoint, answer, root => ReadPage(endpoint, root, parameter));
            foreach (SignalValue value in values)
            {
                if (value.SourceTime < from || value.SourceTime >= to || value.SourceTime <= last)
                {
                    LogSkipped(endpoint, "an item outside the range asked for, repeated, or out of order");
                    continue;
                }
                last = value.SourceTime;
                yield return value;
            }
            if (next is null)
            {
                yield break;
            }
            if (next == cursor)
            {
                throw new AlphalogicAnswerException($"Alphalogic {endpoint}: the same \"next\" cursor came twice; the history would never end.");
            }
            cursor = next;
        }
        throw new AlphalogicAnswerException($"Alphalogic {endpoint}: more than {MaxHistoryPages} pages; ask for a shorter range or a longer step.");
    }

    private async Task<SignalSnapshot> ReadValuesAsync(
        IReadOnlyList<ParameterId> parameters, ObjectTree? tree, DateTimeOffset sourceNow, CancellationToken cancellationToken)
    {
        Dictionary<ParameterId, SignalValue> read = new(parameters.Count);
        foreach (ParameterId[] part in parameters.Distinct().Chunk(_options.MaxBatch))
        {
            AlphalogicAnswer answer = await CallAsync(HttpMethod.Post, ValuesPath, new { ids = part.Select(id => id.Value) }, null, cancellationToken);
            sourceNow = answer.SourceNow;
            Dictionary<ParameterId, SignalValue> found = Interpret("POST /" + ValuesPath, answer, root => ReadBatch(root, part, answer.SourceNow));
            foreach (ParameterId id in part)
            {
                SignalValue value = found.TryGetValue(id, out SignalValue answered)
                    ? answered
                    : AlphalogicJson.Bad(id, answer.SourceNow, "absent in the answer");
                read[id] = TroubleOf(id, tree) is { } trouble ? AlphalogicJson.Bad(id, value.SourceTime, trouble) : value;
            }
        }
        return new(sourceNow, [.. parameters.Select(id => read[id])]);
    }

    private Dictionary<ParameterId, SignalValue> ReadBatch(JsonElement root, ParameterId[] asked, DateTimeOffset sourceNow)
    {
        HashSet<ParameterId> wanted = [.. asked];
        Dictionary<ParameterId, SignalValue> found = new(asked.Length);
        foreach (JsonElement item in Items("POST /" + ValuesPath, root))
        {
            if (AlphalogicJson.Id(item, "id") is not { } number || !wanted.Contains(new(number)))
            {
                LogSkipped("POST /" + ValuesPath, "a value without id, or not asked for");
                continue;
            }
            ParameterId id = new(number);
            SignalValueType type = _parameters.TryGetValue(id, out KnownParameter parameter) ? parameter.ValueType : SignalValueType.Unknown;
            SignalValue value = AlphalogicJson.ReadCurrent(item, id, type, sourceNow, _options.PollPeriod * StalePollPeriods);
            found[id] = found.TryGetValue(id, out SignalValue first) && first != value ? AlphalogicJson.Bad(id, sourceNow, "answered twice, differently") : value;
        }
        return found;
    }

    private (List<SignalValue> Values, string? Next) ReadPage(string endpoint, JsonElement root, ParameterId parameter)
    {
        if (AlphalogicJson.Property(root, "items") is not { } items)
        {
            throw new AlphalogicAnswerException($"Alphalogic {endpoint}: the answer has no \"items\".");
        }
        SignalValueType type = _parameters.TryGetValue(parameter, out KnownParameter known) ? known.ValueType : SignalValueType.Unknown;
        List<SignalValue> values = [];
        foreach (JsonElement item in Items(endpoint, items))
        {
            if (AlphalogicJson.ReadRecorded(item, parameter, type) is { } value)
            {
                values.Add(value);
            }
            else
            {
                LogSkipped(endpoint, "a history item without a time");
            }
        }
        JsonElement? next = AlphalogicJson.Property(root, "next");
        if (next is not (null or { ValueKind: JsonValueKind.Null or JsonValueKind.String }))
        {
            throw new AlphalogicAnswerException($"Alphalogic {endpoint}: \"next\" is neither text nor null.");
        }
        return (values, AlphalogicJson.Text(root, "next"));
    }

    private async Task<(ObjectTree Tree, DateTimeOffset SourceNow)> ReadTreeAsync(CancellationToken cancellationToken)
    {
        ObjectTree? held = _tree;
        AlphalogicAnswer answer = await CallAsync(HttpMethod.Get, ObjectsPath, null, held?.ETag, cancellationToken);
        if (answer.Status == HttpStatusCode.NotModified && held is not null)
        {
            return (held, answer.SourceNow);
        }
        List<SignalObject> objects = Interpret("GET /" + ObjectsPath, answer, root =>
        {
            List<SignalObject> read = [];
            foreach (JsonElement item in Items("GET /" + ObjectsPath, root))
            {
                if (AlphalogicJson.ReadObject(item) is { } node)
                {
                    read.Add(node);
                }
                else
                {
                    LogSkipped("GET /" + ObjectsPath, "a node without id or name");
                }
            }
            return read;
        });
        ObjectTree tree = new(objects, objects.DistinctBy(node => node.Id).ToDictionary(node => node.Id), answer.ETag);
        _tree = tree;
        return (tree, answer.SourceNow);
    }

    private string? TroubleOf(ParameterId id, ObjectTree? tree)
    {
        if (tree is null || !_parameters.TryGetValue(id, out KnownParameter parameter))
        {
            return null;
        }
        return tree.ById.TryGetValue(parameter.Owner, out SignalObject? node) ? node.Trouble : "device is no longer in the object tree";
    }

    /// <summary>Sends with a token; when the token is refused, logs in once more and tries again.</summary>
    private async Task<AlphalogicAnswer> CallAsync(
        HttpMethod method, string path, object? body, EntityTagHeaderValue? ifNoneMatch, CancellationToken cancellationToken)
    {
        string endpoint = $"{method} /{path}";
        for (int login = 0; login < 2; login++)
        {
            string token = await _session.TokenAsync(cancellationToken);
            AlphalogicAnswer answer = await _transport.SendAsync(endpoint, () => Request(method, path, body, ifNoneMatch, token), cancellationToken);
            if (answer.Status != HttpStatusCode.Unauthorized)
            {
                return answer;
            }
            await _session.ForgetAsync(token, cancellationToken);
        }
        throw new AlphalogicAuthenticationException(
            $"Alphalogic {endpoint} at {_options.BaseAddress} refuses even a fresh token of user '{_options.Login}'. Check the rights of the account.");
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, object? body, EntityTagHeaderValue? ifNoneMatch, string token)
    {
        HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", token);
        request.Headers.Accept.Add(new("application/json"));
        if (ifNoneMatch is not null)
        {
            request.Headers.IfNoneMatch.Add(ifNoneMatch);
        }
        return request;
    }

    private static T Interpret<T>(string endpoint, AlphalogicAnswer answer, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument? document = answer.Status == HttpStatusCode.OK || answer.Body.Length > 0 ? AlphalogicJson.Parse(answer.Body) : null;
            if (answer.Status == HttpStatusCode.OK && document is not null)
            {
                return read(document.RootElement);
            }
            string code = document is null ? "" : AlphalogicJson.Short(AlphalogicJson.Text(document.RootElement, "code")) ?? "";
            string? message = document is null ? null : AlphalogicJson.Short(AlphalogicJson.Text(document.RootElement, "message"));
            throw new AlphalogicRequestException(
                $"Alphalogic {endpoint} answered {(int)answer.Status} {code}{(message is null ? "" : ": " + message)}", (int)answer.Status, code);
        }
        catch (JsonException cause) when (answer.Status == HttpStatusCode.OK)
        {
            throw new AlphalogicAnswerException($"Alphalogic {endpoint}: the answer is not JSON ({AlphalogicJson.Short(cause.Message)}).", cause);
        }
        catch (JsonException)
        {
            throw new AlphalogicRequestException($"Alphalogic {endpoint} answered {(int)answer.Status}", (int)answer.Status, "");
        }
    }

    private static JsonElement.ArrayEnumerator Items(string endpoint, JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray()
        : throw new AlphalogicAnswerException($"Alphalogic {endpoint}: a list was expected, but {element.ValueKind} came.");

    private static string Iso(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "Alphalogic {Endpoint}: skipped {What}")]
    private partial void LogSkipped(string endpoint, string what);

    /// <summary>What must be known of a parameter to judge its values.</summary>
    private readonly record struct KnownParameter(ObjectId Owner, SignalValueType ValueType);

    private sealed record ObjectTree(
        IReadOnlyList<SignalObject> Objects, IReadOnlyDictionary<ObjectId, SignalObject> ById, EntityTagHeaderValue? ETag);
}
