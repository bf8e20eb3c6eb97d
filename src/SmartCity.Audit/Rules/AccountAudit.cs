using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>
/// Replays the account book: each account once, on premises of its own, with terms in order; premises that pass on do so at the
/// hour that is waited for, with the registers as they stand.
/// </summary>
internal sealed class AccountAudit(CityCalendar calendar, ReadingAudit readings, AuditLog log)
{
    private const int MaxZones = 3;
    private const int MaxResidents = 1_000;

    /// <summary>The accounts.</summary>
    public Accounts Accounts { get; } = new();

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case AccountBookEvent.AccountOpened opened:
                Open(opened, $"account {opened.Account} ({entry.Where})");
                break;
            case AccountBookEvent.TermsChanged changed:
                Change(changed, $"account {changed.Account} ({entry.Where})");
                break;
            case AccountBookEvent.MovedOut moved:
                MoveOut(moved, $"account {moved.Account} ({entry.Where})");
                break;
            case AccountBookEvent.HolderChanged changed when Find(changed.Account, entry.Where) is { } account:
                account.Holder = changed.Holder;
                break;
        }
    }

    private void Open(AccountBookEvent.AccountOpened opened, string place)
    {
        Findings findings = log[AuditRule.Accounts];
        AccountBookContract.Account details = opened.Details;
        AccountBookContract.Premises premises = details.Premises;
        findings.That(
            !opened.Account.IsZero && !Accounts.ById.ContainsKey(opened.Account), () => $"{place}: the id is not new");
        findings.Equal(
            (details.AreaBeforeInElectricityGroup, details.AreaBeforeInHeatGroup),
            (Accounts.AreaOf(premises.ElectricityGroup).Value, Accounts.AreaOf(premises.HeatGroup).Value),
            () => $"{place}, areas before it");
        findings.That(
            details.LastPeriod == 0 && details.Predecessor.IsZero && details.Successor.IsZero && premises.Area != 0,
            () => $"{place}: it is not of new premises, or of none");
        findings.That(
            IsFree(premises.ElectricityGroup, premises.ElectricityChannel, EnergyKind.Electricity, isNeeded: true)
                && IsFree(premises.HeatGroup, premises.HeatChannel, EnergyKind.Heat, isNeeded: false),
            () => $"{place}: {premises} have a meter of another account, or one that is not there");
        findings.That(
            premises.HeatChannel == 0 || opened.Terms.Heating == AccountBookContract.Heating.House,
            () => $"{place}: a heat meter is read for heating by the house, not {opened.Terms.Heating}");
        CheckTerms(premises, opened.Terms, place);
        Accounts.Add(new(opened.Account, premises, new(details.FirstPeriod), opened.Terms));
    }

    /// <summary>Is a channel a consumer's of a group of the kind, and nobody's?</summary>
    private bool IsFree(uint group, ushort channel, EnergyKind kind, bool isNeeded)
    {
        if (channel == 0)
        {
            return group == 0 || (!isNeeded && IsOfKind(group, kind));
        }
        return IsOfKind(group, kind) && channel >= kind.ParentChannels() && channel < readings.Registry.Groups[group].Channels
            && !Accounts.Consumers.ContainsKey((group, channel));
    }

    private bool IsOfKind(uint group, EnergyKind kind) =>
        readings.Registry.Groups.TryGetValue(group, out AuditedGroup? found) && found.Kind == kind;

    private void CheckTerms(AccountBookContract.Premises premises, AccountBookContract.Terms terms, string place) =>
        log[AuditRule.Accounts].That(
            terms.Zones is >= 1 and <= MaxZones && terms.Residents <= MaxResidents
                && (premises.HeatGroup != 0 || terms.Heating != AccountBookContract.Heating.House),
            () => $"{place}: {terms} do not fit {premises}");

    private void Change(AccountBookEvent.TermsChanged changed, string place)
    {
        if (Find(changed.Account, place) is not { } account)
        {
            return;
        }
        Period from = new(changed.FromPeriod);
        log[AuditRule.Accounts].That(
            account.LastPeriod is null && from >= account.Terms[^1].From,
            () => $"{place}: terms from {from} were given after those from {account.Terms[^1].From}, or after its last period");
        CheckTerms(account.Premises, changed.Terms, place);
        account.SetTerms(from, changed.Terms);
    }

    private void MoveOut(AccountBookEvent.MovedOut moved, string place)
    {
        if (Find(moved.Account, place) is not { } account)
        {
            return;
        }
        Findings findings = log[AuditRule.Accounts];
        AccountBookContract.Premises premises = account.Premises;
        uint group = premises.ElectricityGroup != 0 ? premises.ElectricityGroup : premises.HeatGroup;
        Hour hour = readings.NextHourOf(readings.Registry.Groups[group].Segment);
        Period last = calendar.PeriodOf(new(hour.Value - 1));
        Period first = calendar.PeriodOf(hour);
        ZoneConsumption registers = premises.ElectricityGroup == 0
            ? default
            : readings.Registers.SignedNow(premises.ElectricityGroup, premises.ElectricityChannel);
        findings.That(account.LastPeriod is null, () => $"{place}: the account was closed before");
        findings.That(
            !moved.Successor.IsZero && !Accounts.ById.ContainsKey(moved.Successor), () => $"{place}: the successor's id is not new");
        findings.That(
            last >= account.FirstPeriod && (account.Opening is null || account.Opening.Hour < hour),
            () => $"{place}: the account has not had an hour");
        findings.Equal(
            (moved.Handover.Hour, moved.LastPeriod, Zones(moved.Handover.Registers)), (hour.Value, last.Value, registers),
            () => $"{place}, moment of the handover");

        HandoverMoment moment = new(hour, registers);
        AuditedAccount successor = new(moved.Successor, premises, first, account.TermsIn(first))
        {
            Predecessor = account,
            Opening = moment,
        };
        Accounts.Add(successor);
        account.Close(last, moment, successor);
    }

    private AuditedAccount? Find(Hash32 id, string place)
    {
        bool isKnown = Accounts.ById.TryGetValue(id, out AuditedAccount? account);
        log[AuditRule.Accounts].That(isKnown, () => $"{place}: there is no account {id}");
        return account;
    }

    private static ZoneConsumption Zones(IReadOnlyList<ulong> zones) => new(new(zones[0]), new(zones[1]), new(zones[2]));
}
