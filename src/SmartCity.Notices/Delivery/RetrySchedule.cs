namespace SmartCity.Notices;

/// <summary>When a delivery that failed is tried again: soon at first, for the law counts minutes, and then ever more seldom.</summary>
internal static class RetrySchedule
{
    /// <summary>After so many attempts it is a dead letter: 4 to 9 hours after the first one.</summary>
    public const int MostAttempts = 60;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_longestAsked = TimeSpan.FromHours(1);

    /// <summary>How long to wait after an attempt.</summary>
    /// <param name="attempts">How many there were, from 1.</param>
    /// <param name="jitter">50 to 100: percent of the full pause, by chance, so that not all come back at once.</param>
    /// <param name="retryAfter">How long the other side asks for; an hour of it is granted at most.</param>
    public static TimeSpan PauseAfter(int attempts, int jitter, TimeSpan? retryAfter)
    {
        int doublings = Math.Min(attempts - 1, 10);
        TimeSpan full = TimeSpan.FromTicks(Math.Min(s_longest.Ticks, s_first.Ticks << doublings));
        TimeSpan pause = TimeSpan.FromTicks(full.Ticks / 100 * jitter);
        TimeSpan asked = Asked(retryAfter);
        return asked > pause ? asked : pause;
    }

    /// <summary>What is granted of the time that the other side asks for.</summary>
    public static TimeSpan Asked(TimeSpan? retryAfter) =>
        retryAfter is not { } asked || asked < TimeSpan.Zero ? TimeSpan.Zero : asked > s_longestAsked ? s_longestAsked : asked;
}
