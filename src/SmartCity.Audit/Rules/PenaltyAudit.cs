using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>
/// Counts penalties day by day on what was outstanding of each bill's principals and nobody disputed, each day at the rate in force,
/// and keeps what has come due until a bill takes it.
/// </summary>
internal sealed class PenaltyAudit(CityCalendar calendar, Tariffs tariffs, AuditLog log)
{
    private const int Principals = 3;

    private static readonly ulong[] s_none = new ulong[Principals];

    private readonly Dictionary<(Hash32 Account, Period Period), (uint Day, PenaltyAccrual[] Lines)> _accruals = [];
    private readonly Dictionary<Hash32, ulong[]> _pending = [];
    private readonly Dictionary<Hash32, ulong[]> _taken = [];

    /// <summary>Penalties of an account that came due and are in no bill, by principal service, kopecks.</summary>
    public IReadOnlyList<ulong> PendingOf(Hash32 account) => _pending.GetValueOrDefault(account, s_none);

    /// <summary>What was taken for the bill that is issued next to an account; it is billed by this.</summary>
    public IReadOnlyDictionary<BilledService, Kopecks> BilledTo(Hash32 account)
    {
        _taken.Remove(account, out ulong[]? taken);
        return (taken ?? s_none).Select((amount, service) => (BilledService.ElectricityPenalty + service, new Kopecks(amount)))
            .ToDictionary(penalty => penalty.Item1, penalty => penalty.Item2);
    }

    /// <summary>
    /// What is outstanding of a bill is about to change: all whole kopecks of penalty up to the day must have been logged before.
    /// </summary>
    public void BeforeChange(Hash32 account, Period period, AuditedBill bill, IReadOnlyList<ulong> undisputed, Entry<ContractEvent> entry)
    {
        ulong[] added = Accrue(account, period, bill, undisputed, DayOf(entry));
        log[AuditRule.Penalties].That(
            added.All(amount => amount == 0),
            () => $"account {account}, period {period} ({entry.Where}): penalties of {string.Join(", ", added)} had come due and are not logged");
    }

    /// <summary>Compares the penalties that were logged of a bill.</summary>
    public void Apply(
        SettlementEvent.PenaltyAccrued told, AuditedBill bill, IReadOnlyList<ulong> undisputed, Entry<ContractEvent> entry)
    {
        Period period = new(told.Period);
        ulong[] added = Accrue(told.Account, period, bill, undisputed, DayOf(entry));
        log[AuditRule.Penalties].That(
            told.Day == DayOf(entry) && told.Amounts.SequenceEqual(added) && added.Any(amount => amount != 0),
            () => $"account {told.Account}, period {period} ({entry.Where}): found {string.Join(", ", told.Amounts)} up to day {told.Day}, "
                + $"computed {string.Join(", ", added)} up to day {DayOf(entry)}");
        _pending[told.Account] = [.. PendingOf(told.Account).Zip(added, (before, more) => before + more)];
    }

    /// <summary>Billing takes all that came due.</summary>
    public void Apply(SettlementEvent.PenaltiesTaken told, string where)
    {
        IReadOnlyList<ulong> pending = PendingOf(told.Account);
        log[AuditRule.Penalties].That(
            told.Amounts.SequenceEqual(pending) && !_taken.ContainsKey(told.Account),
            () => $"account {told.Account} ({where}): {string.Join(", ", told.Amounts)} were taken, {string.Join(", ", pending)} had come due");
        _taken[told.Account] = [.. pending];
        _pending.Remove(told.Account);
    }

    /// <summary>What can be said only at the end: all that was taken is billed.</summary>
    public void Finish()
    {
        foreach ((Hash32 account, ulong[] amounts) in _taken)
        {
            log[AuditRule.Penalties].That(
                false, () => $"account {account}: penalties of {string.Join(", ", amounts)} were taken, but no bill was issued after it");
        }
    }

    private ulong[] Accrue(Hash32 account, Period period, AuditedBill bill, IReadOnlyList<ulong> undisputed, uint today)
    {
        (uint day, PenaltyAccrual[] lines) = _accruals.GetValueOrDefault((account, period), (bill.DueOn, new PenaltyAccrual[Principals]));
        ulong[] added = new ulong[Principals];
        if (today <= day)
        {
            return added;
        }
        PenaltyAccrual[] then = new PenaltyAccrual[Principals];
        for (int i = 0; i < Principals; i++)
        {
            then[i] = new(lines[i].Numerator + tariffs.PenaltyOf(new(undisputed[i]), bill.DueOn, day, today));
            added[i] = (then[i].Whole - lines[i].Whole).Value;
        }
        _accruals[(account, period)] = (today, then);
        return added;
    }

    private uint DayOf(Entry<ContractEvent> entry) => Tariffs.DayNumber(DateOnly.FromDateTime(calendar.ToLocal(entry.Hour.Start).DateTime));
}
