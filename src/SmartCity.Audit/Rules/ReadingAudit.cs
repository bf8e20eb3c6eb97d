using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>
/// Replays the hours: sequence, hash chain, signatures, payloads, balances; and adds the registers up. Written from the interface's
/// documentation, not from the oracle's code.
/// </summary>
internal sealed class ReadingAudit
{
    private const string BatchType =
        "HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig)";

    private static readonly Hash32 s_batchTypeHash = Eip712.HashType(BatchType);
    private static readonly AbiType[] s_configTypes =
        [AbiType.Parse("uint256"), AbiType.Parse("address"), AbiType.Parse("address[]"), AbiType.Parse("uint8")];

    private readonly ulong _chainId;
    private readonly Address _ledger;
    private readonly Hash32 _domain;
    private readonly AuditLog _log;
    private readonly bool _checksSignatures;
    private readonly Dictionary<uint, (Hour Next, Hash32 Last)> _heads = [];
    private readonly Dictionary<(uint Group, Hour Hour, int Phase), (long Difference, ulong Tolerance, string Where)> _logged = [];
    private ReadingLedgerEvent.OraclesChanged? _oracles;

    public ReadingAudit(ulong chainId, Address ledger, CityCalendar calendar, Registry registry, AuditLog log, bool checksSignatures)
    {
        _chainId = chainId;
        _ledger = ledger;
        _domain = new Eip712Domain("SmartCity ReadingLedger", "1", chainId, ledger).Separator();
        _log = log;
        _checksSignatures = checksSignatures;
        Registry = registry;
        Registers = new(calendar);
    }

    public Registry Registry { get; }

    public RegisterBook Registers { get; }

    public IReadOnlyDictionary<uint, (Hour Next, Hash32 Last)> Heads => _heads;

    public long Hours { get; private set; }

    public long Readings { get; private set; }

    public Dictionary<(uint Group, int Phase), uint> ImbalancedHours { get; } = [];

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case ReadingLedgerEvent.OraclesChanged changed:
                Change(changed, entry.Where);
                break;
            case ReadingLedgerEvent.HourRecorded recorded:
                Record(recorded, entry.Where);
                break;
            case ReadingLedgerEvent.PhaseImbalance imbalance:
                // Logged in the transaction of its hour, before it.
                _logged[(imbalance.Group, new(imbalance.Hour), imbalance.Phase)] = (imbalance.Difference, imbalance.Tolerance, entry.Where);
                break;
        }
    }

    /// <summary>What can be said only at the end: no imbalance may be logged that the payload does not have.</summary>
    public void Finish()
    {
        foreach (((uint group, Hour hour, int phase), (long difference, ulong tolerance, string where)) in _logged)
        {
            _log[AuditRule.Balances].That(
                false, () => $"group {group}, hour {hour}, phase A{phase} ({where}): {difference} against {tolerance} is logged, but the phase balances");
        }
    }

    private void Change(ReadingLedgerEvent.OraclesChanged changed, string where)
    {
        byte[] encoded = AbiCodec.Encode(
            s_configTypes, [_chainId, _ledger, changed.Members.Select(member => (object?)member).ToArray(), changed.Threshold]);
        _log[AuditRule.Chain].Equal(changed.OracleConfig, Keccak.Hash256(encoded), () => $"{where}, oracle configuration");
        _oracles = changed;
    }

    private void Record(ReadingLedgerEvent.HourRecorded recorded, string where)
    {
        Hour hour = new(recorded.Hour);
        string place = $"segment {recorded.Segment}, hour {hour} ({where})";
        if (!Registry.Segments.TryGetValue(recorded.Segment, out AuditedSegment? segment))
        {
            _log[AuditRule.Sequence].That(false, () => $"{place}: the segment was never opened");
            return;
        }
        (Hour next, Hash32 last) = _heads.GetValueOrDefault(recorded.Segment, (segment.FirstHour, Hash32.Zero));
        _log[AuditRule.Sequence].Equal(hour, next, () => place);
        CheckBatch(recorded, last, place);
        _heads[recorded.Segment] = (hour.Next, recorded.Batch);
        Hours++;
        try
        {
            IReadOnlyList<IReadOnlyList<Reading>> readings = HourPayload.Decode(
                recorded.Payload.Span, [.. segment.Groups.Select(group => group.Balance.Channels)]);
            int count = readings.Sum(group => group.Count);
            _log[AuditRule.Payloads].Held(count);
            Readings += count;
            Registers.Add(recorded.Segment, hour, segment.Groups, readings);
            Balance(hour, segment.Groups, readings);
        }
        catch (FormatException exception)
        {
            _log[AuditRule.Payloads].That(false, () => $"{place}: {exception.Message}");
        }
    }

    private void CheckBatch(ReadingLedgerEvent.HourRecorded recorded, Hash32 last, string place)
    {
        Findings chain = _log[AuditRule.Chain];
        Hash32 batch = Eip712.HashStruct(
            s_batchTypeHash, Hash32.FromUInt64(recorded.Segment), Hash32.FromUInt64(recorded.Hour), recorded.PreviousBatch,
            Keccak.Hash256(recorded.Payload.Span), recorded.OracleConfig);
        chain.Equal(recorded.PreviousBatch, last, () => $"{place}, previous batch");
        chain.Equal(recorded.Batch, batch, () => $"{place}, batch of this payload");
        chain.Equal(recorded.OracleConfig, _oracles?.OracleConfig ?? Hash32.Zero, () => $"{place}, oracle configuration");
        if (_checksSignatures)
        {
            CheckSignatures(recorded, Eip712.Digest(_domain, batch), place);
        }
    }

    private void CheckSignatures(ReadingLedgerEvent.HourRecorded recorded, Hash32 digest, string place)
    {
        Findings signatures = _log[AuditRule.Signatures];
        ReadOnlySpan<byte> bytes = recorded.Signatures.Span;
        int count = bytes.Length / EthECDSASignature.Size;
        signatures.That(
            bytes.Length % EthECDSASignature.Size == 0 && count >= Math.Max((int)(_oracles?.Threshold ?? 0), 1),
            () => $"{place}: {recorded.Signatures.Length} bytes of signatures where {_oracles?.Threshold} of {EthECDSASignature.Size} are needed");
        Address? previous = null;
        for (int i = 0; i < count; i++)
        {
            Address? signer = Recover(digest, bytes.Slice(i * EthECDSASignature.Size, EthECDSASignature.Size));
            bool isMember = signer is { } address && _oracles is not null && _oracles.Members.Contains(address);
            bool isAscending = previous is not { } before || (signer is { } now && before.CompareTo(now) < 0);
            signatures.That(isMember && isAscending, () => $"{place}: signature {i + 1} is of {signer?.ToString() ?? "nobody"}, not of the next oracle");
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

    private void Balance(Hour hour, IReadOnlyList<AuditedGroup> groups, IReadOnlyList<IReadOnlyList<Reading>> readings)
    {
        Findings findings = _log[AuditRule.Balances];
        for (int i = 0; i < groups.Count; i++)
        {
            foreach (PhaseBalance phase in groups[i].Balance.Check(readings[i]))
            {
                if (phase.Verdict != BalanceVerdict.Unbalanced)
                {
                    findings.Held(1);
                    continue;
                }
                uint group = groups[i].Number;
                ImbalancedHours[(group, phase.Phase)] = ImbalancedHours.GetValueOrDefault((group, phase.Phase)) + 1;
                bool isLogged = _logged.Remove((group, hour, phase.Phase), out (long Difference, ulong Tolerance, string) logged);
                findings.That(
                    isLogged && (logged.Difference, logged.Tolerance) == (phase.Difference, phase.Tolerance.Value),
                    () => $"group {group}, hour {hour}, phase A{phase.Phase}: {(isLogged ? $"{logged.Difference} against {logged.Tolerance}" : "nothing")} is logged, computed {phase.Difference} against {phase.Tolerance.Value}");
            }
        }
    }
}
