using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>A bill as it was issued.</summary>
/// <param name="Providers">Whose money each service is, by the tariff of the period.</param>
/// <param name="Amounts">What each service costs, kopecks.</param>
/// <param name="Total">Sum of the amounts.</param>
/// <param name="DueOn">The due day, days since 1970.</param>
internal sealed record AuditedBill(IReadOnlyList<ushort> Providers, IReadOnlyList<ulong> Amounts, ulong Total, uint DueOn);

/// <summary>
/// Recomputes each bill line by line from what was fixed before it, and each recalculation from what is known at its place in the
/// log; keeps what waits for the next bill.
/// </summary>
internal sealed class BillAudit(
    CityCalendar calendar, Accounts accounts, Tariffs tariffs, AuditedCharges charges, PenaltyAudit penalties, AuditLog log)
{
    private static readonly BilledService[] s_principals =
        [BilledService.Electricity, BilledService.CommonNeeds, BilledService.Heating];

    private readonly Dictionary<Hash32, Period> _next = [];
    private readonly Dictionary<Hash32, IReadOnlyList<Recalculation>> _waiting = [];
    private readonly Dictionary<(Hash32 Account, Period Period), Dictionary<BilledService, SignedKopecks>> _charged = [];

    /// <summary>Bills by account and period.</summary>
    public Dictionary<(Hash32 Account, Period Period), AuditedBill> Bills { get; } = [];

    /// <summary>The next period of an account that is to be billed.</summary>
    public Period NextPeriodOf(AuditedAccount account) => _next.GetValueOrDefault(account.Id, account.FirstPeriod);

    /// <summary>What waits for the next bill of an account, in order.</summary>
    public IReadOnlyList<Recalculation> WaitingOf(Hash32 account) => _waiting.GetValueOrDefault(account) ?? [];

    /// <summary>What was charged for a period so far by principal service, kopecks; <c>null</c> if it could not be computed.</summary>
    public IReadOnlyList<ulong>? FindCharged(Hash32 account, Period period) =>
        _charged.TryGetValue((account, period), out Dictionary<BilledService, SignedKopecks>? charged)
            ? [.. s_principals.Select(service => (ulong)charged.GetValueOrDefault(service).Value)]
            : null;

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case BillingEvent.BillIssued issued:
                Issue(issued, entry, $"account {issued.Account}, period {new Period(issued.Period)} ({entry.Where})");
                break;
            case BillingEvent.Recalculated recalculated:
                Recalculate(recalculated, $"account {recalculated.Account}, period {new Period(recalculated.Period)} ({entry.Where})");
                break;
        }
    }

    private void Issue(BillingEvent.BillIssued issued, Entry<ContractEvent> entry, string place)
    {
        Period period = new(issued.Period);
        Findings findings = log[AuditRule.Bills];
        if (!accounts.ById.TryGetValue(issued.Account, out AuditedAccount? account) || tariffs.Find(period) is not { } tariff)
        {
            findings.That(false, () => $"{place}: the account or the tariff is unknown");
            return;
        }
        findings.Equal(period, NextPeriodOf(account), () => $"{place}, order");
        findings.That(
            account.LastPeriod is not { } last || period <= last, () => $"{place}: the account's last period was {account.LastPeriod}");
        findings.That(
            entry.Hour >= calendar.FirstHourOf(period.Next), () => $"{place}: the period was not over, the block is of {entry.Hour}");
        _next[account.Id] = period.Next;
        if (ReadLines(issued, place) is not { } lines)
        {
            return;
        }
        Remember(issued, lines, tariff);

        AccountBillInput input = charges.InputOf(account, period) with
        {
            Waiting = WaitingOf(account.Id),
            Penalties = penalties.BilledTo(account.Id),
        };
        AccountBill computed = AccountBill.Of(input);
        CompareLines(lines, computed.Lines, place);
        findings.Equal(
            (issued.Total, issued.Vat, issued.DueOn), (computed.Total.Value, computed.Vat.Value, Tariffs.DayNumber(computed.DueOn)),
            () => $"{place}, total, VAT and due day");
        _waiting[account.Id] = InOrder(input.Waiting, computed.Left);
        _charged[(account.Id, period)] = AccountBill.NetCharges(input)
            .ToDictionary(service => service.Key, service => SignedKopecks.Of(service.Value));
    }

    private BilledLine[]? ReadLines(BillingEvent.BillIssued issued, string place)
    {
        try
        {
            return [.. issued.Lines.Select(PackedLine.Unpack)];
        }
        catch (FormatException exception)
        {
            log[AuditRule.Bills].That(false, () => $"{place}: {exception.Message}");
            return null;
        }
    }

    private void CompareLines(IReadOnlyList<BilledLine> found, IReadOnlyList<BilledLine> computed, string place)
    {
        Findings findings = log[AuditRule.Bills];
        findings.Equal(found.Count, computed.Count, () => $"{place}, number of lines");
        for (int i = 0; i < Math.Min(found.Count, computed.Count); i++)
        {
            int number = i + 1;
            findings.Equal(found[i], computed[i], () => $"{place}, line {number}");
        }
    }

    private void Remember(BillingEvent.BillIssued issued, IEnumerable<BilledLine> lines, Tariff tariff)
    {
        BilledService[] services = Enum.GetValues<BilledService>();
        long[] amounts = new long[services.Length];
        foreach (BilledLine line in lines)
        {
            amounts[(int)line.Service] += line.Amount.Value;
        }
        Bills[(issued.Account, new(issued.Period))] = new(
            [.. services.Select(tariff.ProviderOf)], [.. amounts.Select(amount => (ulong)amount)], issued.Total, issued.DueOn);
    }

    /// <summary>
    /// What a bill left of the recalculations, in the order in which they waited: of each service the last ones below 0, the first of
    /// them perhaps in part.
    /// </summary>
    private static IReadOnlyList<Recalculation> InOrder(IReadOnlyList<Recalculation> waiting, IReadOnlyList<Recalculation> left)
    {
        List<Recalculation> inOrder = [];
        Dictionary<BilledService, Queue<Recalculation>> rest = left.GroupBy(entry => entry.Service)
            .ToDictionary(service => service.Key, service => new Queue<Recalculation>(service));
        for (int i = 0; i < waiting.Count; i++)
        {
            int after = waiting.Skip(i).Count(entry => entry.Service == waiting[i].Service && entry.Amount.Value < 0);
            if (waiting[i].Amount.Value < 0 && rest.TryGetValue(waiting[i].Service, out Queue<Recalculation>? queue) && queue.Count == after)
            {
                inOrder.Add(queue.Dequeue());
            }
        }
        return inOrder;
    }

    private void Recalculate(BillingEvent.Recalculated recalculated, string place)
    {
        Period period = new(recalculated.Period);
        Findings findings = log[AuditRule.Recalculations];
        if (!accounts.ById.TryGetValue(recalculated.Account, out AuditedAccount? account)
            || !_charged.TryGetValue((recalculated.Account, period), out Dictionary<BilledService, SignedKopecks>? charged))
        {
            findings.That(false, () => $"{place}: it was never billed");
            return;
        }
        IReadOnlyList<Recalculation> differences =
            Recalculations.Of(period, AccountBill.NetCharges(charges.InputOf(account, period)), charged);
        long[] byService = new long[s_principals.Length];
        foreach (Recalculation difference in differences)
        {
            byService[(int)difference.Service] = difference.Amount.Value;
            charged[difference.Service] = charged.GetValueOrDefault(difference.Service) + difference.Amount;
        }
        findings.That(
            differences.Count != 0 && recalculated.Differences.SequenceEqual(byService),
            () => $"{place}: found {string.Join(", ", recalculated.Differences)}, computed {string.Join(", ", byService)}");
        _waiting[account.Id] = [.. WaitingOf(account.Id), .. differences];
    }
}
