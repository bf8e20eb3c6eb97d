using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;
using SmartCity.Tests;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>What breaks, with real processes: after each of it every hour is on the chain exactly once.</summary>
[CancelAfter(300_000)]
public sealed class OracleFaultsTest
{
    /// <summary>
    /// <c>kill -9</c> fifty times: while the oracle starts, closes, sends, and when all is done. Now and then the chain is set back to its
    /// beginning, so that there is always something to be sent. Seeds of earlier runs are played again by SMARTCITY_SEED=n, as far as the
    /// speed of a machine can be.
    /// </summary>
    [Test]
    [CancelAfter(600_000)]
    public async Task Kill_FiftyTimesAtRandomInstants_EveryHourIsOnChainOnce(CancellationToken cancellationToken)
    {
        const int Kills = 50;
        const int KillsOfABeginning = 7;
        const int KillWhenAllIsDone = 20; // However slow the machine is, one comes that late.
        int seed = RandomRuns.Asked ?? Environment.TickCount;
        Random random = new(seed);
        TestContext.Out.WriteLine($"seed {seed}");
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Hardhat.Starter(), cancellationToken);
        string beginning = await SnapshotAsync(rig, cancellationToken);

        SortedDictionary<string, int> phases = new(StringComparer.Ordinal);
        for (int kill = 1; kill <= Kills; kill++)
        {
            DateTimeOffset? before = (await rig.Reader.GetStatusAsync(cancellationToken))?.StartedAt;
            OracleProcess oracle = await rig.StartProcessAsync(cancellationToken);
            if (random.Next(8) == 0 && kill != KillWhenAllIsDone)
            {
                await Task.Delay(random.Next(800), cancellationToken); // Anywhere in its start.
            }
            else
            {
                await OracleRig.WaitAsync(
                    () => rig.Reader.GetStatusAsync(cancellationToken),
                    status => oracle.HasExited || (status is { Chain.State: LinkState.Reachable } && status.StartedAt != before), cancellationToken);
                if (kill == KillWhenAllIsDone)
                {
                    await WaitUntilAllIsOnChainAsync();
                }
                await Task.Delay(random.Next(kill % KillsOfABeginning == 1 ? 2_500 : 900), cancellationToken);
            }
            Assert.That(oracle.HasExited, Is.False, oracle.Log);
            await oracle.KillAsync(cancellationToken);
            string phase = PhaseOf(await rig.Reader.GetStatusAsync(cancellationToken), before);
            phases[phase] = phases.GetValueOrDefault(phase) + 1;
            if (kill % KillsOfABeginning == 0)
            {
                Assert.That(await rig.Api.Client.SendAsync<bool>("evm_revert", [beginning], cancellationToken), Is.True);
                beginning = await SnapshotAsync(rig, cancellationToken);
            }
        }
        TestContext.Out.WriteLine(string.Join(", ", phases.Select(phase => $"{phase.Key}: {phase.Value}")));
        Assert.That(
            phases, Does.ContainKey("starting").And.ContainKey("sending").And.ContainKey("all sent"),
            "The kills came all at the same time: the test showed little.");
        OracleProcess last = await rig.StartProcessAsync(cancellationToken);
        await WaitUntilAllIsOnChainAsync();
        await last.KillAsync(cancellationToken);

        await rig.AssertChainIsCompleteAsync(cancellationToken);

        async Task WaitUntilAllIsOnChainAsync()
        {
            // What the journal says may be of the time before the last set-back: the chain is asked.
            uint[] segments = [.. CityLayout.Of(rig.Plan).Segments.Select(segment => segment.Number)];
            Hour over = Hour.Containing(TimeProvider.System.GetUtcNow() - rig.Options.ClosingGrace);
            await OracleRig.WaitAsync(
                () => rig.Chain.GetHeadsAsync(segments, cancellationToken), heads => heads.All(head => head.NextHour >= over), cancellationToken);
            await rig.WaitUntilCaughtUpAsync(cancellationToken);
        }

        static string PhaseOf(OracleStatus? status, DateTimeOffset? before) =>
            status is not { Chain.State: LinkState.Reachable } || status.StartedAt == before ? "starting"
            : ShareConfirmed(status) == 100 ? "all sent"
            : "sending";
    }

    private static Task<string> SnapshotAsync(OracleRig rig, CancellationToken cancellationToken) =>
        rig.Api.Client.SendAsync<string>("evm_snapshot", [], cancellationToken);

    /// <summary>Hours without a register stay missing; when it is back, a correction fills them, once, whoever restarts.</summary>
    [Test]
    public async Task Meter_SilentForHours_IsFilledByACorrection(CancellationToken cancellationToken)
    {
        const ushort Channel = 3;
        await using OracleRig rig = await OracleRig.StartAsync(token => AnvilNode.StartAsync(new() { BlockTime = 1 }, token), cancellationToken);
        CityLayout layout = CityLayout.Of(rig.Plan);
        Hour first = new(layout.FirstHour.Value + 30);
        _ = await rig.BreakAsync("disconnected", "m1_1", first.Start.AddMinutes(1), first.Start.AddHours(5).AddMinutes(1), cancellationToken);
        OracleProcess oracle = await rig.StartProcessAsync(cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        await WaitForCorrectionsAsync(rig, 1, cancellationToken);
        await oracle.KillAsync(cancellationToken);

        OracleProcess again = await rig.StartProcessAsync(cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        await again.KillAsync(cancellationToken);

        RegisteredSegment segment = (await rig.Chain.ReadRegistryAsync(cancellationToken)).Segments[1];
        Reading[] hours = [.. (await rig.Chain.ReadHoursAsync(segment, cancellationToken))
            .Where(hour => hour.Hour >= first && hour.Hour.Value <= first.Value + 5).Select(hour => hour.Groups[0][Channel])];
        Period period = layout.Calendar.PeriodOf(first);
        (ushort missing, _) = await rig.Api.CallAsync(
            rig.City.Contracts.ReadingLedger.ExceptionsOf(1, Channel, period.Value), BlockParameter.Latest, cancellationToken);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(hours.Select(reading => reading.Quality), Is.EqualTo([.. Enumerable.Repeat(Quality.Missing, 5), Quality.Interpolated]));
        Assert.That(await CorrectionsAsync(rig, cancellationToken), Is.EqualTo(1), "what was corrected is not corrected again");
        Assert.That(missing, Is.Zero);
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    private static Task WaitForCorrectionsAsync(OracleRig rig, uint count, CancellationToken cancellationToken) => OracleRig.WaitAsync(
        () => CorrectionsAsync(rig, cancellationToken), number => number >= count, cancellationToken);

    private static async Task<uint> CorrectionsAsync(OracleRig rig, CancellationToken cancellationToken) => (await rig.Api.CallAsync(
        rig.City.Contracts.ReadingLedger.CorrectionHeadOf(1), BlockParameter.Latest, cancellationToken)).Number;

    private static Task WaitForFirstHourAsync(OracleRig rig, CancellationToken cancellationToken) => OracleRig.WaitAsync(
        () => rig.Reader.GetStatusAsync(cancellationToken),
        status => status?.Segments.Any(segment => segment.ConfirmedBefore > segment.FirstHour) == true, cancellationToken);

    private static async Task RestartAsync(OracleRig rig, bool kill, CancellationToken cancellationToken)
    {
        if (!kill)
        {
            // Stopped while it makes a block, anvil dumps a state ahead of its blocks. The last block is made before it is asked to stop.
            _ = await rig.Api.Client.FindAsync<object>("evm_setIntervalMining", [0], cancellationToken);
            _ = await rig.Api.Client.FindAsync<object>("evm_mine", [], cancellationToken);
        }
        await rig.Node.StopAsync(kill, cancellationToken);
        OracleStatus down = (await OracleRig.WaitAsync(
            () => rig.Reader.GetStatusAsync(cancellationToken), status => status!.Chain.State == LinkState.Unreachable, cancellationToken))!;
        Assert.That(down.Chain.Message, Does.Contain("cannot be reached"));
        await rig.Node.DisposeAsync();
        rig.Node = await rig.StartNode(cancellationToken);
    }

    /// <summary>Share of the hours that are over which is on the chain, per cent.</summary>
    private static long ShareConfirmed(OracleStatus? status)
    {
        if (status is not { Segments: { Count: > 0 } segments, SourceTime: { } now })
        {
            return -1;
        }
        long over = segments.Sum(segment => (long)Hour.Containing(now).Value - segment.FirstHour.Value);
        return 100 * segments.Sum(segment => (long)segment.ConfirmedBefore.Value - segment.FirstHour.Value) / over;
    }

    /// <summary>The chain loses blocks that were confirmed already, as after a restart from an older state.</summary>
    [TestCase(NodeKind.Anvil)]
    [TestCase(NodeKind.Hardhat)]
    public async Task Chain_SetBack_GetsAgainWhatItLost(NodeKind kind, CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(kind.Starter(), cancellationToken);
        string snapshot = await SnapshotAsync(rig, cancellationToken);
        await using RunningOracle oracle = rig.RunOracle();
        await rig.WaitUntilCaughtUpAsync(cancellationToken);

        Assert.That(await rig.Api.Client.SendAsync<bool>("evm_revert", [snapshot], cancellationToken), Is.True);
        SegmentHead setBack = await rig.Chain.GetHeadAsync(1, cancellationToken);
        await OracleRig.WaitAsync(
            () => Task.FromResult(oracle.Log), log => log.Contains("The chain was set back", StringComparison.Ordinal), cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);

        Assert.That(setBack.NextHour, Is.EqualTo(CityLayout.Of(rig.Plan).FirstHour));
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    [Test]
    public async Task Chain_DownAndUp_IsVisibleAndGoesOn(CancellationToken cancellationToken)
    {
        using StateFile state = new();
        await using OracleRig rig = await OracleRig.StartAsync(token => AnvilNode.StartAsync(state.Options, token), cancellationToken);
        await using RunningOracle oracle = rig.RunOracle();
        await WaitForFirstHourAsync(rig, cancellationToken);

        await RestartAsync(rig, kill: false, cancellationToken);

        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    /// <summary>
    /// Killed, anvil comes back from its last dump, and such a dump may be torn: state ahead of the blocks, whose logs are then lost
    /// for good. What an oracle can promise is shown: it goes on to the last hour, and the chain's batch is the one it signed.
    /// </summary>
    [Test]
    public async Task Chain_Killed_GoesOnWithTheBatchesItSigned(CancellationToken cancellationToken)
    {
        using StateFile state = new();
        await using OracleRig rig = await OracleRig.StartAsync(token => AnvilNode.StartAsync(state.Options, token), cancellationToken);
        await using RunningOracle oracle = rig.RunOracle();
        await WaitForFirstHourAsync(rig, cancellationToken);

        await RestartAsync(rig, kill: true, cancellationToken);

        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        foreach (SegmentHead head in await rig.Chain.GetHeadsAsync([1, 2], cancellationToken))
        {
            HourView last = (await rig.Reader.GetHoursAsync(head.Segment, head.NextHour, 1, cancellationToken))[0];
            Assert.That((last.Hour.Next, last.BatchId), Is.EqualTo((head.NextHour, head.LastBatch.ToString())));
        }
    }

    [Test]
    public async Task Source_DownAndUp_IsVisibleAndGoesOn(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(token => AnvilNode.StartAsync(new() { BlockTime = 1 }, token), cancellationToken);
        await using RunningOracle oracle = rig.RunOracle();
        await rig.WaitUntilCaughtUpAsync(cancellationToken);

        int port = rig.Emulator.Address.Port;
        await rig.Emulator.DisposeAsync();
        OracleStatus down = (await OracleRig.WaitAsync(
            () => rig.Reader.GetStatusAsync(cancellationToken), status => status!.Source.State == LinkState.Unreachable, cancellationToken))!;
        Assert.That(down.Source.Message, Is.Not.Empty);
        Assert.That(down.IsAlive, Is.True);
        await rig.StartEmulatorAsync(port, cancellationToken);

        await OracleRig.WaitAsync(
            () => rig.Reader.GetStatusAsync(cancellationToken), status => status!.Source.State == LinkState.Reachable, cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
    }

    /// <summary>A journal lost: the new one learns from the chain where each register stands, and signs no hour a second time.</summary>
    [Test]
    public async Task Journal_Lost_GoesOnFromTheChain(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(token => AnvilNode.StartAsync(new() { BlockTime = 1 }, token), cancellationToken);
        RunningOracle first = rig.RunOracle();
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        await first.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (string file in Directory.GetFiles(rig.Folder, "oracle.db*"))
        {
            File.Delete(file);
        }

        await using RunningOracle second = rig.RunOracle();
        IReadOnlyList<MeterEventView> events = await OracleRig.WaitAsync(
            () => rig.Reader.GetMeterEventsAsync(null, 100, cancellationToken), found => found.Count >= 2, cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);

        Assert.That(events.Select(found => found.Kind), Is.All.EqualTo(MeterEventKind.AdoptedFromChain).And.Exactly(2).Items);
        Assert.That(events.Select(found => found.Detail), Has.None.Contains("Not explained"));
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    [TestCase("wrong password", OracleExit.Source, "password")]
    [TestCase("wrong passphrase", OracleExit.Configuration, "keystore")]
    [TestCase("no plan", OracleExit.Configuration, "city plan")]
    public async Task Start_WrongFile_StopsWithAWord(string mistake, int exitCode, string word, CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(token => AnvilNode.StartAsync(new() { BlockTime = null }, token), cancellationToken);
        switch (mistake)
        {
            case "wrong password":
                await File.WriteAllTextAsync(rig.Options.SourcePasswordFile, "swordfish-7781", cancellationToken);
                break;
            case "wrong passphrase":
                await File.WriteAllTextAsync(rig.Options.PassphraseFile, "swordfish-7781", cancellationToken);
                break;
            default:
                File.Delete(rig.Options.PlanFile);
                break;
        }
        RunningOracle oracle = rig.RunOracle();

        int ended = await oracle.WaitAsync(cancellationToken);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(ended, Is.EqualTo(exitCode), oracle.Log);
        Assert.That(oracle.Log, Does.Contain(word).IgnoreCase);
        Assert.That(oracle.Log, Does.Not.Contain("swordfish-7781"), "A secret never reaches a log.");
    }

    /// <summary>Another chain under the same address: nothing is sent to it.</summary>
    [Test]
    public async Task Start_ChainBegunAnew_StopsWithAWord(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(token => AnvilNode.StartAsync(new() { BlockTime = null }, token), cancellationToken);
        await using NodeProcess other = await AnvilNode.StartAsync(new() { BlockTime = null }, cancellationToken);
        RunningOracle oracle = rig.RunOracle(rig.Options with { ChainUrl = other.Url });

        Assert.That(await oracle.WaitAsync(cancellationToken), Is.EqualTo(OracleExit.Chain), oracle.Log);
        Assert.That(await other.CreateApi().GetTransactionCountAsync(rig.OracleAddress, default, cancellationToken), Is.Zero);
    }

    /// <summary>A folder for anvil's state, and a port to come back to.</summary>
    private sealed class StateFile : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("oracle-anvil").FullName;

        public StateFile() => Options = new()
        {
            BlockTime = 1,
            StateFile = Path.Combine(_folder, "chain.json"),
            Port = NodeProcess.FindFreePort(),
        };

        public AnvilOptions Options { get; }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
