using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Domain;
using SmartCity.Emulator;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>Three oracles, two of whom must sign: own journals, own keys, own polling, real HTTP among them and a real node.</summary>
[CancelAfter(300_000)]
public sealed class SeveralOraclesTest
{
    private const int Oracles = 3;

    /// <summary>Three processes fill a month in; the one that proposes is killed in the middle. The next takes over: no hour is lost or doubled,
    /// each has two signatures; and the one that was killed comes back and follows.</summary>
    [Test]
    public async Task Proposer_Killed_IsReplacedAndEveryHourIsOnChainOnce(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await StartAsync(cancellationToken);
        OracleProcess[] oracles = new OracleProcess[Oracles];
        for (int i = 0; i < Oracles; i++)
        {
            oracles[i] = await rig.StartProcessAsync(cancellationToken, rig.OptionsOf(i));
        }
        await OracleRig.WaitAsync(
            () => rig.Chain.GetHeadAsync(1, cancellationToken),
            head => head.NextHour.Value > CityLayout.Of(rig.Plan).FirstHour.Value + 20 || oracles.Any(oracle => oracle.HasExited), cancellationToken);
        Assert.That(oracles.Select(oracle => oracle.HasExited), Is.All.False, string.Join('\n', oracles.Select(oracle => oracle.Log)));
        int proposer = Enumerable.Range(0, Oracles).MaxBy(i => RoundOf(oracles[i].Log));
        int other = (proposer + 1) % Oracles;
        int round = RoundOf(oracles[proposer].Log);
        await oracles[proposer].KillAsync(cancellationToken);
        SegmentHead killedAt = await rig.Chain.GetHeadAsync(1, cancellationToken);

        await rig.WaitUntilCaughtUpAsync(cancellationToken, other);
        OracleProcess again = await rig.StartProcessAsync(cancellationToken, rig.OptionsOf(proposer));
        await rig.WaitUntilCaughtUpAsync(cancellationToken, proposer);
        await again.KillAsync(cancellationToken);

        TestContext.Out.WriteLine($"killed in round {round} at {killedAt}");
        await rig.AssertChainIsCompleteAsync(cancellationToken, other);
        await AssertSignedAsync(rig, cancellationToken);
        Assert.That(oracles.Where((_, i) => i != proposer).Select(oracle => RoundOf(oracle.Log)), Has.Some.GreaterThan(round), "somebody took over");
    }

    /// <summary>The meters of one oracle say something else: it says so and signs none of these hours; the two others go on.</summary>
    [Test]
    public async Task Cosigner_OtherData_RefusesWithReasonAndTheOthersGoOn(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await StartAsync(cancellationToken);
        Hour broken = new(CityLayout.Of(rig.Plan).FirstHour.Value + 30);
        EmulatorServer others = await rig.StartOtherEmulatorAsync(cancellationToken);
        _ = await rig.BreakAsync(others, "theft", "m1_1", broken.Start, cancellationToken);
        int deviating = (IndexOfLowestKey(rig) + 1) % Oracles;
        RunningOracle[] oracles =
        [
            .. Enumerable.Range(0, Oracles).Select(i => rig.RunOracle(
                i == deviating ? rig.OptionsOf(i) with { SourceUrl = others.Address } : rig.OptionsOf(i))),
        ];

        await rig.WaitUntilCaughtUpAsync(cancellationToken, IndexOfLowestKey(rig));

        IReadOnlyList<RecordedHour> hours = await ReadHoursAsync(rig, 1, cancellationToken);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(hours.Where(hour => hour.Hour >= broken).Select(hour => hour.Signers), Has.None.Contain(rig.Keys[deviating].Address));
        // Whose signatures an hour carries before that is chance: the first two that answer. It refused none of them.
        Assert.That(
            Regex.Matches(oracles[deviating].Log, @"does not sign what is proposed of segment 1: hour (\S+),").Select(match => match.Groups[1].Value),
            Is.Not.Empty.And.All.GreaterThanOrEqualTo(broken.ToString()).Using<string>(string.CompareOrdinal));
        Assert.That(
            oracles[deviating].Log,
            Does.Match("does not sign what is proposed of segment 1: hour .*, group 1, channel 3 \\(m1_1\\.a\\): proposed \\d+ \\(measured\\), here \\d+ \\(measured\\), tolerance"));
        Assert.That(
            oracles.Where((_, i) => i != deviating).Select(oracle => oracle.Log),
            Has.Some.Match($"{rig.Keys[deviating].Address}: hour .*, group 1, channel 3 \\(m1_1\\.a\\): proposed \\d+ \\(measured\\), here \\d+ \\(measured\\), tolerance"));
        await rig.AssertChainIsCompleteAsync(cancellationToken, IndexOfLowestKey(rig));
        await AssertSignedAsync(rig, cancellationToken);
    }

    /// <summary>Somebody else has an oracle's key and signs another batch for an hour that the oracle signed: whoever sees both proves it to the
    /// ledger, which suspends the oracle. It stops, and the two others go on.</summary>
    [Test]
    public async Task Oracle_SignsTwoBatchesForAnHour_IsSuspendedOnChain(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await StartAsync(cancellationToken);
        RunningOracle[] oracles = [.. Enumerable.Range(0, Oracles).Select(i => rig.RunOracle(rig.OptionsOf(i)))];
        for (int i = 0; i < Oracles; i++)
        {
            await rig.WaitUntilCaughtUpAsync(cancellationToken, i);
        }
        RecordedHour signed = (await ReadHoursAsync(rig, 1, cancellationToken))[^1];
        int guilty = rig.Keys.ToList().FindIndex(key => key.Address == signed.Signers[^1]);
        int witness = (guilty + 1) % Oracles;

        byte[] payload = signed.Batch.Payload.ToArray();
        payload[2] ^= 1;
        HourBatch second = new(1, signed.Hour, signed.Batch.PreviousBatch, payload, signed.Batch.OracleConfig);
        Notary thief = Notary.Of(rig.Keys[guilty], rig.City.LedgerDomain);
        OracleSet set = new([.. rig.Keys.Select(key => key.Address).Order()], 2, signed.Batch.OracleConfig, new HashSet<Address>());
        using (PeerClient client = new([rig.OptionsOf(witness).PeerListen!], thief, () => set, TimeProvider.System, NullLogger<PeerClient>.Instance))
        {
            Assert.That(
                await client.AskAsync(
                    new PeerRequest.Certified { Segment = 1, Hours = [new(second, [thief.SignBatch(second)])] }, cancellationToken),
                Has.Count.EqualTo(1), "the witness answers");
        }

        await OracleRig.WaitAsync(
            () => rig.Api.CallAsync(
                rig.City.Contracts.ReadingLedger.IsOracle(rig.Keys[guilty].Address), BlockParameter.Latest, cancellationToken),
            counts => !counts, cancellationToken);
        Assert.That(await oracles[guilty].WaitAsync(cancellationToken), Is.EqualTo(OracleExit.Chain));
        Assert.That(oracles[guilty].Log, Does.Contain("suspended this oracle"));
        Assert.That(oracles[witness].Log, Does.Contain("signed two different batches"));
        Assert.That((await rig.ReaderOf(witness).GetStatusAsync(cancellationToken))!.IsAlive, Is.True);
        Assert.That((await ReadHoursAsync(rig, 1, cancellationToken)).Select(hour => hour.Batch.Id), Has.None.EqualTo(second.Id));
    }

    /// <summary>A correction needs two signatures as well: all three know the gap, and one of them fills it, once.</summary>
    [Test]
    public async Task Meter_SilentForHours_IsFilledByOneCorrectionWithTwoSignatures(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await StartAsync(cancellationToken);
        Hour first = new(CityLayout.Of(rig.Plan).FirstHour.Value + 30);
        _ = await rig.BreakAsync("disconnected", "m1_1", first.Start.AddMinutes(1), first.Start.AddHours(5).AddMinutes(1), cancellationToken);
        RunningOracle[] oracles = [.. Enumerable.Range(0, Oracles).Select(i => rig.RunOracle(rig.OptionsOf(i)))];

        for (int i = 0; i < Oracles; i++)
        {
            await rig.WaitUntilCaughtUpAsync(cancellationToken, i);
        }
        await OracleRig.WaitAsync(
            () => rig.Api.CallAsync(rig.City.Contracts.ReadingLedger.CorrectionHeadOf(1), BlockParameter.Latest, cancellationToken),
            head => head.Number >= 1, cancellationToken);
        // The others learn that there is nothing left to fill.
        await OracleRig.WaitAsync(
            () => Task.FromResult(oracles.Count(oracle => oracle.Log.Contains("another oracle's correction is on the chain", StringComparison.Ordinal))),
            count => count >= Oracles - 1, cancellationToken);

        (uint number, _) = await rig.Api.CallAsync(
            rig.City.Contracts.ReadingLedger.CorrectionHeadOf(1), BlockParameter.Latest, cancellationToken);
        Assert.That(number, Is.EqualTo(1));
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    /// <summary>The key of one oracle is changed by another process while all three fill a month in: the others learn of it, and hours go on with
    /// the new key among them.</summary>
    [Test]
    public async Task Key_RotatedByAnotherProcess_IsFollowedByTheOthers(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await StartAsync(cancellationToken);
        RunningOracle[] oracles = [.. Enumerable.Range(0, Oracles).Select(i => rig.RunOracle(rig.OptionsOf(i)))];
        await OracleRig.WaitAsync(
            () => rig.Chain.GetHeadAsync(1, cancellationToken), head => head.NextHour > CityLayout.Of(rig.Plan).FirstHour, cancellationToken);

        (int exitCode, string told) = await OwnProgram.RunAsync(
            cancellationToken, "key", "rotate", "--state", rig.Folder, "--chain", rig.Node.Url.ToString());
        Assert.That(exitCode, Is.Zero, told);
        for (int i = 0; i < Oracles; i++)
        {
            await rig.WaitUntilCaughtUpAsync(cancellationToken, i);
        }

        (IReadOnlyList<Address> members, byte threshold) = await rig.Chain.GetOraclesAsync(cancellationToken);
        RecordedHour last = (await ReadHoursAsync(rig, 1, cancellationToken))[^1];
        Assert.That(members, Has.None.EqualTo(rig.Keys[0].Address));
        Assert.That(last.Batch.OracleConfig, Is.EqualTo(rig.City.LedgerDomain.OracleConfigOf(members, threshold)), "the change came in the middle");
        await rig.AssertChainIsCompleteAsync(cancellationToken);
        await AssertSignedAsync(rig, cancellationToken);
    }

    /// <summary>A journal is put back that does not know how its oracle voted, and no hour is on the ledger that would tell that it did: the oracle
    /// votes on none of those hours again. The two others bring them to the chain, and it follows.</summary>
    /// <remarks>Seen to catch: votes that are forgotten without a note of it (AgreementStore.Forget).</remarks>
    [Test]
    public async Task Journal_RestoredFromBeforeItsVotes_LeavesOutTheseHours(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await StartAsync(cancellationToken);
        _ = await rig.Api.Client.FindAsync<object>("evm_setIntervalMining", [0], cancellationToken); // What is sent waits.
        int restored = (IndexOfLowestKey(rig) + 1) % Oracles; // Not the one that leads the first round and sends.
        OracleOptions options = rig.OptionsOf(restored);
        string copy = Path.Combine(rig.Folder, "copy.db");
        Uri nobody = new($"http://127.0.0.1:{NodeProcess.FindFreePort()}");
        await using (rig.RunOracle(options with { ChainUrl = nobody }))
        {
            await OracleRig.WaitAsync(
                () => rig.ReaderOf(restored).GetStatusAsync(cancellationToken), status => status?.SourceTime is not null, cancellationToken);
            _ = JournalCopies.Backup(options.StateFolder, copy);
        }
        foreach (int other in Enumerable.Range(0, Oracles).Where(i => i != restored))
        {
            _ = rig.RunOracle(rig.OptionsOf(other));
        }
        await using (rig.RunOracle(options))
        {
            await OracleRig.WaitAsync(
                () => rig.ReaderOf(restored).GetStatusAsync(cancellationToken), status => status is { WaitingBatches: > 0 }, cancellationToken);
        }
        Hour over = Hour.Containing(TimeProvider.System.GetUtcNow());

        _ = JournalCopies.Restore(options.StateFolder, copy, TimeProvider.System);
        RunningOracle again = rig.RunOracle(options);
        await OracleRig.WaitAsync(() => Task.FromResult(again.Log), log => log.Contains("does not vote on hours before", StringComparison.Ordinal), cancellationToken);
        SegmentHead head = await rig.Chain.GetHeadAsync(1, cancellationToken);
        _ = await rig.Api.Client.FindAsync<object>("evm_setIntervalMining", [1], cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken, restored);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(head.NextHour, Is.EqualTo(CityLayout.Of(rig.Plan).FirstHour), "an hour was on the ledger already: the test showed nothing");
        Assert.That(
            Regex.Matches(again.Log, @"does not vote on hours before (\S+)").Select(match => match.Groups[1].Value),
            Has.Exactly(rig.Plan.Segments.Count).GreaterThanOrEqualTo(over.ToString()).Using<string>(string.CompareOrdinal));
        await rig.AssertChainIsCompleteAsync(cancellationToken, restored);
        await AssertSignedAsync(rig, cancellationToken);
    }

    private static Task<OracleRig> StartAsync(CancellationToken cancellationToken) =>
        OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken, Oracles);

    /// <summary>The last round in which an oracle proposed hours of segment 1; -1 for none.</summary>
    private static int RoundOf(string log) => Regex.Matches(log, @"proposes the hours of segment 1 .*\(round (\d+)\)")
        .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).LastOrDefault(-1);

    /// <summary>The members stand in the order of their addresses; the first one leads the first round.</summary>
    private static int IndexOfLowestKey(OracleRig rig) => rig.Keys.Select((key, i) => (key.Address, i)).Min().i;

    private static async Task<IReadOnlyList<RecordedHour>> ReadHoursAsync(OracleRig rig, uint segment, CancellationToken cancellationToken) =>
        await rig.Chain.ReadHoursAsync((await rig.Chain.ReadRegistryAsync(cancellationToken)).Segments[segment], cancellationToken);

    private static async Task AssertSignedAsync(OracleRig rig, CancellationToken cancellationToken)
    {
        foreach (uint segment in rig.Plan.Segments.Select(segment => segment.Number))
        {
            IReadOnlyList<RecordedHour> hours = await ReadHoursAsync(rig, segment, cancellationToken);
            Assert.That(hours.Select(hour => hour.Signers.Distinct().Count()), Is.All.GreaterThanOrEqualTo(2));
        }
    }
}
