using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>Hours that were stated as missing and are known now.</summary>
/// <param name="FirstHour">The first of them.</param>
/// <param name="Intervals">Wh of each.</param>
internal sealed record LateHours(Hour FirstHour, IReadOnlyList<ulong> Intervals);

/// <summary>
/// Goes through a gap that is open again, with registers and intervals that came after its hours were stated as missing: what they show
/// becomes corrections instead of statements, and the gap goes on from the last that is known.
/// </summary>
/// <remarks>Not for heat computed from water: its conditions are means over the hours of a gap, and the water that waits is not lost.</remarks>
internal static class LateGap
{
    /// <summary>The hour a channel's open gap begins with; <c>null</c> when none is open, or it cannot be gone through again.</summary>
    /// <param name="state">The channel's state.</param>
    /// <param name="closedBefore">Hours before this one are stated.</param>
    public static Hour? OpenFrom(ChannelState state, Hour closedBefore) =>
        state is { Heat: null, Track: { Base: { } open, Suspect: null } } && open.Time < closedBefore.Start ? Hour.Containing(open.Time) : null;

    /// <summary>Takes what came late.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="state">Its state.</param>
    /// <param name="closedBefore">Hours before this one are stated.</param>
    /// <param name="late">What came of each hour; an hour of which nothing came need not be there.</param>
    /// <returns>The hours that are known now, and the state that closing goes on from.</returns>
    public static (IReadOnlyList<LateHours> Known, ChannelState Next) Replay(
        ChannelLayout channel, ChannelState state, Hour closedBefore, IReadOnlyDictionary<Hour, Dictionary<SignalKey, HourInput>> late)
    {
        if (OpenFrom(state, closedBefore) is not { } first)
        {
            return ([], state);
        }
        List<LateHours> known = [];
        ChannelState next = state;
        for (Hour hour = first; hour < closedBefore; hour = hour.Next)
        {
            if (!late.TryGetValue(hour, out Dictionary<SignalKey, HourInput>? inputs))
            {
                continue;
            }
            (RegisterStep step, RegisterTrack track) = next.Track.Take(hour, HourCloser.SampleOf(channel, hour, inputs, next), channel.Limits);
            (step, track) = ImportedInterval.Prefer(hour, HourCloser.ImportedOf(channel, inputs), step, track, channel.Limits);
            if (track.Suspect is not null)
            {
                continue; // A value that cannot be is not believed late either.
            }
            next = next with { Track = track };
            if (step.Interval is { } interval)
            {
                ulong[] shares = HourCloser.SharedAlike(interval.Value, hour.Value - Hour.Containing(step.Since).Value + 1);
                ulong[] stated = [.. shares.Select(share => Math.Min(share, Reading.MaxInterval))];
                known.Add(new(Hour.Containing(step.Since), stated));
                next = next with { Unstated = next.Unstated + interval.Value - stated.Aggregate(0ul, (sum, share) => sum + share) };
            }
        }
        return (known, next with { Track = next.Track with { IsSilent = state.Track.IsSilent } });
    }

    /// <summary>The state of a gap of which hours were filled in by corrections that the journal lost: it goes on behind the last of them.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="state">Its state.</param>
    /// <param name="open">The first hour of the gap.</param>
    /// <param name="closedBefore">Hours before this one are stated.</param>
    /// <param name="filled">What was filled in, from an hour on; hours that are not of the gap do not matter.</param>
    public static ChannelState Behind(
        ChannelLayout channel, ChannelState state, Hour open, Hour closedBefore, IEnumerable<(Hour First, IReadOnlyList<int> Intervals)> filled)
    {
        (Hour Hour, int Interval)[] hours = [.. filled
            .SelectMany(run => run.Intervals.Select((interval, i) => (Hour: new Hour(run.First.Value + (uint)i), Interval: interval)))
            .Where(hour => hour.Hour >= open && hour.Hour < closedBefore)];
        if (hours.Length == 0 || state.Track.Base is not { } start)
        {
            return state;
        }
        long sum = hours.Sum(hour => (long)hour.Interval);
        long modulus = (long)channel.Limits.Modulus;
        ulong register = (ulong)((((long)start.Register.Value + sum) % modulus + modulus) % modulus);
        return state with { Track = state.Track with { Base = start with { Register = new(register), Time = hours.Max(hour => hour.Hour).End } } };
    }
}
