using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;

namespace SmartCity.IntegrationTests.Ledger;

/// <summary>The demonstration city, deployed on a node with a key for every role.</summary>
internal sealed class TestCity : IDisposable
{
    private readonly List<IDisposable> _disposables = [];

    private TestCity(EthApi api, CityPlan plan) => (Api, Plan) = (api, plan);

    public EthApi Api { get; }

    public CityPlan Plan { get; }

    public EthECKey Deployer { get; } = EthECKey.Generate();

    public EthECKey Admin { get; } = EthECKey.Generate();

    public EthECKey Oracle { get; } = EthECKey.Generate();

    public EthECKey Bank { get; } = EthECKey.Generate();

    public EthECKey Dispatcher { get; } = EthECKey.Generate();

    public EthECKey Payee { get; } = EthECKey.Generate();

    public DeployedCity City { get; private set; } = null!;

    public CityReader Reader { get; private set; } = null!;

    public static CityPlan DemoPlan() =>
        CityPlan.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "config", "demo-city.json")));

    /// <summary>Deploys the demonstration city as it begins two months before the present one.</summary>
    /// <param name="api">The node.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="roles">Who holds which role; null gives each to a key of this class.</param>
    public static async Task<TestCity> DeployAsync(
        EthApi api,
        CancellationToken cancellationToken,
        IProgress<DeploymentProgress>? progress = null,
        CityRoleHolders? roles = null)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        CityPlan plan = DemoPlan().StartingAt(Period.Of(now.Year, now.Month).Previous.Previous);
        TestCity test = new(api, plan);
        CityDeployment deployment = new(api, test.SenderOf(test.Deployer));
        CityDeploymentRequest request = test.Request();
        test.City = await deployment.DeployAsync(request with { Roles = roles ?? request.Roles }, progress, cancellationToken);
        test.Reader = new(api, test.City);
        return test;
    }

    public CityDeploymentRequest Request() => new(
        Plan,
        new([Admin.Address], [Admin.Address], [Admin.Address], [Admin.Address], [Bank.Address], [], [Dispatcher.Address],
            [Admin.Address]),
        Plan.Providers.ToDictionary(provider => provider.Number, _ => Payee.Address),
        [Oracle.Address],
        1);

    public TransactionSender SenderOf(EthECKey key)
    {
        TransactionSender sender = new(Api, key, 31_337);
        _disposables.Add(sender);
        return sender;
    }

    public CitySender CitySenderOf(EthECKey key) => new(Api, SenderOf(key));

    /// <summary>Signed calls that record hours of a segment, from the one it waits for on; interval i of a channel is its number
    /// times a step.</summary>
    public async Task<IReadOnlyList<TransactionRequest>> HoursAsync(
        RegisteredSegment segment, int count, CancellationToken cancellationToken)
    {
        SegmentHead head = await Reader.GetHeadAsync(segment.Number, cancellationToken);
        Hash32 config = await Reader.GetOracleConfigAsync(cancellationToken);
        HourBatchSigner signer = new(Oracle, City.LedgerDomain);
        List<TransactionRequest> calls = [];
        Hour hour = head.NextHour;
        Hash32 previous = head.LastBatch;
        for (int i = 0; i < count; i++, hour = hour.Next)
        {
            HourBatch batch = new(segment.Number, hour, previous, HourPayload.Encode(ReadingsOf(segment, hour)), config);
            byte[] signatures = BatchSignatures.Combine(City.LedgerDomain.DigestOf(batch), signer.Sign(batch));
            calls.Add(City.Contracts.RecordHour(batch, signatures));
            previous = batch.Id;
        }
        return calls;
    }

    /// <summary>Readings that balance: each consumer takes some Wh, the parent's phase their sum; heat has the parent alone.</summary>
    public static IReadOnlyList<IReadOnlyList<Reading>> ReadingsOf(RegisteredSegment segment, Hour hour) => segment.Groups
        .Select(group =>
        {
            ulong[] intervals = new ulong[group.Channels];
            for (int channel = group.ParentChannels; channel < group.Channels; channel++)
            {
                intervals[channel] = (ulong)channel * 10 + hour.Value % 7;
                intervals[group.PhaseOf(channel)] += intervals[channel];
            }
            if (group.Consumers.Count == 0)
            {
                intervals[0] = 20_000 + hour.Value % 1_000;
            }
            return (IReadOnlyList<Reading>)intervals.Select(interval => new Reading(new(interval), Quality.Measured)).ToArray();
        })
        .ToArray();

    public void Dispose()
    {
        _disposables.ForEach(disposable => disposable.Dispose());
        foreach (EthECKey key in (EthECKey[])[Deployer, Admin, Oracle, Bank, Dispatcher, Payee])
        {
            key.Dispose();
        }
    }
}
