namespace SmartCity.Domain;

/// <summary>What a cumulative register showed at an instant.</summary>
/// <param name="SerialNumber">Factory number of the meter that showed it.</param>
/// <param name="Register">Wh or kcal.</param>
/// <param name="Time">Source time.</param>
public readonly record struct RegisterSample(ulong SerialNumber, Quantity Register, DateTimeOffset Time);

/// <summary>What a meter's register can show, and how fast it can move.</summary>
/// <param name="Modulus">The value at which the register begins again at 0: a power of ten of its last digit, in Wh or kcal.</param>
/// <param name="MaxPerHour">Greatest believable consumption of an hour, Wh or kcal.</param>
public readonly record struct RegisterLimits(ulong Modulus, ulong MaxPerHour)
{
    /// <summary>The limits of a register of so many decimal digits.</summary>
    /// <param name="digits">Digits the register shows, 1..18.</param>
    /// <param name="lastDigit">What a step of the last digit is worth, Wh or kcal.</param>
    /// <param name="maxPerHour">Greatest believable consumption of an hour.</param>
    /// <exception cref="OverflowException">The modulus does not fit in 64 bits.</exception>
    public static RegisterLimits OfDigits(int digits, uint lastDigit, ulong maxPerHour)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, 18);
        ulong modulus = lastDigit;
        for (int i = 0; i < digits; i++)
        {
            modulus *= 10;
        }
        return new(modulus, maxPerHour);
    }
}

/// <summary>
/// What lies between two samples of a register. Closed: whoever asks must say what becomes of every case, and consumption is
/// never negative.
/// </summary>
public abstract record RegisterDifference
{
    private RegisterDifference()
    {
    }

    /// <summary>The register moved on, or stood.</summary>
    /// <param name="Interval">What was consumed.</param>
    public sealed record Consumed(Quantity Interval) : RegisterDifference;

    /// <summary>The register passed its last value and began again at 0 (переход через ноль).</summary>
    /// <param name="Interval">What was consumed, over the turn.</param>
    public sealed record RolledOver(Quantity Interval) : RegisterDifference;

    /// <summary>The register fell and no turn explains it: it was set back (сброс). What was consumed is not known.</summary>
    /// <param name="From">What it showed before.</param>
    /// <param name="To">What it shows now: the start of what follows.</param>
    public sealed record Reset(Quantity From, Quantity To) : RegisterDifference;

    /// <summary>Another meter answers in its place (замена). What was consumed is not known from the registers alone.</summary>
    /// <param name="FromSerialNumber">The meter before.</param>
    /// <param name="ToSerialNumber">The meter now.</param>
    /// <param name="Register">What the new one shows: the start of what follows.</param>
    public sealed record Replaced(ulong FromSerialNumber, ulong ToSerialNumber, Quantity Register) : RegisterDifference;

    /// <summary>The register rose faster than the meter can count.</summary>
    /// <param name="Interval">By how much it rose.</param>
    /// <param name="Limit">The most that the time between the samples allows.</param>
    public sealed record Implausible(Quantity Interval, Quantity Limit) : RegisterDifference;

    /// <summary>Compares two samples of one meter's register.</summary>
    /// <param name="earlier">The sample before.</param>
    /// <param name="later">The sample after; a part of an hour between them counts as a whole one.</param>
    /// <param name="limits">What the register can show.</param>
    /// <exception cref="ArgumentOutOfRangeException">The later sample is not later, or a register is not below the modulus.</exception>
    public static RegisterDifference Between(RegisterSample earlier, RegisterSample later, RegisterLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(later.Time, earlier.Time, nameof(later));
        if (later.SerialNumber != earlier.SerialNumber)
        {
            return new Replaced(earlier.SerialNumber, later.SerialNumber, later.Register);
        }
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(earlier.Register.Value, limits.Modulus, nameof(earlier));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(later.Register.Value, limits.Modulus, nameof(later));
        long hours = ((later.Time - earlier.Time).Ticks + TimeSpan.TicksPerHour - 1) / TimeSpan.TicksPerHour;
        Quantity limit = new((ulong)hours * limits.MaxPerHour);
        if (later.Register >= earlier.Register)
        {
            Quantity interval = later.Register - earlier.Register;
            return interval <= limit ? new Consumed(interval) : new Implausible(interval, limit);
        }
        Quantity overTheTurn = new(limits.Modulus - earlier.Register.Value + later.Register.Value);
        return overTheTurn <= limit ? new RolledOver(overTheTurn) : new Reset(earlier.Register, later.Register);
    }
}
