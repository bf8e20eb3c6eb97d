using SmartCity.Ethereum;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>The outbox of hours before nodes that fail in every way of the list; after each of it every hour is on the chain exactly once,
/// no nonce is missing, and no more was sent than had to be.</summary>
[TestFixtureSource(nameof(Kinds))]
[CancelAfter(120_000)]
public sealed class OutboxTest(NodeKind kind)
{
    private const int Hours = 40;
    private const int Segments = 2;
    private const int Due = Hours * Segments;
    private const string SetBack = "The chain was set back: segment";

    private OutboxRig _rig = null!;

    /// <summary>Hardhat too with SMARTCITY_DEEP=1; otherwise <see cref="OutboxOnHardhatTest"/> has a part of it.</summary>
    private static IEnumerable<NodeKind> Kinds() =>
        Environment.GetEnvironmentVariable("SMARTCITY_DEEP") == "1" ? [NodeKind.Anvil, NodeKind.Hardhat] : [NodeKind.Anvil];

    /// <summary>A quarter of all requests meets some fault.</summary>
    public static FaultPlan Everything(int seed) => FaultPlans.Seeded(seed, 25,
        new NodeFault.LostRequest(), new NodeFault.LostAnswer(), new NodeFault.BrokenAnswer(), Late(0, 100), new NodeFault.Status(502), new NodeFault.Garbage("x"),
        new NodeFault.Twice(), new NodeFault.DoubledAnswers(), new NodeFault.Reordered(), new NodeFault.Behind(2), new NodeFault.Swallowed());

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Case("none", FaultPlans.None, Due);
        yield return Case("requests lost", Seeded(new NodeFault.LostRequest()), Due);
        yield return Case("answers lost", Seeded(new NodeFault.LostAnswer()), Due);
        yield return Case("answers cut", Seeded(new NodeFault.BrokenAnswer()), Due);
        yield return Case("no answers", FaultPlans.Seeded(2, 8, new NodeFault.NoAnswer()), Due);
        yield return Case("late", Seeded(Late(0, 150), Late(150, 0)), 2 * Due);
        yield return Case("HTTP errors", Seeded(new NodeFault.Status(500, "oops"), new NodeFault.Status(429), new NodeFault.Status(503, """{"error":"busy"}""")), Due);
        yield return Case("garbage", Seeded(new NodeFault.Garbage("<html>"), new NodeFault.Garbage("{}"), new NodeFault.Garbage("[]"), new NodeFault.Garbage("")), Due);
        yield return Case("given twice", Seeded(new NodeFault.Twice()), Due);
        yield return Case("answered twice", Seeded(new NodeFault.DoubledAnswers()), Due);
        yield return Case("reordered", Seeded(new NodeFault.Reordered()), 2 * Due);
        yield return Case("another node's older head", Seeded(new NodeFault.Behind(3)), 2 * Due);
        yield return Case("an older head from before the city", Seeded(new NodeFault.StuckAt(0)), 2 * Due);
        yield return Case("swallowed", FaultPlans.First(3, exchange => exchange.Sends, new NodeFault.Swallowed()), 3 * Due);
        yield return Case("refused", FaultPlans.First(3, exchange => exchange.Sends, new NodeFault.Refused(NodeExchange.SendMethod, -32005, "pool is full")), 2 * Due);
        yield return Case("refused and done", FaultPlans.First(3, exchange => exchange.Sends, new NodeFault.Refused(NodeExchange.SendMethod, -32603, "internal error", IsDone: true)), 2 * Due);
        yield return Case("everything", Everything(3), 4 * Due);

        static FaultPlan Seeded(params NodeFault[] faults) => FaultPlans.Seeded(1, 30, faults);
        static TestCaseData Case(string name, FaultPlan plan, int mostTransactions) => new TestCaseData(plan, mostTransactions).SetArgDisplayNames(name);
    }

    private static NodeFault.Late Late(int request, int answer) => new(TimeSpan.FromMilliseconds(request), TimeSpan.FromMilliseconds(answer));

    [OneTimeSetUp]
    public async Task StartAsync() => _rig = await OutboxRig.StartAsync(kind, TestContext.CurrentContext.CancellationToken);

    [OneTimeTearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [SetUp]
    public Task ResetAsync() => _rig.ResetAsync(TestContext.CurrentContext.CancellationToken);

    [TestCaseSource(nameof(Faults))]
    public async Task Run_NodeFails_EveryHourIsOnTheChainOnce(FaultPlan faults, int mostTransactions, CancellationToken cancellationToken)
    {
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(Hours);
        _rig.Proxy.Faults = faults;

        outbox.Start();
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();

        Assert.That(outbox.Log, Does.Not.Contain(SetBack), "no block was lost");
        await _rig.AssertIsCompleteAsync(outbox, mostTransactions, cancellationToken);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Run_BesuWordsOrAutomine_EveryHourIsOnTheChainOnce(bool isAutomine, CancellationToken cancellationToken)
    {
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(Hours);
        _rig.Proxy.SpeaksBesu = !isAutomine;
        _rig.Miner.IsPaused = isAutomine;
        _ = await _rig.Api.Client.FindAsync<object>("evm_setAutomine", [isAutomine], cancellationToken);
        _rig.Proxy.Faults = FaultPlans.Seeded(4, 30, new NodeFault.LostAnswer(), new NodeFault.Twice());

        outbox.Start();
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();
        _ = await _rig.Api.Client.FindAsync<object>("evm_setAutomine", [false], cancellationToken);

        await _rig.AssertIsCompleteAsync(outbox, Due, cancellationToken);
    }

    /// <summary>What waits for a block when the oracle is killed is not sent again when it is back.</summary>
    [Test]
    public async Task Start_WhileHoursWait_AsksTheNodeAndSendsNothingTwice(CancellationToken cancellationToken)
    {
        _rig.Miner.IsPaused = true;
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(Hours);
        outbox.Start();
        await _rig.WaitForPoolAsync(Due, cancellationToken);
        await outbox.StopAsync();

        outbox.Close(Hours);
        outbox.Start();
        await _rig.WaitForPoolAsync(2 * Due, cancellationToken);
        _rig.Miner.IsPaused = false;
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();

        await _rig.AssertIsCompleteAsync(outbox, 2 * Due, cancellationToken);
    }

    /// <summary>What waits is forgotten by the node: it is sent again, and no block is waited for longer than need be.</summary>
    [Test]
    public async Task Run_PoolForgotten_IsSentAgain(CancellationToken cancellationToken)
    {
        _rig.Miner.IsPaused = true;
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(Hours);
        outbox.Start();
        await _rig.WaitForPoolAsync(Due, cancellationToken);

        await _rig.Proxy.ForgetPoolAsync(cancellationToken);
        _rig.Miner.IsPaused = false;
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();

        await _rig.AssertIsCompleteAsync(outbox, Due, cancellationToken);
    }

    /// <summary>Slow blocks are no reason to send anything a second time.</summary>
    [Test]
    public async Task Run_NoBlockForMinutes_NothingIsSentTwice(CancellationToken cancellationToken)
    {
        _rig.Miner.IsPaused = true;
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(Hours);
        outbox.Start();
        await OracleRig.WaitAsync(
            () => Task.FromResult(outbox.Log), log => log.Split("waits for a block for too long").Length > 2 * Segments, cancellationToken);
        _rig.Miner.IsPaused = false;
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();

        await _rig.AssertIsCompleteAsync(outbox, Due, cancellationToken);
    }

    /// <summary>The head has not moved for an hour because nothing was due: what is sent then has not waited for as long.</summary>
    [Test]
    public async Task Run_HourAfterHour_WaitsFromItsOwnSending(CancellationToken cancellationToken)
    {
        FastTime time = new(1);
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(Hours, time);
        outbox.Start();
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        _rig.Miner.IsPaused = true;

        time.Skip(TimeSpan.FromHours(1));
        outbox.Close(1);
        await _rig.WaitForPoolAsync(Due + Segments, cancellationToken);
        long sent = _rig.Proxy.Exchanges;
        await OracleRig.WaitAsync(() => Task.FromResult(_rig.Proxy.Exchanges), exchanges => exchanges > sent + 30, cancellationToken); // Some ten looks.
        string log = outbox.Log;
        _rig.Miner.IsPaused = false;
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();

        Assert.That(log, Does.Not.Contain("waits for a block for too long"));
        await _rig.AssertIsCompleteAsync(outbox, Due + Segments, cancellationToken);
    }

    /// <summary>Of hours of which only their limits are known fewer are on their way at a time than of hours whose like has arrived.</summary>
    [Test]
    public async Task Run_HoursUsedLessThanTheirLimits_MoreAreOnTheirWay(CancellationToken cancellationToken)
    {
        const int ManyHours = 550;
        const int ByLimits = 317; // Of both segments in turn, 936,500 and 321,500 gas.
        _rig.Miner.IsPaused = true;
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(ManyHours);
        outbox.Start();
        await OracleRig.WaitAsync(() => Task.FromResult(outbox.Log), log => log.Contains("waits for a block for too long", StringComparison.Ordinal), cancellationToken);
        int first = await _rig.OnTheirWayAsync(cancellationToken);

        _ = await _rig.Api.Client.FindAsync<object>("evm_mine", [], cancellationToken);
        await OracleRig.WaitAsync(() => _rig.OnTheirWayAsync(cancellationToken), count => count > 2 * ByLimits, cancellationToken);
        _rig.Miner.IsPaused = false;
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();

        Assert.That(first, Is.EqualTo(ByLimits));
        await _rig.AssertIsCompleteAsync(outbox, ManyHours * Segments, cancellationToken);
    }

    /// <summary>Gas costs something at once, and the oracle has nothing: that is told, nothing is lost, and it goes on when gas is free again.</summary>
    [Test]
    public Task Run_GasCostsAndNoFunds_IsToldAndGoesOnOnceItIsFree(CancellationToken cancellationToken) =>
        // Anvil drops what offers too little, and refuses it when it is sent again.
        _rig.PlayGasThatCostsAsync(Hours, kind == NodeKind.Anvil ? "the node refused hour" : "refuses it with a higher fee", cancellationToken);

    /// <summary>A chain that truly lost its blocks gets them again.</summary>
    [Test]
    public async Task Run_ChainSetBack_GetsAgainWhatItLost(CancellationToken cancellationToken)
    {
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(Hours);
        outbox.Start();
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);

        await _rig.RevertAsync(cancellationToken);
        await OracleRig.WaitAsync(() => Task.FromResult(outbox.Log), log => log.Contains(SetBack, StringComparison.Ordinal), cancellationToken);
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();

        Assert.That(outbox.Log.Split(SetBack), Has.Length.EqualTo(1 + Segments), "told once for each segment");
        await _rig.AssertIsCompleteAsync(outbox, 2 * Due, cancellationToken);
    }

    /// <summary>The only node there is stands still, as one that has lost its peers, and is back later.</summary>
    [Test]
    public async Task Run_NodeStandsStillForLong_GoesOnWhenItIsBack(CancellationToken cancellationToken)
    {
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(Hours);
        outbox.Start();
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        ulong before = await _rig.Api.GetBlockNumberAsync(cancellationToken) - 5;
        outbox.Close(Hours);

        _rig.Proxy.Faults = FaultPlans.Always(new NodeFault.StuckAt(before));
        await OracleRig.WaitAsync(() => Task.FromResult(_rig.Proxy.Exchanges), count => count > 400, cancellationToken);
        _rig.Proxy.Faults = FaultPlans.None;
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();

        await _rig.AssertIsCompleteAsync(outbox, 4 * Due, cancellationToken);
    }

    /// <summary>A node that is still catching up knows an older head: nothing is believed of it, and nothing sent through it.</summary>
    [Test]
    public async Task Start_NodeIsCatchingUp_WaitsUntilItHas(CancellationToken cancellationToken)
    {
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(Hours);
        _rig.Proxy.Faults = FaultPlans.Always(new NodeFault.CatchingUp(16, 31_337));
        long before = _rig.Proxy.CountOf(NodeExchange.SendMethod);
        outbox.Start();
        await OracleRig.WaitAsync(() => outbox.ReadStatusAsync(cancellationToken), status => status.Message is not null, cancellationToken);
        LinkStatus status = await outbox.ReadStatusAsync(cancellationToken);
        long sent = _rig.Proxy.CountOf(NodeExchange.SendMethod) - before;
        _rig.Proxy.Faults = FaultPlans.None;
        await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();

        Assert.That(status.Message, Does.Contain("block 16 of 31337"));
        Assert.That(sent, Is.Zero);
        await _rig.AssertIsCompleteAsync(outbox, Due, cancellationToken);
    }

    /// <summary>An hour that the ledger will never take holds up its own segment and nothing else, and is not sent for ever.</summary>
    [Test]
    public async Task Run_PoisonedSegment_TheOtherGoesOn(CancellationToken cancellationToken)
    {
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(0);
        outbox.Close(Hours, (segment, i, groups) => segment == 2 && i == 3 ? [.. groups, .. groups] : groups);
        outbox.Start();
        await OracleRig.WaitAsync(
            () => Task.FromResult((outbox.Batches.ConfirmedBefore(1), outbox.Log)), seen => seen.Item1 == outbox.Hours.NextHour(1), cancellationToken);
        await OracleRig.WaitAsync(
            () => Task.FromResult(outbox.Log), log => log.Split("did not arrive").Length > 4, cancellationToken);
        LinkStatus status = await outbox.ReadStatusAsync(cancellationToken);
        await outbox.StopAsync();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(outbox.Failure, Is.Null);
        Assert.That(status.Message, Does.Contain("PayloadLength"));
        Assert.That(outbox.Batches.ConfirmedBefore(2).Value, Is.EqualTo(_rig.Layout.FirstHour.Value + 3));
        Assert.That(await _rig.MinedAsync(cancellationToken), Is.LessThan(Due + 10));
    }

    /// <summary>Each gap is filled by one correction, whatever the node makes of it.</summary>
    [TestCase("another node's older head")]
    [TestCase("answers lost")]
    [TestCase("pool forgotten")]
    [TestCase("set back")]
    public async Task Run_Corrections_EachGapIsFilledOnce(string fault, CancellationToken cancellationToken)
    {
        const int Gaps = 4;
        await using OutboxRig.Outbox outbox = _rig.NewOutbox(0);
        outbox.CloseWithGaps(8, Gaps);
        _rig.Proxy.Faults = fault switch
        {
            "another node's older head" => FaultPlans.Seeded(5, 35, new NodeFault.Behind(3), new NodeFault.Behind(30)),
            "answers lost" => FaultPlans.Seeded(6, 30, new NodeFault.LostAnswer()),
            _ => FaultPlans.None,
        };

        for (int i = 0; i < 40; i++)
        {
            // An older head is one with the city: a node that knows none five times in a row is not the city's, and the oracle ends.
            await _rig.Api.Client.SendAsync<string>("evm_mine", [], cancellationToken);
        }

        IReadOnlyList<Hash32> SignedIds() => [.. outbox.Corrections.From(1, 1).Select(signed => signed.Correction.Id)];
        IReadOnlyList<Hash32>? lost = null;
        outbox.Start();
        if (fault == "set back")
        {
            // To where the hours are already: corrections alone are lost, of which no hour tells.
            await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
            string hoursAlone = await _rig.Api.Client.SendAsync<string>("evm_snapshot", [], cancellationToken);
            outbox.LearnGaps(Gaps);
            await OracleRig.WaitAsync(() => Task.FromResult(outbox.Log), _ => outbox.AreGapsFilled(Gaps), cancellationToken);
            lost = SignedIds();
            Assert.That(await _rig.Api.Client.SendAsync<bool>("evm_revert", [hoursAlone], cancellationToken));
            await OracleRig.WaitAsync(() => Task.FromResult(outbox.Log), log => log.Contains("is not found there", StringComparison.Ordinal), cancellationToken);
        }
        else
        {
            outbox.LearnGaps(Gaps);
        }
        if (fault == "pool forgotten")
        {
            await _rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
            _rig.Miner.IsPaused = true;
            await _rig.WaitForPoolAsync(await _rig.MinedAsync(cancellationToken) + 1, cancellationToken);
            await _rig.Proxy.ForgetPoolAsync(cancellationToken);
            _rig.Miner.IsPaused = false;
        }
        await OracleRig.WaitAsync(
            () => Task.FromResult(outbox.Log), _ => outbox.AreGapsFilled(Gaps) || outbox.Failure is not null, cancellationToken);
        await outbox.StopAsync();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(await _rig.CorrectionsAsync(cancellationToken), Is.EqualTo(Gaps));
        Assert.That(SignedIds(), Is.EqualTo(lost ?? SignedIds()), "what was signed is sent again: signed anew, it could come twice");
        Assert.That(outbox.Log, Does.Not.Contain("TooManyFilledHours"), "a gap was to be filled twice");
        await _rig.AssertIsCompleteAsync(outbox, 2 * (8 * Segments + Gaps), cancellationToken);
    }
}
