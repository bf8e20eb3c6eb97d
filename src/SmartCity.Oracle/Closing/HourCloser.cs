using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>A channel by its place on chain.</summary>
/// <param name="Group">The group's number.</param>
/// <param name="Channel">The channel in the group.</param>
internal readonly record struct ChannelKey(uint Group, int Channel);

/// <summary>An event of a meter, as closing an hour finds it.</summary>
/// <param name="Hour">The hour.</param>
/// <param name="Signal">The signal.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Detail">In words and figures.</param>
internal readonly record struct MeterEvent(Hour Hour, SignalKey Signal, MeterEventKind Kind, string Detail);

/// <summary>What is stated of an hour of a segment.</summary>
/// <param name="Segment">The segment's number.</param>
/// <param name="Hour">The hour.</param>
/// <param name="Groups">Readings of each group, in payload order.</param>
/// <param name="Imbalances">Phases that do not balance, as the contract will find.</param>
internal sealed record ClosedHour(uint Segment, Hour Hour, IReadOnlyList<IReadOnlyList<Reading>> Groups, int Imbalances)
{
    /// <summary>The payload that is signed.</summary>
    public byte[] Payload() => HourPayload.Encode(Groups);

    /// <summary>How many channels have a quality.</summary>
    public int Count(Quality quality) => Groups.Sum(channels => channels.Count(reading => reading.Quality == quality));
}

/// <summary>Closes hours: turns what the source said into intervals. Holds the state of every channel; does no input or output.</summary>
internal sealed class HourCloser
{
    private readonly CityLayout _layout;
    private readonly Dictionary<uint, BalanceGroup> _balances;
    private readonly Dictionary<ChannelKey, ChannelState> _states = [];

    /// <summary>A closer that goes on from given states; channels without one begin anew.</summary>
    public HourCloser(CityLayout layout, IEnumerable<KeyValuePair<ChannelKey, ChannelState>> states)
    {
        _layout = layout;
        _balances = layout.Segments
            .SelectMany(segment => segment.Groups.Select(group => (group.Plan.Number, Balance: BalanceGroup.Of(segment.Kind, group.Plan))))
            .ToDictionary(pair => pair.Number, pair => pair.Balance);
        foreach ((ChannelKey key, ChannelState state) in states)
        {
            _states[key] = state;
        }
    }

    /// <summary>States of all channels that have one.</summary>
    public IReadOnlyDictionary<ChannelKey, ChannelState> States => _states;

    /// <summary>Takes the registers as of the start of a segment's first hour: where its first interval begins.</summary>
    public void Begin(SegmentLayout segment, IReadOnlyDictionary<SignalKey, HourInput> inputs)
    {
        Hour before = new(_layout.FirstHour.Value - 1);
        foreach (ChannelLayout channel in segment.Groups.SelectMany(group => group.Channels))
        {
            ChannelState state = Beginning(channel);
            (_, RegisterTrack track) = state.Track.Take(before, SampleOf(channel, before, inputs, state), channel.Limits);
            _states[new(channel.Group, channel.Channel)] = state with { Track = track };
        }
    }

    /// <summary>
    /// Takes over what the chain holds of a segment and this journal does not: the next interval begins where the chain's sum of
    /// intervals ends, so that register on chain and register of the meter go on together.
    /// </summary>
    /// <param name="segment">The segment.</param>
    /// <param name="next">The hour that the chain waits for.</param>
    /// <param name="first">Registers as of the start of the segment's first hour.</param>
    /// <param name="now">Registers as of the start of <paramref name="next"/>.</param>
    /// <param name="onChain">Sum of each channel's intervals on the chain.</param>
    /// <returns>The signals whose sum on the chain does not explain their register: a reset or replacement, or a register not known.</returns>
    public IReadOnlyList<SignalKey> Adopt(
        SegmentLayout segment,
        Hour next,
        IReadOnlyDictionary<SignalKey, HourInput> first,
        IReadOnlyDictionary<SignalKey, HourInput> now,
        IReadOnlyDictionary<ChannelKey, Quantity> onChain)
    {
        List<SignalKey> unexplained = [];
        foreach (ChannelLayout channel in segment.Groups.SelectMany(group => group.Channels))
        {
            ChannelKey key = new(channel.Group, channel.Channel);
            ChannelState state = Beginning(channel);
            RegisterSample? register = SampleOf(channel, new(next.Value - 1), now, state);
            RegisterSample? explained = channel.Kind == EnergyKind.Electricity && SampleOf(channel, new(_layout.FirstHour.Value - 1), first, state) is { } start
                ? start with { Register = new((start.Register.Value + onChain[key].Value) % channel.Limits.Modulus) }
                : null;
            ulong unstated = 0;
            if (register is { } shown && explained is { } sum && RegisterDifference.Between(sum, shown, channel.Limits) is RegisterDifference.Consumed rest)
            {
                unstated = rest.Interval.Value;
            }
            else if (channel.Kind == EnergyKind.Electricity || register is null)
            {
                unexplained.Add(channel.RegisterKey);
            }
            RegisterSample? from = register ?? (explained is { } known ? known with { Time = next.Start } : null);
            _states[key] = state with { Track = RegisterTrack.Empty with { Base = from }, Unstated = unstated };
        }
        return unexplained;
    }

    /// <summary>Closes the next hour of a segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="hour">The hour after the last one closed.</param>
    /// <param name="inputs">Registers as of the hour's end and means over it; what is not there is missing.</param>
    /// <param name="events">Receives what happened to meters.</param>
    public ClosedHour Close(
        SegmentLayout segment, Hour hour, IReadOnlyDictionary<SignalKey, HourInput> inputs, ICollection<MeterEvent> events)
    {
        Reading[][] groups = new Reading[segment.Groups.Count][];
        int imbalances = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            GroupLayout group = segment.Groups[i];
            groups[i] = [.. group.Channels.Select(channel => CloseChannel(channel, hour, inputs, events))];
            imbalances += CheckBalance(group, groups[i], hour, events);
        }
        return new(segment.Number, hour, groups, imbalances);
    }

    private Reading CloseChannel(
        ChannelLayout channel, Hour hour, IReadOnlyDictionary<SignalKey, HourInput> inputs, ICollection<MeterEvent> events)
    {
        ChannelState state = StateOf(channel);
        (RegisterStep step, RegisterTrack track) = state.Track.Take(hour, SampleOf(channel, hour, inputs, state), channel.Limits);
        if (step.Event is { } kind)
        {
            events.Add(new(hour, channel.RegisterKey, kind, step.Detail));
        }
        state = state with { Track = track };
        (Reading reading, ChannelState next) = state.Heat is { } heat
            ? StateHeat(state, heat, step, hour, channel, inputs)
            : Stated(state, step.Interval, isWholeHour: step.Since == hour.Start);
        _states[new(channel.Group, channel.Channel)] = next;
        return reading;
    }

    private static (Reading Reading, ChannelState Next) StateHeat(
        ChannelState state, HeatState heat, RegisterStep step, Hour hour, ChannelLayout channel, IReadOnlyDictionary<SignalKey, HourInput> inputs)
    {
        bool isWholeHour = step.Since == hour.Start && heat is { Millilitres: 0, Hours: 0 };
        decimal?[] means = [.. CityLayout.HeatMeans.Select(signal => inputs.GetValueOrDefault(new(channel.SourceObject, signal)).Value)];
        heat = heat.Add(means[0], means[1], means[2], means[3]);
        heat = heat with { Millilitres = heat.Millilitres + (step.Interval?.Value ?? 0) };
        if (step.Interval is null || heat.Heat() is not { } energy)
        {
            return Stated(state with { Heat = heat }, null, isWholeHour);
        }
        return Stated(state with { Heat = HeatState.Empty }, energy.AsQuantity, isWholeHour);
    }

    /// <summary>States what is known, as far as an hour can carry it; the rest is stated in the hours after.</summary>
    private static (Reading Reading, ChannelState Next) Stated(ChannelState state, Quantity? interval, bool isWholeHour)
    {
        if (interval is null && state.Unstated == 0)
        {
            return (Reading.Missing, state);
        }
        ulong known = state.Unstated + (interval?.Value ?? 0);
        ulong stated = Math.Min(known, Reading.MaxInterval);
        bool isMeasured = isWholeHour && state.Unstated == 0 && stated == known;
        return (new(new(stated), isMeasured ? Quality.Measured : Quality.Interpolated), state with { Unstated = known - stated });
    }

    private int CheckBalance(GroupLayout group, IReadOnlyList<Reading> readings, Hour hour, ICollection<MeterEvent> events)
    {
        int imbalances = 0;
        foreach (PhaseBalance balance in _balances[group.Plan.Number].Check(readings))
        {
            if (balance.Verdict == BalanceVerdict.Unbalanced)
            {
                imbalances++;
                events.Add(new(
                    hour, group.Channels[balance.Phase].RegisterKey, MeterEventKind.Imbalance,
                    $"{group.Plan.Name}: parent {balance.Parent.Value}, consumers {balance.Consumers.Value}, difference {balance.Difference}, tolerance {balance.Tolerance.Value}"));
            }
        }
        return imbalances;
    }

    private ChannelState StateOf(ChannelLayout channel) =>
        _states.GetValueOrDefault(new(channel.Group, channel.Channel), Beginning(channel));

    private static ChannelState Beginning(ChannelLayout channel) =>
        channel.Kind == EnergyKind.Heat ? ChannelState.HeatMeter : ChannelState.Electricity;

    private static RegisterSample? SampleOf(
        ChannelLayout channel, Hour hour, IReadOnlyDictionary<SignalKey, HourInput> inputs, ChannelState state)
    {
        if (inputs.GetValueOrDefault(channel.RegisterKey).Value is not { } value || ToUnits(channel, value) is not { } register)
        {
            return null;
        }
        ulong serial = channel.Kind == EnergyKind.Heat || inputs.GetValueOrDefault(channel.SerialKey).Value is not { } number || !IsWhole(number)
            ? state.Track.Base?.SerialNumber ?? channel.SerialNumber
            : (ulong)number;
        return new(serial, new(register), hour.End);
    }

    private static ulong? ToUnits(ChannelLayout channel, decimal value)
    {
        const decimal WattHoursPerKilowattHour = 1_000;
        decimal units = channel.Kind == EnergyKind.Heat ? CityLayout.MillilitresPerCubicMetre : WattHoursPerKilowattHour;
        return value is >= 0 and < 1_000_000_000_000 ? (ulong)decimal.Floor(value * units) : null;
    }

    private static bool IsWhole(decimal number) => number is >= 0 and <= long.MaxValue && decimal.IsInteger(number);
}
