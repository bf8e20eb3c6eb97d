using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;

namespace SmartCity.IntegrationTests.Ethereum;

/// <summary>Sending, confirming and decoding against real nodes.</summary>
[TestFixture("Hardhat")]
[TestFixture("anvil")]
public sealed class SenderTest(string kind)
{
    private static readonly ContractAbi Abi = ContractAbi.Parse("""
        [{"type":"error","name":"UnexpectedHour","inputs":[{"name":"hour","type":"uint32"},{"name":"expected","type":"uint32"}]},
         {"type":"event","name":"Noted","inputs":[{"name":"text","type":"string"}]}]
        """);

    private NodeProcess _node = null!;
    private EthApi _api = null!;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _node = kind == "anvil" ? await AnvilNode.StartAsync(new(), Token) : await HardhatNode.StartAsync(Token);
        _api = _node.CreateApi();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [TestCase(false)]
    [TestCase(true)]
    public async Task SendAsync_KeyWithoutBalance_IsMinedAtNoFee(bool useLegacy)
    {
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId, new() { UseLegacy = useLegacy });

        TransactionReceipt receipt = await TestContracts.SendAsync(_api, sender, new(key.Address, default), Token);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(receipt.IsSuccess, Is.True);
        Assert.That(receipt.From, Is.EqualTo(key.Address));
        Assert.That(receipt.EffectiveGasPrice!.Value.IsZero, Is.True);
        Assert.That(await _api.GetTransactionCountAsync(key.Address, BlockParameter.Latest, Token), Is.EqualTo(1));
    }

    [Test]
    public async Task SendAsync_Refused_GivesItsNonceBack()
    {
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId);
        Assert.That(await SendAsync(sender, new(key.Address, default, Gas)), Is.TypeOf<SendOutcome.Sent>());

        SendOutcome refused = await SendAsync(sender, new(key.Address, default, Gas, Value: 1));
        SendOutcome next = await SendAsync(sender, new(key.Address, default, Gas));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(refused, Is.TypeOf<SendOutcome.Refused>(), "an account without balance cannot pay 1 wei");
        Assert.That(next, Is.TypeOf<SendOutcome.Sent>());
        Assert.That(((SendOutcome.Sent)next).Transaction.Transaction.Nonce, Is.EqualTo(1));
        Assert.That((await TestContracts.ReceiptAsync(_api, ((SendOutcome.Sent)next).Hash, Token)).IsSuccess, Is.True);
    }

    [Test]
    public async Task SendAsync_NonceUsedByAnother_TakesTheNextOne()
    {
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId);
        await TestContracts.SendAsync(_api, sender, new(key.Address, default, Gas), Token);
        using TransactionSender other = new(_api, key, TestContracts.ChainId);
        await TestContracts.SendAsync(_api, other, new(key.Address, default, Gas), Token);

        TransactionReceipt receipt = await TestContracts.SendAsync(_api, sender, new(key.Address, default, Gas + 1), Token);

        Assert.That((await _api.FindTransactionAsync(receipt.TransactionHash, Token))!.Nonce, Is.EqualTo(2));
    }

    [Test]
    public async Task SendAsync_ManyAtOnce_EachHasItsNonce()
    {
        const int Count = 40;
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId, new() { MaxInFlight = 15 });

        SendOutcome[] outcomes = await Task.WhenAll(
            Enumerable.Range(0, Count).Select(_ => SendAsync(sender, new(key.Address, default, Gas))));
        IReadOnlyList<ReceiptOutcome> receipts = await WaitAsync(outcomes);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(outcomes.Cast<SendOutcome.Sent>().Select(sent => sent.Transaction.Transaction.Nonce),
            Is.EquivalentTo(Enumerable.Range(0, Count)));
        Assert.That(receipts, Is.All.TypeOf<ReceiptOutcome.Mined>());
    }

    [Test]
    public async Task SendManyAsync_OneIsRefused_TheOthersAreMined()
    {
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId, new() { BatchSize = 7, MaxInFlight = 20 });
        TransactionRequest[] requests = Enumerable.Range(0, 30)
            .Select(i => new TransactionRequest(key.Address, default, Gas, Value: i is 10 or 11 or 25 ? 1 : 0)).ToArray();

        IReadOnlyList<SendOutcome> outcomes = await sender.SendManyAsync(requests, Token);
        IReadOnlyList<ReceiptOutcome> receipts = await WaitAsync(outcomes);
        SendOutcome next = await SendAsync(sender, new(key.Address, default, Gas));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(outcomes.Select((outcome, i) => (outcome, i)).Where(pair => pair.outcome is SendOutcome.Refused).Select(pair => pair.i),
            Is.EqualTo(new[] { 10, 11, 25 }));
        Assert.That(receipts, Has.Count.EqualTo(27).And.All.TypeOf<ReceiptOutcome.Mined>());
        Assert.That((await WaitAsync([next]))[0], Is.TypeOf<ReceiptOutcome.Mined>(), "no nonce is missing");
    }

    /// <summary>A base fee that rose from 0 to 1 wei would never fall again, and a key without balance could send nothing more.</summary>
    [Test]
    public async Task SendManyAsync_MuchGasInABlock_StaysFree()
    {
        const int Count = 14;
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId);
        Address burner = await TestContracts.DeployAsync(_api, sender, TestContracts.BurnAll, Token);

        IReadOnlyList<ReceiptOutcome> receipts = await WaitAsync(
            await sender.SendManyAsync([.. Enumerable.Repeat(new TransactionRequest(burner, default, CityCalls.MaxGas), Count)], Token));

        Assert.That(receipts, Is.All.TypeOf<ReceiptOutcome.Mined>());
        Assert.That(receipts.Cast<ReceiptOutcome.Mined>().Sum(mined => (long)mined.Receipt.GasUsed), Is.EqualTo(Count * (long)CityCalls.MaxGas));
        Assert.That((await TestContracts.SendAsync(_api, sender, new(key.Address, default, Gas), Token)).IsSuccess, Is.True);
        Assert.That((await _api.GetBlockAsync(BlockParameter.Latest, Token)).BaseFeePerGas, Is.EqualTo(System.Numerics.BigInteger.Zero));
    }

    [Test]
    public async Task SendRawTransactionAsync_Twice_TheSenderSeesTheSameTransaction()
    {
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId);
        SendOutcome.Sent first = (SendOutcome.Sent)await SendAsync(sender, new(key.Address, default, Gas));

        SendOutcome whileWaiting = await sender.ReplaceAsync(first.Transaction, null, Token);
        await TestContracts.ReceiptAsync(_api, first.Hash, Token);
        SendOutcome whenMined = await sender.ReplaceAsync(first.Transaction, null, Token);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((whileWaiting as SendOutcome.Sent)?.Hash, Is.EqualTo(first.Hash), whileWaiting.ToString());
        Assert.That((whenMined as SendOutcome.Sent)?.Hash, Is.EqualTo(first.Hash), whenMined.ToString());
    }

    /// <summary>Where gas is free a replacement has nothing more to offer: Hardhat takes it, anvil does not, and says
    /// so.</summary>
    [Test]
    public async Task ReplaceAsync_AnotherAtNoFee_IsSentOrRefusedButNeverBoth()
    {
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId);
        SendOutcome.Sent first = (SendOutcome.Sent)await SendAsync(sender, new(key.Address, default, Gas));

        SendOutcome replaced = await sender.ReplaceAsync(first.Transaction, new(key.Address, new byte[] { 1 }, Gas), Token);

        Hash32 expected = replaced is SendOutcome.Sent sent ? sent.Hash : first.Hash;
        Assert.That((await TestContracts.ReceiptAsync(_api, expected, Token)).IsSuccess, Is.True);
        Assert.That(await _api.GetTransactionCountAsync(key.Address, BlockParameter.Latest, Token), Is.EqualTo(1));
    }

    [Test]
    public async Task SendAsync_WrongChain_SendsNothing()
    {
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, chainId: 1);

        WrongChainException? exception =
            Assert.ThrowsAsync<WrongChainException>(() => SendAsync(sender, new(key.Address, default, Gas)));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(exception!.Message, Does.Contain("serves chain 31337").And.Contain("on chain 1"));
        Assert.That(await _api.GetTransactionCountAsync(key.Address, BlockParameter.Pending, Token), Is.Zero);
    }

    [Test]
    public async Task CallAsync_Reverts_NamesTheErrorAndItsArguments()
    {
        Address contract = await DeployAsync(TestContracts.RevertWithData);
        byte[] data = Abi.GetError("UnexpectedHour").Encode(5u, 4u);

        ContractRevertException? called = Assert.ThrowsAsync<ContractRevertException>(() =>
            _api.CallAsync(new(contract, data), BlockParameter.Latest, Abi, Token));
        ContractRevertException? estimated = Assert.ThrowsAsync<ContractRevertException>(() =>
            _api.EstimateGasAsync(new(contract, data), Abi, Token));
        ContractRevertException? silent = Assert.ThrowsAsync<ContractRevertException>(() =>
            _api.CallAsync(new(contract, default), BlockParameter.Latest, Abi, Token));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(called!.Error!.ToString(), Is.EqualTo("UnexpectedHour(hour=5, expected=4)"));
        Assert.That(called.RevertData.ToArray(), Is.EqualTo(data));
        Assert.That(estimated!.Error!.ToString(), Is.EqualTo("UnexpectedHour(hour=5, expected=4)"));
        Assert.That(silent!.RevertData.Length, Is.Zero);
    }

    [Test]
    public async Task SendAsync_EstimateReverts_IsRefusedWithTheError()
    {
        Address contract = await DeployAsync(TestContracts.RevertWithData);
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId, new() { Errors = Abi });

        SendOutcome outcome = await SendAsync(sender, new(contract, ErrorAbi.Error.Encode("no")));

        Assert.That(((SendOutcome.Refused)outcome).Error, Is.TypeOf<ContractRevertException>());
        Assert.That(((SendOutcome.Refused)outcome).Reason, Does.Contain("Error(message=\"no\")"));
    }

    [Test]
    public async Task SendAsync_RevertedOnChain_HasAReceiptThatSaysSo()
    {
        Address contract = await DeployAsync(TestContracts.RevertWithData);
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId);

        TransactionReceipt receipt = await TestContracts.SendAsync(_api, sender, new(contract, default, Gas), Token);

        Assert.That(receipt.IsSuccess, Is.False);
    }

    [Test]
    public async Task GetLogsAsync_LongRangeInPieces_FindsEachLogOnce()
    {
        Address contract = await DeployAsync(TestContracts.Log);
        EventAbi noted = Abi.GetEvent("Noted");
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId);
        string[] texts = ["first", "второй", "third"];
        foreach (string text in texts)
        {
            byte[] data = [.. noted.Topic0.ToBytes(), .. AbiCodec.Encode([AbiType.Parse("string")], [text])];
            await TestContracts.SendAsync(_api, sender, new(contract, data, Gas), Token);
        }
        EthApi smallPages = new(_api.Client, maxLogBlocks: 1);

        IReadOnlyList<EthLog> logs = await smallPages.GetLogsAsync(new([contract], [[noted.Topic0]], 0, ulong.MaxValue), Token);
        IReadOnlyList<EthLog> none = await _api.GetLogsAsync(new([contract], [[Hash32.FromUInt64(1)]], 0, ulong.MaxValue), Token);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(logs.Select(log => noted.Decode(log)[0]), Is.EqualTo(texts));
        Assert.That(none, Is.Empty);
    }

    [Test]
    public async Task CallAsync_NoContract_SaysSo()
    {
        FunctionAbi function = new("headOf", [], [AbiParameter.Of("", "uint32")], "view");
        using EthECKey key = EthECKey.Generate();

        AbiException? exception = Assert.ThrowsAsync<AbiException>(() =>
            _api.CallAsync(key.Address, function, [], BlockParameter.Latest, null, Token));

        Assert.That(exception!.Message, Does.Contain("no contract"));
        Assert.That(await _api.GetCodeAsync(key.Address, BlockParameter.Latest, Token), Is.Empty);
    }

    [Test]
    public async Task FindTransaction_Unknown_IsNull()
    {
        Hash32 unknown = Keccak.Hash256("no such transaction");
        ReceiptOutcome outcome = await new ReceiptWaiter(_api, pollInterval: TimeSpan.FromMilliseconds(10))
            .WaitAsync(unknown, TimeSpan.FromSeconds(20), Token);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(await _api.FindTransactionAsync(unknown, Token), Is.Null);
        Assert.That(await _api.FindReceiptAsync(unknown, Token), Is.Null);
        Assert.That(await _api.FindBlockAsync(BlockParameter.Of(1_000_000_000), Token), Is.Null);
        Assert.That(outcome, Is.TypeOf<ReceiptOutcome.Dropped>());
    }

    private const ulong Gas = TestContracts.Gas;

    private static Task<SendOutcome> SendAsync(TransactionSender sender, TransactionRequest request) =>
        sender.SendAsync(request, Token);

    private Task<IReadOnlyList<ReceiptOutcome>> WaitAsync(IReadOnlyList<SendOutcome> outcomes) =>
        new ReceiptWaiter(_api).WaitAsync(
            outcomes.OfType<SendOutcome.Sent>().Select(sent => sent.Hash).ToArray(), TimeSpan.FromSeconds(60), Token);

    private async Task<Address> DeployAsync(string runtime)
    {
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(_api, key, TestContracts.ChainId);
        return await TestContracts.DeployAsync(_api, sender, runtime, Token);
    }
}
