using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

public sealed class OracleReaderTest
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Now);
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("oracle-reader").FullName;

    [TearDown]
    public void DeleteFolder()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Reads_BeforeFirstStart_AreEmpty()
    {
        OracleReader reader = new(_folder, _time);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(await reader.GetStatusAsync(CancellationToken.None), Is.Null);
        Assert.That(await reader.GetSignalsAsync(null, CancellationToken.None), Is.Empty);
        Assert.That(await reader.GetAlarmsAsync(null, 10, CancellationToken.None), Is.Empty);
        Assert.That(await reader.GetHoursAsync(1, null, 10, CancellationToken.None), Is.Empty);
        Assert.That(await reader.GetMeterEventsAsync(null, 10, CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task GetStatusAsync_TwoSegments_CountsLagOfTheLater()
    {
        Write($"""
            INSERT INTO status (id, started_ms, heartbeat_ms, source_state, source_time_ms) VALUES (1, 0, {Ms(Now) - 4_000}, 1, {Ms(Now)});
            INSERT INTO segment VALUES (1, 0, 100, {Hour.Containing(Now).Value}, {Hour.Containing(Now).Value});
            INSERT INTO segment VALUES (2, 1, 100, {Hour.Containing(Now).Value - 1}, {Hour.Containing(Now).Value - 3});
            """);

        OracleStatus? status = await new OracleReader(_folder, _time).GetStatusAsync(CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(status!.LagHours, Is.EqualTo(3));
        Assert.That(status.WaitingBatches, Is.EqualTo(2));
        Assert.That(status.IsAlive, Is.True);
        Assert.That(status.Source.State, Is.EqualTo(LinkState.Reachable));
        Assert.That(status.Segments.Select(segment => segment.Kind), Is.EqualTo([EnergyKind.Electricity, EnergyKind.Heat]));
    }

    [Test]
    public async Task GetSignalsAsync_AllTypes_ReadBackAsTheyWere()
    {
        Write($"""
            INSERT INTO signal VALUES (1, 'itp_1', 'p1', 'Давление', 'bar'), (2, 'itp_1', 'leak', 'Протечка', ''), (3, 'm3_1', 'model', 'Модель', ''), (4, 'itp_1', 't1', 'T', '°C');
            INSERT INTO latest VALUES
                (1, '6.125', 2, NULL, {Ms(Now) - 1_500}, {Ms(Now) - 1_000}), (2, 1, 2, NULL, 0, {Ms(Now)}),
                (3, x'D09CD0B5D180D0BAD183D180D0B8D0B9', 2, NULL, 0, {Ms(Now)}), (4, NULL, 0, 'device not connected', 0, {Ms(Now)});
            """);
        OracleReader reader = new(_folder, _time);

        IReadOnlyList<SignalView> all = await reader.GetSignalsAsync(null, CancellationToken.None);
        IReadOnlyList<SignalView> substation = await reader.GetSignalsAsync("itp_1", CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(substation.Select(signal => signal.Signal), Is.EqualTo(["leak", "p1", "t1"]));
        Assert.That(all[0].Flag, Is.True);
        Assert.That((all[1].Number, all[1].Age), Is.EqualTo((6.125m, TimeSpan.FromSeconds(1))));
        Assert.That((all[2].Number, all[2].Quality, all[2].Reason), Is.EqualTo(((decimal?)null, SampleQuality.Bad, "device not connected")));
        Assert.That(all[3].Text, Is.EqualTo("Меркурий"));
    }

    [Test]
    public async Task AcknowledgeAsync_TwiceAndUnknown_IsAcceptedOnce()
    {
        Write("""
            INSERT INTO alarm (id, incident, substation, substation_name, number, code, severity, detail, raised_ms)
            VALUES (7, x'01', 1, 'ИТП 1', 4, 'A4', 3, 'leak', 0)
            """);
        OracleCommands commands = new(_folder, _time);

        bool first = await commands.AcknowledgeAsync(7, "dispatcher", "crew sent", CancellationToken.None);
        bool second = await commands.AcknowledgeAsync(7, "dispatcher", "", CancellationToken.None);
        bool unknown = await commands.AcknowledgeAsync(8, "dispatcher", "", CancellationToken.None);

        Assert.That((first, second, unknown), Is.EqualTo((true, false, false)));
    }

    [Test]
    public async Task GetAlarmsAsync_OneOfTwoHasEnded_EachListHasItsOwn()
    {
        Write("""
            INSERT INTO incident (id, hash, object, object_name, number, alarm, code, detail, is_open, raised_ms, state)
            VALUES (1, x'0200000000000000000000000000000000000000000000000000000000000000', 1, 'ИТП 1', 1, 1, 'A1', 'drop', 1, 4000, '{}');
            INSERT INTO alarm VALUES (1, x'01', NULL, 1, 'ИТП 1', 4, 'A4', 3, 'leak', 1000, 2000, 3000, 'd', 'n', NULL);
            INSERT INTO alarm VALUES (2, x'02', x'0200000000000000000000000000000000000000000000000000000000000000', 1, 'ИТП 1', 1, 'A1', 3, 'drop', 4000, 5000, NULL, NULL, NULL, NULL);
            INSERT INTO incident_entry VALUES (1, 1, 1, NULL, 4000, 'rules', '', '', '{}', x'AA', x'00'), (2, 1, 2, NULL, 5000, 'rules', '', '', '{}', x'AB', x'01'),
                (3, 1, 103, NULL, 5000, 'petrova', '', 'off the chain', '{}', x'AC', x'02');
            INSERT INTO incident_outbox VALUES (1, 9, NULL, NULL, 2, x'BB', NULL), (2, 9, NULL, NULL, 0, NULL, NULL);
            """);
        OracleReader reader = new(_folder, _time);

        IReadOnlyList<AlarmView> open = await reader.GetOpenAlarmsAsync(new(), 0, 10, CancellationToken.None);
        IReadOnlyList<AlarmView> ended = await reader.GetEndedAlarmsAsync(null, 10, CancellationToken.None);
        IReadOnlyList<AlarmView> all = await reader.GetAlarmsAsync(null, 10, CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(open.Select(alarm => (alarm.Id, alarm.Standing)), Is.EqualTo([(2L, AlarmStanding.ReturnedUnacknowledged)]));
        Assert.That(ended.Select(alarm => (alarm.Id, alarm.Standing)), Is.EqualTo([(1L, AlarmStanding.Ended)]));
        Assert.That(await reader.GetEndedAlarmsAsync(1, 10, CancellationToken.None), Is.Empty);
        Assert.That(all.Select(alarm => alarm.Standing), Is.EqualTo([AlarmStanding.ReturnedUnacknowledged, AlarmStanding.Ended]));
        Assert.That((open[0].IncidentId, all[1].IncidentId), Is.EqualTo(("0x02" + new string('0', 62), (string?)null)));
        Assert.That(open[0].Entries.Select(entry => (entry.Kind, entry.State, entry.TransactionHash)), Is.EqualTo(
            [(IncidentEntryKind.Raised, (OutboxState?)OutboxState.Confirmed, "0xbb"), (IncidentEntryKind.Cleared, OutboxState.Waiting, null)]));
        Assert.That(await reader.CountOpenAlarmsAsync(new(), CancellationToken.None), Is.EqualTo(new AlarmCounts(0, 0, 1, 1)));
    }

    [Test]
    public async Task WatchAsync_CommitByAnother_TellsWhatItTouched()
    {
        Write("");
        OracleReader reader = new(_folder, TimeProvider.System);
        await using IAsyncEnumerator<OracleChanges> watch = reader.WatchAsync(CancellationToken.None).GetAsyncEnumerator();

        await watch.MoveNextAsync();
        OracleChanges first = watch.Current;
        Write("UPDATE change SET alarms = alarms + 1, signals = signals + 1");
        await watch.MoveNextAsync();

        Assert.That((first, watch.Current), Is.EqualTo((OracleChanges.All, OracleChanges.Alarms | OracleChanges.Signals)));
    }

    [Test]
    public void Reads_AnotherProgramsFile_SaysSo()
    {
        string path = JournalFile.PathIn(_folder);
        using (SqliteConnection connection = new($"Data Source={path}"))
        {
            connection.Open();
            connection.Execute("CREATE TABLE t (x); PRAGMA user_version = 7");
        }

        Assert.That(
            () => new OracleReader(_folder, _time).GetStatusAsync(CancellationToken.None),
            Throws.InstanceOf<JournalException>().With.Message.Contains("not an oracle's journal"));
    }

    private static long Ms(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds();

    private void Write(string sql)
    {
        using SqliteConnection connection = JournalFile.OpenForWriting(JournalFile.PathIn(_folder));
        if (sql.Length > 0)
        {
            connection.Execute(sql);
        }
    }
}
