using System.Globalization;
using System.Text.RegularExpressions;
using SmartCity.Ethereum.Abi;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Ledger;

public sealed partial class CityRoleTest
{
    [Test]
    public void Roles_Numbers_AreThoseOfTheContracts()
    {
        string source = File.ReadAllText(RepositoryFiles.PathOf("contracts", "types", "Roles.sol"));
        Dictionary<string, int> roles = Constant().Matches(source).ToDictionary(
            match => match.Groups[1].Value.Replace("_", "", StringComparison.Ordinal),
            match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
        Assert.That(
            Enum.GetValues<CityRole>().ToDictionary(role => role.ToString().ToUpperInvariant(), role => (int)role), Is.EquivalentTo(roles));
    }

    [Test]
    public void Of_EveryRestrictedFunction_HasARole()
    {
        Assert.That(FunctionRoles.Restricted.Select(entry => entry.Contract).Order(), Is.EqualTo(ContractArtifact.Names));
        Assert.That(FunctionRoles.Restricted.Sum(entry => entry.Functions.Count), Is.GreaterThan(15));
        foreach ((string contract, IReadOnlyList<FunctionAbi> functions) in FunctionRoles.Restricted)
        {
            foreach (FunctionAbi function in functions)
            {
                Assert.That(() => FunctionRoles.Of(contract, function), Throws.Nothing);
            }
        }
    }

    [Test]
    public void Of_FunctionWithoutARole_IsRefusedByName() => Assert.That(
        () => FunctionRoles.Of("Billing", new("steal", [], [])), Throws.ArgumentException.With.Message.Contains("Billing.steal()"));

    [GeneratedRegex(@"uint64 internal constant (\w+) = (\d+);")]
    private static partial Regex Constant();
}
