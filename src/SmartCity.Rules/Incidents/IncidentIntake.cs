using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCity.Rules;

/// <summary>What is remembered of an object's alarms to tell when they become incidents. Immutable.</summary>
/// <param name="Open">The last incident by alarm of the brief, 1..4: open, or ended not long ago.</param>
/// <param name="Raisings">When alarms of each number were raised lately.</param>
/// <param name="NextNumber">Number of the next card.</param>
public sealed record IntakeState(
    ImmutableSortedDictionary<byte, Incident> Open, ImmutableSortedDictionary<byte, ImmutableArray<DateTimeOffset>> Raisings, long NextNumber)
{
    /// <summary>An object without incidents.</summary>
    public static IntakeState Initial { get; } = new(
        ImmutableSortedDictionary<byte, Incident>.Empty, ImmutableSortedDictionary<byte, ImmutableArray<DateTimeOffset>>.Empty, 1);

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static IntakeState Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<IntakeState>(json, Options) ?? throw new FormatException("The state is null.");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"This is not a state of incidents: {exception.Message}", exception);
        }
    }

    /// <summary>The state as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);
}

/// <summary>What became of an incident by an alarm. Closed.</summary>
/// <param name="Incident">The incident after it.</param>
/// <param name="Time">When.</param>
public abstract record IntakeEvent(Incident Incident, DateTimeOffset Time)
{
    /// <summary>A new incident.</summary>
    /// <param name="Incident">It.</param>
    /// <param name="Time">When it was registered.</param>
    /// <param name="Alarm">The alarm that it came of.</param>
    public sealed record Opened(Incident Incident, DateTimeOffset Time, AlarmRule Alarm) : IntakeEvent(Incident, Time);

    /// <summary>The alarm is back.</summary>
    /// <param name="Incident">It.</param>
    /// <param name="Time">When.</param>
    /// <param name="Alarm">The alarm.</param>
    /// <param name="Breaches">Deadlines that were never met in the opening before.</param>
    public sealed record Reopened(Incident Incident, DateTimeOffset Time, AlarmRule Alarm, IReadOnlyList<Deadline> Breaches)
        : IntakeEvent(Incident, Time);

    /// <summary>The condition of every alarm of the number has ended.</summary>
    /// <param name="Incident">It.</param>
    /// <param name="Time">When.</param>
    public sealed record Cleared(Incident Incident, DateTimeOffset Time) : IntakeEvent(Incident, Time);
}

/// <summary>
/// Makes incidents of alarms (DOMAIN 8): leak and pressure drop at once, others when nobody acknowledges them or when they come again
/// and again; never more than one open for an object and an alarm; never of bad quality, from which no alarm follows. Pure.
/// </summary>
public sealed class IncidentIntake(IncidentRules rules, IncidentMachine machine)
{
    /// <summary>Who acts when nobody does.</summary>
    public const string Automaton = "rules";

    /// <summary>Sees what an evaluation of the alarm rules came to.</summary>
    /// <param name="state">What is remembered; it is not changed.</param>
    /// <param name="objectNumber">Number of the object.</param>
    /// <param name="look">The evaluation.</param>
    /// <param name="evidence">Hash of the evidence of what is done now, 64 hexadecimal digits.</param>
    /// <param name="time">Source time, not before the evaluation's.</param>
    public (IntakeState State, IReadOnlyList<IntakeEvent> Events) See(
        IntakeState state, uint objectNumber, Evaluation look, string evidence, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(state);
        List<IntakeEvent> events = [];
        foreach (AlarmEvent.Raised raised in look.Events.OfType<AlarmEvent.Raised>().Where(raised => raised.Alarm.Number != 0))
        {
            state = OnRaised(state, objectNumber, raised, evidence, events);
        }
        foreach ((AlarmRule alarm, AlarmStatus status) in look.State.Standing.Where(pair => IsIgnored(pair.Alarm, pair.Status, time)))
        {
            state = OpenUnlessOpen(state, objectNumber, alarm, status.RaisedAt!.Value, status.RaisedAt.Value + rules.Intake.Unacknowledged, status.Severity, events);
        }
        foreach ((byte number, Incident incident) in state.Open)
        {
            bool holds = look.State.Program.Rules.Any(rule => rule.Number == number && look.State.IsActive(rule.Code));
            if (holds || incident.ClearedAt is not null || !incident.IsOpen)
            {
                continue;
            }
            DateTimeOffset ended = look.Events.LastOrDefault(change => change is AlarmEvent.Cleared && change.Alarm.Number == number)?.Time ?? time;
            ended = ended > incident.RaisedAt ? ended : incident.RaisedAt;
            if (machine.Do(incident, new IncidentCommand.Clear(ended, Automaton, evidence)) is IncidentOutcome.Done done)
            {
                state = With(state, number, done.Incident);
                events.Add(new IntakeEvent.Cleared(done.Incident, ended));
            }
        }
        return (state, events);
    }

    /// <summary>Takes over what a person did with an incident.</summary>
    public static IntakeState Update(IntakeState state, Incident incident)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(incident);
        return state.Open.TryGetValue(incident.Alarm, out Incident? known) && known.Number == incident.Number
            ? With(state, incident.Alarm, incident)
            : state; // An older one: no alarm comes back to it.
    }

    /// <summary>When an alarm becomes an incident if nobody acknowledges it; <c>null</c> when none will.</summary>
    public DateTimeOffset? NextDue(IntakeState state, RuleState alarms)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(alarms);
        return alarms.Standing
            .Where(pair => pair.Alarm.Number != 0 && pair.Status.Phase == AlarmPhase.Unacknowledged && !IsOpen(state, pair.Alarm.Number))
            .Select(pair => pair.Status.RaisedAt + rules.Intake.Unacknowledged).Min();
    }

    private IntakeState OnRaised(IntakeState state, uint objectNumber, AlarmEvent.Raised raised, string evidence, List<IntakeEvent> events)
    {
        byte number = raised.Alarm.Number;
        ImmutableArray<DateTimeOffset> lately =
        [
            .. state.Raisings.GetValueOrDefault(number, []).Where(time => raised.Time - time < rules.Intake.Within).TakeLast(rules.Intake.Repeated - 1),
            raised.Time,
        ];
        state = state with { Raisings = state.Raisings.SetItem(number, lately) };
        if (state.Open.TryGetValue(number, out Incident? known) && TryReopen(known, raised, evidence) is { } reopened)
        {
            events.Add(reopened);
            return With(state, number, reopened.Incident);
        }
        bool isDue = rules.Intake.AtOnce.Contains(number) || lately.Length >= rules.Intake.Repeated;
        return isDue ? OpenUnlessOpen(state, objectNumber, raised.Alarm, raised.Time, raised.Time, raised.Severity, events) : state;
    }

    private IntakeEvent.Reopened? TryReopen(Incident incident, AlarmEvent.Raised raised, string evidence)
    {
        if (incident is { ClearedAt: null, IsOpen: true })
        {
            return null;
        }
        // A person may have done something a moment before the raising was seen: an open incident's alarm is back all the same.
        DateTimeOffset time = incident.IsOpen ? new[] { raised.Time, incident.StageAt, incident.ClearedAt!.Value }.Max() : raised.Time;
        return machine.Do(incident, new IncidentCommand.Reopen(time, Automaton, evidence)) is IncidentOutcome.Done done
                ? new(done.Incident, time, raised.Alarm, done.Breaches)
                : null;
    }

    private static IntakeState OpenUnlessOpen(
        IntakeState state, uint objectNumber, AlarmRule alarm, DateTimeOffset raisedAt, DateTimeOffset registeredAt, Severity severity, List<IntakeEvent> events)
    {
        if (IsOpen(state, alarm.Number))
        {
            return state;
        }
        Incident incident = Incident.Register(state.NextNumber, objectNumber, alarm.Number, raisedAt, registeredAt, severity);
        events.Add(new IntakeEvent.Opened(incident, registeredAt, alarm));
        return With(state, alarm.Number, incident) with { NextNumber = state.NextNumber + 1 };
    }

    private bool IsIgnored(AlarmRule alarm, AlarmStatus status, DateTimeOffset time) =>
        alarm.Number != 0 && status.Phase == AlarmPhase.Unacknowledged && time - status.RaisedAt >= rules.Intake.Unacknowledged;

    private static bool IsOpen(IntakeState state, byte number) => state.Open.TryGetValue(number, out Incident? known) && known.IsOpen;

    private static IntakeState With(IntakeState state, byte number, Incident incident) => state with { Open = state.Open.SetItem(number, incident) };
}
