using System.Collections.Concurrent;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>What a member signs with, and how it recognises the others.</summary>
/// <param name="Self">The member.</param>
/// <param name="Ledger">What signatures of batches are bound to.</param>
/// <param name="Sign">Signs a digest.</param>
/// <param name="Recover">Who signed a digest; <c>null</c> when nobody can have.</param>
internal sealed record Notary(
    Address Self, ReadingLedgerDomain Ledger, Func<Hash32, EthECDSASignature> Sign, Func<Hash32, EthECDSASignature, Address?> Recover)
{
    private readonly PeerDomain _peers = new(Ledger);

    /// <summary>With a real key.</summary>
    public static Notary Of(EthECKey key, ReadingLedgerDomain ledger) => new(key.Address, ledger, key.Sign, new RecoveredSigners().Recover);

    /// <summary>Signs that a batch was accepted in a round.</summary>
    public EthECDSASignature SignAcceptance(HourBatch batch, ulong round) =>
        Sign(_peers.AcceptanceDigest(batch.Segment, batch.Hour, round, batch.Id, batch.OracleConfig));

    /// <summary>Who signed that a batch was accepted in a round.</summary>
    public Address? AcceptorOf(HourBatch batch, ulong round, EthECDSASignature signature) =>
        Recover(_peers.AcceptanceDigest(batch.Segment, batch.Hour, round, batch.Id, batch.OracleConfig), signature);

    /// <summary>Signs a batch for the ledger.</summary>
    public EthECDSASignature SignBatch(HourBatch batch) => Sign(Ledger.DigestOf(batch));

    /// <summary>Who signed a batch for the ledger.</summary>
    public Address? SignerOf(HourBatch batch, EthECDSASignature signature) => Recover(Ledger.DigestOf(batch), signature);
}

/// <summary>Who made which signature: each is recovered once, though several rules ask. Safe to use from several threads.</summary>
internal sealed class RecoveredSigners
{
    private const int MaxRemembered = 4_096;

    private readonly ConcurrentDictionary<(Hash32, EthECDSASignature), Address?> _known = new();

    /// <summary>Who signed a digest; <c>null</c> when nobody can have.</summary>
    public Address? Recover(Hash32 digest, EthECDSASignature signature)
    {
        if (_known.TryGetValue((digest, signature), out Address? known))
        {
            return known;
        }
        if (_known.Count >= MaxRemembered)
        {
            _known.Clear();
        }
        return _known[(digest, signature)] = EthECKey.TryRecover(digest, signature, out Address signer) ? signer : null;
    }
}

/// <summary>What signatures among oracles are bound to. None can be taken for one of a batch: their domain is another (EIP-712).</summary>
internal sealed class PeerDomain(ReadingLedgerDomain ledger)
{
    private static readonly Hash32 s_acceptance = Eip712.HashType(
        "Acceptance(uint32 segment,uint32 hour,uint64 round,bytes32 batch,bytes32 oracleConfig)");

    private static readonly Hash32 s_message = Eip712.HashType("Message(address sender,uint64 time,bytes32 nonce,bytes32 body)");

    private static readonly Hash32 s_answer = Eip712.HashType("Answer(bytes32 request,bytes32 body)");

    private readonly Hash32 _separator = new Eip712Domain("SmartCity oracle peers", "1", ledger.ChainId, ledger.ReadingLedger).Separator();

    /// <summary>"I have accepted this batch in this round."</summary>
    public Hash32 AcceptanceDigest(uint segment, Hour hour, ulong round, Hash32 batch, Hash32 config) => Eip712.Digest(
        _separator,
        Eip712.HashStruct(s_acceptance, Hash32.FromUInt64(segment), Hash32.FromUInt64(hour.Value), Hash32.FromUInt64(round), batch, config));

    /// <summary>"I, the sender, ask this now."</summary>
    public Hash32 MessageDigest(Address sender, long milliseconds, Hash32 nonce, Hash32 body) => Eip712.Digest(
        _separator,
        Eip712.HashStruct(s_message, Hash32.FromAddress(sender), Hash32.FromUInt64((ulong)milliseconds), nonce, body));

    /// <summary>"I answer that request with this."</summary>
    public Hash32 AnswerDigest(Hash32 request, Hash32 body) => Eip712.Digest(_separator, Eip712.HashStruct(s_answer, request, body));
}
