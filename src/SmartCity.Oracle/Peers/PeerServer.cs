using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmartCity.Ethereum;

namespace SmartCity.Oracle;

/// <summary>
/// Where an oracle answers the others, over HTTP. Taken is only what a member of the ledger's oracles has signed, of this minute, once; each
/// answer is signed together with its request. Nothing here is secret: it is on the chain a moment later.
/// </summary>
internal sealed partial class PeerServer(
    Uri listen, Notary notary, AgreementDesk desk, SharedCorrections corrections, TimeProvider time, ILogger<PeerServer> logger) : IAsyncDisposable
{
    private const int MaxConnections = 128;

    private readonly PeerDomain _domain = new(notary.Ledger);
    private readonly SeenMessages _seen = new();
    private WebApplication? _app;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="OracleStoppedException">The address cannot be taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Empty: no settings file or environment variable of another program changes what was asked for.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "SmartCity.Oracle" });
        builder.WebHost.UseKestrelCore().UseUrls(listen.GetLeftPart(UriPartial.Authority)).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = PeerSeal.MaxBytes;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        });
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.MapPost(PeerSeal.Path, AnswerAsync);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or FormatException or System.Net.Sockets.SocketException)
        {
            throw new OracleStoppedException(OracleExit.Configuration,
                $"The oracle cannot answer others at {listen}: {exception.Message} Choose another address with --peer-listen.", exception);
        }
    }

    /// <summary>Frees the address.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using MemoryStream buffer = new();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted); // Kestrel bounds it.
        byte[] body = buffer.ToArray();
        if (PeerSeal.TryParse(http.Request.Headers[PeerSeal.RequestHeader]) is not { } seal || Refusal(seal, body) is not null)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        try
        {
            PeerRequest request = PeerJson.Read<PeerRequest>(body);
            PeerAnswer? answer = request is PeerRequest.Cosign cosign
                ? await corrections.AnswerAsync(cosign, http.RequestAborted)
                : desk.Answer(request);
            if (answer is null)
            {
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }
            byte[] json = PeerJson.Write(answer);
            Hash32 digest = _domain.AnswerDigest(seal.Digest(_domain, body), Keccak.Hash256(json));
            http.Response.Headers[PeerSeal.AnswerHeader] = Convert.ToHexStringLower(notary.Sign(digest).ToBytes());
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = json.Length;
            await http.Response.Body.WriteAsync(json, http.RequestAborted);
        }
        catch (JsonException exception)
        {
            LogMalformed(seal.Sender, exception.Message);
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        catch (JournalException exception)
        {
            LogNotAnswered(seal.Sender, exception.Message);
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    /// <summary>Why a message is not taken; <c>null</c> if it is.</summary>
    private string? Refusal(PeerSeal seal, byte[] body)
    {
        string? reason = desk.Set is not { } set ? "the ledger was not asked yet"
            : seal.Sender == notary.Self ? "it is our own"
            : notary.Recover(seal.Digest(_domain, body), seal.Signature) != seal.Sender ? "the sender did not sign it"
            : !set.Counts(seal.Sender) ? "the sender is no oracle of the ledger, or is suspended"
            : !_seen.TryTake(seal, time.GetUtcNow()) ? "it was seen before, or its time is more than a minute from ours"
            : null;
        if (reason is not null)
        {
            LogNotTaken(seal.Sender, reason);
        }
        return reason;
    }

    [LoggerMessage(EventId = 5320, Level = LogLevel.Debug, Message = "A message of {Sender} is not taken: {Reason}")]
    private partial void LogNotTaken(Address sender, string reason);

    [LoggerMessage(EventId = 5322, Level = LogLevel.Error, Message = "The oracle {Sender} gets no answer: {Reason}")]
    private partial void LogNotAnswered(Address sender, string reason);

    [LoggerMessage(EventId = 5321, Level = LogLevel.Warning, Message = "The oracle {Sender} sent what is no message: {Reason}")]
    private partial void LogMalformed(Address sender, string reason);
}
