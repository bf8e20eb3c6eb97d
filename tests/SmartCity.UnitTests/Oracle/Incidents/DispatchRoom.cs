using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Alphalogic;
using SmartCity.Oracle;
using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Oracle.Incidents;

/// <summary>The desks of an oracle on a real journal, with a substation that does as it is told and clocks that stand until they are moved.</summary>
internal sealed class DispatchRoom : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 16, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Tables that must not depend on when the oracle was restarted.</summary>
    private static readonly string[] s_tables =
    [
        "alarm", "rule_state", "incident", "incident_intake", "incident_entry", "incident_outbox", "incident_warning", "evidence_file", "outage", "request",
        "incident_notice",
    ];

    private readonly OracleOptions _options;
    private readonly bool _isTelling;
    private JournalDatabase _journal = null!;
    private DispatcherKeys _keys = null!;
    private SampleStore _samples = null!;
    private AlarmDesk _alarms = null!;
    private RequestDesk _requests = null!;

    /// <param name="keys">Logins of dispatchers that have a key.</param>
    /// <param name="pollPeriod">The source is silent when it has not answered for three of these; 1 h when <c>null</c>.</param>
    /// <param name="isTelling">Is there anybody to tell organisations?</param>
    public DispatchRoom(string[]? keys = null, TimeSpan? pollPeriod = null, bool isTelling = true)
    {
        _isTelling = isTelling;
        _options = CityLayouts.Options(Folder) with
        {
            AlarmMode = AlarmMode.Strict,
            PollPeriod = pollPeriod ?? TimeSpan.FromHours(1),
            KeystoreFile = Path.Combine(Folder, "keys", "oracle.json"),
        };
        Directory.CreateDirectory(Path.Combine(Folder, "keys"));
        foreach (string login in keys ?? [])
        {
            File.WriteAllText(Path.Combine(Folder, "keys", $"{DispatcherKeyName.Of(login)}.json"), "");
        }
        Open();
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("dispatch-room").FullName;

    public FakeTimeProvider Time { get; } = new(Start);

    public OracleReader Reader => new(Folder, Time);

    public OracleCommands Commands => new(Folder, Time);

    public IncidentOutbox Outbox => new(_journal);

    public JournalDatabase Journal => _journal;

    public DateTimeOffset Now => Time.GetUtcNow();

    public static DateTimeOffset At(double minutes) => Start.AddMinutes(minutes);

    /// <summary>Ends the oracle and starts it again on the same journal.</summary>
    /// <param name="between">What happens to the journal while the oracle does not run.</param>
    public void Restart(Action? between = null)
    {
        Close();
        between?.Invoke();
        Open();
    }

    /// <summary>The source is looked at so many minutes after the last time.</summary>
    public void Look(double minutes, SubstationSignals signals)
    {
        Wait(minutes);
        DateTimeOffset now = Now;
        SignalSample[] readings = signals.ToSamples();
        Sample[] polled = [.. SubstationSignals.Tags.Zip(readings, (tag, sample) => new Sample(
            new(new("itp_1", tag), new((ulong)sample.Signal), tag, "", false), ValueOf(tag, signals, sample, now), now))];
        _journal.Write(transaction =>
        {
            _samples.Add(transaction, polled);
            _alarms.Look(transaction, polled, now);
        });
    }

    /// <summary>Time passes, and the source says nothing.</summary>
    public void Wait(double minutes) => Time.Advance(TimeSpan.FromMinutes(minutes));

    /// <summary>What persons asked for is carried out, and what is due.</summary>
    public void Work() => _requests.Work();

    /// <summary>A person asks for something.</summary>
    public long Ask(DeskRequest request, string by = "petrova", string note = "", DateTimeOffset? at = null) =>
        Commands.AskAsync(request, by, note, at, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>A person asks for something, and it is carried out.</summary>
    /// <returns>Why it was refused; <c>null</c> when it is done.</returns>
    public string? Do(DeskRequest request, string by = "petrova", string note = "", DateTimeOffset? at = null)
    {
        long asked = Ask(request, by, note, at);
        Work();
        RequestAnswer answer = Reader.GetRequestAsync(asked, CancellationToken.None).GetAwaiter().GetResult()!.Value;
        Assert.That(answer.IsDone, Is.Not.Null, "The request was not carried out.");
        return answer.Refusal;
    }

    /// <summary>A person adds a photo to the first incident, and it is there.</summary>
    public void AddPhoto(string by = "petrova")
    {
        Commands.AddEvidenceAsync(1, "dry.jpg", "image/jpeg", new byte[] { 1, 2, 3 }, by, "", CancellationToken.None).GetAwaiter().GetResult();
        Work();
    }

    public IncidentCard Card(long incident = 1) => Reader.FindIncidentAsync(incident, Now, CancellationToken.None).GetAwaiter().GetResult()!;

    public IReadOnlyList<IncidentView> Incidents(bool openOnly = false) =>
        Reader.GetIncidentsAsync(openOnly, null, 100, Now, CancellationToken.None).GetAwaiter().GetResult();

    public IReadOnlyList<AlarmView> Alarms() => Reader.GetAlarmsAsync(null, 100, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Why requests were refused, each reason once.</summary>
    public IReadOnlyList<string> Refusals() =>
        _journal.Read(connection => connection.Query<string>("SELECT DISTINCT reason FROM request WHERE reason IS NOT NULL").AsList());

    /// <summary>Everything that the desks have written, as text.</summary>
    public string Dump() => _journal.Read(connection =>
    {
        StringBuilder text = new();
        foreach (string table in s_tables)
        {
            foreach (IDictionary<string, object?> row in connection.Query($"SELECT * FROM {table} ORDER BY 1").Cast<IDictionary<string, object?>>())
            {
                text.Append(table).Append(": ").AppendJoin(" | ", row.Values.Select(value =>
                    value is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture))).AppendLine();
            }
        }
        return text.ToString();
    });

    public void Dispose()
    {
        Close();
        SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    private static SignalValue ValueOf(string tag, SubstationSignals signals, SignalSample sample, DateTimeOffset now)
    {
        ParameterId parameter = new((ulong)sample.Signal);
        SignalData data = signals.NumberOf(tag) is { } number && tag is "p1" or "p2" or "t1" or "t2" or "flow"
            ? SignalData.Of(signals.NumberOf(tag)!.Value)
            : SignalData.Of(FlagOf(tag, signals));
        return new(parameter, data, now, SignalQuality.Good, null);
    }

    private static bool FlagOf(string tag, SubstationSignals signals) => tag switch
    {
        "ps" => signals.PressureSwitch,
        "t_low" => signals.TemperatureLow,
        "t_high" => signals.TemperatureHigh,
        "p_low" => signals.PressureLow,
        "p_high" => signals.PressureHigh,
        "pump_run" => signals.PumpRunning,
        "pump_fault" => signals.PumpFault,
        _ => signals.Leak,
    } ?? false;

    private void Open()
    {
        _journal = JournalDatabase.Open(Folder);
        _keys = new(_options.KeystoreFile, "", null!, 0, Time);
        IncidentDesk incidents = new(CityLayouts.Plan, _journal, _keys, new(Folder), _isTelling, NullLogger<IncidentDesk>.Instance);
        _alarms = new(CityLayouts.Plan, _options, _journal, incidents, Time, NullLogger<AlarmDesk>.Instance);
        _requests = new(_journal, new(_journal), _alarms, incidents, NullLogger<RequestDesk>.Instance);
        _samples = new(_journal);
        _samples.Register([.. SubstationSignals.Tags.Select((tag, place) => new SourceSignal(new("itp_1", tag), new((ulong)place), tag, "", false))]);
    }

    private void Close()
    {
        _keys.Dispose();
        _journal.Dispose();
    }
}
