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

/// <summary>What a channel consumed in hours that were stated as missing, known since its register came back.</summary>
/// <param name="Group">The group's number.</param>
/// <param name="Channel">The channel in the group.</param>
/// <param name="FirstHour">The first missing hour.</param>
/// <param name="Intervals">Wh or kcal of each missing hour, in order.</param>
/// <param name="Evidence">What it was computed from, in words and figures.</param>
internal sealed record GapFill(uint Group, int Channel, Hour FirstHour, IReadOnlyList<ulong> Intervals, string Evidence);

/// <summary>What is stated of an hour of a segment.</summary>
/// <param name="Segment">The segment's number.</param>
/// <param name="Hour">The hour.</param>
/// <param name="Groups">Readings of each group, in payload order.</param>
/// <param name="Imbalances">Phases that do not balance, as the contract will find.</param>
/// <param name="Fills">What is known now of hours that were stated as missing.</param>
internal sealed record ClosedHour(
    uint Segment, Hour Hour, IReadOnlyList<IReadOnlyList<Reading>> Groups, int Imbalances, IReadOnlyList<GapFill> Fills)
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

    /// <summary>Takes the registers as of the start of a segment's first hour: where its first interval begins. What is known of that stays: a
    /// source that is asked again, because it did not answer what was asked next, may tell less.</summary>
    public void Begin(SegmentLayout segment, IReadOnlyDictionary<SignalKey, HourInput> inputs)
    {
        Hour before = new(_layout.FirstHour.Value - 1);
        foreach (ChannelLayout channel in segment.Groups.SelectMany(group => group.Channels))
        {
            ChannelKey key = new(channel.Group, channel.Channel);
            if (_states.TryGetValue(key, out ChannelState? known) && known.Track.Base is not null)
            {
                continue;
            }
            ChannelState state = Beginning(channel, inputs);
            ChannelLayout followed = channel.Followed(state);
            (_, RegisterTrack track) = state.Track.Take(before, SampleOf(followed, before, inputs, state), followed.Limits);
            _states[key] = state with { Track = track };
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
            ChannelState state = Beginning(channel, now);
            RegisterSample? register = SampleOf(channel.Followed(state), new(next.Value - 1), now, state);
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
        List<GapFill> fills = [];
        int imbalances = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            GroupLayout group = segment.Groups[i];
            groups[i] = [.. group.Channels.Select(channel => CloseChannel(channel, hour, inputs, events, fills))];
            IReadOnlyList<PhaseBalance> balances = _balances[group.Plan.Number].Check(groups[i]);
            imbalances += TellImbalances(group, balances, hour, events);
            TellFrozen(group, groups[i], balances, hour, events);
        }
        return new(segment.Number, hour, groups, imbalances, fills);
    }

    /// <summary>Goes on from what stands of a closed hour, where it is not what was closed here.</summary>
    public void Follow(SegmentLayout segment, Hour hour, ReadOnlySpan<byte> own, ReadOnlySpan<byte> agreed, CosignCheck check)
    {
        int[] channels = [.. segment.Groups.Select(group => group.Channels.Count)];
        IReadOnlyList<IReadOnlyList<Reading>> ours = HourPayload.Decode(own, channels);
        IReadOnlyList<IReadOnlyList<Reading>> theirs = HourPayload.Decode(agreed, channels);
        foreach ((GroupLayout group, int i) in segment.Groups.Select((group, i) => (group, i)))
        {
            foreach (ChannelLayout channel in group.Channels.Where(channel => ours[i][channel.Channel] != theirs[i][channel.Channel]))
            {
                (Reading here, Reading there) = (ours[i][channel.Channel], theirs[i][channel.Channel]);
                _states[new(channel.Group, channel.Channel)] = Following.Of(
                    StateOf(channel), channel, hour, here, there, check.Agrees(group, channel, here, there));
            }
        }
    }

    private Reading CloseChannel(
        ChannelLayout channel,
        Hour hour,
        IReadOnlyDictionary<SignalKey, HourInput> inputs,
        ICollection<MeterEvent> events,
        ICollection<GapFill> fills)
    {
        ChannelState state = StateOf(channel);
        ChannelLayout followed = channel.Followed(state);
        (RegisterStep step, RegisterTrack track) = state.Track.Take(hour, SampleOf(followed, hour, inputs, state), followed.Limits);
        (step, track) = ImportedInterval.Prefer(hour, ImportedOf(channel, inputs), step, track, followed.Limits);
        if (step.Event is { } kind)
        {
            events.Add(new(hour, followed.RegisterKey, kind, step.Detail));
        }
        state = state with { Track = track };
        Known known = new(step.Interval, step.Since);
        if (state.Heat is { } heat)
        {
            (known, heat) = KnownHeat(heat, step, channel, inputs);
            state = state with { Heat = heat };
        }
        if (known.Interval is { } interval && state.Carry != 0)
        {
            (interval, state) = state.WithCarry(interval);
            known = known with { Interval = interval };
        }
        (Reading reading, ChannelState next, IReadOnlyList<ulong> missing) = Stated(state, known, hour);
        if (missing.Count > 0)
        {
            Hour first = new(hour.Value - (uint)missing.Count);
            fills.Add(new(channel.Group, channel.Channel, first, missing, $"{followed.RegisterKey}: {known.Interval!.Value.Value} "
                + $"{(channel.Kind == EnergyKind.Heat ? "kcal" : "Wh")} in the {missing.Count + 1} hours from {first}, shared alike"));
        }
        _states[new(channel.Group, channel.Channel)] = WithEnergyRegister(channel, next, hour, inputs, events);
        return reading;
    }

    /// <summary>
    /// A heat meter whose energy register comes to be known is followed by it from the hour's end on, once the heat of all water that passed
    /// is stated: what the meter itself counted goes before what we compute.
    /// </summary>
    private static ChannelState WithEnergyRegister(
        ChannelLayout channel, ChannelState state, Hour hour, IReadOnlyDictionary<SignalKey, HourInput> inputs, ICollection<MeterEvent> events)
    {
        bool isWaterStated = state.Heat is { Since: null } && (state.Track.Base is not { } from || from.Time == hour.End);
        if (!isWaterStated || channel.Energy is not { } energy || SampleOf(energy, hour, inputs, ChannelState.EnergyRegister) is not { } register)
        {
            return state;
        }
        events.Add(new(hour, energy.RegisterKey, MeterEventKind.EnergyRegister,
            $"the energy register shows {register.Register.Value} kcal; heat is taken from it from {hour.Next} on"));
        return ChannelState.EnergyRegister with { Track = RegisterTrack.Empty with { Base = register }, Unstated = state.Unstated };
    }

    /// <summary>Heat is known when water and both temperatures are; until then the water waits.</summary>
    private static (Known Known, HeatState Next) KnownHeat(
        HeatState heat, RegisterStep step, ChannelLayout channel, IReadOnlyDictionary<SignalKey, HourInput> inputs)
    {
        decimal?[] means = [.. CityLayout.HeatMeans.Select(signal => inputs.GetValueOrDefault(new(channel.SourceObject, signal)).Value)];
        heat = heat.Add(means[0], means[1], means[2], means[3]).Add(step.Interval, step.Since);
        return step.Interval is not null && heat is { Since: { } since } && heat.Heat() is { } energy
            ? (new(energy.AsQuantity, since), HeatState.Empty)
            : (new(null, step.Since), heat);
    }

    /// <summary>
    /// States the hour's own share of what is known; the shares of the hours before it, which were stated as missing, are a correction's
    /// business (ADR 14). No hour carries more than 24 bits; what is over is stated in the next known hours.
    /// </summary>
    private static (Reading Reading, ChannelState Next, IReadOnlyList<ulong> Missing) Stated(ChannelState state, Known known, Hour hour)
    {
        if (known.Interval is not { } interval)
        {
            return (Reading.Missing, state, []);
        }
        ulong[] shares = SharedAlike(interval.Value, (uint)((hour.Start - known.Since).Ticks / TimeSpan.TicksPerHour) + 1);
        ulong[] missing = [.. shares.SkipLast(1).Select(share => Math.Min(share, Reading.MaxInterval))];
        ulong own = interval.Value - missing.Aggregate(0ul, (sum, share) => sum + share);
        ulong stated = Math.Min(own + state.Unstated, Reading.MaxInterval);
        bool isMeasured = missing.Length == 0 && state.Unstated == 0 && stated == own;
        return (
            new(new(stated), isMeasured ? Quality.Measured : Quality.Interpolated),
            state with { Unstated = own + state.Unstated - stated },
            missing);
    }

    /// <summary>A quantity divided among hours by running total, so that the parts add up.</summary>
    internal static ulong[] SharedAlike(ulong quantity, uint hours)
    {
        ulong UpTo(uint hour) => (ulong)((UInt128)quantity * hour / hours);
        return [.. Enumerable.Range(0, (int)hours).Select(i => UpTo((uint)i + 1) - UpTo((uint)i))];
    }

    private static int TellImbalances(GroupLayout group, IReadOnlyList<PhaseBalance> balances, Hour hour, ICollection<MeterEvent> events)
    {
        int imbalances = 0;
        foreach (PhaseBalance balance in balances)
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

    /// <summary>Follows registers that stand still, and tells once of one that the balance of its phase contradicts. No value is changed by it.</summary>
    private void TellFrozen(
        GroupLayout group, IReadOnlyList<Reading> readings, IReadOnlyList<PhaseBalance> balances, Hour hour, ICollection<MeterEvent> events)
    {
        for (int i = 0; i < readings.Count; i++)
        {
            ChannelKey key = new(group.Plan.Number, i);
            ChannelState state = _states[key];
            if (readings[i].Quality != Quality.Measured || (readings[i].Interval.Value > 0 && state.Still is null))
            {
                continue;
            }
            if (readings[i].Interval.Value > 0)
            {
                _states[key] = state with { Still = null };
                continue;
            }
            bool isParent = i < balances.Count;
            PhaseBalance phase = balances[isParent ? i : group.Plan.Consumers[i - balances.Count].Phase];
            bool isContradicted = phase.Verdict == BalanceVerdict.Unbalanced && (isParent ? phase.Difference < 0 : phase.Difference > 0);
            StillRegister still = StillRegister.After(state.Still, isContradicted);
            if (still.IsFrozen)
            {
                events.Add(new(hour, group.Channels[i].Followed(state).RegisterKey, MeterEventKind.Frozen,
                    $"the register has not moved for {still.Hours} hours; in {still.Contradicted} of them the phase did not balance by what it does not count, "
                    + $"now by {Math.Abs(phase.Difference)}"));
                still = still with { IsTold = true };
            }
            _states[key] = state with { Still = still };
        }
    }

    private ChannelState StateOf(ChannelLayout channel) =>
        _states.TryGetValue(new(channel.Group, channel.Channel), out ChannelState? state) ? state
        : channel.Kind == EnergyKind.Heat ? ChannelState.HeatMeter
        : ChannelState.Electricity;

    /// <summary>A channel's state before its first hour. A heat meter with an energy register is followed by it.</summary>
    private static ChannelState Beginning(ChannelLayout channel, IReadOnlyDictionary<SignalKey, HourInput> inputs) =>
        channel.Kind != EnergyKind.Heat ? ChannelState.Electricity
        : channel.Energy is { } energy && inputs.GetValueOrDefault(energy.RegisterKey).Value is not null ? ChannelState.EnergyRegister
        : ChannelState.HeatMeter;

    /// <summary>The register as of an hour's end, in the channel's units; <c>null</c> when there is no good one.</summary>
    internal static RegisterSample? SampleOf(
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

    /// <summary>The interval that was imported for an hour; <c>null</c> for none.</summary>
    internal static ulong? ImportedOf(ChannelLayout channel, IReadOnlyDictionary<SignalKey, HourInput> inputs) =>
        channel.Kind == EnergyKind.Electricity && inputs.GetValueOrDefault(channel.ImportKey).Value is { } interval ? ToUnits(channel, interval) : null;

    private static ulong? ToUnits(ChannelLayout channel, decimal value)
    {
        const decimal WattHoursPerKilowattHour = 1_000;
        const decimal KilocaloriesPerGigacalorie = 1_000_000;
        decimal units = channel.Register switch
        {
            CityLayout.FlowSignal => CityLayout.MillilitresPerCubicMetre,
            CityLayout.EnergySignal => KilocaloriesPerGigacalorie,
            _ => WattHoursPerKilowattHour,
        };
        return value is >= 0 and < 1_000_000_000_000 ? (ulong)decimal.Floor(value * units) : null;
    }

    private static bool IsWhole(decimal number) => number is >= 0 and <= long.MaxValue && decimal.IsInteger(number);

    /// <summary>Consumption since an instant; <c>null</c> when it is not known.</summary>
    private readonly record struct Known(Quantity? Interval, DateTimeOffset Since);
}
