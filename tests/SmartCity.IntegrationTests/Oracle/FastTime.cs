namespace SmartCity.IntegrationTests.Oracle;

/// <summary>A clock that runs several times as fast as the system's, so that deadlines of half a minute are met in seconds.</summary>
internal sealed class FastTime(int factor) : TimeProvider
{
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private readonly long _startStamp = System.GetTimestamp();
    private long _skipped;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() =>
        _startStamp + (System.GetTimestamp() - _startStamp) * factor + (long)((Int128)Volatile.Read(ref _skipped) * TimestampFrequency / TimeSpan.TicksPerSecond);

    public override DateTimeOffset GetUtcNow() =>
        _start + System.GetElapsedTime(_startStamp) * factor + TimeSpan.FromTicks(Volatile.Read(ref _skipped));

    /// <summary>So much time has passed at once. Timers do not notice.</summary>
    public void Skip(TimeSpan time) => Interlocked.Add(ref _skipped, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Shorten(dueTime), Shorten(period)), this);

    private TimeSpan Shorten(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / factor;

    private sealed class FastTimer(ITimer timer, FastTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(time.Shorten(dueTime), time.Shorten(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
