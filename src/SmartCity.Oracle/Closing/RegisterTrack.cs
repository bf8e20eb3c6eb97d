using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>What the end of an hour brought for a register.</summary>
/// <param name="Interval">Consumption since <see cref="Since"/>; <c>null</c> when it is not known.</param>
/// <param name="Since">Start of the interval: the hour's own start unless a gap came before.</param>
/// <param name="Event">What happened to the meter, if anything.</param>
/// <param name="Detail">The event in words and figures.</param>
internal readonly record struct RegisterStep(Quantity? Interval, DateTimeOffset Since, MeterEventKind? Event, string Detail);

/// <summary>
/// Follows one cumulative register from hour's end to hour's end. A value that cannot be (a fall without a turn, a rise above what
/// the meter can count) is not believed at once: if the next one goes on from the old base it was one bad reading and nothing is
/// lost; if the next one goes on from it, the register did begin anew and intervals continue there.
/// </summary>
/// <param name="Base">The last believed register; its time is an hour's end. <c>null</c> before the first.</param>
/// <param name="Suspect">A value not believed yet.</param>
/// <param name="IsSilent">Had the hour before no good value? A silent meter is told of once.</param>
internal sealed record RegisterTrack(RegisterSample? Base, RegisterSample? Suspect, bool IsSilent)
{
    /// <summary>Before the first register.</summary>
    public static RegisterTrack Empty { get; } = new(null, null, false);

    /// <summary>Takes the register as of the end of an hour.</summary>
    /// <param name="hour">The hour.</param>
    /// <param name="now">The register; <c>null</c> when there is no good one. Its time is the hour's end.</param>
    /// <param name="limits">What the register can show.</param>
    public (RegisterStep Step, RegisterTrack Next) Take(Hour hour, RegisterSample? now, RegisterLimits limits)
    {
        if (now is not { } sample)
        {
            return (Unknown(hour, IsSilent ? null : MeterEventKind.Missing, "no good value at the end of the hour"), this with { IsSilent = true });
        }
        if (sample.Register.Value >= limits.Modulus)
        {
            return (Unknown(hour, MeterEventKind.Implausible, $"the register shows {sample.Register.Value}, its digits end below {limits.Modulus}"), this with { IsSilent = false });
        }
        if (Base is not { } from)
        {
            return (Unknown(hour, null, ""), new(sample, null, false));
        }
        return RegisterDifference.Between(from, sample, limits) switch
        {
            RegisterDifference.Consumed consumed => (
                new(consumed.Interval, from.Time, from.Time != hour.Start ? MeterEventKind.Returned : null, Gap(from, hour, consumed.Interval)),
                new(sample, null, false)),
            RegisterDifference.RolledOver rolled => (
                new(rolled.Interval, from.Time, MeterEventKind.Rollover, $"from {from.Register.Value} through zero to {sample.Register.Value}"),
                new(sample, null, false)),
            RegisterDifference.Replaced replaced => (
                Unknown(hour, MeterEventKind.Replaced,
                    $"serial number {replaced.FromSerialNumber} at {from.Register.Value}, now {replaced.ToSerialNumber} at {sample.Register.Value}"),
                new(sample, null, false)),
            RegisterDifference.Reset => Doubt(
                hour, from, sample, limits, MeterEventKind.Reset, $"the register fell from {from.Register.Value} to {sample.Register.Value}"),
            RegisterDifference.Implausible rise => Doubt(
                hour, from, sample, limits, MeterEventKind.Jumped,
                $"the register rose by {rise.Interval.Value} from {from.Register.Value}; {rise.Limit.Value} at most is believable"),
            var unknown => throw new System.Diagnostics.UnreachableException($"Unmapped difference {unknown}."),
        };
    }

    private (RegisterStep Step, RegisterTrack Next) Doubt(
        Hour hour, RegisterSample from, RegisterSample sample, RegisterLimits limits, MeterEventKind ifConfirmed, string detail)
    {
        Quantity? sinceSuspect = Suspect is not { } suspect
            ? null
            : RegisterDifference.Between(suspect, sample, limits) switch
            {
                RegisterDifference.Consumed consumed => consumed.Interval,
                RegisterDifference.RolledOver rolled => rolled.Interval,
                _ => null,
            };
        return sinceSuspect is { } interval
            ? (new(interval, Suspect!.Value.Time, ifConfirmed,
                $"after {from.Register.Value} the register began anew at {Suspect.Value.Register.Value}; intervals go on from there"),
                new(sample, null, false))
            : (Unknown(hour, MeterEventKind.Implausible, detail), new(from, sample, false));
    }

    private static string Gap(RegisterSample from, Hour hour, Quantity interval) =>
        $"{interval.Value} since {Hour.Containing(from.Time)}, {(hour.End - from.Time).TotalHours:F0} hours";

    private static RegisterStep Unknown(Hour hour, MeterEventKind? kind, string detail) => new(null, hour.Start, kind, detail);
}
