using SmartCity.Domain;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>A group as the registry's events tell it.</summary>
internal sealed class AuditedGroup
{
    private readonly List<BalanceConsumer> _consumers;
    private readonly List<MeterLife> _meters = [];
    private MeterAccuracy _parent;
    private BalanceGroup? _balance;

    public AuditedGroup(MeterRegistryEvent.GroupAdded added, EnergyKind kind)
    {
        (Number, Segment, Kind, FirstHour) = (added.Group, added.Segment, kind, new(added.FromHour));
        _parent = AccuracyOf(added.Parent);
        _consumers = [.. added.Consumers.Select(consumer => new BalanceConsumer(AccuracyOf(consumer.Meter), consumer.Phase))];
        foreach (MeterRegistryContract.Meter meter in added.Consumers.Select(consumer => consumer.Meter).Prepend(added.Parent))
        {
            MeterLife life = new();
            life.Install(FirstHour, meter);
            _meters.Add(life);
        }
    }

    /// <summary>Number on chain.</summary>
    public uint Number { get; }

    /// <summary>Its segment.</summary>
    public uint Segment { get; }

    /// <summary>What it measures.</summary>
    public EnergyKind Kind { get; }

    /// <summary>The first hour that it is part of.</summary>
    public Hour FirstHour { get; }

    /// <summary>The balance by the meters that are there now.</summary>
    public BalanceGroup Balance => _balance ??= new(Kind, _parent, _consumers);

    /// <summary>Number of channels: those of the parent, then the consumers'.</summary>
    public int Channels => Phases + _consumers.Count;

    /// <summary>Channels of the parent.</summary>
    public int Phases => Kind.ParentChannels();

    /// <summary>Phase of a channel.</summary>
    public int PhaseOf(int channel) => channel < Phases ? channel : _consumers[channel - Phases].Phase;

    /// <summary>Has a channel a meter now?</summary>
    public bool HasMeter(int channel) => channel < Phases || _consumers[channel - Phases].Accuracy.AccuracyClass != 0;

    /// <summary>The meters of a channel; those of a parent are one and the same.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The group has no such channel.</exception>
    public MeterLife MetersOf(int channel) => _meters[channel < Phases ? 0 : channel - Phases + 1];

    /// <summary>The hours of a period in which the group is there: the first, and the first after them.</summary>
    public (Hour Start, Hour End) HoursOf(Period period, CityCalendar calendar)
    {
        Hour start = calendar.FirstHourOf(period);
        return (start < FirstHour ? FirstHour : start, calendar.FirstHourOf(period.Next));
    }

    /// <summary>Another meter measures a channel.</summary>
    public void Replace(MeterRegistryEvent.MeterReplaced replaced)
    {
        MetersOf(replaced.Channel).Install(new(replaced.FromHour), replaced.Meter);
        SetAccuracy(replaced.Channel, AccuracyOf(replaced.Meter));
    }

    /// <summary>A consumer's meter is taken away.</summary>
    public void Decommission(MeterRegistryEvent.MeterDecommissioned decommissioned)
    {
        MetersOf(decommissioned.Channel).Remove(new(decommissioned.FromHour));
        SetAccuracy(decommissioned.Channel, default);
    }

    /// <summary>The balance takes the meters as they are now, whatever hour the change is from.</summary>
    private void SetAccuracy(int channel, MeterAccuracy accuracy)
    {
        if (channel < Phases)
        {
            _parent = accuracy;
        }
        else
        {
            _consumers[channel - Phases] = _consumers[channel - Phases] with { Accuracy = accuracy };
        }
        _balance = null;
    }

    private static MeterAccuracy AccuracyOf(MeterRegistryContract.Meter meter) => new(meter.AccuracyClass, meter.Resolution);
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

    /// <summary>Takes the next event of the registry.</summary>
    public void Apply(MeterRegistryEvent registryEvent)
    {
        switch (registryEvent)
        {
            case MeterRegistryEvent.SegmentOpened opened:
                Segments[opened.Segment] = new((EnergyKind)opened.Kind, new(opened.FirstHour));
                break;
            case MeterRegistryEvent.GroupAdded added when Segments.TryGetValue(added.Segment, out AuditedSegment? segment):
                AuditedGroup newcomer = new(added, segment.Kind);
                Groups[added.Group] = newcomer;
                segment.Groups.Add(newcomer);
                break;
            case MeterRegistryEvent.MeterReplaced replaced:
                Groups[replaced.Group].Replace(replaced);
                break;
            case MeterRegistryEvent.MeterDecommissioned decommissioned:
                Groups[decommissioned.Group].Decommission(decommissioned);
                break;
            case MeterRegistryEvent.FaultReported reported:
                Groups[reported.Group].MetersOf(reported.Channel).Report(new(reported.FromHour), reported.Fault);
                break;
        }
    }
}
