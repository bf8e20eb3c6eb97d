using System.Globalization;
using System.Security.Cryptography;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Oracle;

/// <summary>Who sent a message, when, and the proof of it; goes in the headers of a request.</summary>
/// <param name="Sender">The oracle.</param>
/// <param name="Milliseconds">Since 1970, UTC, by its clock.</param>
/// <param name="Nonce">Never used twice.</param>
/// <param name="Signature">Over all of this and the body.</param>
internal sealed record PeerSeal(Address Sender, long Milliseconds, Hash32 Nonce, EthECDSASignature Signature)
{
    /// <summary>Header of a request: sender, time, nonce and signature.</summary>
    public const string RequestHeader = "SmartCity-Seal";

    /// <summary>Header of an answer: its signature.</summary>
    public const string AnswerHeader = "SmartCity-Answer-Seal";

    /// <summary>Where oracles answer each other.</summary>
    public const string Path = "/peer/v1";

    /// <summary>Most bytes of a message.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int Parts = 4;

    /// <summary>Seals a body.</summary>
    public static PeerSeal Of(Notary notary, PeerDomain domain, DateTimeOffset now, ReadOnlySpan<byte> body)
    {
        long milliseconds = now.ToUnixTimeMilliseconds();
        Hash32 nonce = new(RandomNumberGenerator.GetBytes(Hash32.Size));
        return new(notary.Self, milliseconds, nonce, notary.Sign(domain.MessageDigest(notary.Self, milliseconds, nonce, Keccak.Hash256(body))));
    }

    /// <summary>What was signed.</summary>
    public Hash32 Digest(PeerDomain domain, ReadOnlySpan<byte> body) => domain.MessageDigest(Sender, Milliseconds, Nonce, Keccak.Hash256(body));

    /// <summary>Reads a header; <c>null</c> when it is none.</summary>
    public static PeerSeal? TryParse(string? header)
    {
        if (header?.Split(' ') is not { Length: Parts } parts
            || !Address.TryParse(parts[0], out Address sender)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds)
            || !Hash32.TryParse(parts[2], out Hash32 nonce))
        {
            return null;
        }
        return TryParseSignature(parts[3]) is { } signature ? new(sender, milliseconds, nonce, signature) : null;
    }

    /// <summary>Reads a signature; <c>null</c> when it is none.</summary>
    public static EthECDSASignature? TryParseSignature(string? text)
    {
        try
        {
            return text is null ? null : EthECDSASignature.FromBytes(Convert.FromHexString(text));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The header.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Sender} {Milliseconds} {Nonce} {Convert.ToHexStringLower(Signature.ToBytes())}");
}

/// <summary>Messages that were seen: none is taken twice. A message is taken only within a minute of its time, so that older ones need not be
/// remembered. Safe to use from several threads.</summary>
internal sealed class SeenMessages
{
    /// <summary>How far the clocks of two oracles may differ, with the message's way.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(60);

    /// <summary>Messages remembered at most; one more than these is refused until some are too old.</summary>
    private const int MaxSeen = 100_000;

    private readonly Lock _lock = new();
    private readonly HashSet<(Address, Hash32)> _seen = [];
    private readonly Queue<(long Until, (Address, Hash32) Message)> _order = new();

    /// <summary>Notes a message; false when it is not of now, or was seen before.</summary>
    public bool TryTake(PeerSeal seal, DateTimeOffset now)
    {
        long milliseconds = now.ToUnixTimeMilliseconds();
        long age = (long)MaxAge.TotalMilliseconds;
        lock (_lock)
        {
            while (_order.TryPeek(out (long Until, (Address, Hash32) Message) oldest) && oldest.Until < milliseconds)
            {
                _seen.Remove(_order.Dequeue().Message);
            }
            if (seal.Milliseconds < milliseconds - age || seal.Milliseconds > milliseconds + age || _seen.Count >= MaxSeen
                || !_seen.Add((seal.Sender, seal.Nonce)))
            {
                return false;
            }
            _order.Enqueue((milliseconds + 2 * age, (seal.Sender, seal.Nonce)));
            return true;
        }
    }
}
