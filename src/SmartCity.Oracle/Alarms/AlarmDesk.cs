using System.Globalization;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>Runs the alarm rules on what was polled, does with alarms what persons ask for, and records both. All within the journal's transactions.</summary>
internal sealed partial class AlarmDesk
{
    /// <summary>Polls without an answer after which a value is too old.</summary>
    private const int PollsUntilSilent = 3;

    /// <summary>A source whose clock goes back further than this has begun anew: the rules do, too.</summary>
    private static readonly TimeSpan ClockSetBack = TimeSpan.FromMinutes(1);

    private readonly CityPlan _plan;
    private readonly AlarmMode _mode;
    private readonly IncidentDesk? _incidents;
    private readonly TimeProvider _time;
    private readonly ILogger<AlarmDesk> _logger;
    private readonly TimeSpan _silence;
    private readonly RuleProgram _program;

    /// <summary>For a source whose clock runs faster than ours: between two answers much of its time passes, and no value is old for that.</summary>
    private readonly RuleProgram _patientProgram;

    private Dictionary<uint, RuleState> _states;
    private DateTimeOffset? _lastReceived;

    /// <summary>When what the rules saw last was received; it is known after a restart too.</summary>
    private DateTimeOffset? _seenAt;

    /// <summary>A desk for the substations of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="options">How the rules are read, and how often the source is.</param>
    /// <param name="journal">Holds the state of the rules.</param>
    /// <param name="incidents">Is told what becomes of alarms; <c>null</c> when another oracle keeps the incidents.</param>
    /// <param name="time">The clock that the source's silence is counted by.</param>
    /// <param name="logger">Is told what happens.</param>
    public AlarmDesk(
        CityPlan plan, OracleOptions options, JournalDatabase journal, IncidentDesk? incidents, TimeProvider time, ILogger<AlarmDesk> logger)
    {
        _plan = plan;
        _mode = options.AlarmMode;
        _incidents = incidents;
        _time = time;
        _logger = logger;
        _silence = PollsUntilSilent * options.PollPeriod;
        RuleBook book = RuleFiles.Substation();
        _program = book.Compile(_mode, new Dictionary<string, ParameterValue> { ["noDataAfter"] = ParameterValue.Of(_silence) });
        _patientProgram = book.Compile(_mode, new Dictionary<string, ParameterValue> { ["noDataAfter"] = ParameterValue.None });
        (_states, _seenAt) = journal.Read(connection => (AlarmStore.ReadStates(connection, _program), AlarmStore.LastReceived(connection)));
    }

    /// <summary>Takes the state of the rules, and of incidents, from the journal again, after a transaction was given up.</summary>
    public void Reload(JournalDatabase journal)
    {
        _states = journal.Read(connection => AlarmStore.ReadStates(connection, _program));
        _incidents?.Reload(journal);
    }

    /// <summary>
    /// The source's clock: as it was seen last or, when it has not answered for a while, as it will be now, so that deadlines go on. <c>null</c>
    /// before it was ever seen. To be asked within a read or write of the journal, as all else here.
    /// </summary>
    public DateTimeOffset? Now
    {
        get
        {
            TimeSpan since = _seenAt is { } seen ? _time.GetUtcNow() - seen : TimeSpan.Zero;
            return _states.Values.Max(state => state.Time) is { } last ? (since > _silence ? last + since : last) : null;
        }
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
        _seenAt = received ?? _seenAt;
        ILookup<string, Sample> byObject = polled.ToLookup(sample => sample.Signal.Key.SourceObject, StringComparer.Ordinal);
        foreach (SubstationPlan substation in _plan.Substations)
        {
            RuleState state = StateOf(substation.Number);
            if (state.Time is { } lastLook && lastLook - sourceTime > ClockSetBack)
            {
                LogClockSetBack(substation.Name, lastLook, sourceTime);
                state = _program.NewState();
            }
            bool runsFast = state.Time is { } before && sourceTime - before > _silence && !wasSilent;
            RuleProgram program = runsFast ? _patientProgram : _program;
            Take(transaction, substation, program.Evaluate(state, SubstationReading.Of(program, byObject[substation.SourceObject]), sourceTime), sourceTime);
        }
    }

    /// <summary>Is something due that follows without a look: an alarm that nobody acknowledges, a deadline?</summary>
    public bool IsDue() => _incidents is not null && Now is { } now
        && _plan.Substations.Any(substation => _incidents.IsDue(substation.Number, StateOf(substation.Number), now));

    /// <summary>Does what follows without a look.</summary>
    public void LetTimePass(JournalTransaction transaction)
    {
        if (Now is { } now)
        {
            foreach (SubstationPlan substation in _plan.Substations)
            {
                Take(transaction, substation, new(StateOf(substation.Number), []), now);
            }
        }
    }

    /// <summary>A person acknowledges a raising of an alarm.</summary>
    /// <returns>Why it cannot be done; <c>null</c> when it is.</returns>
    public string? Acknowledge(JournalTransaction transaction, DeskRequest.Acknowledge request, string by, string note, DateTimeOffset now)
    {
        if (AlarmStore.Find(transaction, request.Alarm) is not { } asked)
        {
            return $"There is no alarm {request.Alarm}.";
        }
        if (asked.IsAcknowledged)
        {
            return "It is acknowledged already.";
        }
        if (_program.Rules.FirstOrDefault(rule => rule.Code == asked.Code) is not { } alarm)
        {
            return "The rules have no such alarm any more.";
        }
        DateTimeOffset time = now > asked.RaisedAt ? now : asked.RaisedAt;
        switch (_program.Acknowledge(StateOf(asked.Substation), alarm.Code, asked.RaisedAt, time))
        {
            case CommandOutcome.Done done:
                Keep(transaction, asked.Substation, done.State);
                break;
            case CommandOutcome.Refused refused when !asked.IsCleared:
                return refused.Reason;
            default:
                break; // An earlier raising that is over: the rules know only the last one; the record is acknowledged all the same.
        }
        AlarmStore.Acknowledge(transaction, asked.Substation, alarm.Code, asked.Id, by, note, time);
        _incidents?.Acknowledged(transaction, request, asked.Substation, alarm.Number, by, note, time);
        LogAcknowledged(alarm.Code, asked.Id);
        return null;
    }

    /// <summary>A person has answered for an incident: whoever does knows of the alarms that it came of.</summary>
    public void AcknowledgeAll(JournalTransaction transaction, Incident incident, string by, string note, DateTimeOffset now)
    {
        foreach ((AlarmRule alarm, AlarmStatus status) in StateOf(incident.ObjectNumber).Standing
            .Where(pair => pair.Alarm.Number == incident.Alarm && pair.Status.Phase.NeedsAcknowledgement()).ToList())
        {
            if (_program.Acknowledge(StateOf(incident.ObjectNumber), alarm.Code, status.RaisedAt!.Value, now) is CommandOutcome.Done done)
            {
                Keep(transaction, incident.ObjectNumber, done.State);
                AlarmStore.Acknowledge(transaction, incident.ObjectNumber, alarm.Code, long.MaxValue, by, note, now);
            }
        }
    }

    /// <summary>A person shelves an alarm, takes it out of service, or takes either back, or resets it.</summary>
    /// <returns>Why it cannot be done; <c>null</c> when it is.</returns>
    public string? Do(JournalTransaction transaction, DeskRequest.OfAlarm request, string by, string note, DateTimeOffset now)
    {
        if (_plan.Substations.FirstOrDefault(known => known.Number == request.Substation) is not { } substation
            || !_program.Rules.Any(rule => rule.Code == request.Code))
        {
            return $"Substation {request.Substation} has no alarm {request.Code}.";
        }
        RuleState state = StateOf(substation.Number);
        CommandOutcome outcome = request switch
        {
            DeskRequest.Shelve shelve => _program.Shelve(state, shelve.Code, shelve.Until, by, note, now),
            DeskRequest.Unshelve => _program.Unshelve(state, request.Code, now),
            DeskRequest.TakeOut => _program.TakeOut(state, request.Code, by, note, now),
            DeskRequest.PutBack => _program.PutBack(state, request.Code, now),
            DeskRequest.Reset => _program.Reset(state, request.Code, now),
            _ => throw new System.Diagnostics.UnreachableException($"Unmapped request {request}."),
        };
        if (outcome is CommandOutcome.Refused refused)
        {
            return refused.Reason;
        }
        CommandOutcome.Done done = (CommandOutcome.Done)outcome;
        Take(transaction, substation, new(done.State, done.Events), now);
        return null;
    }

    /// <summary>Records what the rules came to, and lets incidents follow.</summary>
    private void Take(JournalTransaction transaction, SubstationPlan substation, Evaluation look, DateTimeOffset time)
    {
        foreach (AlarmEvent found in look.Events)
        {
            Record(transaction, substation, found);
        }
        if (look.State != StateOf(substation.Number))
        {
            Keep(transaction, substation.Number, look.State);
        }
        _states[substation.Number] = look.State;
        _incidents?.See(transaction, substation, look, found => EvidenceOf(substation, found), time);
    }

    private RuleState StateOf(uint substation) => _states.TryGetValue(substation, out RuleState? known) ? known : _program.NewState();

    private void Keep(JournalTransaction transaction, uint substation, RuleState state)
    {
        AlarmStore.WriteState(transaction, substation, _mode, state);
        _states[substation] = state;
    }

    private void Record(JournalTransaction transaction, SubstationPlan substation, AlarmEvent found)
    {
        switch (found)
        {
            case AlarmEvent.Raised raised:
                string detail = Describe(raised);
                End(transaction, substation, raised.Alarm, raised.Time); // Only after the clock was set back there is one.
                AlarmStore.Raise(transaction, substation, RaisingOf(substation, raised), raised, detail, EvidenceOf(substation, raised));
                LogRaised(substation.Name, raised.Alarm.Code, raised.Time, detail);
                break;
            case AlarmEvent.Cleared cleared:
                End(transaction, substation, cleared.Alarm, cleared.Time);
                LogCleared(substation.Name, cleared.Alarm.Code, cleared.Time);
                break;
            case AlarmEvent.Muted muted:
                if (muted.RaisedAt is not null)
                {
                    End(transaction, substation, muted.Alarm, muted.Time);
                }
                LogMuted(substation.Name, muted.Alarm.Code, muted.Phase, muted.By, muted.Time);
                break;
            case AlarmEvent.Unmuted unmuted:
                LogUnmuted(substation.Name, unmuted.Alarm.Code, unmuted.Time);
                break;
            case AlarmEvent.Reset reset:
                LogReset(substation.Name, reset.Alarm.Code, reset.Time);
                break;
            default: // Acknowledged is the answer to a command.
                throw new System.Diagnostics.UnreachableException($"Unmapped alarm event {found}.");
        }
    }

    private static void End(JournalTransaction transaction, SubstationPlan substation, AlarmRule alarm, DateTimeOffset time)
    {
        foreach ((long id, DateTimeOffset raisedAt) in AlarmStore.Standing(transaction, substation.Number, alarm.Code))
        {
            AlarmStore.Clear(transaction, id, time > raisedAt ? time : raisedAt);
        }
    }

    private string EvidenceOf(SubstationPlan substation, AlarmEvent found) => AlarmEvidenceJson.Write(
        substation.SourceObject, found.Alarm, _mode, found.Time, found switch
        {
            AlarmEvent.Raised raised => raised.Evidence,
            AlarmEvent.Cleared cleared => cleared.Evidence,
            _ => throw new ArgumentException($"{found} rests on no signals.", nameof(found)),
        });

    /// <summary>The same raising has the same id after every restart.</summary>
    private static Hash32 RaisingOf(SubstationPlan substation, AlarmEvent.Raised raised) => Keccak.Hash256(string.Create(
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

    [LoggerMessage(EventId = 5307, Level = LogLevel.Information, Message = "{Substation}: latched alarm {Code} reset at {Time:u}")]
    private partial void LogReset(string substation, string code, DateTimeOffset time);

    [LoggerMessage(EventId = 5304, Level = LogLevel.Warning, Message = "{Substation}: the source's clock went back from {Before:u} to {Now:u}; the alarm rules begin anew")]
    private partial void LogClockSetBack(string substation, DateTimeOffset before, DateTimeOffset now);
}
