using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>Brings a channel into line with what stands of an hour, where that is not what this oracle had closed. Pure.</summary>
internal static class Following
{
    /// <summary>The channel's state once its next interval begins where the chain's sum ends.</summary>
    /// <param name="state">The state after the hour was closed.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="hour">The hour.</param>
    /// <param name="own">What this oracle had closed.</param>
    /// <param name="agreed">What stands.</param>
    /// <param name="isWithin">Do the two differ by no more than readings of one meter may? Beyond that the difference is not carried on:
    /// one of the two is wrong, and whoever is must not be wrong for ever.</param>
    public static ChannelState Of(ChannelState state, ChannelLayout channel, Hour hour, Reading own, Reading agreed, bool isWithin)
    {
        if (own.Quality != Quality.Missing && agreed.Quality != Quality.Missing)
        {
            return isWithin ? state with { Carry = state.Carry + (long)own.Interval.Value - (long)agreed.Interval.Value } : state;
        }
        bool hasLearned = own.Quality == Quality.Missing && agreed.Quality != Quality.Missing && state.Track.Base is { } open && open.Time == hour.Start;
        if (!hasLearned)
        {
            return state; // Later hours are closed already, or the others do not know what we do: their gap is filled when they do.
        }
        RegisterSample known = state.Track.Base!.Value;
        RegisterSample? moved = state.Heat is null
            ? known with { Register = new((known.Register.Value + agreed.Interval.Value) % channel.Followed(state).Limits.Modulus), Time = hour.End }
            : null; // How much water carried that heat is not known.
        return state with { Track = state.Track with { Base = moved, IsSilent = false }, Heat = state.Heat is null ? null : HeatState.Empty };
    }
}
