using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Ledger;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>A very small city on a node of its own: two flats behind a three-phase meter, and a heat meter. Schedules are played on it one
/// after another, each from the same state of the chain.</summary>
internal sealed class SimulatedCity : IAsyncDisposable
{
    private static readonly EthECKey Deployer = new(Keccak.Hash256("simulation: deployer").ToBytes());

    private readonly NodeProcess _process;

    /// <summary>Where the oracle's journal is. In memory, where there is such a folder: a disk that is waited for is not what is tested. The same for all
    /// schedules, as Dapper learns each query anew for each name of a file.</summary>
    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"oracle-simulation-{Guid.NewGuid():N}")).FullName;

    private SimulatedCity(NodeProcess process, EthApi api) => (_process, Api) = (process, api);

    /// <summary>The key of the oracle.</summary>
    public static EthECKey Oracle { get; } = new(Keccak.Hash256("simulation: oracle").ToBytes());

    /// <summary>The plan.</summary>
    public static CityPlan Plan { get; } = PlanOf(TestCity.DemoPlan().StartingAt(Period.Of(2026, 2)));

    public static CityLayout Layout { get; } = CityLayout.Of(Plan);

    /// <summary>The node without faults between.</summary>
    public EthApi Api { get; }

    public DeployedCity City { get; private set; } = null!;

    public CityReader Chain { get; private set; } = null!;

    public CityRegistry Registry { get; private set; } = null!;

    public NodeLink Link { get; private set; } = null!;

    public static async Task<SimulatedCity> StartAsync(CancellationToken cancellationToken)
    {
        NodeProcess process = await AnvilNode.StartAsync(
            new() { BlockTime = null, Genesis = Layout.FirstHour.Start.AddHours(-2), IsFirstComeFirstServed = true }, cancellationToken);
        SimulatedCity city = new(process, process.CreateApi());
        try
        {
            using TransactionSender sender = new(city.Api, Deployer, await city.Api.GetChainIdAsync(cancellationToken));
            Address[] all = [Deployer.Address];
            CityDeploymentRequest request = new(
                Plan, new(all, all, all, all, all, [], all, all),
                Plan.Providers.ToDictionary(provider => provider.Number, _ => Deployer.Address), [Oracle.Address], 1);
            city.City = await new CityDeployment(city.Api, sender).DeployAsync(request, null, cancellationToken);
            city.Chain = new(city.Api, city.City);
            city.Registry = await city.Chain.ReadRegistryAsync(cancellationToken);
            city.Link = new(process.Url);
            return city;
        }
        catch
        {
            await city.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        Link?.Dispose();
        Directory.Delete(Folder, recursive: true);
        return _process.DisposeAsync();
    }

    private static CityPlan PlanOf(CityPlan demo)
    {
        GroupPlan house = demo.Segments[0].Groups[0];
        GroupPlan heat = demo.Segments.First(segment => segment.Kind == EnergyKind.Heat).Groups[0];
        return demo with
        {
            Segments =
            [
                new(1, EnergyKind.Electricity, [house with { Consumers = [.. house.Consumers.Take(2)] }]),
                new(2, EnergyKind.Heat, [heat with { Number = 2, Consumers = [] }]),
            ],
            Substations = [],
            Houses = [],
        };
    }
}
