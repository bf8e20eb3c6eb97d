using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace SmartCity.Notices;

/// <summary>Notices as JSON: in our file, and in what is posted.</summary>
internal static class NoticeJson
{
    /// <summary>Type of the message, by the convention of Standard Webhooks.</summary>
    public const string MessageType = "incident.notice";

    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Writes a notice.</summary>
    public static string Write(IncidentNotice notice) => JsonSerializer.Serialize(notice, s_options);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static IncidentNotice Read(string json) => JsonSerializer.Deserialize<IncidentNotice>(json, s_options)!;

    /// <summary>The body of a webhook: the notice and its CAP document. The same bytes for the same notice.</summary>
    public static byte[] Message(IncidentNotice notice, string cap, DateTimeOffset sent) =>
        JsonSerializer.SerializeToUtf8Bytes(new { Type = MessageType, Timestamp = sent, Data = new { Notice = notice, Cap = cap } }, s_options);
}
