using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Ledger;

/// <summary>A city for tests that need no chain.</summary>
internal static class Cities
{
    public static Address Address(byte number) => new(Enumerable.Repeat(number, SmartCity.Ethereum.Address.Size).ToArray());

    public static CityPlan DemoPlan() => CityPlan.Parse(File.ReadAllText(RepositoryFiles.PathOf("config", "demo-city.json")));

    public static CityContracts Contracts() => new(
        new(Address(1)), new(Address(2)), new(Address(3)), new(Address(4)), new(Address(5)), new(Address(6)), new(Address(7)),
        new(Address(8)), new(Address(9)), new(Address(10)), new(Address(11)), new(Address(12)));

    public static DeployedCity Deployed() => new(
        31_337, Keccak.Hash256("genesis"), 7, Contracts(),
        [new("ул. Садовая, 12", "1", Keccak.Hash256("account 1")), new("ул. Садовая, 12", "2а", Keccak.Hash256("account 2"))]);

    public static CityDeploymentRequest Request() => new(
        DemoPlan(),
        new([Address(20)], [Address(21)], [Address(22)], [Address(23)], [Address(24)], [], [Address(25), Address(26)], [Address(27)]),
        DemoPlan().Providers.ToDictionary(provider => provider.Number, provider => Address((byte)(30 + provider.Number))),
        [Address(41), Address(40)],
        2);
}
