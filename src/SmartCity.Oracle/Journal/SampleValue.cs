using System.Globalization;
using System.Text;
using SmartCity.Alphalogic;

namespace SmartCity.Oracle;

/// <summary>How a signal's value is kept in a column: a number is TEXT (decimal), a flag INTEGER (0, 1), a text BLOB (UTF-8), nothing NULL.</summary>
internal static class SampleValue
{
    /// <summary>What is written.</summary>
    public static object? ToColumn(SignalData data) => data switch
    {
        { Number: { } number } => ToColumn(number),
        { Flag: { } flag } => flag ? 1L : 0L,
        { Text: { } text } => Encoding.UTF8.GetBytes(text),
        _ => null,
    };

    /// <summary>What is written for a number.</summary>
    public static object ToColumn(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number in a column, or <c>null</c> when it holds none.</summary>
    public static decimal? Number(object? column) =>
        column is string text ? decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture) : null;

    /// <summary>The flag in a column, or <c>null</c> when it holds none.</summary>
    public static bool? Flag(object? column) => column is long flag ? flag != 0 : null;

    /// <summary>The text in a column, or <c>null</c> when it holds none.</summary>
    public static string? Text(object? column) => column is byte[] text ? Encoding.UTF8.GetString(text) : null;
}
