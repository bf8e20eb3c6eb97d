namespace SmartCity.Domain;

/// <summary>An hour of UTC, named by its start: <c>unixSeconds / 3600</c>. Half-open: it contains its start, not its end.</summary>
public readonly record struct Hour(uint Value) : IComparable<Hour>
{
    private const int SecondsPerHour = 3_600;

    /// <summary>First instant of the hour.</summary>
    public DateTimeOffset Start => DateTimeOffset.FromUnixTimeSeconds((long)Value * SecondsPerHour);

    /// <summary>First instant after the hour.</summary>
    public DateTimeOffset End => Next.Start;

    /// <summary>The hour after this one.</summary>
    public Hour Next => new(Value + 1);

    /// <summary>The hour that contains an instant.</summary>
    /// <exception cref="OverflowException">The instant is before 1970 or after the year 491,000.</exception>
    public static Hour Containing(DateTimeOffset instant) =>
        new((uint)Math.DivRem(instant.ToUnixTimeSeconds(), SecondsPerHour).Quotient);

    /// <inheritdoc/>
    public int CompareTo(Hour other) => Value.CompareTo(other.Value);

    /// <summary>Is the left hour the earlier one?</summary>
    public static bool operator <(Hour left, Hour right) => left.Value < right.Value;

    /// <summary>Is the left hour the later one?</summary>
    public static bool operator >(Hour left, Hour right) => left.Value > right.Value;

    /// <summary>Is the left hour not the later one?</summary>
    public static bool operator <=(Hour left, Hour right) => left.Value <= right.Value;

    /// <summary>Is the left hour not the earlier one?</summary>
    public static bool operator >=(Hour left, Hour right) => left.Value >= right.Value;

    /// <summary>The hour's start in UTC, e.g. <c>2026-09-01T05Z</c>.</summary>
    public override string ToString() => Start.UtcDateTime.ToString("yyyy-MM-dd'T'HH'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
