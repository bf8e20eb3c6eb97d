using System.Globalization;
using System.Text;
using System.Text.Json;
using SmartCity.Emulator.Faults;

namespace SmartCity.Emulator.Api;

/// <summary>What every request passes: the source's clock in <c>Date</c>, the rate limit, the faults of the interface, and who is asking.</summary>
internal sealed class ApiGate(EmulatorClock clock, EmulatorOptions options, FaultBook book, TokenStore tokens, TimeProvider time)
{
    private const int MaxBodyBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private long _second;
    private int _requestsOfSecond;

    /// <summary>The handler of an API endpoint: everything the contract says of all endpoints, then the endpoint.</summary>
    /// <param name="answer">The endpoint: body (undefined when there is none) and source time give the answer.</param>
    /// <param name="isOpen">Whether it may be called without being logged in.</param>
    public RequestDelegate Api(Func<HttpContext, JsonElement, DateTimeOffset, ApiAnswer> answer, bool isOpen = false) => async http =>
    {
        if (IsOverLimit())
        {
            http.Response.Headers.RetryAfter = "1";
            await SendAsync(http, ApiAnswer.Error(StatusCodes.Status429TooManyRequests, "too_many_requests", "Slow down."), clock.Now());
            return;
        }
        if (book.Strike(FaultKinds.SlowAnswers, clock.Now()) is { } slow)
        {
            await Task.Delay(TimeSpan.FromMilliseconds((double)slow.Number("delay_ms")), time, http.RequestAborted);
        }
        DateTimeOffset now = clock.Now();
        if (book.Strike(FaultKinds.Http500, now) is not null)
        {
            await SendAsync(http, ApiAnswer.Error(StatusCodes.Status500InternalServerError, "internal", "Broken on purpose."), now);
            return;
        }
        ApiAnswer made = await AnswerAsync(http, now, answer, isOpen);
        if (made.Body.Length > 0 && book.Strike(FaultKinds.MalformedAnswers, now) is not null)
        {
            made = made with { Body = made.Body[..(made.Body.Length / 2)], ETag = null };
        }
        await SendAsync(http, made, now);
    };

    /// <summary>The handler of a control endpoint: the same without limit and faults, and with the browser's own login window.</summary>
    public RequestDelegate Control(Func<HttpContext, JsonElement, DateTimeOffset, ApiAnswer> answer) => async http =>
    {
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"SmartCity emulator\", charset=\"UTF-8\"";
        DateTimeOffset now = clock.Now();
        await SendAsync(http, await AnswerAsync(http, now, answer, isOpen: false), now);
    };

    private async Task<ApiAnswer> AnswerAsync(
        HttpContext http, DateTimeOffset now, Func<HttpContext, JsonElement, DateTimeOffset, ApiAnswer> answer, bool isOpen)
    {
        if (!isOpen && !IsAllowed(http.Request))
        {
            return ApiAnswer.Error(StatusCodes.Status401Unauthorized, "unauthorized", "Log in first: the token is missing, unknown, expired or revoked.");
        }
        http.Response.Headers.Remove("WWW-Authenticate");
        bool hasBody = HttpMethods.IsPost(http.Request.Method) || HttpMethods.IsPut(http.Request.Method);
        if (!hasBody)
        {
            return answer(http, default, now);
        }
        if (!http.Request.HasJsonContentType())
        {
            // A page of another origin cannot send this type without asking first, so nobody's browser is made to break things.
            return ApiAnswer.Error(StatusCodes.Status415UnsupportedMediaType, "not_json", "Send Content-Type: application/json.");
        }
        try
        {
            using JsonDocument body = await ReadAsync(http);
            return answer(http, body.RootElement, now);
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException)
        {
            return ApiAnswer.Error(StatusCodes.Status400BadRequest, "malformed_json", "The body is not JSON.");
        }
        catch (BadHttpRequestException refused)
        {
            return ApiAnswer.Error(refused.StatusCode, "bad_request", refused.Message);
        }
    }

    private static async Task<JsonDocument> ReadAsync(HttpContext http)
    {
        http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MaxBodyBytes;
        return await JsonDocument.ParseAsync(http.Request.Body, new() { MaxDepth = 8 }, http.RequestAborted);
    }

    /// <summary>Bearer token, or HTTP Basic with login and password.</summary>
    private bool IsAllowed(HttpRequest request)
    {
        string[] parts = request.Headers.Authorization.ToString().Split(' ', 2, StringSplitOptions.TrimEntries);
        if (parts.Length != 2)
        {
            return false;
        }
        if (parts[0].Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return tokens.IsValid(parts[1]);
        }
        byte[] decoded = new byte[parts[1].Length];
        if (!parts[0].Equals("Basic", StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(parts[1], decoded, out int length))
        {
            return false;
        }
        string[] credentials = Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2);
        return credentials.Length == 2 && tokens.IsKnown(credentials[0], credentials[1]);
    }

    private bool IsOverLimit()
    {
        lock (_gate)
        {
            long second = time.GetUtcNow().ToUnixTimeSeconds();
            _requestsOfSecond = second == _second ? _requestsOfSecond + 1 : 1;
            _second = second;
            return _requestsOfSecond > options.RateLimit;
        }
    }

    /// <summary>Sends an answer, or 304 when the client holds the same.</summary>
    private static async Task SendAsync(HttpContext http, ApiAnswer answer, DateTimeOffset now)
    {
        HttpResponse response = http.Response;
        response.Headers.Date = now.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        response.Headers.CacheControl = answer.ETag is null ? "no-store" : "private, no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ETag = answer.ETag;
        if (answer.ETag is not null && http.Request.Headers.IfNoneMatch.Contains(answer.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.StatusCode = answer.Status;
        if (answer.Body.Length > 0)
        {
            response.ContentType = answer.ContentType;
            response.ContentLength = answer.Body.Length;
            await response.Body.WriteAsync(answer.Body, http.RequestAborted);
        }
    }
}
