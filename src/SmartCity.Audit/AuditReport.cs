namespace SmartCity.Audit;

/// <summary>What an audit found.</summary>
/// <param name="ChainId">Chain that was audited.</param>
/// <param name="LastBlock">Last block that was read.</param>
/// <param name="Hours">Hours of segments that were recomputed.</param>
/// <param name="Readings">Readings in them.</param>
/// <param name="Bills">Bills that were recomputed.</param>
/// <param name="Rules">Verdict of each rule, in order.</param>
public sealed record AuditReport(
    ulong ChainId, ulong LastBlock, long Hours, long Readings, long Bills, IReadOnlyList<RuleVerdict> Rules)
{
    /// <summary>Does everything hold?</summary>
    public bool Holds => Rules.All(rule => rule.Holds);
}

/// <summary>Verdict of a rule.</summary>
/// <param name="Code">Its code, A-01 …</param>
/// <param name="Title">What it demands.</param>
/// <param name="Checked">Things compared.</param>
/// <param name="Wrong">Things found wrong.</param>
/// <param name="Findings">The first of them, each saying where.</param>
public sealed record RuleVerdict(string Code, string Title, long Checked, long Wrong, IReadOnlyList<string> Findings)
{
    /// <summary>Does the rule hold?</summary>
    public bool Holds => Wrong == 0;
}
