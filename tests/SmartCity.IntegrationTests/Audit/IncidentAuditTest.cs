using System.Diagnostics.CodeAnalysis;
using SmartCity.Audit;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Ledger;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using Deadline = SmartCity.Ledger.Contracts.IncidentLogContract.Deadline;
using Stage = SmartCity.Ledger.Contracts.IncidentLogContract.Stage;

namespace SmartCity.IntegrationTests.Audit;

/// <summary>
/// Random incidents on a real node, and what the audit makes of their events alone: it finds nothing wrong, the contract answers as
/// computed, and what is changed or left out of a copy is found.
/// </summary>
public sealed class IncidentAuditTest : IDisposable
{
    private const int Seed = 416;
    private const int Rounds = 36;
    private const uint Objects = 8;
    private const ulong Gas = 1_000_000;
    private const ulong TariffAuthorityRole = 2;
    private const ulong DispatcherRole = 6;
    private const ulong Minute = 60;
    private const ulong Day = 86_400;

    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(5));
    private readonly Random _random = new(Seed);
    private readonly EthECKey _second = EthECKey.Generate();
    private readonly List<Hash32> _incidents = [];
    private NodeProcess _node = null!;
    private TestCity _test = null!;
    private AuditData _data = null!;
    private TransactionSender _firstSender = null!;
    private TransactionSender _secondSender = null!;
    private ulong _time;

    private CancellationToken Cancellation => _timeout.Token;

    private IncidentLogContract Log => _test.City.Contracts.IncidentLog;

    [OneTimeSetUp]
    public async Task MakeHistoryAsync()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        _node = await AnvilNode.StartAsync(new AnvilOptions(), Cancellation);
        _test = await TestCity.DeployAsync(_node.CreateApi(), Cancellation);
        _firstSender = _test.SenderOf(_test.Dispatcher);
        _secondSender = _test.SenderOf(_second);
        AccessManagerContract manager = _test.City.Contracts.AccessManager;
        await SendAsync(_test.Admin, manager.GrantRole(DispatcherRole, _second.Address, 0));
        await SendAsync(_test.Admin, manager.GrantRole(TariffAuthorityRole, _second.Address, 0));
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        // Everything happened in the last thirty days, so that there is time for every deadline, and an end of a month.
        _time = now - 30 * Day;
        await RecordOutagesAsync(now);
        for (int round = 0; round < Rounds; round++)
        {
            await PlayRoundAsync();
        }
        await ReportBreachesAsync();
        _data = await Auditor.CollectAsync(_test.Api, _test.City.Contracts.Directory.Address, null, Cancellation);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _test?.Dispose();
        _secondSender?.Dispose();
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    [SuppressMessage("Usage", "CA1816", Justification = "There is no finalizer.")]
    public void Dispose()
    {
        _timeout.Dispose();
        _second.Dispose();
    }

    [Test]
    public void Audit_RandomIncidents_HoldsAndEveryKindOfEventWasThere()
    {
        AuditReport report = Auditor.Audit(_data);
        HashSet<string> kinds = [.. _data.Logs.Select(log => IncidentLogEvent.TryDecode(log)?.GetType().Name).OfType<string>()];
        TestContext.Out.WriteLine(string.Join(", ", _data.Logs.Select(log => IncidentLogEvent.TryDecode(log)?.GetType().Name)
            .OfType<string>().GroupBy(name => name).Select(group => $"{group.Key} {group.Count()}")));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(PlayedData.FindingsOf(report), Is.Empty);
        Assert.That(typeof(IncidentLogEvent).GetNestedTypes().Select(type => type.Name), Is.SubsetOf(kinds));
        Assert.That(
            _data.Logs.Select(IncidentLogEvent.TryDecode).OfType<IncidentLogEvent.DeadlineBreached>()
                .Select(breach => (breach.Deadline, breach.IsReached)).Distinct(),
            Is.SupersetOf(Enum.GetValues<Deadline>().Where(deadline => deadline != Deadline.Eliminate).Select(deadline => (deadline, true))));
        Assert.That(report.Rules.Single(rule => rule.Code == "A-22").Checked, Is.GreaterThan(_incidents.Count));
    }

    /// <summary>A bit of what a kind of event says: the rule that must find it.</summary>
    [TestCase(nameof(IncidentLogEvent.IncidentRaised), 31, "A-13", Description = "the time")]
    [TestCase(nameof(IncidentLogEvent.DeadlineBreached), 31, "A-22", Description = "due")]
    [TestCase(nameof(IncidentLogEvent.DeadlineBreached), 63, "A-22", Description = "the time")]
    [TestCase(nameof(IncidentLogEvent.DeadlineBreached), 95, "A-22", Description = "reached or not")]
    [TestCase(nameof(IncidentLogEvent.SupplyInterrupted), 95, "A-14", Description = "due")]
    [TestCase(nameof(IncidentLogEvent.SupplyConditionReported), 95, "A-14", Description = "due")]
    [TestCase(nameof(IncidentLogEvent.DeadlineRulesSet), 63, "A-22", Description = "seconds to an answer")]
    [TestCase(nameof(IncidentLogEvent.OutageRecorded), 32 * 4 + 31, "A-21", Description = "measure")]
    public void Audit_OneBitOfAnEvent_IsFound(string kind, int position, string rule)
    {
        int index = IndexOf(kind);
        EthLog log = _data.Logs[index];
        byte[] changed = log.Data.ToArray();
        changed[position] ^= 1;
        EthLog[] logs = [.. _data.Logs];
        logs[index] = log with { Data = changed };
        Assert.That(BrokenRules(_data with { Logs = logs }), Does.Contain(rule));
    }

    [TestCase(nameof(IncidentLogEvent.DeadlineBreached), "A-22", Description = "a breach that nobody tells")]
    [TestCase(nameof(IncidentLogEvent.IncidentAdvanced), "A-14", Description = "a stage passed over")]
    [TestCase(nameof(IncidentLogEvent.IncidentRaised), "A-14", Description = "an incident out of nothing")]
    [TestCase(nameof(IncidentLogEvent.IncidentRejected), "A-14", Description = "two open incidents")]
    [TestCase(nameof(IncidentLogEvent.IncidentReopened), "A-14", Description = "stages that return")]
    [TestCase(nameof(IncidentLogEvent.OutageRecorded), "A-21", Description = "hours that nobody knows")]
    [TestCase(nameof(IncidentLogEvent.DeadlineRulesSet), "A-22", Description = "rules that nobody knows")]
    public void Audit_OneEventLeftOut_IsFound(string kind, string rule)
    {
        // Of the first of its kind that leaves a trace: a stage that nothing followed leaves none but in the state.
        IEnumerable<int> places = Enumerable.Range(0, _data.Logs.Count)
            .Where(index => IncidentLogEvent.TryDecode(_data.Logs[index])?.GetType().Name == kind).Take(40);
        Assert.That(places.Any(place => BrokenRules(_data with { Logs = [.. _data.Logs.Where((_, i) => i != place)] }).Contains(rule)), Is.True);
    }

    private static string[] BrokenRules(AuditData data) =>
        [.. Auditor.Audit(data).Rules.Where(rule => !rule.Holds).Select(rule => rule.Code)];

    private int IndexOf(string kind) => Enumerable.Range(0, _data.Logs.Count)
        .First(index => IncidentLogEvent.TryDecode(_data.Logs[index])?.GetType().Name == kind);

    /// <summary>Rows of deadlines from tomorrow on, which nobody may use yet; and outages of last month and of this one.</summary>
    private async Task RecordOutagesAsync(ulong now)
    {
        IncidentLogContract.DeadlineRules rules = await _test.Api.CallAsync(Log.DeadlineRulesAt(0), BlockParameter.Latest, Cancellation);
        await SendAsync(_second, Log.SetDeadlineRules(rules with { ValidFrom = now + Day, Acknowledge = 60, HeatMonthHours = 12 }));
        Hash32 incident = Begin();
        List<ContractTransaction> calls = [Log.Raise(incident, Objects + 1, 2, _time, Evidence())];
        foreach (uint group in await GroupsAsync())
        {
            for (ulong i = 0; i < 12; i++)
            {
                ulong from = _time + (i * 2 + (ulong)_random.Next(2)) * Day;
                calls.Add(Log.RecordOutage(
                    incident, group, (IncidentLogContract.OutageKind)_random.Next(3), from, from + (ulong)_random.Next(1, 90_000),
                    new byte[] { 0, 2, 4, 8, 16, 24 }[_random.Next(6)], Evidence()));
            }
        }
        await TryAsync(calls.Select(call => (_firstSender, call)));
    }

    /// <summary>A round: a step of every open incident as far as its stage allows, and of others what may be refused.</summary>
    private async Task PlayRoundAsync()
    {
        _time += (ulong)_random.Next(1, 20) * Minute;
        IReadOnlyList<IncidentLogContract.Incident> states = await _test.Api.CallManyAsync(
            [.. _incidents.Select(Log.IncidentOf)], BlockParameter.Latest, Cancellation);
        uint[] groups = await GroupsAsync();
        List<(TransactionSender, ContractTransaction)> calls = [];
        foreach ((Hash32 id, IncidentLogContract.Incident state) in _incidents.Zip(states).Where(pair => pair.Second.Stage < Stage.Merged))
        {
            ulong time = Math.Max(_time, state.StageAt) + (ulong)_random.Next(0, 600);
            TransactionSender by = _random.Next(2) == 0 ? _firstSender : _secondSender;
            calls.Add((by, StepOf(id, state, time, groups)));
        }
        for (int i = 0; i < 6; i++)
        {
            calls.Add((_firstSender, Log.Raise(
                Begin(), (uint)_random.Next(1, (int)Objects + 1), (byte)_random.Next(1, 5), _time, Evidence())));
        }
        await TryAsync(calls);
        if (_random.Next(12) == 0)
        {
            _time += 3 * Day;
        }
    }

    private ContractTransaction StepOf(Hash32 id, IncidentLogContract.Incident state, ulong time, uint[] groups)
    {
        Hash32 other = _incidents[_random.Next(_incidents.Count)];
        Stage next = state.Stage < Stage.Closed ? state.Stage + 1 : Stage.Closed;
        return _random.Next(24) switch
        {
            0 => Log.Clear(id, time, Evidence()),
            1 => Log.Escalate(id, time, Evidence()),
            2 or 3 => Log.Visit(id, time, Evidence()),
            4 when state.IsSuspended => Log.Resume(id, time, Evidence()),
            4 => Log.Suspend(id, IncidentLogContract.SuspensionReason.AwaitingParts, time, Evidence()),
            5 => Log.Reject(id, time, Evidence()),
            6 => Log.Merge(id, other, time, Evidence()),
            7 => Log.Reopen(id, time, Evidence()),
            8 or 9 => Log.Interrupt(id, groups[_random.Next(groups.Length)], time, (sbyte)_random.Next(1, 20), Evidence()),
            10 => Log.ReportCondition(id, (sbyte)_random.Next(1, 20), time, Evidence()),
            11 => Log.ReportBreach(id, (Deadline)_random.Next(6)),
            _ when state is { Stage: Stage.Verified, ClearedAt: 0 } => Log.Clear(id, time, Evidence()),
            _ when state.IsSuspended && next == Stage.Eliminated => Log.Resume(id, time, Evidence()),
            _ => Log.Advance(id, next, time, Evidence()),
        };
    }

    /// <summary>All that is overdue by now; what is known or has been reached is refused.</summary>
    private Task ReportBreachesAsync() => TryAsync(
        _incidents.Take(30).SelectMany(id => Enum.GetValues<Deadline>().Select(deadline => (_firstSender, Log.ReportBreach(id, deadline)))));

    private async Task<uint[]> GroupsAsync()
    {
        CityRegistry registry = await _test.Reader.ReadRegistryAsync(Cancellation);
        return [.. registry.Segments.Values.SelectMany(segment => segment.Groups.Take(2)).Select(group => group.Number)];
    }

    private Hash32 Begin()
    {
        Hash32 id = Keccak.Hash256($"incident {_incidents.Count}");
        _incidents.Add(id);
        return id;
    }

    private Hash32 Evidence() => Keccak.Hash256($"evidence {_random.Next()}");

    private Task SendAsync(EthECKey key, ContractTransaction call) =>
        _test.CitySenderOf(key).SendAsync(new(call.To, call.Data, Gas), Cancellation);

    /// <summary>Sends calls that the contract may refuse, and waits until they are in blocks.</summary>
    private async Task TryAsync(IEnumerable<(TransactionSender By, ContractTransaction Call)> calls)
    {
        List<Hash32> hashes = [];
        foreach (IGrouping<TransactionSender, (TransactionSender By, ContractTransaction Call)> byOne in calls.GroupBy(call => call.By))
        {
            IReadOnlyList<SendOutcome> sent = await byOne.Key.SendManyAsync(
                [.. byOne.Select(call => new TransactionRequest(call.Call.To, call.Call.Data, Gas))], Cancellation);
            hashes.AddRange(sent.Cast<SendOutcome.Sent>().Select(outcome => outcome.Hash));
        }
        IReadOnlyList<ReceiptOutcome> outcomes = await new ReceiptWaiter(_test.Api, null).WaitAsync(hashes, TimeSpan.FromMinutes(1), Cancellation);
        Assert.That(outcomes, Is.All.InstanceOf<ReceiptOutcome.Mined>());
    }
}
