namespace SmartCity.Audit;

/// <summary>The findings of all rules.</summary>
internal sealed class AuditLog
{
    private readonly Dictionary<string, Findings> _findings = AuditRule.Titles.Keys.ToDictionary(code => code, _ => new Findings());

    /// <summary>Findings of a rule.</summary>
    public Findings this[string rule] => _findings[rule];

    /// <summary>The verdict of every rule, in order.</summary>
    public IReadOnlyList<RuleVerdict> Verdicts() =>
    [
        .. AuditRule.Titles.Select(rule => new RuleVerdict(
            rule.Key, rule.Value, _findings[rule.Key].Checked, _findings[rule.Key].Wrong, _findings[rule.Key].Kept)),
    ];
}
