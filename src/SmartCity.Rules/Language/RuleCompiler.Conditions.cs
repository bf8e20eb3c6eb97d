using System.Text.Json;

namespace SmartCity.Rules;

/// <content>Conditions.</content>
internal sealed partial class RuleCompiler
{
    private const string ConditionOperators =
        "all, any, not, surely, count, above, below, atLeast, atMost, unusable, noData, active, rising, set, parameter";

    private ConditionNode Condition(JsonText written)
    {
        switch (written.Kind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return new ConstantCondition(written.Kind == JsonValueKind.True ? "always" : "never", written.Kind == JsonValueKind.True);
            case JsonValueKind.String:
                return NamedCondition(written);
            case JsonValueKind.Object when written.Fields.Count > 0:
                return Operator(written).Name switch
                {
                    "all" => Several(written, "all", parts => parts),
                    "any" => Several(written, "any", _ => 1),
                    "count" => Count(written),
                    "not" => new NotCondition(Condition(Only(written)!)),
                    "surely" => new SurelyCondition(Condition(Only(written)!)),
                    "above" => Compare(written, Comparison.Above, ">"),
                    "below" => Compare(written, Comparison.Below, "<"),
                    "atLeast" => Compare(written, Comparison.AtLeast, "≥"),
                    "atMost" => Compare(written, Comparison.AtMost, "≤"),
                    "unusable" => SignalPlace(Only(written)!, isFlag: null) is { } place
                        ? new UnusableCondition(_signals[place].Tag, place)
                        : Never(),
                    "noData" => NoData(written),
                    "active" => OtherAlarm(written, orRising: false),
                    "rising" => OtherAlarm(written, orRising: true),
                    "set" => IsSet(written),
                    "parameter" => ParameterCondition(written),
                    _ => UnknownCondition(written),
                };
            default:
                return UnknownCondition(written);
        }
    }

    private static ConstantCondition Never() => new("never", false);

    private ConstantCondition UnknownCondition(JsonText written)
    {
        Report(written, $"a condition is needed: the name of a flag or definition, or an object with one of {ConditionOperators}.");
        return Never();
    }

    private ConditionNode NamedCondition(JsonText written)
    {
        string name = TextIn(written);
        if (_conditions.TryGetValue(name, out ConditionNode? defined))
        {
            return defined;
        }
        if (_signalPlaces.TryGetValue(name, out int place) && _signals[place].IsFlag)
        {
            return new FlagCondition(name, place);
        }
        Report(written, _signalPlaces.ContainsKey(name) || _numbers.ContainsKey(name)
            ? $"{name} is a number: compare it with another."
            : $"there is no condition {name}. Known: {string.Join(", ", _signals.Where(signal => signal.IsFlag).Select(signal => signal.Tag).Concat(_conditions.Keys))}.");
        return Never();
    }

    private ConditionNode Several(JsonText written, string text, Func<int, int> atLeast)
    {
        CheckFields(written, [text], []);
        IReadOnlyList<JsonText> items = ItemsOf(written, text);
        if (items.Count == 0)
        {
            Report(written, "one condition or more is needed.");
        }
        return new CountCondition(text, atLeast(items.Count), [.. items.Select(Condition)]);
    }

    private ConditionNode Count(JsonText written)
    {
        if (Inner(written, ["atLeast", "of"], ["atLeast", "of"]) is not { } inner)
        {
            return Never();
        }
        decimal atLeast = NumberIn(inner.Find("atLeast")!);
        ConditionNode[] parts = [.. ItemsOf(inner, "of").Select(Condition)];
        if (atLeast != decimal.Truncate(atLeast) || atLeast < 1 || atLeast > parts.Length)
        {
            Report(inner.Find("atLeast")!, $"a whole number from 1 to {parts.Length} is needed: there are so many conditions.");
            return Never();
        }
        return new CountCondition($"at least {atLeast} of {parts.Length}", (int)atLeast, parts);
    }

    private ConditionNode Compare(JsonText written, Comparison comparison, string sign)
    {
        string name = Operator(written).Name;
        CheckFields(written, [name, "deadband"], []);
        IReadOnlyList<JsonText> items = ItemsOf(written, name);
        if (items.Count != 2)
        {
            Report(written, "two numbers are needed, in brackets.");
            return Never();
        }
        NumberNode left = Number(items[0]);
        NumberNode right = Number(items[1]);
        _ = CommonUnit(items[1], left, right);
        long deadband = 0;
        if (written.Find("deadband") is { } band)
        {
            if (Number(band) is ConstantNumber { Value: >= 0 } constant)
            {
                _ = CommonUnit(band, left, constant);
                deadband = constant.Value.Value;
            }
            else
            {
                Report(band, "a deadband is a figure or a parameter, 0 or more.");
            }
        }
        return new CompareCondition(comparison, $"{left.Text} {sign} {right.Text}", left, right, deadband);
    }

    private ConditionNode NoData(JsonText written)
    {
        if (Inner(written, ["of", "for"], ["of", "for"]) is not { } inner)
        {
            return Never();
        }
        JsonText of = inner.Find("of")!;
        IReadOnlyList<JsonText> tags = of.Kind == JsonValueKind.Array ? of.Items : [of];
        int[] places = [.. tags.Select(tag => SignalPlace(tag, isFlag: null)).OfType<int>()];
        if (places.Length == 0)
        {
            Report(of, "one signal or more is needed.");
        }
        string text = $"no data of {string.Join(", ", places.Select(place => _signals[place].Tag))}";
        return new NoDataCondition(text, places, Duration(inner.Find("for")!)?.Ticks);
    }

    private ConditionNode OtherAlarm(JsonText written, bool orRising)
    {
        JsonText named = Only(written)!;
        string code = TextIn(named);
        if (_rulePlaces.TryGetValue(code, out int place))
        {
            return new AlarmCondition(code, place, orRising);
        }
        Report(named, $"there is no rule {code} in the mode {mode}.");
        return Never();
    }

    private ConditionNode IsSet(JsonText written)
    {
        JsonText named = Only(written)!;
        string name = TextIn(named);
        if (!_parameters.TryGetValue(name, out (ParameterValue Value, string? Unit) parameter))
        {
            Report(named, $"there is no parameter {name}.");
        }
        return new ConstantCondition($"{name} is set", parameter.Value != ParameterValue.None);
    }

    private ConditionNode ParameterCondition(JsonText written)
    {
        if (Parameter(written).Flag is { } flag)
        {
            return new ConstantCondition(TextIn(written.Find("parameter")!), flag);
        }
        Report(written, "a parameter that is true or false is needed.");
        return Never();
    }
}
