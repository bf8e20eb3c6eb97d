using System.Globalization;

namespace SmartCity.Aiis;

/// <summary>Reads the fields of a message: strictly, in no culture but the layout's own.</summary>
internal static class Fields
{
    /// <summary>Greatest value of a period, kWh: more than any line carries.</summary>
    public const decimal MaxValue = 1_000_000_000m;

    private const int MaxValueLength = 24;
    private const int MaxCodeLength = 32;
    private const int MaxStatus = 9_999;

    /// <summary>A code: Latin letters, digits, dots, dashes.</summary>
    public static bool IsCode(string? text) =>
        text is { Length: > 0 and <= MaxCodeLength } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>A whole number from 1 on.</summary>
    public static int? Number(string? text) =>
        IsDigits(text, 9) && int.Parse(text!, CultureInfo.InvariantCulture) is > 0 and int number ? number : null;

    /// <summary>A status: 0 when there is none.</summary>
    public static int? Status(string? text) => text is null
        ? 0
        : IsDigits(text, 4) && int.Parse(text, CultureInfo.InvariantCulture) is <= MaxStatus and int status ? status : null;

    /// <summary>yyyyMMdd.</summary>
    public static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
        && day.Year is >= 1990 and <= 2200 ? day : null;

    /// <summary>yyyyMMddHHmmss.</summary>
    public static DateTime? Instant(string? text) =>
        DateTime.TryParseExact(text, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime instant)
        && instant.Year is >= 1990 and <= 2200 ? instant : null;

    /// <summary>HHmm as minutes of the day, on a half-hour.</summary>
    public static int? Minute(string? text)
    {
        if (text is not { Length: 4 } || !IsDigits(text, 4))
        {
            return null;
        }
        int hour = int.Parse(text.AsSpan(0, 2), CultureInfo.InvariantCulture);
        int minute = int.Parse(text.AsSpan(2, 2), CultureInfo.InvariantCulture);
        return hour < 24 && minute is 0 or 30 ? hour * 60 + minute : null;
    }

    /// <summary>A value: digits with at most one decimal point or comma between them.</summary>
    public static decimal? Value(string text)
    {
        if (text.Length is 0 or > MaxValueLength)
        {
            return null;
        }
        string invariant = text.Replace(',', '.');
        int point = invariant.IndexOf('.', StringComparison.Ordinal);
        bool isNumber = invariant.All(c => char.IsAsciiDigit(c) || c == '.')
            && (point < 0 || (point > 0 && point < invariant.Length - 1 && invariant.LastIndexOf('.') == point));
        return isNumber && decimal.TryParse(invariant, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
            && value <= MaxValue ? value : null;
    }

    private static bool IsDigits(string? text, int most) =>
        text is { Length: > 0 } && text.Length <= most && text.All(char.IsAsciiDigit);
}
