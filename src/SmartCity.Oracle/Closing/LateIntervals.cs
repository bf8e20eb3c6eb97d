using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>What an hour of a channel counts for now.</summary>
/// <param name="Hour">The hour.</param>
/// <param name="Stated">As it was signed, once.</param>
/// <param name="Corrected">Wh or kcal that corrections add, on the chain or on their way.</param>
/// <param name="IsFilled">Was it stated as missing, and made good since?</param>
/// <param name="Gap">Tells the gap whose hours share what the register moved by; <c>null</c> when the hour's value is its own.</param>
internal readonly record struct CountedHour(Hour Hour, Reading Stated, long Corrected, bool IsFilled, string? Gap)
{
    /// <summary>Wh or kcal that count.</summary>
    public long Counts => (long)Stated.Interval.Value + Corrected;

    /// <summary>Does nothing count of it?</summary>
    public bool IsMissing => Stated.Quality == Quality.Missing && !IsFilled;
}

/// <summary>What is to be changed of an hour.</summary>
/// <param name="Hour">The hour.</param>
/// <param name="Difference">Wh to be added.</param>
/// <param name="Fills">Was it missing until now?</param>
internal readonly record struct HourChange(Hour Hour, int Difference, bool Fills);

/// <summary>What becomes of imported intervals whose hours were stated before they came.</summary>
/// <param name="Changes">What is to be corrected, in order of hours.</param>
/// <param name="Waiting">Hours in a gap that is open: decided when the register is back, or the gap's first hours are known.</param>
/// <param name="Unused">Hours that carry energy of hours before them, which the value would take away.</param>
internal sealed record LateDecision(IReadOnlyList<HourChange> Changes, IReadOnlyList<Hour> Waiting, IReadOnlyList<Hour> Unused);

/// <summary>
/// Decides upon imported intervals of hours that were stated already. What counts afterwards follows from what is known, not from the
/// order in which it came: the interval takes the place of the hour's own value, as it would have in closing; in a gap that the
/// register has closed, the register says how much and the intervals say when.
/// </summary>
internal static class LateIntervals
{
    /// <summary>Decides.</summary>
    /// <param name="hours">Hours of one channel, in order; of a gap all of them and the hour that closed it.</param>
    /// <param name="imported">Wh of hours that a message vouches for.</param>
    /// <param name="openFrom">Where the gap that is open begins; <c>null</c> when none is.</param>
    public static LateDecision Decide(IReadOnlyList<CountedHour> hours, IReadOnlyDictionary<Hour, ulong> imported, Hour? openFrom)
    {
        List<HourChange> changes = [];
        List<Hour> waiting = [];
        List<Hour> unused = [];
        for (int i = 0; i < hours.Count; i++)
        {
            CountedHour hour = hours[i];
            if (hour.Gap is { } gap)
            {
                int end = EndOfGap(hours, i, gap);
                changes.AddRange(Shape([.. hours.Take(end).Skip(i)], imported));
                i = end - 1;
            }
            else if (!imported.TryGetValue(hour.Hour, out ulong interval))
            {
                continue;
            }
            else if (hour.Stated.Quality == Quality.Interpolated)
            {
                unused.Add(hour.Hour);
            }
            else if (hour.IsMissing && openFrom is { } open && hour.Hour >= open)
            {
                waiting.Add(hour.Hour);
            }
            else if (hour.IsMissing || hour.Counts != (long)interval)
            {
                changes.Add(new(hour.Hour, (int)((long)interval - hour.Counts), hour.IsMissing));
            }
        }
        return new(changes, waiting, unused);
    }

    /// <summary>A gap's hours, and the hour that closed it, which stated its own share.</summary>
    private static int EndOfGap(IReadOnlyList<CountedHour> hours, int from, string gap)
    {
        int end = from;
        while (end < hours.Count && hours[end].Gap == gap)
        {
            end++;
        }
        bool isClosedByNext = end < hours.Count && hours[end] is { Gap: null, Stated.Quality: Quality.Interpolated };
        return isClosedByNext ? end + 1 : end;
    }

    /// <summary>
    /// Divides what a gap counts for anew: hours with an interval take it and the others share the rest; where the intervals are more than
    /// all of it, or leave a rest that no hour is there for, all of it is shared in proportion to them.
    /// </summary>
    private static IEnumerable<HourChange> Shape(CountedHour[] gap, IReadOnlyDictionary<Hour, ulong> imported)
    {
        long total = gap.Sum(hour => hour.Counts);
        ulong?[] known = [.. gap.Select(hour => imported.TryGetValue(hour.Hour, out ulong interval) ? interval : (ulong?)null)];
        if (total < 0 || known.All(interval => interval is null))
        {
            return [];
        }
        long[] targets = Targets((ulong)total, known);
        return targets.Any(target => target > (long)Reading.MaxInterval)
            ? []
            : gap.Zip(targets, (hour, target) => new HourChange(hour.Hour, (int)(target - hour.Counts), false)).Where(change => change.Difference != 0);
    }

    private static long[] Targets(ulong total, ulong?[] known)
    {
        ulong sum = known.Aggregate(0ul, (all, interval) => all + (interval ?? 0));
        ulong others = (ulong)known.Count(interval => interval is null);
        bool isInProportion = sum >= total || others == 0;
        ulong rest = isInProportion ? 0 : total - sum;
        // By running total, so that the parts add up; alike where the intervals are all zero.
        ulong weights = isInProportion ? (sum == 0 ? (ulong)known.Length : sum) : others;
        ulong shared = isInProportion ? total : rest;
        UInt128 passed = 0;
        long[] targets = new long[known.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            ulong weight = isInProportion ? (sum == 0 ? 1 : known[i] ?? 0) : known[i] is null ? 1u : 0u;
            ulong before = (ulong)(shared * passed / weights);
            passed += weight;
            ulong share = (ulong)(shared * passed / weights) - before;
            targets[i] = (long)(isInProportion ? share : share + (known[i] ?? 0));
        }
        return targets;
    }
}
