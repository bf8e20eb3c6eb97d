using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.IntegrationTests.Reference;
using SmartCity.IntegrationTests.Scenarios;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using Fault = SmartCity.IntegrationTests.Reference.Fault;
using Heating = SmartCity.IntegrationTests.Reference.Heating;
using Obligation = SmartCity.IntegrationTests.Reference.Obligation;
using Terms = SmartCity.IntegrationTests.Reference.Terms;

namespace SmartCity.IntegrationTests.Play;

/// <summary>One folder of tests/scenarios, played on a node; its README.md tells the format.</summary>
internal sealed class ScenarioPlayer(Scenario scenario, CityPlayer city, CancellationToken cancellationToken)
{
    private const int ElectricityChannels = 3;
    private const int VerificationYears = 10;

    private static readonly string[] Services = ["electricity", "common_needs", "heating"];
    private static readonly string[] Kinds = ["charge", "reduction", "recalculation", "penalty"];
    private static readonly string[] Zones = ["whole", "day", "night", "peak", "half_peak"];
    private static readonly EnergyKind[] Energies = [EnergyKind.Electricity, EnergyKind.Heat];

    private readonly CityCalendar _calendar = new(ScenarioEventReader.UtcOffset);
    private readonly ScenarioReadings _readings = new(scenario);
    private readonly List<Resident> _accounts = [];
    private long _now;

    /// <summary>Plays all events.</summary>
    /// <returns>Balances that are not as they must be after their day.</returns>
    public async Task<IReadOnlyList<string>> PlayAsync()
    {
        List<string> wrong = [];
        await SetUpAsync();
        foreach (IGrouping<DateOnly, ScenarioEvent> day in scenario.Events.GroupBy(one => one.Day))
        {
            Hour morning = ScenarioReadings.FirstHourOf(day.Key);
            await RecordAsync(morning);
            _now = Math.Max(_now, (morning.Value + 12L) * 3_600);
            foreach (ScenarioEvent one in day)
            {
                foreach (Command command in CommandsOf(one))
                {
                    await ApplyAsync(command);
                }
            }
            await city.FinishAsync(cancellationToken);
            foreach (BalanceRow row in scenario.Balances.Where(row => row.Day == day.Key))
            {
                ulong balance = await BalanceOfAsync(row.Who);
                if (balance != (ulong)row.Amount)
                {
                    wrong.Add($"{row.Day:yyyy-MM-dd} {row.Who}: {FixedPoint.Format((long)balance, 2)} instead of {FixedPoint.Format(row.Amount, 2)}");
                }
            }
        }
        return wrong;
    }

    /// <summary>Bills and their lines as they were issued, in the form of the files.</summary>
    public async Task<(IReadOnlyList<string> Bills, IReadOnlyList<string> Lines)> ReadBillsAsync()
    {
        IReadOnlyList<BillingEvent.BillIssued> bills = await CityFacts.BillsAsync(city, cancellationToken);
        return (
            [.. bills.Select(bill => new BillRow(
                NameOf(bill.Account), new(bill.Period), (long)bill.Total, (long)bill.Vat, new DateOnly(1970, 1, 1).AddDays((int)bill.DueOn))
                .ToString())],
            [.. bills.SelectMany(bill => bill.Lines.Select(line => RowOf(bill, PackedLine.Unpack(line)).ToString()))]);
    }

    private LineRow RowOf(BillingEvent.BillIssued bill, BilledLine line)
    {
        string kind = Kinds[(int)line.Kind];
        bool isCharge = kind == LineRow.Charge;
        bool isCounted = isCharge || kind == LineRow.Reduction;
        return new(
            NameOf(bill.Account), new(bill.Period), Services[(int)line.Service % 3], kind, Zones[(int)line.Zone], line.Band == 0 ? null : line.Band,
            isCharge ? $"M{(int)line.Method}" : null, kind == "recalculation" ? line.Period : null,
            isCounted ? line.Quantity : null, isCounted ? (long)line.Price : null, line.Amount.Value);
    }

    private async Task SetUpAsync()
    {
        _now = _readings.FirstHour.Value * 3_600L;
        foreach (EnergyKind kind in Energies.Where(scenario.Has))
        {
            Verification[] consumers = [.. scenario.Consumers(kind).Select(account => VerificationOf(kind, account.Name))];
            await ApplyAsync(new AddGroup(
                _now, GroupOf(kind), GroupOf(kind), (Energy)kind, _readings.FirstHour.Value, VerificationOf(kind, Scenario.House), consumers));
        }
        foreach (ScenarioTariff tariff in scenario.Tariffs)
        {
            await ApplyAsync(new PublishTariff(
                _now, tariff.From.Value, [.. tariff.ElectricityPrices.Select(price => (long)price)], (long)tariff.FirstBandLimit,
                (long)tariff.SecondBandLimit, (long)tariff.HeatPrice, tariff.VatRate, tariff.DueDay, (int)ScenarioProvider.Power,
                (int)ScenarioProvider.Management, (int)ScenarioProvider.Heat, tariff.PenaltyRate, tariff.ReductionRate,
                tariff.ElectricityNorm, tariff.HeatNorm, tariff.NormCoefficient));
        }
        foreach (ScenarioAccount account in scenario.Accounts)
        {
            bool hasElectricity = scenario.Has(EnergyKind.Electricity);
            bool isOfHouse = account.Terms.Heating == ScenarioHeating.House
                || (account.Terms.Heating == ScenarioHeating.Boiler && scenario.Has(EnergyKind.Heat));
            _accounts.Add(new(account.Name, account.From.Value));
            await ApplyAsync(new OpenAccount(
                _now, NumberOf(account.Name),
                new(
                    hasElectricity ? GroupOf(EnergyKind.Electricity) : 0, hasElectricity ? ChannelOf(EnergyKind.Electricity, account.Name) : 0,
                    isOfHouse ? GroupOf(EnergyKind.Heat) : 0, account.HasHeatMeter ? ChannelOf(EnergyKind.Heat, account.Name) : 0, account.Area),
                account.From.Value, TermsOf(account.Terms)));
        }
    }

    /// <summary>A verification that ends on the day of the meter's event <c>expire</c>, if there is one.</summary>
    private Verification VerificationOf(EnergyKind kind, string meter) =>
        scenario.Events.OfType<ScenarioEvent.Expire>().FirstOrDefault(one => one.Kind == kind && one.Account == meter) is { } expiry
            ? new(expiry.Day.AddYears(-VerificationYears), 12 * VerificationYears)
            : new(scenario.Begin.AddYears(-1), 12 * VerificationYears);

    private async Task RecordAsync(Hour until)
    {
        EnergyKind[] kinds = [.. Energies.Where(scenario.Has)];
        Hour end = until < _readings.End ? until : _readings.End;
        Hour from = new((uint)city.Commands.NextHourOf(GroupOf(kinds[0])));
        IReadOnlyList<IReadOnlyList<Reading>>[] readings = [.. kinds.Select(kind => from < end ? _readings.Between(kind, from, end) : [])];
        for (int i = 0; i < readings[0].Count; i++)
        {
            long hour = from.Value + i;
            _now = Math.Max(_now, (hour + 1) * 3_600);
            foreach ((EnergyKind kind, IReadOnlyList<IReadOnlyList<Reading>> hours) in kinds.Zip(readings))
            {
                Interval[] intervals = [.. hours[i].Select(one => new Interval((long)one.Interval.Value, (int)one.Quality))];
                await ApplyAsync(new RecordHour(
                    _now, GroupOf(kind), hour, new Dictionary<int, IReadOnlyList<Interval>> { [GroupOf(kind)] = intervals }));
            }
        }
    }

    private IEnumerable<Command> CommandsOf(ScenarioEvent one) => one switch
    {
        ScenarioEvent.Begin or ScenarioEvent.Expire => [], // The set-up says it.
        ScenarioEvent.Bill bill => [new IssueBills(_now, bill.Month.Value, Billed(bill.Account, bill.Month))],
        ScenarioEvent.Recalculate again => [new Recalculate(_now, again.Month.Value, Billed(again.Account, again.Month))],
        ScenarioEvent.Refix refix => [new FixVolumes(_now, GroupOf(refix.Kind), refix.Month.Value, Again: true)],
        ScenarioEvent.Correct correction => [Of(correction)],
        ScenarioEvent.Fault fault => [new ReportFault(
            _now, GroupOf(fault.Kind), ChannelOf(fault.Kind, fault.Account), (Fault)fault.What, ScenarioReadings.FirstHourOf(fault.Day).Value)],
        ScenarioEvent.Terms terms => [new SetTerms(_now, NumberOf(terms.Account), terms.Month.Value, TermsOf(terms.New))],
        ScenarioEvent.MoveOut move => [Of(move)],
        ScenarioEvent.Outage outage => [new RecordOutage(
            _now, GroupOf(outage.Kind == ScenarioOutage.ElectricityInterruption ? EnergyKind.Electricity : EnergyKind.Heat),
            (OutageType)outage.Kind, outage.From.Value * 3_600L, outage.To.Value * 3_600L, outage.Limit)],
        _ => [OfMoney(one)],
    };

    private Command OfMoney(ScenarioEvent one) => one switch
    {
        ScenarioEvent.Pay pay => new Pay(_now, NumberOf(pay.Account), (long)pay.Amount, pay.ByPermit),
        ScenarioEvent.Deposit deposit => new Fund(_now, (int)deposit.Provider, (long)deposit.Amount),
        ScenarioEvent.Dispute dispute => new OpenDispute(
            _now, NumberOf(dispute.Account), dispute.Month.Value, (int)dispute.Service, (long)dispute.Amount),
        ScenarioEvent.Concede concede => new Concede(
            _now, NumberOf(concede.Account), concede.Month.Value, (int)concede.Service, (long)concede.Amount),
        ScenarioEvent.Reject reject => new Reject(_now, NumberOf(reject.Account), reject.Month.Value, (int)reject.Service),
        ScenarioEvent.WithdrawDispute withdraw =>
            new WithdrawDispute(_now, NumberOf(withdraw.Account), withdraw.Month.Value, (int)withdraw.Service),
        ScenarioEvent.SettleDispute settle => new SettleDispute(_now, NumberOf(settle.Account), settle.Month.Value, (int)settle.Service),
        ScenarioEvent.Refund refund => new Refund(_now, NumberOf(refund.Account), (long)refund.Amount),
        ScenarioEvent.Withdraw withdraw => new Withdraw(_now, (int)withdraw.Provider, (long)withdraw.Amount),
        ScenarioEvent.Net net => new Net(
            _now, [.. net.Obligations.Select(owed => new Obligation((int)owed.Debtor, (int)owed.Creditor, (long)owed.Amount))]),
        _ => throw new NotSupportedException($"Nobody knows the event {one.GetType().Name}."),
    };

    private Correct Of(ScenarioEvent.Correct correction)
    {
        (Hour first, IReadOnlyList<int> differences) = _readings.DifferencesOf(correction);
        return new(
            _now, GroupOf(correction.Kind), correction.Meter == Scenario.House ? 0 : ChannelOf(correction.Kind, correction.Meter), first.Value,
            [.. differences.Select(difference => (long)difference)], correction.FilledHours);
    }

    private MoveOut Of(ScenarioEvent.MoveOut move)
    {
        Hour handover = ScenarioReadings.FirstHourOf(move.Day);
        _accounts[NumberOf(move.Account) - 1].Last = _calendar.PeriodOf(new(handover.Value - 1)).Value;
        _accounts.Add(new(move.Successor, _calendar.PeriodOf(handover).Value));
        return new(_now, NumberOf(move.Account), NumberOf(move.Successor));
    }

    private int[] Billed(string? account, Period month) => account is not null
        ? [NumberOf(account)]
        : [.. _accounts.Where(one => one.First <= month.Value && month.Value <= one.Last).Select(one => NumberOf(one.Name))];

    private async Task<ulong> BalanceOfAsync(string who)
    {
        string[] words = who.Split(' ');
        SettlementContract settlement = city.City.Settlement;
        SettlementRoubleContract rouble = city.City.SettlementRouble;
        if (ScenarioEventReader.FindProvider(words[0]) is { } provider)
        {
            return words.Length == 1
                ? await AskAsync(settlement.BalanceOf((ushort)provider))
                : (ulong)await AskAsync(rouble.BalanceOf(PlayKeys.Payee((int)provider).Address));
        }
        if (who == "escrow")
        {
            return await AskAsync(settlement.TotalEscrow());
        }
        Hash32 account = CityCommands.AccountId(NumberOf(words[0]));
        return words[1] switch
        {
            "credit" => await AskAsync(settlement.CreditOf(account)),
            "debt" => await AskAsync(settlement.DebtOf(account)),
            "roubles" => (ulong)await AskAsync(rouble.BalanceOf(PlayKeys.Holder(NumberOf(words[0])).Address)),
            _ => throw new ScenarioFormatException($"{scenario.Name}: nobody knows the balance '{who}'."),
        };
    }

    private Task<T> AskAsync<T>(ContractQuery<T> query) => city.Node.Api.CallAsync(query, BlockParameter.Latest, cancellationToken);

    private Task ApplyAsync(Command command) => city.ApplyAsync(command, isRefused: false, cancellationToken);

    private static int GroupOf(EnergyKind kind) => 1 + (int)kind;

    /// <summary>The channel of a meter, which has the name of the first account behind it.</summary>
    private int ChannelOf(EnergyKind kind, string meter)
    {
        int place = scenario.Consumers(kind).TakeWhile(account => account.Name != meter).Count();
        return place < scenario.Consumers(kind).Count
            ? (kind == EnergyKind.Electricity ? ElectricityChannels : 1) + place
            : throw new ScenarioFormatException($"{scenario.Name}: there is no meter '{meter}' of {kind}.");
    }

    private int NumberOf(string account)
    {
        int place = _accounts.FindIndex(one => one.Name == account);
        return place >= 0
            ? place + 1
            : throw new ScenarioFormatException($"{scenario.Name}: there is no account '{account}'.");
    }

    private string NameOf(Hash32 account) => _accounts[CityCommands.AccountOf(account) - 1].Name;

    private static Terms TermsOf(ScenarioTerms terms) => new(terms.Zones, terms.Residents, terms.Heating switch
    {
        ScenarioHeating.House => Heating.House,
        ScenarioHeating.Norm => Heating.Norm,
        ScenarioHeating.Boiler => Heating.OwnBoiler,
        _ => Heating.None,
    });

    /// <summary>An account and the periods it is billed for.</summary>
    private sealed class Resident(string name, int first)
    {
        public string Name => name;

        public int First => first;

        public int Last { get; set; } = int.MaxValue;
    }
}
