using System.Numerics;

namespace SmartCity.Domain;

/// <summary>Why a meter's counting is no longer used (ПП 354, п. 59, 60, 81(12)).</summary>
public enum MeterFault
{
    /// <summary>It counts.</summary>
    None,

    /// <summary>Its verification (поверка) has expired.</summary>
    VerificationExpired,

    /// <summary>It is out of order.</summary>
    Broken,

    /// <summary>It was taken away and no other put in its place.</summary>
    Absent,

    /// <summary>Nobody was let in to read it.</summary>
    AccessRefused,
}

/// <summary>What a channel measured in a period.</summary>
/// <param name="Raw">What its register rose by, corrections included.</param>
/// <param name="Hours">H: hours of the period in which the channel was there, not 0.</param>
/// <param name="MissingHours">m: hours without a value, at most H.</param>
/// <param name="EstimatedHours">Hours with an estimated value.</param>
/// <param name="HoursBeforeFault">Hours of the period before the meter stops counting; H or more where it does not.</param>
/// <param name="Fault">Why it stops.</param>
public sealed record MeasuredPeriod(
    ZoneConsumption Raw, uint Hours, uint MissingHours, uint EstimatedHours, uint HoursBeforeFault, MeterFault Fault)
{
    /// <summary>h: hours with a value.</summary>
    /// <exception cref="OverflowException">More hours are missing than there are.</exception>
    public uint MeasuredHours => Hours - MissingHours;

    /// <summary>u: hours with a value that counts.</summary>
    public uint UsableHours => Math.Min(MeasuredHours, HoursBeforeFault);

    /// <summary>Hours for which a substitute is needed.</summary>
    public uint GapHours => Hours - UsableHours;

    /// <summary>Is the greater part of the period a gap?</summary>
    public bool IsGapPeriod => GapHours > Hours - GapHours;

    /// <summary>What counts of the register's rise: all of it, or the part of the usable hours, half up by zone.</summary>
    public ZoneConsumption Used => UsableHours == MeasuredHours
        ? Raw
        : Raw.Each(raw => new(Rounding.HalfUp((BigInteger)raw.Value * UsableHours, MeasuredHours)));
}

/// <summary>An earlier period that an average may be taken of.</summary>
/// <param name="Volume">What was used by what the meter counted.</param>
/// <param name="Hours">In how many hours that was; a period without any does not count.</param>
public readonly record struct AveragedPeriod(ZoneConsumption Volume, uint Hours);

/// <summary>What an account uses in a month by norm, as an exact fraction of Wh or kcal. <c>default</c> is not valid.</summary>
/// <param name="Numerator">Numerator.</param>
/// <param name="Denominator">Denominator, not 0.</param>
public readonly record struct MonthlyNorm(BigInteger Numerator, BigInteger Denominator)
{
    private const uint SquareDecimetresPerSquareMetre = 100;

    /// <summary>Electricity: residents × norm.</summary>
    /// <param name="residents">Number of residents.</param>
    /// <param name="norm">Wh per resident and month.</param>
    public static MonthlyNorm OfResidents(uint residents, uint norm) => new((BigInteger)residents * norm, 1);

    /// <summary>Heat: area × norm.</summary>
    /// <param name="area">Area of the flat, or of the whole house for its parent meter.</param>
    /// <param name="norm">kcal per m² and month.</param>
    public static MonthlyNorm OfArea(SquareDecimetres area, uint norm) =>
        new((BigInteger)area.Value * norm, SquareDecimetresPerSquareMetre);
}

/// <summary>The substitute for the hours of a period that a channel did not measure.</summary>
/// <param name="Volume">By zone, Wh; kcal in peak.</param>
/// <param name="Method">How it came about: M2, M3 or M4.</param>
/// <param name="GapHours">For how many hours.</param>
/// <param name="Run">How many gap periods in a row this one is the last of; 0 if it is none.</param>
public sealed record GapEstimate(ZoneConsumption Volume, VolumeMethod Method, uint GapHours, uint Run);

/// <summary>The volume of a channel that is billed.</summary>
/// <param name="Volume">Used and estimated together, by zone.</param>
/// <param name="Method">How it came about.</param>
/// <param name="Estimate">The estimated part; <c>null</c> without a gap.</param>
public sealed record BilledVolume(ZoneConsumption Volume, VolumeMethod Method, GapEstimate? Estimate);

/// <summary>
/// The ladder of substitution for what a meter did not measure (ПП 354, п. 59, 60): the average of up to six months before for at
/// most three months in a row, then the norm, raised where the law raises it.
/// </summary>
/// <remarks>
/// The norm is raised where access was refused, and of heat also where the meter is broken, absent or its verification expired; never of
/// electricity for that, since a supplier has to see to the meters (522-ФЗ). Computes what contracts/VolumeBook.sol computes.
/// </remarks>
public static class VolumeLadder
{
    /// <summary>Periods an average is taken of, at most.</summary>
    public const int MaxAveragedPeriods = 6;

    /// <summary>Periods with measured hours an average needs.</summary>
    public const int MinAveragedPeriods = 3;

    /// <summary>Gap periods in a row for which the average is used.</summary>
    public const uint MaxAverageRun = 3;

    private const uint WholeCoefficient = 10_000;

    /// <summary>Hours a day of peak, half-peak and night.</summary>
    private static readonly SquareDecimetres[] s_zoneHours = [new(7), new(9), new(8)];

    /// <summary>The volume billed of a channel in a period.</summary>
    /// <param name="kind">What it counts.</param>
    /// <param name="period">What it measured.</param>
    /// <param name="before">
    /// The last periods before the present run of gap periods in which the channel was there; of heat those alone in which the parent
    /// meter consumed. At most <see cref="MaxAveragedPeriods"/>.
    /// </param>
    /// <param name="runBefore">Gap periods in a row just before this one.</param>
    /// <param name="norm">What it uses in a month by norm.</param>
    /// <param name="coefficient">Raising coefficient, 10^-4: 1.5 is 15,000.</param>
    /// <exception cref="ArgumentException">Too many periods to take an average of.</exception>
    public static BilledVolume Of(
        EnergyKind kind,
        MeasuredPeriod period,
        IReadOnlyList<AveragedPeriod> before,
        uint runBefore,
        MonthlyNorm norm,
        ushort coefficient)
    {
        ArgumentNullException.ThrowIfNull(period);
        ArgumentNullException.ThrowIfNull(before);
        if (before.Count > MaxAveragedPeriods)
        {
            throw new ArgumentException($"An average is of {MaxAveragedPeriods} periods at most, not {before.Count}.", nameof(before));
        }
        if (period.GapHours == 0)
        {
            return new(period.Used, period.EstimatedHours == 0 ? VolumeMethod.Measured : VolumeMethod.Interpolated, null);
        }
        uint run = period.IsGapPeriod ? runBefore + 1 : 0;
        VolumeMethod method = run <= MaxAverageRun && before.Count(past => past.Hours != 0) >= MinAveragedPeriods
            ? VolumeMethod.Average
            : IsRaised(kind, period.Fault) ? VolumeMethod.RaisedNorm : VolumeMethod.Norm;
        ZoneConsumption volume = method == VolumeMethod.Average
            ? Average(before, period.GapHours)
            : ByNorm(kind, norm, method == VolumeMethod.RaisedNorm ? coefficient : WholeCoefficient, period);
        return new(period.Used + volume, method, new(volume, method, period.GapHours, run));
    }

    private static bool IsRaised(EnergyKind kind, MeterFault fault) => fault switch
    {
        MeterFault.AccessRefused => true,
        MeterFault.Broken or MeterFault.Absent or MeterFault.VerificationExpired => kind == EnergyKind.Heat,
        _ => false,
    };

    private static ZoneConsumption Average(IReadOnlyList<AveragedPeriod> before, uint gapHours)
    {
        AveragedPeriod[] measured = [.. before.Where(past => past.Hours != 0)];
        ulong hours = measured.Aggregate(0ul, (sum, past) => sum + past.Hours);
        ZoneConsumption sum = measured.Aggregate(default(ZoneConsumption), (all, past) => all + past.Volume);
        return sum.Each(zone => new(Rounding.HalfUp((BigInteger)zone.Value * gapHours, hours)));
    }

    /// <summary>The norm for the gap, rounded once; of electricity then divided among the zones as the day's hours are.</summary>
    private static ZoneConsumption ByNorm(EnergyKind kind, MonthlyNorm norm, uint coefficient, MeasuredPeriod period)
    {
        Quantity total = new(Rounding.HalfUp(
            norm.Numerator * coefficient * period.GapHours, norm.Denominator * WholeCoefficient * period.Hours));
        if (kind == EnergyKind.Heat)
        {
            return new(total, default, default);
        }
        IReadOnlyList<Quantity> zones = Shares.ByRunningTotal(total, s_zoneHours);
        return new(zones[0], zones[1], zones[2]);
    }
}
