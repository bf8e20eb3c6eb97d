using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Who may sign, and who did: oracles in force, those suspended, and the signatures of hours and corrections.</summary>
internal sealed class OracleAudit(ulong chainId, Address ledger, AuditLog log, bool checksSignatures)
{
    private static readonly AbiType[] s_configTypes =
        [AbiType.Parse("uint256"), AbiType.Parse("address"), AbiType.Parse("address[]"), AbiType.Parse("uint8")];

    private readonly Hash32 _domain = new Eip712Domain("SmartCity ReadingLedger", "1", chainId, ledger).Separator();
    private readonly HashSet<Address> _members = [];
    private readonly HashSet<Address> _suspended = [];
    private int _threshold;

    /// <summary>The configuration in force; zero before the first.</summary>
    public Hash32 Configuration { get; private set; } = Hash32.Zero;

    /// <summary>Members whose signatures count no more.</summary>
    public IReadOnlyCollection<Address> Suspended => _suspended;

    /// <summary>Other oracles sign from now on; whoever was suspended and is named again may sign again.</summary>
    public void Change(ReadingLedgerEvent.OraclesChanged changed, string where)
    {
        byte[] encoded = AbiCodec.Encode(
            s_configTypes, [chainId, ledger, changed.Members.Select(member => (object?)member).ToArray(), changed.Threshold]);
        log[AuditRule.Chain].Equal(changed.OracleConfig, Keccak.Hash256(encoded), () => $"{where}, oracle configuration");
        Configuration = changed.OracleConfig;
        _threshold = changed.Threshold;
        _members.Clear();
        _members.UnionWith(changed.Members);
        _suspended.Clear();
    }

    /// <summary>Checks the proof that a member signed two batches for one hour, and counts it out.</summary>
    public void Suspend(
        ReadingLedgerEvent.OracleSuspended suspended, Func<ReadingLedgerContract.Batch, Hash32> batchIdOf, string where)
    {
        (ReadingLedgerContract.Batch first, ReadingLedgerContract.Batch second) = (suspended.First, suspended.Second);
        Hash32[] batches = [batchIdOf(first), batchIdOf(second)];
        bool isProof = (first.Segment, first.Hour, first.OracleConfig) == (second.Segment, second.Hour, second.OracleConfig)
            && batches[0] != batches[1]
            && Recover(Eip712.Digest(_domain, batches[0]), suspended.FirstSignature.Span) == suspended.Member
            && Recover(Eip712.Digest(_domain, batches[1]), suspended.SecondSignature.Span) == suspended.Member;
        log[AuditRule.Signatures].That(
            isProof && _members.Remove(suspended.Member),
            () => $"{where}: {suspended.Member} is suspended, but did not sign both batches of segment {first.Segment}, hour {first.Hour}");
        _suspended.Add(suspended.Member);
    }

    /// <summary>Is what has this struct hash signed by enough of the oracles in force?</summary>
    public void CheckSignatures(Hash32 structHash, ReadOnlySpan<byte> bytes, string place)
    {
        if (!checksSignatures)
        {
            return;
        }
        Hash32 digest = Eip712.Digest(_domain, structHash);
        Findings signatures = log[AuditRule.Signatures];
        int length = bytes.Length;
        int count = length / EthECDSASignature.Size;
        signatures.That(
            length % EthECDSASignature.Size == 0 && count >= Math.Max(_threshold, 1),
            () => $"{place}: {length} bytes of signatures where {_threshold} of {EthECDSASignature.Size} are needed");
        Address? previous = null;
        for (int i = 0; i < count; i++)
        {
            int number = i + 1;
            Address? signer = Recover(digest, bytes.Slice(i * EthECDSASignature.Size, EthECDSASignature.Size));
            bool isMember = signer is { } address && _members.Contains(address);
            bool isAscending = previous is not { } before || (signer is { } now && before.CompareTo(now) < 0);
            signatures.That(isMember && isAscending, () => $"{place}: signature {number} is of {signer?.ToString() ?? "nobody"}, not of the next oracle");
            previous = signer;
        }
    }

    private static Address? Recover(Hash32 digest, ReadOnlySpan<byte> signature)
    {
        try
        {
            return EthECKey.TryRecover(digest, EthECDSASignature.FromBytes(signature), out Address signer) ? signer : null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return null;
        }
    }
}
