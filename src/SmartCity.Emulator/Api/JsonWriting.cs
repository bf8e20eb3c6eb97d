using System.Globalization;
using System.Text.Json;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.World;

namespace SmartCity.Emulator.Api;

/// <summary>The JSON of the REST contract. Numbers are written from decimals, digit by digit.</summary>
internal static class JsonWriting
{
    public static string Iso(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string NameOf(Quality quality) => quality switch
    {
        Quality.Good => "good",
        Quality.Uncertain => "uncertain",
        _ => "bad",
    };

    public static void WriteDatum(this Utf8JsonWriter writer, Datum datum)
    {
        switch (datum)
        {
            case { Number: { } number }:
                writer.WriteNumberValue(number);
                break;
            case { Flag: { } flag }:
                writer.WriteBooleanValue(flag);
                break;
            case { Text: { } text }:
                writer.WriteStringValue(text);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    public static void WriteReading(this Utf8JsonWriter writer, EmulatedParameter parameter, Reading reading)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", parameter.Id);
        writer.WritePropertyName("value");
        writer.WriteDatum(reading.Value);
        writer.WriteString("ts", Iso(reading.Time));
        writer.WriteString("quality", NameOf(reading.Quality));
        writer.WriteString("reason", reading.Reason);
        writer.WriteEndObject();
    }

    public static void WriteNode(this Utf8JsonWriter writer, EmulatedObject node, bool connected)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", node.Id);
        writer.WriteString("name", node.Name);
        writer.WriteString("displayName", node.DisplayName);
        writer.WriteString("type", node.Type);
        if (node.Parent is { } parent)
        {
            writer.WriteNumber("parent", parent);
        }
        else
        {
            writer.WriteNull("parent");
        }
        writer.WriteBoolean("connected", connected);
        writer.WriteBoolean("ready_to_work", connected);
        writer.WriteBoolean("error", false);
        writer.WriteString("status", connected ? "ok" : "no_connection");
        writer.WriteEndObject();
    }

    public static void WriteParameter(this Utf8JsonWriter writer, EmulatedParameter parameter)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", parameter.Id);
        writer.WriteString("name", parameter.Name);
        writer.WriteString("displayName", parameter.DisplayName);
        writer.WriteString("desc", parameter.Description);
        writer.WriteString("valueType", parameter.Kind switch
        {
            ValueKind.Double => "double",
            ValueKind.Long => "long",
            ValueKind.Bool => "bool",
            ValueKind.DateTime => "datetime",
            _ => "string",
        });
        writer.WriteString("unit", parameter.Unit);
        writer.WriteString("access", "read_only");
        writer.WriteString("visible", "runtime");
        writer.WriteStartArray("enums");
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void WriteFault(this Utf8JsonWriter writer, Fault fault, DateTimeOffset now, bool isOpen)
    {
        FaultKind kind = FaultKinds.Find(fault.Kind)!;
        writer.WriteStartObject();
        writer.WriteNumber("id", fault.Id);
        writer.WriteString("kind", fault.Kind);
        writer.WriteString("target", fault.Target);
        writer.WriteString("from", Iso(fault.From));
        if (fault.To is { } to)
        {
            writer.WriteString("to", Iso(to));
        }
        else
        {
            writer.WriteNull("to");
        }
        writer.WriteBoolean("active", isOpen && fault.Covers(now));
        writer.WriteBoolean("open", isOpen);
        writer.WriteStartObject("parameters");
        foreach (FaultField field in kind.Fields)
        {
            writer.WritePropertyName(field.Name);
            if (field.Words is null)
            {
                writer.WriteNumberValue(fault.Number(field.Name));
            }
            else
            {
                writer.WriteStringValue(fault.Parameters[field.Name]);
            }
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
