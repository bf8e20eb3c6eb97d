using System.Text.Json;
using System.Text.RegularExpressions;

namespace SmartCity.Rules;

/// <summary>Turns a rule file into a program, and names every mistake where it stands.</summary>
internal sealed partial class RuleCompiler(
    string file,
    JsonText root,
    RuleVersion version,
    AlarmMode mode,
    IReadOnlyDictionary<string, ParameterValue> overrides,
    List<RuleProblem> problems) : JsonTextReader(file, problems)
{
    private const int MaxSignals = 64;
    private static readonly string[] TopFields =
        ["name", "version", "shelving", "parameters", "charts", "signals", "definitions", "flowRate", "checks", "rules"];

    private readonly Dictionary<string, (ParameterValue Value, string? Unit)> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TemperatureChart> _charts = new(StringComparer.Ordinal);
    private readonly List<RuleSignal> _signals = [];
    private readonly Dictionary<string, int> _signalPlaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NumberNode> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConditionNode> _conditions = new(StringComparer.Ordinal);
    private readonly List<Memory> _memories = [];
    private readonly Dictionary<string, int> _rulePlaces = new(StringComparer.Ordinal);

    /// <summary>The words that stand for others in the template that is being read.</summary>
    private IReadOnlyDictionary<string, string> _words = new Dictionary<string, string>();

    /// <summary>The program; of no use when there were problems.</summary>
    public RuleProgram Compile()
    {
        if (!Expect(root, JsonValueKind.Object, "a rule book: an object in braces"))
        {
            return new(version, mode, [], [], [], null);
        }
        CheckFields(root, TopFields, ["name", "version", "shelving", "signals", "rules"]);
        if (root.Find("name") is { } name && !Name().IsMatch(version.Name))
        {
            Report(name, "the name must be 1 to 32 small letters, digits and hyphens.");
        }
        if (root.Find("version") is { } number && version.Number == 0)
        {
            Report(number, "the version must be a whole number from 1 on.");
        }
        ReadParameters();
        ReadCharts();
        ReadSignals();
        ReadDefinitions();
        NumberNode? flowRate = root.Find("flowRate") is { } shown ? Number(shown) : null;
        ReadChecks();
        IReadOnlyList<CompiledRule> rules = ReadRules();
        return new(version, mode, _signals, rules, _memories, flowRate);
    }

    private void ReadParameters()
    {
        foreach (JsonField field in FieldsOf(root, "parameters"))
        {
            if (!Expect(field.Value, JsonValueKind.Object, "an object in braces"))
            {
                continue;
            }
            CheckFields(field.Value, ["unit", "value", "strict", "refined", "minimum"], []);
            string own = mode == AlarmMode.Strict ? "strict" : "refined";
            bool isSplit = field.Value.Find("strict") is not null && field.Value.Find("refined") is not null;
            if ((field.Value.Find("value") ?? (isSplit ? field.Value.Find(own) : null)) is not { } written)
            {
                Report(field.Value, "a parameter needs a \"value\", or one in \"strict\" and another in \"refined\".");
                continue;
            }
            ParameterValue value = Overridden(field, ValueOf(written));
            if (field.Value.Find("minimum") is { } minimum && value.Number < NumberIn(minimum))
            {
                Report(written, $"the parameter {field.Name} must be {minimum.Number} or more.");
            }
            _parameters[field.Name] = (value, field.Value.Find("unit") is { } unit ? TextIn(unit) : null);
        }
        foreach (string unknown in overrides.Keys.Where(key => !_parameters.ContainsKey(key)))
        {
            Report(root, $"there is no parameter {unknown}. Known: {string.Join(", ", _parameters.Keys)}.");
        }
    }

    private ParameterValue Overridden(JsonField field, ParameterValue written)
    {
        if (!overrides.TryGetValue(field.Name, out ParameterValue value))
        {
            return written;
        }
        bool isSameKind = value == ParameterValue.None ? written.Flag is null
            : value.Flag is null == written.Flag is null && (value.Duration is null || written.Number is null) && (value.Number is null || written.Duration is null);
        if (!isSameKind || value.Duration < TimeSpan.Zero || (value.Number is { } number && !Micro.IsExact(number)))
        {
            Report(field.Value, $"the parameter {field.Name} cannot be {value}: it needs a value of the kind that the file has, a span of time not negative, a number of six decimals at most.");
            return written;
        }
        return value;
    }

    private ParameterValue ValueOf(JsonText written) => written.Kind switch
    {
        JsonValueKind.Null => ParameterValue.None,
        JsonValueKind.True or JsonValueKind.False => ParameterValue.Of(written.Kind == JsonValueKind.True),
        JsonValueKind.String => ParameterValue.Of(Duration(written) ?? TimeSpan.Zero),
        _ => ParameterValue.Of(NumberIn(written)),
    };

    private void ReadCharts()
    {
        foreach (JsonField field in FieldsOf(root, "charts"))
        {
            if (!Expect(field.Value, JsonValueKind.Object, "an object in braces"))
            {
                continue;
            }
            CheckFields(field.Value, ["supply", "return", "indoor", "coldest", "network"], ["supply", "return", "indoor", "coldest"]);
            decimal? Of(string name) => field.Value.Find(name) is { } value
                ? value.Kind == JsonValueKind.Object ? Parameter(value).Number : NumberIn(value)
                : null;
            try
            {
                _charts[field.Name] = new(
                    Of("supply") ?? 0, Of("return") ?? 0, (int)(Of("indoor") ?? 0), (int)(Of("coldest") ?? 0), Of("network"));
            }
            catch (ArgumentException exception)
            {
                Report(field.Value, exception.Message);
            }
        }
    }

    private void ReadSignals()
    {
        foreach (JsonText item in ItemsOf(root, "signals"))
        {
            if (!Expect(item, JsonValueKind.Object, "an object in braces"))
            {
                continue;
            }
            CheckFields(item, ["tag", "unit", "flag", "optional", "staleAfter"], ["tag"]);
            string tag = item.Find("tag") is { } named ? TextIn(named) : "";
            bool isFlag = IsTrue(item.Find("flag"));
            if (!isFlag && item.Find("unit") is null)
            {
                Report(item, "a signal needs a \"unit\", or \"flag\": true.");
            }
            if (!_signalPlaces.TryAdd(tag, _signals.Count))
            {
                Report(item, $"the signal {tag} is there already.");
                continue;
            }
            _signals.Add(new(
                tag,
                isFlag,
                item.Find("unit") is { } unit ? TextIn(unit) : null,
                IsTrue(item.Find("optional")),
                item.Find("staleAfter") is { } stale ? Duration(stale) : null));
        }
        if (_signals.Count > MaxSignals)
        {
            Report(root.Find("signals")!, $"there are {_signals.Count} signals; at most {MaxSignals} are possible.");
        }
    }

    private void ReadDefinitions()
    {
        foreach (JsonText item in ItemsOf(root, "definitions"))
        {
            ForEach(item, () =>
            {
                CheckFields(item, ["name", "for", "value", "condition"], ["name"]);
                string name = item.Find("name") is { } named ? TextIn(named) : "";
                bool isNumber = item.Find("value") is not null;
                if (isNumber == item.Find("condition") is not null)
                {
                    Report(item, "a definition needs either a \"value\" or a \"condition\".");
                }
                else if (_signalPlaces.ContainsKey(name) || _numbers.ContainsKey(name) || _conditions.ContainsKey(name))
                {
                    Report(item, $"the name {name} means something already.");
                }
                else if (isNumber)
                {
                    _numbers.Add(name, Number(item.Find("value")!));
                }
                else
                {
                    _conditions.Add(name, Condition(item.Find("condition")!));
                }
            });
        }
    }

    private void ReadChecks()
    {
        RuleState nothing = new RuleProgram(version, mode, [], [], [], null).NewState();
        foreach (JsonText item in ItemsOf(root, "checks"))
        {
            if (!Expect(item, JsonValueKind.Object, "an object in braces"))
            {
                continue;
            }
            CheckFields(item, ["check", "otherwise"], ["check", "otherwise"]);
            if (item.Find("check") is not { } check || item.Find("otherwise") is not { } otherwise)
            {
                continue;
            }
            ConditionNode condition = Condition(check);
            if (condition.Signals != 0 || condition.IsTimed)
            {
                Report(check, "a check looks at parameters only.");
            }
            else if (condition.Evaluate(new(nothing, 0)) != true)
            {
                Report(check, TextIn(otherwise));
            }
        }
    }

    /// <summary>Does something once, or once for each set of words in "for".</summary>
    private void ForEach(JsonText item, Action read)
    {
        if (!Expect(item, JsonValueKind.Object, "an object in braces"))
        {
            return;
        }
        if (item.Find("for") is null)
        {
            read();
            return;
        }
        foreach (JsonText words in ItemsOf(item, "for"))
        {
            if (Expect(words, JsonValueKind.Object, "words for others, in braces"))
            {
                _words = words.Fields.ToDictionary(field => field.Name, field => TextIn(field.Value), StringComparer.Ordinal);
                read();
                _words = new Dictionary<string, string>();
            }
        }
    }

    private ParameterValue Parameter(JsonText reference)
    {
        CheckFields(reference, ["parameter", "otherwise"], ["parameter"]);
        if (reference.Find("parameter") is not { } named)
        {
            return ParameterValue.None;
        }
        string name = TextIn(named);
        if (_parameters.TryGetValue(name, out (ParameterValue Value, string? Unit) found))
        {
            return found.Value;
        }
        Report(named, $"there is no parameter {name}. Known: {string.Join(", ", _parameters.Keys)}.");
        return ParameterValue.None;
    }

    /// <summary>A span of time: <c>"30s"</c>, or a parameter. <c>null</c> when it is not set.</summary>
    private TimeSpan? Duration(JsonText written)
    {
        if (written.Kind == JsonValueKind.Object)
        {
            return Parameter(written).Duration;
        }
        return SpanIn(written);
    }

    private decimal NumberIn(JsonText written)
    {
        if (written.Kind == JsonValueKind.Number && Micro.IsExact(written.Number))
        {
            return written.Number;
        }
        Report(written, $"a number is needed, within ±{Micro.MaxUnits} and of six decimals at most.");
        return 0;
    }

    private bool IsTrue(JsonText? written)
    {
        if (written is not null && written.Kind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Report(written, "true or false is needed.");
        }
        return written?.Kind == JsonValueKind.True;
    }

    /// <summary>A text with the template's words put in for <c>${word}</c>.</summary>
    protected override string TextIn(JsonText written)
    {
        if (!Expect(written, JsonValueKind.String, "text in quotes"))
        {
            return "";
        }
        return Word().Replace(written.String, match =>
        {
            if (_words.TryGetValue(match.Groups[1].Value, out string? word))
            {
                return word;
            }
            Report(written, $"{match.Value} stands for nothing: name it in \"for\".");
            return "";
        });
    }

    [GeneratedRegex("^[a-z0-9-]{1,32}$")]
    private static partial Regex Name();

    [GeneratedRegex(@"\$\{([A-Za-z]+)\}")]
    private static partial Regex Word();
}
