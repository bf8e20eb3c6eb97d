using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;

namespace SmartCity.Ethereum.JsonRpc;

/// <summary>Writes requests and reads answers.</summary>
internal static class RpcMessages
{
    public static ArrayBufferWriter<byte> Write(IReadOnlyList<RpcRequest> requests, long firstId, bool isBatch)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using Utf8JsonWriter writer = new(buffer);
        if (isBatch)
        {
            writer.WriteStartArray();
        }
        for (int i = 0; i < requests.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writer.WriteNumber("id"u8, firstId + i);
            writer.WriteString("method"u8, requests[i].Method);
            writer.WriteStartArray("params"u8);
            foreach (object? parameter in requests[i].Parameters)
            {
                JsonSerializer.Serialize(writer, parameter, parameter?.GetType() ?? typeof(object), RpcJson.Options);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        if (isBatch)
        {
            writer.WriteEndArray();
        }
        return buffer;
    }

    public static IReadOnlyList<RpcResult<T?>> Read<T>(
        ReadOnlyMemory<byte> body, HttpStatusCode status, IReadOnlyList<RpcRequest> requests, long firstId, bool isBatch, string name, Uri url)
    {
        JsonDocument? document = TryParse(body, out string? problem);
        if (document is null)
        {
            string shown = $"{(int)status} {status}: '{Clip(body)}'";
            throw (int)status is >= 200 and < 300
                ? new RpcProtocolException(name, $"The node at {url} answered {name} with what is not JSON ({problem}): {shown}")
                : new RpcTransportException(name, $"The node at {url} answered {name} with HTTP status {shown}", true);
        }
        using (document)
        {
            JsonElement root = document.RootElement;
            if (isBatch && root.ValueKind == JsonValueKind.Array)
            {
                return ReadBatch<T>(root, requests, firstId, name, body);
            }
            if (root.ValueKind == JsonValueKind.Object && (isBatch || !root.TryGetProperty("id"u8, out JsonElement id)
                || id.ValueKind == JsonValueKind.Null) && ErrorOf(root, name) is { } whole)
            {
                throw whole; // The node refused the request before it came to the calls in it.
            }
            return isBatch
                ? throw Malformed(name, "a batch is answered by an array", body)
                : ReadBatch<T>(root, requests, firstId, name, body);
        }
    }

    private static RpcResult<T?>[] ReadBatch<T>(
        JsonElement root, IReadOnlyList<RpcRequest> requests, long firstId, string name, ReadOnlyMemory<byte> body)
    {
        RpcResult<T?>[] results = new RpcResult<T?>[requests.Count];
        bool[] isAnswered = new bool[requests.Count];
        IEnumerable<JsonElement> answers = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray() : [root];
        foreach (JsonElement answer in answers)
        {
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("id"u8, out JsonElement idElement)
                || idElement.ValueKind != JsonValueKind.Number || !idElement.TryGetInt64(out long id))
            {
                throw Malformed(name, "an answer has no id", body);
            }
            if (id < firstId || id - firstId >= requests.Count)
            {
                throw Malformed(name, $"id {id} was not asked for", body);
            }
            int index = (int)(id - firstId);
            if (isAnswered[index])
            {
                throw Malformed(name, $"id {id} is answered twice", body);
            }
            isAnswered[index] = true;
            results[index] = ReadAnswer<T>(answer, requests[index].Method, body);
        }
        int missing = Array.IndexOf(isAnswered, false);
        return missing < 0 ? results : throw Malformed(name, $"id {firstId + missing} is not answered", body);
    }

    private static RpcResult<T?> ReadAnswer<T>(JsonElement answer, string method, ReadOnlyMemory<byte> body)
    {
        if (ErrorOf(answer, method) is { } error)
        {
            return new(method, default, error);
        }
        if (!answer.TryGetProperty("result"u8, out JsonElement result))
        {
            throw Malformed(method, "neither result nor error", body);
        }
        try
        {
            return new(method, result.Deserialize<T>(RpcJson.Options), null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // The latter: half a surrogate pair.
        {
            throw Malformed(method, exception.Message, body);
        }
    }

    private static RpcException? ErrorOf(JsonElement answer, string method)
    {
        if (!answer.TryGetProperty("error"u8, out JsonElement error) || error.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        if (error.ValueKind != JsonValueKind.Object)
        {
            return new(method, 0, Hex.Clip(error.ToString()));
        }
        int code = error.TryGetProperty("code"u8, out JsonElement number) && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt32(out int value) ? value : 0;
        string message = error.TryGetProperty("message"u8, out JsonElement text) && JsonText.TryGet(text) is { } given
            ? given
            : "an error without a message";
        return new(method, code, message, error.TryGetProperty("data"u8, out JsonElement data) ? data.Clone() : null);
    }

    private static JsonDocument? TryParse(ReadOnlyMemory<byte> body, out string? problem)
    {
        try
        {
            problem = null;
            return JsonDocument.Parse(body);
        }
        catch (JsonException exception)
        {
            problem = exception.Message;
            return null;
        }
    }

    private static RpcProtocolException Malformed(string name, string problem, ReadOnlyMemory<byte> body) =>
        new(name, $"The answer to {name} is malformed: {problem}. It begins '{Clip(body)}'");

    private static string Clip(ReadOnlyMemory<byte> body)
    {
        const int MaxShownBytes = 200;
        string text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, MaxShownBytes)]);
        return string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character)) + (body.Length > MaxShownBytes ? "…" : "");
    }
}
