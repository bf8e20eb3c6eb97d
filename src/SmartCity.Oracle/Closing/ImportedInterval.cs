using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>
/// An hour's interval that a commercial system vouches for is stated before the register's own difference (DOMAIN 4.3). The register
/// is followed on, so that the hour after does not count the interval again. In a gap that is open it is not used: the gap's hours are
/// filled together when the register is back.
/// </summary>
internal static class ImportedInterval
{
    /// <summary>What is stated of the hour, and where the register's next interval begins.</summary>
    /// <param name="hour">The hour.</param>
    /// <param name="interval">The imported interval; <c>null</c> changes nothing.</param>
    /// <param name="step">What the register says.</param>
    /// <param name="track">Where it stands.</param>
    /// <param name="limits">What it can show.</param>
    public static (RegisterStep Step, RegisterTrack Track) Prefer(
        Hour hour, ulong? interval, RegisterStep step, RegisterTrack track, RegisterLimits limits)
    {
        if (interval is not { } imported || (step.Interval is not null && step.Since != hour.Start))
        {
            return (step, track); // A difference over a gap holds more than this hour: its hours share it, and nothing is lost.
        }
        if (track.Base is { } open && open.Time < hour.Start)
        {
            return (step, track); // The gap that is open is filled as a whole when the register is back (ADR 14).
        }
        RegisterTrack next = track with { IsSilent = false };
        if (track.Base is { } known && known.Time == hour.Start)
        {
            // The register is not known, but must have moved on by this.
            next = next with
            {
                Base = known with { Register = new((known.Register.Value + imported) % limits.Modulus), Time = hour.End },
            };
        }
        bool isOnlySilent = step.Event == MeterEventKind.Missing;
        return (step with { Interval = new(imported), Since = hour.Start, Event = isOnlySilent ? null : step.Event }, next);
    }
}
