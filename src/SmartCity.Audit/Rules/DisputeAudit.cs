using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Replays disputes: what is held back, until when, and for whom it ends (ADR 0012).</summary>
internal sealed class DisputeAudit(MoneyBook money, BillAudit bills, PenaltyAudit penalties, AuditLog log)
{
    private const ulong SecondsToAnswer = 30 * 86_400;

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case SettlementEvent.DisputeOpened opened:
                Open(opened, new(opened.Account, new(opened.Period), (int)opened.Service), entry);
                break;
            case SettlementEvent.DisputeConceded conceded:
                Concede(conceded, new(conceded.Account, new(conceded.Period), (int)conceded.Service), entry);
                break;
            case SettlementEvent.DisputeClosed closed:
                Close(closed, new(closed.Account, new(closed.Period), (int)closed.Service), entry);
                break;
        }
    }

    private void Open(SettlementEvent.DisputeOpened opened, LineKey line, Entry<ContractEvent> entry)
    {
        Findings findings = log[AuditRule.Disputes];
        if (!bills.Bills.TryGetValue((line.Account, line.Period), out AuditedBill? bill))
        {
            findings.That(false, () => $"{line} ({entry.Where}): there is no such bill");
            return;
        }
        ulong[] undisputed = money.Undisputed(line.Account, line.Period);
        findings.That(
            !money.Disputes.ContainsKey(line) && opened.Amount != 0 && opened.Amount <= undisputed[line.Service],
            () => $"{line} ({entry.Where}): disputed twice, or {opened.Amount} of {undisputed[line.Service]} that are outstanding");
        findings.Equal(opened.Deadline, entry.Seconds + SecondsToAnswer, () => $"{line} ({entry.Where}), deadline");
        penalties.BeforeChange(line.Account, line.Period, bill, undisputed, entry);
        money.Disputes[line] = new(opened.Amount, 0, 0, opened.Deadline, SettlementContract.DisputeState.Open);
    }

    private void Concede(SettlementEvent.DisputeConceded told, LineKey line, Entry<ContractEvent> entry)
    {
        if (FindOpen(line, entry) is not { } dispute)
        {
            return;
        }
        ulong remaining = dispute.Amount - told.Amount;
        ulong released = dispute.Escrow - Math.Min(dispute.Escrow, remaining);
        log[AuditRule.Disputes].That(
            told.Released == released && remaining == 0 == (told.State != SettlementContract.DisputeState.Open)
                && (told.State != SettlementContract.DisputeState.Defaulted || entry.Seconds > dispute.Deadline),
            () => $"{line} ({entry.Where}): {told.State} with {told.Released} released, computed {released} of what was due until {dispute.Deadline}");
        money.Disputes[line] = new(
            remaining, dispute.Escrow - released, dispute.Conceded + told.Amount, dispute.Deadline, told.State);
        money.PaidOf(line.Account, line.Period)[line.Service] -= released;
        money.SetCredit(line.Account, money.CreditOf(line.Account) + released);
    }

    private void Close(SettlementEvent.DisputeClosed told, LineKey line, Entry<ContractEvent> entry)
    {
        if (FindOpen(line, entry) is not { } dispute)
        {
            return;
        }
        AuditedBill bill = bills.Bills[(line.Account, line.Period)];
        bool isRejected = told.State == SettlementContract.DisputeState.Rejected;
        log[AuditRule.Disputes].That(
            told.Paid == dispute.Escrow && (isRejected || told.State == SettlementContract.DisputeState.Withdrawn)
                && (!isRejected || entry.Seconds <= dispute.Deadline),
            () => $"{line} ({entry.Where}): {told.State} with {told.Paid} paid to the provider, {dispute.Escrow} were held until {dispute.Deadline}");
        penalties.BeforeChange(line.Account, line.Period, bill, money.Undisputed(line.Account, line.Period), entry);
        money.Disputes[line] = new(0, 0, dispute.Conceded, dispute.Deadline, told.State);
        money.Give(bill.Providers[line.Service], dispute.Escrow);
    }

    private AuditedDispute? FindOpen(LineKey line, Entry<ContractEvent> entry)
    {
        bool isOpen = money.Disputes.TryGetValue(line, out AuditedDispute? dispute)
            && dispute.State == SettlementContract.DisputeState.Open;
        log[AuditRule.Disputes].That(isOpen, () => $"{line} ({entry.Where}): there is no open dispute");
        return isOpen ? dispute : null;
    }
}
