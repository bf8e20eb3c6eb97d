namespace SmartCity.Domain;

/// <summary>A city plan cannot be used as it is written. The message names every problem found, with its path and what to do.</summary>
public sealed class CityPlanException : Exception
{
    private const int MaxProblemsShown = 20;

    internal CityPlanException(string source, IReadOnlyList<string> problems, Exception? inner = null)
        : base(Describe(source, problems), inner)
    {
        Problems = problems;
    }

    /// <summary>All problems, one a line, each beginning with the JSON path it was found at.</summary>
    public IReadOnlyList<string> Problems { get; }

    private static string Describe(string source, IReadOnlyList<string> problems)
    {
        IEnumerable<string> shown = problems.Take(MaxProblemsShown).Select(problem => $"  {problem}");
        string more = problems.Count > MaxProblemsShown ? $"{Environment.NewLine}  … and {problems.Count - MaxProblemsShown} more" : "";
        return $"{source} cannot be used:{Environment.NewLine}{string.Join(Environment.NewLine, shown)}{more}";
    }
}
