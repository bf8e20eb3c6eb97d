using System.Globalization;
using System.Text.Json;
using SmartCity.Emulator.Api;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.World;

namespace SmartCity.Emulator.Control;

/// <summary>The control API: break things on purpose, mend them, and see how the city is.</summary>
internal static class ControlEndpoints
{
    private static readonly string[] RequestFields = ["kind", "target", "from", "to", "parameters"];

    /// <summary>GET control/faults.</summary>
    public static ApiAnswer List(FaultBook book, DateTimeOffset now) => ApiAnswer.Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("now", JsonWriting.Iso(now));
        writer.WriteStartArray("faults");
        foreach (Fault fault in book.Faults.All)
        {
            writer.WriteFault(fault, now, book.IsOpen(fault, now));
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>POST control/faults.</summary>
    public static ApiAnswer Add(FaultBook book, JsonElement body, DateTimeOffset now)
    {
        (FaultRequest? request, string? objection) = Parse(body);
        return request is null
            ? ApiAnswer.Error(StatusCodes.Status400BadRequest, "bad_fault", objection + ".")
            : Guarded(() => Answer(book, book.Add(request, now), now, StatusCodes.Status201Created));
    }

    /// <summary>DELETE control/faults/{id}: ends a fault now; <c>?forget=true</c> takes it out of history too.</summary>
    public static ApiAnswer End(FaultBook book, int id, bool forget, DateTimeOffset now) =>
        Guarded(() => Answer(book, book.End(id, now, forget), now, StatusCodes.Status200OK));

    /// <summary>DELETE control/faults: ends all that still act or will.</summary>
    public static ApiAnswer EndAll(FaultBook book, bool forget, DateTimeOffset now) => Guarded(() =>
    {
        foreach (Fault fault in book.Faults.All.Where(fault => forget || book.IsOpen(fault, now)).ToArray())
        {
            book.End(fault.Id, now, forget);
        }
        return List(book, now);
    });

    /// <summary>GET control/kinds: what can be broken, for the page.</summary>
    public static ApiAnswer Kinds() => ApiAnswer.Json(writer =>
    {
        writer.WriteStartArray();
        foreach (FaultKind kind in FaultKinds.All)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", kind.Name);
            writer.WriteString("scope", kind.Scope.ToString());
            writer.WriteString("en", kind.English);
            writer.WriteString("ru", kind.Russian);
            writer.WriteBoolean("moment", kind.IsMoment);
            writer.WriteStartArray("fields");
            foreach (FaultField field in kind.Fields)
            {
                writer.WriteStartObject();
                writer.WriteString("name", field.Name);
                writer.WriteString("default", field.Default);
                writer.WriteNumber("min", field.Min);
                writer.WriteNumber("max", field.Max);
                writer.WriteStartArray("words");
                foreach (string word in field.Words ?? [])
                {
                    writer.WriteStringValue(word);
                }
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });

    /// <summary>GET control/state: the clock and the present value of every signal, for the page.</summary>
    public static ApiAnswer State(City city, FaultBook book, EmulatorState state, DateTimeOffset now, DateTimeOffset real) => ApiAnswer.Json(writer =>
    {
        FaultSet faults = book.Faults;
        writer.WriteStartObject();
        writer.WriteString("now", JsonWriting.Iso(now));
        writer.WriteNumber("utcOffsetHours", state.UtcOffsetHours);
        writer.WriteNumber("speed", real - now > TimeSpan.FromSeconds(1) ? state.Clock.Speed : 1);
        writer.WriteNumber("seed", state.Seed);
        writer.WriteString("historyFrom", state.HistoryFrom.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        writer.WriteStartArray("objects");
        foreach (EmulatedObject node in city.Nodes.Where(node => node.Parameters.Count > 0))
        {
            WriteDevice(writer, city, node, faults, now);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteDevice(Utf8JsonWriter writer, City city, EmulatedObject node, FaultSet faults, DateTimeOffset now)
    {
        writer.WriteStartObject();
        writer.WriteString("name", node.Name);
        writer.WriteString("displayName", node.DisplayName);
        writer.WriteString("type", node.Type);
        writer.WriteStartArray("signals");
        foreach (EmulatedParameter parameter in node.Parameters)
        {
            Reading? reading = city.ReadCurrent(parameter, now, faults);
            writer.WriteStartObject();
            writer.WriteString("name", parameter.Name);
            writer.WriteString("displayName", parameter.DisplayName);
            writer.WriteString("unit", parameter.Unit);
            writer.WritePropertyName("value");
            writer.WriteDatum(reading?.Value ?? default);
            writer.WriteString("quality", reading is { } known ? JsonWriting.NameOf(known.Quality) : "absent");
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static ApiAnswer Answer(FaultBook book, FaultOutcome outcome, DateTimeOffset now, int status) => outcome switch
    {
        FaultOutcome.Done done => ApiAnswer.Json(writer => writer.WriteFault(done.Fault, now, book.IsOpen(done.Fault, now)), status),
        FaultOutcome.Refused refused => ApiAnswer.Error(StatusCodes.Status400BadRequest, "bad_fault", refused.Reason + "."),
        _ => ApiAnswer.Error(StatusCodes.Status404NotFound, "unknown_fault", "There is no such fault."),
    };

    private static ApiAnswer Guarded(Func<ApiAnswer> change)
    {
        try
        {
            return change();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return ApiAnswer.Error(StatusCodes.Status507InsufficientStorage, "state_not_written", $"Nothing was changed, as the state cannot be written: {cause.Message}");
        }
    }

    private static (FaultRequest? Request, string? Objection) Parse(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object
            || !body.TryGetProperty("kind", out JsonElement kind) || kind.ValueKind != JsonValueKind.String
            || !body.TryGetProperty("target", out JsonElement target) || target.ValueKind != JsonValueKind.String)
        {
            return (null, "'kind' and 'target' must be texts");
        }
        if (body.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => !RequestFields.Contains(name)) is { } unknown)
        {
            return (null, $"unknown field '{unknown}'");
        }
        if (!TryInstant(body, "from", out DateTimeOffset? from) || !TryInstant(body, "to", out DateTimeOffset? to))
        {
            return (null, "'from' and 'to' must be ISO 8601 instants with an offset, or be left out");
        }
        Dictionary<string, string> parameters = [];
        if (body.TryGetProperty("parameters", out JsonElement given))
        {
            if (given.ValueKind != JsonValueKind.Object || given.EnumerateObject().Any(each => each.Value.ValueKind is not (JsonValueKind.Number or JsonValueKind.String)))
            {
                return (null, "'parameters' must be an object of numbers and texts");
            }
            foreach (JsonProperty each in given.EnumerateObject())
            {
                parameters[each.Name] = each.Value.ValueKind == JsonValueKind.String ? each.Value.GetString()! : each.Value.GetRawText();
            }
        }
        return (new(kind.GetString()!, target.GetString()!, from, to, parameters), null);
    }

    private static bool TryInstant(JsonElement body, string property, out DateTimeOffset? instant)
    {
        instant = null;
        if (!body.TryGetProperty(property, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }
        bool parsed = DateTimeOffset.TryParse(
            value.ValueKind == JsonValueKind.String ? value.GetString() : null,
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset read);
        instant = parsed ? read : null;
        return parsed && read.Year is >= 1970 and <= 2200;
    }
}
