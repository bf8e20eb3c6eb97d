using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>Reads an answer's JSON.</summary>
internal sealed partial class AnswerReader(List<RuleProblem> problems) : JsonTextReader("answer", problems)
{
    private const int LongestText = 1_000;

    /// <summary>Each kind of answer, and the field that it has besides those of all.</summary>
    private static readonly Dictionary<string, string?> s_kinds = new()
    {
        ["accepted"] = null,
        ["crew"] = "crew",
        ["expected"] = "time",
        ["restored"] = null,
        ["refused"] = "reason",
    };

    /// <summary>Reads an answer.</summary>
    /// <exception cref="RuleBookException">It breaks the format; every mistake is named with line and column.</exception>
    public static OrganisationAnswer Parse(ReadOnlySpan<byte> utf8)
    {
        List<RuleProblem> problems = [];
        OrganisationAnswer? answer = new AnswerReader(problems).Read(JsonText.Parse(utf8, "answer"));
        return problems.Count == 0 ? answer! : throw new RuleBookException(problems);
    }

    private OrganisationAnswer? Read(JsonText root)
    {
        if (!Expect(root, JsonValueKind.Object, "an object in braces"))
        {
            return null;
        }
        string kind = root.Find("answer") is { Kind: JsonValueKind.String } written ? written.String : "";
        if (!s_kinds.TryGetValue(kind, out string? own))
        {
            Report(root.Find("answer") ?? root, $"\"answer\" must be one of {string.Join(", ", s_kinds.Keys)}.");
            return null;
        }
        string[] fields = ["incident", "answer", "at", "by", .. own is null ? [] : new[] { own }];
        CheckFields(root, fields, fields);
        IncidentReference incident = Incident(root);
        DateTimeOffset at = Time(root, "at");
        string by = Text(root, "by");
        return kind switch
        {
            "accepted" => new OrganisationAnswer.Accepted(incident, at, by),
            "crew" => new OrganisationAnswer.CrewSent(incident, at, by, Text(root, "crew")),
            "expected" => new OrganisationAnswer.Expected(incident, at, by, TimeAfter(root, at)),
            "restored" => new OrganisationAnswer.Restored(incident, at, by),
            _ => new OrganisationAnswer.Refused(incident, at, by, Text(root, "reason")),
        };
    }

    private IncidentReference Incident(JsonText root)
    {
        if (root.Find("incident") is not { } item || !Expect(item, JsonValueKind.Object, "an object in braces"))
        {
            return default;
        }
        CheckFields(item, ["objectNumber", "number"], ["objectNumber", "number"]);
        return new((uint)Whole(item, "objectNumber", 1, int.MaxValue), Whole(item, "number", 1, int.MaxValue));
    }

    private DateTimeOffset TimeAfter(JsonText root, DateTimeOffset at)
    {
        DateTimeOffset time = Time(root, "time");
        if (time <= at && root.Find("time") is { } written)
        {
            Report(written, "\"time\" must be later than \"at\".");
        }
        return time;
    }

    private DateTimeOffset Time(JsonText root, string name)
    {
        if (root.Find(name) is not { } written)
        {
            return default;
        }
        if (written.Kind == JsonValueKind.String && TimeText().IsMatch(written.String)
            && DateTimeOffset.TryParseExact(
                written.String, "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time))
        {
            return time.ToUniversalTime();
        }
        Report(written, "a time with its offset is needed, as \"2026-01-15T08:14:00+03:00\".");
        return default;
    }

    private string Text(JsonText root, string name)
    {
        if (root.Find(name) is not { } written)
        {
            return "";
        }
        string text = PlainText.Line(TextIn(written), LongestText);
        if (text.Length == 0 && written.Kind == JsonValueKind.String)
        {
            Report(written, "it must not be empty.");
        }
        return text;
    }

    [GeneratedRegex(@"^[0-9T:-]{19}(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex TimeText();
}
