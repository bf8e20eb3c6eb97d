namespace SmartCity.Domain;

/// <summary>What one provider owes another in a round of netting.</summary>
/// <param name="Debtor">Number of the provider who owes.</param>
/// <param name="Creditor">Number of the provider who is owed, not the debtor.</param>
/// <param name="Amount">How much, not 0.</param>
public readonly record struct MutualObligation(ushort Debtor, ushort Creditor, Kopecks Amount);

/// <summary>What a provider pays or gets in a round; one of the two is 0. <c>default</c> is a provider whose claims and debts are equal.</summary>
/// <param name="Pays">What it pays.</param>
/// <param name="Gets">What it gets.</param>
public readonly record struct NetPosition(Kopecks Pays, Kopecks Gets);

/// <summary>
/// Multilateral netting (зачёт взаимных требований, ГК РФ ст. 410) of providers' obligations: what is paid in a round is what is got.
/// </summary>
public sealed record NettingRound
{
    private NettingRound(IReadOnlyDictionary<ushort, NetPosition> positions, UInt128 gross)
    {
        Positions = positions;
        Gross = gross;
    }

    /// <summary>Greatest number of obligations in a round.</summary>
    public const int MaxObligations = 64;

    /// <summary>The position of each provider named, by number: Σ owed to it − Σ it owes.</summary>
    public IReadOnlyDictionary<ushort, NetPosition> Positions { get; }

    /// <summary>Sum of all obligations, kopecks.</summary>
    public UInt128 Gross { get; }

    /// <summary>What must really move, kopecks: the sum of all that is paid, and of all that is got.</summary>
    public UInt128 Net => Positions.Values.Aggregate(UInt128.Zero, (sum, position) => sum + position.Pays.Value);

    /// <summary>Nets obligations.</summary>
    /// <param name="obligations">The obligations of the round, 1..<see cref="MaxObligations"/>.</param>
    /// <exception cref="ArgumentException">There are none or too many, one is of 0, or a provider owes itself.</exception>
    /// <exception cref="OverflowException">A position does not fit in 64 bits.</exception>
    public static NettingRound Of(IReadOnlyList<MutualObligation> obligations)
    {
        ArgumentNullException.ThrowIfNull(obligations);
        if (obligations.Count is 0 or > MaxObligations)
        {
            throw new ArgumentException($"A round takes 1 to {MaxObligations} obligations, not {obligations.Count}.", nameof(obligations));
        }
        SortedDictionary<ushort, Int128> nets = [];
        UInt128 gross = 0;
        foreach (MutualObligation obligation in obligations)
        {
            if (obligation.Debtor == obligation.Creditor || obligation.Amount == Kopecks.Zero)
            {
                throw new ArgumentException($"{obligation} is none: an amount and two providers are needed.", nameof(obligations));
            }
            nets[obligation.Debtor] = nets.GetValueOrDefault(obligation.Debtor) - obligation.Amount.Value;
            nets[obligation.Creditor] = nets.GetValueOrDefault(obligation.Creditor) + obligation.Amount.Value;
            gross += obligation.Amount.Value;
        }
        return new(nets.ToDictionary(net => net.Key, net => PositionOf(net.Value)), gross);
    }

    private static NetPosition PositionOf(Int128 net) =>
        net < 0 ? new(new(checked((ulong)-net)), Kopecks.Zero) : new(Kopecks.Zero, new(checked((ulong)net)));
}
