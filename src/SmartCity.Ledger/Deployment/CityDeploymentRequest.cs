using SmartCity.Domain;
using SmartCity.Ethereum;

namespace SmartCity.Ledger;

/// <summary>What a city's deployment shall set up.</summary>
/// <param name="Plan">Meters, premises, providers and prices.</param>
/// <param name="Roles">Who holds which role afterwards. Whoever deploys keeps no role that is not given here.</param>
/// <param name="Payees">For each provider of the plan the address its share is paid to.</param>
/// <param name="Oracles">Who signs hours; at least one.</param>
/// <param name="Threshold">How many of them must sign.</param>
public sealed record CityDeploymentRequest(
    CityPlan Plan,
    CityRoleHolders Roles,
    IReadOnlyDictionary<ushort, Address> Payees,
    IReadOnlyList<Address> Oracles,
    byte Threshold)
{
    /// <summary>Checks what the chain would refuse only after most of the city is there.</summary>
    /// <exception cref="ArgumentException">A provider has no payee, nobody is admin, or the oracles are wrong; says which.</exception>
    public void Check()
    {
        if (Roles.Admins.Count == 0)
        {
            throw new ArgumentException("Nobody would be admin of the city: name at least one address in Roles.Admins.");
        }
        if (Oracles.Count is 0 or > BatchSignatures.MaxCount || Oracles.Distinct().Count() != Oracles.Count)
        {
            throw new ArgumentException($"Name 1 to {BatchSignatures.MaxCount} oracles, none of them twice, not {Oracles.Count}.");
        }
        if (Threshold == 0 || Threshold > Oracles.Count)
        {
            throw new ArgumentException($"{Threshold} signatures of {Oracles.Count} oracles cannot be asked for.");
        }
        foreach (ProviderPlan provider in Plan.Providers)
        {
            if (!Payees.TryGetValue(provider.Number, out Address payee) || payee.IsZero)
            {
                throw new ArgumentException($"Provider {provider.Number} ({provider.NameEnglish}) has no address to be paid to.");
            }
        }
    }
}

/// <summary>How far a deployment is.</summary>
/// <param name="Done">Transactions that are in blocks.</param>
/// <param name="Total">All its transactions.</param>
/// <param name="Step">What was done last.</param>
public sealed record DeploymentProgress(int Done, int Total, string Step);
