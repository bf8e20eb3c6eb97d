using CsCheck;
using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Oracle;
using SmartCity.Portal;
using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;
using static SmartCity.UnitTests.Oracle.Incidents.DispatchRoom;

namespace SmartCity.UnitTests.Oracle.Incidents;

/// <summary>Alarms, persons and time drive incidents; the journal has all of it, whenever the oracle is restarted.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class IncidentDeskTest : IDisposable
{
    private const string Hot = "A3.T2.HIGH";
    private const uint HeatGroup = 2;

    private static readonly SubstationSignals s_normal = Substation.Normal;
    private static readonly SubstationSignals s_leaking = Substation.Normal with { Leak = true };
    private static readonly SubstationSignals s_hot = Substation.Normal with { ReturnTemperature = 71, TemperatureHigh = true };

    private readonly DispatchRoom _room = new(keys: ["sidorov"]);

    public void Dispose() => _room.Dispose();

    [Test]
    public void Look_Leak_RegistersAnIncidentAtOnce()
    {
        _room.Look(1, s_leaking);

        IncidentCard card = _room.Card();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((card.Incident.State.Stage, card.Incident.State.Alarm, card.Incident.State.IsCritical, card.Incident.Code), Is.EqualTo(
            (IncidentStage.Registered, (byte)4, true, "A4")));
        Assert.That(card.Entries.Select(entry => (entry.Kind, entry.Stage, entry.Time, entry.By, entry.State)), Is.EqualTo(new[]
        {
            (IncidentEntryKind.Raised, (IncidentStage?)null, At(1), IncidentIntake.Automaton, (OutboxState?)OutboxState.Waiting),
            (IncidentEntryKind.Advanced, IncidentStage.Registered, At(1), IncidentIntake.Automaton, OutboxState.Waiting),
        }));
        Assert.That(card.Entries[0].Evidence, Does.Contain("\"leak\":true"));
        Assert.That(card.Entries.Select(entry => entry.EvidenceHash), Is.EqualTo(card.Entries.Select(entry => Keccak.Hash256(entry.Evidence).ToString())));
        Assert.That(_room.Alarms().Single().IncidentId, Is.EqualTo(card.Incident.IncidentId));
    }

    [Test]
    public void Work_AlarmIgnoredForFiveMinutes_BecomesAnIncidentWithoutALook()
    {
        using DispatchRoom room = new(pollPeriod: TimeSpan.FromSeconds(1));
        room.Look(1, s_hot);
        room.Wait(4.9);
        room.Work();
        Assert.That(room.Incidents(), Is.Empty);

        room.Wait(0.2);
        room.Restart();
        room.Work();

        Incident incident = room.Incidents().Single().State;
        Assert.That((incident.RaisedAt, incident.RegisteredAt), Is.EqualTo((At(1), At(6))));
        Assert.That(room.Card().Entries[0].Evidence, Does.Contain("\"t2\":71"), "what the alarm was raised on, not what is now");
    }

    [Test]
    public void Look_AlarmAcknowledgedInTime_StaysAnAlarm()
    {
        _room.Look(1, s_hot);
        Assert.That(_room.Do(new DeskRequest.Acknowledge(_room.Alarms()[0].Id), note: "looking"), Is.Null);
        _room.Look(10, s_hot);

        AlarmView alarm = _room.Alarms().Single();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(_room.Incidents(), Is.Empty);
        Assert.That((alarm.AcknowledgedBy, alarm.Note, alarm.IncidentId), Is.EqualTo(("petrova", "looking", (string?)null)));
        Assert.That(alarm.Entries, Is.Empty);
    }

    [Test]
    public void Acknowledge_AlarmOfARegisteredIncident_AnswersForIt()
    {
        _room.Look(1, s_leaking);
        _room.Wait(2);
        Assert.That(_room.Do(new DeskRequest.Acknowledge(_room.Alarms()[0].Id)), Is.Null);

        Incident incident = _room.Card().Incident.State;
        Assert.That((incident.Stage, incident.Owner), Is.EqualTo((IncidentStage.Acknowledged, "petrova")));
    }

    [TestCase("advance")]
    [TestCase("reject")]
    public void Do_WhoAnswersForAnIncident_KnowsOfItsAlarms(string how)
    {
        _room.Look(1, s_hot);
        _room.Look(6, s_hot);
        Assert.That(_room.Do(how == "advance" ? new DeskRequest.Advance(1, IncidentStage.Acknowledged) : new DeskRequest.Reject(1)), Is.Null);
        _room.Look(10, s_hot);

        Assert.That(_room.Alarms().Single().AcknowledgedBy, Is.EqualTo("petrova"));
        Assert.That(_room.Incidents(), Has.Count.EqualTo(1), "an alarm that is known makes no second incident");
    }

    [Test]
    public void Look_AlarmIsBackAndGoes_ReopensAndClears()
    {
        _room.Look(1, s_leaking);
        _room.Look(1, s_normal);
        _room.Look(1, s_leaking);
        _room.Look(1, s_normal);

        Assert.That(_room.Card().Entries.Skip(2).Select(entry => (entry.Kind, entry.Time)), Is.EqualTo(new[]
        {
            (IncidentEntryKind.Cleared, At(2)), (IncidentEntryKind.Reopened, At(3)), (IncidentEntryKind.Cleared, At(4)),
        }));
        Assert.That(_room.Alarms().Select(alarm => alarm.IncidentId).Distinct(), Is.EqualTo([_room.Card().Incident.IncidentId]));
    }

    [Test]
    public void Work_DeadlinesRunOut_AreToldOnceAndInOrder()
    {
        using DispatchRoom room = new(pollPeriod: TimeSpan.FromSeconds(1));
        room.Look(0, s_leaking);
        for (int minute = 0; minute < 7; minute++)
        {
            room.Wait(1);
            room.Restart();
            room.Work();
        }

        Assert.That(
            room.Card().Warnings.Select(told => (told.Warning.Deadline, told.Warning.Percent, told.Warning.To, told.Warning.At)),
            Is.EqualTo(new[]
            {
                (Deadline.Acknowledge, 50, EscalationLevel.Dispatcher, At(2.5)), (Deadline.Acknowledge, 80, EscalationLevel.ShiftHead, At(4)),
                (Deadline.Acknowledge, 100, EscalationLevel.DutyService, At(5)), (Deadline.Acknowledge, 120, EscalationLevel.Administration, At(6)),
            }));
        IncidentBoard board = room.Reader.GetBoardAsync(1, room.Now, CancellationToken.None).Result;
        Assert.That((board.Open, board.Overdue), Is.EqualTo((1, 1)));
    }

    [Test]
    public void Do_WholeLife_IsClosedByAnotherPerson()
    {
        LiveUntilEliminated(_room);
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Verified)), Does.Contain("by another person"));
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Verified), "ivanova"), Does.Contain("key of their own"),
            "the incident log could not tell the two apart");
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Verified), "sidorov"), Is.Null);
        _room.AddPhoto();
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Closed), "sidorov"), Does.Contain("must stay normal"));
        _room.Look(15, s_normal);
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Closed), "petrova"), Is.Not.Null);
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Closed), "Sidorov"), Is.Null);

        IncidentCard card = _room.Card();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(card.Incident.State.Stage, Is.EqualTo(IncidentStage.Closed));
        Assert.That(card.Entries.Where(entry => entry.Stage is not null).Select(entry => (entry.Stage, entry.By, entry.Signer)), Is.EqualTo(new[]
        {
            (IncidentStage.Registered, "rules", ""), (IncidentStage.Acknowledged, "petrova", ""), (IncidentStage.Dispatched, "petrova", ""),
            (IncidentStage.Localised, "petrova", ""), (IncidentStage.Restored, "petrova", ""), (IncidentStage.Eliminated, "petrova", ""),
            (IncidentStage.Verified, "sidorov", "sidorov"), (IncidentStage.Closed, "Sidorov", "sidorov"),
        }));
        Assert.That((card.Incident.State.Crew, card.Incident.PlannedAt), Is.EqualTo(("crew 3", At(63))));
        Assert.That(_room.Incidents(openOnly: true), Is.Empty);
        Assert.That(_room.Reader.FindBrokenEntryAsync(CancellationToken.None).Result, Is.Null);
    }

    [Test]
    public void Do_UncriticalIncident_IsClosedByTheSamePerson()
    {
        _room.Look(1, s_hot);
        _room.Look(6, s_normal);
        Assert.That(_room.Incidents(), Is.Empty, "an alarm that has ended makes none");
        _room.Look(1, s_hot);
        _room.Look(6, s_hot);
        _room.Look(1, s_normal);
        Advance(_room, IncidentStage.Acknowledged);
        Assert.That(_room.Do(new DeskRequest.SendCrew(1, "crew 3", _room.Now.AddHours(1))), Is.Null);
        foreach (IncidentStage stage in new[] { IncidentStage.Localised, IncidentStage.Restored, IncidentStage.Eliminated, IncidentStage.Verified })
        {
            Advance(_room, stage);
        }
        _room.Look(20, s_normal);
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Closed)), Does.Contain("add a photo"));
        _room.AddPhoto();
        _room.Look(1, s_hot);
        _room.Look(1, s_normal);
        Assert.That(_room.Card().Incident.State.Reopenings, Is.EqualTo(1));
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Closed)), Does.Contain("add a photo"), "what was shown before it came back shows nothing now");
        Assert.That(_room.Do(new DeskRequest.SendCrew(1, "crew 3", _room.Now.AddHours(1))), Is.Null);
        foreach (IncidentStage stage in new[] { IncidentStage.Localised, IncidentStage.Restored, IncidentStage.Eliminated, IncidentStage.Verified })
        {
            Advance(_room, stage);
        }
        _room.AddPhoto();
        _room.Look(20, s_normal);
        Advance(_room, IncidentStage.Closed);
    }

    [TestCase(IncidentStage.Registered, "After Registered does not come Registered")]
    [TestCase(IncidentStage.Localised, "After Registered does not come Localised")]
    [TestCase(IncidentStage.Dispatched, "Nobody is sent")]
    public void Do_StageOutOfTurn_IsRefusedWithItsReason(IncidentStage stage, string reason)
    {
        _room.Look(1, s_leaking);

        Assert.That(_room.Do(new DeskRequest.Advance(1, stage)), Does.Contain(reason));
        Assert.That(_room.Card().Entries, Has.Count.EqualTo(2));
    }

    [Test]
    public void Do_RemarksOwnerAndFiles_AreEntriesThatStayOffTheChain()
    {
        _room.Look(1, s_leaking);
        Assert.That(_room.Do(new DeskRequest.Comment(1), note: "вода в подвале"), Is.Null);
        Assert.That(_room.Do(new DeskRequest.Comment(1)), Is.Not.Null);
        Assert.That(_room.Do(new DeskRequest.AssignOwner(1, "sidorov")), Is.Null);
        byte[] photo = [1, 2, 3];
        long asked = _room.Commands.AddEvidenceAsync(1, "подвал.jpg", "image/jpeg", photo, "petrova", "", CancellationToken.None).Result;
        _room.Work();

        IncidentCard card = _room.Card();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(card.Entries.Skip(2).Select(entry => (entry.Kind, entry.State)), Is.EqualTo(new[]
        {
            (IncidentEntryKind.Commented, (OutboxState?)null), (IncidentEntryKind.OwnerAssigned, null), (IncidentEntryKind.EvidenceAdded, null),
        }));
        Assert.That(card.Incident.State.Owner, Is.EqualTo("sidorov"));
        Assert.That(_room.Reader.GetRequestAsync(asked, CancellationToken.None).Result, Is.EqualTo(new RequestAnswer(true, null)));
        Assert.That(card.Files.Select(file => (file.Name, file.Size, file.By)), Is.EqualTo([("подвал.jpg", 3L, "petrova")]));
        using Stream bytes = _room.Reader.OpenEvidenceAsync(card.Files[0].Hash, CancellationToken.None).Result!;
        Assert.That(bytes.ReadByte(), Is.EqualTo(1));
        Assert.That(_room.Reader.OpenEvidenceAsync("0x" + new string('7', 64), CancellationToken.None).Result, Is.Null);
    }

    [TestCase("../secret", "image/png", 3)]
    [TestCase("photo.png", "image/png; x", 3)]
    [TestCase("photo.png", "image/png", 4)]
    public void Do_FileThatIsNotAsItShouldBe_IsRefused(string name, string type, int size)
    {
        _room.Look(1, s_leaking);
        Hash32 hash = new EvidenceFiles(_room.Folder).KeepAsync(new byte[3], CancellationToken.None).Result;

        Assert.That(_room.Do(new DeskRequest.AddEvidence(1, hash.ToString(), name, type, size)), Is.Not.Null);
        Assert.That(_room.Card().Files, Is.Empty);
    }

    [Test]
    public void Work_RequestThatIsNone_StopsNoOther()
    {
        _room.Look(1, s_leaking);
        _room.Journal.Write(transaction => transaction.Execute(
            "INSERT INTO request (request, by_whom, note, requested_ms) VALUES ('{\"do\":\"nonsense\"}', 'x', '', 0)"));

        Assert.That(_room.Do(new DeskRequest.Escalate(1)), Does.Contain("critical already"));
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged)), Is.Null);
        Assert.That(_room.Reader.GetRequestAsync(1, CancellationToken.None).Result!.Value.Refusal, Does.Contain("no request"));
    }

    [Test]
    public void Do_HappenedEarlier_CountsFromThen()
    {
        _room.Look(1, s_leaking);
        _room.Look(20, s_leaking);

        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged), at: At(4)), Is.Null);
        Assert.That(_room.Card().Incident.Clocks[(int)Deadline.Acknowledge].Status, Is.EqualTo(DeadlineStatus.Met));
        Assert.That(_room.Do(new DeskRequest.Visit(1), at: At(22)), Does.Contain("now it is"));
        Assert.That(_room.Do(new DeskRequest.Visit(1), at: At(0.5)), Does.Contain("cannot be before"));
        Assert.That(_room.Do(new DeskRequest.Interrupt(1, HeatGroup, 20), at: DateTimeOffset.UnixEpoch.AddYears(-9)), Does.Contain("look back"));
    }

    /// <summary>What nobody foresaw is given up whole: the others go on.</summary>
    [Test]
    public void Work_RequestThatFails_LeavesNothingBehind()
    {
        _room.Look(1, s_leaking);
        Assert.That(_room.Do(new DeskRequest.Comment(1), note: "first"), Is.Null);
        string good = _room.Journal.Read(connection => connection.ExecuteScalar<string>("SELECT state FROM incident"))!;
        _room.Journal.Write(transaction => transaction.Execute("UPDATE incident SET state = 'null'"));

        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged)), Does.Contain("null"));
        _room.Journal.Write(transaction => transaction.Execute("UPDATE incident SET state = @good", new { good }));
        Assert.That(_room.Card().Entries, Has.Count.EqualTo(3));
        Assert.That(_room.Do(new DeskRequest.Advance(1, IncidentStage.Acknowledged)), Is.Null);
    }

    [Test]
    public void Do_ShelvedAlarm_IsMuteUntilItsTimeAcrossARestart()
    {
        _room.Look(1, s_normal);
        Assert.That(_room.Do(new DeskRequest.Shelve(1, Hot, At(60))), Does.Contain("Say why"));
        Assert.That(_room.Do(new DeskRequest.Shelve(1, Hot, At(60)), note: "sensor is changed"), Is.Null);
        _room.Restart();
        _room.Look(30, s_hot);
        Assert.That(_room.Alarms(), Is.Empty);
        StandingAlarmView mute = _room.Reader.GetStandingAlarmsAsync(AlarmMode.Strict, CancellationToken.None).Result.Single(alarm => alarm.Alarm.Code == Hot);
        Assert.That((mute.Status.Phase, mute.Status.MuteBy, mute.Status.MuteReason, mute.Status.ShelvedUntil), Is.EqualTo(
            (AlarmPhase.Shelved, "petrova", "sensor is changed", At(60))));

        _room.Look(30, s_hot);

        Assert.That(_room.Alarms().Single().Code, Is.EqualTo(Hot));
    }

    [Test]
    public void Do_AlarmOutOfService_EndsItsRaisingAndComesBack()
    {
        _room.Look(1, s_hot);
        Assert.That(_room.Do(new DeskRequest.TakeOut(1, Hot), note: "broken"), Is.Null);
        Assert.That(_room.Alarms().Single().ClearedAt, Is.Not.Null);
        Assert.That(_room.Do(new DeskRequest.Unshelve(1, Hot)), Does.Contain("not shelved"));
        _room.Look(10, s_hot);
        Assert.That(_room.Incidents(), Is.Empty);
        Assert.That(_room.Do(new DeskRequest.PutBack(1, Hot)), Is.Null);

        Assert.That(_room.Alarms(), Has.Count.EqualTo(2));
        Assert.That(_room.Do(new DeskRequest.Shelve(9, Hot, At(60)), note: "x"), Does.Contain("no alarm"));
    }

    [Test]
    public void Do_Merge_EndsThePartAndTellsTheParent()
    {
        _room.Look(1, s_leaking with { PumpFault = true });
        _room.Look(6, s_leaking with { PumpFault = true });
        long part = _room.Incidents().Single(incident => incident.State.Alarm == 2).Id;

        Assert.That(_room.Do(new DeskRequest.Merge(1, part)), Is.Not.Null, "its clocks began earlier");
        Assert.That(_room.Do(new DeskRequest.Merge(part, 1)), Is.Null);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((_room.Card(part).Incident.State.Stage, _room.Card(part).Parent), Is.EqualTo((IncidentStage.Merged, 1L)));
        Assert.That(_room.Card(1).Parts, Is.EqualTo([part]));
    }

    [Test]
    public void Open_EntriesOfSeveralIncidents_GoInOrderOfEachAndAMergeAfterBoth()
    {
        _room.Look(1, s_leaking with { PumpFault = true });
        _room.Look(6, s_leaking with { PumpFault = true });
        long part = _room.Incidents().Single(incident => incident.State.Alarm == 2).Id;
        Assert.That(_room.Do(new DeskRequest.Merge(part, 1)), Is.Null);
        Advance(_room, IncidentStage.Acknowledged);

        List<List<IncidentEntryKind>> rounds = [];
        while (_room.Outbox.Open(100) is { Count: > 0 } open)
        {
            rounds.Add([.. open.Select(entry => entry.Kind)]);
            foreach (OpenEntry entry in open)
            {
                _room.Outbox.Mark(entry.Id, OutboxState.Confirmed, null, null);
            }
        }

        Assert.That(rounds, Is.EqualTo(new List<List<IncidentEntryKind>>
        {
            new() { IncidentEntryKind.Raised, IncidentEntryKind.Raised },
            new() { IncidentEntryKind.Advanced, IncidentEntryKind.Advanced },
            new() { IncidentEntryKind.Merged },
            new() { IncidentEntryKind.Advanced },
        }));
    }

    [Test]
    public void Do_InterruptionAndOutage_ShortenWhatIsLeftOfTheMonth()
    {
        _room.Look(1, s_leaking);
        Assert.That(_room.Do(Outage(-600, -60, 16)), Is.Null);
        Assert.That(_room.Do(Outage(-120, 0, 16)), Does.Contain("reduced once"));
        Assert.That(_room.Do(Outage(-50, 0, 5)), Does.Contain("no measure"));
        Assert.That(_room.Do(Outage(-50, 50, 16)), Does.Contain("not later than now"));
        Assert.That(_room.Do(Outage(-50, 0, 16) with { Group = 1 }), Does.Contain("no group 1"));
        Assert.That(_room.Do(new DeskRequest.Interrupt(1, 9, 20)), Does.Contain("no group 9"));
        Assert.That(_room.Do(new DeskRequest.Interrupt(1, HeatGroup, 20)), Is.Null);

        Interruption interruption = _room.Card().Incident.State.Interruption!;
        Assert.That(interruption.UsedBefore, Is.EqualTo(TimeSpan.FromHours(9)));
        Assert.That(interruption.Due, Is.EqualTo(At(1).AddHours(15)), "of the month's 24 hours 9 are used: fewer than the 16 at once are left");
        Assert.That(_room.Do(new DeskRequest.ReportCondition(1, 9)), Is.Null);
        Assert.That(_room.Card().Incident.State.Interruption!.Due, Is.EqualTo(At(1).AddHours(4)));
        Assert.That(_room.Card().Outages.Single().Outage.Measure, Is.EqualTo(16));

        static DeskRequest.RecordOutage Outage(double from, double to, byte measure) =>
            new(1, HeatGroup, OutageKind.HeatInterruption, At(from), At(to), measure);
    }

    [Test]
    public void Drop_OldHours_LeavesIncidentsAndTheirEntries()
    {
        _room.Look(1, s_leaking);
        string before = _room.Dump();

        new PruningStore(_room.Journal, _room.Time).Drop(Hour.Containing(Start));

        Assert.That(_room.Dump(), Is.EqualTo(before));
        _room.Restart();
        Advance(_room, IncidentStage.Acknowledged);
    }

    [Test]
    public async Task AskAsync_OracleDoesNotRun_RefusesMoreThanItsBound()
    {
        for (int i = 0; i < OracleCommands.MaxOpen; i++)
        {
            await _room.Commands.AskAsync(new DeskRequest.Comment(1), "petrova", "x", null, CancellationToken.None);
        }

        Assert.That(
            () => _room.Commands.AskAsync(new DeskRequest.Comment(1), "petrova", "x", null, CancellationToken.None),
            Throws.InstanceOf<JournalException>().With.Message.Contains("wait already"));
    }

    [Test]
    public void Open_JournalBegunBeforeIncidents_GetsTheirTables()
    {
        _room.Look(1, s_hot);
        _room.Journal.Write(transaction => transaction.Execute(
            """
            DROP TABLE evidence_file; DROP TABLE outage; DROP TABLE incident_warning; DROP TABLE incident_outbox; DROP TABLE incident_entry;
            DROP TABLE incident; DROP TABLE incident_intake; DROP TABLE request; ALTER TABLE alarm DROP COLUMN evidence;
            """));

        _room.Restart();
        _room.Look(6, s_hot);

        Assert.That(_room.Card().Entries.Select(entry => entry.Kind), Is.EqualTo([IncidentEntryKind.Raised, IncidentEntryKind.Advanced]));
    }

    [TestCase("UPDATE incident_entry SET note = 'another' WHERE id = 3", 3)]
    [TestCase("UPDATE incident_entry SET by_whom = 'another' WHERE id = 3", 3)]
    [TestCase("UPDATE incident_entry SET time_ms = time_ms + 1 WHERE id = 3", 3)]
    [TestCase("UPDATE incident_entry SET stage = 5 WHERE id = 3", 3)]
    [TestCase("UPDATE incident_entry SET signer = 'another' WHERE id = 3", 3)]
    [TestCase("UPDATE incident_entry SET evidence = replace(evidence, 'petrova', 'ivanova') WHERE id = 3", 3)]
    [TestCase("UPDATE incident_entry SET evidence_hash = x'1111111111111111111111111111111111111111111111111111111111111111' WHERE id = 3", 3)]
    [TestCase("UPDATE incident_entry SET chain_hash = x'1111111111111111111111111111111111111111111111111111111111111111' WHERE id = 3", 3)]
    [TestCase("DELETE FROM incident_entry WHERE id = 4", 5)]
    public async Task FindBrokenEntryAsync_RowChanged_IsFound(string change, long found)
    {
        _room.Look(1, s_leaking);
        Advance(_room, IncidentStage.Acknowledged);
        Assert.That(_room.Do(new DeskRequest.Comment(1), note: "one"), Is.Null);
        Assert.That(_room.Do(new DeskRequest.Comment(1), note: "two"), Is.Null);
        Assert.That(await _room.Reader.FindBrokenEntryAsync(CancellationToken.None), Is.Null);
        Assert.That(() => _room.Journal.Write(transaction => transaction.Execute(change)), Throws.InstanceOf<SqliteException>(), "the table is append-only");

        _room.Journal.Write(transaction => transaction.Execute(
            $"DROP TRIGGER incident_entry_stands; DROP TRIGGER incident_entry_stays; DELETE FROM incident_outbox WHERE entry = 4; {change}"));

        Assert.That((await _room.Reader.FindBrokenEntryAsync(CancellationToken.None))!.Entry, Is.EqualTo(found));
    }

    /// <summary>Whatever happens in whatever order, the journal does not tell whether the oracle was restarted in between.</summary>
    [Test]
    public void Restart_AnywhereInAnyHistory_ChangesNothing() =>
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 3], Gen.Int[1, 40], Gen.Bool).List[1, 25].Sample(
            steps =>
            {
                using DispatchRoom through = new(keys: ["sidorov"]);
                using DispatchRoom restarted = new(keys: ["sidorov"]);
                foreach ((int what, int which, int minutes, bool restarts) in steps)
                {
                    Step(through, what, which, minutes);
                    Step(restarted, what, which, minutes);
                    if (restarts)
                    {
                        restarted.Restart();
                    }
                }
                through.Work();
                restarted.Work();
                Assert.That(restarted.Dump(), Is.EqualTo(through.Dump()));
                Assert.That(restarted.Reader.FindBrokenEntryAsync(CancellationToken.None).Result, Is.Null);
                Assert.That(through.Refusals().Where(reason => !RefusalText.IsKnown(reason)), Is.Empty, "the portal says each reason in both languages");
            }, iter: 60);

    [Test]
    public void Restart_AtEveryStepOfAWholeLife_ChangesNothing()
    {
        using DispatchRoom restarted = new(keys: ["sidorov"]);
        LiveUntilEliminated(_room);
        LiveUntilEliminated(restarted, () => restarted.Restart());

        Assert.That(restarted.Dump(), Is.EqualTo(_room.Dump()));
    }

    private static void Step(DispatchRoom room, int what, int which, int minutes)
    {
        string by = which % 2 == 0 ? "petrova" : "sidorov";
        long incident = 1 + (which / 2);
        switch (what)
        {
            case 0 or 1:
                room.Look(minutes, s_normal);
                break;
            case 2:
                room.Look(minutes, s_leaking);
                break;
            case 3:
                room.Look(minutes, s_hot);
                break;
            case 4:
                room.Work();
                break;
            case 5 when room.Incidents().FirstOrDefault(known => known.Id == incident) is { } known:
                room.Ask(known.State.Stage == IncidentStage.Acknowledged
                    ? new DeskRequest.SendCrew(incident, "crew 3", room.Now.AddHours(1))
                    : new DeskRequest.Advance(incident, known.State.IsOpen ? known.State.Stage + 1 : IncidentStage.Closed), by);
                break;
            case 6:
                room.Ask(new DeskRequest.Acknowledge(incident), by);
                break;
            case 7:
                room.Ask(new DeskRequest.Comment(incident), by, "said");
                break;
            case 8:
                room.Ask(which < 2 ? new DeskRequest.Suspend(incident, SuspensionReason.Weather) : new DeskRequest.Resume(1), by);
                break;
            case 9:
                room.Ask(which < 2 ? new DeskRequest.Interrupt(incident, HeatGroup, 11) : new DeskRequest.Reject(incident), by);
                break;
            case 10:
                room.Ask(which < 2 ? new DeskRequest.Shelve(1, Hot, room.Now.AddMinutes(30)) : new DeskRequest.Merge(incident, 1), by, "why");
                break;
            default:
                room.Ask(new DeskRequest.Advance(incident, IncidentStage.Closed), by);
                break;
        }
    }

    private static void LiveUntilEliminated(DispatchRoom room, Action? between = null)
    {
        void Then(Action step)
        {
            step();
            between?.Invoke();
        }
        Then(() => room.Look(1, s_leaking));
        Then(() => room.Ask(new DeskRequest.Advance(1, IncidentStage.Acknowledged), "petrova"));
        Then(room.Work);
        Then(() => room.Look(2, s_leaking));
        Then(() => room.Ask(new DeskRequest.SendCrew(1, "crew 3", At(63))));
        Then(room.Work);
        Then(() => Assert.That(room.Do(new DeskRequest.Visit(1)), Is.Null));
        Then(() => Advance(room, IncidentStage.Localised));
        Then(() => Assert.That(room.Do(new DeskRequest.Suspend(1, SuspensionReason.AwaitingParts)), Is.Null));
        Then(() => Advance(room, IncidentStage.Restored));
        Then(() => Assert.That(room.Do(new DeskRequest.Advance(1, IncidentStage.Eliminated)), Does.Contain("suspended")));
        Then(() => Assert.That(room.Do(new DeskRequest.Resume(1)), Is.Null));
        Then(() => room.Look(30, s_normal));
        Then(() => Advance(room, IncidentStage.Eliminated));
    }

    private static void Advance(DispatchRoom room, IncidentStage stage) => Assert.That(room.Do(new DeskRequest.Advance(1, stage)), Is.Null);
}
