using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SmartCity.Emulator.Api;

/// <summary>An answer of the API, ready to be sent: refusals are values like any other.</summary>
internal sealed record ApiAnswer(int Status, byte[] Body, string? ETag = null)
{
    private const string JsonType = "application/json; charset=utf-8";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Media type of the body.</summary>
    public string ContentType { get; init; } = JsonType;

    /// <summary>200 with JSON.</summary>
    public static ApiAnswer Json(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Readable))
        {
            write(writer);
        }
        return new(status, buffer.WrittenSpan.ToArray());
    }

    /// <summary>A refusal: a code for programs and a message for people.</summary>
    public static ApiAnswer Error(int status, string code, string message) => Json(
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("code", code);
            writer.WriteString("message", message);
            writer.WriteEndObject();
        },
        status);

    /// <summary>The same with an entity tag made of the bytes.</summary>
    public ApiAnswer WithETag() => this with { ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Body).AsSpan(0, 12))}\"" };
}
