using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCity.Rules;

/// <summary>
/// A state as JSON. Alarms, signals and memories go by their names, so that a later version of the rules takes over what it still
/// knows: an alarm that stands goes on standing.
/// </summary>
internal static class RuleStateJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public static string Write(RuleState state)
    {
        RuleProgram program = state.Program;
        Dictionary<string, AlarmSnapshot> alarms = [];
        for (int i = 0; i < state.Statuses.Length; i++)
        {
            AlarmSnapshot alarm = AlarmSnapshot.Of(state.Statuses[i], state.Conditions[i]);
            if (alarm != new AlarmSnapshot())
            {
                alarms.Add(program.Rules[i].Code, alarm);
            }
        }
        Dictionary<string, SignalSnapshot> signals = Enumerable.Range(0, state.Values.Length)
            .Where(i => state.Quality[i] != SignalState.Unseen || state.GoodAt[i] != 0)
            .ToDictionary(
                i => program.Signals[i].Tag, i => new SignalSnapshot(state.Quality[i], state.Values[i], Ticks.ToTime(state.GoodAt[i])));
        Dictionary<string, long[]> memory = program.Memories.ToDictionary(memory => memory.Key, memory => memory.In(state).ToArray());
        return JsonSerializer.Serialize(
            new Snapshot(alarms, state.Time, Ticks.ToTime(state.StartedAt), state.NextDue, program.Version.ToString(), signals, memory), Options);
    }

    public static RuleState Read(RuleProgram program, string json)
    {
        Snapshot snapshot;
        try
        {
            snapshot = JsonSerializer.Deserialize<Snapshot>(json, Options) ?? throw new FormatException("The state is null.");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"This is not a state of the alarm rules: {exception.Message}", exception);
        }
        RuleState state = program.NewState();
        state.Now = snapshot.Time?.UtcTicks ?? 0;
        state.StartedAt = snapshot.StartedAt?.UtcTicks ?? state.Now;
        for (int i = 0; i < program.Signals.Count; i++)
        {
            if (snapshot.Signals?.GetValueOrDefault(program.Signals[i].Tag) is { } signal)
            {
                state.Quality[i] = signal.State;
                state.Values[i] = signal.Value;
                state.GoodAt[i] = signal.GoodAt?.UtcTicks ?? 0;
            }
        }
        foreach (Memory memory in program.Memories)
        {
            if (snapshot.Memory?.GetValueOrDefault(memory.Key) is { } numbers && numbers.Length == memory.Length)
            {
                numbers.CopyTo(memory.In(state));
            }
        }
        for (int i = 0; i < program.Rules.Count; i++)
        {
            if (snapshot.Alarms.GetValueOrDefault(program.Rules[i].Code) is { } alarm)
            {
                (state.Statuses[i], state.Conditions[i]) = alarm.ToStatus();
            }
        }
        // Under other rules anything may follow at once; under the same, what was due is due.
        bool isSame = snapshot.Rules == program.Version.ToString();
        state.Due = isSame ? snapshot.NextDue?.UtcTicks ?? long.MaxValue : state.Now + 1;
        program.Restore(state);
        return state;
    }

    private sealed record Snapshot(
        Dictionary<string, AlarmSnapshot> Alarms,
        DateTimeOffset? Time = null,
        DateTimeOffset? StartedAt = null,
        DateTimeOffset? NextDue = null,
        string? Rules = null,
        Dictionary<string, SignalSnapshot>? Signals = null,
        Dictionary<string, long[]>? Memory = null);

    private sealed record SignalSnapshot(SignalState State = SignalState.Unseen, long Value = 0, DateTimeOffset? GoodAt = null);

    private sealed record AlarmSnapshot(
        AlarmPhase Phase = AlarmPhase.Normal,
        bool? Active = null,
        bool? Holds = null,
        bool Hidden = false,
        DateTimeOffset? ChangingSince = null,
        Severity Severity = Severity.Trivial,
        DateTimeOffset? RaisedAt = null,
        DateTimeOffset? AcknowledgedAt = null,
        DateTimeOffset? ClearedAt = null,
        DateTimeOffset? MuteSince = null,
        DateTimeOffset? ShelvedUntil = null,
        string? MuteBy = null,
        string? MuteReason = null)
    {
        public static AlarmSnapshot Of(AlarmStatus status, ConditionState condition) => new(
            status.Phase,
            condition.IsActive ? true : null,
            condition.Holds > 0 ? true : null,
            condition.Holds < 0,
            Ticks.ToTime(condition.ChangingSince),
            status.Severity,
            status.RaisedAt,
            status.AcknowledgedAt,
            status.ClearedAt,
            status.MuteSince,
            status.ShelvedUntil,
            status.MuteBy,
            status.MuteReason);

        public (AlarmStatus Status, ConditionState Condition) ToStatus()
        {
            AlarmStatus status = new()
            {
                Phase = Phase,
                Severity = Severity,
                MuteBy = MuteBy,
                MuteReason = MuteReason,
                Raised = RaisedAt?.UtcTicks ?? 0,
                Acknowledged = AcknowledgedAt?.UtcTicks ?? 0,
                Cleared = ClearedAt?.UtcTicks ?? 0,
                Muted = MuteSince?.UtcTicks ?? 0,
                Until = ShelvedUntil?.UtcTicks ?? 0,
            };
            ConditionState condition = new()
            {
                // A state of the days before mute alarms says nothing of the condition: then it is that of the phase.
                IsActive = Active ?? Phase.IsRaised(),
                Holds = (sbyte)(Hidden ? -1 : Holds == true ? 1 : 0),
                ChangingSince = ChangingSince?.UtcTicks ?? 0,
            };
            return (status, condition);
        }
    }
}
