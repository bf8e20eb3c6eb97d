namespace SmartCity.Ethereum.Sending;

/// <summary>What waits in place of a transaction that waited too long.</summary>
/// <param name="Hash">Its hash: the same when no higher fee could be offered.</param>
/// <param name="Refusal">Why the node would not take it with a higher fee, for a person, as for want of funds: as it is it may wait for ever.
/// Null when the node took it or gave no reason.</param>
public sealed record RevivedTransaction(Hash32 Hash, string? Refusal);
