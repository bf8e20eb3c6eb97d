using SmartCity.Rules;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Rules.Alarms;

public sealed class AlarmIdTest
{
    [Test]
    public void Parse_EveryCode_ReadsItsAlarm() =>
        Assert.That(AlarmId.All.Select(id => AlarmId.Parse(id.Code)), Is.EqualTo(AlarmId.All));

    [Test]
    public void All_Alarms_AreTheFourOfTheBriefAndTheDiagnostics()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(AlarmId.All.Select(id => id.Code), Is.Unique);
        Assert.That(AlarmId.All.Where(id => !id.IsDiagnostic).Select(id => id.Code), Is.EquivalentTo(new[]
        {
            "A1", "A2.1", "A2.FAULT", "A3.T1.LOW", "A3.T1.HIGH", "A3.T2.LOW", "A3.T2.HIGH",
            "A3.P1.LOW", "A3.P1.HIGH", "A3.P2.LOW", "A3.P2.HIGH", "A4",
        }));
        Assert.That(AlarmId.All.Select(id => id.Number).Distinct(), Is.EquivalentTo(new[] { 0, 1, 2, 3, 4 }));
    }

    [Test]
    public void All_Codes_StandInTheRulesDocument()
    {
        string document = File.ReadAllText(RepositoryFiles.PathOf("docs", "rules.md"));
        Assert.That(AlarmId.All.Select(id => id.Code).Where(code => !document.Contains($"`{code}`", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Parse_UnknownCode_Throws() => Assert.Throws<FormatException>(() => AlarmId.Parse("A5"));

    [Test]
    public void StatusOf_NoSuchAlarm_Throws() => Assert.Throws<InvalidOperationException>(
        () => SubstationState.Initial.StatusOf(AlarmId.Of(AlarmKind.Leak, SubstationSignal.Flow)));
}
