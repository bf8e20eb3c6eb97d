using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>A bill as it was issued.</summary>
internal sealed record AuditedBill(ushort[] Providers, ulong[] Amounts, ulong Total, uint DueOn);

/// <summary>Recomputes tariffs in force, common needs and bills from the registers that were replayed.</summary>
internal sealed class BillAudit(Registry registry, RegisterBook registers, AuditLog log)
{
    private const int Services = 5;

    private readonly List<TariffBookContract.Tariff> _tariffs = [];
    private readonly Dictionary<uint, (Period Period, CommonNeedsCarry Carry)> _carries = [];
    private readonly Dictionary<(uint Group, Period Period), CommonNeeds> _commonNeeds = [];
    private readonly Dictionary<Hash32, Period> _nextPeriod = [];

    /// <summary>Bills by account and period.</summary>
    public Dictionary<(Hash32 Account, Period Period), AuditedBill> Bills { get; } = [];

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case TariffBookEvent.TariffPublished published:
                log[AuditRule.Tariffs].That(
                    _tariffs.Count == 0 || published.Tariff.FromPeriod > _tariffs[^1].FromPeriod,
                    () => $"{entry.Where}: the tariff of {new Period(published.Tariff.FromPeriod)} is not after the one before it");
                _tariffs.Add(published.Tariff);
                break;
            case BillingEvent.CommonNeedsFixed fixedNeeds:
                FixCommonNeeds(fixedNeeds, entry.Where);
                break;
            case BillingEvent.BillIssued issued:
                Issue(issued, entry.Where);
                break;
        }
    }

    private void FixCommonNeeds(BillingEvent.CommonNeedsFixed found, string where)
    {
        Period period = new(found.Period);
        string place = $"group {found.Group}, period {period} ({where})";
        Findings findings = log[AuditRule.CommonNeeds];
        if (!registry.Groups.TryGetValue(found.Group, out AuditedGroup? group) || !registers.IsOver(group.Segment, period))
        {
            findings.That(false, () => $"{place}: the group is unknown or the period not over");
            return;
        }
        bool isFirst = !_carries.TryGetValue(found.Group, out (Period Period, CommonNeedsCarry Carry) before);
        findings.That(isFirst || period == before.Period.Next, () => $"{place}: the period before it was {before.Period}");
        int phases = group.Balance.Phases;
        CommonNeeds computed = group.Kind == EnergyKind.Electricity
            ? CommonNeeds.Of(
                before.Carry,
                registers.Consumption(found.Group, Enumerable.Range(0, phases), period),
                registers.Consumption(found.Group, Enumerable.Range(phases, group.Balance.Channels - phases), period))
            : new(registers.Consumption(found.Group, 0, period).Peak, Quantity.Zero, default);
        findings.Equal(
            (found.Day, found.Night, found.CarriedDay, found.CarriedNight),
            (computed.Day.Value, computed.Night.Value, computed.Carry.Day, computed.Carry.Night),
            () => place);
        _carries[found.Group] = (period, computed.Carry);
        _commonNeeds[(found.Group, period)] = computed;
    }

    private void Issue(BillingEvent.BillIssued issued, string where)
    {
        Period period = new(issued.Period);
        string place = $"account {issued.Account}, period {period} ({where})";
        Findings findings = log[AuditRule.Bills];
        if (!registry.Accounts.TryGetValue(issued.Account, out MeterRegistryContract.Account? account)
            || _tariffs.LastOrDefault(tariff => tariff.FromPeriod <= issued.Period) is not { } tariff)
        {
            findings.That(false, () => $"{place}: the account or the tariff is unknown");
            return;
        }
        findings.Equal(period, _nextPeriod.GetValueOrDefault(issued.Account, new(account.FirstPeriod)), () => $"{place}, order");
        _nextPeriod[issued.Account] = period.Next;

        Bill computed = BillCalculator.Compute(
            period, PlanOf(tariff), ElectricityOf(issued.Account, account, period), HeatOf(issued.Account, account, period));
        CompareLines(issued, computed, place);
        findings.Equal(issued.Total, computed.Total.Value, () => $"{place}, total");
        findings.Equal(issued.Vat, computed.Vat.Value, () => $"{place}, VAT");
        findings.Equal(issued.DueOn, computed.DueOn.DayNumber - s_epochDay, () => $"{place}, due date");
        findings.Equal(
            (int)issued.UnmeasuredHours,
            account.ElectricityGroup == 0 ? 0 : registers.Unmeasured(account.ElectricityGroup, account.ElectricityChannel, period),
            () => $"{place}, hours not measured");
        Remember(issued, period);
    }

    private void CompareLines(BillingEvent.BillIssued issued, Bill computed, string place)
    {
        Findings findings = log[AuditRule.Bills];
        findings.Equal(issued.Lines.Count, computed.Lines.Count, () => $"{place}, number of lines");
        foreach ((BillingContract.Line found, BillLine line) in issued.Lines.Zip(computed.Lines))
        {
            findings.Equal(
                ((int)found.Service, found.Provider, found.Quantity, found.Price, found.Amount),
                ((int)line.Service, line.Provider, line.Quantity.Value, line.Price.Value, line.Amount.Value),
                () => $"{place}, line {line.Service}");
        }
    }

    private void Remember(BillingEvent.BillIssued issued, Period period)
    {
        ulong[] amounts = new ulong[Services];
        ushort[] providers = new ushort[Services];
        foreach (BillingContract.Line line in issued.Lines.Where(line => (int)line.Service < Services))
        {
            amounts[(int)line.Service] = line.Amount;
            providers[(int)line.Service] = line.Provider;
        }
        Bills[(issued.Account, period)] = new(providers, amounts, issued.Total, issued.DueOn);
    }

    private ElectricityUse? ElectricityOf(Hash32 id, MeterRegistryContract.Account account, Period period) => account.ElectricityGroup == 0
        ? null
        : new(
            registers.Consumption(account.ElectricityGroup, account.ElectricityChannel, period),
            _commonNeeds.GetValueOrDefault((account.ElectricityGroup, period)),
            ShareOf(id, account.ElectricityGroup));

    private HeatUse? HeatOf(Hash32 id, MeterRegistryContract.Account account, Period period) => account.HeatGroup == 0
        ? null
        : new(registers.Consumption(account.HeatGroup, 0, period).Peak, ShareOf(id, account.HeatGroup));

    /// <summary>The account's place, computed from the order of opening, not taken from the account's record.</summary>
    private AreaShare ShareOf(Hash32 id, uint group)
    {
        uint before = 0;
        uint own = 0;
        uint total = 0;
        foreach ((Hash32 account, SquareDecimetres area) in registry.Groups[group].Areas)
        {
            if (account == id)
            {
                (before, own) = (total, area.Value);
            }
            total += area.Value;
        }
        return new(new(before), new(own), new(total));
    }

    private static TariffPlan PlanOf(TariffBookContract.Tariff tariff) => new(
        new(tariff.FromPeriod), tariff.DayPrice, tariff.NightPrice, tariff.HeatPrice, tariff.VatRate, tariff.DueDay,
        tariff.ElectricityProvider, tariff.CommonNeedsProvider, tariff.HeatProvider);

    private static readonly long s_epochDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
}
