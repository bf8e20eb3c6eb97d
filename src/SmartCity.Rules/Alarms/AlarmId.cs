using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCity.Rules;

/// <summary>One alarm of a substation: what is wrong and, where it is one of several like it, with which signal.</summary>
/// <remarks>In JSON it is its <see cref="Code"/>.</remarks>
[JsonConverter(typeof(AlarmIdJsonConverter))]
public readonly record struct AlarmId
{
    /// <summary>All alarms and diagnostics there are, in a fixed order.</summary>
    public static readonly ImmutableArray<AlarmId> All = [.. Catalogue()];

    private static readonly FrozenDictionary<string, AlarmId> ByCode =
        All.ToFrozenDictionary(id => id.Code, StringComparer.Ordinal);

    private static readonly FrozenDictionary<AlarmId, int> Places =
        All.Select((id, place) => KeyValuePair.Create(id, place)).ToFrozenDictionary();

    private AlarmId(AlarmKind kind, SubstationSignal? signal = null)
    {
        Kind = kind;
        Signal = signal;
    }

    /// <summary>What is wrong.</summary>
    public AlarmKind Kind { get; }

    /// <summary>The sensor of A3, the flag of a limit mismatch, the signal that is unusable; otherwise <c>null</c>.</summary>
    public SubstationSignal? Signal { get; }

    /// <summary>Name for logs, files and addresses, e.g. <c>A1</c>, <c>A3.T1.HIGH</c>, <c>DIAG_SIGNAL.FLOW</c>.</summary>
    public string Code => (Kind switch
    {
        AlarmKind.PressureDrop => "A1",
        AlarmKind.PumpContradiction => "A2.1",
        AlarmKind.PumpFault => "A2.FAULT",
        AlarmKind.BelowLimit or AlarmKind.AboveLimit => "A3",
        AlarmKind.Leak => "A4",
        AlarmKind.SensorContradiction => "DIAG_SENSOR",
        AlarmKind.LimitMismatch => "DIAG_LIMIT_MISMATCH",
        AlarmKind.SignalUnusable => "DIAG_SIGNAL",
        AlarmKind.NoPressureStandby => "NO_PRESSURE_STANDBY",
        AlarmKind.LowPressurePre => "LOW_PRESSURE_PRE",
        _ => throw new InvalidOperationException($"There is no alarm {Kind}."),
    })
        + (Signal is { } signal ? $".{signal.Tag().ToUpperInvariant()}" : "")
        + (Kind switch { AlarmKind.BelowLimit => ".LOW", AlarmKind.AboveLimit => ".HIGH", _ => "" });

    /// <summary>Number of the alarm in the brief and in the incident log, 1..4; 0 for a diagnostic.</summary>
    public byte Number => Kind switch
    {
        AlarmKind.PressureDrop => 1,
        AlarmKind.PumpContradiction or AlarmKind.PumpFault => 2,
        AlarmKind.BelowLimit or AlarmKind.AboveLimit => 3,
        AlarmKind.Leak => 4,
        _ => 0,
    };

    /// <summary>Is it a diagnostic: about the measuring, not about the process? It needs no acknowledgement and makes no incident.</summary>
    public bool IsDiagnostic => Number == 0;

    /// <summary>Place in <see cref="All"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no such alarm, e.g. a leak of a pump.</exception>
    internal int Place => Places.TryGetValue(this, out int place)
        ? place
        : throw new InvalidOperationException($"There is no alarm {Code}.");

    /// <summary>An alarm of which there is one in a substation.</summary>
    public static AlarmId Of(AlarmKind kind) => new(kind);

    /// <summary>An alarm of which there is one for each of several signals.</summary>
    public static AlarmId Of(AlarmKind kind, SubstationSignal signal) => new(kind, signal);

    /// <summary>Reads a code.</summary>
    /// <exception cref="FormatException">There is no such alarm.</exception>
    public static AlarmId Parse(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return ByCode.TryGetValue(code, out AlarmId id) ? id : throw new FormatException($"There is no alarm '{code}'.");
    }

    /// <summary>The code.</summary>
    public override string ToString() => Code;

    private static IEnumerable<AlarmId> Catalogue()
    {
        yield return Of(AlarmKind.PressureDrop);
        yield return Of(AlarmKind.PumpContradiction);
        yield return Of(AlarmKind.PumpFault);
        yield return Of(AlarmKind.Leak);
        foreach (SubstationSignal sensor in SubstationLimits.Sensors)
        {
            yield return Of(AlarmKind.BelowLimit, sensor);
            yield return Of(AlarmKind.AboveLimit, sensor);
        }
        yield return Of(AlarmKind.SensorContradiction);
        yield return Of(AlarmKind.NoPressureStandby);
        yield return Of(AlarmKind.LowPressurePre);
        yield return Of(AlarmKind.LimitMismatch, SubstationSignal.TemperatureLow);
        yield return Of(AlarmKind.LimitMismatch, SubstationSignal.TemperatureHigh);
        yield return Of(AlarmKind.LimitMismatch, SubstationSignal.PressureLow);
        yield return Of(AlarmKind.LimitMismatch, SubstationSignal.PressureHigh);
        foreach (SubstationSignal signal in Enum.GetValues<SubstationSignal>())
        {
            yield return Of(AlarmKind.SignalUnusable, signal);
        }
    }
}

internal sealed class AlarmIdJsonConverter : JsonConverter<AlarmId>
{
    public override AlarmId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    public override AlarmId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    public override void Write(Utf8JsonWriter writer, AlarmId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Code);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, AlarmId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Code);

    private static AlarmId Parse(string? code)
    {
        try
        {
            return AlarmId.Parse(code ?? "");
        }
        catch (FormatException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }
}
