using System.Numerics;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Ethereum.Sending;

/// <summary>What to offer for gas, in wei a unit.</summary>
internal readonly record struct Fee(BigInteger Max, BigInteger Tip)
{
    /// <summary>A replacement never offers more than so many times what a new transaction would.</summary>
    public const int MostRaise = 4;

    /// <summary>Nodes take a replacement that offers an eighth more; one wei on top makes up for the rounding. Where that would be more
    /// than <see cref="MostRaise"/> times this fee, or more than the bound, it stays as it is: a higher fee would not help.</summary>
    public Fee RaisedOver(Fee previous, BigInteger? bound)
    {
        static BigInteger Raise(BigInteger wei) => wei.IsZero ? wei : wei + wei / 8 + 1;
        Fee raised = new(BigInteger.Max(Max, Raise(previous.Max)), BigInteger.Max(Tip, Raise(previous.Tip)));
        return raised.Max > BigInteger.Min(Max * MostRaise, bound ?? raised.Max) ? previous : raised;
    }
}

/// <summary>Takes the fee from the newest block, because nodes suggest 1 gwei even where gas is free. Not safe for many
/// threads.</summary>
internal sealed class FeeSource(EthApi api, TransactionSenderOptions options, TimeProvider time)
{
    private Fee? _fee;
    private long _takenAt;

    public async Task<Fee> GetAsync(CancellationToken cancellationToken)
    {
        if (_fee is { } kept && time.GetElapsedTime(_takenAt) < options.FeeLifetime)
        {
            return kept;
        }
        EthBlock block = await api.GetBlockAsync(BlockParameter.Latest, cancellationToken);
        Fee fee = FeeAt(block.BaseFeePerGas ?? BigInteger.Zero);
        (_fee, _takenAt) = (fee, time.GetTimestamp());
        return fee;
    }

    public void Forget() => _fee = null;

    private Fee FeeAt(BigInteger baseFee)
    {
        Fee fee = baseFee.IsZero
            ? new(options.FeeAtZeroBaseFee, options.FeeAtZeroBaseFee)
            : new(2 * baseFee + options.PriorityFee, options.PriorityFee); // Twice: enough for six full blocks to come.
        return options.MaxFeePerGas is { } bound
            ? new(BigInteger.Min(fee.Max, bound), BigInteger.Min(fee.Tip, bound))
            : fee;
    }
}
