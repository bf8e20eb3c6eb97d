using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SmartCity.Rules;

/// <summary>Reads a file of settings field by field and gathers its mistakes with their places.</summary>
internal abstract partial class JsonTextReader(string file, List<RuleProblem> problems)
{
    /// <summary>Name of the file.</summary>
    protected string File { get; } = file;

    /// <summary>The mistakes so far.</summary>
    protected List<RuleProblem> Problems { get; } = problems;

    /// <summary>A text.</summary>
    protected virtual string TextIn(JsonText written) => Expect(written, JsonValueKind.String, "text in quotes") ? written.String : "";

    /// <summary>A span of time, e.g. <c>"30s"</c>.</summary>
    protected TimeSpan? SpanIn(JsonText written)
    {
        Match match = written.Kind == JsonValueKind.String ? Span().Match(TextIn(written)) : Match.Empty;
        if (!match.Success)
        {
            Report(written, "a span of time is needed: digits and ms, s, m, h or d, e.g. \"30s\".");
            return null;
        }
        long count = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(count),
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            "h" => TimeSpan.FromHours(count),
            _ => TimeSpan.FromDays(count),
        };
    }

    protected IReadOnlyList<JsonText> ItemsOf(JsonText item, string name)
    {
        JsonText? list = item.Find(name);
        return list is not null && Expect(list, JsonValueKind.Array, "a list in brackets") ? list.Items : [];
    }

    protected IReadOnlyList<JsonField> FieldsOf(JsonText item, string name)
    {
        JsonText? list = item.Find(name);
        return list is not null && Expect(list, JsonValueKind.Object, "an object in braces") ? list.Fields : [];
    }

    /// <summary>The objects of a list; what is none is reported.</summary>
    protected IEnumerable<JsonText> Objects(JsonText row, string name) =>
        ItemsOf(row, name).Where(item => Expect(item, JsonValueKind.Object, "an object in braces"));

    /// <summary>A whole number within bounds; the least where the field is missing or wrong.</summary>
    protected int Whole(JsonText row, string name, int least, int most)
    {
        if (row.Find(name) is not { } written)
        {
            return least;
        }
        if (written.Kind == JsonValueKind.Number && written.Number == decimal.Truncate(written.Number) && written.Number >= least && written.Number <= most)
        {
            return (int)written.Number;
        }
        Report(written, $"a whole number from {least} to {most} is needed.");
        return least;
    }

    protected void CheckFields(JsonText item, string[] known, string[] needed)
    {
        foreach (JsonField field in item.Fields.Where(field => !known.Contains(field.Name)))
        {
            Problems.Add(new(File, field.Line, field.Column, $"unknown field \"{field.Name}\". Known here: {string.Join(", ", known)}."));
        }
        foreach (string name in needed.Where(name => item.Find(name) is null))
        {
            Report(item, $"the field \"{name}\" is missing.");
        }
    }

    protected bool Expect(JsonText item, JsonValueKind kind, string what)
    {
        if (item.Kind == kind)
        {
            return true;
        }
        Report(item, $"{what} is needed.");
        return false;
    }

    protected void Report(JsonText where, string message) => Problems.Add(new(File, where.Line, where.Column, message));

    [GeneratedRegex("^([0-9]{1,6})(ms|s|m|h|d)$")]
    private static partial Regex Span();
}
