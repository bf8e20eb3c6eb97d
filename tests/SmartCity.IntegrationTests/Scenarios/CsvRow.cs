using System.Globalization;
using SmartCity.Domain;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>One row of a scenario's file. Every read names the place when the text is wrong.</summary>
internal sealed class CsvRow(string file, int line, IReadOnlyDictionary<string, string> fields)
{
    /// <summary>A name or code; never empty.</summary>
    public string Text(string column) =>
        fields[column] is { Length: > 0 } text ? text : throw Wrong(column, "it is empty");

    /// <summary>A name or code; null where the field is empty.</summary>
    public string? TextOrNull(string column) => fields[column] is { Length: > 0 } text ? text : null;

    /// <summary>A whole number from 0 on.</summary>
    public int Whole(string column) => (int)Fixed(column, 0, isSigned: false);

    /// <summary>A decimal number in units of its last decimal: <c>4.250</c> with three decimals is 4250.</summary>
    public long Fixed(string column, int decimals, bool isSigned = false) =>
        FixedPoint.TryParse(Text(column), decimals, out long value) && (isSigned || value >= 0)
            ? value
            : throw Wrong(column, $"write a number{(isSigned ? "" : " that is not negative")} with at most {decimals} decimals");

    /// <summary>As <see cref="Fixed"/>; null where the field is empty.</summary>
    public long? FixedOrNull(string column, int decimals) =>
        TextOrNull(column) is null ? null : Fixed(column, decimals, isSigned: true);

    /// <summary>A month such as 2026-05.</summary>
    public Period Month(string column) => ParseMonth(Text(column), column);

    /// <summary>A month; null where the field is empty.</summary>
    public Period? MonthOrNull(string column) => TextOrNull(column) is { } text ? ParseMonth(text, column) : null;

    /// <summary>A day such as 2026-05-31.</summary>
    public DateOnly Day(string column) =>
        DateOnly.TryParseExact(Text(column), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day
            : throw Wrong(column, "write a day as 2026-05-31");

    /// <summary>One of some words.</summary>
    public T OneOf<T>(string column, IReadOnlyDictionary<string, T> words) =>
        words.TryGetValue(Text(column), out T? value)
            ? value
            : throw Wrong(column, $"write one of {string.Join(", ", words.Keys)}");

    /// <summary>The fields <c>key=value</c> of a note. Each key must be one of <paramref name="keys"/>.</summary>
    public CsvRow Note(params string[] keys)
    {
        Dictionary<string, string> values = keys.ToDictionary(key => key, _ => "", StringComparer.Ordinal);
        foreach (string part in fields["note"].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split('=');
            if (pair.Length != 2 || !values.TryGetValue(pair[0], out string? present) || present.Length > 0)
            {
                string known = string.Join(", ", keys.Select(key => key + "=…"));
                throw Wrong("note", $"'{part}' is not one of {known}, each at most once");
            }
            values[pair[0]] = pair[1];
        }
        return new(file, line, values);
    }

    /// <summary>Refuses text in columns that mean nothing in this row.</summary>
    public void RequireEmpty(params string[] columns)
    {
        foreach (string column in columns.Where(column => fields[column].Length > 0))
        {
            throw Wrong(column, "leave it empty");
        }
    }

    /// <summary>What is wrong in a column.</summary>
    public ScenarioFormatException Wrong(string column, string what) =>
        new($"{file}, line {line}, {column} = '{fields[column]}': {what}.");

    private Period ParseMonth(string text, string column)
    {
        try
        {
            return Period.Parse(text);
        }
        catch (FormatException)
        {
            throw Wrong(column, "write a month as 2026-05");
        }
    }
}
