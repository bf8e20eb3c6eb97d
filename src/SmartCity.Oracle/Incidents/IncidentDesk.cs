using System.Globalization;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>
/// Makes incidents of alarms, tells of deadlines that run out, and does with incidents what persons ask for. All within the journal's
/// transactions: what is decided and what it rests on are durable together.
/// </summary>
internal sealed partial class IncidentDesk
{
    private readonly CityPlan _plan;
    private readonly DispatcherKeys _keys;
    private readonly EvidenceFiles _files;
    private readonly ILogger<IncidentDesk> _logger;
    private readonly CityCalendar _calendar;
    private readonly IncidentRules _rules;
    private readonly IncidentClocks _clocks;
    private readonly IncidentMachine _machine;
    private readonly IncidentIntake _intake;
    private readonly bool _isTelling;
    private Dictionary<uint, IntakeState> _states;

    /// <summary>A desk for the objects of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="journal">The journal.</param>
    /// <param name="keys">Keys of persons.</param>
    /// <param name="files">Files of incidents.</param>
    /// <param name="isTelling">Is there anybody to tell the organisations? Otherwise nothing is queued for them.</param>
    /// <param name="logger">The log.</param>
    public IncidentDesk(
        CityPlan plan, JournalDatabase journal, DispatcherKeys keys, EvidenceFiles files, bool isTelling, ILogger<IncidentDesk> logger)
    {
        (_plan, _keys, _files, _isTelling, _logger) = (plan, keys, files, isTelling, logger);
        _rules = RuleFiles.Incidents();
        _calendar = new(TimeSpan.FromHours(plan.UtcOffsetHours));
        _clocks = new(_rules, _calendar);
        _machine = new(_clocks);
        _intake = new(_rules, _machine);
        _states = journal.Read(IncidentStore.ReadStates);
    }

    /// <summary>Takes what is remembered from the journal again, after a transaction was given up.</summary>
    public void Reload(JournalDatabase journal) => _states = journal.Read(IncidentStore.ReadStates);

    /// <summary>Sees what became of an object's alarms, or that time has passed.</summary>
    /// <param name="transaction">The transaction that records the alarms.</param>
    /// <param name="substation">The object.</param>
    /// <param name="look">What the alarm rules came to.</param>
    /// <param name="evidenceOf">The signals that an event of an alarm rests on, JSON.</param>
    /// <param name="time">Source time, not before the evaluation's.</param>
    public void See(
        JournalTransaction transaction, SubstationPlan substation, Evaluation look, Func<AlarmEvent, string> evidenceOf, DateTimeOffset time)
    {
        IntakeState before = StateOf(substation.Number);
        (IntakeState state, IReadOnlyList<IntakeEvent> events) = _intake.See(before, substation.Number, look, LookHash(substation, time), time);
        foreach (IntakeEvent found in events)
        {
            switch (found)
            {
                case IntakeEvent.Opened opened:
                    Open(transaction, substation, opened);
                    break;
                case IntakeEvent.Reopened reopened:
                    StoredIncident back = Update(transaction, reopened.Incident);
                    AlarmEvent raised = look.Events.First(change => change is AlarmEvent.Raised && change.Alarm == reopened.Alarm);
                    Add(transaction, back, new(IncidentEntryKind.Reopened, found.Time, IncidentIntake.Automaton, Alarm: evidenceOf(raised)));
                    LogReopened(substation.Name, back.State.Number, reopened.Time, reopened.Alarm.Code);
                    LogBreaches(back.State, reopened.Breaches);
                    break;
                case IntakeEvent.Cleared cleared:
                    StoredIncident quiet = Update(transaction, cleared.Incident);
                    AlarmEvent? end = look.Events.LastOrDefault(change => change is AlarmEvent.Cleared && change.Alarm.Number == quiet.State.Alarm);
                    Add(transaction, quiet, new(
                        IncidentEntryKind.Cleared, found.Time, IncidentIntake.Automaton, Alarm: end is null ? null : evidenceOf(end)));
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"Unmapped event {found}.");
            }
        }
        bool hasMoreAlarms = events.Count > 0 || look.Events.Any(change => change is AlarmEvent.Raised);
        foreach (Incident incident in state.Open.Values.Where(incident => incident.IsOpen))
        {
            if (hasMoreAlarms)
            {
                AlarmStore.Join(transaction, incident);
            }
            state = Tell(transaction, substation, state, incident, time);
        }
        if (state != before)
        {
            Keep(transaction, substation.Number, state);
        }
    }

    /// <summary>Must <see cref="See"/> be called at an instant, though nothing was looked at?</summary>
    public bool IsDue(uint substation, RuleState alarms, DateTimeOffset now)
    {
        IntakeState state = StateOf(substation);
        return _intake.NextDue(state, alarms) <= now
            || state.Open.Values.Any(incident => incident.IsOpen && _clocks.NextDue(incident, now) <= now);
    }

    private void Open(JournalTransaction transaction, SubstationPlan substation, IntakeEvent.Opened opened)
    {
        Incident incident = opened.Incident;
        // The same alarm has the same id after every restart, so that the incident log refuses a repeat instead of doubling it.
        Hash32 hash = Keccak.Hash256(string.Create(CultureInfo.InvariantCulture,
            $"SmartCity incident {substation.Number} {opened.Alarm.Code} {incident.RaisedAt.ToUnixTimeMilliseconds()} {incident.Number}"));
        (string detail, string? alarm) = AlarmStore.Evidence(transaction, substation.Number, opened.Alarm.Code, incident.RaisedAt);
        StoredIncident stored = IncidentStore.Insert(transaction, hash, substation.Name, opened.Alarm.Code, detail, incident);
        Add(transaction, stored, new(IncidentEntryKind.Raised, incident.RaisedAt, IncidentIntake.Automaton, Alarm: alarm));
        Add(transaction, stored, new(IncidentEntryKind.Advanced, opened.Time, IncidentIntake.Automaton, IncidentStage.Registered));
        if (incident.IsCritical && incident.Alarm is 2 or 3)
        {
            // Of these the log does not know by itself how grave they are.
            Add(transaction, stored, new(IncidentEntryKind.Escalated, opened.Time, IncidentIntake.Automaton));
        }
        LogOpened(substation.Name, incident.Number, opened.Alarm.Code, opened.Time);
    }

    private IntakeState Tell(JournalTransaction transaction, SubstationPlan substation, IntakeState state, Incident incident, DateTimeOffset time)
    {
        (Incident told, IReadOnlyList<DeadlineWarning> warnings) = _clocks.Tell(incident, time);
        if (warnings.Count == 0)
        {
            return state;
        }
        StoredIncident stored = Update(transaction, told);
        foreach (DeadlineWarning warning in warnings)
        {
            QueueNotice(transaction, stored, entry: null, IncidentStore.AddWarning(transaction, stored.Id, warning));
            LogWarning(substation.Name, incident.Number, warning.Deadline, warning.Percent, warning.Due, warning.To);
        }
        return IncidentIntake.Update(state, told);
    }

    private void LogBreaches(Incident incident, IReadOnlyList<Deadline> breaches)
    {
        if (breaches.Count > 0)
        {
            LogBreached(incident.ObjectNumber, incident.Number, string.Join(", ", breaches));
        }
    }

    private IntakeState StateOf(uint number) => _states.TryGetValue(number, out IntakeState? known) ? known : IntakeState.Initial;

    private void Keep(JournalTransaction transaction, uint number, IntakeState state)
    {
        IncidentStore.WriteState(transaction, number, state);
        _states[number] = state;
    }

    private static StoredIncident Update(JournalTransaction transaction, Incident incident)
    {
        StoredIncident stored = IncidentStore.Get(transaction, incident.ObjectNumber, incident.Number) with { State = incident };
        IncidentStore.Update(transaction, stored.Id, incident);
        return stored;
    }

    /// <summary>Writes an entry, and with it the notice to organisations if others are told of it.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="incident">The incident as the entry leaves it.</param>
    /// <param name="draft">The entry.</param>
    /// <param name="signer">Whose key sends it; empty for the oracle's.</param>
    /// <param name="parent">Of a merge the incident that it is part of.</param>
    /// <returns>The journal's number of the entry.</returns>
    private long Add(JournalTransaction transaction, StoredIncident incident, EntryDraft draft, string signer = "", StoredIncident? parent = null)
    {
        long entry = IncidentStore.AddEntry(transaction, incident, draft, signer, parent);
        if (IsTold(draft))
        {
            QueueNotice(transaction, incident, entry, warning: null);
        }
        return entry;
    }

    private void QueueNotice(JournalTransaction transaction, StoredIncident incident, long? entry, long? warning)
    {
        if (_isTelling && NoticeQueue.Add(transaction, incident, entry, warning) is > 0 and int dropped)
        {
            LogNoticesDropped(dropped, NoticeQueue.MostWaiting);
        }
    }

    /// <summary>Each stage, an end, a reopening, an interruption; and that a person finds it critical, which may concern others than before.
    /// What the rules find critical they find when they register it.</summary>
    private static bool IsTold(EntryDraft draft) => draft.Kind switch
    {
        IncidentEntryKind.Advanced or IncidentEntryKind.Rejected or IncidentEntryKind.Merged or IncidentEntryKind.Reopened
            or IncidentEntryKind.Interrupted => true,
        IncidentEntryKind.Escalated => draft.By != IncidentIntake.Automaton,
        _ => false,
    };

    /// <summary>Stands for the evidence while the rules decide; that of an entry is written with it.</summary>
    private static string LookHash(SubstationPlan substation, DateTimeOffset time) => Keccak.Hash256(string.Create(
        CultureInfo.InvariantCulture, $"SmartCity look {substation.Number} {time.UtcTicks}")).ToString()[2..];

    [LoggerMessage(EventId = 5360, Level = LogLevel.Warning, Message = "{Object}: incident {Number} of alarm {Code} registered at {Time:u}")]
    private partial void LogOpened(string @object, long number, string code, DateTimeOffset time);

    [LoggerMessage(EventId = 5361, Level = LogLevel.Warning, Message = "{Object}: incident {Number} reopened at {Time:u}: alarm {Code} is back")]
    private partial void LogReopened(string @object, long number, DateTimeOffset time, string code);

    [LoggerMessage(EventId = 5362, Level = LogLevel.Warning,
        Message = "{Object}: incident {Number}: {Percent} % of the time for {Deadline} is gone, which ends at {Due:u}; {Level} is to be told")]
    private partial void LogWarning(string @object, long number, Deadline deadline, int percent, DateTimeOffset due, EscalationLevel level);

    [LoggerMessage(EventId = 5366, Level = LogLevel.Error,
        Message = "{Dropped} notices that nobody took out of the queue are dropped, the oldest first: it holds {Most}")]
    private partial void LogNoticesDropped(int dropped, int most);

    [LoggerMessage(EventId = 5363, Level = LogLevel.Warning, Message = "Incident {Number} of object {Object}: too late for {Deadlines}")]
    private partial void LogBreached(uint @object, long number, string deadlines);
}
