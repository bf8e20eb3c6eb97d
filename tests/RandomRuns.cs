using System.Globalization;

namespace SmartCity.Tests;

/// <summary>
/// Which random runs a test plays, by their seeds: as many as a change needs; with SMARTCITY_DEEP=1 as many as a release does; with
/// SMARTCITY_SEED=7 that one alone, and with SMARTCITY_SEED=501-1000 those, so that a release's can be played in parts.
/// </summary>
/// <param name="Seeds">The runs.</param>
/// <param name="IsWhole">Are they all of a change's or of a release's? Only then must everything have happened in them that can.</param>
internal sealed record RandomRuns(int[] Seeds, bool IsWhole)
{
    /// <summary>Is it one run, to be looked into?</summary>
    public bool IsOne => Seeds.Length == 1;

    /// <summary>How long all of them may take.</summary>
    public TimeSpan Limit(TimeSpan ofAChange, TimeSpan ofARelease) => IsDeep || !IsWhole ? ofARelease : ofAChange;

    /// <summary>In parts of at most so many runs, at least one for each processor.</summary>
    public IEnumerable<int[]> Parts(int size) => Seeds.Chunk(Math.Min(size, Seeds.Length / Environment.ProcessorCount + 1));

    /// <summary>The first run that SMARTCITY_SEED asks for; <c>null</c> when it asks for none.</summary>
    public static int? Asked => Take(1, 1) is { IsWhole: false } asked ? asked.Seeds[0] : null;

    /// <summary>What the environment asks for.</summary>
    /// <param name="ofAChange">Number of runs for a change.</param>
    /// <param name="ofARelease">Number of runs for a release.</param>
    /// <exception cref="FormatException">SMARTCITY_SEED is neither a number nor two.</exception>
    public static RandomRuns Take(int ofAChange, int ofARelease)
    {
        if (Environment.GetEnvironmentVariable("SMARTCITY_SEED") is not { Length: > 0 } text)
        {
            return new([.. Enumerable.Range(1, IsDeep ? ofARelease : ofAChange)], IsWhole: true);
        }
        int[] ends = [.. text.Split('-', 2).Select(end => int.Parse(end, NumberStyles.None, CultureInfo.InvariantCulture))];
        return new([.. Enumerable.Range(ends[0], ends[^1] - ends[0] + 1)], IsWhole: false);
    }

    private static bool IsDeep => Environment.GetEnvironmentVariable("SMARTCITY_DEEP") == "1";
}
