using System.Security.Cryptography;
using System.Text;
using SmartCity.Emulator.Faults;

namespace SmartCity.Emulator.Api;

/// <summary>An access token and the token to renew it with.</summary>
internal sealed record IssuedTokens(string Access, string Refresh, int LifetimeSeconds);

/// <summary>Issues and checks bearer tokens. They live in memory only: a restart asks everybody to log in again. Safe for concurrent use.</summary>
internal sealed class TokenStore(EmulatorOptions options, TimeProvider time, EmulatorClock clock, FaultBook book)
{
    private const int MaxTokens = 10_000;
    private const int RefreshLifetimes = 24;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly byte[] _login = Digest(options.Login);
    private readonly byte[] _password = Digest(options.Password);

    /// <summary>Whether login and password are right; takes the same time whatever is wrong.</summary>
    public bool IsKnown(string login, string password) =>
        CryptographicOperations.FixedTimeEquals(Digest(login), _login) & CryptographicOperations.FixedTimeEquals(Digest(password), _password);

    /// <summary>Issues a pair of tokens.</summary>
    public IssuedTokens Issue()
    {
        lock (_gate)
        {
            return IssueLocked();
        }
    }

    /// <summary>Takes a refresh token, once, for a new pair; <c>null</c> when it is unknown, used, expired or revoked.</summary>
    public IssuedTokens? Refresh(string refresh)
    {
        lock (_gate)
        {
            return _entries.Remove(refresh, out Entry? entry) && entry.IsRefresh && IsAlive(entry) ? IssueLocked() : null;
        }
    }

    /// <summary>Whether an access token is valid now.</summary>
    public bool IsValid(string access)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(access, out Entry? entry) && !entry.IsRefresh && IsAlive(entry);
        }
    }

    /// <summary>Forgets an access token.</summary>
    public void Revoke(string access)
    {
        lock (_gate)
        {
            _entries.Remove(access);
        }
    }

    private IssuedTokens IssueLocked()
    {
        if (_entries.Count >= MaxTokens)
        {
            foreach (string dead in _entries.Where(entry => !IsAlive(entry.Value)).Select(entry => entry.Key).ToArray())
            {
                _entries.Remove(dead);
            }
        }
        if (_entries.Count >= MaxTokens)
        {
            _entries.Clear(); // Everybody logs in again; better than memory without end.
        }
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan lifetime = TimeSpan.FromSeconds(options.TokenLifetimeSeconds);
        IssuedTokens tokens = new(NewToken(), NewToken(), options.TokenLifetimeSeconds);
        _entries[tokens.Access] = new(now + lifetime, clock.Now(), IsRefresh: false);
        _entries[tokens.Refresh] = new(now + (RefreshLifetimes * lifetime), clock.Now(), IsRefresh: true);
        return tokens;
    }

    /// <summary>Not expired by real time, and not issued before tokens were revoked by a fault of the source's time.</summary>
    private bool IsAlive(Entry entry)
    {
        DateTimeOffset now = clock.Now();
        return time.GetUtcNow() < entry.Expires
            && !book.Faults.On(FaultKinds.ApiTarget).Any(fault => fault.Kind == FaultKinds.ExpiredTokens && entry.Issued <= fault.From && fault.From <= now);
    }

    private static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private sealed record Entry(DateTimeOffset Expires, DateTimeOffset Issued, bool IsRefresh);
}
