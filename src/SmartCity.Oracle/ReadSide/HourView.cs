using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>An hour of a segment as the oracle closed it, and how far it has come towards the chain.</summary>
/// <param name="Hour">The hour.</param>
/// <param name="Segment">The segment's number.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Measured">Channels with a measured value.</param>
/// <param name="Interpolated">Channels with a value from a longer register difference.</param>
/// <param name="Averaged">Channels with an averaged value.</param>
/// <param name="Missing">Channels without a value.</param>
/// <param name="Imbalances">Phases that did not balance, by the contract's rule.</param>
/// <param name="ClosedAt">When it was closed, by the oracle's clock.</param>
/// <param name="BatchId">Id of the signed batch (EIP-712 struct hash), once signed.</param>
/// <param name="TransactionHash">Transaction that carried it, once sent; <c>null</c> also for a batch found on the chain after a restart.</param>
/// <param name="Block">Block of the transaction, once confirmed.</param>
/// <param name="ConfirmedAt">When the oracle learned that it is on the chain.</param>
public sealed record HourView(
    Hour Hour,
    uint Segment,
    OutboxState State,
    int Measured,
    int Interpolated,
    int Averaged,
    int Missing,
    int Imbalances,
    DateTimeOffset ClosedAt,
    string? BatchId,
    string? TransactionHash,
    ulong? Block,
    DateTimeOffset? ConfirmedAt);
