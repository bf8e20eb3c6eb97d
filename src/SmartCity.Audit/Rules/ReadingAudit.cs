using SmartCity.Domain;
using SmartCity.Ethereum;
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

    private readonly AuditLog _log;
    private readonly OracleAudit _oracles;
    private readonly CorrectionAudit _corrections;
    private readonly Dictionary<uint, (Hour Next, Hash32 Last)> _heads = [];
    private readonly Dictionary<(uint Group, Hour Hour, int Phase), (long Difference, ulong Tolerance, string Where)> _logged = [];

    public ReadingAudit(ulong chainId, Address ledger, CityCalendar calendar, Registry registry, AuditLog log, bool checksSignatures)
    {
        _log = log;
        Registry = registry;
        Registers = new(calendar);
        _oracles = new(chainId, ledger, log, checksSignatures);
        _corrections = new(calendar, this, _oracles, log);
    }

    public Registry Registry { get; }

    public RegisterBook Registers { get; }

    public IReadOnlyDictionary<uint, (Hour Next, Hash32 Last)> Heads => _heads;

    /// <summary>The hour that a segment waits for.</summary>
    /// <exception cref="KeyNotFoundException">There is no such segment.</exception>
    public Hour NextHourOf(uint segment) =>
        _heads.TryGetValue(segment, out (Hour Next, Hash32) head) ? head.Next : Registry.Segments[segment].FirstHour;

    public OracleAudit Oracles => _oracles;

    public CorrectionAudit Corrections => _corrections;

    public long Hours { get; private set; }

    public long Readings { get; private set; }

    public Dictionary<(uint Group, int Phase), uint> ImbalancedHours { get; } = [];

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case ReadingLedgerEvent.OraclesChanged changed:
                _oracles.Change(changed, entry.Where);
                break;
            case ReadingLedgerEvent.OracleSuspended suspended:
                _oracles.Suspend(suspended, BatchIdOf, entry.Where);
                break;
            case ReadingLedgerEvent.CorrectionRecorded correction:
                _corrections.Apply(correction, entry.Where);
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
            IReadOnlyList<AuditedGroup> groups = segment.GroupsAt(hour);
            IReadOnlyList<IReadOnlyList<Reading>> readings = HourPayload.Decode(
                recorded.Payload.Span, [.. groups.Select(group => group.Balance.Channels)]);
            int count = readings.Sum(group => group.Count);
            _log[AuditRule.Payloads].Held(count);
            Readings += count;
            CheckEmptyLanes(groups, readings, place);
            Registers.Add(recorded.Segment, hour, groups, readings);
            Balance(hour, groups, readings);
        }
        catch (FormatException exception)
        {
            _log[AuditRule.Payloads].That(false, () => $"{place}: {exception.Message}");
        }
    }

    private void CheckBatch(ReadingLedgerEvent.HourRecorded recorded, Hash32 last, string place)
    {
        Findings chain = _log[AuditRule.Chain];
        Hash32 batch = BatchIdOf(new(
            recorded.Segment, recorded.Hour, recorded.PreviousBatch, Keccak.Hash256(recorded.Payload.Span), recorded.OracleConfig));
        chain.Equal(recorded.PreviousBatch, last, () => $"{place}, previous batch");
        chain.Equal(recorded.Batch, batch, () => $"{place}, batch of this payload");
        chain.Equal(recorded.OracleConfig, _oracles.Configuration, () => $"{place}, oracle configuration");
        _oracles.CheckSignatures(batch, recorded.Signatures.Span, place);
    }

    private static Hash32 BatchIdOf(ReadingLedgerContract.Batch batch) => Eip712.HashStruct(
        s_batchTypeHash, Hash32.FromUInt64(batch.Segment), Hash32.FromUInt64(batch.Hour), batch.PreviousBatch, batch.PayloadHash,
        batch.OracleConfig);

    /// <summary>Where no meter is, nothing is measured.</summary>
    private void CheckEmptyLanes(
        IReadOnlyList<AuditedGroup> groups, IReadOnlyList<IReadOnlyList<Reading>> readings, string place)
    {
        for (int i = 0; i < groups.Count; i++)
        {
            for (int channel = 0; channel < readings[i].Count; channel++)
            {
                if (!groups[i].HasMeter(channel))
                {
                    (int group, int lane) = (i, channel);
                    _log[AuditRule.Payloads].That(
                        readings[i][channel] == default,
                        () => $"{place}: group {groups[group].Number} has no meter on channel {lane}, but a value of {readings[group][lane]}");
                }
            }
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
