using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace SmartCity.Alphalogic;

/// <summary>Keeps a valid bearer token: logs in, refreshes before expiry, logs in again when told that the token is refused.</summary>
internal sealed class AlphalogicSession(AlphalogicTransport transport, AlphalogicOptions options, TimeProvider time) : IDisposable
{
    private const string LoginPath = "api/v1/auth/login";
    private const string RefreshPath = "api/v1/auth/refresh";

    /// <summary>A token is renewed this long before it expires, or at four fifths of its life when it lives shortly.</summary>
    private static readonly TimeSpan RenewAhead = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Token? _token;

    /// <summary>A token that is valid by what the server said of its lifetime.</summary>
    /// <exception cref="AlphalogicAuthenticationException">Login or password refused.</exception>
    public async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_token is { } held && time.GetUtcNow() < held.RenewAt)
            {
                return held.Access;
            }
            _token = (_token?.Refresh is { } refresh ? await RefreshAsync(refresh, cancellationToken) : null) ?? await LoginAsync(cancellationToken);
            return _token.Access;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Forgets a token that the server refused, unless another thread has replaced it already.</summary>
    public async Task ForgetAsync(string refused, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _token = _token?.Access == refused ? null : _token;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<Token> LoginAsync(CancellationToken cancellationToken)
    {
        AlphalogicAnswer answer = await transport.SendAsync(
            "POST /" + LoginPath,
            () => new(HttpMethod.Post, LoginPath) { Content = JsonContent.Create(new { login = options.Login, password = options.Password }) },
            cancellationToken);
        return answer.Status switch
        {
            HttpStatusCode.OK => ReadToken("POST /" + LoginPath, answer),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new AlphalogicAuthenticationException(
                $"Alphalogic at {options.BaseAddress} refuses the login or password of user '{options.Login}'. Check both; not tried again."),
            _ => throw new AlphalogicRequestException(
                $"Alphalogic POST /{LoginPath} answered {(int)answer.Status} instead of a token. Is {options.BaseAddress} an Alphalogic server?",
                (int)answer.Status, ""),
        };
    }

    /// <summary>A new token for a refresh token, or <c>null</c> when the server does not take it and a login is needed.</summary>
    private async Task<Token?> RefreshAsync(string refresh, CancellationToken cancellationToken)
    {
        AlphalogicAnswer answer = await transport.SendAsync(
            "POST /" + RefreshPath,
            () => new(HttpMethod.Post, RefreshPath) { Content = JsonContent.Create(new { refresh_token = refresh }) },
            cancellationToken);
        return answer.Status == HttpStatusCode.OK ? ReadToken("POST /" + RefreshPath, answer) : null;
    }

    private Token ReadToken(string endpoint, AlphalogicAnswer answer)
    {
        try
        {
            using JsonDocument document = AlphalogicJson.Parse(answer.Body);
            string access = AlphalogicJson.Text(document.RootElement, "token") is { Length: > 0 } token && !token.Any(char.IsControl)
                ? token
                : throw new AlphalogicAnswerException($"Alphalogic {endpoint}: the answer has no usable \"token\".");
            DateTimeOffset renewAt = AlphalogicJson.Id(document.RootElement, "expires_in") is { } seconds
                ? RenewAt(TimeSpan.FromSeconds(Math.Min(seconds, 365 * 86_400)))
                : DateTimeOffset.MaxValue;
            return new(access, AlphalogicJson.Text(document.RootElement, "refresh_token"), renewAt);
        }
        catch (JsonException cause)
        {
            // The cause is not attached: a parser may quote what it read, and this answer holds a token.
            throw new AlphalogicAnswerException($"Alphalogic {endpoint}: the answer is not JSON (line {cause.LineNumber}, byte {cause.BytePositionInLine}).");
        }
    }

    private DateTimeOffset RenewAt(TimeSpan lifetime) =>
        time.GetUtcNow() + lifetime - (lifetime / 5 < RenewAhead ? lifetime / 5 : RenewAhead);

    private sealed record Token(string Access, string? Refresh, DateTimeOffset RenewAt)
    {
        public override string ToString() => "token";
    }
}
