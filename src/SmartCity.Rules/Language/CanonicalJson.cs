using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SmartCity.Rules;

/// <summary>
/// One spelling for each JSON value, so that its hash tells what a file says and not how it is laid out: fields in ordinal order,
/// no spaces, numbers as plain decimals without needless zeros.
/// </summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>SHA-256 of the canonical spelling, 64 hexadecimal digits in small letters.</summary>
    public static string HashOf(JsonText value) => Convert.ToHexStringLower(SHA256.HashData(BytesOf(value)));

    /// <summary>The canonical spelling, UTF-8.</summary>
    public static byte[] BytesOf(JsonText value)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Options))
        {
            Write(writer, value);
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonText value)
    {
        switch (value.Kind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonField field in value.Fields.OrderBy(field => field.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(field.Name);
                    Write(writer, field.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonText item in value.Items)
                {
                    Write(writer, item);
                }
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(value.String);
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Plain(value.Number));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.WriteBooleanValue(value.Kind == JsonValueKind.True);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static string Plain(decimal number) =>
        number.ToString("0.############################", CultureInfo.InvariantCulture) is "-0" ? "0"
        : number.ToString("0.############################", CultureInfo.InvariantCulture);
}
