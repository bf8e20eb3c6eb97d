using System.Text.Json;

namespace SmartCity.Rules;

/// <summary>A value of a rule book's parameter: a number, a span of time, a flag, or none (<c>default</c>).</summary>
public readonly record struct ParameterValue
{
    private ParameterValue(decimal? number, TimeSpan? duration, bool? flag)
    {
        Number = number;
        Duration = duration;
        Flag = flag;
    }

    /// <summary>No value: what compares with it is silent.</summary>
    public static ParameterValue None => default;

    /// <summary>The number, or <c>null</c>.</summary>
    public decimal? Number { get; }

    /// <summary>The span of time, or <c>null</c>.</summary>
    public TimeSpan? Duration { get; }

    /// <summary>The flag, or <c>null</c>.</summary>
    public bool? Flag { get; }

    /// <summary>A number in the parameter's unit.</summary>
    public static ParameterValue Of(decimal number) => new(number, null, null);

    /// <summary>A span of time.</summary>
    public static ParameterValue Of(TimeSpan duration) => new(null, duration, null);

    /// <summary>A flag.</summary>
    public static ParameterValue Of(bool flag) => new(null, null, flag);
}

/// <summary>
/// A version of the alarm rules of one kind of object, as read from its file. The language is told in docs/rules.md. Immutable.
/// </summary>
public sealed class RuleBook
{
    /// <summary>Greatest length of a rule file, bytes.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    private readonly string _file;
    private readonly JsonText _root;

    private RuleBook(string file, JsonText root, RuleVersion version)
    {
        _file = file;
        _root = root;
        Version = version;
    }

    /// <summary>Name, number and hash.</summary>
    public RuleVersion Version { get; }

    /// <summary>Reads a rule file.</summary>
    /// <param name="utf8">Its text.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="RuleBookException">It breaks the rules of the language; every mistake is named with line and column.</exception>
    public static RuleBook Parse(ReadOnlySpan<byte> utf8, string file)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        if (utf8.Length > MaxFileBytes)
        {
            throw new RuleBookException([new(file, 1, 1, $"the file has {utf8.Length} bytes; at most {MaxFileBytes} are read.")]);
        }
        JsonText root = JsonText.Parse(utf8, file);
        string name = root.Find("name") is { Kind: JsonValueKind.String } text ? text.String : "";
        int number = root.Find("version") is { Kind: JsonValueKind.Number, Number: >= 1 and <= int.MaxValue } value ? (int)value.Number : 0;
        RuleBook book = new(file, root, new(name, number, CanonicalJson.HashOf(root)));
        List<RuleProblem> problems = [];
        foreach (AlarmMode mode in Enum.GetValues<AlarmMode>())
        {
            _ = new RuleCompiler(file, root, book.Version, mode, new Dictionary<string, ParameterValue>(), problems).Compile();
        }
        return problems.Count == 0
            ? book
            : throw new RuleBookException([.. problems.Distinct().OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)]);
    }

    /// <summary>Makes the rules ready for objects that share a set of parameters.</summary>
    /// <param name="mode">How the brief is read.</param>
    /// <param name="parameters">Values that differ from the file's, by name: an object's own limits.</param>
    /// <exception cref="ArgumentException">A parameter is unknown, of another kind, or breaks a check of the book; the message says which.</exception>
    public RuleProgram Compile(AlarmMode mode, IReadOnlyDictionary<string, ParameterValue>? parameters = null)
    {
        List<RuleProblem> problems = [];
        RuleProgram program = new RuleCompiler(
            _file, _root, Version, mode, parameters ?? new Dictionary<string, ParameterValue>(), problems).Compile();
        return problems.Count == 0
            ? program
            : throw new ArgumentException(string.Join(' ', problems.Select(problem => problem.Message).Distinct()), nameof(parameters));
    }
}
