using System.Collections.Immutable;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Portal;

/// <summary>
/// All that the chain has told of a city up to a block, arranged for the pages. Immutable: a page reads one book from beginning to end.
/// It is rebuilt from the chain at every start and kept nowhere.
/// </summary>
/// <param name="Block">Last block read.</param>
/// <param name="RegistryEvents">What <paramref name="Registry"/> was built from.</param>
/// <param name="Registry">Segments, groups, accounts, providers and tariffs.</param>
/// <param name="Segments">Hours by segment.</param>
/// <param name="Accounts">Bills and payments by account.</param>
/// <param name="Providers">Receivables by provider.</param>
/// <param name="Volumes">Volumes by group and period, as fixed last, and corrections of readings.</param>
/// <param name="Deposits">References of the bank's deposits against which roubles were minted.</param>
internal sealed record CityBook(
    ulong Block,
    ImmutableList<ContractEvent> RegistryEvents,
    CityRegistry Registry,
    ImmutableDictionary<uint, SegmentBook> Segments,
    ImmutableDictionary<Hash32, AccountBook> Accounts,
    ImmutableDictionary<ushort, ProviderBook> Providers,
    VolumeState Volumes,
    ImmutableHashSet<Hash32> Deposits)
{
    /// <summary>Nothing read yet.</summary>
    public static CityBook Empty { get; } = new(
        0,
        [],
        CityRegistry.Empty,
        ImmutableDictionary<uint, SegmentBook>.Empty,
        ImmutableDictionary<Hash32, AccountBook>.Empty,
        ImmutableDictionary<ushort, ProviderBook>.Empty,
        VolumeState.Empty,
        []);

    /// <summary>The segment of a group, or nothing for an unknown group.</summary>
    public SegmentBook? SegmentOf(uint group) =>
        Segments.Values.FirstOrDefault(segment => segment.Registered.Groups.Any(known => known.Number == group));
}

/// <summary>Where the chain keeps something.</summary>
/// <param name="Block">The block.</param>
/// <param name="Transaction">The transaction.</param>
internal sealed record ChainPlace(ulong Block, Hash32 Transaction);

/// <summary>The hours of a segment, without a gap: the contract accepts no other sequence.</summary>
/// <param name="Registered">The segment as registered.</param>
/// <param name="Hours">Its hours from the first on.</param>
/// <param name="Imbalanced">Hours in which a phase of a group did not balance.</param>
internal sealed record SegmentBook(
    RegisteredSegment Registered, ImmutableList<HourEntry> Hours, ImmutableSortedSet<Hour> Imbalanced)
{
    /// <summary>The hour after the last one recorded.</summary>
    public Hour Next => new(Registered.FirstHour.Value + (uint)Hours.Count);

    /// <summary>An hour, or nothing when it is not recorded.</summary>
    public HourEntry? Find(Hour hour) => hour >= Registered.FirstHour && hour < Next ? Hours[(int)(hour.Value - Registered.FirstHour.Value)] : null;

    /// <summary>The recorded hours from one (included) to another (excluded).</summary>
    public IEnumerable<HourEntry> Between(Hour from, Hour to)
    {
        uint first = Math.Max(from.Value, Registered.FirstHour.Value);
        uint end = Math.Min(to.Value, Next.Value);
        return end <= first ? [] : Hours.GetRange((int)(first - Registered.FirstHour.Value), (int)(end - first));
    }

    /// <summary>Place of a group in the payload.</summary>
    /// <exception cref="KeyNotFoundException">The group is not in this segment.</exception>
    public int IndexOf(uint group)
    {
        for (int index = 0; index < Registered.Groups.Count; index++)
        {
            if (Registered.Groups[index].Number == group)
            {
                return index;
            }
        }
        throw new KeyNotFoundException($"Group {group} is not in segment {Registered.Number}.");
    }
}

/// <summary>An hour of a segment.</summary>
/// <param name="Told">What the ledger told: payload, batch, signatures.</param>
/// <param name="Place">Where the chain keeps it.</param>
/// <param name="Groups">Balances, in payload order.</param>
internal sealed record HourEntry(ReadingLedgerEvent.HourRecorded Told, ChainPlace Place, IReadOnlyList<GroupBalance> Groups)
{
    /// <summary>The hour.</summary>
    public Hour Hour => new(Told.Hour);

    /// <summary>The readings of each group: parent first, then consumers.</summary>
    public IReadOnlyList<IReadOnlyList<Reading>> Readings(RegisteredSegment segment) =>
        HourPayload.Decode(Told.Payload.Span, segment.ChannelsAt(Hour));

    /// <summary>Who signed it.</summary>
    public IReadOnlyList<Address> Signers(ReadingLedgerDomain domain) =>
        BatchSignatures.Recover(domain.DigestOf(Told.Batch), Told.Signatures.Span);
}

/// <summary>How a group balanced in an hour.</summary>
/// <param name="Group">The group.</param>
/// <param name="Phases">One result for each phase.</param>
/// <param name="Drift">Parent minus consumers over all hours up to this one.</param>
internal sealed record GroupBalance(uint Group, IReadOnlyList<PhaseBalance> Phases, PhaseDrift Drift);

/// <summary>Volumes and corrections as they stand at a moment. Immutable: a bill keeps what it was issued by.</summary>
/// <param name="Fixed">Volumes by group and period.</param>
/// <param name="Estimating">Estimates of periods that are on their way to be fixed: many may take several calls.</param>
/// <param name="Corrections">Sums of corrections by channel and period.</param>
internal sealed record VolumeState(
    ImmutableDictionary<(uint Group, Period Period), FixedVolumes> Fixed,
    ImmutableDictionary<(uint Group, Period Period), ImmutableDictionary<int, VolumeBookContract.Volume>> Estimating,
    ImmutableDictionary<(uint Group, int Channel, Period Period), ZoneDifference> Corrections)
{
    /// <summary>Nothing fixed, nothing corrected.</summary>
    public static VolumeState Empty { get; } = new(
        ImmutableDictionary<(uint, Period), FixedVolumes>.Empty,
        ImmutableDictionary<(uint, Period), ImmutableDictionary<int, VolumeBookContract.Volume>>.Empty,
        ImmutableDictionary<(uint, int, Period), ZoneDifference>.Empty);

    /// <summary>What corrections add to a channel's period.</summary>
    public ZoneDifference CorrectionOf(uint group, int channel, Period period) => Corrections.GetValueOrDefault((group, channel, period));
}

/// <summary>A group's period as it was fixed.</summary>
/// <param name="House">What its accounts have in common.</param>
/// <param name="Carry">Negative common needs that it carries on.</param>
/// <param name="Estimated">Volumes that contain a substitute, by channel.</param>
internal sealed record FixedVolumes(
    VolumeBookContract.House House, HouseNeedsCarry Carry, ImmutableDictionary<int, VolumeBookContract.Volume> Estimated);

/// <summary>A change of consumption by zone, Wh; kcal in peak. <c>default</c> is none.</summary>
/// <param name="Peak">Peak zone.</param>
/// <param name="HalfPeak">Half-peak zone.</param>
/// <param name="Night">Night zone.</param>
internal readonly record struct ZoneDifference(long Peak, long HalfPeak, long Night)
{
    /// <summary>All zones together.</summary>
    public long Total => Peak + HalfPeak + Night;

    /// <summary>The sum of two changes.</summary>
    public static ZoneDifference operator +(ZoneDifference left, ZoneDifference right) =>
        new(left.Peak + right.Peak, left.HalfPeak + right.HalfPeak, left.Night + right.Night);

    /// <summary>A consumption after the change.</summary>
    /// <exception cref="OverflowException">More is taken from a zone than was used in it: no contract takes such a correction.</exception>
    public ZoneConsumption On(ZoneConsumption measured) => new(
        new((ulong)((long)measured.Peak.Value + Peak)),
        new((ulong)((long)measured.HalfPeak.Value + HalfPeak)),
        new((ulong)((long)measured.Night.Value + Night)));
}

/// <summary>Bills and payments of an account.</summary>
/// <param name="Id">The account.</param>
/// <param name="Details">Its premises, terms and time.</param>
/// <param name="Bills">Bills by period.</param>
/// <param name="Payments">Payments and uses of credit, in order.</param>
/// <param name="Credit">Money that has paid no bill yet.</param>
internal sealed record AccountBook(
    Hash32 Id,
    RegisteredAccount Details,
    ImmutableSortedDictionary<Period, BillEntry> Bills,
    ImmutableList<PaymentEntry> Payments,
    Kopecks Credit)
{
    /// <summary>Recalculations that wait for its next bill.</summary>
    public ImmutableSortedDictionary<(Period Period, BilledService Service), SignedKopecks> Waiting { get; init; } =
        ImmutableSortedDictionary<(Period, BilledService), SignedKopecks>.Empty;

    /// <summary>Penalty that has come due and is in no bill yet.</summary>
    public Kopecks PendingPenalty { get; init; }

    /// <summary>What is still to be paid of all bills.</summary>
    public Kopecks Outstanding => Bills.Values.Aggregate(Kopecks.Zero, (sum, bill) => sum + bill.Outstanding);
}

/// <summary>A bill and what was paid of it.</summary>
/// <param name="Issued">The bill.</param>
/// <param name="Place">Where the chain keeps it.</param>
/// <param name="PaidByService">What was paid, by service, what is held in escrow included.</param>
/// <param name="Volumes">The volumes it was issued by.</param>
internal sealed record BillEntry(IssuedBill Issued, ChainPlace Place, ImmutableArray<Kopecks> PaidByService, VolumeState Volumes)
{
    /// <summary>What was paid.</summary>
    public Kopecks Paid => PaidByService.Aggregate(Kopecks.Zero, (sum, part) => sum + part);

    /// <summary>By how much the lines were reduced after disputes.</summary>
    public Kopecks Conceded { get; init; }

    /// <summary>What is still to be paid.</summary>
    public Kopecks Outstanding => Issued.Total - Paid - Conceded;

    /// <summary>Provider of a service in this bill; nothing when the bill has no line of it.</summary>
    public ushort? ProviderOf(BilledService service)
    {
        foreach (BilledLine line in Issued.Lines)
        {
            if (line.Service == service)
            {
                return line.Provider;
            }
        }
        return null;
    }
}

/// <summary>A payment, or a use of credit for a new bill.</summary>
/// <param name="Place">Where the chain keeps it.</param>
/// <param name="Time">Time of its block.</param>
/// <param name="Payer">Who paid; <c>null</c> when credit was used.</param>
/// <param name="Amount">How much.</param>
/// <param name="Allocations">Which bills it paid.</param>
internal sealed record PaymentEntry(
    ChainPlace Place, DateTimeOffset Time, Address? Payer, Kopecks Amount, ImmutableList<PaymentPart> Allocations)
{
    /// <summary>What was left over and became credit.</summary>
    public Kopecks Credited => Amount - Allocations.Aggregate(Kopecks.Zero, (sum, part) => sum + part.Total);
}

/// <summary>The part of a payment that paid a bill.</summary>
/// <param name="Period">Period of the bill.</param>
/// <param name="ByService">Amounts by service.</param>
internal sealed record PaymentPart(Period Period, ImmutableArray<Kopecks> ByService)
{
    /// <summary>The whole part.</summary>
    public Kopecks Total => ByService.Aggregate(Kopecks.Zero, (sum, part) => sum + part);
}

/// <summary>What a provider has billed and received.</summary>
/// <param name="Number">The provider.</param>
/// <param name="Periods">Billed and paid, by period.</param>
/// <param name="Withdrawals">What was paid out to it, in order.</param>
internal sealed record ProviderBook(
    ushort Number, ImmutableSortedDictionary<Period, ProviderPeriod> Periods, ImmutableList<WithdrawalEntry> Withdrawals)
{
    /// <summary>All that was billed for it.</summary>
    public Kopecks Billed => Periods.Values.Aggregate(Kopecks.Zero, (sum, period) => sum + period.Billed);

    /// <summary>All that was paid to it.</summary>
    public Kopecks Paid => Periods.Values.Aggregate(Kopecks.Zero, (sum, period) => sum + period.Paid);

    /// <summary>All that was paid out to it.</summary>
    public Kopecks Withdrawn => Withdrawals.Aggregate(Kopecks.Zero, (sum, withdrawal) => sum + withdrawal.Amount);

    /// <summary>What netting brought to its balance, or took from it, kopecks.</summary>
    public Int128 Netted { get; init; }

    /// <summary>What it can withdraw.</summary>
    public Kopecks Balance => new((ulong)((Int128)Paid.Value + Netted - Withdrawn.Value));
}

/// <summary>A provider's share of a period's bills.</summary>
/// <param name="Billed">Sum of its lines.</param>
/// <param name="Paid">What was paid of them.</param>
internal sealed record ProviderPeriod(Kopecks Billed, Kopecks Paid);

/// <summary>A provider's share paid out to its payee.</summary>
/// <param name="Place">Where the chain keeps it.</param>
/// <param name="Time">Time of its block.</param>
/// <param name="Payee">To whom.</param>
/// <param name="Amount">How much.</param>
internal sealed record WithdrawalEntry(ChainPlace Place, DateTimeOffset Time, Address Payee, Kopecks Amount);
