using System.Text;
using SmartCity.Rules;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Rules.Incidents;

public sealed class IncidentRulesTest
{
    private static readonly string File = System.IO.File.ReadAllText(RepositoryFiles.PathOf("config", "incidents.json"));

    [Test]
    public void Parse_FileOfTheRepository_HoldsTheLawsOfDomain5()
    {
        DeadlineRules row = Cards.Law.DeadlinesAt(Cards.Start);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(
            new[] { row.Acknowledge, row.Plan, row.Localise, row.Visit, row.Eliminate, row.Quiet }.Select(span => span.TotalMinutes),
            Is.EqualTo(new[] { 5, 30, 30, 120, 72 * 60, 15 }));
        Assert.That(
            new[] { 25, 12, 11, 10, 9, 8, 7, -5 }.Select(degrees => row.AtOnce(SmartCity.Domain.EnergyKind.Heat, degrees).TotalHours),
            Is.EqualTo(new[] { 16, 16, 8, 8, 4, 4, 0, 0 }));
        Assert.That(new[] { 1, 2 }.Select(feeds => row.AtOnce(SmartCity.Domain.EnergyKind.Electricity, feeds).TotalHours), Is.EqualTo(new[] { 24, 2 }));
        Assert.That(row.HeatMonth.TotalHours, Is.EqualTo(24));
        Assert.That(Cards.Law.Escalation.Select(step => step.Percent), Is.SupersetOf(new[] { 50, 80, 100 }));
    }

    [Test]
    public void DeadlinesAt_NewAct_JudgesIncidentsOfItsOwnTimeOnly()
    {
        int start = File.IndexOf("    {\n      \"validFrom\": \"1970-01-01\"", StringComparison.Ordinal);
        int end = File.IndexOf("\n  ],\n  \"accidents\"", StringComparison.Ordinal);
        string row = File[start..end];
        string next = row.Replace("1970-01-01", "2027-01-01", StringComparison.Ordinal).Replace("\"localise\": \"30m\"", "\"localise\": \"20m\"", StringComparison.Ordinal);
        string both = File.Replace(row, row.Replace("\"validTo\": null", "\"validTo\": \"2027-01-01\"", StringComparison.Ordinal) + ",\n" + next, StringComparison.Ordinal);
        IncidentRules rules = Parse(both);
        DateTimeOffset change = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.That(rules.DeadlinesAt(change.AddSeconds(-1)).Localise.TotalMinutes, Is.EqualTo(30));
        Assert.That(rules.DeadlinesAt(change).Localise.TotalMinutes, Is.EqualTo(20));

        IncidentClocks clocks = new(rules, new(TimeSpan.FromHours(3)));
        Incident old = Incident.Register(1, 1, 4, change.AddMinutes(-1), change.AddMinutes(-1), Severity.Critical);
        Assert.That(clocks.At(old, change)[(int)Deadline.Localise].Due, Is.EqualTo(change.AddMinutes(29)));
    }

    [TestCase("\"validTo\": null", "\"validTo\": \"1969-12-31\"", 3, "validTo must be later than validFrom.")]
    [TestCase("\"visit\": \"2h\"", "\"visit\": 2", 13, "a span of time is needed")]
    [TestCase("\"visit\": \"2h\",", "", 3, "the field \"visit\" is missing.")]
    [TestCase("\"validFrom\": \"1970-01-01\"", "\"validFrom\": \"1.1.1970\"", 4, "a day as \"2026-09-01\" is needed.")]
    [TestCase("\"degrees\": 10", "\"degrees\": 13", 19, "the degrees must fall and the limits not rise")]
    [TestCase("\"heatBelow\": \"0h\"", "\"heatBelow\": \"5h\"", 19, "the degrees must fall and the limits not rise")]
    [TestCase("[1, 4]", "[1, 5]", 38, "the number of an alarm of the brief is 1, 2, 3 or 4.")]
    [TestCase("\"percent\": 80", "\"percent\": 40", 39, "the percentages must rise.")]
    [TestCase("\"shiftHead\"", "\"boss\"", 41, "\"to\" must be one of dispatcher, shiftHead, dutyService, administration.")]
    public void Parse_Mistake_IsNamedWithItsLine(string good, string bad, int line, string message)
    {
        int place = File.IndexOf(good, StringComparison.Ordinal);
        string changed = File[..place] + bad + File[(place + good.Length)..];
        RuleProblem problem = Assert.Throws<RuleBookException>(() => Parse(changed))!.Problems[0];
        Assert.That(problem.Line, Is.EqualTo(line));
        Assert.That(problem.Message, Does.StartWith(message));
    }

    private static IncidentRules Parse(string json) => IncidentRules.Parse(Encoding.UTF8.GetBytes(json), "incidents.json");
}
