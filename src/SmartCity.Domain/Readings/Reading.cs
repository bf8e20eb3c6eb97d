namespace SmartCity.Domain;

/// <summary>How an hourly value came about; the method codes M0..M3 of the ladder of substitution (ПП 354, п. 59-60).</summary>
public enum Quality
{
    /// <summary>M0: a difference of registers read at both ends of the hour.</summary>
    Measured,

    /// <summary>M1: from a difference of registers over a longer gap.</summary>
    Interpolated,

    /// <summary>M2: an average of earlier consumption.</summary>
    Averaged,

    /// <summary>M3: no value; the interval is zero.</summary>
    Missing,
}

/// <summary>Consumption of one channel within one hour.</summary>
/// <param name="Interval">Wh or kcal within the hour, at most <see cref="MaxInterval"/>.</param>
/// <param name="Quality">How the value came about.</param>
public readonly record struct Reading(Quantity Interval, Quality Quality)
{
    /// <summary>Greatest interval a payload can carry: 24 bits, 16,777,215 Wh or kcal in an hour.</summary>
    public const ulong MaxInterval = (1 << 24) - 1;

    /// <summary>A stated absence.</summary>
    public static Reading Missing => new(Quantity.Zero, Quality.Missing);
}
