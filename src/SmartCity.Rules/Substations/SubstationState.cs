using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCity.Rules;

/// <summary>All that the rules remember of a substation. Immutable; kept as JSON over a restart.</summary>
public sealed class SubstationState
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private SubstationState(DateTimeOffset? time, FlowMemory? flow, ImmutableArray<AlarmStatus> statuses)
    {
        Time = time;
        Flow = flow;
        Statuses = statuses;
    }

    /// <summary>A substation never looked at.</summary>
    public static SubstationState Initial { get; } = new(null, null, [.. AlarmId.All.Select(_ => default(AlarmStatus))]);

    /// <summary>Source time of the last look; an earlier or equal one changes nothing.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>What is remembered of the flow meter.</summary>
    public FlowMemory? Flow { get; }

    /// <summary>States of all alarms, in the order of <see cref="AlarmId.All"/>.</summary>
    internal ImmutableArray<AlarmStatus> Statuses { get; }

    /// <summary>The alarms that are not normal.</summary>
    public IEnumerable<(AlarmId Alarm, AlarmStatus Status)> Standing =>
        AlarmId.All.Zip(Statuses).Where(pair => pair.Second.Phase != AlarmPhase.Normal);

    /// <summary>State of one alarm.</summary>
    public AlarmStatus StatusOf(AlarmId alarm) => Statuses[alarm.Place];

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static SubstationState Parse(string json)
    {
        try
        {
            Snapshot snapshot = JsonSerializer.Deserialize<Snapshot>(json, JsonOptions) ?? throw new FormatException("The state is null.");
            return new(
                snapshot.Time, snapshot.Flow, [.. AlarmId.All.Select(id => snapshot.Alarms.GetValueOrDefault(id))]);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"This is not a state of the alarm rules: {exception.Message}", exception);
        }
    }

    /// <summary>The state as JSON; alarms that were never anything but normal are left out.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new Snapshot(
            AlarmId.All.Zip(Statuses).Where(pair => pair.Second != default).ToDictionary(pair => pair.First, pair => pair.Second),
            Time,
            Flow),
        JsonOptions);

    internal static SubstationState Create(DateTimeOffset time, FlowMemory? flow, ImmutableArray<AlarmStatus> statuses) =>
        new(time, flow, statuses);

    internal SubstationState With(AlarmId alarm, AlarmStatus status) =>
        new(Time, Flow, Statuses.SetItem(alarm.Place, status));

    private sealed record Snapshot(
        Dictionary<AlarmId, AlarmStatus> Alarms, DateTimeOffset? Time = null, FlowMemory? Flow = null);
}
