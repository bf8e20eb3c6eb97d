using System.Numerics;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.IntegrationTests.Reference;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.IntegrationTests.Play;

/// <summary>
/// All that can be asked of a city, as names and values: of the reference and of the contracts, so that they can be compared. Amounts are
/// whole units.
/// </summary>
internal static class CityFacts
{
    private const int Services = 6;
    private const int Providers = 3;

    /// <summary>What differs, fact by fact; empty when nothing does.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(
        CityPlayer player, ReferenceLedger ledger, CancellationToken cancellationToken)
    {
        List<(string Name, string Value, ContractQuery<string> Query)> facts = [.. Of(player.Commands, ledger)];
        IReadOnlyList<string> answers = await player.Node.Api.CallManyAsync(
            [.. facts.Select(fact => fact.Query)], BlockParameter.Latest, cancellationToken);
        List<string> differences = [.. facts.Zip(answers).Where(pair => pair.First.Value != pair.Second)
            .Select(pair => $"{pair.First.Name}: {pair.First.Value} by the reference, {pair.Second} by the contracts")];
        List<string> expected = [.. ledger.Bills.Values.SelectMany(TextOf)];
        List<string> actual = [.. (await BillsAsync(player, cancellationToken)).SelectMany(TextOf)];
        differences.AddRange(expected.Except(actual).Select(line => $"only by the reference: {line}"));
        differences.AddRange(actual.Except(expected).Select(line => $"only by the contracts: {line}"));
        if (expected.Count != actual.Count)
        {
            differences.Add($"{expected.Count} lines of bills by the reference, {actual.Count} by the contracts");
        }
        return differences;
    }

    /// <summary>The bills that were issued, from the logs.</summary>
    public static async Task<IReadOnlyList<BillingEvent.BillIssued>> BillsAsync(CityPlayer player, CancellationToken cancellationToken)
    {
        LogFilter filter = new([player.City.Billing.Address], [[BillingEvent.BillIssued.Topic]], 0, ulong.MaxValue);
        IReadOnlyList<EthLog> logs = await player.Node.Api.GetLogsAsync(filter, cancellationToken);
        return [.. logs.Select(log => BillingEvent.BillIssued.TryDecode(log)!)];
    }

    private static IEnumerable<(string Name, string Value, ContractQuery<string> Query)> Of(CityCommands commands, ReferenceLedger ledger) =>
    [
        .. ledger.Readings.Groups.SelectMany(group => OfReadings(commands, ledger, group)),
        .. ledger.Readings.Groups.SelectMany(group => Periods(ledger, group).SelectMany(period => OfPeriod(commands, ledger, group, period))),
        .. ledger.Accounts.All.SelectMany(account => OfAccount(commands.City, ledger, account.Account)),
        .. ledger.Bills.Values.SelectMany(bill => OfBill(commands.City, ledger, bill)),
        .. Enumerable.Range(1, Providers).SelectMany(provider => OfProvider(commands.City, ledger.Money, provider)),
        Fact("credits of all", ledger.Money.TotalCredits, commands.City.Settlement.TotalCredits(), Text),
        Fact("balances of all", ledger.Money.TotalBalances, commands.City.Settlement.TotalProviderBalances(), Text),
        Fact("escrow", ledger.Money.TotalEscrow, commands.City.Settlement.TotalEscrow(), Text),
        Fact("held", ledger.Money.Held, commands.City.SettlementRouble.BalanceOf(commands.City.Settlement.Address), Text),
    ];

    private static IEnumerable<(string Name, string Value, ContractQuery<string> Query)> OfReadings(
        CityCommands commands, ReferenceLedger ledger, AddGroup group)
    {
        uint number = commands.NumberOf(group.Group);
        ReadingLedgerContract contract = commands.City.ReadingLedger;
        for (int channel = 0; channel < ledger.Readings.ChannelsOf(group.Group); channel++)
        {
            string name = $"{group.Energy} {channel}";
            yield return Fact($"register of {name}", Text(ledger.Readings.RegistersOf(group.Group, channel)),
                contract.RegistersOf(number, (ushort)channel), Text);
            foreach (int period in Periods(ledger, group))
            {
                yield return Fact($"consumption of {name} in {period}", Text(ledger.Readings.ConsumptionOf(group.Group, channel, period)),
                    contract.ConsumptionOf(number, (ushort)channel, (ushort)period), Text);
                yield return Fact($"hours without a value of {name} in {period}", Text(ledger.Readings.ExceptionsOf(group.Group, channel, period)),
                    contract.ExceptionsOf(number, (ushort)channel, (ushort)period), hours => Text((hours.Missing, hours.Estimated)));
            }
        }
        yield return Fact($"hour that {group.Energy} waits for", $"{ledger.Readings.NextHourOf(group.Segment)}",
            contract.HeadOf(commands.SegmentOf(group.Group)), head => $"{head.NextHour}");
        yield return Fact($"drift of {group.Energy}", Drift(ledger.Readings, group), contract.DriftOf(number), Text);
    }

    private static IEnumerable<(string Name, string Value, ContractQuery<string> Query)> OfPeriod(
        CityCommands commands, ReferenceLedger ledger, AddGroup group, int period)
    {
        uint number = commands.NumberOf(group.Group);
        VolumeBookContract contract = commands.City.VolumeBook;
        string name = $"{group.Energy} in {period}";
        for (int channel = ReadingBook.ParentChannels(group.Energy); channel < ledger.Readings.ChannelsOf(group.Group); channel++)
        {
            Volume volume = ledger.Volumes.Of(group.Group, channel, period)!;
            yield return Fact(
                $"volume of channel {channel} of {name}", $"{Text(volume.ByZone)} M{(int)volume.Method} {volume.GapHours} {volume.Run}",
                contract.VolumeOf(number, (ushort)channel, (ushort)period),
                one => $"{Text(one.ByZone)} M{(int)one.Method} {one.GapHours} {one.Run}");
        }
        (BigInteger[] parent, Method method) = ledger.Volumes.ParentOf(group.Group, period);
        (BigInteger[] charged, BigInteger[] carry) = ledger.Volumes.CommonNeedsOf(group.Group, period);
        bool isHeat = group.Energy == Energy.Heat;
        yield return Fact($"house of {name}", $"{Text(isHeat ? parent : charged)} M{(int)method}",
            contract.HouseOf(number, (ushort)period), house => $"{Text(house.Shared)} M{(int)house.Method}");
        if (!isHeat)
        {
            yield return Fact($"carry of {name}", Text(carry), contract.CarryOf(number, (ushort)period), Text);
        }
        (BigInteger excess, BigInteger degrees, BigInteger electricity) = ledger.ReductionOf(group.Group, period);
        yield return Fact($"hours of reduction of {name}", $"{excess} {degrees} {electricity}",
            commands.City.IncidentLog.ReductionHoursOf(number, (ushort)period),
            hours => $"{hours.HeatExcess} {hours.HeatDegrees} {hours.ElectricityExcess}");
    }

    private static IEnumerable<(string Name, string Value, ContractQuery<string> Query)> OfAccount(
        PlayCity city, ReferenceLedger ledger, int account)
    {
        Hash32 id = CityCommands.AccountId(account);
        yield return Fact($"credit of {account}", ledger.Money.CreditOf(account), city.Settlement.CreditOf(id), Text);
        yield return Fact($"debt of {account}", ledger.Money.DebtOf(account), city.Settlement.DebtOf(id), Text);
        yield return Fact(
            $"penalty of {account}", Text(Enumerable.Range(0, 3).Select(service => ledger.Money.PendingPenaltyOf(account, service))),
            city.Settlement.PendingPenaltyOf(id), Text);
        yield return Fact(
            $"waiting for {account}", ledger.WaitingTextOf(account), city.Billing.WaitingOf(id),
            waiting => string.Join(' ', waiting.Select(one => $"{one.Period}/{(int)one.Service}:{one.Amount}")));
    }

    private static IEnumerable<(string Name, string Value, ContractQuery<string> Query)> OfBill(
        PlayCity city, ReferenceLedger ledger, Bill bill)
    {
        Hash32 id = CityCommands.AccountId(bill.Account);
        string name = $"account {bill.Account} in {bill.Period}";
        yield return Fact($"bill of {name}", $"{Text(bill.Amounts)} {bill.Total} {bill.DueOn}",
            city.Billing.BillOf(id, (ushort)bill.Period), one => $"{Text(one.Amounts)} {one.Total} {one.DueOn}");
        yield return Fact($"charged to {name}", Text(ledger.ChargedOf(bill.Account, bill.Period)),
            city.Billing.ChargedOf(id, (ushort)bill.Period), Text);
        Owed[] lines = [.. Enumerable.Range(0, Services).Select(service => ledger.Money.LineOf(bill.Account, bill.Period, service))];
        yield return Fact($"paid by {name}", Text(lines.Select(line => line.Paid)), city.Settlement.PaidOf(id, (ushort)bill.Period), Text);
        foreach (Owed line in lines)
        {
            yield return Fact($"dispute of {name}, service {line.Service}", Text(line),
                city.Settlement.DisputeOf(id, (ushort)bill.Period, (BillingContract.Service)line.Service),
                one => $"{one.State} {one.Amount} {one.Escrow} {one.Conceded} {one.Deadline}");
        }
    }

    private static IEnumerable<(string Name, string Value, ContractQuery<string> Query)> OfProvider(
        PlayCity city, Money money, int provider)
    {
        yield return Fact($"balance of {provider}", money.BalanceOf(provider), city.Settlement.BalanceOf((ushort)provider), Text);
        yield return Fact($"purse of {provider}", money.WalletOf(provider),
            city.SettlementRouble.BalanceOf(PlayKeys.Payee(provider).Address), Text);
    }

    /// <summary>Periods of a group that are over.</summary>
    private static IEnumerable<int> Periods(ReferenceLedger ledger, AddGroup group)
    {
        int first = ledger.Readings.Time.PeriodOf(group.FirstHour);
        return Enumerable.Range(first, ledger.Readings.Time.PeriodOf(ledger.Readings.NextHourOf(group.Segment)) - first);
    }

    private static string Drift(ReadingBook readings, AddGroup group)
    {
        int parents = ReadingBook.ParentChannels(group.Energy);
        BigInteger[] drift = new BigInteger[3];
        for (int channel = 0; channel < readings.ChannelsOf(group.Group); channel++)
        {
            BigInteger sum = readings.RegistersOf(group.Group, channel).Aggregate(BigInteger.Zero, (all, zone) => all + zone);
            drift[(channel < parents ? channel : channel - parents) % parents] += channel < parents ? sum : -sum;
        }
        return Text(drift);
    }

    private static IEnumerable<string> TextOf(Bill bill) =>
    [
        $"bill {bill.Account}/{bill.Period}: total {bill.Total}, VAT {bill.Vat}, due {bill.DueOn}",
        .. bill.Lines.Select((line, i) => $"bill {bill.Account}/{bill.Period}, line {i}: service {line.Service} {line.Kind} zone {line.Zone} "
            + $"band {line.Band} M{(int)line.Method} of {line.Period}, provider {line.Provider}, {line.Quantity} x {line.Price} = {line.Amount}"),
    ];

    private static IEnumerable<string> TextOf(BillingEvent.BillIssued bill)
    {
        int account = CityCommands.AccountOf(bill.Account);
        return
        [
            $"bill {account}/{bill.Period}: total {bill.Total}, VAT {bill.Vat}, due {bill.DueOn}",
            .. bill.Lines.Select(PackedLine.Unpack).Select((line, i) => $"bill {account}/{bill.Period}, line {i}: service {(int)line.Service} "
                + $"{line.Kind} zone {(int)line.Zone} band {line.Band} M{(int)line.Method} of {line.Period.Value}, provider {line.Provider}, "
                + $"{line.Quantity} x {line.Price} = {line.Amount.Value}"),
        ];
    }

    private static string Text(Owed line) => line.Dispute is not { } dispute
        ? $"{SettlementContract.DisputeState.None} 0 0 0 0"
        : $"{dispute.Status} {dispute.Amount} {dispute.Escrow} {line.Conceded} {dispute.Deadline}";

    private static string Text<T>(IEnumerable<T> values) => string.Join(' ', values);

    private static string Text((int Missing, int Estimated) hours) => $"{hours.Missing} {hours.Estimated}";

    private static string Text(BigInteger value) => $"{value}";

    private static string Text(ulong value) => $"{value}";

    private static (string Name, string Value, ContractQuery<string> Query) Fact<T>(
        string name, object value, ContractQuery<T> query, Func<T, string> text) =>
        (name, $"{value}", new(query.To, query.Function, query.Data, answer => text(query.Read(answer))));
}
