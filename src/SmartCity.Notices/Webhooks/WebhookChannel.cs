using System.Globalization;
using System.Net;
using System.Text;

namespace SmartCity.Notices;

/// <summary>Posts notices to the web addresses of the contact plan. Follows no redirect and reads no more of an answer than it tells of it.</summary>
public sealed class WebhookChannel : IDisposable
{
    private const int MostAnswerBytes = 1_024;
    private const int MostHeaderKilobytes = 16;

    private readonly HttpClient _client;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <summary>A client of its own.</summary>
    /// <param name="time">For the message's time, and how long an answer is awaited.</param>
    /// <param name="timeout">How long an answer is awaited; 10 s when it is not given.</param>
    public WebhookChannel(TimeProvider time, TimeSpan? timeout = null)
    {
        _time = time;
        _timeout = timeout ?? TimeSpan.FromSeconds(10);
        _client = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxResponseHeadersLength = MostHeaderKilobytes,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // A name that moves is looked up again.
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Posts a message, signed with the time of this attempt. It is taken when the answer is 2xx.</summary>
    internal async Task<SendOutcome> SendAsync(Uri url, string id, byte[] body, IReadOnlyList<byte[]> keys, CancellationToken cancellationToken)
    {
        long timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        using HttpRequestMessage request = new(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json", "utf-8");
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(keys, id, timestamp, body));
        using CancellationTokenSource late = new(_timeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using HttpResponseMessage answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return answer.IsSuccessStatusCode ? new SendOutcome.Delivered() : await RefusalAsync(answer, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"no answer within {_timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new SendOutcome.Failed((exception.InnerException ?? exception).Message);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _client.Dispose();

    private async Task<SendOutcome> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        byte[] start = new byte[MostAnswerBytes];
        await using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        int length = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        string reason = string.Create(CultureInfo.InvariantCulture, $"answered {(int)answer.StatusCode}: {Encoding.UTF8.GetString(start, 0, length)}");
        TimeSpan? wait = answer.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - _time.GetUtcNow() : null;
        return answer.StatusCode == HttpStatusCode.Gone ? new SendOutcome.Gone(reason) : new SendOutcome.Failed(reason, wait);
    }
}
