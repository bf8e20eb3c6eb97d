using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>Incidents from an alarm at the source to a close by a second person on the chain.</summary>
[CancelAfter(300_000)]
public sealed class IncidentTest
{
    private const uint HeatGroup = 3;

    [Test]
    public async Task Run_LeakAtTheSource_IsDrivenToACloseByTwoPersons(CancellationToken cancellationToken)
    {
        // An hour of the source is a minute of ours: a signal must stay normal for a quarter of an hour before an incident is closed.
        await using OracleRig rig = await OracleRig.StartAsync(
            NodeKind.Anvil.Starter(), cancellationToken, dispatchers: ["petrova", "sidorov"], sourceClock: (TimeSpan.FromDays(2), 60));
        await using RunningOracle oracle = rig.RunOracle();
        await OracleRig.WaitAsync(() => rig.Reader.GetSignalsAsync("itp_1", cancellationToken), signals => signals.Count == 13, cancellationToken);
        int leak = await rig.BreakAsync("leak", "itp_1", cancellationToken);
        IncidentView opened = (await OracleRig.WaitAsync(
            async () => (await rig.Reader.GetIncidentsAsync(openOnly: true, null, 10, null, cancellationToken)).FirstOrDefault(found => found.State.Alarm == 4),
            found => found is not null, cancellationToken))!;
        long id = opened.Id;

        Assert.That(await AskAsync(new DeskRequest.Advance(id, IncidentStage.Acknowledged), "petrova"), Is.Null);
        Assert.That(await AskAsync(new DeskRequest.SendCrew(id, "crew 3", opened.At.AddDays(1)), "petrova"), Is.Null);
        Assert.That(await AskAsync(new DeskRequest.Visit(id), "petrova"), Is.Null);
        foreach (IncidentStage stage in new[] { IncidentStage.Localised, IncidentStage.Restored, IncidentStage.Eliminated })
        {
            Assert.That(await AskAsync(new DeskRequest.Advance(id, stage), "petrova"), Is.Null);
        }
        DateTimeOffset hour = Hour.Containing(opened.State.RaisedAt).Start;
        Assert.That(await AskAsync(
            new DeskRequest.RecordOutage(id, HeatGroup, OutageKind.HeatInterruption, hour.AddHours(-20), hour, 0), "petrova"), Is.Null);
        IncidentCard eliminated = await ConfirmedAsync();
        Assert.That(await AskAsync(new DeskRequest.Advance(id, IncidentStage.Verified), "petrova"), Does.Contain("by another person"));
        Assert.That(() => SendAsync("petrova", contracts => contracts.AdvanceIncident(
            Hash32.Parse(opened.IncidentId), IncidentLogContract.Stage.Verified, eliminated.Incident.State.StageAt, Keccak.Hash256("seen"))),
            Throws.InstanceOf<ContractRefusedException>().With.Message.Contains("IncidentLog_SamePerson"), "the contract says the same");
        Assert.That(await AskAsync(new DeskRequest.Advance(id, IncidentStage.Verified), "sidorov"), Is.Null);
        await rig.MendAsync(leak, cancellationToken);
        await OracleRig.WaitAsync(
            () => rig.Reader.FindIncidentAsync(id, null, cancellationToken), card => card!.Incident.ClosableFrom <= card.Incident.At, cancellationToken);
        Assert.That(await AskAsync(new DeskRequest.Advance(id, IncidentStage.Closed), "sidorov"), Does.Contain("add a photo"));
        await new OracleCommands(rig.Folder, TimeProvider.System).AddEvidenceAsync(
            id, "dry.jpg", "image/jpeg", new byte[] { 1, 2, 3 }, "sidorov", "", cancellationToken);
        Assert.That(await AskAsync(new DeskRequest.Advance(id, IncidentStage.Closed), "petrova"), Does.Contain("by another person"));
        Assert.That(await AskAsync(new DeskRequest.Advance(id, IncidentStage.Closed), "sidorov"), Is.Null);
        IncidentCard closed = await ConfirmedAsync();

        RecordedIncident recorded = (await rig.Chain.ReadIncidentsAsync(cancellationToken)).Single(found => found.Id.ToString() == opened.IncidentId);
        IncidentLogEvent.IncidentAdvanced[] steps = [.. (await rig.Api.GetLogsAsync(
            new([rig.City.Contracts.IncidentLog.Address], [[IncidentLogEvent.IncidentAdvanced.Topic], [recorded.Id]], 0, ulong.MaxValue), cancellationToken))
            .Select(log => IncidentLogEvent.IncidentAdvanced.TryDecode(log)!)];
        Period[] periods = [PeriodOf(hour.AddHours(-20)), PeriodOf(hour.AddHours(-1))];
        IncidentLogContract.ReductionHours[] reductions = [.. await rig.Api.CallManyAsync(
            [.. periods.Distinct().Select(period => rig.City.Contracts.IncidentLog.ReductionHoursOf(HeatGroup, period.Value))],
            BlockParameter.Latest, cancellationToken)];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(recorded.Stage, Is.EqualTo(IncidentLogContract.Stage.Closed));
        Assert.That(recorded.ClearedAt, Is.Not.Null);
        Assert.That(steps.Select(step => step.By), Is.EqualTo(new[]
        {
            rig.OracleAddress, Petrova(), Petrova(), Petrova(), Petrova(), Petrova(), rig.Dispatchers["sidorov"].Address, rig.Dispatchers["sidorov"].Address,
        }));
        Assert.That(
            await rig.Chain.ReadEvidenceAsync(recorded.Id, cancellationToken),
            Is.EquivalentTo(closed.Entries.Where(entry => entry.State is not null).Select(entry => Keccak.Hash256(entry.Evidence))));
        Assert.That(reductions.Sum(reduction => reduction.HeatExcess), Is.EqualTo(20), "hours that the next bill of the group is reduced for");
        Assert.That(await rig.Reader.FindBrokenEntryAsync(cancellationToken), Is.Null);

        Address Petrova() => rig.Dispatchers["petrova"].Address;

        Period PeriodOf(DateTimeOffset time) => new CityCalendar(TimeSpan.FromHours(rig.Plan.UtcOffsetHours)).PeriodOf(Hour.Containing(time));

        async Task<IncidentCard> ConfirmedAsync() => (await OracleRig.WaitAsync(
            () => rig.Reader.FindIncidentAsync(id, null, cancellationToken),
            card => card!.Entries.All(entry => entry.State is null or OutboxState.Confirmed), cancellationToken))!;

        Task<string?> AskAsync(DeskRequest request, string by) => IncidentTest.AskAsync(rig, request, by, cancellationToken);

        async Task SendAsync(string by, Func<CityContracts, TransactionRequest> call)
        {
            using TransactionSender sender = new(rig.Api, rig.Dispatchers[by], rig.City.ChainId, new() { Errors = ContractArtifact.CityAbi });
            await new CitySender(rig.Api, sender).SendAsync(call(rig.City.Contracts) with { GasLimit = null }, cancellationToken);
        }
    }

    /// <summary>Hardhat's node refuses with a revert where anvil does, but in other words, and mines only by the second.</summary>
    [Test]
    public async Task Run_EveryKindOfEntry_IsOnTheChainAsAskedFor(CancellationToken cancellationToken)
    {
        // An alarm that nobody answers becomes an incident after five minutes of the source's time.
        await using OracleRig rig = await OracleRig.StartAsync(
            NodeKind.Hardhat.Starter(), cancellationToken, dispatchers: ["petrova"], sourceClock: (TimeSpan.FromHours(12), 20));
        await using RunningOracle oracle = rig.RunOracle();
        await OracleRig.WaitAsync(() => rig.Reader.GetSignalsAsync("itp_1", cancellationToken), signals => signals.Count == 13, cancellationToken);
        IncidentView leak = await RaiseAsync("leak", 4);
        IncidentView pump = await RaiseAsync("pump_fault", 2);
        IncidentView limit = await RaiseAsync("limit_t_high", 3);

        foreach (DeskRequest request in (DeskRequest[])
        [
            new DeskRequest.Suspend(leak.Id, SuspensionReason.AwaitingPermit), new DeskRequest.Resume(leak.Id),
            new DeskRequest.Suspend(leak.Id, SuspensionReason.AwaitingParts),
            new DeskRequest.Interrupt(leak.Id, HeatGroup, 11), new DeskRequest.ReportCondition(leak.Id, 9),
            new DeskRequest.Reject(limit.Id), new DeskRequest.Reopen(limit.Id), new DeskRequest.Visit(limit.Id),
            new DeskRequest.Escalate(pump.Id), new DeskRequest.Merge(pump.Id, leak.Id),
        ])
        {
            Assert.That(await AskAsync(rig, request, "petrova", cancellationToken), Is.Null, request.ToJson());
        }
        IncidentCard[] cards = await Task.WhenAll(new[] { leak, pump, limit }.Select(async incident => (await OracleRig.WaitAsync(
            () => rig.Reader.FindIncidentAsync(incident.Id, null, cancellationToken),
            card => card!.Entries.All(entry => entry.State is null or OutboxState.Confirmed), cancellationToken))!));

        string[] told = [.. (await rig.Api.GetLogsAsync(new([rig.City.Contracts.IncidentLog.Address], [], 0, ulong.MaxValue), cancellationToken)).Select(Told).OfType<string>()];
        IReadOnlyList<IncidentLogContract.Incident> kept = await rig.Api.CallManyAsync(
            [.. cards.Select(card => rig.City.Contracts.IncidentLog.IncidentOf(Hash32.Parse(card.Incident.IncidentId)))], BlockParameter.Latest, cancellationToken);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(told.Where(text => text.StartsWith("leak", StringComparison.Ordinal)), Is.EqualTo(
            ["leak AwaitingPermit", "leak resumed", "leak AwaitingParts", "leak: group 3 at 11", "leak: 9"]));
        Assert.That(told.Where(text => text.StartsWith("limit", StringComparison.Ordinal)), Is.EqualTo(
            ["limit is critical", "limit rejected", "limit reopened to Registered", "limit visited"]));
        Assert.That(told.Where(text => text.StartsWith("pump", StringComparison.Ordinal)), Is.EqualTo(["pump is critical", "pump is part of leak"]));
        Assert.That(kept.Select(Standing), Is.EqualTo(cards.Select(card => Standing(card.Incident.State))));
        Assert.That(await DueAsync(cards[0]), Is.EqualTo(cards[0].Incident.State.Interruption!.Due.ToUnixTimeSeconds()), "until when supply is to be restored");
        Assert.That(
            (await Task.WhenAll(cards.Select(card => rig.Chain.ReadEvidenceAsync(Hash32.Parse(card.Incident.IncidentId), cancellationToken)))).SelectMany(hashes => hashes),
            Is.EquivalentTo(cards.SelectMany(card => card.Entries).Where(entry => entry.State is not null).Select(entry => Keccak.Hash256(entry.Evidence))));

        async Task<IncidentView> RaiseAsync(string fault, byte alarm)
        {
            await rig.BreakAsync(fault, "itp_1", cancellationToken);
            return (await OracleRig.WaitAsync(
                async () => (await rig.Reader.GetIncidentsAsync(openOnly: true, null, 10, null, cancellationToken)).FirstOrDefault(found => found.State.Alarm == alarm),
                found => found is not null, cancellationToken))!;
        }

        string NameOf(Hash32 id) => id.ToString() == leak.IncidentId ? "leak" : id.ToString() == pump.IncidentId ? "pump" : "limit";

        string? Told(EthLog log) => IncidentLogEvent.TryDecode(log) switch
        {
            IncidentLogEvent.IncidentSuspended told => $"{NameOf(told.Incident)} {told.Reason}",
            IncidentLogEvent.IncidentResumed told => $"{NameOf(told.Incident)} resumed",
            IncidentLogEvent.IncidentRejected told => $"{NameOf(told.Incident)} rejected",
            IncidentLogEvent.IncidentMerged told => $"{NameOf(told.Incident)} is part of {NameOf(told.Parent)}",
            IncidentLogEvent.IncidentReopened told => $"{NameOf(told.Incident)} reopened to {told.Stage}",
            IncidentLogEvent.IncidentEscalated told => $"{NameOf(told.Incident)} is critical",
            IncidentLogEvent.IncidentVisited told => $"{NameOf(told.Incident)} visited",
            IncidentLogEvent.SupplyInterrupted told => $"{NameOf(told.Incident)}: group {told.Group} at {told.Condition}",
            IncidentLogEvent.SupplyConditionReported told => $"{NameOf(told.Incident)}: {told.Condition}",
            _ => null,
        };

        async Task<long> DueAsync(IncidentCard card) => (long)(await rig.Api.CallAsync(
            rig.City.Contracts.IncidentLog.DeadlinesOf(Hash32.Parse(card.Incident.IncidentId), (ulong)card.Incident.At.ToUnixTimeSeconds()),
            BlockParameter.Latest, cancellationToken))[(int)Deadline.Restore].Due;
    }

    private static string Standing(IncidentLogContract.Incident kept) =>
        $"{kept.Stage}, critical: {kept.IsCritical}, suspended: {kept.IsSuspended}, reopened {kept.Reopenings} times, raised {kept.RaisedAt}";

    private static string Standing(Incident state) =>
        $"{state.Stage}, critical: {state.IsCritical}, suspended: {state.Suspension is not null}, reopened {state.Reopenings} times, raised {state.RaisedAt.ToUnixTimeSeconds()}";

    /// <returns>Why it is refused; <c>null</c> when it is done.</returns>
    private static async Task<string?> AskAsync(OracleRig rig, DeskRequest request, string by, CancellationToken cancellationToken)
    {
        long asked = await new OracleCommands(rig.Folder, TimeProvider.System).AskAsync(request, by, "", null, cancellationToken);
        RequestAnswer? answer = await OracleRig.WaitAsync(
            () => rig.Reader.GetRequestAsync(asked, cancellationToken), found => found?.IsDone is not null, cancellationToken);
        return answer!.Value.Refusal;
    }

    [Test]
    public async Task Run_ChainSetBack_HasEveryEntryAgainOnce(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        await using RunningOracle oracle = rig.RunOracle();
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        string snapshot = await rig.Api.Client.SendAsync<string>("evm_snapshot", [], cancellationToken);
        int leak = await rig.BreakAsync("leak", "itp_1", cancellationToken);
        await ConfirmedAsync(2);
        await rig.MendAsync(leak, cancellationToken);
        IncidentCard before = await ConfirmedAsync(3);

        Assert.That(await rig.Api.Client.SendAsync<bool>("evm_revert", [snapshot], cancellationToken), Is.True);
        Hash32 id = Hash32.Parse(before.Incident.IncidentId);
        IReadOnlyList<RecordedIncident> again = await OracleRig.WaitAsync(
            () => rig.Chain.ReadIncidentsAsync(cancellationToken), found => found.Any(incident => incident.Id == id && incident.ClearedAt is not null), cancellationToken);
        await ConfirmedAsync(3);

        Assert.That(again.Single(incident => incident.Id == id).Steps.Select(step => step.Evidence), Is.EqualTo(
            before.Entries.Take(2).Select(entry => Keccak.Hash256(entry.Evidence))));

        async Task<IncidentCard> ConfirmedAsync(int entries) => (await OracleRig.WaitAsync(
            async () => (await rig.Reader.GetIncidentsAsync(openOnly: true, null, 10, null, cancellationToken)).FirstOrDefault(found => found.State.Alarm == 4) is { } found
                ? await rig.Reader.FindIncidentAsync(found.Id, null, cancellationToken)
                : null,
            card => card is not null && card.Entries.Count == entries && card.Entries.All(entry => entry.State == OutboxState.Confirmed), cancellationToken))!;
    }
}
