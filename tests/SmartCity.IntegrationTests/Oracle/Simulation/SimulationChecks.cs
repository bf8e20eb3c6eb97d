using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>What must hold when the faults are over and the oracle has caught up.</summary>
internal sealed class SimulationChecks(SimulatedCity city, Schedule schedule, SourceState source, SqliteConnection journal)
{
    private const ulong WattHoursPerKilowattHour = 1_000;

    private readonly List<string> _problems = [];
    private readonly Dictionary<(Hour Hour, SignalKey Key), (decimal Value, DateTimeOffset Time, InputOrigin Origin)> _inputs = [];

    /// <summary>Hours on the chain, of all segments.</summary>
    public int Hours { get; private set; }

    /// <summary>Corrections on the chain.</summary>
    public int Corrections { get; private set; }

    public IReadOnlyList<string> Problems()
    {
        ReadInputs();
        CheckSamples();
        foreach (SegmentLayout segment in SimulatedCity.Layout.Segments)
        {
            CheckSegment(segment);
        }
        return _problems;
    }

    private void CheckSegment(SegmentLayout segment)
    {
        IReadOnlyList<RecordedHour> hours =
            city.Chain.ReadHoursAsync(city.Registry.Segments[segment.Number], CancellationToken.None).GetAwaiter().GetResult();
        IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> corrections = ReadCorrections(segment.Number);
        Hours += hours.Count;
        Corrections += corrections.Count;
        Hour first = SimulatedCity.Layout.FirstHour;
        (long closed, long confirmed) = journal.QuerySingle<(long, long)>(
            "SELECT closed_before, confirmed_before FROM segment WHERE number = @Number", new { segment.Number });
        Require(
            hours.Select(hour => hour.Hour.Value).SequenceEqual(Enumerable.Range((int)first.Value, (int)(closed - first.Value)).Select(hour => (uint)hour)),
            () => $"segment {segment.Number}: the chain holds {string.Join(" ", hours.Select(hour => hour.Hour))}, the journal up to {new Hour((uint)closed)}");
        Require(confirmed == closed, () => $"segment {segment.Number}: confirmed up to {new Hour((uint)confirmed)}, closed up to {new Hour((uint)closed)}");
        CheckBatches(segment.Number, hours);
        CheckCorrections(segment.Number, corrections);
        if (_problems.Count > 0)
        {
            return;
        }
        foreach ((int index, GroupLayout group) in segment.Groups.Index())
        {
            foreach (ChannelLayout channel in group.Channels)
            {
                long[] corrected = CorrectedOf(channel, corrections, first, hours.Count);
                Reading[] readings = [.. hours.Select(hour => hour.Groups[index][channel.Channel])];
                if (channel.Kind == EnergyKind.Electricity)
                {
                    CheckElectricity(channel, readings, corrected);
                }
                else
                {
                    CheckHeat(channel, readings);
                }
            }
        }
    }

    /// <summary>The journal's hours and batches are the chain's, byte for byte, and known to be there.</summary>
    private void CheckBatches(uint segment, IReadOnlyList<RecordedHour> hours)
    {
        List<(long Hour, byte[] Payload, byte[]? Id, long State)> kept = [.. journal.Query<(long, byte[], byte[]?, long)>(
            """
            SELECT h.hour, h.payload, b.id, coalesce(b.state, -1) FROM closed_hour h LEFT JOIN batch b ON b.hour = h.hour AND b.segment = h.segment
            WHERE h.segment = @segment ORDER BY h.hour
            """, new { segment })];
        Require(kept.Count == hours.Count, () => $"segment {segment}: the journal has {kept.Count} batches, the chain {hours.Count}");
        foreach (((long hour, byte[] payload, byte[]? id, long state), RecordedHour recorded) in kept.Zip(hours))
        {
            Require(
                hour == recorded.Hour.Value && id is not null && new Hash32(id) == recorded.Batch.Id && payload.AsSpan().SequenceEqual(recorded.Batch.Payload.Span),
                () => $"segment {segment}, hour {recorded.Hour}: what the journal says is not what the chain says");
            Require(state == 2, () => $"segment {segment}, hour {recorded.Hour}: it is on the chain, and its state in the journal is {state}");
        }
    }

    /// <summary>Every gap is filled by one correction, and no correction is without a gap.</summary>
    private void CheckCorrections(uint segment, IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> corrections)
    {
        List<(long Fill, byte[] Id)> confirmed =
            [.. journal.Query<(long, byte[])>("SELECT fill, id FROM correction WHERE segment = @segment AND state = 2 ORDER BY number", new { segment })];
        List<long> fills = [.. journal.Query<long>("SELECT id FROM gap_fill WHERE segment = @segment ORDER BY id", new { segment })];
        Require(
            confirmed.Select(correction => new Hash32(correction.Id)).SequenceEqual(corrections.Select(correction => correction.Correction)),
            () => $"segment {segment}: the corrections of the journal are not the chain's");
        Require(
            confirmed.Select(correction => correction.Fill).Order().SequenceEqual(fills),
            () => $"segment {segment}: gaps {string.Join(" ", fills)}, filled {string.Join(" ", confirmed.Select(correction => correction.Fill))}");
    }

    /// <summary>
    /// From any register that an hour was closed from to any other, intervals and corrections add up to the difference; an hour that is
    /// called measured is the difference of its own ends; where nothing was amiss at the source, every hour is.
    /// </summary>
    private void CheckElectricity(ChannelLayout channel, Reading[] readings, long[] corrected)
    {
        Hour first = SimulatedCity.Layout.FirstHour;
        ulong? begin = RegisterAt(channel, new(first.Value - 1));
        long sum = 0;
        for (int i = 0; i < readings.Length; i++)
        {
            Hour hour = new(first.Value + (uint)i);
            ulong? end = RegisterAt(channel, hour);
            string where = $"{channel.RegisterKey} in hour {hour}";
            Require(
                schedule.SourceFaults > 0 || readings[i].Quality == Quality.Measured, () => $"{where}: nothing was amiss, and it is {readings[i]}");
            if (begin is null)
            {
                Require(readings[i].Quality == Quality.Missing, () => $"{where}: no register was known before, and it is {readings[i]}");
                begin = end;
                continue;
            }
            sum += (long)readings[i].Interval.Value + corrected[i];
            if (readings[i].Quality == Quality.Missing)
            {
                Require(readings[i].Interval == Quantity.Zero, () => $"{where}: {readings[i]}");
                continue;
            }
            Require(
                end is { } known && (ulong)sum % channel.Limits.Modulus == Turned(channel, begin.Value, known),
                () => $"{where}: all hours up to it and their corrections make {sum}, the register went from {begin} to {end}");
            if (readings[i].Quality == Quality.Measured)
            {
                ulong? start = RegisterAt(channel, new(hour.Value - 1));
                Require(
                    start is { } from && end is { } to && readings[i].Interval.Value == Turned(channel, from, to) && corrected[i] == 0,
                    () => $"{where}: {readings[i]} corrected by {corrected[i]}, registers {start} and {end}");
            }
        }
        long expected = source.Schedule.SourceFaults > 0 ? -1 : corrected.Count(difference => difference != 0);
        Require(expected <= 0, () => $"{channel.RegisterKey}: nothing was amiss, and {expected} hours are corrected");
    }

    /// <summary>The heat of an hour that follows a measured one is that of the water which passed within it.</summary>
    private void CheckHeat(ChannelLayout channel, Reading[] readings)
    {
        Hour first = SimulatedCity.Layout.FirstHour;
        for (int i = 0; i < readings.Length; i++)
        {
            Hour hour = new(first.Value + (uint)i);
            Require(
                schedule.SourceFaults > 0 || readings[i].Quality == Quality.Measured,
                () => $"{channel.RegisterKey} in hour {hour}: nothing was amiss, and it is {readings[i]}");
            if (readings[i].Quality != Quality.Measured)
            {
                continue;
            }
            decimal?[] means = [.. CityLayout.HeatMeans.Select(signal => InputOf(hour, new(channel.SourceObject, signal)))];
            if (RegisterAt(channel, new(hour.Value - 1)) is not { } from || RegisterAt(channel, hour) is not { } to
                || means[0] is not { } supply || means[1] is not { } back)
            {
                _problems.Add($"{channel.RegisterKey} in hour {hour}: it is {readings[i]}, and not all that it needs was known");
                continue;
            }
            decimal water = Turned(channel, from, to) / (decimal)CityLayout.MillilitresPerCubicMetre;
            Kilocalories heat = HeatEnergy.Closed(water, new(supply, back, means[2], means[3]), FlowMeterPipe.Supply);
            Require(
                heat.AsQuantity == readings[i].Interval, () => $"{channel.RegisterKey} in hour {hour}: {readings[i]}, its water gave {heat}");
        }
    }

    /// <summary>Nothing is invented: every sample and every register that an hour was closed from is what the source said, for the time it said.</summary>
    private void CheckSamples()
    {
        foreach ((string tag, string signal, long sourceMs, string value) in journal.Query<(string, string, long, string)>(
            "SELECT s.object, s.name, x.source_ms, x.value FROM sample x JOIN signal s ON s.id = x.signal WHERE x.quality = 2"))
        {
            DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(sourceMs);
            Require(
                source.HasSaid(new(tag, signal), time, Number(value)),
                () => $"the journal has {value} of {tag}.{signal} at {time:O}, which the source never said");
        }
        foreach (((Hour hour, SignalKey key), (decimal value, DateTimeOffset time, InputOrigin origin)) in _inputs)
        {
            if (SimulatedCity.Layout.Boundaries.Contains(key) && key.Signal != CityLayout.SerialSignal)
            {
                bool isInTime = origin == InputOrigin.History ? time == hour.End : time <= hour.End && time >= hour.End - OldestRegister;
                Require(
                    isInTime && source.HasSaid(key, time, value), () => $"hour {hour} was closed from {value} of {key} at {time:O} ({origin})");
            }
        }
    }

    private static TimeSpan OldestRegister => TimeSpan.FromMinutes(10);

    private void ReadInputs()
    {
        foreach ((long hour, string tag, string signal, string value, long sourceMs, long origin) in journal.Query<(long, string, string, string, long, long)>(
            "SELECT i.hour, s.object, s.name, i.value, i.source_ms, i.origin FROM hour_input i JOIN signal s ON s.id = i.signal WHERE i.value IS NOT NULL"))
        {
            _inputs[(new((uint)hour), new(tag, signal))] = (Number(value), DateTimeOffset.FromUnixTimeMilliseconds(sourceMs), (InputOrigin)origin);
        }
    }

    private IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> ReadCorrections(uint segment)
    {
        LogFilter filter = new(
            [city.City.Contracts.ReadingLedger.Address],
            [[ReadingLedgerEvent.CorrectionRecorded.Topic], [Hash32.FromUInt64(segment)]], city.City.DeployedAtBlock, ulong.MaxValue);
        return [.. city.Api.GetLogsAsync(filter, CancellationToken.None).GetAwaiter().GetResult()
            .Select(log => ReadingLedgerEvent.CorrectionRecorded.TryDecode(log)!)];
    }

    private static long[] CorrectedOf(
        ChannelLayout channel, IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> corrections, Hour first, int hours)
    {
        long[] corrected = new long[hours];
        foreach (ReadingLedgerEvent.CorrectionRecorded told in corrections)
        {
            if (told.Group == channel.Group && told.Details.Channel == channel.Channel)
            {
                foreach ((int offset, int difference) in ReadingCorrection.Decode(told.Differences.Span).Index())
                {
                    corrected[told.Details.FirstHour - first.Value + offset] += difference;
                }
            }
        }
        return corrected;
    }

    private ulong? RegisterAt(ChannelLayout channel, Hour hour)
    {
        ulong unit = channel.Kind == EnergyKind.Heat ? CityLayout.MillilitresPerCubicMetre : WattHoursPerKilowattHour;
        return InputOf(hour, channel.RegisterKey) is { } value ? (ulong)(value * unit) : null;
    }

    private decimal? InputOf(Hour hour, SignalKey key) =>
        _inputs.TryGetValue((hour, key), out (decimal Value, DateTimeOffset Time, InputOrigin Origin) input) ? input.Value : null;

    private static ulong Turned(ChannelLayout channel, ulong from, ulong to) => to >= from ? to - from : to + channel.Limits.Modulus - from;

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);

    private void Require(bool holds, Func<string> problem)
    {
        if (!holds)
        {
            _problems.Add(problem());
        }
    }
}
