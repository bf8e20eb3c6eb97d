using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Ethereum;

namespace SmartCity.IntegrationTests.Nodes;

/// <summary>What a client sees of each fault.</summary>
public sealed class FaultyNodeTest
{
    private static readonly RpcClientOptions Impatient =
        new() { MaxAttempts = 1, Timeout = TimeSpan.FromSeconds(1), FirstDelay = TimeSpan.FromMilliseconds(1) };

    private NodeProcess _node = null!;
    private FaultyNode _proxy = null!;
    private EthApi _api = null!;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    private static IEnumerable<TestCaseData> Failures()
    {
        yield return new TestCaseData(new NodeFault.LostRequest(), typeof(RpcTransportException));
        yield return new TestCaseData(new NodeFault.LostAnswer(), typeof(RpcTransportException));
        yield return new TestCaseData(new NodeFault.BrokenAnswer(), typeof(RpcTransportException));
        yield return new TestCaseData(new NodeFault.NoAnswer(), typeof(RpcTransportException));
        yield return new TestCaseData(new NodeFault.Status(500), typeof(RpcTransportException));
        yield return new TestCaseData(new NodeFault.Status(429, "slow down"), typeof(RpcTransportException));
        yield return new TestCaseData(new NodeFault.Garbage("<html>"), typeof(RpcProtocolException));
        yield return new TestCaseData(new NodeFault.DoubledAnswers(), typeof(RpcProtocolException));
        yield return new TestCaseData(new NodeFault.Refused("eth_chainId", -32005, "limit exceeded"), typeof(RpcException));
    }

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _node = await AnvilNode.StartAsync(new() { BlockTime = null }, Token);
        _proxy = await FaultyNode.StartAsync(_node.Url, null, Token);
        _api = _proxy.CreateApi(Impatient);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _proxy.DisposeAsync();
        await _node.DisposeAsync();
    }

    [TearDown]
    public void Mend() => _proxy.Faults = FaultPlans.None;

    [TestCaseSource(nameof(Failures))]
    public async Task Exchange_Fault_FailsAndTheNextDoesNot(NodeFault fault, Type kind)
    {
        RpcRequest[] batch = [new("eth_chainId")];
        _proxy.Faults = FaultPlans.First(1, exchange => exchange.Calls("eth_chainId"), fault);

        Exception? failure = await CatchAsync(async () => (await _api.Client.SendBatchAsync<ulong>(batch, Token))[0].ValueOrThrow());

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(failure, Is.TypeOf(kind), failure?.Message);
        Assert.That(await _api.GetChainIdAsync(Token), Is.EqualTo(TestContracts.ChainId));
    }

    [Test]
    public async Task Exchange_HarmlessFaults_AnswerAsTheNodeDoes()
    {
        _proxy.Faults = FaultPlans.Always(new NodeFault.Twice(), new NodeFault.Reordered(), new NodeFault.Late(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5)));

        IReadOnlyList<RpcResult<ulong>> answers = await _api.Client.SendBatchAsync<ulong>(
            [new("eth_chainId"), new("eth_getTransactionCount", default(Address), BlockParameter.Latest)], Token);

        Assert.That(answers.Select(answer => answer.ValueOrThrow()), Is.EqualTo(new[] { TestContracts.ChainId, 0UL }));
    }

    /// <summary>A lost answer is not a lost transaction; a swallowed transaction is.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task Send_LostAnswerOrSwallowed_IsOnTheChainOrNot(bool isSwallowed)
    {
        using EthECKey key = EthECKey.Generate();
        byte[] raw = Transfer(key, 0);
        _proxy.Faults = FaultPlans.When(exchange => exchange.Sends, isSwallowed ? new NodeFault.Swallowed() : new NodeFault.LostAnswer());

        Exception? failure = await CatchAsync(() => _api.SendRawTransactionAsync(raw, Token));
        _proxy.Faults = FaultPlans.None;

        Assert.That(failure, isSwallowed ? Is.Null : Is.TypeOf<RpcTransportException>());
        if (isSwallowed)
        {
            Assert.That(await _api.FindTransactionAsync(Keccak.Hash256(raw), Token), Is.Null);
        }
        else
        {
            // Anvil answers before the transaction is in a block, so that its receipt comes a moment later.
            Assert.That((await TestContracts.ReceiptAsync(_api, Keccak.Hash256(raw), Token)).IsSuccess, Is.True);
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Read_NodeLags_KnowsNothingOfTheLastBlock(bool isStuck)
    {
        using EthECKey key = EthECKey.Generate();
        ulong before = await _api.GetBlockNumberAsync(Token);
        Hash32 hash = await _api.SendRawTransactionAsync(Transfer(key, 0), Token);
        _ = await TestContracts.ReceiptAsync(_api, hash, Token);
        _proxy.Faults = FaultPlans.Always(isStuck ? new NodeFault.StuckAt(before) : new NodeFault.Behind(1));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(await _api.GetBlockNumberAsync(Token), Is.EqualTo(before));
        Assert.That((await _api.GetBlockAsync(BlockParameter.Latest, Token)).Number, Is.EqualTo(before));
        Assert.That(await _api.FindBlockAsync(BlockParameter.Of(before + 1), Token), Is.Null);
        Assert.That(await _api.GetTransactionCountAsync(key.Address, BlockParameter.Pending, Token), Is.Zero);
        Assert.That(await _api.FindReceiptAsync(hash, Token), Is.Null);
        Assert.That(await _api.FindTransactionAsync(hash, Token), Is.Null);
        _proxy.Faults = FaultPlans.None;
        Assert.That((await _api.FindReceiptAsync(hash, Token))!.BlockNumber, Is.EqualTo(before + 1));
    }

    [Test]
    public async Task Send_SpeaksBesu_RefusesInItsWords()
    {
        using EthECKey key = EthECKey.Generate();
        _ = await TestContracts.ReceiptAsync(_api, await _api.SendRawTransactionAsync(Transfer(key, 0), Token), Token);
        _proxy.SpeaksBesu = true;

        RpcException? refusal = Assert.ThrowsAsync<RpcException>(() => _api.SendRawTransactionAsync(Transfer(key, 0, 1), Token));
        _proxy.SpeaksBesu = false;

        Assert.That((refusal!.Code, refusal.RpcMessage), Is.EqualTo((-32001, "Nonce too low")));
    }

    /// <summary>Both kinds of node can be made to forget what waits.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task ForgetPoolAsync_TransactionWaits_IsGone(bool isHardhat)
    {
        await using NodeProcess node =
            isHardhat ? await HardhatNode.StartAsync(Token) : await AnvilNode.StartAsync(new() { BlockTime = 3_600 }, Token);
        await using FaultyNode proxy = await FaultyNode.StartAsync(node.Url, null, Token);
        EthApi api = proxy.CreateApi();
        if (isHardhat)
        {
            _ = await api.Client.SendAsync<bool>("evm_setIntervalMining", [0], Token);
        }
        using EthECKey key = EthECKey.Generate();
        Hash32 hash = await api.SendRawTransactionAsync(Transfer(key, 0), Token);
        Assert.That(await api.FindTransactionAsync(hash, Token), Is.Not.Null);

        await proxy.ForgetPoolAsync(Token);

        Assert.That(await api.FindTransactionAsync(hash, Token), Is.Null);
    }

    [Test]
    public void Seeded_SameSeed_SameFaults()
    {
        NodeFault[] choices = [new NodeFault.LostRequest(), new NodeFault.LostAnswer(), new NodeFault.Twice()];
        string Draw(int seed) => string.Join(',', Enumerable.Range(1, 200)
            .Select(number => FaultPlans.Seeded(seed, 30, choices)(new(number, [])).SingleOrDefault()?.GetType().Name));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Draw(7), Is.EqualTo(Draw(7)));
        Assert.That(Draw(8), Is.Not.EqualTo(Draw(7)));
        Assert.That(Draw(7).Split(',').Count(name => name.Length > 0), Is.InRange(40, 80));
        Assert.That(Draw(7).Split(',').Distinct().Count(), Is.EqualTo(4));
    }

    private static byte[] Transfer(EthECKey key, ulong nonce, byte data = 0) => new SmartCity.Ethereum.Transactions.LegacyTransaction
    {
        ChainId = TestContracts.ChainId,
        Nonce = nonce,
        GasLimit = TestContracts.Gas,
        To = key.Address,
        Data = new[] { data },
    }.Sign(key).Raw.ToArray();

    private static async Task<Exception?> CatchAsync<T>(Func<Task<T>> action)
    {
        try
        {
            _ = await action();
            return null;
        }
        catch (EthereumNodeException exception)
        {
            return exception;
        }
    }
}
