using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>What the contracts must answer about their state if the history is what was replayed.</summary>
internal static class StateQuestions
{
    /// <summary>A question, the expected answer, and the rule it belongs to.</summary>
    /// <param name="Question">Whom and what to ask.</param>
    /// <param name="Compare">Decodes the answer and compares it.</param>
    /// <param name="Rule">The rule it belongs to.</param>
    /// <param name="Where">What it is about, for a finding.</param>
    internal sealed record Expectation(StateQuestion Question, Action<Findings, byte[]> Compare, string Rule, string Where);

    public static IEnumerable<Expectation> Of(Replay replay) =>
        [.. Readings(replay), .. Registers(replay), .. Corrections(replay), .. Bills(replay), .. Money(replay), .. Incidents(replay)];

    private static IEnumerable<Expectation> Readings(Replay replay)
    {
        ReadingLedgerContract ledger = replay.History.Contracts.ReadingLedger;
        foreach ((uint segment, (Hour next, Hash32 last)) in replay.Readings.Heads)
        {
            yield return Expect(ledger.HeadOf(segment), (next.Value, last), AuditRule.State, $"head of segment {segment}");
        }
        foreach (AuditedGroup group in replay.Readings.Registry.Groups.Values)
        {
            for (int phase = 0; phase < group.Balance.Phases; phase++)
            {
                yield return Expect(
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
            yield return ExpectList(
                ledger.RegistersOf(group, (ushort)channel), registers.Now(group, channel), AuditRule.Registers,
                $"register of group {group}, channel {channel}");
        }
        foreach ((uint group, int channel, Period period) in registers.PeriodEnds)
        {
            yield return ExpectList(
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
            yield return Expect(
                ledger.CorrectionHeadOf(segment), (number, last), AuditRule.Corrections, $"last correction of segment {segment}");
        }
        foreach (((uint group, Period period), uint revision) in replay.Readings.Corrections.Revisions)
        {
            yield return Expect(
                ledger.RevisionOf(group, period.Value), revision, AuditRule.Corrections, $"revision of group {group}, {period}");
        }
        foreach ((uint group, int channel, Period period) in registers.CorrectedPeriods)
        {
            yield return ExpectList(
                ledger.CorrectionsOf(group, (ushort)channel, period.Value), registers.Corrections(group, channel, period),
                AuditRule.Corrections, $"corrections of group {group}, channel {channel}, {period}");
        }
        foreach ((uint group, int channel, Period period) in registers.UnmeasuredPeriods)
        {
            (int missing, int estimated) = registers.Exceptions(group, channel, period);
            yield return Expect(
                ledger.ExceptionsOf(group, (ushort)channel, period.Value), ((ushort)missing, (ushort)estimated), AuditRule.Registers,
                $"hours not measured of group {group}, channel {channel}, {period}");
        }
        foreach (Address member in replay.Readings.Oracles.Suspended)
        {
            yield return Expect(ledger.IsOracle(member), false, AuditRule.Signatures, $"oracle {member}, suspended");
        }
    }

    private static IEnumerable<Expectation> Bills(Replay replay)
    {
        CityAddresses contracts = replay.History.Contracts;
        foreach (((Hash32 account, Period period), AuditedBill bill) in replay.Bills.Bills)
        {
            yield return Expect(
                contracts.Billing.BillOf(account, period.Value),
                found => found.Issued && found.Total == bill.Total && found.DueOn == bill.DueOn && found.Amounts.SequenceEqual(bill.Amounts),
                AuditRule.State,
                $"bill of account {account}, period {period}");
            yield return ExpectList(
                contracts.Settlement.PaidOf(account, period.Value),
                replay.Money.Paid.GetValueOrDefault((account, period)) ?? new ulong[bill.Amounts.Length],
                AuditRule.State,
                $"paid of account {account}, period {period}");
        }
    }

    private static IEnumerable<Expectation> Money(Replay replay)
    {
        CityAddresses contracts = replay.History.Contracts;
        foreach (Hash32 account in replay.Readings.Registry.Accounts.Keys)
        {
            yield return Expect(
                contracts.Settlement.CreditOf(account), replay.Money.Credits.GetValueOrDefault(account), AuditRule.State,
                $"credit of account {account}");
            yield return ExpectList(
                contracts.Settlement.PendingPenaltyOf(account), replay.Money.PendingOf(account), AuditRule.State,
                $"pending penalties of account {account}");
        }
        foreach (((Hash32 account, Period period, int service), AuditedDispute dispute) in replay.Money.Disputes)
        {
            yield return Expect(
                contracts.Settlement.DisputeOf(account, period.Value, (BillingContract.Service)service),
                found => found.State == dispute.State && found.Amount == dispute.Amount && found.Escrow == dispute.Escrow
                    && found.Conceded == dispute.Conceded && found.Deadline == dispute.Deadline,
                AuditRule.State,
                $"dispute of account {account}, period {period}, line {service}");
        }
        foreach ((ushort provider, ulong balance) in replay.Money.Balances)
        {
            yield return Expect(
                contracts.Settlement.BalanceOf(provider), balance, AuditRule.State, $"balance of provider {provider}");
        }
        Address settlement = contracts.Settlement.Address;
        yield return Expect(
            contracts.SettlementRouble.BalanceOf(settlement), replay.Money.TokensOf(settlement), AuditRule.Conservation,
            "tokens of Settlement");
        yield return Expect(contracts.SettlementRouble.TotalSupply(), replay.Money.Supply, AuditRule.Conservation, "supply of tokens");
    }

    private static IEnumerable<Expectation> Incidents(Replay replay)
    {
        foreach ((Hash32 incident, (int stage, ulong raisedAt, ulong clearedAt)) in replay.Incidents.Incidents)
        {
            yield return Expect(
                replay.History.Contracts.IncidentLog.IncidentOf(incident),
                found => (int)found.Stage == stage && found.RaisedAt == raisedAt && found.ClearedAt == clearedAt,
                AuditRule.State,
                $"incident {incident}");
        }
    }

    private static Expectation Expect<T>(ContractQuery<T> query, T expected, string rule, string where) => new(
        StateQuestion.Of(query.To, query.Data), (findings, answer) => findings.Equal(query.Decode(answer), expected, () => where), rule, where);

    private static Expectation Expect<T>(ContractQuery<T> query, Func<T, bool> holds, string rule, string where) => new(
        StateQuestion.Of(query.To, query.Data),
        (findings, answer) =>
        {
            T found = query.Decode(answer);
            findings.That(holds(found), () => $"{where}: the contract says {found}");
        },
        rule,
        where);

    private static Expectation ExpectList<T>(
        ContractQuery<IReadOnlyList<T>> query, IReadOnlyList<T> expected, string rule, string where) => new(
        StateQuestion.Of(query.To, query.Data),
        (findings, answer) =>
        {
            IReadOnlyList<T> found = query.Decode(answer);
            findings.That(
                found.SequenceEqual(expected),
                () => $"{where}: found {string.Join(", ", found)}, computed {string.Join(", ", expected)}");
        },
        rule,
        where);
}
