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

/// <summary>Segments, groups, accounts, providers and tariffs: the city plan's half that is on the chain. Immutable.</summary>
/// <param name="Segments">Segments by number.</param>
/// <param name="Accounts">Accounts in order of opening.</param>
/// <param name="Payees">Where each provider's share is paid.</param>
/// <param name="Tariffs">Tariffs in order of publication.</param>
public sealed record CityRegistry(
    IReadOnlyDictionary<uint, RegisteredSegment> Segments,
    IReadOnlyList<(Hash32 Id, MeterRegistryContract.Account Details)> Accounts,
    IReadOnlyDictionary<ushort, Address> Payees,
    IReadOnlyList<TariffPlan> Tariffs)
{
    private static readonly MeterRegistryContract.Meter NoMeter = new(0, Hash32.Zero, 0, 0, 0, 0, 0);

    /// <summary>Nothing registered.</summary>
    public static CityRegistry Empty { get; } = From([]);

    /// <summary>Builds the registry from what the contracts told, in the order of the chain; other events are passed over.</summary>
    /// <exception cref="LedgerException">An event refers to what was not told before: events are missing.</exception>
    public static CityRegistry From(IEnumerable<ContractEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        Dictionary<uint, RegisteredSegment> segments = [];
        List<(Hash32, MeterRegistryContract.Account)> accounts = [];
        Dictionary<ushort, Address> payees = [];
        List<TariffPlan> tariffs = [];
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
                case MeterRegistryEvent.AccountOpened account:
                    accounts.Add((account.Account, account.Details));
                    break;
                case TariffBookEvent.ProviderRegistered provider:
                    payees[provider.Provider] = provider.Payee;
                    break;
                case TariffBookEvent.TariffPublished published:
                    tariffs.Add(PlanOnChain.ToPlan(published.Tariff));
                    break;
            }
        }
        return new(segments, accounts, payees, tariffs);
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
}
