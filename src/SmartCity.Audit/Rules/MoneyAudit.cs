using System.Numerics;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Replays payments, their division, disputes, refunds, withdrawals, and the movements of the settlement rouble.</summary>
internal sealed class MoneyAudit(Registry registry, BillAudit bills, Address settlement, AuditLog log)
{
    private static readonly IReadOnlyList<ulong> NoPenalties = new ulong[5];

    private readonly Dictionary<Address, BigInteger> _tokens = [];
    private readonly HashSet<Hash32> _netted = [];
    private readonly List<MutualObligation> _round = [];

    /// <summary>What providers may withdraw, kopecks.</summary>
    public Dictionary<ushort, ulong> Balances { get; } = [];

    /// <summary>Credits of accounts, kopecks.</summary>
    public Dictionary<Hash32, ulong> Credits { get; } = [];

    /// <summary>What is paid of bills, by service, escrow included.</summary>
    public Dictionary<(Hash32 Account, Period Period), ulong[]> Paid { get; } = [];

    /// <summary>The disputes of lines.</summary>
    public Dictionary<(Hash32 Account, Period Period, int Service), AuditedDispute> Disputes { get; } = [];

    /// <summary>Penalties that came due and are in no bill, by principal service.</summary>
    public Dictionary<Hash32, IReadOnlyList<ulong>> Pending { get; } = [];

    /// <summary>Penalties of an account that came due and are in no bill, by principal service.</summary>
    public IReadOnlyList<ulong> PendingOf(Hash32 account) => Pending.GetValueOrDefault(account) ?? NoPenalties;

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
            case SettlementEvent.PaymentEscrowed escrowed:
                Escrow(escrowed, entry.Where);
                break;
            case SettlementEvent.DisputeOpened opened:
                Open(opened, entry.Where);
                break;
            case SettlementEvent.DisputeConceded conceded:
                Concede(conceded, entry.Where);
                break;
            case SettlementEvent.DisputeClosed closed:
                Close(closed, entry.Where);
                break;
            case SettlementEvent.ObligationNetted netted:
                Net(netted, entry.Where);
                break;
            case SettlementEvent.RoundNetted round:
                Settle(round, entry.Where);
                break;
            case SettlementEvent.PenaltyAccrued accrued:
                Pending[accrued.Account] = [.. PendingOf(accrued.Account).Zip(accrued.Amounts, (before, more) => before + more)];
                break;
            case SettlementEvent.PenaltiesTaken taken:
                log[AuditRule.Payments].That(
                    taken.Amounts.SequenceEqual(PendingOf(taken.Account)),
                    () => $"account {taken.Account} ({entry.Where}): other penalties were billed than had come due");
                Pending[taken.Account] = NoPenalties;
                break;
            case SettlementEvent.Refunded refunded:
                Refund(refunded, entry.Where);
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
        IEnumerable<ulong> escrow = Disputes.Values.Select(dispute => dispute.Escrow);
        BigInteger owed = Balances.Values.Concat(Credits.Values).Concat(escrow).Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);
        log[AuditRule.Conservation].Equal(TokensOf(settlement), owed, () => "tokens of Settlement against providers' balances, credits and escrow");
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
        findings.Equal(period, OldestUnpaid(allocated.Account, Undisputed), () => $"{place}, oldest unpaid bill");
        (ulong[] parts, ulong amount) = Divide(allocated.Account, Undisputed(allocated.Account, period, bill));
        findings.That(
            parts.SequenceEqual(allocated.Amounts),
            () => $"{place}: divided as {string.Join(", ", allocated.Amounts)}, computed {string.Join(", ", parts)}");
        Book(allocated.Account, period, bill, parts, amount);
    }

    private (ulong[] Parts, ulong Amount) Divide(Hash32 account, ulong[] lines)
    {
        ulong amount = Math.Min(CreditOf(account), lines.Aggregate(0UL, (sum, line) => sum + line));
        return ([.. LargestRemainder.Split(new(amount), [.. lines.Select(line => new Kopecks(line))]).Select(part => part.Value)], amount);
    }

    private void Escrow(SettlementEvent.PaymentEscrowed escrowed, string where)
    {
        Period period = new(escrowed.Period);
        string place = $"account {escrowed.Account}, period {period} ({where})";
        Findings findings = log[AuditRule.Disputes];
        if (!bills.Bills.TryGetValue((escrowed.Account, period), out AuditedBill? bill))
        {
            findings.That(false, () => $"{place}: there is no such bill");
            return;
        }
        findings.Equal(null, OldestUnpaid(escrowed.Account, Undisputed), () => $"{place}, bill with undisputed lines unpaid");
        findings.Equal(period, OldestUnpaid(escrowed.Account, Disputed), () => $"{place}, oldest bill with disputed lines");
        (ulong[] parts, ulong amount) = Divide(escrowed.Account, Disputed(escrowed.Account, period, bill));
        findings.That(
            parts.SequenceEqual(escrowed.Amounts),
            () => $"{place}: held as {string.Join(", ", escrowed.Amounts)}, computed {string.Join(", ", parts)}");
        ulong[] paid = PaidOf(escrowed.Account, period);
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] != 0)
            {
                paid[i] += parts[i];
                AuditedDispute dispute = Disputes[(escrowed.Account, period, i)];
                Disputes[(escrowed.Account, period, i)] = dispute with { Escrow = dispute.Escrow + parts[i] };
            }
        }
        Paid[(escrowed.Account, period)] = paid;
        Credits[escrowed.Account] = CreditOf(escrowed.Account) - amount;
    }

    private void Open(SettlementEvent.DisputeOpened opened, string where)
    {
        (Hash32 Account, Period Period, int Service) key = (opened.Account, new(opened.Period), (int)opened.Service);
        bool isBilled = bills.Bills.TryGetValue((key.Account, key.Period), out AuditedBill? bill);
        log[AuditRule.Disputes].That(
            isBilled && !Disputes.ContainsKey(key) && opened.Amount != 0
                && opened.Amount <= Undisputed(key.Account, key.Period, bill!)[key.Service],
            () => $"account {key.Account}, period {key.Period} ({where}): disputed twice, or more than is outstanding");
        Disputes[key] = new(opened.Amount, 0, 0, opened.Deadline, SettlementContract.DisputeState.Open);
    }

    private void Concede(SettlementEvent.DisputeConceded told, string where)
    {
        (Hash32 Account, Period Period, int Service) key = (told.Account, new(told.Period), (int)told.Service);
        if (FindOpen(key, where) is not { } dispute)
        {
            return;
        }
        ulong remaining = dispute.Amount - told.Amount;
        ulong released = dispute.Escrow - Math.Min(dispute.Escrow, remaining);
        log[AuditRule.Disputes].That(
            told.Released == released && remaining == 0 == (told.State != SettlementContract.DisputeState.Open),
            () => $"account {key.Account}, period {key.Period} ({where}): {told.Released} released, computed {released}");
        Disputes[key] = new(
            remaining, dispute.Escrow - released, dispute.Conceded + told.Amount, dispute.Deadline, told.State);
        PaidOf(key.Account, key.Period)[key.Service] -= released;
        Credits[key.Account] = CreditOf(key.Account) + released;
    }

    private void Close(SettlementEvent.DisputeClosed told, string where)
    {
        (Hash32 Account, Period Period, int Service) key = (told.Account, new(told.Period), (int)told.Service);
        if (FindOpen(key, where) is not { } dispute)
        {
            return;
        }
        log[AuditRule.Disputes].Equal(
            told.Paid, dispute.Escrow, () => $"account {key.Account}, period {key.Period} ({where}), escrow paid to the provider");
        Disputes[key] = new(0, 0, dispute.Conceded, dispute.Deadline, told.State);
        ushort provider = bills.Bills[(key.Account, key.Period)].Providers[key.Service];
        Balances[provider] = Balances.GetValueOrDefault(provider) + dispute.Escrow;
    }

    private AuditedDispute? FindOpen((Hash32 Account, Period Period, int Service) key, string where)
    {
        bool isOpen = Disputes.TryGetValue(key, out AuditedDispute? dispute) && dispute.State == SettlementContract.DisputeState.Open;
        log[AuditRule.Disputes].That(isOpen, () => $"account {key.Account}, period {key.Period} ({where}): there is no open dispute");
        return isOpen ? dispute : null;
    }

    private void Refund(SettlementEvent.Refunded refunded, string where)
    {
        ulong credit = CreditOf(refunded.Account);
        log[AuditRule.Conservation].That(
            refunded.Amount <= credit, () => $"{where}: account {refunded.Account} took {refunded.Amount} back of {credit}");
        Credits[refunded.Account] = credit - Math.Min(credit, refunded.Amount);
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

    private void Net(SettlementEvent.ObligationNetted netted, string where)
    {
        log[AuditRule.Netting].That(_netted.Add(netted.Obligation), () => $"{where}: obligation {netted.Obligation} was netted twice");
        _round.Add(new(netted.Debtor, netted.Creditor, new(netted.Amount)));
    }

    private void Settle(SettlementEvent.RoundNetted round, string where)
    {
        IReadOnlyDictionary<ushort, NetPosition> positions = NettingRound.Of(_round).Positions;
        _round.Clear();
        log[AuditRule.Netting].That(
            round.Providers.Zip(round.Nets).OrderBy(told => told.First)
                .SequenceEqual(positions.Select(position => (position.Key, (BigInteger)NetOf(position.Value)))),
            () => $"{where}: round {round.Round} moved {string.Join(", ", round.Nets)}, computed {string.Join(", ", positions)}");
        foreach ((ushort provider, NetPosition position) in positions)
        {
            // A debtor's balance is used first; what it lacks comes from its payee's tokens, whose transfer is in the log as well.
            Int128 left = (Int128)Balances.GetValueOrDefault(provider) + NetOf(position);
            Balances[provider] = (ulong)Int128.Max(left, 0);
        }
    }

    private static Int128 NetOf(NetPosition position) => (Int128)position.Gets.Value - position.Pays.Value;

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

    private Period? OldestUnpaid(Hash32 account, Func<Hash32, Period, AuditedBill, ulong[]> outstanding)
    {
        if (!registry.Accounts.TryGetValue(account, out MeterRegistryContract.Account? details))
        {
            return null;
        }
        for (Period period = new(details.FirstPeriod); bills.Bills.TryGetValue((account, period), out AuditedBill? bill); period = period.Next)
        {
            if (outstanding(account, period, bill).Any(amount => amount != 0))
            {
                return period;
            }
        }
        return null;
    }

    /// <summary>What is outstanding of a bill and nobody disputes.</summary>
    private ulong[] Undisputed(Hash32 account, Period period, AuditedBill bill)
    {
        ulong[] paid = PaidOf(account, period);
        return
        [
            .. bill.Amounts.Select((amount, service) =>
            {
                AuditedDispute? dispute = Disputes.GetValueOrDefault((account, period, service));
                ulong settled = paid[service] + (dispute is null ? 0 : dispute.Amount - dispute.Escrow + dispute.Conceded);
                return amount - Math.Min(amount, settled);
            }),
        ];
    }

    /// <summary>What is disputed of a bill and not in escrow.</summary>
    private ulong[] Disputed(Hash32 account, Period period, AuditedBill bill) =>
    [
        .. bill.Amounts.Select((_, service) =>
            Disputes.GetValueOrDefault((account, period, service)) is { } dispute ? dispute.Amount - dispute.Escrow : 0),
    ];

    private ulong[] PaidOf(Hash32 account, Period period) => Paid.GetValueOrDefault((account, period)) ?? new ulong[5];

    private ulong CreditOf(Hash32 account) => Credits.GetValueOrDefault(account);
}

/// <summary>A line's dispute as it was replayed.</summary>
/// <param name="Amount">What is disputed still, kopecks.</param>
/// <param name="Escrow">Of that, what is held.</param>
/// <param name="Conceded">By how much the line was reduced.</param>
/// <param name="Deadline">Until when the provider may reject, Unix seconds.</param>
/// <param name="State">How it stands.</param>
internal sealed record AuditedDispute(ulong Amount, ulong Escrow, ulong Conceded, ulong Deadline, SettlementContract.DisputeState State);
