using SmartCity.Audit;
using SmartCity.Portal;

namespace SmartCity.UnitTests.Portal;

public sealed class AuditTextTest
{
    private static IEnumerable<RuleVerdict> Rules => AuditRule.Titles.Select(rule => new RuleVerdict(rule.Key, rule.Value, 0, 0, []));

    [Test]
    [SetUICulture("ru-RU")]
    public void TitleOf_EveryRule_IsRussian() =>
        Assert.That(Rules.Select(AuditText.TitleOf), Has.All.Matches("^[А-Я]"));

    [Test]
    [SetUICulture("en-GB")]
    public void TitleOf_EveryRule_IsTheAudits() =>
        Assert.That(Rules.Select(AuditText.TitleOf), Is.EqualTo(AuditRule.Titles.Values));
}
