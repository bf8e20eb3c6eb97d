using System.Globalization;
using System.Text.Json;

namespace SmartCity.Alphalogic;

/// <summary>Reads the JSON of "alphalogic-compat v1". Pure. Numbers are decimal; nothing in an answer can make it throw but <see cref="JsonException"/>.</summary>
internal static class AlphalogicJson
{
    /// <summary>An instant after the source's clock by more than this is not believed.</summary>
    private static readonly TimeSpan FutureTolerance = TimeSpan.FromSeconds(5);

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    /// <summary>Parses an answer. Bare <c>NaN</c> and <c>Infinity</c>, which some servers write for a real, are read as null.</summary>
    /// <exception cref="JsonException">Not JSON; the message says where.</exception>
    public static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body, Strict);
        }
        catch (JsonException) when (TryReplaceNonNumbers(body, out byte[] replaced))
        {
            return JsonDocument.Parse(replaced, Strict);
        }
    }

    /// <summary>Text of a property, or <c>null</c> when it is absent, not text, or not valid Unicode.</summary>
    public static string? Text(JsonElement item, string property)
    {
        try
        {
            return item.ValueKind == JsonValueKind.Object && item.TryGetProperty(property, out JsonElement value)
                && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // Bytes that are not UTF-8, or half of a surrogate pair.
        }
    }

    /// <summary>A property that is a whole number 0..2^64-1, or <c>null</c>.</summary>
    public static ulong? Id(JsonElement item, string property) =>
        Property(item, property) is { ValueKind: JsonValueKind.Number } value && value.TryGetUInt64(out ulong id) ? id : null;

    /// <summary>A property that is true or false, or <c>null</c>.</summary>
    public static bool? Flag(JsonElement item, string property) => Property(item, property)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A property of any kind, or <c>null</c> when there is none.</summary>
    public static JsonElement? Property(JsonElement item, string property)
    {
        try
        {
            return item.ValueKind == JsonValueKind.Object && item.TryGetProperty(property, out JsonElement value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads a node of the tree; <c>null</c> when it has no id or no name.</summary>
    public static SignalObject? ReadObject(JsonElement item)
    {
        if (Id(item, "id") is not { } id || Text(item, "name") is not { Length: > 0 } name)
        {
            return null;
        }
        return new(
            new(id), name, Text(item, "displayName") ?? name, Text(item, "type") ?? "", Id(item, "parent") is { } parent ? new ObjectId(parent) : null,
            Flag(item, "connected") ?? false, Flag(item, "ready_to_work") ?? false, Flag(item, "error") ?? false, Text(item, "status") ?? "");
    }

    /// <summary>Reads a parameter of a node; <c>null</c> when it has no id or no name.</summary>
    /// <param name="item">The JSON object.</param>
    /// <param name="node">The node.</param>
    /// <param name="shared">Gives the same string for the same text: names and units repeat.</param>
    public static SignalParameter? ReadParameter(JsonElement item, ObjectId node, Func<string, string> shared)
    {
        if (Id(item, "id") is not { } id || Text(item, "name") is not { Length: > 0 } text)
        {
            return null;
        }
        string name = shared(text);
        return new(
            new(id), node, name, Text(item, "displayName") ?? name, Text(item, "desc") ?? "", ReadType(Text(item, "valueType")),
            shared(Text(item, "unit") ?? ""), Text(item, "access") == "read_write");
    }

    /// <summary>Reads one item of a batch of current values.</summary>
    /// <param name="item">The JSON object; of anything else a bad value is made.</param>
    /// <param name="parameter">The signal it answers.</param>
    /// <param name="type">The signal's declared type; <see cref="SignalValueType.Unknown"/> skips the check.</param>
    /// <param name="sourceNow">The source's clock at the answer.</param>
    /// <param name="staleAfter">Age from which a value is uncertain.</param>
    public static SignalValue ReadCurrent(
        JsonElement item, ParameterId parameter, SignalValueType type, DateTimeOffset sourceNow, TimeSpan staleAfter)
    {
        if (Property(item, "ts") is not { } ts || !TryReadInstant(ts, out DateTimeOffset time))
        {
            return Bad(parameter, sourceNow, "no source time in the answer");
        }
        SignalValue value = Judge(parameter, Property(item, "value"), type, time, Text(item, "quality"), Text(item, "reason"));
        if (value.Quality == SignalQuality.Bad)
        {
            return value;
        }
        if (time - sourceNow > FutureTolerance)
        {
            return value with { Quality = SignalQuality.Uncertain, Reason = "source time is in the future" };
        }
        return value.Quality == SignalQuality.Good && sourceNow - time > staleAfter
            ? value with { Quality = SignalQuality.Uncertain, Reason = "stale" }
            : value;
    }

    /// <summary>Reads one history item <c>[milliseconds, value, quality]</c>; <c>null</c> when it has no time and so no place.</summary>
    public static SignalValue? ReadRecorded(JsonElement item, ParameterId parameter, SignalValueType type)
    {
        if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() == 0 || !TryReadInstant(item[0], out DateTimeOffset time))
        {
            return null;
        }
        if (item.GetArrayLength() < 3)
        {
            return Bad(parameter, time, "history item without value or quality");
        }
        return Judge(parameter, item[1], type, time, ElementText(item[2]), null);
    }

    /// <summary>A bad value with its reason.</summary>
    public static SignalValue Bad(ParameterId parameter, DateTimeOffset time, string reason) =>
        new(parameter, SignalData.None, time, SignalQuality.Bad, reason);

    /// <summary>Milliseconds since 1970, if within the years 1..9999.</summary>
    public static bool TryReadUnixMilliseconds(decimal milliseconds, out DateTimeOffset instant)
    {
        bool inRange = milliseconds == decimal.Truncate(milliseconds)
            && milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        instant = inRange ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds) : default;
        return inRange;
    }

    private static SignalValue Judge(
        ParameterId parameter, JsonElement? element, SignalValueType type, DateTimeOffset time, string? quality, string? reason)
    {
        SignalQuality judged = quality switch
        {
            "good" => SignalQuality.Good,
            "uncertain" => SignalQuality.Uncertain,
            _ => SignalQuality.Bad,
        };
        if (judged == SignalQuality.Bad)
        {
            return Bad(parameter, time, quality == "bad" ? Short(reason) ?? "bad at the source" : "quality missing or unknown");
        }
        SignalData data = ReadData(element);
        string? fault = data.IsNone ? "no value" : Mismatch(data, type);
        if (fault is not null)
        {
            return Bad(parameter, time, fault);
        }
        return new(parameter, data, time, judged, judged == SignalQuality.Good ? null : Short(reason) ?? "uncertain at the source");
    }

    private static SignalData ReadData(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.True } => SignalData.Of(true),
        { ValueKind: JsonValueKind.False } => SignalData.Of(false),
        { ValueKind: JsonValueKind.Number } number when number.TryGetDecimal(out decimal value) => SignalData.Of(value),
        { ValueKind: JsonValueKind.String } text when ElementText(text) is { } value and not ("NaN" or "Infinity" or "-Infinity") => SignalData.Of(value),
        _ => SignalData.None,
    };

    private static string? Mismatch(SignalData data, SignalValueType type) => type switch
    {
        SignalValueType.Real when data.Number is null => "not a number",
        SignalValueType.Whole when data.Number is not { } number || number != decimal.Truncate(number) => "not a whole number",
        SignalValueType.Flag when data.Flag is null => "not true or false",
        SignalValueType.Text when data.Text is null => "not a text",
        SignalValueType.Instant when data.Instant is null => "not an instant",
        _ => null,
    };

    private static SignalValueType ReadType(string? type) => type switch
    {
        "double" => SignalValueType.Real,
        "long" => SignalValueType.Whole,
        "bool" => SignalValueType.Flag,
        "string" => SignalValueType.Text,
        "datetime" => SignalValueType.Instant,
        _ => SignalValueType.Unknown,
    };

    private static bool TryReadInstant(JsonElement element, out DateTimeOffset instant)
    {
        instant = default;
        return element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetDecimal(out decimal milliseconds) && TryReadUnixMilliseconds(milliseconds, out instant),
            JsonValueKind.String => DateTimeOffset.TryParse(
                ElementText(element), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant),
            _ => false,
        };
    }

    private static string? ElementText(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A server's text fit for a log line: one line, 200 characters at most.</summary>
    public static string? Short(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        string head = text.Length > 200 ? text[..200] : text;
        return string.Create(head.Length, head, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? ' ' : source[i];
            }
        });
    }

    private static bool TryReplaceNonNumbers(byte[] body, out byte[] replaced)
    {
        replaced = [];
        List<byte>? output = null;
        bool inText = false;
        for (int i = 0; i < body.Length; i++)
        {
            byte current = body[i];
            int length = inText ? 0 : NonNumberLength(body.AsSpan(i));
            if (length > 0)
            {
                output ??= [.. body.AsSpan(0, i)];
                output.AddRange("null"u8);
                i += length - 1;
                continue;
            }
            output?.Add(current);
            if (inText && current == (byte)'\\' && i + 1 < body.Length)
            {
                output?.Add(body[++i]);
            }
            else if (current == (byte)'"')
            {
                inText = !inText;
            }
        }
        replaced = output?.ToArray() ?? [];
        return output is not null;
    }

    private static int NonNumberLength(ReadOnlySpan<byte> rest) =>
        rest.StartsWith("NaN"u8) ? 3
        : rest.StartsWith("-Infinity"u8) ? 9
        : rest.StartsWith("Infinity"u8) ? 8
        : 0;
}
