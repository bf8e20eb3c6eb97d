using System.Globalization;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>Runs the alarm rules on what was polled, carries out acknowledgements, and records both. All within the journal's transactions.</summary>
internal sealed partial class AlarmDesk
{
    /// <summary>Polls without an answer after which a value is too old.</summary>
    private const int PollsUntilSilent = 3;

    /// <summary>A source whose clock goes back further than this has begun anew: the rules do, too.</summary>
    private static readonly TimeSpan ClockSetBack = TimeSpan.FromMinutes(1);

    private readonly CityPlan _plan;
    private readonly AlarmMode _mode;
    private readonly AlarmStore _store;
    private readonly SourceSession _session;
    private readonly ILogger<AlarmDesk> _logger;
    private readonly TimeSpan _silence;
    private readonly RuleProgram _program;

    /// <summary>For a source whose clock runs faster than ours: between two answers much of its time passes, and no value is old for that.</summary>
    private readonly RuleProgram _patientProgram;

    private readonly Dictionary<uint, RuleState> _states;
    private DateTimeOffset? _lastReceived;

    /// <summary>A desk for the substations of a plan.</summary>
    public AlarmDesk(CityPlan plan, OracleOptions options, AlarmStore store, SourceSession session, ILogger<AlarmDesk> logger)
    {
        _plan = plan;
        _mode = options.AlarmMode;
        _store = store;
        _session = session;
        _logger = logger;
        _silence = PollsUntilSilent * options.PollPeriod;
        RuleBook book = RuleFiles.Substation();
        _program = book.Compile(_mode, new Dictionary<string, ParameterValue> { ["noDataAfter"] = ParameterValue.Of(_silence) });
        _patientProgram = book.Compile(_mode, new Dictionary<string, ParameterValue> { ["noDataAfter"] = ParameterValue.None });
        _states = store.ReadStates(_program);
    }

    /// <summary>Looks at every substation.</summary>
    /// <param name="transaction">The transaction that journals the samples.</param>
    /// <param name="polled">What was polled.</param>
    /// <param name="sourceTime">The source's clock.</param>
    public void Look(JournalTransaction transaction, IReadOnlyList<Sample> polled, DateTimeOffset sourceTime)
    {
        DateTimeOffset? received = polled.Count == 0 ? null : polled[0].ReceivedAt;
        bool wasSilent = _lastReceived is { } last && received - last > _silence;
        _lastReceived = received ?? _lastReceived;
        foreach (SubstationPlan substation in _plan.Substations)
        {
            RuleState state = _states.TryGetValue(substation.Number, out RuleState? known) ? known : _program.NewState();
            if (state.Time is { } lastLook && lastLook - sourceTime > ClockSetBack)
            {
                LogClockSetBack(substation.Name, lastLook, sourceTime);
                state = _program.NewState();
            }
            bool runsFast = state.Time is { } before && sourceTime - before > _silence && !wasSilent;
            RuleProgram program = runsFast ? _patientProgram : _program;
            Evaluation look = program.Evaluate(state, SubstationReading.Of(program, substation.SourceObject, polled), sourceTime);
            foreach (AlarmEvent found in look.Events)
            {
                Record(transaction, substation, found);
            }
            if (look.State != state)
            {
                AlarmStore.WriteState(transaction, substation.Number, _mode, look.State);
            }
            _states[substation.Number] = look.State;
        }
    }

    /// <summary>Carries out the acknowledgements that were asked for.</summary>
    public void CarryOutRequests(JournalDatabase journal)
    {
        if (_store.HasRequests())
        {
            journal.Write(transaction =>
            {
                foreach (AcknowledgementRequest request in AlarmStore.Requests(transaction))
                {
                    CarryOut(transaction, request);
                }
            });
        }
    }

    private void CarryOut(JournalTransaction transaction, AcknowledgementRequest request)
    {
        if (_program.Rules.FirstOrDefault(rule => rule.Code == request.Code) is not { } alarm)
        {
            AlarmStore.Refuse(transaction, request, "The rules have no such alarm any more.");
            return;
        }
        DateTimeOffset time = _session.SourceTime is { } now && now > request.RaisedAt ? now : request.RaisedAt;
        if (request.IsAcknowledged)
        {
            AlarmStore.Refuse(transaction, request, "It is acknowledged already.");
            return;
        }
        RuleState state = _states.TryGetValue(request.Substation, out RuleState? known) ? known : _program.NewState();
        switch (_program.Acknowledge(state, alarm.Code, request.RaisedAt, time))
        {
            case CommandOutcome.Done done:
                _states[request.Substation] = done.State;
                AlarmStore.WriteState(transaction, request.Substation, _mode, done.State);
                break;
            case CommandOutcome.Refused refused when !request.IsCleared:
                AlarmStore.Refuse(transaction, request, refused.Reason);
                LogRefused(alarm.Code, refused.Reason);
                return;
            default:
                break; // An earlier raising that is over: the rules know only the last one; the record is acknowledged all the same.
        }
        AlarmStore.Acknowledge(
            transaction, request, alarm.Number, time, AlarmEvidenceJson.Write(request.Incident, request.ByWhom, request.Note, time));
        LogAcknowledged(alarm.Code, request.Alarm);
    }

    private void Record(JournalTransaction transaction, SubstationPlan substation, AlarmEvent found)
    {
        switch (found)
        {
            case AlarmEvent.Raised raised:
                string detail = Describe(raised);
                string evidence = AlarmEvidenceJson.Write(substation.SourceObject, raised.Alarm, _mode, raised.Time, raised.Evidence);
                End(transaction, substation, raised.Alarm, raised.Time, evidence); // Only after the clock was set back there is one.
                AlarmStore.Raise(transaction, substation, IncidentOf(substation, raised), raised, detail, evidence);
                LogRaised(substation.Name, raised.Alarm.Code, raised.Time, detail);
                break;
            case AlarmEvent.Cleared cleared:
                End(transaction, substation, cleared.Alarm, cleared.Time,
                    AlarmEvidenceJson.Write(substation.SourceObject, cleared.Alarm, _mode, cleared.Time, cleared.Evidence));
                LogCleared(substation.Name, cleared.Alarm.Code, cleared.Time);
                break;
            case AlarmEvent.Muted muted:
                if (muted.RaisedAt is not null)
                {
                    End(transaction, substation, muted.Alarm, muted.Time,
                        AlarmEvidenceJson.Write(substation.SourceObject, muted.Alarm, _mode, muted.Time, muted.Evidence));
                }
                LogMuted(substation.Name, muted.Alarm.Code, muted.Phase, muted.By, muted.Time);
                break;
            case AlarmEvent.Unmuted unmuted:
                LogUnmuted(substation.Name, unmuted.Alarm.Code, unmuted.Time);
                break;
            default: // Acknowledged and reset are the answers to commands.
                throw new System.Diagnostics.UnreachableException($"Unmapped alarm event {found}.");
        }
    }

    private static void End(JournalTransaction transaction, SubstationPlan substation, AlarmRule alarm, DateTimeOffset time, string evidence)
    {
        foreach ((long id, DateTimeOffset raisedAt) in AlarmStore.Standing(transaction, substation.Number, alarm.Code))
        {
            AlarmStore.Clear(transaction, id, alarm.Number, time > raisedAt ? time : raisedAt, evidence);
        }
    }

    /// <summary>The same raising has the same id after every restart, so that the incident log refuses a repeat instead of doubling it.</summary>
    private static Hash32 IncidentOf(SubstationPlan substation, AlarmEvent.Raised raised) => Keccak.Hash256(string.Create(
        CultureInfo.InvariantCulture, $"SmartCity incident {substation.Number} {raised.Alarm.Code} {raised.Time.ToUnixTimeMilliseconds()}"));

    /// <summary>What was seen, in words and figures.</summary>
    private static string Describe(AlarmEvent.Raised raised)
    {
        AlarmEvidence evidence = raised.Evidence;
        string seen = evidence.Value is { } value
            ? FormattableString.Invariant($"{value}{(evidence.Limit is { } limit ? FormattableString.Invariant($", limit {limit}") : "")}")
            : string.Join(", ", evidence.Signals.Where(signal => signal.Tag is "pump_run" or "ps" or "p1" or "p2").Select(Text));
        return $"{raised.Alarm.English.Title}: {seen}";

        static string Text(SeenSignal signal) => FormattableString.Invariant(
            $"{signal.Tag} {signal.Number?.ToString(CultureInfo.InvariantCulture) ?? signal.Flag switch { true => "on", false => "off", null => "unknown" }}");
    }

    [LoggerMessage(EventId = 5300, Level = LogLevel.Warning, Message = "{Substation}: alarm {Code} raised at {Time:u}: {Detail}")]
    private partial void LogRaised(string substation, string code, DateTimeOffset time, string detail);

    [LoggerMessage(EventId = 5301, Level = LogLevel.Information, Message = "{Substation}: alarm {Code} cleared at {Time:u}")]
    private partial void LogCleared(string substation, string code, DateTimeOffset time);

    [LoggerMessage(EventId = 5305, Level = LogLevel.Information, Message = "{Substation}: alarm {Code} is {Phase} by {By} at {Time:u}")]
    private partial void LogMuted(string substation, string code, AlarmPhase phase, string? by, DateTimeOffset time);

    [LoggerMessage(EventId = 5306, Level = LogLevel.Information, Message = "{Substation}: alarm {Code} is mute no longer at {Time:u}")]
    private partial void LogUnmuted(string substation, string code, DateTimeOffset time);

    [LoggerMessage(EventId = 5302, Level = LogLevel.Information, Message = "Alarm {Code} (no. {Alarm}) acknowledged")]
    private partial void LogAcknowledged(string code, long alarm);

    [LoggerMessage(EventId = 5303, Level = LogLevel.Warning, Message = "Alarm {Code} cannot be acknowledged: {Reason}")]
    private partial void LogRefused(string code, string reason);

    [LoggerMessage(EventId = 5304, Level = LogLevel.Warning, Message = "{Substation}: the source's clock went back from {Before:u} to {Now:u}; the alarm rules begin anew")]
    private partial void LogClockSetBack(string substation, DateTimeOffset before, DateTimeOffset now);
}
