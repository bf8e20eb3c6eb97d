namespace SmartCity.Alphalogic;

/// <summary>How to reach an Alphalogic data server, and how patient to be with it.</summary>
/// <remarks>A plain class, so that no generated text ever prints the password.</remarks>
public sealed class AlphalogicOptions
{
    /// <summary>The server's address, <c>http</c> or <c>https</c>, without credentials in it; <c>/api/v1/…</c> is added.</summary>
    public required Uri BaseAddress { get; init; }

    /// <summary>Login of the account that reads.</summary>
    public required string Login { get; init; }

    /// <summary>Password of the account. Never logged, never in an exception.</summary>
    public required string Password { get; init; }

    /// <summary>How often the caller polls; a value older than three periods is uncertain. Positive; default 5 s.</summary>
    public TimeSpan PollPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one HTTP exchange may take, body included. Positive; default 10 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts of one call, the first included, when the server fails (429, 5xx, no connection, no answer). 1..10; default 4.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>Pause before the second attempt; doubled for each one after, with up to half more at random. Default 200 ms.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause between attempts. A server that asks for more (<c>Retry-After</c>) is reported as unavailable. Default 10 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest answer taken, bytes. 1,024..268,435,456; default 16 MiB.</summary>
    public int MaxAnswerBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Largest number of signals asked for in one call. 1..10,000; default 1,000.</summary>
    public int MaxBatch { get; init; } = 1_000;

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message says which and what is allowed.</exception>
    public void Validate()
    {
        Require(BaseAddress is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "" },
            nameof(BaseAddress), "an absolute http or https address without login or password in it");
        Require(!string.IsNullOrEmpty(Login), nameof(Login), "not empty");
        Require(!string.IsNullOrEmpty(Password), nameof(Password), "not empty");
        Require(PollPeriod > TimeSpan.Zero, nameof(PollPeriod), "positive");
        Require(CallTimeout > TimeSpan.Zero, nameof(CallTimeout), "positive");
        Require(MaxAttempts is >= 1 and <= 10, nameof(MaxAttempts), "1..10");
        Require(FirstRetryDelay >= TimeSpan.Zero && FirstRetryDelay <= MaxRetryDelay, nameof(FirstRetryDelay), "0..MaxRetryDelay");
        Require(MaxRetryDelay <= TimeSpan.FromMinutes(5), nameof(MaxRetryDelay), "five minutes at most");
        Require(MaxAnswerBytes is >= 1024 and <= 256 * 1024 * 1024, nameof(MaxAnswerBytes), "1,024..268,435,456");
        Require(MaxBatch is >= 1 and <= 10_000, nameof(MaxBatch), "1..10,000");
    }

    private static void Require(bool holds, string option, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentException($"Alphalogic option {option} must be {allowed}.", option);
        }
    }
}
