using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using SmartCity.Ethereum;

namespace SmartCity.Oracle;

/// <summary>Asks the other oracles, all at once. Whoever does not answer in time, or whose answer is not signed by a member, has not answered.
/// Safe to use from several threads.</summary>
internal sealed partial class PeerClient : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    private readonly HttpClient _http;
    private readonly IReadOnlyList<Uri> _peers;
    private readonly Notary _notary;
    private readonly Func<OracleSet?> _set;
    private readonly PeerDomain _domain;
    private readonly TimeProvider _time;
    private readonly ILogger<PeerClient> _logger;
    private readonly ConcurrentDictionary<Uri, string> _troubles = new();

    /// <summary>A client for the oracles at some addresses.</summary>
    public PeerClient(IReadOnlyList<Uri> peers, Notary notary, Func<OracleSet?> set, TimeProvider time, ILogger<PeerClient> logger)
    {
        (_peers, _notary, _set, _time, _logger) = (peers, notary, set, time, logger);
        _domain = new(notary.Ledger);
        _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = PeerSeal.MaxBytes,
        };
    }

    /// <summary>Asks all of them; the answers that came, each with its member.</summary>
    public async Task<IReadOnlyList<(Address Member, PeerAnswer Answer)>> AskAsync(PeerRequest request, CancellationToken cancellationToken)
    {
        byte[] body = PeerJson.Write(request);
        (Address, PeerAnswer)?[] answers = await Task.WhenAll(_peers.Select(peer => AskAsync(peer, body, cancellationToken)));
        return [.. answers.Where(answer => answer is not null).Select(answer => answer!.Value)];
    }

    /// <summary>Closes its connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<(Address Member, PeerAnswer Answer)?> AskAsync(Uri peer, byte[] body, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(s_patience, _time);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        PeerSeal seal = PeerSeal.Of(_notary, _domain, _time.GetUtcNow(), body);
        using HttpRequestMessage message = new(HttpMethod.Post, new Uri(peer, PeerSeal.Path)) { Content = new ByteArrayContent(body) };
        message.Headers.Add(PeerSeal.RequestHeader, seal.ToString());
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, stop.Token);
            if (!response.IsSuccessStatusCode)
            {
                return Trouble(peer, $"it answers {(int)response.StatusCode}");
            }
            byte[] answer = await response.Content.ReadAsByteArrayAsync(stop.Token);
            string? header = response.Headers.TryGetValues(PeerSeal.AnswerHeader, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
            Hash32 digest = _domain.AnswerDigest(seal.Digest(_domain, body), Keccak.Hash256(answer));
            if (PeerSeal.TryParseSignature(header) is not { } signature || _notary.Recover(digest, signature) is not { } member
                || member == _notary.Self || _set()?.Counts(member) != true)
            {
                return Trouble(peer, "its answer is not signed by another oracle of the ledger");
            }
            PeerAnswer read = PeerJson.Read<PeerAnswer>(answer);
            if (_troubles.TryRemove(peer, out _))
            {
                LogAnswers(peer, member);
            }
            return (member, read);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            return Trouble(peer, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Trouble(peer, $"it did not answer within {s_patience.TotalSeconds:F0} s");
        }
    }

    /// <summary>Told when it begins or changes, not each time.</summary>
    private (Address, PeerAnswer)? Trouble(Uri peer, string what)
    {
        string? before = _troubles.GetValueOrDefault(peer);
        _troubles[peer] = what;
        if (before != what)
        {
            LogTrouble(peer, what);
        }
        return null;
    }

    [LoggerMessage(EventId = 5330, Level = LogLevel.Warning, Message = "The oracle at {Peer} cannot be asked: {Reason}")]
    private partial void LogTrouble(Uri peer, string reason);

    [LoggerMessage(EventId = 5331, Level = LogLevel.Information, Message = "The oracle at {Peer} answers: {Member}")]
    private partial void LogAnswers(Uri peer, Address member);
}
