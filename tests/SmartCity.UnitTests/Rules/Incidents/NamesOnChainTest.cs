using SmartCity.Ledger.Contracts;
using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Incidents;

/// <summary>What the rules and contracts/interfaces/IIncidentLog.sol call by the same names has the same numbers.</summary>
public sealed class NamesOnChainTest
{
    [TestCase(typeof(IncidentStage), typeof(IncidentLogContract.Stage))]
    [TestCase(typeof(Deadline), typeof(IncidentLogContract.Deadline))]
    [TestCase(typeof(DeadlineStatus), typeof(IncidentLogContract.DeadlineStatus))]
    [TestCase(typeof(SuspensionReason), typeof(IncidentLogContract.SuspensionReason))]
    public void NamesOfTheRules_AreTheLedgers(Type rules, Type ledger) =>
        Assert.That(Enum.GetNames(rules), Is.EqualTo(Enum.GetNames(ledger)));
}
