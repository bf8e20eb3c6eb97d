namespace SmartCity.Emulator.Profiles;

/// <summary>What has flowed since a first hour, when each hour's amount is known. Within an hour it rises linearly. Safe for concurrent use.</summary>
/// <param name="firstHour">Hour (<c>unixSeconds / 3600</c>) at whose start the sum is 0.</param>
/// <param name="amount">Amount of an hour, not negative, in the series' unit.</param>
internal sealed class CumulativeSeries(long firstHour, Func<long, long> amount)
{
    private const long MillisecondsPerHour = 3_600_000;

    /// <summary>Twenty years: a bound on memory (1.4 MB a series) and on a clock set wrong.</summary>
    private const int MaxHours = 20 * 8_784;

    private readonly Lock _gate = new();
    private readonly List<long> _sums = [0];

    /// <summary>The sum from the first hour to an instant, rounded down to the unit. The same for the same instant, always.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Before the first hour or more than twenty years after it.</exception>
    public long At(DateTimeOffset instant)
    {
        long milliseconds = instant.ToUnixTimeMilliseconds();
        long hour = Math.DivRem(milliseconds, MillisecondsPerHour, out long within);
        long index = hour - firstHour;
        ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(instant));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, MaxHours, nameof(instant));
        lock (_gate)
        {
            while (_sums.Count <= index + 1)
            {
                _sums.Add(_sums[^1] + amount(firstHour + _sums.Count - 1));
            }
            long start = _sums[(int)index];
            return start + (long)((Int128)(_sums[(int)index + 1] - start) * within / MillisecondsPerHour);
        }
    }
}
