namespace SmartCity.Portal;

/// <summary>A part of a bar.</summary>
/// <param name="Class">Class of the stylesheet that colours it.</param>
/// <param name="Value">Its height in the chart's unit.</param>
internal readonly record struct BarPart(string Class, decimal Value);

/// <summary>A bar of stacked parts.</summary>
/// <param name="Label">Text under it.</param>
/// <param name="Title">What it says when pointed at.</param>
/// <param name="Parts">Parts from the ground up.</param>
/// <param name="Href">Where it leads, if anywhere.</param>
internal sealed record Bar(string Label, string Title, IReadOnlyList<BarPart> Parts, string? Href = null)
{
    /// <summary>Height of the whole bar.</summary>
    public decimal Total => Parts.Sum(part => part.Value);
}

/// <summary>A chart of bars. Always shown with a caption, and with a table of the same values beside it.</summary>
/// <param name="Label">What it shows, for those who cannot see it.</param>
/// <param name="Unit">Unit of the values.</param>
/// <param name="Bars">Bars in order.</param>
internal sealed record BarChart(string Label, string Unit, IReadOnlyList<Bar> Bars)
{
    private const int GridLines = 4;
    private static readonly decimal[] RoundSteps = [1m, 2m, 2.5m, 5m, 10m];

    /// <summary>Value at the top of the chart: round, and not below any bar.</summary>
    public decimal Top => Step * GridLines;

    /// <summary>Values of the grid lines above the ground.</summary>
    public IEnumerable<decimal> Grid => Enumerable.Range(1, GridLines).Select(line => line * Step);

    /// <summary>Digits after the point that the grid's values need.</summary>
    public int Digits => Step switch { >= 1m when Step == decimal.Truncate(Step) => 0, >= 0.1m => 1, >= 0.01m => 2, _ => 3 };

    private decimal Step
    {
        get
        {
            decimal atLeast = Math.Max(Bars.Count == 0 ? 0m : Bars.Max(bar => bar.Total), 0.001m) / GridLines;
            decimal magnitude = 0.0001m;
            while (magnitude * 10m < atLeast)
            {
                magnitude *= 10m;
            }
            return RoundSteps.Select(step => step * magnitude).First(step => step >= atLeast);
        }
    }
}
