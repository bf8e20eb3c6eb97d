using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;

namespace SmartCity.UnitTests.Alphalogic;

/// <summary>Stands for the network: answers each request from a script and remembers what was asked.</summary>
internal sealed class StubServer : HttpMessageHandler
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, Func<HttpRequestMessage, HttpResponseMessage>> _answers = [];

    /// <summary>Every request as <c>METHOD /path?query</c>, in order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Every <c>Authorization</c> header, in order.</summary>
    public List<string?> Authorizations { get; } = [];

    /// <summary>A server that logs in and knows one heat substation.</summary>
    public static StubServer WithLogin() => new StubServer()
        .On("POST /api/v1/auth/login", _ => Json("""{"token":"t1","token_type":"Bearer","expires_in":600,"refresh_token":"r1"}"""))
        .On("GET /api/v1/objects", _ => Json("""[{"id":1001,"name":"itp_1","displayName":"ИТП 1","type":"heat_point","parent":1,"connected":true,"ready_to_work":true,"error":false,"status":"ok"}]"""))
        .On("GET /api/v1/objects/1001/parameters", _ => Json(
            """
            [{"id":1,"name":"p1","displayName":"Давление","desc":"","valueType":"double","unit":"bar","access":"read_only","visible":"runtime","enums":[]},
             {"id":2,"name":"leak","valueType":"bool"},{"id":3,"name":"sn","valueType":"long"},{"id":4,"name":"model","valueType":"string"},
             {"id":5,"name":"verif_date","valueType":"datetime"},{"id":6,"name":"new","valueType":"colour"}]
            """));

    public StubServer On(string methodAndPath, Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        _answers[methodAndPath] = answer;
        return this;
    }

    /// <summary>Answers one after the other; the last one for ever.</summary>
    public StubServer OnInTurn(string methodAndPath, params Func<HttpResponseMessage>[] answers)
    {
        int turn = 0;
        return On(methodAndPath, _ => answers[Math.Min(turn++, answers.Length - 1)]());
    }

    public static HttpResponseMessage Json(string body) => Bytes(Encoding.UTF8.GetBytes(body));

    public static HttpResponseMessage Bytes(byte[] body)
    {
        HttpResponseMessage response = new(HttpStatusCode.OK) { Content = new ByteArrayContent(body) };
        response.Headers.Date = Now;
        return response;
    }

    public static HttpResponseMessage Status(int status, string body = "", TimeSpan? retryAfter = null)
    {
        HttpResponseMessage response = Json(body);
        response.StatusCode = (HttpStatusCode)status;
        response.Headers.RetryAfter = retryAfter is { } wait ? new RetryConditionHeaderValue(wait) : null;
        return response;
    }

    public int CountOf(string methodAndPath) => Requests.Count(request => request.Split('?')[0] == methodAndPath);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
        Authorizations.Add(request.Headers.Authorization?.ToString());
        return Task.FromResult(_answers.TryGetValue($"{request.Method} {request.RequestUri.AbsolutePath}", out Func<HttpRequestMessage, HttpResponseMessage>? answer)
            ? answer(request)
            : Status(404, """{"code":"unknown_path","message":"no"}"""));
    }
}

/// <summary>Keeps every log line.</summary>
internal sealed class LogLines<T> : ILogger<T>
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{formatter(state, exception)} {exception}");
}
