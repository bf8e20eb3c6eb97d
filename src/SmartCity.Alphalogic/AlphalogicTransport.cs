using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace SmartCity.Alphalogic;

/// <summary>An answer read to its end.</summary>
/// <param name="Status">HTTP status, below 500 and not 429.</param>
/// <param name="Body">The bytes, at most <see cref="AlphalogicOptions.MaxAnswerBytes"/>.</param>
/// <param name="SourceNow">The server's clock, from <c>Date</c>.</param>
/// <param name="ETag">The entity tag, or <c>null</c>.</param>
internal sealed record AlphalogicAnswer(HttpStatusCode Status, byte[] Body, DateTimeOffset SourceNow, EntityTagHeaderValue? ETag);

/// <summary>Sends one request that is safe to repeat, with a deadline for each attempt, a bound on the answer, and a bounded number of attempts.</summary>
internal sealed partial class AlphalogicTransport(HttpClient http, AlphalogicOptions options, TimeProvider time, ILogger logger)
{
    private const int CopyBytes = 16 * 1024;

    /// <summary>Sends until an answer below 500 other than 429 comes.</summary>
    /// <param name="endpoint">What to call the request in messages: method and path, without secrets.</param>
    /// <param name="create">Makes the request anew for each attempt.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AlphalogicUnavailableException">All attempts failed, or the server asked to wait for too long.</exception>
    /// <exception cref="AlphalogicAnswerException">The answer is too big or has no <c>Date</c>.</exception>
    public async Task<AlphalogicAnswer> SendAsync(string endpoint, Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            Attempt outcome = await TryOnceAsync(endpoint, create, cancellationToken);
            if (outcome.Answer is { } answer)
            {
                return answer;
            }
            TimeSpan delay = Delay(attempt, outcome.RetryAfter);
            bool tooLong = outcome.RetryAfter > options.MaxRetryDelay;
            if (attempt >= options.MaxAttempts || tooLong)
            {
                string asked = tooLong ? $" It asks to wait {outcome.RetryAfter!.Value.TotalSeconds:0} s, longer than allowed." : "";
                throw new AlphalogicUnavailableException(
                    $"Alphalogic {endpoint} at {options.BaseAddress}: {outcome.Trouble} (attempt {attempt} of {options.MaxAttempts}).{asked}"
                    + " Check that the server runs and the address is right.",
                    outcome.Cause);
            }
            LogRetry(endpoint, outcome.Trouble, attempt, options.MaxAttempts, (long)delay.TotalMilliseconds);
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private async Task<Attempt> TryOnceAsync(string endpoint, Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(options.CallTimeout, time);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using HttpRequestMessage request = create();
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            if (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
            {
                return new(null, $"the server answered {(int)response.StatusCode}", RetryAfter(response), null);
            }
            byte[] body = await ReadBoundedAsync(endpoint, response, linked.Token);
            DateTimeOffset sourceNow = response.Headers.Date
                ?? throw new AlphalogicAnswerException($"Alphalogic {endpoint}: the answer has no Date header, so the source's time is unknown.");
            return new(new(response.StatusCode, body, sourceNow, response.Headers.ETag), "", null, null);
        }
        catch (OperationCanceledException cause) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, $"no answer within {options.CallTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s", null, cause);
        }
        catch (Exception cause) when (cause is HttpRequestException or IOException)
        {
            return new(null, $"cannot be reached ({cause.Message})", null, cause);
        }
    }

    private async Task<byte[]> ReadBoundedAsync(string endpoint, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > options.MaxAnswerBytes)
        {
            throw TooBig(endpoint);
        }
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using MemoryStream body = new((int)(response.Content.Headers.ContentLength ?? 0));
        byte[] buffer = new byte[CopyBytes];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > options.MaxAnswerBytes)
            {
                throw TooBig(endpoint);
            }
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    private AlphalogicAnswerException TooBig(string endpoint) =>
        new($"Alphalogic {endpoint}: the answer is larger than {options.MaxAnswerBytes} bytes and was refused.");

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - (response.Headers.Date ?? time.GetUtcNow()) is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>What the server asks for, or a doubling pause; up to half more, so that many clients do not come back at once.</summary>
    private TimeSpan Delay(int attempt, TimeSpan? retryAfter)
    {
        TimeSpan doubled = options.FirstRetryDelay * (1 << (attempt - 1));
        TimeSpan basis = retryAfter ?? (doubled < options.MaxRetryDelay ? doubled : options.MaxRetryDelay);
        return basis + (basis * (Random.Shared.Next(0, 500) / 1000.0));
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning,
        Message = "Alphalogic {Endpoint}: {Trouble}; attempt {Attempt} of {MaxAttempts}, next in {DelayMilliseconds} ms")]
    private partial void LogRetry(string endpoint, string trouble, int attempt, int maxAttempts, long delayMilliseconds);

    private readonly record struct Attempt(AlphalogicAnswer? Answer, string Trouble, TimeSpan? RetryAfter, Exception? Cause);
}
