namespace SmartCity.Domain;

/// <summary>
/// An amount divided in proportion to weights by the largest remainder, so that the parts always add up: each part is rounded
/// down, then the kopecks left over go one by one to the parts that lost most; of equal ones the first is served first.
/// </summary>
/// <remarks>Computes what contracts/libraries compute; both sides are tested by tests/vectors/allocation.json.</remarks>
public static class LargestRemainder
{
    /// <summary>Splits an amount.</summary>
    /// <param name="amount">What is divided.</param>
    /// <param name="weights">Weights in order; a weight of 0 receives nothing.</param>
    /// <exception cref="ArgumentException">There is something to divide and all weights are 0.</exception>
    /// <exception cref="OverflowException">The weights add up to more than 64 bits hold.</exception>
    public static IReadOnlyList<Kopecks> Split(Kopecks amount, IReadOnlyList<Kopecks> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ulong total = weights.Aggregate(Kopecks.Zero, (sum, weight) => sum + weight).Value;
        if (total == 0)
        {
            return amount == Kopecks.Zero
                ? [.. weights]
                : throw new ArgumentException($"{amount} cannot be divided: all weights are 0.", nameof(weights));
        }
        ulong[] parts = new ulong[weights.Count];
        (ulong Remainder, int Index)[] remainders = new (ulong, int)[parts.Length];
        ulong left = amount.Value;
        for (int i = 0; i < parts.Length; i++)
        {
            (UInt128 quotient, UInt128 remainder) = UInt128.DivRem((UInt128)amount.Value * weights[i].Value, total);
            parts[i] = (ulong)quotient;
            remainders[i] = ((ulong)remainder, i);
            left -= parts[i];
        }
        // What is left is less than the number of parts with a remainder, so nobody is served twice.
        foreach ((_, int index) in remainders.OrderByDescending(part => part.Remainder).ThenBy(part => part.Index).Take((int)left))
        {
            parts[index]++;
        }
        return [.. parts.Select(part => new Kopecks(part))];
    }
}
