using System.Numerics;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Nodes;

namespace SmartCity.IntegrationTests.Ethereum;

/// <summary>Real nodes that are gone, lose transactions, want a fee, or mine at once.</summary>
public sealed class DisturbedNodeTest
{
    private const ulong Gas = TestContracts.Gas;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public void SendAsync_NobodyListens_SaysWhere()
    {
        Uri url = new($"http://127.0.0.1:{NodeProcess.FindFreePort()}/");
        EthApi api =
            new(new RpcClient(new HttpClient { BaseAddress = url }, new() { FirstDelay = TimeSpan.FromMilliseconds(1) }));
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(api, key, TestContracts.ChainId);

        RpcTransportException? exception =
            Assert.ThrowsAsync<RpcTransportException>(() => sender.SendAsync(new(key.Address, default, Gas), Token));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(exception!.WasSent, Is.False);
        Assert.That(exception.Message, Does.Contain(url.ToString()).And.Contain("cannot be reached"));
    }

    /// <summary>A node that is killed forgets what waited: the waiter says so, and the sender goes back to the nonce that is
    /// free.</summary>
    [Test]
    public async Task SendAsync_NodeKilledAndStartedAgain_NoticesTheLossAndGoesOn()
    {
        int port = NodeProcess.FindFreePort();
        AnvilOptions options = new() { BlockTime = 3_600, Port = port };
        using EthECKey key = EthECKey.Generate();
        Hash32 lost;
        TransactionSender sender;
        await using (NodeProcess first = await AnvilNode.StartAsync(options, Token))
        {
            sender = new(first.CreateApi(), key, TestContracts.ChainId, new() { PollInterval = TimeSpan.FromMilliseconds(20) });
            lost = ((SendOutcome.Sent)await sender.SendAsync(new(key.Address, default, Gas), Token)).Hash;
            await first.StopAsync(kill: true, Token);
        }
        await using NodeProcess second = await AnvilNode.StartAsync(options with { BlockTime = null }, Token);

        ReceiptOutcome outcome = await new ReceiptWaiter(second.CreateApi(), pollInterval: TimeSpan.FromMilliseconds(20))
            .WaitAsync(lost, TimeSpan.FromSeconds(30), Token);
        TransactionReceipt receipt =
            await TestContracts.SendAsync(second.CreateApi(), sender, new(key.Address, default, Gas), Token);
        sender.Dispose();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(outcome, Is.TypeOf<ReceiptOutcome.Dropped>());
        Assert.That(receipt.IsSuccess, Is.True);
        Assert.That(await second.CreateApi().GetTransactionCountAsync(key.Address, BlockParameter.Latest, Token), Is.EqualTo(1));
    }

    [Test]
    public async Task WaitAsync_NoBlocks_EndsAtTheDeadline()
    {
        await using NodeProcess node = await AnvilNode.StartAsync(new() { BlockTime = 3_600 }, Token);
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, TestContracts.ChainId);
        SendOutcome.Sent sent = (SendOutcome.Sent)await sender.SendAsync(new(key.Address, default, Gas), Token);

        ReceiptOutcome outcome =
            await new ReceiptWaiter(node.CreateApi()).WaitAsync(sent.Hash, TimeSpan.FromMilliseconds(300), Token);

        Assert.That((outcome as ReceiptOutcome.Waiting)?.Reason, Does.Contain("waits for a block"), outcome.ToString());
    }

    [Test]
    public async Task ReplaceAsync_BaseFee_TheDearerTransactionIsMined()
    {
        await using NodeProcess node = await AnvilNode.StartAsync(new() { BlockTime = 4, BaseFee = 1_000_000_000 }, Token);
        EthApi api = node.CreateApi();
        Address payee = Address.FromHash(Keccak.Hash256("payee"));
        using EthECKey key = TestContracts.FundedKey(0);
        using TransactionSender sender = new(api, key, TestContracts.ChainId);
        SendOutcome.Sent first = (SendOutcome.Sent)await sender.SendAsync(new(payee, default, Gas, Value: 1), Token);

        SendOutcome replaced = await sender.ReplaceAsync(first.Transaction, new(payee, default, Gas, Value: 2), Token);
        Assert.That(replaced, Is.TypeOf<SendOutcome.Sent>(), replaced.ToString());
        TransactionReceipt receipt = await TestContracts.ReceiptAsync(api, ((SendOutcome.Sent)replaced).Hash, Token);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(receipt.IsSuccess, Is.True);
        Assert.That(await api.GetBalanceAsync(payee, BlockParameter.Latest, Token), Is.EqualTo(new BigInteger(2)));
        Assert.That(await api.FindReceiptAsync(first.Hash, Token), Is.Null);
    }

    /// <summary>The base fee rises above what transactions offered at first: replaced by themselves at a higher fee, they are carried out once.</summary>
    [Test]
    public async Task ReviveAsync_BaseFeeHasRisen_IsMinedOnce()
    {
        await using NodeProcess node = await AnvilNode.StartAsync(new() { BlockTime = 3_600, BaseFee = 1_000_000_000 }, Token);
        EthApi api = node.CreateApi();
        Address payee = Address.FromHash(Keccak.Hash256("payee"));
        using EthECKey key = TestContracts.FundedKey(0);
        using TransactionSender sender = new(api, key, TestContracts.ChainId);
        Hash32[] sent = [.. (await sender.SendManyAsync([new(payee, default, Gas, Value: 1), new(payee, default, Gas, Value: 2)], Token))
            .Select(outcome => ((SendOutcome.Sent)outcome).Hash)];

        IReadOnlyList<RevivedTransaction?> revived = await sender.ReviveAsync(sent, Token);
        await node.SetBaseFeeAsync("0xb8c63f00", Token); // 3.1 gwei; 3 were offered at first.
        IReadOnlyList<RevivedTransaction?> again = await sender.ReviveAsync([.. revived.Select(now => now!.Hash)], Token);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(await api.GetBalanceAsync(payee, BlockParameter.Latest, Token), Is.EqualTo(new BigInteger(3)));
        Assert.That((await api.FindReceiptAsync(revived[1]!.Hash, Token))?.IsSuccess, Is.True);
        Assert.That(await api.FindReceiptAsync(sent[1], Token), Is.Null, "it offered too little");
        Assert.That(again, Is.All.Null, "what is in a block is left alone");
    }

    /// <summary>Gas was free and is no more, and the sender has nothing: what waits is told to wait for that, also when others wait between.</summary>
    /// <remarks>Hardhat's node does not count what offers too little.</remarks>
    [Test]
    public async Task ReviveAsync_GasCostsAndNoFunds_SaysWhy()
    {
        await using NodeProcess node = await HardhatNode.StartAsync(Token); // Anvil drops what offers too little.
        EthApi api = node.CreateApi();
        await api.Client.SendAsync<bool>("evm_setIntervalMining", [0], Token);
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(api, key, TestContracts.ChainId);
        Hash32[] sent = [.. (await sender.SendManyAsync([.. Enumerable.Repeat(new TransactionRequest(key.Address, default, Gas), 4)], Token))
            .Select(outcome => ((SendOutcome.Sent)outcome).Hash)];
        await node.SetBaseFeeAsync("0x1", Token);

        IReadOnlyList<RevivedTransaction?> waiting = await sender.ReviveAsync([sent[1], sent[3]], Token);
        ulong counted = await api.GetTransactionCountAsync(key.Address, BlockParameter.Pending, Token);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(counted, Is.Zero, "The node counted what waits: the test showed less than it should.");
        Assert.That(waiting.Select(one => one?.Hash), Is.EqualTo(new Hash32?[] { sent[1], sent[3] }), "they still wait as they were");
        Assert.That(waiting.Select(one => one?.Refusal), Is.All.Contains("enough funds"));
    }

    /// <summary>A chain that makes no blocks is not offered ever more.</summary>
    [TestCase(1_000_000_000ul, 4 * 3_000_000_000ul)]
    [TestCase(0ul, 0ul)]
    public async Task ReviveAsync_NoBlocks_OffersNoMoreThanTheBound(ulong baseFee, ulong most)
    {
        await using NodeProcess node = await AnvilNode.StartAsync(new() { BlockTime = 3_600, BaseFee = baseFee }, Token);
        EthApi api = node.CreateApi();
        using EthECKey key = TestContracts.FundedKey(1);
        using TransactionSender sender = new(api, key, TestContracts.ChainId);
        Hash32 hash = ((SendOutcome.Sent)await sender.SendAsync(new(key.Address, default, Gas), Token)).Hash;
        Hash32 first = hash;

        for (int i = 0; i < 20; i++)
        {
            hash = (await sender.ReviveAsync([hash], Token))[0]!.Hash;
        }

        EthTransactionInfo last = (await api.FindTransactionAsync(hash, Token))!;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(last.MaxFeePerGas, baseFee == 0 ? Is.EqualTo(BigInteger.Zero) : Is.GreaterThan(new BigInteger(most / 2)).And.LessThanOrEqualTo(new BigInteger(most)));
        Assert.That(hash == first, Is.EqualTo(baseFee == 0));
        Assert.That(last.Nonce, Is.Zero);
    }

    /// <summary>What waits behind a missing nonce will not come, and is told so.</summary>
    [Test]
    public async Task ReviveAsync_BehindAGap_IsLeftAlone()
    {
        await using NodeProcess node = await AnvilNode.StartAsync(new() { BlockTime = 3_600 }, Token);
        EthApi api = node.CreateApi();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(api, key, TestContracts.ChainId);
        Hash32[] sent = [.. (await sender.SendManyAsync([new(key.Address, default, Gas), new(key.Address, default, Gas)], Token))
            .Select(outcome => ((SendOutcome.Sent)outcome).Hash)];
        _ = await api.Client.FindAsync<object>("anvil_dropTransaction", [sent[0]], Token);

        Assert.That(await sender.ReviveAsync(sent, Token), Is.All.Null);
    }

    /// <summary>Hardhat that mines at once answers a transaction that reverts with an error, though it is in a block, and a
    /// duplicate with "nonce too low".</summary>
    [Test]
    public async Task SendAsync_HardhatMinesAtOnce_RevertAndDuplicateAreKnown()
    {
        await using NodeProcess node = await HardhatNode.StartAsync(Token);
        EthApi api = node.CreateApi();
        await api.Client.SendAsync<bool>("evm_setIntervalMining", [0], Token);
        await api.Client.SendAsync<bool>("evm_setAutomine", [true], Token);
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(api, key, TestContracts.ChainId);
        Address contract = await TestContracts.DeployAsync(api, sender, TestContracts.RevertWithData, Token);

        TransactionReceipt reverted = await TestContracts.SendAsync(api, sender, new(contract, default, Gas), Token);
        SendOutcome.Sent next = (SendOutcome.Sent)await sender.SendAsync(new(key.Address, default, Gas), Token);
        SendOutcome again = await sender.ReplaceAsync(next.Transaction, null, Token);
        IReadOnlyList<SendOutcome> many = await sender.SendManyAsync(
            Enumerable.Range(0, 12).Select(i => new TransactionRequest(key.Address, default, Gas, Value: i == 5 ? 1 : 0)).ToArray(), Token);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(reverted.IsSuccess, Is.False);
        Assert.That(next.Transaction.Transaction.Nonce, Is.EqualTo(2));
        Assert.That((again as SendOutcome.Sent)?.Hash, Is.EqualTo(next.Hash), again.ToString());
        Assert.That(many.Select(outcome => outcome is SendOutcome.Sent), Is.EqualTo(Enumerable.Range(0, 12).Select(i => i != 5)));
        Assert.That(await api.GetTransactionCountAsync(key.Address, BlockParameter.Latest, Token), Is.EqualTo(14));
    }

    /// <summary>A state file keeps the chain over a stop that was announced.</summary>
    [Test]
    public async Task StopAsync_Announced_TheStateFileKeepsTheChain()
    {
        string folder = Directory.CreateTempSubdirectory("anvil-test-").FullName;
        try
        {
            AnvilOptions options =
                new() { BlockTime = null, StateFile = Path.Combine(folder, "chain.json"), Port = NodeProcess.FindFreePort() };
            using EthECKey key = EthECKey.Generate();
            await using (NodeProcess first = await AnvilNode.StartAsync(options, Token))
            {
                using TransactionSender sender = new(first.CreateApi(), key, TestContracts.ChainId);
                await TestContracts.SendAsync(first.CreateApi(), sender, new(key.Address, default, Gas), Token);
                await first.StopAsync(kill: false, Token);
            }
            await using NodeProcess second = await AnvilNode.StartAsync(options, Token);
            Assert.That(await second.CreateApi().GetTransactionCountAsync(key.Address, BlockParameter.Latest, Token),
                Is.EqualTo(1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
