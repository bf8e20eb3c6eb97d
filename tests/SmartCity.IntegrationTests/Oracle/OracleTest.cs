using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>The whole way from a meter's signal to the chain and back to a watcher, on real input.</summary>
[CancelAfter(180_000)]
public sealed class OracleTest
{
    [TestCase(NodeKind.Anvil)]
    [TestCase(NodeKind.Hardhat)]
    public async Task Run_FreshJournal_FillsInAndGoesLive(NodeKind kind, CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(kind.Starter(), cancellationToken);
        await using RunningOracle oracle = rig.RunOracle();

        OracleStatus status = await rig.WaitUntilCaughtUpAsync(cancellationToken);

        TestContext.Out.WriteLine(status);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(status.Backfill!.IsDone, Is.True);
        Assert.That(status.Source.State, Is.EqualTo(LinkState.Reachable));
        Assert.That(status.Chain.State, Is.EqualTo(LinkState.Reachable));
        await rig.AssertChainIsCompleteAsync(cancellationToken);
        IReadOnlyList<SignalView> substation = await rig.Reader.GetSignalsAsync("itp_1", cancellationToken);
        Assert.That(substation, Has.Count.EqualTo(13).And.All.Matches<SignalView>(signal => signal.Quality == SampleQuality.Good));
        IReadOnlyList<HourView> hours = await rig.Reader.GetHoursAsync(1, null, 5, cancellationToken);
        Assert.That(hours, Has.Count.EqualTo(5).And.All.Matches<HourView>(hour => hour is
        {
            State: OutboxState.Confirmed, Measured: 64, Missing: 0, Imbalances: 0, TransactionHash: not null, Block: not null,
        }));
    }

    [Test]
    public async Task Run_LeakAtTheSource_IsRaisedAcknowledgedAndClearedOnChain(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        await using RunningOracle oracle = rig.RunOracle();
        await OracleRig.WaitAsync(
            () => rig.Reader.GetSignalsAsync("itp_1", cancellationToken), signals => signals.Count == 13, cancellationToken);

        int leak = await rig.BreakAsync("leak", "itp_1", cancellationToken);
        AlarmView raised = (await AlarmsAsync(alarm => alarm is { Number: 4, ClearedAt: null, Entries: [{ State: OutboxState.Confirmed }, { State: OutboxState.Confirmed }] }))!;
        Assert.That(await new OracleCommands(rig.Folder, TimeProvider.System).AcknowledgeAsync(raised.Id, "petrova", "crew 3 sent", cancellationToken), Is.True);
        AlarmView acknowledged = (await AlarmsAsync(alarm => alarm.Standing == AlarmStanding.Acknowledged))!;
        await rig.MendAsync(leak, cancellationToken);
        AlarmView ended = (await AlarmsAsync(alarm => alarm.Standing == AlarmStanding.Ended
            && alarm.Entries.Count == 4 && alarm.Entries.All(entry => entry.State == OutboxState.Confirmed)))!;

        RecordedIncident incident = (await rig.Chain.ReadIncidentsAsync(cancellationToken)).Single(found => found.Alarm == 4);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(acknowledged.AcknowledgedBy, Is.EqualTo("petrova"));
        Assert.That(incident.Id.ToString(), Is.EqualTo(ended.IncidentId));
        Assert.That(incident.Stage, Is.EqualTo(IncidentLogContract.Stage.Acknowledged));
        Assert.That(incident.ClearedAt, Is.Not.Null);
        Assert.That(incident.Steps[0].Evidence, Is.EqualTo(Keccak.Hash256(ended.Entries[0].Evidence)));
        Assert.That(ended.Entries[0].Evidence, Does.Contain("\"leak\":true"));

        Task<AlarmView?> AlarmsAsync(Predicate<AlarmView> isIt) => OracleRig.WaitAsync(
            async () => (await rig.Reader.GetAlarmsAsync(null, 10, cancellationToken)).FirstOrDefault(alarm => isIt(alarm)),
            alarm => alarm is not null, cancellationToken);
    }
}
