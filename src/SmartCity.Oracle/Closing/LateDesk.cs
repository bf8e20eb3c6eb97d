using System.Globalization;
using Microsoft.Extensions.Logging;
using SmartCity.Alphalogic;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>
/// Late data: what comes within 72 hours after its hour was stated becomes a correction, what comes later is kept and told of. Asks the
/// source's history again for gaps that are open, and decides upon imported intervals of hours that were stated before they came.
/// </summary>
internal sealed partial class LateDesk(
    CityLayout layout,
    HourInputReader inputs,
    JournalDatabase journal,
    HourStore hours,
    CorrectionStore corrections,
    OracleOptions options,
    TimeProvider time,
    ILogger<LateDesk> logger)
{
    /// <summary>How long after its hour was stated a value still becomes a correction.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromHours(72);

    private const decimal WattHoursPerKilowattHour = 1_000m;

    private (long File, long Hours)? _decided;
    private long _askedAt;

    /// <summary>Looks for late data and writes what it changes.</summary>
    /// <param name="isClosingNext">Is an hour about to be closed? Then gaps are looked at before, whenever that was done last.</param>
    /// <param name="cancellationToken">Ends the reading of the source's history.</param>
    /// <returns>True when states of channels were changed: closing must read them anew.</returns>
    public async Task<bool> LookAsync(bool isClosingNext, CancellationToken cancellationToken)
    {
        bool isTime = isClosingNext || time.GetElapsedTime(_askedAt) >= options.LateLookPeriod;
        (long File, long Hours) version = LateStore.Version(journal);
        if (!isTime && version == _decided)
        {
            return false;
        }
        Dictionary<ChannelKey, Dictionary<Hour, Dictionary<SignalKey, HourInput>>> late = isTime ? await AskAgainAsync(cancellationToken) : [];
        if (late.Count == 0 && version == _decided)
        {
            return false;
        }
        List<MeterEvent> events = [];
        bool hasChanged = journal.Write(transaction =>
        {
            bool hasMoved = GoThroughGaps(transaction, late, events);
            SettleFiles(transaction, HourStore.ReadSilent(transaction), events);
            hours.AddEvents(transaction, events);
            return hasMoved;
        });
        _decided = version;
        foreach (MeterEvent found in events)
        {
            LogLate(found.Kind, found.Signal, found.Hour, found.Detail);
        }
        return hasChanged;
    }

    /// <summary>What the source's history holds now of the hours of open gaps that were stated within the limit.</summary>
    private async Task<Dictionary<ChannelKey, Dictionary<Hour, Dictionary<SignalKey, HourInput>>>> AskAgainAsync(CancellationToken cancellationToken)
    {
        _askedAt = time.GetTimestamp();
        Dictionary<ChannelKey, Dictionary<Hour, Dictionary<SignalKey, HourInput>>> late = [];
        Dictionary<ChannelKey, ChannelState> states = hours.ReadSilent();
        foreach (SegmentLayout segment in layout.Segments)
        {
            if (states.Count == 0)
            {
                break;
            }
            Hour before = hours.NextHour(segment.Number);
            Hour since = LateStore.FirstClosedSince(journal, segment.Number, time.GetUtcNow() - Limit);
            List<(ChannelKey Key, ChannelLayout Channel, Hour From)> open = [.. segment.Groups
                .SelectMany(group => group.Channels)
                .Select(channel => (Key: new ChannelKey(channel.Group, channel.Channel), Channel: channel))
                .Where(pair => states.ContainsKey(pair.Key))
                .Select(pair => (pair.Key, Channel: pair.Channel.Followed(states[pair.Key]), From: LateGap.OpenFrom(states[pair.Key], before)))
                .Where(gap => gap.From is not null)
                .Select(gap => (gap.Key, gap.Channel, gap.From!.Value < since ? since : gap.From.Value))
                .Where(gap => gap.Item3 < before)];
            if (open.Count == 0)
            {
                continue;
            }
            Hour from = open.Min(gap => gap.From);
            IReadOnlyList<Dictionary<SignalKey, HourInput>> read;
            try
            {
                read = await inputs.ReadAgainAsync(from, before, [.. open.SelectMany(gap => new[] { gap.Channel.RegisterKey, gap.Channel.SerialKey })], cancellationToken);
            }
            catch (AlphalogicException exception) when (exception is not AlphalogicAuthenticationException)
            {
                LogNotAsked(exception.Message);
                continue; // Whoever polls tells of it; the gap stays open.
            }
            foreach ((ChannelKey key, ChannelLayout channel, Hour first) in open)
            {
                Dictionary<Hour, Dictionary<SignalKey, HourInput>> found = [];
                for (Hour hour = first; hour < before; hour = hour.Next)
                {
                    Dictionary<SignalKey, HourInput> ofHour = read[(int)(hour.Value - from.Value)];
                    if (ofHour.ContainsKey(channel.RegisterKey))
                    {
                        found[hour] = new(ofHour.Where(pair => pair.Key == channel.RegisterKey || pair.Key == channel.SerialKey));
                    }
                }
                if (found.Count > 0)
                {
                    late[key] = found;
                }
            }
        }
        return late;
    }

    /// <summary>Goes through open gaps with registers that came late and intervals that were imported since.</summary>
    private bool GoThroughGaps(
        JournalTransaction transaction,
        Dictionary<ChannelKey, Dictionary<Hour, Dictionary<SignalKey, HourInput>>> late,
        List<MeterEvent> events)
    {
        Dictionary<uint, Hour> closedBefore = layout.Segments.ToDictionary(segment => segment.Number, segment => HourStore.NextHour(transaction, segment.Number));
        List<(ChannelKey Key, ChannelState State, Hour From)> open = [.. HourStore.ReadSilent(transaction)
            .Where(pair => layout.Places.ContainsKey(pair.Key))
            .Select(pair => (pair.Key, State: pair.Value, From: LateGap.OpenFrom(pair.Value, closedBefore[layout.Places[pair.Key].Segment.Number])))
            .Where(gap => gap.From is not null)
            .Select(gap => (gap.Key, gap.State, gap.From!.Value))];
        if (open.Count == 0)
        {
            return false;
        }
        (Hour first, Hour last) = (open.Min(gap => gap.From), closedBefore.Values.Max());
        CountedReadings counted = new(transaction.Connection, transaction.Inner, first, last);
        ILookup<ChannelKey, KeyValuePair<(Hour Hour, ChannelKey Channel), CurrentValue>> imported =
            ImportStore.CurrentOf(transaction.Connection, transaction.Inner, first, last).ToLookup(pair => pair.Key.Channel);
        bool hasMoved = false;
        foreach ((ChannelKey key, ChannelState state, Hour from) in open)
        {
            ChannelPlace place = layout.Places[key];
            place = place with { Channel = place.Channel.Followed(state) };
            Hour before = closedBefore[place.Segment.Number];
            Dictionary<Hour, Dictionary<SignalKey, HourInput>> known = late.GetValueOrDefault(key) ?? [];
            foreach ((Hour hour, CurrentValue value) in InTime(imported[key], counted, place.Segment).Where(pair => pair.Key >= from && pair.Key < before))
            {
                known.TryAdd(hour, []);
                known[hour][place.Channel.ImportKey] = new(value.Interval!.Value.Value / WattHoursPerKilowattHour, hour.End, InputOrigin.Import, value.ReceivedAt);
            }
            (IReadOnlyList<LateHours> filled, ChannelState next) = LateGap.Replay(place.Channel, state, before, known);
            if (filled.Count == 0 && next == state)
            {
                continue;
            }
            foreach ((Hour hour, Dictionary<SignalKey, HourInput> found) in known)
            {
                hours.AddInputs(transaction, hour, found);
            }
            Fill(transaction, place, key, filled, known, events);
            HourStore.WriteStates(transaction, new Dictionary<ChannelKey, ChannelState> { [key] = next });
            hasMoved = true;
        }
        return hasMoved;
    }

    private void Fill(
        JournalTransaction transaction,
        ChannelPlace place,
        ChannelKey key,
        IReadOnlyList<LateHours> filled,
        Dictionary<Hour, Dictionary<SignalKey, HourInput>> known,
        List<MeterEvent> events)
    {
        if (filled.Count == 0)
        {
            return;
        }
        corrections.AddFills(transaction, place.Segment.Number, [.. filled.Where(hours => hours.Intervals.Count > 1).Select(hours => new GapFill(
            key.Group, key.Channel, hours.FirstHour, hours.Intervals,
            $"{place.Channel.RegisterKey}: {hours.Intervals.Aggregate(0ul, (sum, interval) => sum + interval)} {UnitOf(place.Channel)} in the {hours.Intervals.Count} hours from "
            + $"{hours.FirstHour}, shared alike; known late"))]);
        HourChange[] single = [.. filled.Where(hours => hours.Intervals.Count == 1).Select(hours => new HourChange(hours.FirstHour, (int)hours.Intervals[0], true))];
        corrections.AddChanges(transaction, place.Segment.Number, key, single, run =>
            $"{place.Channel.RegisterKey}: known late, from {Origins(run, known, place.Channel)}: {Figures(run, place.Channel)}");
        int count = filled.Sum(hours => hours.Intervals.Count);
        events.Add(new(filled[0].FirstHour, place.Channel.RegisterKey, MeterEventKind.CameLate,
            $"{count} hours from {filled[0].FirstHour} that were stated as missing are known since; corrections put them on the chain"));
    }

    private void SettleFiles(JournalTransaction transaction, Dictionary<ChannelKey, ChannelState> states, List<MeterEvent> events)
    {
        foreach (UnsettledFile file in LateStore.Unsettled(transaction))
        {
            bool isDecided = true;
            LateCounts counts = default;
            foreach (FileChannel hours in LateStore.ChannelsOf(transaction, file).Where(hours => layout.Places.ContainsKey(hours.Channel)))
            {
                (LateCounts ofChannel, bool waits) = Decide(transaction, file, hours, states, events);
                counts = new(counts.Corrected + ofChannel.Corrected, counts.Kept + ofChannel.Kept, counts.Unused + ofChannel.Unused);
                isDecided &= !waits;
            }
            if (isDecided)
            {
                LateStore.Settle(transaction, file, counts, time.GetUtcNow());
            }
        }
    }

    private (LateCounts Counts, bool Waits) Decide(
        JournalTransaction transaction, UnsettledFile file, FileChannel asked, Dictionary<ChannelKey, ChannelState> states, List<MeterEvent> events)
    {
        (SegmentLayout segment, int group, ChannelLayout channel) = layout.Places[asked.Channel];
        Hour closedBefore = HourStore.NextHour(transaction, segment.Number);
        (Hour from, Hour before) = LateStore.WithGaps(transaction, asked.Channel, asked.From, asked.To.Next);
        CountedReadings counted = new(transaction.Connection, transaction.Inner, from, before);
        Dictionary<Hour, CurrentValue> inTime = InTime(
            ImportStore.CurrentOf(transaction.Connection, transaction.Inner, from, before).Where(pair => pair.Key.Channel == asked.Channel), counted, segment);
        CountedHour[] closed = [.. Hours(from, before)
            .Select(hour => counted.Find(segment, group, asked.Channel.Channel, hour))
            .OfType<CountedHour>()];
        LateDecision decision = LateIntervals.Decide(
            closed,
            inTime.ToDictionary(pair => pair.Key, pair => pair.Value.Interval!.Value.Value),
            states.TryGetValue(asked.Channel, out ChannelState? state) ? LateGap.OpenFrom(state, closedBefore) : null);
        corrections.AddChanges(transaction, segment.Number, asked.Channel, decision.Changes, run =>
            $"{channel.RegisterKey}: {string.Join(", ", run.Where(change => inTime.ContainsKey(change.Hour)).Select(change => inTime[change.Hour].File).Distinct().Select(id => NameOf(transaction, id)))} "
            + $"for hours stated before: {Figures(run, channel)}");
        if (decision.Changes.Count > 0)
        {
            events.Add(new(decision.Changes[0].Hour, channel.RegisterKey, MeterEventKind.CameLate,
                $"{file.Name} came after {decision.Changes.Count} hours from {decision.Changes[0].Hour} were stated; corrections change them by "
                + $"{decision.Changes.Sum(change => (long)change.Difference)} Wh in all"));
        }
        Hour[] kept = [.. TooLate(transaction, counted, asked, segment, closedBefore, file)];
        Hour[] useless = [.. kept.Concat(decision.Unused.Where(hour =>
            inTime[hour].File == file.Id && inTime[hour].ReceivedAt > counted.ClosedAt(segment.Number, hour)))];
        bool waits = asked.To >= closedBefore || decision.Waiting.Any(hour => hour >= asked.From && hour <= asked.To);
        if (!waits && useless.Length > 0)
        {
            events.Add(new(useless[0], channel.RegisterKey, MeterEventKind.CameTooLate,
                $"{file.Name} is kept and changes nothing: {kept.Length} of its hours were stated more than {Limit.TotalHours:F0} h before it came, "
                + $"{useless.Length - kept.Length} carry energy of hours before them"));
        }
        return (new(decision.Changes.Count, kept.Length, useless.Length - kept.Length), waits);
    }

    /// <summary>The values that count of a channel's stated hours and came in time for a correction.</summary>
    private static Dictionary<Hour, CurrentValue> InTime(
        IEnumerable<KeyValuePair<(Hour Hour, ChannelKey Channel), CurrentValue>> imported, CountedReadings counted, SegmentLayout segment) => imported
            .Where(pair => pair.Value.Interval is not null && pair.Value.ReceivedAt - counted.ClosedAt(segment.Number, pair.Key.Hour) <= Limit)
            .ToDictionary(pair => pair.Key.Hour, pair => pair.Value);

    /// <summary>Hours of which a file has the value that counts, differing from what was stated, and came too late; or whose statement this journal lost.</summary>
    private IEnumerable<Hour> TooLate(
        JournalTransaction transaction, CountedReadings counted, FileChannel asked, SegmentLayout segment, Hour closedBefore, UnsettledFile file)
    {
        int group = layout.Places[asked.Channel].GroupIndex;
        return ImportStore.CurrentOf(transaction.Connection, transaction.Inner, asked.From, asked.To.Next)
            .Where(pair => pair.Key.Channel == asked.Channel && pair.Key.Hour < closedBefore && pair.Value.File == file.Id && IsTooLate(pair.Key.Hour, pair.Value))
            .Select(pair => pair.Key.Hour)
            .Order();

        bool IsTooLate(Hour hour, CurrentValue value) => value.Interval is { } interval
            && (counted.ClosedAt(segment.Number, hour) is not { } closedAt || value.ReceivedAt - closedAt > Limit)
            && (counted.Find(segment, group, asked.Channel.Channel, hour) is not { IsMissing: false } known || known.Counts != (long)interval.Value);
    }

    private static string NameOf(JournalTransaction transaction, long file)
    {
        (string name, byte[] hash) = transaction.Query<(string, byte[])>("SELECT name, sha256 FROM import_file WHERE id = @file", new { file })[0];
        return $"{name} (SHA-256 {Convert.ToHexStringLower(hash)})";
    }

    private static string Origins(IReadOnlyList<HourChange> run, Dictionary<Hour, Dictionary<SignalKey, HourInput>> known, ChannelLayout channel) =>
        string.Join(" and ", run
            .Select(change => known[change.Hour].ContainsKey(channel.ImportKey) ? "imported intervals" : "the source's history")
            .Distinct());

    /// <summary>First hour and differences, for the evidence that is kept by its hash.</summary>
    private static string Figures(IReadOnlyList<HourChange> run, ChannelLayout channel) =>
        $"{run[0].Hour}: {string.Join(' ', run.Select(change => change.Difference.ToString("+0;-0;0", CultureInfo.InvariantCulture)))} {UnitOf(channel)}";

    private static string UnitOf(ChannelLayout channel) => channel.Kind == EnergyKind.Heat ? "kcal" : "Wh";

    private static IEnumerable<Hour> Hours(Hour from, Hour before)
    {
        for (Hour hour = from; hour < before; hour = hour.Next)
        {
            yield return hour;
        }
    }

    [LoggerMessage(EventId = 5040, Level = LogLevel.Warning, Message = "{Kind} at {Signal} in hour {Hour}: {Detail}")]
    private partial void LogLate(MeterEventKind kind, SignalKey signal, Hour hour, string detail);

    [LoggerMessage(EventId = 5041, Level = LogLevel.Debug, Message = "Open gaps cannot be looked at again yet: {Reason}")]
    private partial void LogNotAsked(string reason);
}
