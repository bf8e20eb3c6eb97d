namespace SmartCity.Domain;

/// <summary>
/// A house's volume divided among its premises by running total of areas, in order of opening (ADR 0005): the share of one
/// depends on the areas before it alone, and the shares always add up to the volume.
/// </summary>
/// <remarks>Computes what contracts/libraries compute; both sides are tested by tests/vectors/shares.json.</remarks>
public static class Shares
{
    /// <summary>One share: floor(V × (before + area) / S) − floor(V × before / S).</summary>
    /// <param name="volume">V, what is divided.</param>
    /// <param name="before">Sum of the areas opened before this one.</param>
    /// <param name="area">This area.</param>
    /// <param name="total">S, the sum of all areas, not 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The total is 0, or less than before + area.</exception>
    public static Quantity ByRunningTotal(
        Quantity volume, SquareDecimetres before, SquareDecimetres area, SquareDecimetres total)
    {
        SquareDecimetres after = before + area;
        ArgumentOutOfRangeException.ThrowIfZero(total.Value, nameof(total));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(after.Value, total.Value, nameof(area));
        return new(UpTo(volume, after, total) - UpTo(volume, before, total));
    }

    /// <summary>All shares of a volume, in the order of the areas.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The areas add up to 0.</exception>
    public static IReadOnlyList<Quantity> ByRunningTotal(Quantity volume, IReadOnlyList<SquareDecimetres> areas)
    {
        ArgumentNullException.ThrowIfNull(areas);
        SquareDecimetres total = areas.Aggregate(default(SquareDecimetres), (sum, area) => sum + area);
        Quantity[] shares = new Quantity[areas.Count];
        SquareDecimetres before = default;
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = ByRunningTotal(volume, before, areas[i], total);
            before += areas[i];
        }
        return shares;
    }

    private static ulong UpTo(Quantity volume, SquareDecimetres area, SquareDecimetres total) =>
        (ulong)((UInt128)volume.Value * area.Value / total.Value);
}
