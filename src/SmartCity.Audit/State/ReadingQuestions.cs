using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Heads, registers, corrections and oracles of the ReadingLedger.</summary>
internal static class ReadingQuestions
{
    public static IEnumerable<Expectation> Of(Replay replay) => [.. Heads(replay), .. Registers(replay), .. Corrections(replay)];

    private static IEnumerable<Expectation> Heads(Replay replay)
    {
        ReadingLedgerContract ledger = replay.History.Contracts.ReadingLedger;
        yield return Expectation.Of(ledger.Paused(), replay.Pauses.IsLedgerPaused, AuditRule.State, "pause of the ledger");
        foreach ((uint segment, (Hour next, Hash32 last)) in replay.Readings.Heads)
        {
            yield return Expectation.Of(ledger.HeadOf(segment), (next.Value, last), AuditRule.State, $"head of segment {segment}");
        }
        foreach (AuditedGroup group in replay.Readings.Registry.Groups.Values)
        {
            for (int phase = 0; phase < group.Phases; phase++)
            {
                yield return Expectation.Of(
                    ledger.ImbalancedHoursOf(group.Number, (byte)phase),
                    replay.Readings.ImbalancedHours.GetValueOrDefault((group.Number, phase)),
                    AuditRule.State,
                    $"imbalanced hours of group {group.Number}, phase A{phase}");
            }
        }
    }

    private static IEnumerable<Expectation> Registers(Replay replay)
    {
        ReadingLedgerContract ledger = replay.History.Contracts.ReadingLedger;
        RegisterBook registers = replay.Readings.Registers;
        foreach ((uint group, int channel) in registers.Channels)
        {
            yield return Expectation.OfList(
                ledger.RegistersOf(group, (ushort)channel), registers.Now(group, channel), AuditRule.Registers,
                $"register of group {group}, channel {channel}");
        }
        foreach ((uint group, int channel, Period period) in registers.PeriodEnds)
        {
            yield return Expectation.OfList(
                ledger.RegistersAt(group, (ushort)channel, period.Value), registers.AtEnd(group, channel, period), AuditRule.Registers,
                $"register of group {group}, channel {channel} at the end of {period}");
        }
    }

    private static IEnumerable<Expectation> Corrections(Replay replay)
    {
        ReadingLedgerContract ledger = replay.History.Contracts.ReadingLedger;
        RegisterBook registers = replay.Readings.Registers;
        foreach ((uint segment, (uint number, Hash32 last)) in replay.Readings.Corrections.Heads)
        {
            yield return Expectation.Of(
                ledger.CorrectionHeadOf(segment), (number, last), AuditRule.Corrections, $"last correction of segment {segment}");
        }
        foreach (((uint group, Period period), uint revision) in replay.Readings.Corrections.Revisions)
        {
            yield return Expectation.Of(
                ledger.RevisionOf(group, period.Value), revision, AuditRule.Corrections, $"revision of group {group}, {period}");
        }
        foreach ((uint group, int channel, Period period) in registers.CorrectedPeriods)
        {
            yield return Expectation.OfList(
                ledger.CorrectionsOf(group, (ushort)channel, period.Value), registers.Corrections(group, channel, period),
                AuditRule.Corrections, $"corrections of group {group}, channel {channel}, {period}");
        }
        foreach ((uint group, int channel, Period period) in registers.UnmeasuredPeriods)
        {
            (int missing, int estimated) = registers.Exceptions(group, channel, period);
            yield return Expectation.Of(
                ledger.ExceptionsOf(group, (ushort)channel, period.Value), ((ushort)missing, (ushort)estimated), AuditRule.Registers,
                $"hours not measured of group {group}, channel {channel}, {period}");
        }
        foreach (Address member in replay.Readings.Oracles.Suspended)
        {
            yield return Expectation.Of(ledger.IsOracle(member), false, AuditRule.Signatures, $"oracle {member}, suspended");
        }
    }
}
