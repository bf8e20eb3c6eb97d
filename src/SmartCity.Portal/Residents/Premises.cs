using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.Portal;

/// <summary>A resident's flat and its account on the chain.</summary>
/// <param name="House">Address of the house.</param>
/// <param name="Flat">The flat.</param>
/// <param name="Account">Id of the account.</param>
internal sealed record Premises(string House, FlatPlan Flat, Hash32 Account);

/// <summary>Finds whose flat is whose: the chain does not tell, the city plan and the deployment do.</summary>
internal sealed class PremisesRegister(City city, DeployedCity deployed)
{
    /// <summary>The flat of a resident.</summary>
    /// <exception cref="PortalSetupException">The users file names a flat that the city does not have.</exception>
    public Premises Of(PortalUser user)
    {
        HousePlan? house = city.Plan.Houses.ElementAtOrDefault((user.House ?? 0) - 1);
        FlatPlan? flat = house?.Flats.FirstOrDefault(known => known.Number == user.Flat);
        return house is not null && flat is not null
            ? new(house.Name, flat, deployed.AccountOf(house.Name, flat.Number))
            : throw new PortalSetupException($"User '{user.Login}' is of house {user.House}, flat {user.Flat}, which the city plan does not have.");
    }
}
