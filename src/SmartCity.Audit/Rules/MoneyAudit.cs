using System.Numerics;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Replays payments, their division, withdrawals, and the movements of the settlement rouble.</summary>
internal sealed class MoneyAudit(Registry registry, BillAudit bills, Address settlement, AuditLog log)
{
    private readonly Dictionary<Address, BigInteger> _tokens = [];

    /// <summary>What providers may withdraw, kopecks.</summary>
    public Dictionary<ushort, ulong> Balances { get; } = [];

    /// <summary>Credits of accounts, kopecks.</summary>
    public Dictionary<Hash32, ulong> Credits { get; } = [];

    /// <summary>What is paid of bills, by service.</summary>
    public Dictionary<(Hash32 Account, Period Period), ulong[]> Paid { get; } = [];

    /// <summary>Tokens in existence.</summary>
    public BigInteger Supply { get; private set; }

    /// <summary>Tokens of an address.</summary>
    public BigInteger TokensOf(Address address) => _tokens.GetValueOrDefault(address);

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case SettlementEvent.PaymentReceived received:
                Credits[received.Account] = CreditOf(received.Account) + received.Amount;
                break;
            case SettlementEvent.PaymentAllocated allocated:
                Allocate(allocated, entry.Where);
                break;
            case SettlementEvent.CreditChanged changed:
                log[AuditRule.Payments].Equal(
                    changed.Credit, CreditOf(changed.Account), () => $"account {changed.Account}, credit ({entry.Where})");
                break;
            case SettlementEvent.Withdrawn withdrawn:
                Withdraw(withdrawn, entry.Where);
                break;
            case SettlementRoubleEvent.Transfer transfer:
                Move(transfer, entry.Where);
                break;
        }
    }

    /// <summary>What can be said only at the end.</summary>
    public void Finish()
    {
        BigInteger owed = Balances.Values.Concat(Credits.Values).Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);
        log[AuditRule.Conservation].Equal(TokensOf(settlement), owed, () => "tokens of Settlement against providers' balances and credits");
        log[AuditRule.Conservation].Equal(
            _tokens.Values.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount), Supply, () => "tokens of all holders against the supply");
    }

    private void Allocate(SettlementEvent.PaymentAllocated allocated, string where)
    {
        Period period = new(allocated.Period);
        string place = $"account {allocated.Account}, period {period} ({where})";
        Findings findings = log[AuditRule.Payments];
        if (!bills.Bills.TryGetValue((allocated.Account, period), out AuditedBill? bill))
        {
            findings.That(false, () => $"{place}: there is no such bill");
            return;
        }
        findings.Equal(period, OldestUnpaid(allocated.Account), () => $"{place}, oldest unpaid bill");
        ulong[] outstanding = Outstanding(allocated.Account, period, bill);
        ulong owed = outstanding.Aggregate(0UL, (sum, amount) => sum + amount);
        ulong amount = Math.Min(CreditOf(allocated.Account), owed);
        ulong[] parts =
        [
            .. LargestRemainder.Split(new(amount), [.. outstanding.Select(line => new Kopecks(line))]).Select(part => part.Value),
        ];
        findings.That(
            parts.SequenceEqual(allocated.Amounts),
            () => $"{place}: divided as {string.Join(", ", allocated.Amounts)}, computed {string.Join(", ", parts)}");
        Book(allocated.Account, period, bill, parts, amount);
    }

    private void Book(Hash32 account, Period period, AuditedBill bill, ulong[] parts, ulong amount)
    {
        ulong[] paid = PaidOf(account, period);
        for (int i = 0; i < parts.Length; i++)
        {
            paid[i] += parts[i];
            if (parts[i] != 0)
            {
                Balances[bill.Providers[i]] = Balances.GetValueOrDefault(bill.Providers[i]) + parts[i];
            }
        }
        Paid[(account, period)] = paid;
        Credits[account] = CreditOf(account) - amount;
    }

    private void Withdraw(SettlementEvent.Withdrawn withdrawn, string where)
    {
        ulong balance = Balances.GetValueOrDefault(withdrawn.Provider);
        log[AuditRule.Conservation].That(
            withdrawn.Amount <= balance,
            () => $"{where}: provider {withdrawn.Provider} withdrew {withdrawn.Amount} of {balance}");
        Balances[withdrawn.Provider] = balance - Math.Min(balance, withdrawn.Amount);
    }

    private void Move(SettlementRoubleEvent.Transfer transfer, string where)
    {
        if (transfer.From == Address.Zero)
        {
            Supply += transfer.Value;
        }
        else
        {
            _tokens[transfer.From] = TokensOf(transfer.From) - transfer.Value;
            log[AuditRule.Conservation].That(
                TokensOf(transfer.From).Sign >= 0, () => $"{where}: {transfer.From} gave {transfer.Value}, more than it had");
        }
        if (transfer.To == Address.Zero)
        {
            Supply -= transfer.Value;
        }
        else
        {
            _tokens[transfer.To] = TokensOf(transfer.To) + transfer.Value;
        }
    }

    private Period? OldestUnpaid(Hash32 account)
    {
        if (!registry.Accounts.TryGetValue(account, out MeterRegistryContract.Account? details))
        {
            return null;
        }
        for (Period period = new(details.FirstPeriod); bills.Bills.TryGetValue((account, period), out AuditedBill? bill); period = period.Next)
        {
            if (Outstanding(account, period, bill).Any(amount => amount != 0))
            {
                return period;
            }
        }
        return null;
    }

    private ulong[] Outstanding(Hash32 account, Period period, AuditedBill bill) =>
        [.. bill.Amounts.Zip(PaidOf(account, period), (amount, paid) => amount - Math.Min(amount, paid))];

    private ulong[] PaidOf(Hash32 account, Period period) => Paid.GetValueOrDefault((account, period)) ?? new ulong[5];

    private ulong CreditOf(Hash32 account) => Credits.GetValueOrDefault(account);
}
