using System.Globalization;
using System.Text.Json.Serialization;

namespace SmartCity.Domain;

/// <summary>A billing period (расчётный период): a calendar month of the city's local time, counted from January 1970 (= 0).</summary>
/// <remarks>In JSON it is text: <c>"2026-09"</c>.</remarks>
[JsonConverter(typeof(PeriodJsonConverter))]
public readonly record struct Period(ushort Value) : IComparable<Period>
{
    private const int EpochYear = 1970;
    private const int MonthsPerYear = 12;

    /// <summary>Calendar year.</summary>
    public int Year => EpochYear + Value / MonthsPerYear;

    /// <summary>Calendar month, 1..12.</summary>
    public int Month => Value % MonthsPerYear + 1;

    /// <summary>The month after this one.</summary>
    public Period Next => new((ushort)(Value + 1));

    /// <summary>The month before this one.</summary>
    /// <exception cref="OverflowException">There is none before January 1970.</exception>
    public Period Previous => new((ushort)(Value - 1));

    /// <summary>The period of a calendar month.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The month is not 1..12 or the year is before 1970.</exception>
    public static Period Of(int year, int month)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(year, EpochYear);
        ArgumentOutOfRangeException.ThrowIfLessThan(month, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(month, MonthsPerYear);
        return new((ushort)((year - EpochYear) * MonthsPerYear + month - 1));
    }

    /// <summary>Reads <c>2026-09</c>.</summary>
    /// <exception cref="FormatException">The text is not a year and a month.</exception>
    public static Period Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            && date.Year >= EpochYear
            ? Of(date.Year, date.Month)
            : throw new FormatException($"'{text}' is not a period: write year and month as 2026-09.");
    }

    /// <inheritdoc/>
    public int CompareTo(Period other) => Value.CompareTo(other.Value);

    /// <summary>Is the left period the earlier one?</summary>
    public static bool operator <(Period left, Period right) => left.Value < right.Value;

    /// <summary>Is the left period the later one?</summary>
    public static bool operator >(Period left, Period right) => left.Value > right.Value;

    /// <summary>Is the left period not the later one?</summary>
    public static bool operator <=(Period left, Period right) => left.Value <= right.Value;

    /// <summary>Is the left period not the earlier one?</summary>
    public static bool operator >=(Period left, Period right) => left.Value >= right.Value;

    /// <summary>Year and month, e.g. <c>2026-09</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:D4}-{Month:D2}");
}
