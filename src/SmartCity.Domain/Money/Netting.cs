namespace SmartCity.Domain;

/// <summary>What one provider owes another in a round of netting.</summary>
/// <param name="Debtor">Number of the provider who owes.</param>
/// <param name="Creditor">Number of the provider who is owed, not the debtor.</param>
/// <param name="Amount">How much, not 0.</param>
public readonly record struct MutualObligation(ushort Debtor, ushort Creditor, Kopecks Amount);

/// <summary>Multilateral netting (зачёт взаимных требований, ГК РФ ст. 410) of providers' obligations; the positions add up to 0.</summary>
public sealed record NettingRound
{
    private NettingRound(IReadOnlyDictionary<ushort, SignedKopecks> positions, Kopecks gross)
    {
        Positions = positions;
        Gross = gross;
    }

    /// <summary>Greatest number of obligations in a round.</summary>
    public const int MaxObligations = 64;

    /// <summary>What each provider named receives (above 0) or pays (below 0), by number: Σ owed to it − Σ it owes.</summary>
    public IReadOnlyDictionary<ushort, SignedKopecks> Positions { get; }

    /// <summary>Sum of all obligations.</summary>
    public Kopecks Gross { get; }

    /// <summary>What must really move: the sum of the positions above 0.</summary>
    public Kopecks Net => new((ulong)Positions.Values.Sum(position => Math.Max(position.Value, 0)));

    /// <summary>Nets obligations.</summary>
    /// <param name="obligations">The obligations of the round, 1..<see cref="MaxObligations"/>.</param>
    /// <exception cref="ArgumentException">There are none or too many, one is of 0, or a provider owes itself.</exception>
    /// <exception cref="OverflowException">A sum does not fit in 63 bits.</exception>
    public static NettingRound Of(IReadOnlyList<MutualObligation> obligations)
    {
        ArgumentNullException.ThrowIfNull(obligations);
        if (obligations.Count is 0 or > MaxObligations)
        {
            throw new ArgumentException($"A round takes 1 to {MaxObligations} obligations, not {obligations.Count}.", nameof(obligations));
        }
        SortedDictionary<ushort, SignedKopecks> positions = [];
        Kopecks gross = Kopecks.Zero;
        foreach (MutualObligation obligation in obligations)
        {
            if (obligation.Debtor == obligation.Creditor || obligation.Amount == Kopecks.Zero)
            {
                throw new ArgumentException($"{obligation} is none: an amount and two providers are needed.", nameof(obligations));
            }
            SignedKopecks amount = SignedKopecks.Of(obligation.Amount);
            positions[obligation.Debtor] = positions.GetValueOrDefault(obligation.Debtor) - amount;
            positions[obligation.Creditor] = positions.GetValueOrDefault(obligation.Creditor) + amount;
            gross += obligation.Amount;
        }
        return new(positions, gross);
    }
}
