using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>A group as the chain knows it. Meters are those that measure now.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Segment">The segment it is in.</param>
/// <param name="Kind">What it counts.</param>
/// <param name="Parent">The parent meter.</param>
/// <param name="Consumers">The consumers, in channel order; one whose meter was taken away has a meter of zeros.</param>
/// <param name="FirstHour">The first hour of its segment that it is part of.</param>
public sealed record RegisteredGroup(
    uint Number,
    uint Segment,
    EnergyKind Kind,
    MeterRegistryContract.Meter Parent,
    IReadOnlyList<MeterRegistryContract.Consumer> Consumers,
    Hour FirstHour)
{
    private const int Phases = 3;

    /// <summary>Channels of the parent: its three phases, or one for heat.</summary>
    public int ParentChannels => Kind == EnergyKind.Electricity ? Phases : 1;

    /// <summary>Channels in all.</summary>
    public int Channels => ParentChannels + Consumers.Count;

    /// <summary>The meter of a channel.</summary>
    public MeterRegistryContract.Meter MeterOf(int channel) =>
        channel < ParentChannels ? Parent : Consumers[channel - ParentChannels].Meter;

    /// <summary>The phase of a channel: 0..2; 0 for heat.</summary>
    public int PhaseOf(int channel) => Kind == EnergyKind.Heat ? 0
        : channel < ParentChannels ? channel
        : Consumers[channel - ParentChannels].Phase;
}

/// <summary>A segment as the chain knows it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Kind">What it counts.</param>
/// <param name="FirstHour">The first hour that is written.</param>
/// <param name="Groups">Its groups, in payload order, which is also that of their first hours.</param>
public sealed record RegisteredSegment(uint Number, EnergyKind Kind, Hour FirstHour, IReadOnlyList<RegisteredGroup> Groups)
{
    /// <summary>Channels of each group that is part of an hour, as <see cref="HourPayload.Decode"/> wants them.</summary>
    public IReadOnlyList<int> ChannelsAt(Hour hour) =>
        Groups.TakeWhile(group => group.FirstHour <= hour).Select(group => group.Channels).ToArray();
}

/// <summary>The moment at which premises passed from one account to the next.</summary>
/// <param name="Hour">The successor's first hour.</param>
/// <param name="Registers">The premises' own electricity registers then, as signed, without corrections.</param>
public sealed record RegisteredHandover(Hour Hour, ZoneConsumption Registers);

/// <summary>An account as the chain knows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Premises">Where it is connected, and how large.</param>
/// <param name="AreaBeforeInElectricityGroup">Areas registered before its premises in the electricity group, dm².</param>
/// <param name="AreaBeforeInHeatGroup">Areas registered before its premises in the heat group, dm².</param>
/// <param name="First">Its first period.</param>
/// <param name="Terms">Its terms, each from a period on.</param>
public sealed record RegisteredAccount(
    Hash32 Id,
    AccountBookContract.Premises Premises,
    uint AreaBeforeInElectricityGroup,
    uint AreaBeforeInHeatGroup,
    Period First,
    IReadOnlyList<(Period From, AccountTerms Terms)> Terms)
{
    /// <summary>The period of its last bill; null while it is open.</summary>
    public Period? Last { get; init; }

    /// <summary>The account before it on the premises; null for none.</summary>
    public Hash32? Predecessor { get; init; }

    /// <summary>The account after it on the premises; null for none.</summary>
    public Hash32? Successor { get; init; }

    /// <summary>With which moment it began; null if it did not by a handover.</summary>
    public RegisteredHandover? Opening { get; init; }

    /// <summary>With which moment it ended; null while it is open.</summary>
    public RegisteredHandover? Closing { get; init; }

    /// <summary>Its terms in a period; before it began, its first ones.</summary>
    public AccountTerms TermsIn(Period period) => Terms.LastOrDefault(entry => entry.From <= period, Terms[0]).Terms;

    /// <summary>Has it to do with a period? It may be billed for it then.</summary>
    public bool IsBilledIn(Period period) => First <= period && (Last is not { } last || period <= last);

    internal static RegisteredAccount Of(AccountBookEvent.AccountOpened opened)
    {
        AccountBookContract.Account details = opened.Details;
        Period first = new(details.FirstPeriod);
        return new(
            opened.Account, details.Premises, details.AreaBeforeInElectricityGroup, details.AreaBeforeInHeatGroup, first,
            [(first, PlanOnChain.ToDomain(opened.Terms))]);
    }

    /// <summary>Terms of the same period replace those given before.</summary>
    internal RegisteredAccount With(Period from, AccountTerms terms) =>
        this with { Terms = [.. Terms.Where(entry => entry.From < from), (from, terms)] };

    internal (RegisteredAccount Closed, RegisteredAccount Successor) HandedOver(
        AccountBookEvent.MovedOut told, CityCalendar calendar)
    {
        IReadOnlyList<ulong> registers = told.Handover.Registers;
        RegisteredHandover handover = new(
            new(told.Handover.Hour), new(new(registers[0]), new(registers[1]), new(registers[2])));
        Period first = calendar.PeriodOf(handover.Hour);
        return (
            this with { Last = new(told.LastPeriod), Successor = told.Successor, Closing = handover },
            new(told.Successor, Premises, AreaBeforeInElectricityGroup, AreaBeforeInHeatGroup, first, [(first, TermsIn(first))])
            {
                Predecessor = Id,
                Opening = handover,
            });
    }
}

/// <summary>Segments, groups, accounts, providers and tariffs: the city plan's half that is on the chain. Immutable.</summary>
/// <param name="Segments">Segments by number.</param>
/// <param name="Accounts">Accounts in order of opening.</param>
/// <param name="Payees">Where each provider's share is paid.</param>
/// <param name="Tariffs">Tariffs in order of publication.</param>
public sealed record CityRegistry(
    IReadOnlyDictionary<uint, RegisteredSegment> Segments,
    IReadOnlyList<RegisteredAccount> Accounts,
    IReadOnlyDictionary<ushort, Address> Payees,
    IReadOnlyList<Tariff> Tariffs)
{
    private static readonly MeterRegistryContract.Meter NoMeter = new(0, Hash32.Zero, 0, 0, 0, 0, 0);

    /// <summary>Nothing registered.</summary>
    public static CityRegistry Empty { get; } = From(new(TimeSpan.Zero), []);

    /// <summary>The tariff in force in a period; null before the first one.</summary>
    public Tariff? TariffOf(Period period) => Tariffs.LastOrDefault(tariff => tariff.FromPeriod <= period);

    /// <summary>An account; null when the chain has not told of it.</summary>
    public RegisteredAccount? AccountOf(Hash32 id) => Accounts.FirstOrDefault(account => account.Id == id);

    /// <summary>Builds the registry from what the contracts told, in the order of the chain; other events are passed over.</summary>
    /// <param name="calendar">The calendar of the city's ledger.</param>
    /// <param name="events">What was told.</param>
    /// <exception cref="LedgerException">An event refers to what was not told before: events are missing.</exception>
    public static CityRegistry From(CityCalendar calendar, IEnumerable<ContractEvent> events)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        ArgumentNullException.ThrowIfNull(events);
        Dictionary<uint, RegisteredSegment> segments = [];
        OrderedDictionary<Hash32, RegisteredAccount> accounts = [];
        Dictionary<ushort, Address> payees = [];
        List<Tariff> tariffs = [];
        foreach (ContractEvent told in events)
        {
            switch (told)
            {
                case MeterRegistryEvent.SegmentOpened opened:
                    segments[opened.Segment] = new(opened.Segment, PlanOnChain.ToPlan(opened.Kind), new(opened.FirstHour), []);
                    break;
                case MeterRegistryEvent.GroupAdded added:
                    RegisteredSegment segment = Find(segments, added.Segment);
                    RegisteredGroup group = new(
                        added.Group, added.Segment, segment.Kind, added.Parent, added.Consumers, new(added.FromHour));
                    segments[added.Segment] = segment with { Groups = [.. segment.Groups, group] };
                    break;
                case MeterRegistryEvent.MeterReplaced replaced:
                    Replace(segments, replaced.Group, replaced.Channel, replaced.Meter);
                    break;
                case MeterRegistryEvent.MeterDecommissioned decommissioned:
                    Replace(segments, decommissioned.Group, decommissioned.Channel, NoMeter);
                    break;
                case AccountBookEvent.AccountOpened opened:
                    accounts[opened.Account] = RegisteredAccount.Of(opened);
                    break;
                case AccountBookEvent.TermsChanged changed:
                    accounts[changed.Account] = Find(accounts, changed.Account)
                        .With(new(changed.FromPeriod), PlanOnChain.ToDomain(changed.Terms));
                    break;
                case AccountBookEvent.MovedOut moved:
                    (accounts[moved.Account], accounts[moved.Successor]) = Find(accounts, moved.Account).HandedOver(moved, calendar);
                    break;
                case TariffBookEvent.ProviderRegistered provider:
                    payees[provider.Provider] = provider.Payee;
                    break;
                case TariffBookEvent.TariffPublished published:
                    tariffs.Add(PlanOnChain.ToDomain(published.Tariff));
                    break;
            }
        }
        return new(segments, [.. accounts.Values], payees, tariffs);
    }

    private static void Replace(
        Dictionary<uint, RegisteredSegment> segments, uint number, int channel, MeterRegistryContract.Meter meter)
    {
        RegisteredSegment segment = segments.Values.FirstOrDefault(one => one.Groups.Any(group => group.Number == number))
            ?? throw new LedgerException($"A meter of group {number} was replaced, but the group was never added.");
        segments[segment.Number] = segment with
        {
            Groups = segment.Groups.Select(group => group.Number == number ? Replace(group, channel, meter) : group).ToArray(),
        };
    }

    private static RegisteredGroup Replace(RegisteredGroup group, int channel, MeterRegistryContract.Meter meter)
    {
        if (channel < group.ParentChannels)
        {
            return group with { Parent = meter };
        }
        MeterRegistryContract.Consumer[] consumers = [.. group.Consumers];
        int index = channel - group.ParentChannels;
        consumers[index] = consumers[index] with { Meter = meter };
        return group with { Consumers = consumers };
    }

    private static RegisteredSegment Find(Dictionary<uint, RegisteredSegment> segments, uint number) =>
        segments.TryGetValue(number, out RegisteredSegment? segment)
            ? segment
            : throw new LedgerException($"A group was added to segment {number}, which was never opened.");

    private static RegisteredAccount Find(OrderedDictionary<Hash32, RegisteredAccount> accounts, Hash32 id) =>
        accounts.TryGetValue(id, out RegisteredAccount? account)
            ? account
            : throw new LedgerException($"Account {id} was changed, but it was never opened.");
}
