using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace SmartCity.Rules;

/// <summary>Reads config/incidents.json.</summary>
internal sealed class IncidentRulesReader(string file, List<RuleProblem> problems) : JsonTextReader(file, problems)
{
    private static readonly string[] Spans =
        ["acknowledge", "plan", "localise", "visit", "eliminate", "quiet", "heatMonth", "oneFeed", "twoFeeds", "heatBelow"];

    public IncidentRules Read(JsonText root)
    {
        IncidentRules nothing = new([], [], new([], default, 1, default), []);
        if (!Expect(root, JsonValueKind.Object, "an object in braces"))
        {
            return nothing;
        }
        string[] fields = ["deadlines", "accidents", "intake", "escalation"];
        CheckFields(root, fields, fields);
        ImmutableArray<DeadlineRules> deadlines = [.. Objects(root, "deadlines").Select(Deadlines)];
        ImmutableArray<AccidentRules> accidents = [.. Objects(root, "accidents").Select(Accidents)];
        CheckDates(root, "deadlines", [.. deadlines.Select(row => (row.ValidFrom, row.ValidTo))]);
        CheckDates(root, "accidents", [.. accidents.Select(row => (row.ValidFrom, row.ValidTo))]);
        IntakeRules intake = root.Find("intake") is { } written && Expect(written, JsonValueKind.Object, "an object in braces")
            ? Intake(written)
            : nothing.Intake;
        ImmutableArray<EscalationStep> escalation = [.. Objects(root, "escalation").Select(Step)];
        if (escalation.Zip(escalation.Skip(1)).Any(pair => pair.First.Percent >= pair.Second.Percent))
        {
            Report(root.Find("escalation")!, "the percentages must rise.");
        }
        return new(deadlines, accidents, intake, escalation);
    }

    private DeadlineRules Deadlines(JsonText row)
    {
        string[] fields = ["validFrom", "validTo", "acts", .. Spans, "heatAtOnce"];
        CheckFields(row, fields, fields);
        ImmutableArray<HeatLimit> limits = [.. Objects(row, "heatAtOnce").Select(item =>
        {
            CheckFields(item, ["degrees", "limit"], ["degrees", "limit"]);
            return new HeatLimit(Whole(item, "degrees", -50, 50), Span(item, "limit"));
        })];
        bool isFalling = limits.Zip(limits.Skip(1)).All(pair => pair.First.Degrees > pair.Second.Degrees && pair.First.Limit >= pair.Second.Limit)
            && (limits.Length == 0 || limits[^1].Limit >= Span(row, "heatBelow"));
        if (!isFalling && row.Find("heatAtOnce") is { } written)
        {
            Report(written, "the degrees must fall and the limits not rise: the colder, the sooner.");
        }
        return new(
            Date(row, "validFrom") ?? default, Date(row, "validTo"), Acts(row), Span(row, "acknowledge"), Span(row, "plan"), Span(row, "localise"),
            Span(row, "visit"), Span(row, "eliminate"), Span(row, "quiet"), Span(row, "heatMonth"), Span(row, "oneFeed"), Span(row, "twoFeeds"), limits,
            Span(row, "heatBelow"));
    }

    private AccidentRules Accidents(JsonText row)
    {
        string[] fields = ["validFrom", "validTo", "acts", "stop", "equipment", "interruption", "shortfall"];
        CheckFields(row, fields, fields);
        return new(
            Date(row, "validFrom") ?? default, Date(row, "validTo"), Acts(row), Span(row, "stop"), Span(row, "equipment"), Span(row, "interruption"),
            Whole(row, "shortfall", 1, 100));
    }

    private IntakeRules Intake(JsonText row)
    {
        string[] fields = ["atOnce", "unacknowledged", "repeated", "within"];
        CheckFields(row, fields, fields);
        List<byte> atOnce = [];
        foreach (JsonText item in ItemsOf(row, "atOnce"))
        {
            if (item.Kind == JsonValueKind.Number && item.Number is 1 or 2 or 3 or 4)
            {
                atOnce.Add((byte)item.Number);
                continue;
            }
            Report(item, "the number of an alarm of the brief is 1, 2, 3 or 4.");
        }
        return new([.. atOnce], Span(row, "unacknowledged"), Whole(row, "repeated", 2, 32), Span(row, "within"));
    }

    private EscalationStep Step(JsonText item)
    {
        CheckFields(item, ["percent", "to"], ["percent", "to"]);
        string[] names = [.. Enum.GetNames<EscalationLevel>().Select(JsonNamingPolicy.CamelCase.ConvertName)];
        int level = item.Find("to") is { Kind: JsonValueKind.String } to ? Array.IndexOf(names, to.String) : -1;
        if (level < 0)
        {
            Report(item, $"\"to\" must be one of {string.Join(", ", names)}.");
        }
        return new(Whole(item, "percent", 1, 1_000), (EscalationLevel)Math.Max(level, 0));
    }

    /// <summary>Rows follow each other: each ends where the next one begins, and only the last one may have no end.</summary>
    private void CheckDates(JsonText root, string name, IReadOnlyList<(DateTimeOffset From, DateTimeOffset? To)> rows)
    {
        IReadOnlyList<JsonText> written = ItemsOf(root, name);
        for (int i = 0; i < rows.Count; i++)
        {
            bool isLast = i == rows.Count - 1;
            if (rows[i].To <= rows[i].From || (!isLast && rows[i].To != rows[i + 1].From))
            {
                Report(written[i], isLast ? "validTo must be later than validFrom." : "validTo must be the validFrom of the next row.");
            }
        }
        if (rows.Count == 0 && root.Find(name) is { } list)
        {
            Report(list, "one row or more is needed.");
        }
    }

    private ImmutableArray<string> Acts(JsonText row) => [.. ItemsOf(row, "acts").Select(TextIn)];

    private TimeSpan Span(JsonText row, string name) => row.Find(name) is { } written ? SpanIn(written) ?? default : default;

    private DateTimeOffset? Date(JsonText row, string name)
    {
        if (row.Find(name) is not { } written || (name == "validTo" && written.Kind == JsonValueKind.Null))
        {
            return null;
        }
        if (written.Kind == JsonValueKind.String
            && DateOnly.TryParseExact(written.String, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
        {
            return new(date, TimeOnly.MinValue, TimeSpan.Zero);
        }
        Report(written, "a day as \"2026-09-01\" is needed.");
        return null;
    }
}
