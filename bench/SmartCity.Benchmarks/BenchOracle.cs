using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;

namespace SmartCity.Benchmarks;

/// <summary>The oracle itself, put together as its worker does it, on a source of <see cref="BenchSource"/> and a real node.</summary>
internal sealed class BenchOracle : IDisposable
{
    private readonly string _folder;
    private readonly bool _isKept;
    private readonly HttpClient _clock;
    private readonly AlphalogicClient _source;
    private readonly EthECKey _key;

    private BenchOracle(Uri source, CityPlan plan, DeployedCity city, EthApi api, EthECKey key, string? folder = null)
    {
        _folder = folder ?? Directory.CreateTempSubdirectory("oracle-bench").FullName;
        _isKept = folder is not null;
        OracleOptions options = new()
        {
            SourceUrl = source,
            SourceLogin = "bench",
            SourcePasswordFile = "",
            ChainUrl = api.Client.Url,
            StateFolder = _folder,
            KeystoreFile = "",
            PassphraseFile = "",
            PlanFile = "",
            DeploymentFile = "",
            ClosingGrace = TimeSpan.Zero,
            PollPeriod = TimeSpan.FromMilliseconds(100),
            MeterPollPeriod = TimeSpan.FromHours(1),
        };
        _clock = new() { BaseAddress = source };
        _source = AlphalogicClient.Create(
            new() { BaseAddress = source, Login = "bench", Password = "bench", MaxBatch = 5_000, MaxAnswerBytes = 64 * 1024 * 1024 },
            TimeProvider.System, NullLogger<AlphalogicClient>.Instance);
        _key = key;
        Plan = plan;
        Journal = JournalDatabase.Open(_folder);
        Engine = new(options, plan, _source, city, api, key, Journal, TimeProvider.System, NullLoggerFactory.Instance);
        Reader = new(_folder, TimeProvider.System);
    }

    public CityPlan Plan { get; }

    public CityLayout Layout => Engine.Layout;

    public JournalDatabase Journal { get; }

    public OracleEngine Engine { get; }

    public OracleReader Reader { get; }

    /// <summary>An oracle for a city that is deployed on a node first.</summary>
    public static async Task<(BenchOracle Oracle, EthApi Api, DeployedCity City, EthECKey Operator)> DeployAsync(Uri source, Uri chain, CityPlan plan)
    {
        EthApi api = ApiOf(chain);
        EthECKey key = EthECKey.Generate();
        EthECKey administrator = EthECKey.Generate();
        Address[] administration = [administrator.Address];
        using TransactionSender sender = SenderOf(api, administrator, await api.GetChainIdAsync(CancellationToken.None));
        DeployedCity city = await new CityDeployment(api, sender).DeployAsync(
            new(
                plan,
                new(administration, administration, administration, administration, administration, [], [key.Address], administration),
                plan.Providers.ToDictionary(provider => provider.Number, _ => administrator.Address),
                [key.Address],
                1),
            null, CancellationToken.None);
        return (new(source, plan, city, api, key), api, city, administrator);
    }

    /// <summary>An oracle that no chain is asked for, with its journal in a folder that stays.</summary>
    public static BenchOracle WithoutChain(Uri source, CityPlan plan, string folder)
    {
        CityContracts contracts = CityContracts.FromAddresses(
            ContractArtifact.Names.ToDictionary(name => name, name => new Address(Keccak.Hash256(name).ToBytes().AsSpan(0, Address.Size))));
        return new(source, plan, new(1, Hash32.Zero, 0, contracts, []), ApiOf(new("http://127.0.0.1:9")), EthECKey.Generate(), folder);
    }

    public static EthApi ApiOf(Uri chain) => new(new RpcClient(new() { BaseAddress = chain, Timeout = Timeout.InfiniteTimeSpan }));

    public static TransactionSender SenderOf(EthApi api, EthECKey key, ulong chainId) =>
        new(api, key, chainId, new() { Errors = ContractArtifact.CityAbi, MaxInFlight = 1_000 });

    /// <summary>Sets the source's clock.</summary>
    public async Task SetClockAsync(DateTimeOffset now)
    {
        using HttpResponseMessage answer = await _clock.PutAsync(new Uri($"bench/clock/{now.ToUnixTimeMilliseconds()}", UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until all hours before one are known to be on the chain.</summary>
    public async Task WaitUntilConfirmedAsync(Hour before, Task work)
    {
        while (true)
        {
            OracleStatus? status = await Reader.GetStatusAsync(CancellationToken.None);
            if (status?.Segments.Count > 0 && status.Segments.All(segment => segment.ConfirmedBefore >= before))
            {
                return;
            }
            if (await Task.WhenAny(work, Task.Delay(20)) == work)
            {
                await work; // It never ends by itself: tells why it did.
                throw new InvalidOperationException("The oracle ended before all hours were on the chain.");
            }
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        _source.Dispose();
        _clock.Dispose();
        _key.Dispose();
        if (!_isKept)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
