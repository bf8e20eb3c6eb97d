using System.Buffers.Binary;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>
/// Replays the corrections: numbers, hash chain, signatures, bounds and sums by zone. Written from the interface's documentation, not
/// from the contract's code.
/// </summary>
internal sealed class CorrectionAudit(CityCalendar calendar, ReadingAudit readings, OracleAudit oracles, AuditLog log)
{
    private const string CorrectionType =
        "Correction(uint32 segment,uint32 number,bytes32 previousCorrection,uint32 group,uint16 channel,uint32 firstHour," +
        "uint16 filledHours,bytes32 differencesHash,uint8 reason,bytes32 evidence,bytes32 oracleConfig)";

    private const int Zones = 3;
    private const int DifferenceSize = 4;
    private const int MaxHours = 744;
    private const int MaxDifference = (1 << 24) - 1;
    private const int BackBillingPeriods = 36;

    private static readonly Hash32 s_typeHash = Eip712.HashType(CorrectionType);

    private readonly Dictionary<uint, (uint Number, Hash32 Last)> _heads = [];
    private readonly Dictionary<(uint Group, Period Period), uint> _revisions = [];

    /// <summary>Number and id of the last correction of each segment that has one.</summary>
    public IReadOnlyDictionary<uint, (uint Number, Hash32 Last)> Heads => _heads;

    /// <summary>How often each period of a group was corrected.</summary>
    public IReadOnlyDictionary<(uint Group, Period Period), uint> Revisions => _revisions;

    /// <summary>Takes the next correction of the history.</summary>
    public void Apply(ReadingLedgerEvent.CorrectionRecorded recorded, string where)
    {
        ReadingLedgerContract.Correction details = recorded.Details;
        Findings findings = log[AuditRule.Corrections];
        string place = $"correction {details.Number} of segment {details.Segment} ({where})";
        bool isKnown = readings.Registry.Groups.TryGetValue(details.Group, out AuditedGroup? group)
            && (group.Segment, details.Segment, details.Group) == (details.Segment, recorded.Segment, recorded.Group)
            && details.Channel < group.Balance.Channels;
        findings.That(isKnown, () => $"{place}: segment {recorded.Segment} has no channel {details.Channel} of group {details.Group}");
        CheckChain(recorded, place);
        if (!isKnown || ReadDifferences(recorded, place) is not { } differences)
        {
            return;
        }
        Hour first = new(details.FirstHour);
        Period period = calendar.PeriodOf(first);
        CheckHours(recorded, first, differences.Length, group!.FirstHour, place);

        long[] byZone = new long[Zones];
        for (int i = 0; i < differences.Length; i++)
        {
            int zone = group!.Kind == EnergyKind.Electricity ? (int)calendar.ZoneOf(new(first.Value + (uint)i)) : 0;
            byZone[zone] += differences[i];
        }
        int missing = readings.Registers.Exceptions(details.Group, details.Channel, period).Missing;
        findings.That(
            details.FilledHours <= Math.Min(missing, differences.Length),
            () => $"{place}: {details.FilledHours} hours are made good where {missing} are missing and {differences.Length} are given");
        long[] used = [.. readings.Registers.Used(details.Group, details.Channel, period).Zip(byZone, (before, sum) => before + sum)];
        bool isPossible = Array.TrueForAll(used, value => value >= 0);
        findings.That(
            isPossible, () => $"{place}: group {details.Group}, channel {details.Channel} used {string.Join(", ", used)} in {period}");
        // What cannot be true is not taken over: the state that follows from it is found to differ.
        if (isPossible)
        {
            readings.Registers.Correct(details.Group, details.Channel, period, byZone, Math.Min(details.FilledHours, missing));
        }
        _revisions[(details.Group, period)] = _revisions.GetValueOrDefault((details.Group, period)) + 1;
    }

    private void CheckChain(ReadingLedgerEvent.CorrectionRecorded recorded, string place)
    {
        ReadingLedgerContract.Correction details = recorded.Details;
        Findings findings = log[AuditRule.Corrections];
        Hash32 id = Eip712.HashStruct(
            s_typeHash, Hash32.FromUInt64(details.Segment), Hash32.FromUInt64(details.Number), details.PreviousCorrection,
            Hash32.FromUInt64(details.Group), Hash32.FromUInt64(details.Channel), Hash32.FromUInt64(details.FirstHour),
            Hash32.FromUInt64(details.FilledHours), details.DifferencesHash, Hash32.FromUInt64((ulong)details.Reason), details.Evidence,
            details.OracleConfig);
        (uint number, Hash32 last) = _heads.GetValueOrDefault(details.Segment, (0U, Hash32.Zero));
        findings.Equal(details.Number, number + 1, () => $"{place}, number");
        findings.Equal(details.PreviousCorrection, last, () => $"{place}, previous correction");
        findings.Equal(recorded.Correction, id, () => $"{place}, id");
        findings.Equal(details.OracleConfig, oracles.Configuration, () => $"{place}, oracle configuration");
        findings.Equal(details.DifferencesHash, Keccak.Hash256(recorded.Differences.Span), () => $"{place}, differences");
        oracles.CheckSignatures(id, recorded.Signatures.Span, place);
        _heads[details.Segment] = (details.Number, recorded.Correction);
    }

    private int[]? ReadDifferences(ReadingLedgerEvent.CorrectionRecorded recorded, string place)
    {
        ReadOnlyMemory<byte> bytes = recorded.Differences;
        int hours = bytes.Length / DifferenceSize;
        bool isWhole = bytes.Length % DifferenceSize == 0 && hours is >= 1 and <= MaxHours;
        log[AuditRule.Corrections].That(isWhole, () => $"{place}: {bytes.Length} bytes of differences");
        if (!isWhole)
        {
            return null;
        }
        int[] differences = new int[hours];
        for (int i = 0; i < hours; i++)
        {
            differences[i] = BinaryPrimitives.ReadInt32BigEndian(bytes.Span[(i * DifferenceSize)..]);
        }
        log[AuditRule.Corrections].That(
            Array.TrueForAll(differences, difference => difference is >= -MaxDifference and <= MaxDifference),
            () => $"{place}: a difference has more than 24 bits");
        return differences;
    }

    private void CheckHours(
        ReadingLedgerEvent.CorrectionRecorded recorded, Hour first, int hours, Hour earliest, string place)
    {
        Findings findings = log[AuditRule.Corrections];
        Period period = calendar.PeriodOf(first);
        Hour last = new(first.Value + (uint)hours - 1);
        bool isRecorded = readings.Heads.TryGetValue(recorded.Segment, out (Hour Next, Hash32) head)
            && first >= earliest && last < head.Next;
        findings.That(isRecorded, () => $"{place}: hours {first} to {last} are not all recorded");
        findings.Equal(recorded.Period, period.Value, () => $"{place}, period");
        findings.Equal(calendar.PeriodOf(last), period, () => $"{place}, period of its last hour");
        if (isRecorded)
        {
            Period present = calendar.PeriodOf(new(head.Next.Value - 1));
            findings.That(
                period.Value + BackBillingPeriods >= present.Value, () => $"{place}: {period} is too long before {present} to be corrected");
        }
    }
}
