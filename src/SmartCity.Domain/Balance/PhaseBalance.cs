namespace SmartCity.Domain;

/// <summary>What the balance of a phase says.</summary>
public enum BalanceVerdict
{
    /// <summary>Not compared: a value was not measured, or the group has no consumers.</summary>
    Undecided,

    /// <summary>The difference is within the tolerance.</summary>
    Balanced,

    /// <summary>The difference is greater than the meters may err: unmetered consumption, losses, or a fault.</summary>
    Unbalanced,
}

/// <summary>The balance of one phase in one hour.</summary>
/// <param name="Phase">0, 1, 2 for A0, A1, A2; 0 in a heat group.</param>
/// <param name="Parent">What the parent meter counted.</param>
/// <param name="Consumers">What the consumers on the phase counted together.</param>
/// <param name="Tolerance">What the meters may differ, rounded down to whole Wh or kcal; the verdict is reached without rounding.</param>
/// <param name="Verdict">What follows.</param>
public readonly record struct PhaseBalance(
    int Phase, Quantity Parent, Quantity Consumers, Quantity Tolerance, BalanceVerdict Verdict)
{
    /// <summary>Parent minus consumers, Wh or kcal: above 0 something is not metered, below 0 a meter is at fault.</summary>
    public long Difference => (long)Parent.Value - (long)Consumers.Value;
}

/// <summary>Running drift: parent minus consumers over all hours so far, per phase, Wh or kcal. <c>default</c> is the start.</summary>
/// <param name="A0">Drift of phase A0, or of a heat group.</param>
/// <param name="A1">Drift of phase A1.</param>
/// <param name="A2">Drift of phase A2.</param>
public readonly record struct PhaseDrift(long A0, long A1, long A2)
{
    /// <summary>The drift after another hour; hours that were not compared count too, so that a gap made up leaves no trace.</summary>
    public PhaseDrift After(IReadOnlyList<PhaseBalance> hour)
    {
        ArgumentNullException.ThrowIfNull(hour);
        PhaseDrift drift = this;
        foreach (PhaseBalance balance in hour)
        {
            drift = balance.Phase switch
            {
                0 => drift with { A0 = drift.A0 + balance.Difference },
                1 => drift with { A1 = drift.A1 + balance.Difference },
                2 => drift with { A2 = drift.A2 + balance.Difference },
                _ => throw new ArgumentOutOfRangeException(nameof(hour), balance.Phase, "A phase is 0, 1 or 2."),
            };
        }
        return drift;
    }
}
