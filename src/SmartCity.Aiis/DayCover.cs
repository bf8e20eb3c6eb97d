using System.Collections.Immutable;

namespace SmartCity.Aiis;

/// <summary>Periods of a channel must cover the day once: 48 half-hours or 24 hours.</summary>
internal static class DayCover
{
    public const int MinutesOfDay = 24 * 60;

    /// <summary>The periods in order; none when they do not cover the day once, which is then found.</summary>
    public static ImmutableArray<Period80020> Check(
        List<(Period80020 Period, int Line)> periods, string where, int line, FindingList findings)
    {
        periods.Sort((left, right) => left.Period.StartMinute.CompareTo(right.Period.StartMinute));
        int covered = 0;
        bool isWhole = true;
        foreach ((Period80020 period, int periodLine) in periods)
        {
            if (period.StartMinute > covered)
            {
                isWhole = false;
                findings.Add(FindingCode.PeriodGap, periodLine, $"{where} has nothing from {Clock(covered)} to {Clock(period.StartMinute)}.");
            }
            if (period.StartMinute < covered)
            {
                isWhole = false;
                findings.Add(FindingCode.PeriodOverlap, periodLine, $"{where} has two periods at {Clock(period.StartMinute)}.");
            }
            covered = Math.Max(covered, period.StartMinute + period.Minutes);
        }
        if (covered < MinutesOfDay)
        {
            isWhole = false;
            findings.Add(FindingCode.PeriodGap, line, $"{where} has nothing from {Clock(covered)} to the end of the day.");
        }
        if (isWhole && periods.Any(period => period.Period.Minutes != periods[0].Period.Minutes))
        {
            isWhole = false;
            findings.Add(FindingCode.BadPeriod, line, $"{where} mixes half-hours and hours; 48 or 24 periods of one length are needed.");
        }
        return isWhole ? [.. periods.Select(period => period.Period)] : [];
    }

    private static string Clock(int minute) => $"{minute / 60:D2}:{minute % 60:D2}";
}
