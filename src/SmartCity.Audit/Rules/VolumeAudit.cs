using SmartCity.Domain;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>
/// Recomputes each volume that was fixed from the hours, corrections, meters, terms and tariffs that were known at its place in the
/// log: what was measured in hours that count, and the ladder of substitution for those that do not.
/// </summary>
internal sealed class VolumeAudit(
    CityCalendar calendar, ReadingAudit readings, Accounts accounts, Tariffs tariffs, AuditLog log)
{
    private const ushort WholeCoefficient = 10_000;

    private readonly Dictionary<(uint Group, Period Period), FixedPeriod> _fixed = [];
    private readonly Dictionary<uint, Period> _next = [];
    private readonly Dictionary<(uint Group, Period Period), Pending> _pending = [];

    /// <summary>The periods as they were fixed last.</summary>
    public IReadOnlyDictionary<(uint Group, Period Period), FixedPeriod> Fixed => _fixed;

    /// <summary>The periods that are half done: whoever fixes them next goes on.</summary>
    public IEnumerable<(uint Group, Period Period)> Interrupted => _pending.Keys;

    /// <summary>The first period of each group that is not fixed, of groups that have one fixed.</summary>
    public IReadOnlyDictionary<uint, Period> Next => _next;

    /// <summary>A period as it was fixed last.</summary>
    /// <exception cref="KeyNotFoundException">It is not fixed.</exception>
    public FixedPeriod FixedOf(uint group, Period period) => _fixed.GetValueOrDefault((group, period))
        ?? throw new KeyNotFoundException($"The volumes of group {group} in {period} are not fixed.");

    /// <summary>
    /// The volume of a channel in a fixed period. With a substitute it is as it was fixed; one that was measured throughout is the
    /// ledger's, corrections since included.
    /// </summary>
    /// <inheritdoc cref="FixedOf" path="/exception"/>
    public FixedChannel VolumeOf(uint group, int channel, Period period)
    {
        FixedChannel volume = FixedOf(group, period).Channels[channel];
        return volume.IsKept ? volume : volume with { Volume = readings.Registers.Consumption(group, channel, period) };
    }

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case VolumeBookEvent.VolumeEstimated estimated:
                PendingOf((estimated.Group, new(estimated.Period))).Told[estimated.Channel] = estimated.Volume;
                break;
            case VolumeBookEvent.VolumesInterrupted told:
                Interrupt(told, $"group {told.Group}, period {new Period(told.Period)} ({entry.Where})");
                break;
            case VolumeBookEvent.VolumesFixed told:
                Fix(told, $"group {told.Group}, period {new Period(told.Period)} ({entry.Where})");
                break;
        }
    }

    /// <summary>What waits for the end of a period, begun anew if the period was corrected since.</summary>
    private Pending PendingOf((uint Group, Period Period) key)
    {
        uint revision = readings.Corrections.Revisions.GetValueOrDefault(key);
        if (!_pending.TryGetValue(key, out Pending? pending) || pending.Revision != revision)
        {
            _pending[key] = pending = new(revision);
        }
        return pending;
    }

    /// <summary>
    /// A period with more gaps than a call may estimate: the channels that are done are so from what is known now, whatever is learned
    /// before the next call goes on. Until its end the period counts as not fixed.
    /// </summary>
    private void Interrupt(VolumeBookEvent.VolumesInterrupted told, string place)
    {
        Period period = new(told.Period);
        if (FindOver(told.Group, period, place) is not { } group)
        {
            return;
        }
        Pending pending = PendingOf((group.Number, period));
        int end = Math.Min(told.NextChannel, group.Channels);
        int before = pending.Done.Count;
        log[AuditRule.Volumes].That(
            end > before && told.NextChannel <= HourPayload.SlotsFor(group.Channels) * HourPayload.LanesPerSlot,
            () => $"{place}: the channels before {told.NextChannel} are said to be done, of {group.Channels} with {before} done already");
        Compute(group, period, pending, end, place);
        _fixed.Remove((group.Number, period));
    }

    private void Fix(VolumeBookEvent.VolumesFixed told, string place)
    {
        Period period = new(told.Period);
        if (FindOver(told.Group, period, place) is not { } group)
        {
            return;
        }
        Findings findings = log[AuditRule.Volumes];
        CheckOrder(group, period, place);
        Pending pending = PendingOf((group.Number, period));
        Compute(group, period, pending, group.Channels, place);
        FixedPeriod computed = Sum(group, period, [.. pending.Done]);
        findings.That(computed.Equals(told.House), () => $"{place}: found {Text(told.House)}, computed {computed}");
        findings.Equal(
            new HouseNeedsCarry(told.Carry[0], told.Carry[1], told.Carry[2]), computed.Carry, () => $"{place}, carried on");
        findings.That(
            pending.Told.Keys.All(channel => channel < group.Channels), () => $"{place}: a channel is estimated that is not there");
        _pending.Remove((group.Number, period));
        _fixed[(group.Number, period)] = computed;
    }

    private AuditedGroup? FindOver(uint number, Period period, string place)
    {
        AuditedGroup? group = readings.Registry.Groups.GetValueOrDefault(number);
        bool isOver = group is not null && readings.Registers.IsOver(group.Segment, period);
        log[AuditRule.Volumes].That(isOver, () => $"{place}: the group is unknown or the period not over");
        return isOver ? group : null;
    }

    /// <summary>Periods are fixed in order; one that was may be fixed anew.</summary>
    private void CheckOrder(AuditedGroup group, Period period, string place)
    {
        Period first = calendar.PeriodOf(group.FirstHour);
        Period next = _next.GetValueOrDefault(group.Number, first);
        log[AuditRule.Volumes].That(period >= first && period <= next, () => $"{place}: the period to be fixed next is {next}");
        if (period >= next)
        {
            _next[group.Number] = period.Next;
        }
    }

    /// <summary>Computes the channels of a period that come before one and are not done, and compares the estimates logged of them.</summary>
    private void Compute(AuditedGroup group, Period period, Pending pending, int end, string place)
    {
        for (int channel = pending.Done.Count; channel < end; channel++)
        {
            // Behind a house that took no heat a meter that is silent has missed none.
            bool isUnheated = group.Kind == EnergyKind.Heat && channel != 0 && pending.Done[0].Volume.Peak == Quantity.Zero;
            FixedChannel volume = Compute(group, channel, period, isUnheated);
            pending.Done.Add(volume);
            VolumeBookContract.Volume? found = pending.Told.GetValueOrDefault(channel);
            int number = channel;
            log[AuditRule.Volumes].That(
                volume.IsEstimated ? found is not null && volume.Equals(found) : found is null,
                () => $"{place}, channel {number}: {(found is null ? "no estimate" : Text(found))} is logged, computed {volume}");
        }
    }

    private FixedPeriod Sum(AuditedGroup group, Period period, FixedChannel[] channels) => group.Kind == EnergyKind.Electricity
        ? Electricity(group, period, channels[..group.Phases], channels[group.Phases..], channels)
        : Heat(group, period, channels);

    private FixedChannel Compute(AuditedGroup group, int channel, Period period, bool isUnheated)
    {
        MeasuredPeriod measured = Measured(group, channel, period);
        VolumeMethod asMeasured = measured.EstimatedHours == 0 ? VolumeMethod.Measured : VolumeMethod.Interpolated;
        if (measured.GapHours == 0)
        {
            return new(measured.Used, asMeasured, 0, 0, false);
        }
        uint runBefore = FindBefore(group, period)?.Channels[channel].Run ?? 0;
        uint run = measured.IsGapPeriod ? Math.Min(runBefore + 1, byte.MaxValue) : 0;
        if (isUnheated)
        {
            return new(measured.Used, asMeasured, measured.GapHours, run, true);
        }
        bool isParent = channel < group.Phases;
        MonthlyNorm norm = isParent ? NormOfParent(group, period) : NormOfConsumer(group, channel, period);
        // The raising coefficient is for consumers' meters: the house's norm is plain, whatever ails its meter.
        ushort coefficient = isParent ? WholeCoefficient : tariffs.Find(period)?.NormCoefficient ?? WholeCoefficient;
        BilledVolume billed = VolumeLadder.Of(
            group.Kind, measured, Averaged(group, channel, period, run), runBefore, norm, coefficient);
        bool isUnknown = isParent && billed.Method != VolumeMethod.Average;
        return new(
            billed.Volume, isUnknown ? VolumeMethod.Norm : billed.Method, measured.GapHours, run,
            isUnknown && group.Kind == EnergyKind.Electricity);
    }

    /// <summary>An electricity parent has no norm: where there is no average, the house used what its consumers did.</summary>
    private FixedPeriod Electricity(
        AuditedGroup group, Period period, FixedChannel[] parents, FixedChannel[] consumers, FixedChannel[] channels)
    {
        ZoneConsumption used = Sum(consumers);
        bool isKnown = !parents.Any(parent => parent.IsSilent);
        HouseNeeds needs = HouseNeeds.Of(FindBefore(group, period)?.Carry ?? default, isKnown ? Sum(parents) : used, used);
        return new(
            needs.Charged, parents.Max(parent => parent.Method), consumers.Any(consumer => consumer.IsEstimated), default, default, default,
            RevisionOf(group, period), needs.Carry, channels);
    }

    private FixedPeriod Heat(AuditedGroup group, Period period, FixedChannel[] channels)
    {
        ILookup<bool, AuditedAccount> byBoiler = accounts.PremisesOf(group.Number).ToLookup(first => HasBoiler(first, period));
        AuditedAccount[] metered = [.. byBoiler[false].Where(first => first.Premises.HeatChannel != 0)];
        return new(
            channels[0].Volume, channels[0].Method, channels.Skip(1).Any(consumer => consumer.IsEstimated),
            Sum(metered.Select(first => channels[first.Premises.HeatChannel])).Peak, AreaOf(metered), AreaOf(byBoiler[true]),
            RevisionOf(group, period), default, channels);
    }

    private MonthlyNorm NormOfParent(AuditedGroup group, Period period) => group.Kind == EnergyKind.Electricity
        ? MonthlyNorm.OfResidents(0, 0)
        : MonthlyNorm.OfArea(accounts.AreaOf(group.Number), tariffs.Of(period).HeatNorm);

    private MonthlyNorm NormOfConsumer(AuditedGroup group, int channel, Period period)
    {
        if (!accounts.Consumers.TryGetValue((group.Number, channel), out AuditedAccount? account))
        {
            return MonthlyNorm.OfResidents(0, 0);
        }
        return group.Kind == EnergyKind.Electricity
            ? MonthlyNorm.OfResidents(account.TermsIn(period).Residents, tariffs.Of(period).ElectricityNorm)
            : MonthlyNorm.OfArea(new(account.Premises.Area), tariffs.Of(period).HeatNorm);
    }

    /// <summary>
    /// The periods before a gap began of which an average may be taken: so many of their hours as counted when they were fixed, and what
    /// the ledger says of them now; of heat those alone in which the house took some.
    /// </summary>
    private AveragedPeriod[] Averaged(AuditedGroup group, int channel, Period period, uint run)
    {
        int end = run == 0 ? period.Value : period.Value - (int)run + 1;
        int first = Math.Max(end - VolumeLadder.MaxAveragedPeriods, calendar.PeriodOf(group.FirstHour).Value);
        return run > VolumeLadder.MaxAverageRun
            ? []
            :
            [
                .. Enumerable.Range(first, Math.Max(0, end - first)).Select(past => new Period((ushort)past))
                    .Where(past => group.Kind == EnergyKind.Electricity || Counted(group, 0, past).Volume.Peak != Quantity.Zero)
                    .Select(past => Counted(group, channel, past)),
            ];
    }

    private AveragedPeriod Counted(AuditedGroup group, int channel, Period period)
    {
        (Hour start, Hour end) = group.HoursOf(period, calendar);
        uint hours = end.Value - start.Value;
        FixedChannel? told = _fixed.GetValueOrDefault((group.Number, period))?.Channels[channel];
        uint counting = told is { IsKept: true } ? hours - told.GapHours : hours;
        uint missing = told is { IsKept: true } ? (uint)readings.Registers.Exceptions(group.Number, channel, period).Missing : 0;
        if (counting == 0)
        {
            return default;
        }
        MeasuredPeriod measured = new(
            readings.Registers.Consumption(group.Number, channel, period), hours, missing, 0, counting, MeterFault.None);
        return new(measured.Used, measured.UsableHours);
    }

    private MeasuredPeriod Measured(AuditedGroup group, int channel, Period period)
    {
        (Hour start, Hour end) = group.HoursOf(period, calendar);
        (int missing, int estimated) = readings.Registers.Exceptions(group.Number, channel, period);
        (Hour From, MeterFault Fault)? unusable = group.MetersOf(channel).UnusableFrom(start, end, calendar);
        uint hours = end.Value - start.Value;
        return new(
            readings.Registers.Consumption(group.Number, channel, period), hours, (uint)missing, (uint)estimated,
            unusable is { } from ? from.From.Value - start.Value : hours, unusable?.Fault ?? MeterFault.None);
    }

    private uint RevisionOf(AuditedGroup group, Period period) =>
        readings.Corrections.Revisions.GetValueOrDefault((group.Number, period));

    private FixedPeriod? FindBefore(AuditedGroup group, Period period) => _fixed.GetValueOrDefault((group.Number, period.Previous));

    private static bool HasBoiler(AuditedAccount first, Period period) =>
        Accounts.TermsOfPremises(first, period).Heating == AccountBookContract.Heating.OwnBoiler;

    private static SquareDecimetres AreaOf(IEnumerable<AuditedAccount> premises) =>
        premises.Aggregate(default(SquareDecimetres), (sum, one) => sum + new SquareDecimetres(one.Premises.Area));

    private static ZoneConsumption Sum(IEnumerable<FixedChannel> volumes) =>
        volumes.Aggregate(default(ZoneConsumption), (sum, volume) => sum + volume.Volume);

    private static string Text(VolumeBookContract.House house) => $"{house} of {string.Join(", ", house.Shared)}";

    private static string Text(VolumeBookContract.Volume volume) => $"{volume} of {string.Join(", ", volume.ByZone)}";

    /// <summary>What waits for the volumes of its period.</summary>
    /// <param name="Revision">How often the period had been corrected when it was begun.</param>
    private sealed record Pending(uint Revision)
    {
        /// <summary>Estimates as they were logged, by channel.</summary>
        public Dictionary<int, VolumeBookContract.Volume> Told { get; } = [];

        /// <summary>Channels that are done, from the first on.</summary>
        public List<FixedChannel> Done { get; } = [];
    }
}
