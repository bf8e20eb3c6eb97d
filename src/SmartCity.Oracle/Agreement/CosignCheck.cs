using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>
/// Does a member agree with an hour that another proposes? Pure. A value is agreed with if the member has one too, and the two are within
/// the register's resolution and the configured tolerance; a stated absence, if the member has not measured the hour itself. How the
/// value came about need not be the same: what counts is that nothing is stated that the member cannot vouch for, and nothing left out
/// that it has measured.
/// </summary>
/// <param name="tolerancePermille">Share of the greater value that two may differ by, in thousandths.</param>
internal sealed class CosignCheck(int tolerancePermille)
{
    private const ulong PermilleOfOne = 1_000;

    /// <summary>Why the member does not agree, naming group, channel and both values; <c>null</c> if it does.</summary>
    /// <exception cref="FormatException">The proposal is no payload of this segment.</exception>
    public string? Reason(SegmentLayout segment, Hour hour, ReadOnlySpan<byte> own, ReadOnlySpan<byte> proposed)
    {
        if (own.SequenceEqual(proposed))
        {
            return null;
        }
        int[] channels = [.. segment.Groups.Select(group => group.Channels.Count)];
        IReadOnlyList<IReadOnlyList<Reading>> mine = HourPayload.Decode(own, channels);
        IReadOnlyList<IReadOnlyList<Reading>> theirs = HourPayload.Decode(proposed, channels);
        foreach ((GroupLayout group, int i) in segment.Groups.Select((group, i) => (group, i)))
        {
            foreach (ChannelLayout channel in group.Channels)
            {
                (Reading here, Reading there) = (mine[i][channel.Channel], theirs[i][channel.Channel]);
                if (!Agrees(group, channel, here, there))
                {
                    return $"hour {hour}, group {group.Plan.Number}, channel {channel.Channel} ({channel.RegisterKey}): proposed {Words(there)}, here {Words(here)}"
                        + (here.Quality == Quality.Missing || there.Quality == Quality.Missing ? "" : $", tolerance {ToleranceOf(group, channel, here, there)}");
                }
            }
        }
        return null;
    }

    /// <summary>Does the member agree with what is proposed of a channel?</summary>
    public bool Agrees(GroupLayout group, ChannelLayout channel, Reading own, Reading proposed) =>
        proposed.Quality == Quality.Missing ? own.Quality != Quality.Measured
        : own.Quality != Quality.Missing && Difference(own, proposed) <= ToleranceOf(group, channel, own, proposed);

    /// <summary>How far two values of a channel may differ: a step of its register, and a share of the greater one.</summary>
    private ulong ToleranceOf(GroupLayout group, ChannelLayout channel, Reading own, Reading proposed)
    {
        int parents = group.Channels.Count - group.Plan.Consumers.Count;
        MeterPlan meter = channel.Channel < parents ? group.Plan.Parent : group.Plan.Consumers[channel.Channel - parents].Meter;
        return meter.Resolution + Math.Max(own.Interval.Value, proposed.Interval.Value) * (ulong)tolerancePermille / PermilleOfOne;
    }

    private static ulong Difference(Reading left, Reading right) =>
        left.Interval > right.Interval ? left.Interval.Value - right.Interval.Value : right.Interval.Value - left.Interval.Value;

    private static string Words(Reading reading) => reading.Quality == Quality.Missing
        ? "nothing"
        : $"{reading.Interval.Value} ({reading.Quality.ToString().ToLowerInvariant()})";
}
