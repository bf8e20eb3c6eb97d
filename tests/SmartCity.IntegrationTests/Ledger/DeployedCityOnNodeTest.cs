using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;

namespace SmartCity.IntegrationTests.Ledger;

/// <summary>What is said when the chain is not the one the city was deployed on.</summary>
public sealed class DeployedCityOnNodeTest : IDisposable
{
    private static readonly AnvilOptions AtOnce = new() { BlockTime = null };

    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(5));
    private NodeProcess _node = null!;
    private TestCity _test = null!;

    private CancellationToken Cancellation => _timeout.Token;

    [OneTimeSetUp]
    public async Task DeployAsync()
    {
        _node = await AnvilNode.StartAsync(AtOnce, Cancellation);
        _test = await TestCity.DeployAsync(_node.CreateApi(), Cancellation);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _test?.Dispose();
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    public void Dispose() => _timeout.Dispose();

    [Test]
    public async Task VerifyAsync_OtherChainId_SaysBoth()
    {
        await using NodeProcess other = await AnvilNode.StartAsync(AtOnce with { ChainId = 4_711 }, Cancellation);
        Assert.That(
            () => _test.City.VerifyAsync(other.CreateApi(), Cancellation),
            Throws.TypeOf<ChainMismatchException>().With.Message.Contains("chain 4711").And.Message.Contains("chain 31337"));
    }

    [Test]
    public async Task VerifyAsync_ChainBegunAnew_SaysSo()
    {
        // Two that began in one second would begin alike.
        AnvilOptions earlier = AtOnce with { Genesis = TimeProvider.System.GetUtcNow().AddMinutes(-5) };
        await using NodeProcess other = await AnvilNode.StartAsync(earlier, Cancellation);
        Assert.That(
            () => _test.City.VerifyAsync(other.CreateApi(), Cancellation),
            Throws.TypeOf<ChainMismatchException>().With.Message.Contains("began anew"));
    }

    [Test]
    public void VerifyAsync_NoCodeAtAnAddress_NamesTheContract()
    {
        Address nowhere = Address.Parse("0x00000000000000000000000000000000000000aa");
        DeployedCity wrong = _test.City with { Contracts = _test.City.Contracts with { Billing = new(nowhere) } };
        Assert.That(
            () => wrong.VerifyAsync(_test.Api, Cancellation),
            Throws.TypeOf<ContractMissingException>().With.Property(nameof(ContractMissingException.Contract)).EqualTo("Billing")
                .And.Property(nameof(ContractMissingException.Address)).EqualTo(nowhere));
    }

    [Test]
    public async Task VerifyAsync_NodeGone_SaysThatItCannotBeReached()
    {
        NodeProcess gone = await AnvilNode.StartAsync(AtOnce, Cancellation);
        EthApi api = gone.CreateApi(new() { MaxAttempts = 1 });
        await gone.DisposeAsync();
        Assert.That(
            () => _test.City.VerifyAsync(api, Cancellation),
            Throws.TypeOf<RpcTransportException>().With.Message.Contains(gone.Url.ToString()));
    }

    [Test]
    public async Task FollowAsync_ChainSetBack_IsNoticed()
    {
        Hash32 snapshot = Hash32.FromBigInteger(Hex.DecodeBigQuantity(
            await _test.Api.Client.SendAsync<string>("evm_snapshot", [], Cancellation)));
        await _test.Api.Client.SendAsync<System.Text.Json.JsonElement>("evm_mine", [], Cancellation);
        ulong block = await _test.Api.GetBlockNumberAsync(Cancellation);
        EthBlock last = await _test.Api.GetBlockAsync(BlockParameter.Latest, Cancellation);
        await _test.Api.Client.SendAsync<bool>(
            "evm_revert", [Hex.EncodeQuantity(snapshot.ToBigInteger())], Cancellation);
        await using IAsyncEnumerator<CityLogPage> pages = _test.Reader.Log
            .FollowAsync(_test.Api, block + 1, last.Hash, cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.That(async () => await pages.MoveNextAsync(), Throws.TypeOf<ChainMismatchException>().With.Message.Contains("set back"));
    }

    [Test]
    public async Task DeployAsync_StepReverts_NamesStepAndReason()
    {
        CityDeploymentRequest request = _test.Request();
        // The plan's check would refuse a meter of class 0: the deployment itself must say what the chain refused.
        Domain.GroupPlan group = request.Plan.Segments[0].Groups[0];
        Domain.GroupPlan broken = group with { Parent = group.Parent with { AccuracyClass = 0 } };
        Domain.SegmentPlan segment = request.Plan.Segments[0] with { Groups = [broken, .. request.Plan.Segments[0].Groups.Skip(1)] };
        CityDeploymentRequest wrong = request with
        {
            Plan = request.Plan with { Segments = [segment, .. request.Plan.Segments.Skip(1)] },
        };
        CityDeployment deployment = new(_test.Api, _test.SenderOf(_test.Deployer));
        LedgerException? failure = Assert.ThrowsAsync<LedgerException>(() => deployment.DeployAsync(wrong, null, Cancellation));
        await Task.CompletedTask;
        Assert.That(failure!.Message, Does.Contain("add group 1").And.Contain("MeterRegistry_InvalidMeter").And.Contain("accuracyClass"));
    }
}
