using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>A group as the registry's events tell it.</summary>
internal sealed class AuditedGroup(
    uint number, uint segment, EnergyKind kind, Hour firstHour, MeterAccuracy parent, IEnumerable<BalanceConsumer> consumers)
{
    private readonly List<BalanceConsumer> _consumers = [.. consumers];
    private MeterAccuracy _parent = parent;
    private BalanceGroup? _balance;

    /// <summary>Number on chain.</summary>
    public uint Number { get; } = number;

    /// <summary>Its segment.</summary>
    public uint Segment { get; } = segment;

    /// <summary>What it measures.</summary>
    public EnergyKind Kind { get; } = kind;

    /// <summary>The first hour that it is part of.</summary>
    public Hour FirstHour { get; } = firstHour;

    /// <summary>The balance by the meters that are there now.</summary>
    public BalanceGroup Balance => _balance ??= new(Kind, _parent, _consumers);

    /// <summary>Accounts in order of opening, with their areas.</summary>
    public List<(Hash32 Account, SquareDecimetres Area)> Areas { get; } = [];

    /// <summary>Phase of a channel.</summary>
    public int PhaseOf(int channel) => channel < Balance.Phases ? channel : _consumers[channel - Balance.Phases].Phase;

    /// <summary>Has a channel a meter now?</summary>
    public bool HasMeter(int channel) => channel < Balance.Phases || _consumers[channel - Balance.Phases].Accuracy.AccuracyClass != 0;

    /// <summary>Another meter measures a channel from now on; one of class 0: none.</summary>
    public void Replace(int channel, MeterAccuracy accuracy)
    {
        int phases = Balance.Phases;
        if (channel < phases)
        {
            _parent = accuracy;
        }
        else
        {
            _consumers[channel - phases] = _consumers[channel - phases] with { Accuracy = accuracy };
        }
        _balance = null;
    }
}

/// <summary>A segment as the registry's events tell it.</summary>
internal sealed record AuditedSegment(EnergyKind Kind, Hour FirstHour)
{
    /// <summary>Groups in payload order.</summary>
    public List<AuditedGroup> Groups { get; } = [];

    /// <summary>The groups that are part of an hour, in payload order.</summary>
    public IReadOnlyList<AuditedGroup> GroupsAt(Hour hour) => [.. Groups.TakeWhile(group => group.FirstHour <= hour)];
}

/// <summary>The registry as its events tell it up to a point of the history.</summary>
internal sealed class Registry
{
    /// <summary>Segments by number.</summary>
    public SortedDictionary<uint, AuditedSegment> Segments { get; } = [];

    /// <summary>Groups by number.</summary>
    public SortedDictionary<uint, AuditedGroup> Groups { get; } = [];

    /// <summary>Accounts in order of opening.</summary>
    public Dictionary<Hash32, MeterRegistryContract.Account> Accounts { get; } = [];

    /// <summary>Takes the next event of the registry.</summary>
    public void Apply(MeterRegistryEvent registryEvent)
    {
        switch (registryEvent)
        {
            case MeterRegistryEvent.SegmentOpened opened:
                Segments[opened.Segment] = new((EnergyKind)opened.Kind, new(opened.FirstHour));
                break;
            case MeterRegistryEvent.GroupAdded added when Segments.TryGetValue(added.Segment, out AuditedSegment? segment):
                AuditedGroup newcomer = new(
                    added.Group, added.Segment, segment.Kind, new(added.FromHour), AccuracyOf(added.Parent),
                    added.Consumers.Select(consumer => new BalanceConsumer(AccuracyOf(consumer.Meter), consumer.Phase)));
                Groups[added.Group] = newcomer;
                segment.Groups.Add(newcomer);
                break;
            case MeterRegistryEvent.MeterReplaced replaced when Groups.TryGetValue(replaced.Group, out AuditedGroup? group):
                group.Replace(replaced.Channel, AccuracyOf(replaced.Meter));
                break;
            case MeterRegistryEvent.MeterDecommissioned decommissioned when Groups.TryGetValue(decommissioned.Group, out AuditedGroup? group):
                group.Replace(decommissioned.Channel, default);
                break;
            case MeterRegistryEvent.AccountOpened opened:
                Open(opened);
                break;
        }
    }

    private static MeterAccuracy AccuracyOf(MeterRegistryContract.Meter meter) => new(meter.AccuracyClass, meter.Resolution);

    private void Open(MeterRegistryEvent.AccountOpened opened)
    {
        Accounts[opened.Account] = opened.Details;
        foreach (uint number in new[] { opened.Details.ElectricityGroup, opened.Details.HeatGroup })
        {
            if (Groups.TryGetValue(number, out AuditedGroup? group))
            {
                group.Areas.Add((opened.Account, new(opened.Details.Area)));
            }
        }
    }
}
