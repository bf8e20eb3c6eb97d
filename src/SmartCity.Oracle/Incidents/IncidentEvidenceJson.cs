using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>An entry of an incident before it is written.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Time">Source time of it.</param>
/// <param name="By">Who did it.</param>
/// <param name="Stage">The stage that was reached, of <see cref="IncidentEntryKind.Advanced"/>.</param>
/// <param name="Note">What a person noted.</param>
/// <param name="Request">What a person asked for.</param>
/// <param name="Alarm">The signals that an alarm was raised or cleared on, JSON.</param>
internal sealed record EntryDraft(
    IncidentEntryKind Kind, DateTimeOffset Time, string By, IncidentStage? Stage = null, string Note = "", DeskRequest? Request = null, string? Alarm = null);

/// <summary>
/// Evidence of an entry as JSON with a fixed order of fields. It names the hash of the entry before it, so that one entry whose hash is on the
/// chain vouches for all before it.
/// </summary>
internal static class IncidentEvidenceJson
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>The evidence of an entry.</summary>
    /// <param name="entry">The journal's number of the entry: no two entries have the same evidence.</param>
    /// <param name="incident">The incident's id in the incident log.</param>
    /// <param name="draft">What it says.</param>
    /// <param name="signer">Whose key sends it; empty for the oracle's.</param>
    /// <param name="previous">Hash of the entry before.</param>
    public static string Write(long entry, Hash32 incident, EntryDraft draft, string signer, Hash32 previous)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, s_options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("entry", entry);
            writer.WriteString("incident", incident.ToString());
            writer.WriteString("kind", draft.Kind.ToString());
            if (draft.Stage is { } stage)
            {
                writer.WriteString("stage", stage.ToString());
            }
            writer.WriteString("time", draft.Time.UtcDateTime);
            writer.WriteString("by", draft.By);
            writer.WriteString("signer", signer);
            writer.WriteString("note", draft.Note);
            if (draft.Request is { } request)
            {
                writer.WritePropertyName("request");
                writer.WriteRawValue(request.ToJson());
            }
            if (draft.Alarm is { } alarm)
            {
                writer.WritePropertyName("alarm");
                writer.WriteRawValue(alarm);
            }
            writer.WriteString("previous", previous.ToString());
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>What a person asked for by an entry; <c>null</c> when the rules made it.</summary>
    /// <exception cref="FormatException">The evidence is not of this form.</exception>
    public static DeskRequest? RequestOf(string evidence)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(evidence);
            return document.RootElement.TryGetProperty("request", out JsonElement request) ? DeskRequest.Parse(request.GetRawText()) : null;
        }
        catch (JsonException exception)
        {
            throw new FormatException($"This is no evidence of an entry: {exception.Message}", exception);
        }
    }
}
