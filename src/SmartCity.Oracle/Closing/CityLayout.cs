using System.Collections.Concurrent;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>A channel and the signals that feed it.</summary>
/// <param name="Group">Number of the group on chain.</param>
/// <param name="Channel">Channel in the group.</param>
/// <param name="Kind">Electricity or heat.</param>
/// <param name="SourceObject">Tag of the meter's object.</param>
/// <param name="Register">Tag of the cumulative register.</param>
/// <param name="SerialNumber">Factory number by the plan, taken while the source does not tell one.</param>
/// <param name="Limits">What the register can show.</param>
/// <param name="Energy">The same channel by the heat meter's own energy register, which is followed where the source has one.</param>
internal sealed record ChannelLayout(
    uint Group, int Channel, EnergyKind Kind, string SourceObject, string Register, ulong SerialNumber, RegisterLimits Limits, ChannelLayout? Energy = null)
{
    /// <summary>Each made once: every channel of every hour asks for one of these few.</summary>
    private static readonly ConcurrentDictionary<string, string> ImportTags = new(StringComparer.Ordinal);

    /// <summary>The register that a channel's state follows.</summary>
    public ChannelLayout Followed(ChannelState state) => Energy is { } energy && state.Heat is null ? energy : this;

    /// <summary>The register.</summary>
    public SignalKey RegisterKey => new(SourceObject, Register);

    /// <summary>The interval that was imported for an hour, kWh.</summary>
    public SignalKey ImportKey => new(SourceObject, ImportTags.GetOrAdd(Register, static register => $"{register}.80020"));

    /// <summary>The serial number.</summary>
    public SignalKey SerialKey => new(SourceObject, CityLayout.SerialSignal);
}

/// <summary>A group and its channels, in payload order.</summary>
/// <param name="Plan">The group.</param>
/// <param name="Channels">Parent's channels, then the consumers'.</param>
internal sealed record GroupLayout(GroupPlan Plan, IReadOnlyList<ChannelLayout> Channels);

/// <summary>A segment and its groups, in payload order.</summary>
/// <param name="Number">Number on chain.</param>
/// <param name="Kind">Electricity or heat.</param>
/// <param name="Groups">Groups.</param>
internal sealed record SegmentLayout(uint Number, EnergyKind Kind, IReadOnlyList<GroupLayout> Groups);

/// <summary>Where a channel is.</summary>
/// <param name="Segment">Its segment.</param>
/// <param name="GroupIndex">Its group's place in the segment's payload.</param>
/// <param name="Channel">The channel.</param>
internal readonly record struct ChannelPlace(SegmentLayout Segment, int GroupIndex, ChannelLayout Channel);

/// <summary>Which signal feeds which place of which payload.</summary>
/// <param name="Calendar">The city's calendar.</param>
/// <param name="FirstHour">First hour of every segment.</param>
/// <param name="Segments">Segments by number.</param>
internal sealed record CityLayout(CityCalendar Calendar, Hour FirstHour, IReadOnlyList<SegmentLayout> Segments)
{
    /// <summary>Tag of a meter's serial number.</summary>
    public const string SerialSignal = "sn";

    /// <summary>A flow register is followed in millilitres, so that no decimal of the source is lost.</summary>
    public const ulong MillilitresPerCubicMetre = 1_000_000;

    /// <summary>Tags of a heat meter's means, in the order t1, t2, p1, p2.</summary>
    public static readonly IReadOnlyList<string> HeatMeans = ["t1", "t2", "p1", "p2"];

    /// <summary>Tag of a heat meter's flow register.</summary>
    public const string FlowSignal = "flow";
    /// <summary>Tag of a heat meter's energy register, Gcal. Not every meter has one.</summary>
    public const string EnergySignal = "q";

    private const string ConsumerSignal = "a";

    // A single-phase meter for direct connection carries 100 A at 230 V: 23 kW. A phase of a house carries its flats and the common parts.
    private const ulong MaxWattHoursOfConsumer = 23_000;

    // The largest common domestic ultrasonic meters (DN 100) carry 120 m³/h.
    private const ulong MaxCubicMetresPerHour = 120;

    // Those 120 m³/h cooled by 130 °C, the most of a network of 150/70 °C with its return cold, are 16 Gcal.
    private const ulong MaxKilocaloriesPerHour = 16_000_000;

    private const int RegisterDigits = 9; // 999,999.999 kWh
    private const int FlowDigits = 12; // 999,999.999999 m³
    private const int EnergyDigits = 12; // 999,999.999999 Gcal

    private static readonly string[] ParentSignals = ["a0", "a1", "a2"];

    /// <summary>The layout of a city.</summary>
    public static CityLayout Of(CityPlan plan)
    {
        CityCalendar calendar = new(TimeSpan.FromHours(plan.UtcOffsetHours));
        return new(calendar, calendar.FirstHourOf(plan.FirstPeriod), [.. plan.Segments.Select(segment => new SegmentLayout(
            segment.Number,
            segment.Kind,
            [.. segment.Groups.Select(group => new GroupLayout(
                group, segment.Kind == EnergyKind.Electricity ? ElectricityChannels(group) : HeatChannels(group)))]))]);
    }

    /// <summary>Where each channel is.</summary>
    public IReadOnlyDictionary<ChannelKey, ChannelPlace> Places { get; } = Segments
        .SelectMany(segment => segment.Groups.Index().SelectMany(group => group.Item.Channels.Select(channel => new ChannelPlace(segment, group.Index, channel))))
        .ToDictionary(place => new ChannelKey(place.Channel.Group, place.Channel.Channel));

    /// <summary>All channels, in payload order.</summary>
    public IEnumerable<ChannelLayout> Channels => Segments.SelectMany(segment => segment.Groups).SelectMany(group => group.Channels);

    /// <summary>Signals whose value as of an hour's end is needed: registers and serial numbers.</summary>
    public IEnumerable<SignalKey> Boundaries => Channels
        .SelectMany(channel => channel.Kind == EnergyKind.Electricity ? [channel.RegisterKey, channel.SerialKey] : new[] { channel.RegisterKey })
        .Distinct();

    /// <summary>Signals whose value as of an hour's end is taken where the source has them: energy registers of heat meters.</summary>
    public IEnumerable<SignalKey> OptionalBoundaries => Channels.Select(channel => channel.Energy).OfType<ChannelLayout>().Select(energy => energy.RegisterKey).Distinct();

    /// <summary>Signals whose mean over an hour is needed.</summary>
    public IEnumerable<SignalKey> Means => Channels
        .Where(channel => channel.Kind == EnergyKind.Heat)
        .SelectMany(channel => HeatMeans.Select(signal => new SignalKey(channel.SourceObject, signal)))
        .Distinct();

    private static List<ChannelLayout> ElectricityChannels(GroupPlan group)
    {
        List<ChannelLayout> channels = [];
        for (int phase = 0; phase < ParentSignals.Length; phase++)
        {
            int consumers = group.Consumers.Count(consumer => consumer.Phase == phase);
            channels.Add(Channel(group, channels.Count, group.Parent, ParentSignals[phase], (ulong)(consumers + 1) * MaxWattHoursOfConsumer));
        }
        foreach (ConsumerPlan consumer in group.Consumers)
        {
            channels.Add(Channel(group, channels.Count, consumer.Meter, ConsumerSignal, MaxWattHoursOfConsumer));
        }
        return channels;

        static ChannelLayout Channel(GroupPlan group, int channel, MeterPlan meter, string register, ulong maxPerHour) => new(
            group.Number, channel, EnergyKind.Electricity, meter.SourceObject, register, meter.SerialNumber,
            RegisterLimits.OfDigits(RegisterDigits, 1, maxPerHour));
    }

    private static List<ChannelLayout> HeatChannels(GroupPlan group) =>
        [.. new[] { group.Parent }.Concat(group.Consumers.Select(consumer => consumer.Meter)).Select((meter, channel) => new ChannelLayout(
            group.Number, channel, EnergyKind.Heat, meter.SourceObject, FlowSignal, meter.SerialNumber,
            RegisterLimits.OfDigits(FlowDigits, 1, MaxCubicMetresPerHour * MillilitresPerCubicMetre),
            new(group.Number, channel, EnergyKind.Heat, meter.SourceObject, EnergySignal, meter.SerialNumber,
                RegisterLimits.OfDigits(EnergyDigits, 1, MaxKilocaloriesPerHour))))];
}
