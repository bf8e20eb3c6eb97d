using System.Collections.Immutable;
using System.Numerics;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Portal;

/// <summary>Writes what the chain told next into a copy of a book. Pure: no clock, no network.</summary>
internal sealed class CityBookEditor
{
    private static readonly int Services = Enum.GetValues<BilledService>().Length;
    private static readonly ImmutableArray<Kopecks> NothingPaid = [.. Enumerable.Repeat(Kopecks.Zero, Services)];

    private readonly ImmutableList<ContractEvent>.Builder _registryEvents;
    private readonly ImmutableDictionary<uint, SegmentBook>.Builder _segments;
    private readonly ImmutableDictionary<Hash32, AccountBook>.Builder _accounts;
    private readonly ImmutableDictionary<ushort, ProviderBook>.Builder _providers;
    private readonly ImmutableHashSet<Hash32>.Builder _deposits;
    private readonly Dictionary<uint, BalanceGroup> _balances = [];
    private readonly CityCalendar _calendar;
    private VolumeState _volumes;
    private CityRegistry _registry;
    private bool _isRegistryStale;

    /// <summary>Begins with a book; the book itself stays as it is.</summary>
    public CityBookEditor(CityBook book, CityCalendar calendar)
    {
        _calendar = calendar;
        _registry = book.Registry;
        _registryEvents = book.RegistryEvents.ToBuilder();
        _segments = book.Segments.ToBuilder();
        _accounts = book.Accounts.ToBuilder();
        _providers = book.Providers.ToBuilder();
        _volumes = book.Volumes;
        _deposits = book.Deposits.ToBuilder();
    }

    /// <summary>Writes an event.</summary>
    /// <param name="entry">The event and its place.</param>
    /// <param name="timeOf">Time of a block; asked for events that move money alone.</param>
    /// <exception cref="LedgerException">The event refers to what was not told before.</exception>
    /// <exception cref="FormatException">A payload does not fit its segment.</exception>
    public void Add(CityLogEntry entry, Func<ulong, DateTimeOffset> timeOf)
    {
        ChainPlace place = new(entry.Log.BlockNumber, entry.Log.TransactionHash);
        switch (entry.Event)
        {
            case MeterRegistryEvent or AccountBookEvent or TariffBookEvent:
                _registryEvents.Add(entry.Event);
                _isRegistryStale = true;
                break;
            case ReadingLedgerEvent.HourRecorded hour:
                AddHour(hour, place);
                break;
            case BillingEvent.BillIssued bill:
                AddBill(IssuedBill.From(bill), place);
                break;
            case BillingEvent.Recalculated recalculated:
                AddRecalculation(recalculated);
                break;
            case ReadingLedgerEvent.CorrectionRecorded correction:
                AddCorrection(correction);
                break;
            case VolumeBookEvent.VolumeEstimated estimated:
                AddEstimate(estimated);
                break;
            case VolumeBookEvent.VolumesFixed done:
                AddVolumes(done);
                break;
            case SettlementEvent.PaymentReceived payment:
                AddPayment(payment.Account, new(place, timeOf(place.Block), payment.Payer, new(payment.Amount), []));
                break;
            case SettlementEvent.PaymentAllocated part:
                AddAllocation(part.Account, part.Period, part.Amounts, place, timeOf);
                CountPaid(part);
                break;
            case SettlementEvent.PaymentEscrowed held:
                AddAllocation(held.Account, held.Period, held.Amounts, place, timeOf);
                break;
            case SettlementEvent.DisputeConceded conceded:
                Concede(conceded);
                break;
            case SettlementEvent.DisputeClosed closed:
                CountPaid(closed.Account, closed.Period, (BilledService)closed.Service, new(closed.Paid));
                break;
            case SettlementEvent.CreditChanged credit:
                AccountBook account = AccountOf(credit.Account);
                _accounts[account.Id] = account with { Credit = new(credit.Credit) };
                break;
            case SettlementEvent.PenaltyAccrued accrued:
                AddPenalty(accrued.Account, Sum(accrued.Amounts));
                break;
            case SettlementEvent.PenaltiesTaken taken:
                AddPenalty(taken.Account, -Sum(taken.Amounts));
                break;
            case SettlementEvent.Withdrawn withdrawn:
                ProviderBook provider = ProviderOf(withdrawn.Provider);
                WithdrawalEntry withdrawal = new(place, timeOf(place.Block), withdrawn.Payee, new(withdrawn.Amount));
                _providers[provider.Number] = provider with { Withdrawals = provider.Withdrawals.Add(withdrawal) };
                break;
            case SettlementEvent.RoundNetted round:
                foreach ((ushort number, BigInteger net) in round.Providers.Zip(round.Nets))
                {
                    Net(number, (Int128)net);
                }
                break;
            case SettlementRoubleEvent.Minted minted:
                _deposits.Add(minted.Deposit);
                break;
        }
    }

    /// <summary>The new book, read up to a block.</summary>
    public CityBook ToBook(ulong block)
    {
        RefreshRegistry();
        return new(
            block,
            _registryEvents.ToImmutable(),
            _registry,
            _segments.ToImmutable(),
            _accounts.ToImmutable(),
            _providers.ToImmutable(),
            _volumes,
            _deposits.ToImmutable());
    }

    private void RefreshRegistry()
    {
        if (!_isRegistryStale)
        {
            return;
        }
        _isRegistryStale = false;
        _balances.Clear();
        _registry = CityRegistry.From(_calendar, _registryEvents);
        foreach (RegisteredSegment segment in _registry.Segments.Values)
        {
            _segments[segment.Number] = _segments.TryGetValue(segment.Number, out SegmentBook? known)
                ? known with { Registered = segment }
                : new(segment, [], []);
        }
        foreach (RegisteredAccount details in _registry.Accounts)
        {
            _accounts[details.Id] = _accounts.TryGetValue(details.Id, out AccountBook? known)
                ? known with { Details = details }
                : new(details.Id, details, ImmutableSortedDictionary<Period, BillEntry>.Empty, [], Kopecks.Zero);
        }
    }

    private void AddHour(ReadingLedgerEvent.HourRecorded told, ChainPlace place)
    {
        RefreshRegistry();
        SegmentBook segment = SegmentOf(told.Segment);
        Hour hour = new(told.Hour);
        if (hour != segment.Next)
        {
            throw new LedgerException($"Segment {told.Segment} waited for {segment.Next}, but {hour} was recorded.");
        }
        IReadOnlyList<IReadOnlyList<Reading>> readings = HourPayload.Decode(told.Payload.Span, segment.Registered.ChannelsAt(hour));
        GroupBalance[] balances = new GroupBalance[readings.Count];
        bool isImbalanced = false;
        for (int index = 0; index < balances.Length; index++)
        {
            RegisteredGroup group = segment.Registered.Groups[index];
            // A group may begin with this hour.
            PhaseDrift before = segment.Hours.Count == 0 ? default : segment.Hours[^1].Groups.ElementAtOrDefault(index)?.Drift ?? default;
            IReadOnlyList<PhaseBalance> phases = BalanceOf(group).Check(readings[index]);
            balances[index] = new(group.Number, phases, group.Consumers.Count == 0 ? before : before.After(phases));
            isImbalanced |= phases.Any(phase => phase.Verdict == BalanceVerdict.Unbalanced);
        }
        _segments[told.Segment] = segment with
        {
            Hours = segment.Hours.Add(new(told, place, balances)),
            Imbalanced = isImbalanced ? segment.Imbalanced.Add(hour) : segment.Imbalanced,
        };
    }

    private SegmentBook SegmentOf(uint number) => _segments.TryGetValue(number, out SegmentBook? known)
        ? known
        : throw new LedgerException($"Something was recorded for segment {number}, which was never opened.");

    private BalanceGroup BalanceOf(RegisteredGroup group)
    {
        if (!_balances.TryGetValue(group.Number, out BalanceGroup? balance))
        {
            balance = new(
                group.Kind,
                new(group.Parent.AccuracyClass, group.Parent.Resolution),
                [.. group.Consumers.Select(consumer => new BalanceConsumer(
                    new(consumer.Meter.AccuracyClass, consumer.Meter.Resolution), consumer.Phase))]);
            _balances.Add(group.Number, balance);
        }
        return balance;
    }

    private void AddBill(IssuedBill issued, ChainPlace place)
    {
        AccountBook account = AccountOf(issued.Account);
        BillEntry bill = new(issued, place, NothingPaid, _volumes);
        ImmutableSortedDictionary<(Period, BilledService), SignedKopecks> waiting = account.Waiting;
        foreach (BilledLine line in issued.Lines.Where(line => line.Kind == LineKind.Recalculation))
        {
            waiting = Add(waiting, line.Period, line.Service, -line.Amount);
        }
        _accounts[account.Id] = account with { Bills = account.Bills.Add(issued.Period, bill), Waiting = waiting };
        foreach (BilledService service in Enum.GetValues<BilledService>())
        {
            if (bill.ProviderOf(service) is { } provider)
            {
                Count(provider, issued.Period, billed: issued.AmountOf(service), paid: Kopecks.Zero);
            }
        }
    }

    private void AddRecalculation(BillingEvent.Recalculated told)
    {
        AccountBook account = AccountOf(told.Account);
        ImmutableSortedDictionary<(Period, BilledService), SignedKopecks> waiting = account.Waiting;
        for (int service = 0; service < told.Differences.Count; service++)
        {
            waiting = Add(waiting, new(told.Period), (BilledService)service, new(told.Differences[service]));
        }
        _accounts[account.Id] = account with { Waiting = waiting };
    }

    private static ImmutableSortedDictionary<(Period, BilledService), SignedKopecks> Add(
        ImmutableSortedDictionary<(Period, BilledService), SignedKopecks> waiting, Period period, BilledService service, SignedKopecks change)
    {
        SignedKopecks sum = waiting.GetValueOrDefault((period, service)) + change;
        return sum == default ? waiting.Remove((period, service)) : waiting.SetItem((period, service), sum);
    }

    private void AddPenalty(Hash32 id, long change)
    {
        AccountBook account = AccountOf(id);
        _accounts[id] = account with { PendingPenalty = new((ulong)((long)account.PendingPenalty.Value + change)) };
    }

    private static long Sum(IReadOnlyList<ulong> amounts) => amounts.Sum(amount => (long)amount);

    private void AddCorrection(ReadingLedgerEvent.CorrectionRecorded told)
    {
        RefreshRegistry();
        bool isHeat = SegmentOf(told.Segment).Registered.Kind == EnergyKind.Heat;
        ZoneDifference sum = default;
        foreach ((int i, int difference) in ReadingCorrection.Decode(told.Differences.Span).Index())
        {
            Zone zone = isHeat ? Zone.Peak : _calendar.ZoneOf(new(told.Details.FirstHour + (uint)i));
            sum += zone switch
            {
                Zone.Peak => new(difference, 0, 0),
                Zone.HalfPeak => new(0, difference, 0),
                _ => new(0, 0, difference),
            };
        }
        (uint, int, Period) key = (told.Group, told.Details.Channel, new(told.Period));
        _volumes = _volumes with
        {
            Corrections = _volumes.Corrections.SetItem(key, _volumes.Corrections.GetValueOrDefault(key) + sum),
        };
    }

    private void AddEstimate(VolumeBookEvent.VolumeEstimated told)
    {
        (uint, Period) key = (told.Group, new(told.Period));
        ImmutableDictionary<int, VolumeBookContract.Volume> before =
            _volumes.Estimating.GetValueOrDefault(key) ?? ImmutableDictionary<int, VolumeBookContract.Volume>.Empty;
        _volumes = _volumes with { Estimating = _volumes.Estimating.SetItem(key, before.SetItem(told.Channel, told.Volume)) };
    }

    /// <summary>The estimates of a period stand before it.</summary>
    private void AddVolumes(VolumeBookEvent.VolumesFixed told)
    {
        (uint, Period) key = (told.Group, new(told.Period));
        HouseNeedsCarry carry = new(told.Carry[0], told.Carry[1], told.Carry[2]);
        ImmutableDictionary<int, VolumeBookContract.Volume> estimated =
            _volumes.Estimating.GetValueOrDefault(key) ?? ImmutableDictionary<int, VolumeBookContract.Volume>.Empty;
        _volumes = _volumes with
        {
            Fixed = _volumes.Fixed.SetItem(key, new(told.House, carry, estimated)),
            Estimating = _volumes.Estimating.Remove(key),
        };
    }

    private void AddPayment(Hash32 id, PaymentEntry payment)
    {
        AccountBook account = AccountOf(id);
        _accounts[id] = account with { Payments = account.Payments.Add(payment) };
    }

    private void AddAllocation(
        Hash32 id, ushort period, IReadOnlyList<ulong> amounts, ChainPlace place, Func<ulong, DateTimeOffset> timeOf)
    {
        PaymentPart part = new(new(period), [.. amounts.Select(amount => new Kopecks(amount))]);
        (AccountBook account, BillEntry bill) = BillOf(id, part.Period);
        bill = bill with { PaidByService = [.. bill.PaidByService.Zip(part.ByService, (before, more) => before + more)] };

        // The allocations of a payment follow it in its transaction; without a payment there, credit was used.
        PaymentEntry? payment = account.Payments.IsEmpty ? null : account.Payments[^1];
        ImmutableList<PaymentEntry> payments = payment?.Place.Transaction == place.Transaction
            ? account.Payments.SetItem(account.Payments.Count - 1, WithPart(payment, part))
            : account.Payments.Add(new(place, timeOf(place.Block), null, part.Total, [part]));
        _accounts[account.Id] = account with { Bills = account.Bills.SetItem(part.Period, bill), Payments = payments };
    }

    private void CountPaid(SettlementEvent.PaymentAllocated told)
    {
        for (int service = 0; service < told.Amounts.Count; service++)
        {
            CountPaid(told.Account, told.Period, (BilledService)service, new(told.Amounts[service]));
        }
    }

    private void CountPaid(Hash32 id, ushort period, BilledService service, Kopecks paid)
    {
        if (paid > Kopecks.Zero && BillOf(id, new(period)).Bill.ProviderOf(service) is { } provider)
        {
            Count(provider, new(period), billed: Kopecks.Zero, paid);
        }
    }

    /// <summary>A debtor pays from its balance first; what that lacks comes from elsewhere.</summary>
    private void Net(ushort number, Int128 net)
    {
        ProviderBook provider = ProviderOf(number);
        _providers[number] = provider with { Netted = provider.Netted + Int128.Max(net, -(Int128)provider.Balance.Value) };
    }

    /// <summary>A line is reduced, and what was held beyond what is still disputed is no longer paid: it is credit.</summary>
    private void Concede(SettlementEvent.DisputeConceded told)
    {
        (AccountBook account, BillEntry bill) = BillOf(told.Account, new(told.Period));
        int service = (int)told.Service;
        bill = bill with
        {
            Conceded = bill.Conceded + new Kopecks(told.Amount),
            PaidByService = bill.PaidByService.SetItem(service, bill.PaidByService[service] - new Kopecks(told.Released)),
        };
        _accounts[account.Id] = account with { Bills = account.Bills.SetItem(new(told.Period), bill) };
    }

    private (AccountBook Account, BillEntry Bill) BillOf(Hash32 id, Period period)
    {
        AccountBook account = AccountOf(id);
        return account.Bills.TryGetValue(period, out BillEntry? bill)
            ? (account, bill)
            : throw new LedgerException($"The chain tells of the bill of account {id} for {period}, which was never issued.");
    }

    private static PaymentEntry WithPart(PaymentEntry payment, PaymentPart part) => payment with
    {
        Allocations = payment.Allocations.Add(part),
        Amount = payment.Payer is null ? payment.Amount + part.Total : payment.Amount,
    };

    private void Count(ushort number, Period period, Kopecks billed, Kopecks paid)
    {
        ProviderBook provider = ProviderOf(number);
        ProviderPeriod before = provider.Periods.GetValueOrDefault(period) ?? new(Kopecks.Zero, Kopecks.Zero);
        ProviderPeriod after = new(before.Billed + billed, before.Paid + paid);
        _providers[number] = provider with { Periods = provider.Periods.SetItem(period, after) };
    }

    private AccountBook AccountOf(Hash32 id)
    {
        RefreshRegistry();
        return _accounts.TryGetValue(id, out AccountBook? account)
            ? account
            : throw new LedgerException($"An event tells of account {id}, which was never opened.");
    }

    private ProviderBook ProviderOf(ushort number) => _providers.TryGetValue(number, out ProviderBook? provider)
        ? provider
        : new(number, ImmutableSortedDictionary<Period, ProviderPeriod>.Empty, []);
}
