namespace SmartCity.Portal;

/// <summary>
/// Slows down the guessing of passwords: after a number of failures from one address, for one login or for many, further attempts
/// are refused until the oldest failure is forgotten. Successful sign-ins do not count. Safe for use by many threads.
/// </summary>
/// <remarks>Counted per address, so that a stranger cannot lock a resident out by failing under the resident's login.</remarks>
internal sealed class SignInThrottle(TimeProvider time)
{
    /// <summary>Failures allowed for one login from one address within <see cref="Window"/>.</summary>
    public const int PerLogin = 5;

    /// <summary>Failures allowed for all logins from one address within <see cref="Window"/>.</summary>
    public const int PerAddress = 30;

    private const int MaxKeys = 10_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> _failures = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long a failure counts.</summary>
    public static TimeSpan Window => TimeSpan.FromMinutes(5);

    /// <summary>How long to wait before the next attempt; zero if it may be made now.</summary>
    public TimeSpan WaitFor(string address, string login)
    {
        lock (_lock)
        {
            TimeSpan forLogin = WaitFor(LoginKey(address, login), PerLogin);
            TimeSpan forAddress = WaitFor(address, PerAddress);
            return forLogin > forAddress ? forLogin : forAddress;
        }
    }

    /// <summary>Counts a failed attempt.</summary>
    public void Failed(string address, string login)
    {
        lock (_lock)
        {
            Count(LoginKey(address, login));
            Count(address);
        }
    }

    private static string LoginKey(string address, string login) => $"{address} {login}";

    private TimeSpan WaitFor(string key, int limit)
    {
        if (!_failures.TryGetValue(key, out Queue<DateTimeOffset>? failures))
        {
            return TimeSpan.Zero;
        }
        Forget(failures);
        return failures.Count < limit ? TimeSpan.Zero : failures.Peek() + Window - time.GetUtcNow();
    }

    private void Count(string key)
    {
        if (!_failures.TryGetValue(key, out Queue<DateTimeOffset>? failures))
        {
            MakeRoom();
            _failures.Add(key, failures = new());
        }
        Forget(failures);
        failures.Enqueue(time.GetUtcNow());
    }

    private void Forget(Queue<DateTimeOffset> failures)
    {
        DateTimeOffset from = time.GetUtcNow() - Window;
        while (failures.TryPeek(out DateTimeOffset oldest) && oldest <= from)
        {
            failures.Dequeue();
        }
    }

    private void MakeRoom()
    {
        if (_failures.Count < MaxKeys)
        {
            return;
        }
        DateTimeOffset from = time.GetUtcNow() - Window;
        foreach (string stale in _failures.Where(entry => entry.Value.All(failure => failure <= from)).Select(entry => entry.Key).ToList())
        {
            _failures.Remove(stale);
        }
        if (_failures.Count >= MaxKeys)
        {
            _failures.Clear();
        }
    }
}
