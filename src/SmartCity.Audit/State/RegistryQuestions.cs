using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Meters and what was reported of them, accounts, providers and tariffs.</summary>
internal static class RegistryQuestions
{
    public static IEnumerable<Expectation> Of(Replay replay) =>
        [.. Meters(replay), .. AccountsOf(replay), .. Groups(replay), .. TariffsOf(replay)];

    private static IEnumerable<Expectation> Meters(Replay replay)
    {
        MeterRegistryContract registry = replay.History.Contracts.MeterRegistry;
        foreach ((uint number, AuditedSegment segment) in replay.Readings.Registry.Segments)
        {
            yield return Expectation.That(
                registry.SegmentOf(number),
                found => ((int)found.Kind, found.FirstHour, found.Groups)
                    == ((int)segment.Kind, segment.FirstHour.Value, (uint)segment.Groups.Count),
                AuditRule.State,
                $"segment {number}");
        }
        foreach (AuditedGroup group in replay.Readings.Registry.Groups.Values)
        {
            // The channels of a parent have one meter.
            foreach (int channel in Enumerable.Range(group.Phases, group.Channels - group.Phases).Prepend(0))
            {
                MeterLife meters = group.MetersOf(channel);
                string where = $"group {group.Number}, channel {channel}";
                yield return Expectation.OfList(
                    registry.MeterHistory(group.Number, (ushort)channel), meters.Meters, AuditRule.State, $"meters of {where}");
                yield return Expectation.Of(
                    registry.PhaseOf(group.Number, (ushort)channel), (byte)group.PhaseOf(channel), AuditRule.State, $"phase of {where}");
                yield return Expectation.OfList(
                    registry.FaultsOf(group.Number, (ushort)channel), meters.Faults, AuditRule.State, $"faults of {where}");
            }
        }
    }

    private static IEnumerable<Expectation> AccountsOf(Replay replay)
    {
        AccountBookContract book = replay.History.Contracts.AccountBook;
        Accounts accounts = replay.Accounts.Accounts;
        yield return Expectation.Of(book.AccountCount(), accounts.ById.Count, AuditRule.Accounts, "number of accounts");
        foreach (AuditedAccount account in accounts.ById.Values)
        {
            string where = $"account {account.Id}";
            yield return Expectation.Of(book.AccountOf(account.Id), DetailsOf(accounts, account), AuditRule.Accounts, where);
            yield return Expectation.Of(book.HolderOf(account.Id), account.Holder, AuditRule.Accounts, $"{where}, holder");
            yield return Expectation.That(
                book.HandoversOf(account.Id),
                found => IsEqual(found.Opening, account.Opening) && IsEqual(found.Closing, account.Closing),
                AuditRule.Accounts,
                $"{where}, handovers");
            foreach ((Period from, AccountBookContract.Terms terms) in account.Terms)
            {
                yield return Expectation.Of(book.TermsOf(account.Id, from.Value), terms, AuditRule.Accounts, $"{where}, terms from {from}");
            }
        }
    }

    private static AccountBookContract.Account DetailsOf(Accounts accounts, AuditedAccount account) => new(
        account.Premises,
        accounts.AreaBefore(account, account.Premises.ElectricityGroup).Value,
        accounts.AreaBefore(account, account.Premises.HeatGroup).Value,
        account.FirstPeriod.Value,
        account.LastPeriod?.Value ?? 0,
        account.Predecessor?.Id ?? Hash32.Zero,
        account.Successor?.Id ?? Hash32.Zero);

    private static bool IsEqual(AccountBookContract.Handover found, HandoverMoment? moment) =>
        found.Hour == (moment?.Hour.Value ?? 0) && FixedPeriod.ZonesOf(found.Registers) == (moment?.Registers ?? default);

    private static IEnumerable<Expectation> Groups(Replay replay)
    {
        AccountBookContract book = replay.History.Contracts.AccountBook;
        Accounts accounts = replay.Accounts.Accounts;
        foreach ((uint group, SquareDecimetres area) in accounts.Areas)
        {
            yield return Expectation.Of(book.AreaOf(group), area.Value, AuditRule.Accounts, $"area of group {group}");
            yield return Expectation.OfList(
                book.PremisesOf(group), [.. accounts.PremisesOf(group).Select(first => first.Id)], AuditRule.Accounts, $"premises of group {group}");
        }
        foreach (((uint group, int channel), AuditedAccount account) in accounts.Consumers)
        {
            yield return Expectation.Of(
                book.ConsumerAt(group, (ushort)channel), account.Id, AuditRule.Accounts, $"account at group {group}, channel {channel}");
        }
    }

    private static IEnumerable<Expectation> TariffsOf(Replay replay)
    {
        TariffBookContract book = replay.History.Contracts.TariffBook;
        IReadOnlyList<TariffBookContract.Tariff> published = replay.Tariffs.Published;
        yield return Expectation.Of(book.TariffCount(), published.Count, AuditRule.Tariffs, "number of tariffs");
        for (int i = 0; i < published.Count; i++)
        {
            TariffBookContract.Tariff tariff = published[i];
            yield return Expectation.That(
                book.TariffAt(i + 1),
                found => found with { ElectricityPrices = tariff.ElectricityPrices } == tariff
                    && found.ElectricityPrices.SequenceEqual(tariff.ElectricityPrices),
                AuditRule.Tariffs,
                $"tariff {i + 1}");
        }
        foreach ((ushort provider, Address payee) in replay.Tariffs.Payees)
        {
            yield return Expectation.Of(book.PayeeOf(provider), payee, AuditRule.Tariffs, $"payee of provider {provider}");
        }
    }
}
