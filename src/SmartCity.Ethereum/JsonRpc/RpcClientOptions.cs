namespace SmartCity.Ethereum.JsonRpc;

/// <summary>How a node is called.</summary>
public sealed record RpcClientOptions
{
    /// <summary>How long one attempt may take, from the request to the last byte of the answer. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts in all, for calls that can safely be repeated. 1 never repeats. Default 4.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>Pause before the second attempt; it doubles from one attempt to the next, less a random part up to a half.
    /// Default 200 ms.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between attempts. Default 5 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where the random part of pauses comes from. Must be safe to use from several threads if the client is. Default <see
    /// cref="Random.Shared"/>.</summary>
    public Random Jitter { get; init; } = Random.Shared;

    /// <summary>Calls in one HTTP request; larger batches are cut. Default 100.</summary>
    public int MaxBatchSize { get; init; } = 100;

    /// <summary>An answer may have this many bytes. Default 64 MiB.</summary>
    public int MaxResponseBytes { get; init; } = 64 * 1024 * 1024;
}
