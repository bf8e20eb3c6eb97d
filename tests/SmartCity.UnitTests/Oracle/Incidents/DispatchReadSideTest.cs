using System.Text;
using SmartCity.Ethereum;
using SmartCity.Oracle;
using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;
using static SmartCity.UnitTests.Oracle.Incidents.DispatchRoom;

namespace SmartCity.UnitTests.Oracle.Incidents;

/// <summary>What the dispatch room reads of the journal: lists, reasons, the past, shifts, rules tried on the past.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DispatchReadSideTest : IDisposable
{
    private const string Hot = "A3.T2.HIGH";

    private static readonly SubstationSignals s_normal = Substation.Normal;
    private static readonly SubstationSignals s_leaking = Substation.Normal with { Leak = true };
    private static readonly SubstationSignals s_hot = Substation.Normal with { ReturnTemperature = 71, TemperatureHigh = true };

    private readonly DispatchRoom _room = new(keys: ["sidorov"]);

    public void Dispose() => _room.Dispose();

    [TestCase(null, AlarmGravity.Trivial, null, null, ExpectedResult = "6: 5 1 3 4 2 6")]
    [TestCase(AlarmStanding.Unacknowledged, AlarmGravity.Trivial, null, null, ExpectedResult = "3: 5 1 3")]
    [TestCase(AlarmStanding.Acknowledged, AlarmGravity.Trivial, null, null, ExpectedResult = "2: 4 2")]
    [TestCase(AlarmStanding.ReturnedUnacknowledged, AlarmGravity.Trivial, null, null, ExpectedResult = "1: 6")]
    [TestCase(null, AlarmGravity.Critical, null, null, ExpectedResult = "3: 5 4 6")]
    [TestCase(null, AlarmGravity.Trivial, 0, null, ExpectedResult = "1: 3")]
    [TestCase(null, AlarmGravity.Trivial, null, 2, ExpectedResult = "2: 4 6")]
    [TestCase(AlarmStanding.Unacknowledged, AlarmGravity.Major, 4, 1, ExpectedResult = "1: 5")]
    public async Task<string> GetOpenAlarmsAsync_Filter_GivesThoseThatCallFirst(AlarmStanding? standing, AlarmGravity least, int? number, int? substation)
    {
        AddAlarms();
        AlarmFilter filter = new(standing, least, number, (uint?)substation);

        AlarmCounts counts = await _room.Reader.CountOpenAlarmsAsync(filter, CancellationToken.None);
        IReadOnlyList<AlarmView> alarms = await _room.Reader.GetOpenAlarmsAsync(filter, 0, 100, CancellationToken.None);
        List<AlarmView> paged = [];
        for (int skip = 0; skip < alarms.Count; skip += 2)
        {
            paged.AddRange(await _room.Reader.GetOpenAlarmsAsync(filter, skip, 2, CancellationToken.None));
        }

        Assert.That((counts.Unacknowledged, counts.Acknowledged, counts.Returned, counts.All), Is.EqualTo((3, 2, 1, 6)), "counts are of all");
        Assert.That(paged.Select(alarm => alarm.Id), Is.EqualTo(alarms.Select(alarm => alarm.Id)), "pages are parts of the list");
        return $"{counts.Matching}: {string.Join(' ', alarms.Select(alarm => alarm.Id))}";
    }

    [Test]
    public async Task GetSubstationAlarmsAsync_OpenAlarms_AreCountedByObject()
    {
        AddAlarms();

        IReadOnlyDictionary<uint, SubstationAlarms> found = await _room.Reader.GetSubstationAlarmsAsync(CancellationToken.None);

        Assert.That(found, Is.EquivalentTo(new Dictionary<uint, SubstationAlarms>
        {
            [1] = new(4, 2, AlarmGravity.Critical),
            [2] = new(2, 1, AlarmGravity.Critical),
        }));
    }

    [Test]
    public async Task ExplainAlarmAsync_Leak_TellsConditionAndState()
    {
        Assert.That(await Explain("A4"), Is.Null, "before the first look");
        _room.Look(1, s_leaking);

        AlarmExplanation leak = (await Explain("A4"))!;
        AlarmExplanation hot = (await Explain(Hot))!;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((leak.Why.Holds, leak.Status.Phase, leak.At), Is.EqualTo(((bool?)true, AlarmPhase.Unacknowledged, (DateTimeOffset?)At(1))));
        Assert.That((hot.Why.Holds, hot.Status.Phase), Is.EqualTo(((bool?)false, AlarmPhase.Normal)));
        Assert.That(Comparisons(hot.Why), Has.Some.Matches<Explanation>(part => part is { Left: 50, Right: 70 }), "the values stand beside their limits");
        Assert.That(await Explain("NONE"), Is.Null);

        Task<AlarmExplanation?> Explain(string code) => _room.Reader.ExplainAlarmAsync(AlarmMode.Strict, 1, code, CancellationToken.None);
    }

    [Test]
    public async Task GetBoardAsync_Incidents_AreGroupedByCauseTheMostUrgentFirst()
    {
        _room.Look(1, s_leaking with { ReturnTemperature = 71, TemperatureHigh = true });
        _room.Look(6, s_leaking with { ReturnTemperature = 71, TemperatureHigh = true });

        IncidentBoard board = await _room.Reader.GetBoardAsync(10, _room.Now, CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(board.Groups.Select(group => (group.Alarm, group.Open, group.Overdue, group.Objects)), Is.EqualTo(new[] { ((byte)3, 1, 0, 1), ((byte)4, 1, 1, 1) }));
        Assert.That(board.Groups[1].Urgent[0].Next!.Value.Deadline, Is.EqualTo(Deadline.Acknowledge), "nobody answered within five minutes");
        Assert.That((board.Open, board.Overdue, board.At), Is.EqualTo((2, 1, _room.Now)));
    }

    [Test]
    public async Task GetBoardAsync_ManyOfACause_TheMostUrgentAreShownAndAllCounted()
    {
        // Registered at 3, 1, 2 and 0 minutes: what was registered first is due first.
        foreach ((uint number, int minute) in new[] { (1u, 3), (2u, 1), (3u, 2), (4u, 0) })
        {
            _room.Journal.Write(transaction => IncidentStore.Insert(
                transaction, Keccak.Hash256($"incident {number}"), $"object {number}", "A4", "", Incident.Register(1, number, 4, At(minute), At(minute), Severity.Critical)));
        }

        IncidentBoard board = await _room.Reader.GetBoardAsync(3, At(5.5), CancellationToken.None);

        Assert.That((board.Groups.Single().Open, board.Groups.Single().Overdue, board.Groups.Single().Objects), Is.EqualTo((4, 1, 4)), "one has not been answered within five minutes");
        Assert.That(board.Groups.Single().Urgent.Select(incident => incident.State.ObjectNumber), Is.EqualTo(new[] { 4u, 2u, 3u }));
    }

    [Test]
    public async Task GetMomentAsync_AnyMoment_TellsNothingOfLater()
    {
        _room.Look(1, s_normal);
        _room.Look(1, s_leaking);
        _room.Look(1, s_leaking);
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged), note: "mine"), Is.Null);
        _room.Look(1, s_normal);
        Assert.That(_room.Do(new DeskRequest.Reject(1), note: "false"), Is.Null);

        MomentView before = await At(1.5);
        MomentView raised = await At(2.5);
        MomentView acknowledged = await At(3);
        MomentView after = await At(4);
        MomentView longAfter = await At(10);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((before.Alarms.Count, before.Incidents.Count, before.Entries.Count, LeakOf(before)), Is.EqualTo((0, 0, 0, (bool?)false)));
        Assert.That(raised.Alarms.Select(alarm => (alarm.Standing, alarm.AcknowledgedBy, alarm.ClearedAt)), Is.EqualTo(
            new[] { (AlarmStanding.Unacknowledged, (string?)null, (DateTimeOffset?)null) }));
        Assert.That(raised.Incidents.Select(incident => incident.Stage), Is.EqualTo(new[] { IncidentStage.Registered }));
        Assert.That(LeakOf(raised), Is.True);
        Assert.That(acknowledged.Alarms.Single().AcknowledgedBy, Is.EqualTo("petrova"));
        Assert.That(acknowledged.Incidents.Single().Stage, Is.EqualTo(IncidentStage.Acknowledged));
        Assert.That(acknowledged.Entries.Select(entry => entry.Entry.Kind), Is.EqualTo(
            new[] { IncidentEntryKind.Advanced, IncidentEntryKind.Advanced, IncidentEntryKind.Raised }));
        Assert.That((after.Alarms.Count, after.Incidents.Count, LeakOf(after)), Is.EqualTo((0, 0, (bool?)false)));
        Assert.That(longAfter.Signals, Is.Empty, "what is too old to be true is not shown");

        Task<MomentView> At(double minutes) => _room.Reader.GetMomentAsync("itp_1", DispatchRoom.At(minutes), CancellationToken.None);

        static bool? LeakOf(MomentView moment) => moment.Signals.Single(signal => signal.Signal == "leak").Flag;
    }

    [Test]
    public async Task HandOver_ThenTakeOver_ByAnotherPersonAlone()
    {
        _room.Look(1, s_leaking);
        Assert.That(_room.Do(new DeskRequest.HandOver(), note: " "), Does.Contain("next shift"));
        Assert.That(_room.Do(new DeskRequest.TakeOver(1)), Does.Contain("no handover"));
        Assert.That(_room.Do(new DeskRequest.HandOver(), note: "leak in 12"), Is.Null);
        Assert.That(_room.Do(new DeskRequest.HandOver(), "sidorov", "again"), Does.Contain("nobody has taken over"));
        Assert.That(_room.Do(new DeskRequest.TakeOver(1), "Petrova"), Does.Contain("another person"));
        _room.Restart();
        _room.Look(1, s_leaking);
        Assert.That(_room.Do(new DeskRequest.TakeOver(1), "sidorov"), Is.Null);
        Assert.That(_room.Do(new DeskRequest.TakeOver(1), "ivanov"), Does.Contain("already"));

        HandoverView handover = (await _room.Reader.GetHandoversAsync(10, CancellationToken.None)).Single();
        Assert.That((handover.By, handover.Note, handover.Time, handover.Alarms, handover.TakenBy, handover.TakenAt), Is.EqualTo(
            ("petrova", "leak in 12", At(1), 1, "sidorov", (DateTimeOffset?)At(2))));
        Assert.That(handover.Incidents, Is.EqualTo(new[] { 1L }));
    }

    [Test]
    public async Task GetEntriesAsync_Span_IsHalfOpen()
    {
        _room.Look(1, s_leaking);
        _room.Look(1, s_normal);

        IReadOnlyList<DeskEntryView> entries = await _room.Reader.GetEntriesAsync(At(1), At(2), 10, CancellationToken.None);

        Assert.That(entries.Select(done => (done.Incident, done.Code, done.Entry.Kind)), Is.EqualTo(new[] { (1L, "A4", IncidentEntryKind.Cleared) }));
    }

    [Test]
    public async Task ReplayAsync_SameRules_RaiseWhatWasRaised()
    {
        Live();

        ReplayView replay = await ReplayAsync(text => text);

        Assert.That((replay.Looks, replay.Comparison.Same, replay.Comparison.Gone.Length, replay.Comparison.New.Length, replay.Comparison.Moved.Length),
            Is.EqualTo((40L, _room.Alarms().Count, 0, 0, 0)));
        Assert.That(_room.Alarms(), Has.Count.EqualTo(3));
        Assert.That(replay.Changed, Is.EqualTo(replay.InForce));
    }

    [Test]
    public async Task ReplayAsync_ChangedLimit_TellsTheDifference()
    {
        Live();

        ReplayView patient = await ReplayAsync(text => text.Replace("\"leakDelay\": { \"strict\": \"0s\"", "\"leakDelay\": { \"strict\": \"90s\"", StringComparison.Ordinal));
        ReplayView higher = await ReplayAsync(text => text.Replace("\"t2.high\": { \"unit\": \"°C\", \"value\": 70 }", "\"t2.high\": { \"unit\": \"°C\", \"value\": 75 }", StringComparison.Ordinal));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(patient.Comparison.Gone.Select(alarm => (alarm.Code, alarm.RaisedAt, alarm.ClearedAt)), Is.EqualTo(new[] { ("A4", At(9), (DateTimeOffset?)At(10)) }));
        Assert.That(patient.Comparison.Moved.Select(alarm => (alarm.Before.RaisedAt, alarm.After.RaisedAt, alarm.After.ClearedAt)), Is.EqualTo(
            new[] { (At(5), At(6.5), (DateTimeOffset?)At(7)) }));
        Assert.That((patient.Comparison.Same, patient.Comparison.New.Length), Is.EqualTo((1, 0)));
        Assert.That(higher.Comparison.New.Select(alarm => (alarm.Code, alarm.RaisedAt, alarm.ClearedAt)), Is.EqualTo(
            new[] { ("DIAG_LIMIT_MISMATCH.T_HIGH", At(21), (DateTimeOffset?)At(31)) }), "the source's own flag says otherwise then");
        Assert.That(higher.Comparison.Gone, Is.Empty);
        Assert.That(higher.Changed.Hash, Is.Not.EqualTo(higher.InForce.Hash));
    }

    [Test]
    public void ReplayAsync_RulesWithoutWhatTheOracleSets_AreRefused()
    {
        Live();

        Assert.That(
            () => ReplayAsync(text => text.Replace("\"noDataAfter\"", "\"another\"", StringComparison.Ordinal)),
            Throws.ArgumentException.With.Message.Contains("noDataAfter"));
    }

    [Test]
    public void ReplayAsync_Stopped_Ends()
    {
        Live();
        using CancellationTokenSource stopped = new();
        stopped.Cancel();

        Assert.That(
            () => _room.Reader.ReplayAsync(Book(text => text), AlarmMode.Strict, CityLayouts.Plan.Substations, Start, At(60), null, stopped.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>Forty minutes, looked at every minute: two leaks, and ten minutes too hot.</summary>
    private void Live()
    {
        for (int minute = 1; minute <= 40; minute++)
        {
            _room.Look(1, minute is 5 or 6 or 9 ? s_leaking : minute is > 20 and <= 30 ? s_hot : s_normal);
        }
    }

    private Task<ReplayView> ReplayAsync(Func<string, string> change) =>
        _room.Reader.ReplayAsync(Book(change), AlarmMode.Strict, CityLayouts.Plan.Substations, Start, At(60), null, CancellationToken.None);

    private static RuleBook Book(Func<string, string> change)
    {
        using Stream file = typeof(RuleFiles).Assembly.GetManifestResourceStream("rules/itp.json")!;
        using StreamReader reader = new(file);
        return RuleBook.Parse(Encoding.UTF8.GetBytes(change(reader.ReadToEnd())), "itp.json");
    }

    private static IEnumerable<Explanation> Comparisons(Explanation explanation) =>
        explanation.Parts.SelectMany(Comparisons).Concat(explanation.Left is null ? [] : [explanation]);

    private void AddAlarms() => _room.Journal.Write(transaction => transaction.Execute(
        """
        INSERT INTO alarm (id, incident, substation, substation_name, number, code, severity, detail, raised_ms, cleared_ms, acknowledged_ms) VALUES
            (1, x'01', 1, 'one', 3, 'A3.T1.LOW', 2, '', 1, NULL, NULL),
            (2, x'02', 1, 'one', 2, 'A2.1', 2, '', 2, NULL, 3),
            (3, x'03', 1, 'one', 0, 'NO_LINK', 1, '', 3, NULL, NULL),
            (4, x'04', 2, 'two', 1, 'A1', 3, '', 4, NULL, 5),
            (5, x'05', 1, 'one', 4, 'A4', 3, '', 5, NULL, NULL),
            (6, x'06', 2, 'two', 4, 'A4', 3, '', 6, 7, NULL),
            (7, x'07', 2, 'two', 4, 'A4', 3, '', 7, 8, 9),
            (8, x'08', 1, 'one', 0, 'NO_LINK', 1, '', 8, 9, NULL)
        """));
}
