using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>Reads an answer's JSON.</summary>
internal sealed partial class AnswerReader(List<RuleProblem> problems) : JsonTextReader("answer", problems)
{
    /// <summary>So that all that is said has room in one entry of an incident's history.</summary>
    private const int LongestName = 100;

    private const int LongestReason = 300;

    /// <summary>Each kind of answer, and the fields that it has besides those of all: what it needs, and what it may have.</summary>
    private static readonly Dictionary<string, (string[] Needed, string[] Optional)> s_kinds = new()
    {
        ["accepted"] = ([], []),
        ["crew"] = (["crew"], ["time"]),
        ["expected"] = (["time"], []),
        ["restored"] = ([], []),
        ["refused"] = (["reason"], []),
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
        if (!s_kinds.TryGetValue(kind, out (string[] Needed, string[] Optional) own))
        {
            Report(root.Find("answer") ?? root, $"\"answer\" must be one of {string.Join(", ", s_kinds.Keys)}.");
            return null;
        }
        string[] needed = ["incident", "answer", "at", "by", .. own.Needed];
        CheckFields(root, [.. needed, .. own.Optional], needed);
        IncidentReference incident = Incident(root);
        DateTimeOffset at = Time(root, "at");
        string by = Text(root, "by", LongestName);
        return kind switch
        {
            "accepted" => new OrganisationAnswer.Accepted(incident, at, by),
            "crew" => new OrganisationAnswer.CrewSent(incident, at, by, Text(root, "crew", LongestName), root.Find("time") is null ? null : TimeAfter(root, at)),
            "expected" => new OrganisationAnswer.Expected(incident, at, by, TimeAfter(root, at)),
            "restored" => new OrganisationAnswer.Restored(incident, at, by),
            _ => new OrganisationAnswer.Refused(incident, at, by, Text(root, "reason", LongestReason)),
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

    private string Text(JsonText root, string name, int most)
    {
        if (root.Find(name) is not { } written)
        {
            return "";
        }
        string text = PlainText.Line(TextIn(written), most + 1);
        if (text.Length == 0 && written.Kind == JsonValueKind.String)
        {
            Report(written, "it must not be empty.");
        }
        if (text.Length > most)
        {
            Report(written, $"it has more than {most} characters.");
        }
        return text;
    }

    [GeneratedRegex(@"^[0-9T:-]{19}(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex TimeText();
}
