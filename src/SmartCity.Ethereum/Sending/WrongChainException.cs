namespace SmartCity.Ethereum.Sending;

/// <summary>The node serves another chain than the one that transactions are signed for. Nothing was sent.</summary>
public sealed class WrongChainException(Uri url, ulong expected, ulong actual)
    : InvalidOperationException($"The node at {url} serves chain {actual}, but transactions are to be sent on chain {expected}. "
        + "Check the node's address and the configured chain id.")
{
    /// <summary>The chain that is configured.</summary>
    public ulong Expected { get; } = expected;

    /// <summary>The chain that the node serves.</summary>
    public ulong Actual { get; } = actual;
}
