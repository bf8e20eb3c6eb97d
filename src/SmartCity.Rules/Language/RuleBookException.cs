namespace SmartCity.Rules;

/// <summary>One mistake in a rule file and where it stands.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in characters, from 1.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
public sealed record RuleProblem(string File, int Line, int Column, string Message)
{
    /// <summary>As compilers write it: <c>file:line:column: message</c>.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>A rule file that breaks the rules of its language. Every mistake is named with its file, line and column.</summary>
public sealed class RuleBookException : Exception
{
    /// <summary>A refusal of a file.</summary>
    public RuleBookException(IReadOnlyList<RuleProblem> problems)
        : base(string.Join('\n', problems)) => Problems = problems;

    /// <summary>The mistakes in the order in which they stand in the file.</summary>
    public IReadOnlyList<RuleProblem> Problems { get; }
}
