using System.Buffers.Binary;
using System.Numerics;
using CsCheck;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ethereum.Transactions;

namespace SmartCity.UnitTests.Ethereum.Sending;

public sealed class TransactionSenderTest
{
    private const ulong ChainId = 31_337;
    private const ulong Gas = 50_000;
    private static readonly TransactionSenderOptions Quick =
        new() { PollInterval = TimeSpan.Zero, RoomTimeout = TimeSpan.FromMinutes(1) };
    private static readonly Fault[] Faults = Enum.GetValues<Fault>();

    [Test]
    public async Task SendAsync_ZeroBaseFee_OffersNothing()
    {
        FakeNode node = new();
        Eip1559Transaction sent = (Eip1559Transaction)Sent(await SendAsync(node, Request(0))).Transaction;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(sent.MaxFeePerGas.IsZero && sent.MaxPriorityFeePerGas.IsZero, Is.True);
        Assert.That(sent.ChainId, Is.EqualTo(ChainId));
    }

    [Test]
    public async Task SendAsync_BaseFee_OffersTwiceItAndATip()
    {
        FakeNode node = new() { BaseFee = "0x64" };
        Eip1559Transaction sent =
            (Eip1559Transaction)Sent(await SendAsync(node, Request(0), Quick with { PriorityFee = 7 })).Transaction;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(sent.MaxFeePerGas, Is.EqualTo(new BigInteger(207)));
        Assert.That(sent.MaxPriorityFeePerGas, Is.EqualTo(new BigInteger(7)));
    }

    [Test]
    public async Task SendAsync_FeeBound_IsNotExceeded()
    {
        FakeNode node = new() { BaseFee = "0x64" };
        Eip1559Transaction sent = (Eip1559Transaction)Sent(
            await SendAsync(node, Request(0), Quick with { PriorityFee = 7, MaxFeePerGas = 150 })).Transaction;
        Assert.That(sent.MaxFeePerGas, Is.EqualTo(new BigInteger(150)));
    }

    [Test]
    public async Task SendAsync_NoGasLimit_TakesTheEstimateAndAMargin()
    {
        FakeNode node = new();
        SignedTransaction sent = Sent(await SendAsync(node, Request(0) with { GasLimit = null }));
        Assert.That(sent.Transaction.GasLimit, Is.EqualTo(new BigInteger(26_250)));
    }

    [Test]
    public void SendAsync_WrongChain_SaysBothChains()
    {
        FakeNode node = new() { ChainId = 5 };
        WrongChainException? exception = Assert.ThrowsAsync<WrongChainException>(() => SendAsync(node, Request(0)));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((ChainId, 5ul)));
    }

    [Test]
    public void SendAsync_Unreachable_ThrowsAndNamesTheNode()
    {
        FakeNode node = new() { NextFault = () => Fault.NoConnection };
        RpcTransportException? exception = Assert.ThrowsAsync<RpcTransportException>(() => SendAsync(node, Request(0)));
        Assert.That(exception!.Message, Does.Contain("http://node.test/").And.Contain("eth_chainId"));
    }

    [TestCase(Fault.LostAnswer)]
    [TestCase(Fault.CutAnswer)]
    [TestCase(Fault.MissingAnswer)]
    public async Task SendAsync_AnswerLost_IsSentOnce(Fault fault)
    {
        foreach (NodeStyle style in Enum.GetValues<NodeStyle>())
        {
            FakeNode node = new(style);
            using EthECKey key = EthECKey.Generate();
            using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
            await sender.SendAsync(Request(0), CancellationToken.None);
            // Requests of the next transaction: counts, then the transaction itself.
            int before = node.Requests;
            node.NextFault = () => node.Requests == before + 2 ? fault : Fault.None;

            SendOutcome outcome = await sender.SendAsync(Request(1), CancellationToken.None);

            Assert.That(outcome, Is.TypeOf<SendOutcome.Sent>(), $"{style}: {outcome}");
            Assert.That(node.Known.Count(), Is.EqualTo(2), style.ToString());
        }
    }

    [Test]
    public async Task SendAsync_NoAnswerAtAll_IsUnknownAndLeavesNoGap()
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        await sender.SendAsync(Request(0), CancellationToken.None);
        int before = node.Requests;
        node.NextFault = () => node.Requests >= before + 2 ? Fault.LostAnswer : Fault.None;

        SendOutcome unknown = await sender.SendAsync(Request(1), CancellationToken.None);
        node.NextFault = () => Fault.None;
        SignedTransaction next = Sent(await sender.SendAsync(Request(2), CancellationToken.None));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(unknown, Is.TypeOf<SendOutcome.Unknown>());
        Assert.That(next.Transaction.Nonce, Is.EqualTo(2), "the node had the transaction whose fate was unknown");
        Assert.That(node.WaitingBehindAGap, Is.Zero);
    }

    [Test]
    public async Task SendAsync_Cancelled_LeavesNoGap()
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        await sender.SendAsync(Request(0), CancellationToken.None);
        using CancellationTokenSource cancellation = new();
        int before = node.Requests;
        node.NextFault = () =>
        {
            if (node.Requests == before + 2)
            {
                cancellation.Cancel();
                return Fault.LostAnswer;
            }
            return Fault.None;
        };

        Assert.CatchAsync<OperationCanceledException>(() => sender.SendAsync(Request(1), cancellation.Token));
        SignedTransaction next = Sent(await sender.SendAsync(Request(2), CancellationToken.None));

        Assert.That(next.Transaction.Nonce, Is.EqualTo(2));
        Assert.That(node.WaitingBehindAGap, Is.Zero);
    }

    [Test]
    public async Task SendAsync_RevertReportedButMined_IsSent()
    {
        FakeNode node = new(NodeStyle.Hardhat) { SaysRevertButMines = true };
        Assert.That(await SendAsync(node, Request(0)), Is.TypeOf<SendOutcome.Sent>());
    }

    [Test]
    public async Task SendAsync_KeyUsedElsewhere_TakesTheNextNonce([Values] NodeStyle style)
    {
        FakeNode node = new(style);
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        await sender.SendAsync(Request(0), CancellationToken.None);
        // Between the count and the transaction another program is quicker.
        int before = node.Requests;
        node.NextFault = () =>
        {
            if (node.Requests == before + 2)
            {
                node.Accept(new LegacyTransaction { Nonce = 1, ChainId = ChainId }.Sign(key));
            }
            return Fault.None;
        };

        SignedTransaction sent = Sent(await sender.SendAsync(Request(1), CancellationToken.None));
        Assert.That(sent.Transaction.Nonce, Is.EqualTo(2));
    }

    [Test]
    public async Task SendAsync_NodeLostThePool_GoesBack()
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        for (int i = 0; i < 3; i++)
        {
            await sender.SendAsync(Request(i), CancellationToken.None);
        }
        node.DropPool();

        SignedTransaction sent = Sent(await sender.SendAsync(Request(3), CancellationToken.None));
        Assert.That(sent.Transaction.Nonce, Is.Zero);
    }

    [Test]
    public async Task SendAsync_NoBlocks_IsRefusedAtTheLimit()
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(
            node.CreateApi(), key, ChainId, Quick with { MaxInFlight = 2, RoomTimeout = TimeSpan.FromMilliseconds(20) });
        await sender.SendAsync(Request(0), CancellationToken.None);
        await sender.SendAsync(Request(1), CancellationToken.None);

        SendOutcome outcome = await sender.SendAsync(Request(2), CancellationToken.None);

        Assert.That(((SendOutcome.Refused)outcome).Reason, Does.Contain("2 transactions").And.Contain("wait for a block"));
        Assert.That(node.InFlight, Is.EqualTo(2));
    }

    [Test]
    public void SendManyAsync_NoGasLimit_IsRefused()
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        Assert.ThrowsAsync<ArgumentException>(() => sender.SendManyAsync([Request(0) with { GasLimit = null }], CancellationToken.None));
    }

    /// <summary>The node takes what follows a refused transaction, and would keep it waiting for the nonce that is missing.</summary>
    [Test]
    public async Task SendManyAsync_OneInTheMiddleIsRefused_NoneWaitsForItsNonce()
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        TransactionRequest[] requests = Enumerable.Range(0, 5).Select(i => Request(i) with { Value = i == 2 ? 1 : 0 }).ToArray();

        IReadOnlyList<SendOutcome> outcomes = await sender.SendManyAsync(requests, CancellationToken.None);
        int waiting = node.WaitingBehindAGap;
        node.Mine();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(outcomes.Select(outcome => outcome is SendOutcome.Refused), Is.EqualTo(new[] { false, false, true, false, false }));
        Assert.That(waiting, Is.Zero);
        Assert.That(node.Mined.Select(IdOf), Is.EqualTo(new int?[] { 0, 1, null, 3, 4 }), "an empty transfer has the nonce");
    }

    /// <summary>A count that a node took while a block came in may be too low: to believe it once would replace a good transaction.</summary>
    [Test]
    public async Task SendAsync_CountTooLowOnce_UsesNoNonceTwice()
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        await sender.SendAsync(Request(0), CancellationToken.None);
        node.CountsTooLow = 2;

        SignedTransaction sent = Sent(await sender.SendAsync(Request(1), CancellationToken.None));

        Assert.That(sent.Transaction.Nonce, Is.EqualTo(1));
        Assert.That(node.Refused, Is.Zero, "nonce 0 was not tried again");
    }

    [Test]
    public async Task SendAsync_BaseFeeRose_AsksForTheFeeAgain()
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        await sender.SendAsync(Request(0), CancellationToken.None);
        node.BaseFee = "0x64";

        Eip1559Transaction sent = (Eip1559Transaction)Sent(await sender.SendAsync(Request(1), CancellationToken.None)).Transaction;

        Assert.That(sent.MaxFeePerGas, Is.GreaterThan(new BigInteger(100)));
    }

    /// <summary>What waits is asked for two by two, as by segments; the node counts nothing that offers less than the base fee.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task ReviveAsync_NodeCountsByFee_OnlyAGapIsOne(bool isOneLost)
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        Hash32[] sent = [.. (await sender.SendManyAsync([Request(0), Request(1), Request(2), Request(3)], CancellationToken.None))
            .Select(outcome => Sent(outcome).Hash)];
        (node.CountsByFee, node.BaseFee) = (true, "0x64");
        if (isOneLost)
        {
            node.Drop(nonce: 2);
        }

        IReadOnlyList<RevivedTransaction?> odd = await sender.ReviveAsync([sent[3], sent[1]], CancellationToken.None);
        IReadOnlyList<RevivedTransaction?> even = await sender.ReviveAsync([sent[0], sent[2]], CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(odd.Select(waiting => waiting?.Hash), Is.EqualTo(new Hash32?[] { isOneLost ? null : sent[3], sent[1] }));
        Assert.That(even.Select(waiting => waiting?.Hash), Is.EqualTo(new Hash32?[] { sent[0], isOneLost ? null : sent[2] }));
    }

    [Test]
    public async Task SendAsync_NodeCountsByFee_ReplacesNothing()
    {
        FakeNode node = new();
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        await sender.SendManyAsync([Request(0), Request(1)], CancellationToken.None);
        (node.CountsByFee, node.BaseFee) = (true, "0x64");

        SignedTransaction next = Sent(await sender.SendAsync(Request(2), CancellationToken.None));
        node.Mine();
        SignedTransaction last = Sent(await sender.SendAsync(Request(3), CancellationToken.None));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((next.Transaction.Nonce, last.Transaction.Nonce), Is.EqualTo((2ul, 3ul)));
        Assert.That(node.Known.Select(IdOf), Is.EquivalentTo(Enumerable.Range(0, 4)));
    }

    [Test]
    public async Task ReplaceAsync_HigherFee_OffersAnEighthMore()
    {
        FakeNode node = new() { BaseFee = "0x64" };
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick with { PriorityFee = 80 });
        SignedTransaction stuck = Sent(await sender.SendAsync(Request(0), CancellationToken.None));
        node.DropPool();

        Eip1559Transaction raised =
            (Eip1559Transaction)Sent(await sender.ReplaceAsync(stuck, null, CancellationToken.None)).Transaction;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(raised.MaxFeePerGas, Is.EqualTo(new BigInteger(280 + 35 + 1)));
        Assert.That(raised.MaxPriorityFeePerGas, Is.EqualTo(new BigInteger(80 + 10 + 1)));
        Assert.That(raised.Data.ToArray(), Is.EqualTo(stuck.Transaction.Data.ToArray()));
        Assert.That(raised.Nonce, Is.Zero);
    }

    [Test]
    public async Task ReplaceAsync_NodeKeepsTheFirst_SaysSo()
    {
        FakeNode node = new(NodeStyle.Anvil);
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick);
        SignedTransaction stuck = Sent(await sender.SendAsync(Request(0), CancellationToken.None));

        SendOutcome outcome = await sender.ReplaceAsync(stuck, Request(1), CancellationToken.None);
        Assert.That(((SendOutcome.Refused)outcome).Reason, Does.Contain("keeps another transaction with nonce 0"));
    }

    /// <summary>Whatever the network does: what is reported as sent the node has, what is reported as refused it has not, nothing
    /// is there twice, and once the network is well again no transaction waits behind a gap.</summary>
    [Test]
    public void SendAndSendMany_AnyFaults_ReportTheTruthAndLeaveNoGap() =>
        Gen.Select(
            Gen.Int[0, 3],
            Gen.Select(Gen.Int[1, 6], Gen.Bool.Array[0, 6]).Array[1, 8],
            Gen.Int[0, 40].Array[0, 60])
            .Sample((style, calls, faults) => RunAsync((NodeStyle)style, calls, faults).GetAwaiter().GetResult(), iter: 400);

    private static async Task RunAsync(NodeStyle style, (int Count, bool[] Refused)[] calls, int[] faults)
    {
        FakeNode node = new(style);
        int position = 0;
        node.NextFault = () => position < faults.Length && faults[position++] is int code && code < Faults.Length ? Faults[code] : Fault.None;
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, Quick with { BatchSize = 4, MaxInFlight = 1_000 });
        int id = 0;
        foreach ((int count, bool[] refused) in calls)
        {
            TransactionRequest[] requests = Enumerable.Range(id, count)
                .Select(i => Request(i) with { Value = refused.Length > 0 && refused[i % refused.Length] ? 1 : 0 }).ToArray();
            Check(node, id, await TrySendAsync(sender, requests), count);
            id += count;
            if (count % 2 == 0)
            {
                node.Mine();
            }
        }
        node.NextFault = () => Fault.None;
        for (int i = 0; i <= id; i++) // A gap that is left is filled by the next transaction.
        {
            Assert.That(await sender.SendAsync(Request(id + i), CancellationToken.None), Is.TypeOf<SendOutcome.Sent>());
        }
        Assert.That(node.WaitingBehindAGap, Is.Zero);
        Assert.That(node.Known.Select(IdOf).Where(known => known is not null), Is.Unique);
    }

    private static async Task<IReadOnlyList<SendOutcome>?> TrySendAsync(TransactionSender sender, TransactionRequest[] requests)
    {
        try
        {
            return requests.Length == 1
                ? [await sender.SendAsync(requests[0], CancellationToken.None)]
                : await sender.SendManyAsync(requests, CancellationToken.None);
        }
        catch (EthereumNodeException)
        {
            return null;
        }
    }

    private static void Check(FakeNode node, int firstId, IReadOnlyList<SendOutcome>? outcomes, int count)
    {
        HashSet<int?> known = node.Known.Select(IdOf).ToHashSet();
        for (int i = 0; i < count; i++)
        {
            bool? isThere = outcomes?[i] switch
            {
                SendOutcome.Sent => true,
                SendOutcome.Unknown => null,
                _ => false,
            };
            if (isThere is { } expected)
            {
                Assert.That(known.Contains(firstId + i), Is.EqualTo(expected), $"request {i}: {outcomes?[i]}");
            }
        }
    }

    private static int? IdOf(SignedTransaction transaction) =>
        transaction.Transaction.Data.Length == 4 ? BinaryPrimitives.ReadInt32BigEndian(transaction.Transaction.Data.Span) : null;

    /// <summary>A request that can be told apart by its data.</summary>
    private static TransactionRequest Request(int id)
    {
        byte[] data = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(data, id);
        return new(Address.Zero, data, Gas);
    }

    private static async Task<SendOutcome> SendAsync(
        FakeNode node, TransactionRequest request, TransactionSenderOptions? options = null)
    {
        using EthECKey key = EthECKey.Generate();
        using TransactionSender sender = new(node.CreateApi(), key, ChainId, options ?? Quick);
        return await sender.SendAsync(request, CancellationToken.None);
    }

    private static SignedTransaction Sent(SendOutcome outcome)
    {
        Assert.That(outcome, Is.TypeOf<SendOutcome.Sent>(), outcome.ToString());
        return ((SendOutcome.Sent)outcome).Transaction;
    }
}
