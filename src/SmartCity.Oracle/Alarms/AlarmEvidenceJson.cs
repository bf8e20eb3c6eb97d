using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>What alarms rest on, as JSON with a fixed order of fields: the same evidence is the same text.</summary>
internal static class AlarmEvidenceJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>What a raised or cleared alarm rests on.</summary>
    public static string Write(string substation, AlarmRule alarm, AlarmMode mode, DateTimeOffset time, AlarmEvidence evidence) => Object(writer =>
    {
        writer.WriteString("substation", substation);
        writer.WriteString("alarm", alarm.Code);
        writer.WriteString("mode", mode.ToString());
        writer.WriteString("rules", alarm.Version.ToString());
        writer.WriteString("time", time.UtcDateTime);
        Number(writer, "value", evidence.Value);
        Number(writer, "limit", evidence.Limit);
        Number(writer, "flowRate", evidence.FlowRate);
        writer.WriteStartObject("signals");
        foreach (SeenSignal signal in evidence.Signals.Where(signal => signal.State != SignalState.Unseen))
        {
            if (signal.Flag is { } flag)
            {
                writer.WriteBoolean(signal.Tag, flag);
            }
            else if (signal.Number is { } number)
            {
                writer.WriteNumber(signal.Tag, number);
            }
            else
            {
                writer.WriteNull(signal.Tag);
            }
        }
        writer.WriteEndObject();
    });

    private static void Number(Utf8JsonWriter writer, string name, decimal? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    private static string Object(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
