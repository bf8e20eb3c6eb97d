using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>A line's dispute as it was replayed.</summary>
/// <param name="Amount">What is disputed still, kopecks.</param>
/// <param name="Escrow">Of that, what is held.</param>
/// <param name="Conceded">By how much the line was reduced.</param>
/// <param name="Deadline">Until when the provider may reject, Unix seconds.</param>
/// <param name="State">How it stands.</param>
internal sealed record AuditedDispute(ulong Amount, ulong Escrow, ulong Conceded, ulong Deadline, SettlementContract.DisputeState State);

/// <summary>Which line of which bill.</summary>
internal readonly record struct LineKey(Hash32 Account, Period Period, int Service)
{
    /// <summary>The line, for a finding.</summary>
    public override string ToString() => $"account {Account}, period {Period}, line {(BilledService)Service}";
}

/// <summary>What is paid, held, owed to providers and left over, up to a point of the history.</summary>
internal sealed class MoneyBook(Accounts accounts, BillAudit bills)
{
    private const int Services = 6;

    private readonly Dictionary<(Hash32 Account, Period Period), ulong[]> _paid = [];
    private readonly Dictionary<Hash32, ulong> _credits = [];
    private readonly HashSet<Hash32> _creditsChanged = [];

    /// <summary>What providers may withdraw, kopecks.</summary>
    public Dictionary<ushort, ulong> Balances { get; } = [];

    /// <summary>Credits of accounts, kopecks.</summary>
    public IReadOnlyDictionary<Hash32, ulong> Credits => _credits;

    /// <summary>The disputes of lines.</summary>
    public Dictionary<LineKey, AuditedDispute> Disputes { get; } = [];

    /// <summary>An account's credit.</summary>
    public ulong CreditOf(Hash32 account) => _credits.GetValueOrDefault(account);

    /// <summary>Changes an account's credit.</summary>
    public void SetCredit(Hash32 account, ulong amount)
    {
        _credits[account] = amount;
        _creditsChanged.Add(account);
    }

    /// <summary>The accounts whose credit was changed since this was asked last.</summary>
    public IReadOnlyCollection<Hash32> TakeCreditsChanged()
    {
        Hash32[] changed = [.. _creditsChanged];
        _creditsChanged.Clear();
        return changed;
    }

    /// <summary>What is paid of a bill by service, escrow included; changing it changes the book.</summary>
    public ulong[] PaidOf(Hash32 account, Period period)
    {
        if (!_paid.TryGetValue((account, period), out ulong[]? paid))
        {
            _paid[(account, period)] = paid = new ulong[Services];
        }
        return paid;
    }

    /// <summary>Adds to what a provider may withdraw.</summary>
    public void Give(ushort provider, ulong amount) => Balances[provider] = Balances.GetValueOrDefault(provider) + amount;

    /// <summary>What is outstanding of a bill and nobody disputes, by service.</summary>
    public ulong[] Undisputed(Hash32 account, Period period)
    {
        ulong[] paid = PaidOf(account, period);
        return
        [
            .. bills.Bills[(account, period)].Amounts.Select((amount, service) =>
            {
                AuditedDispute? dispute = Disputes.GetValueOrDefault(new(account, period, service));
                ulong settled = paid[service] + (dispute is null ? 0 : dispute.Amount - dispute.Escrow + dispute.Conceded);
                return amount - Math.Min(amount, settled);
            }),
        ];
    }

    /// <summary>What is disputed of a bill and not in escrow, by service.</summary>
    public ulong[] Disputed(Hash32 account, Period period) =>
    [
        .. Enumerable.Range(0, Services).Select(service =>
            Disputes.GetValueOrDefault(new(account, period, service)) is { } dispute ? dispute.Amount - dispute.Escrow : 0),
    ];

    /// <summary>The oldest bill of an account with something outstanding of a kind.</summary>
    public Period? Oldest(Hash32 account, Func<Hash32, Period, ulong[]> outstanding)
    {
        if (!accounts.ById.TryGetValue(account, out AuditedAccount? details))
        {
            return null;
        }
        for (Period period = details.FirstPeriod; bills.Bills.ContainsKey((account, period)); period = period.Next)
        {
            if (outstanding(account, period).Any(amount => amount != 0))
            {
                return period;
            }
        }
        return null;
    }
}
