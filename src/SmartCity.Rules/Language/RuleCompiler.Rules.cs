using System.Collections.Immutable;
using System.Text.Json;

namespace SmartCity.Rules;

/// <content>Rules.</content>
internal sealed partial class RuleCompiler
{
    private static readonly string[] RuleFields =
    [
        "code", "for", "modes", "number", "class", "severity", "graver", "when", "onDelay", "offDelay", "latched", "acknowledge",
        "shelving", "shows", "mutes", "text",
    ];

    private static readonly string[] NeededRuleFields = ["code", "class", "severity", "when", "onDelay", "offDelay", "text"];

    private List<CompiledRule> ReadRules()
    {
        List<JsonText> written = [.. ItemsOf(root, "rules").Where(item => item.Kind != JsonValueKind.Object || IsInThisMode(item))];
        foreach (JsonText item in written)
        {
            ForEach(item, () => AddCode(item));
        }
        if (_rulePlaces.Count > RuleProgram.MaxRules)
        {
            Report(root.Find("rules")!, $"there are {_rulePlaces.Count} rules; at most {RuleProgram.MaxRules} are possible.");
        }
        List<CompiledRule> rules = [];
        List<(JsonText Where, ImmutableArray<int> Mutes)> mutes = [];
        foreach (JsonText item in written)
        {
            ForEach(item, () =>
            {
                ImmutableArray<int> muted = Mutes(item);
                mutes.Add((item, muted));
                rules.Add(Rule(item, muted));
            });
        }
        CheckMutes(mutes);
        return rules;
    }

    private bool IsInThisMode(JsonText item)
    {
        if (item.Find("modes") is null)
        {
            return true;
        }
        List<string> modes = [.. ItemsOf(item, "modes").Select(TextIn)];
        if (modes.Count == 0 || modes.Any(name => name is not ("strict" or "refined")))
        {
            Report(item.Find("modes")!, "\"strict\" or \"refined\" is needed; without this field a rule is in both.");
        }
        return modes.Contains(mode == AlarmMode.Strict ? "strict" : "refined");
    }

    private void AddCode(JsonText item)
    {
        if (item.Find("code") is { } code && !_rulePlaces.TryAdd(TextIn(code), _rulePlaces.Count))
        {
            Report(code, $"the rule {TextIn(code)} is there already.");
        }
    }

    private CompiledRule Rule(JsonText item, ImmutableArray<int> mutes)
    {
        CheckFields(item, RuleFields, NeededRuleFields);
        (AlarmText russian, AlarmText english) = Texts(item.Find("text"));
        bool isLatched = IsTrue(item.Find("latched"));
        AlarmClass alarmClass = item.Find("class") is { } named ? Choice<AlarmClass>(named) : default;
        bool acknowledges = item.Find("acknowledge") is { } written ? IsTrue(written) : alarmClass != AlarmClass.Diagnostic;
        if (isLatched && !acknowledges)
        {
            Report(item.Find("latched")!, "a latched alarm must be acknowledged before it is reset.");
        }
        AlarmRule rule = new()
        {
            Code = item.Find("code") is { } code ? TextIn(code) : "",
            Number = AlarmNumber(item.Find("number"), alarmClass),
            Class = alarmClass,
            Severity = item.Find("severity") is { } severity ? Choice<Severity>(severity) : default,
            OnDelay = item.Find("onDelay") is { } on ? Duration(on) ?? TimeSpan.Zero : default,
            OffDelay = item.Find("offDelay") is { } off ? Duration(off) ?? TimeSpan.Zero : default,
            NeedsAcknowledgement = acknowledges,
            IsLatched = isLatched,
            LongestShelving = (item.Find("shelving") ?? root.Find("shelving")) is { } longest ? Duration(longest) ?? TimeSpan.Zero : default,
            Mutes = [.. mutes.Select(place => _rulePlaces.Keys.ElementAt(place))],
            Russian = russian,
            English = english,
            Version = version,
        };
        JsonText? shows = item.Find("shows");
        if (shows is not null && Expect(shows, JsonValueKind.Object, "an object in braces"))
        {
            CheckFields(shows, ["value", "limit", "flag"], []);
        }
        return new(
            rule,
            item.Find("when") is { } when ? Condition(when) : Never(),
            [.. ItemsOf(item, "graver").Select(Graver)],
            shows?.Find("value") is { } value ? Number(value) : null,
            shows?.Find("limit") is { } limit ? Number(limit) : null,
            shows?.Find("flag") is { } flag ? SignalPlace(flag, isFlag: true) : null)
        { Mutes = mutes };
    }

    private (Severity Severity, ConditionNode When) Graver(JsonText item)
    {
        if (!Expect(item, JsonValueKind.Object, "an object in braces"))
        {
            return (default, Never());
        }
        CheckFields(item, ["severity", "when"], ["severity", "when"]);
        return (
            item.Find("severity") is { } severity ? Choice<Severity>(severity) : default,
            item.Find("when") is { } when ? Condition(when) : Never());
    }

    private byte AlarmNumber(JsonText? written, AlarmClass alarmClass)
    {
        if (written is null)
        {
            return 0;
        }
        if (alarmClass != AlarmClass.Process || written.Kind != JsonValueKind.Number || written.Number is not (1 or 2 or 3 or 4))
        {
            Report(written, "the number of an alarm of the brief is 1, 2, 3 or 4, and only a process alarm has one.");
            return 0;
        }
        return (byte)written.Number;
    }

    /// <summary>Places of the rules that codes mean; one that ends with * means all that begin so.</summary>
    private ImmutableArray<int> Mutes(JsonText item)
    {
        SortedSet<int> places = [];
        foreach (JsonText written in ItemsOf(item, "mutes"))
        {
            string code = TextIn(written);
            List<int> found = [.. _rulePlaces
                .Where(pair => code.EndsWith('*') ? pair.Key.StartsWith(code[..^1], StringComparison.Ordinal) : pair.Key == code)
                .Select(pair => pair.Value)];
            if (found.Count == 0)
            {
                Report(written, $"there is no rule {code} in the mode {mode}.");
            }
            places.UnionWith(found);
        }
        return [.. places];
    }

    /// <summary>Two alarms that silence each other would both be silent.</summary>
    private void CheckMutes(List<(JsonText Where, ImmutableArray<int> Mutes)> rules)
    {
        for (int start = 0; start < rules.Count; start++)
        {
            HashSet<int> reached = [];
            Stack<int> left = new(rules[start].Mutes);
            while (left.TryPop(out int place))
            {
                if (reached.Add(place) && place < rules.Count)
                {
                    foreach (int next in rules[place].Mutes)
                    {
                        left.Push(next);
                    }
                }
            }
            if (reached.Contains(start))
            {
                Report(rules[start].Where.Find("mutes")!, "this alarm would mute itself, perhaps through others.");
            }
        }
    }

    private (AlarmText Russian, AlarmText English) Texts(JsonText? written)
    {
        AlarmText nothing = new("", "", "");
        if (written is null || !Expect(written, JsonValueKind.Object, "an object in braces"))
        {
            return (nothing, nothing);
        }
        CheckFields(written, ["ru", "en"], ["ru", "en"]);
        return (Text(written.Find("ru")) ?? nothing, Text(written.Find("en")) ?? nothing);
    }

    private AlarmText? Text(JsonText? written)
    {
        if (written is null || !Expect(written, JsonValueKind.Object, "an object in braces"))
        {
            return null;
        }
        CheckFields(written, ["title", "meaning", "action"], ["title", "meaning", "action"]);
        string Of(string name) => written.Find(name) is { } text ? TextIn(text) : "";
        return new(Of("title"), Of("meaning"), Of("action"));
    }

    private T Choice<T>(JsonText written)
        where T : struct, Enum
    {
        string text = written.Kind == JsonValueKind.String ? TextIn(written) : "";
        string[] names = [.. Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName)];
        if (Array.IndexOf(names, text) is >= 0 and int place)
        {
            return Enum.GetValues<T>()[place];
        }
        Report(written, $"one of {string.Join(", ", names)} is needed.");
        return default;
    }
}
