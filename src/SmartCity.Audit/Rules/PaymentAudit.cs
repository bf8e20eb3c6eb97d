using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>
/// Replays payments: to the oldest bill first, in it to the principal first, in proportion to its lines; what is left over; refunds
/// and withdrawals.
/// </summary>
internal sealed class PaymentAudit(MoneyBook money, BillAudit bills, PenaltyAudit penalties, TariffAudit tariffs, AuditLog log)
{
    private const int Principals = 3;

    private readonly Dictionary<Hash32, ulong> _toldCredits = [];
    private Hash32 _transaction;

    public void Apply(Entry<ContractEvent> entry)
    {
        if (entry.Log.TransactionHash != _transaction)
        {
            CheckCreditsTold();
            _transaction = entry.Log.TransactionHash;
        }
        switch (entry.Event)
        {
            case SettlementEvent.PaymentReceived received:
                money.SetCredit(received.Account, money.CreditOf(received.Account) + received.Amount);
                break;
            case SettlementEvent.PaymentAllocated allocated when FindBill(allocated.Account, allocated.Period, entry) is { } bill:
                Allocate(allocated, bill, entry);
                break;
            case SettlementEvent.PaymentEscrowed escrowed when FindBill(escrowed.Account, escrowed.Period, entry) is not null:
                Escrow(escrowed, $"account {escrowed.Account}, period {new Period(escrowed.Period)} ({entry.Where})");
                break;
            case SettlementEvent.PenaltyAccrued accrued when FindBill(accrued.Account, accrued.Period, entry) is { } bill:
                penalties.Apply(accrued, bill, money.Undisputed(accrued.Account, new(accrued.Period)), entry);
                break;
            case SettlementEvent.PenaltiesTaken taken:
                penalties.Apply(taken, entry.Where);
                break;
            case SettlementEvent.Refunded refunded:
                Refund(refunded, entry.Where);
                break;
            case SettlementEvent.CreditChanged changed:
                TellCredit(changed, entry.Where);
                break;
            case SettlementEvent.Withdrawn withdrawn:
                Withdraw(withdrawn, entry.Where);
                break;
        }
    }

    /// <summary>What can be said only at the end.</summary>
    public void Finish() => CheckCreditsTold();

    /// <summary>A credit is told when it has changed, and only then: what is told of another account would be no change of that one's.</summary>
    private void TellCredit(SettlementEvent.CreditChanged changed, string where)
    {
        ulong credit = money.CreditOf(changed.Account);
        Findings findings = log[AuditRule.Payments];
        findings.Equal(changed.Credit, credit, () => $"account {changed.Account}, credit ({where})");
        findings.That(
            credit != _toldCredits.GetValueOrDefault(changed.Account), () => $"account {changed.Account} ({where}): a credit is told that has not changed");
        _toldCredits[changed.Account] = credit;
    }

    /// <summary>Whoever reads a credit from the log must find there what the transaction left.</summary>
    private void CheckCreditsTold()
    {
        foreach (Hash32 account in money.TakeCreditsChanged())
        {
            ulong credit = money.CreditOf(account);
            log[AuditRule.Payments].Equal(
                _toldCredits.GetValueOrDefault(account), credit, () => $"account {account}, credit told last (transaction {_transaction})");
            _toldCredits[account] = credit;
        }
    }

    private AuditedBill? FindBill(Hash32 account, ushort period, Entry<ContractEvent> entry)
    {
        bool isIssued = bills.Bills.TryGetValue((account, new(period)), out AuditedBill? bill);
        log[AuditRule.Payments].That(
            isIssued, () => $"account {account}, period {new Period(period)} ({entry.Where}): there is no such bill");
        return bill;
    }

    private void Allocate(SettlementEvent.PaymentAllocated allocated, AuditedBill bill, Entry<ContractEvent> entry)
    {
        Period period = new(allocated.Period);
        string place = $"account {allocated.Account}, period {period} ({entry.Where})";
        Findings findings = log[AuditRule.Payments];
        ulong[] undisputed = money.Undisputed(allocated.Account, period);
        findings.Equal(period, money.Oldest(allocated.Account, money.Undisputed), () => $"{place}, oldest unpaid bill");
        penalties.BeforeChange(allocated.Account, period, bill, undisputed, entry);
        ulong[] parts = Divide(money.CreditOf(allocated.Account), undisputed);
        findings.That(
            parts.SequenceEqual(allocated.Amounts),
            () => $"{place}: divided as {string.Join(", ", allocated.Amounts)}, computed {string.Join(", ", parts)}");
        ulong[] paid = Pay(allocated.Account, period, parts);
        findings.That(
            paid.Zip(bill.Amounts).All(line => line.First <= line.Second),
            () => $"{place}: paid {string.Join(", ", paid)} of {string.Join(", ", bill.Amounts)}");
        for (int service = 0; service < parts.Length; service++)
        {
            money.Give(bill.Providers[service], parts[service]);
        }
    }

    private void Escrow(SettlementEvent.PaymentEscrowed escrowed, string place)
    {
        Period period = new(escrowed.Period);
        Findings findings = log[AuditRule.Disputes];
        findings.Equal(null, money.Oldest(escrowed.Account, money.Undisputed), () => $"{place}, bill with undisputed lines unpaid");
        findings.Equal(period, money.Oldest(escrowed.Account, money.Disputed), () => $"{place}, oldest bill with disputed lines");
        ulong[] parts = Divide(money.CreditOf(escrowed.Account), money.Disputed(escrowed.Account, period));
        findings.That(
            parts.SequenceEqual(escrowed.Amounts),
            () => $"{place}: held as {string.Join(", ", escrowed.Amounts)}, computed {string.Join(", ", parts)}");
        Pay(escrowed.Account, period, parts);
        for (int service = 0; service < parts.Length; service++)
        {
            LineKey line = new(escrowed.Account, period, service);
            if (parts[service] != 0)
            {
                money.Disputes[line] = money.Disputes[line] with { Escrow = money.Disputes[line].Escrow + parts[service] };
            }
        }
    }

    /// <summary>As much of a credit as lines take: the principal first, then the penalties, each in proportion (ГК РФ ст. 319).</summary>
    private static ulong[] Divide(ulong credit, ulong[] lines)
    {
        ulong[] parts = new ulong[lines.Length];
        foreach (Range range in new[] { ..Principals, Principals.. })
        {
            Kopecks[] weights = [.. lines[range].Select(line => new Kopecks(line))];
            ulong amount = Math.Min(credit, weights.Aggregate(0UL, (sum, weight) => sum + weight.Value));
            LargestRemainder.Split(new(amount), weights).Select(part => part.Value).ToArray().CopyTo(parts.AsSpan(range));
            credit -= amount;
        }
        return parts;
    }

    private ulong[] Pay(Hash32 account, Period period, ulong[] parts)
    {
        ulong[] paid = money.PaidOf(account, period);
        for (int service = 0; service < parts.Length; service++)
        {
            paid[service] += parts[service];
        }
        money.SetCredit(account, money.CreditOf(account) - parts.Aggregate(0UL, (sum, part) => sum + part));
        return paid;
    }

    private void Refund(SettlementEvent.Refunded refunded, string where)
    {
        ulong credit = money.CreditOf(refunded.Account);
        log[AuditRule.Conservation].That(
            refunded.Amount <= credit, () => $"{where}: account {refunded.Account} took {refunded.Amount} back of {credit}");
        money.SetCredit(refunded.Account, credit - Math.Min(credit, refunded.Amount));
    }

    private void Withdraw(SettlementEvent.Withdrawn withdrawn, string where)
    {
        ulong balance = money.Balances.GetValueOrDefault(withdrawn.Provider);
        log[AuditRule.Conservation].That(
            withdrawn.Amount <= balance && tariffs.Payees.GetValueOrDefault(withdrawn.Provider) == withdrawn.Payee,
            () => $"{where}: provider {withdrawn.Provider} withdrew {withdrawn.Amount} of {balance} to {withdrawn.Payee}");
        money.Balances[withdrawn.Provider] = balance - Math.Min(balance, withdrawn.Amount);
    }
}
