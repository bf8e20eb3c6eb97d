using System.Globalization;
using System.Text.Json;

namespace SmartCity.Rules;

/// <content>Expressions that have a number.</content>
internal sealed partial class RuleCompiler
{
    private const string NumberOperators = "parameter, add, subtract, multiply, min, max, abs, rate, starts, chart, deviation";

    private NumberNode Number(JsonText written)
    {
        switch (written.Kind)
        {
            case JsonValueKind.Number:
                decimal number = NumberIn(written);
                return new ConstantNumber(number.ToString(CultureInfo.InvariantCulture), null, Micro.Of(number));
            case JsonValueKind.String:
                return NamedNumber(written);
            case JsonValueKind.Object when written.Fields.Count > 0:
                return Operator(written).Name switch
                {
                    "parameter" => ParameterNumber(written),
                    "add" => Fold(written, Arithmetic.Add, "+"),
                    "subtract" => Fold(written, Arithmetic.Subtract, "−"),
                    "min" => Fold(written, Arithmetic.Minimum, "min"),
                    "max" => Fold(written, Arithmetic.Maximum, "max"),
                    "multiply" => Multiply(written),
                    "abs" => Only(written) is { } of ? new AbsoluteNumber(Number(of)) : Nothing(),
                    "rate" => Rate(written),
                    "starts" => Starts(written),
                    "chart" => Chart(written),
                    "deviation" => Deviation(written),
                    _ => UnknownNumber(written),
                };
            default:
                return UnknownNumber(written);
        }
    }

    /// <summary>The field that says what an object is; where it stands among the others means nothing.</summary>
    private static JsonField Operator(JsonText written)
    {
        foreach (JsonField field in written.Fields)
        {
            if (field.Name is not ("deadband" or "otherwise"))
            {
                return field;
            }
        }
        return written.Fields[0];
    }

    private static ConstantNumber Nothing() => new("?", null, null);

    private ConstantNumber UnknownNumber(JsonText written)
    {
        Report(written, $"a number is needed: a figure, the name of a signal or definition, or an object with one of {NumberOperators}.");
        return Nothing();
    }

    private NumberNode NamedNumber(JsonText written)
    {
        string name = TextIn(written);
        if (_numbers.TryGetValue(name, out NumberNode? defined))
        {
            return defined;
        }
        if (_signalPlaces.TryGetValue(name, out int place) && !_signals[place].IsFlag)
        {
            return new SignalNumber(name, _signals[place].Unit, place);
        }
        Report(written, $"there is no number {name}. Known: {string.Join(", ", _signals.Where(signal => !signal.IsFlag).Select(signal => signal.Tag).Concat(_numbers.Keys))}.");
        return Nothing();
    }

    private ConstantNumber ParameterNumber(JsonText written)
    {
        ParameterValue value = Parameter(written);
        if (value.Duration is not null || value.Flag is not null)
        {
            Report(written, "this parameter is not a number.");
        }
        string? unit = written.Find("parameter") is { } name && _parameters.TryGetValue(TextIn(name), out (ParameterValue Value, string? Unit) found) ? found.Unit : null;
        decimal? number = value.Number ?? (written.Find("otherwise") is { } otherwise ? NumberIn(otherwise) : null);
        return new(
            number is { } set ? string.Create(CultureInfo.InvariantCulture, $"{set}{(unit is null ? "" : " ")}{unit}") : "not set",
            unit,
            number is { } known ? Micro.Of(known) : null);
    }

    /// <summary>Two or more numbers of one unit.</summary>
    private NumberNode Fold(JsonText written, Arithmetic operation, string sign)
    {
        JsonText list = Operator(written).Value;
        CheckFields(written, [Operator(written).Name], []);
        if (!Expect(list, JsonValueKind.Array, "a list of numbers") || list.Items.Count < 2)
        {
            Report(list, "two numbers or more are needed.");
            return Nothing();
        }
        NumberNode result = Number(list.Items[0]);
        foreach (JsonText item in list.Items.Skip(1))
        {
            NumberNode next = Number(item);
            string text = sign.Length > 1 ? $"{sign}({result.Text}, {next.Text})" : $"({result.Text} {sign} {next.Text})";
            result = new BinaryNumber(operation, text, CommonUnit(item, result, next), result, next);
        }
        return result;
    }

    /// <summary>A number times a bare one; the unit stays.</summary>
    private NumberNode Multiply(JsonText written)
    {
        IReadOnlyList<JsonText> items = ItemsOf(written, "multiply");
        CheckFields(written, ["multiply"], []);
        if (items.Count != 2)
        {
            Report(written, "two numbers are needed, the second one without a unit.");
            return Nothing();
        }
        NumberNode left = Number(items[0]);
        NumberNode right = Number(items[1]);
        if (right.Unit is not null)
        {
            Report(items[1], $"a number without a unit is needed, not {right.Unit}.");
        }
        return new BinaryNumber(Arithmetic.Multiply, $"{left.Text} · {right.Text}", left.Unit, left, right);
    }

    /// <summary>By how many percent a number is off another.</summary>
    private NumberNode Deviation(JsonText written)
    {
        if (Inner(written, ["of", "from"], ["of", "from"]) is not { } inner)
        {
            return Nothing();
        }
        NumberNode of = Number(inner.Find("of")!);
        NumberNode from = Number(inner.Find("from")!);
        _ = CommonUnit(written, of, from);
        return new BinaryNumber(Arithmetic.Deviation, $"deviation of {of.Text} from {from.Text}", "%", of, from);
    }

    private NumberNode Rate(JsonText written)
    {
        if (Inner(written, ["of", "per", "window", "restartOn", "cumulative"], ["of", "per", "window"]) is not { } inner
            || SignalPlace(inner.Find("of")!, isFlag: false) is not { } signal)
        {
            return Nothing();
        }
        int? restartOn = inner.Find("restartOn") is { } flag ? SignalPlace(flag, isFlag: true) : null;
        long per = Duration(inner.Find("per")!)?.Ticks ?? 0;
        long window = Duration(inner.Find("window")!)?.Ticks ?? 0;
        if (per <= 0 || window <= 0)
        {
            Report(written, "the window of a rate and what it is per must be above 0.");
            return Nothing();
        }
        bool isCumulative = IsTrue(inner.Find("cumulative"));
        RuleSignal of = _signals[signal];
        string key = $"rate {of.Tag} {window} {restartOn} {isCumulative}";
        string perText = TextIn(inner.Find("per")!).TrimStart('1');
        RateMemory memory = Remember(key, start => new RateMemory(start, key, signal, restartOn, window, per, !isCumulative));
        return new RateNumber($"rate of {of.Tag}", $"{of.Unit}/{perText}", memory);
    }

    private NumberNode Starts(JsonText written)
    {
        if (Inner(written, ["of", "within"], ["of", "within"]) is not { } inner
            || SignalPlace(inner.Find("of")!, isFlag: true) is not { } signal
            || Duration(inner.Find("within")!) is not { Ticks: > 0 } within)
        {
            return Nothing();
        }
        string key = $"starts {_signals[signal].Tag} {within.Ticks}";
        return new StartsNumber(
            $"starts of {_signals[signal].Tag}", Remember(key, start => new StartsMemory(start, key, signal, within.Ticks)));
    }

    private NumberNode Chart(JsonText written)
    {
        if (Inner(written, ["name", "line", "outdoor"], ["name", "line", "outdoor"]) is not { } inner)
        {
            return Nothing();
        }
        string name = TextIn(inner.Find("name")!);
        string line = TextIn(inner.Find("line")!);
        if (!_charts.TryGetValue(name, out TemperatureChart? chart) || line is not ("supply" or "return"))
        {
            Report(inner, $"a chart's name and its line, \"supply\" or \"return\", are needed. Known charts: {string.Join(", ", _charts.Keys)}.");
            return Nothing();
        }
        NumberNode outdoor = Number(inner.Find("outdoor")!);
        return new ChartNumber($"chart {name}, {line}", chart, line == "supply", outdoor);
    }

    private T Remember<T>(string key, Func<int, T> make)
        where T : Memory
    {
        if (_memories.OfType<T>().FirstOrDefault(memory => memory.Key == key) is { } known)
        {
            return known;
        }
        T memory = make(_memories.Sum(other => other.Length));
        _memories.Add(memory);
        return memory;
    }

    /// <summary>The one value of an operator without other fields.</summary>
    private JsonText? Only(JsonText written)
    {
        CheckFields(written, [Operator(written).Name], []);
        return Operator(written).Value;
    }

    /// <summary>The object behind an operator, with the fields it must have.</summary>
    private JsonText? Inner(JsonText written, string[] known, string[] needed)
    {
        JsonText inner = Operator(written).Value;
        CheckFields(written, [Operator(written).Name], []);
        if (!Expect(inner, JsonValueKind.Object, "an object in braces"))
        {
            return null;
        }
        CheckFields(inner, known, needed);
        return needed.All(name => inner.Find(name) is not null) ? inner : null;
    }

    private int? SignalPlace(JsonText written, bool? isFlag)
    {
        string tag = TextIn(written);
        if (_signalPlaces.TryGetValue(tag, out int place) && (isFlag is null || _signals[place].IsFlag == isFlag))
        {
            return place;
        }
        string kind = isFlag switch { true => "flag", false => "number", null => "signal" };
        Report(written, $"there is no {kind} {tag} among the signals.");
        return null;
    }

    private string? CommonUnit(JsonText where, NumberNode left, NumberNode right)
    {
        if (left.Unit is not null && right.Unit is not null && left.Unit != right.Unit)
        {
            Report(where, $"{left.Text} is in {left.Unit} and {right.Text} in {right.Unit}: they cannot be compared.");
        }
        return left.Unit ?? right.Unit;
    }
}
