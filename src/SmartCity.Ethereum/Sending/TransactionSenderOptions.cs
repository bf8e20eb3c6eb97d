using System.Numerics;
using SmartCity.Ethereum.Abi;

namespace SmartCity.Ethereum.Sending;

/// <summary>How transactions are sent.</summary>
public sealed record TransactionSenderOptions
{
    /// <summary>Send legacy transactions (EIP-155) and not EIP-1559 ones. Default false.</summary>
    public bool UseLegacy { get; init; }

    /// <summary>Errors of the contracts that are called, to name them when an estimate shows that a call would be refused.
    /// Default null: only the built-in ones are known.</summary>
    public ContractAbi? Errors { get; init; }

    /// <summary>Wei a unit of gas on a chain whose base fee is 0. Default 0, so that senders need no balance.</summary>
    public BigInteger FeeAtZeroBaseFee { get; init; } = BigInteger.Zero;

    /// <summary>Tip in wei a unit of gas where there is a base fee. Default 1 gwei.</summary>
    public BigInteger PriorityFee { get; init; } = 1_000_000_000;

    /// <summary>The most wei a unit of gas that are ever offered; null sets no bound. Default null.</summary>
    public BigInteger? MaxFeePerGas { get; init; }

    /// <summary>How long a fee is used before the newest block is asked again. Default 10 s.</summary>
    public TimeSpan FeeLifetime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Transactions that may be sent and not yet be in a block. Default 256.</summary>
    public int MaxInFlight { get; init; } = 256;

    /// <summary>Transactions handed over in one request. Default 100.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>How long to wait for room among the transactions in flight. Default 60 s.</summary>
    public TimeSpan RoomTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pause between questions while waiting. Default 250 ms.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Per cent put on top of an estimate of gas. Default 25.</summary>
    public int GasMarginPercent { get; init; } = 25;

    /// <summary>How often a transaction is made anew when its nonce or fee was stale, and its bytes are sent again when no answer
    /// came. Default 4.</summary>
    public int MaxAttempts { get; init; } = 4;
}
