namespace SmartCity.Oracle;

/// <summary>What an hour of a segment is expected to use, from what those used that arrived last. A limit allows for an hour in which no phase
/// balances; ordinary ones use a ninth of it.</summary>
/// <param name="Dearest">What the dearest of those used; <c>null</c> while none has arrived.</param>
internal readonly record struct GasOfHours(ulong? Dearest)
{
    /// <summary>What is expected of an hour with this limit.</summary>
    public ulong Of(ulong gasLimit) => Math.Min(Dearest ?? gasLimit, gasLimit);

    /// <summary>After more hours have arrived, as far as the node tells what they used.</summary>
    public GasOfHours After(IEnumerable<ulong> used) => new(used.Max(gas => (ulong?)gas) ?? Dearest);
}
