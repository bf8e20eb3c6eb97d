using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCity.Ethereum.JsonRpc;

/// <summary>JSON as nodes speak it: numbers are hexadecimal quantities, bytes are hexadecimal data, names are in camel
/// case.</summary>
public static class RpcJson
{
    /// <summary>Options that read and write so.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.Strict,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        };
        options.Converters.Add(new QuantityConverter());
        options.Converters.Add(new BigQuantityConverter());
        options.Converters.Add(new DataConverter());
        options.Converters.Add(new MemoryConverter());
        options.Converters.Add(new BlockParameter.JsonConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static string TextOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("Expected a hexadecimal string.");

    private sealed class QuantityConverter : JsonConverter<ulong>
    {
        public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Checked(ref reader, Hex.DecodeQuantity);

        public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Hex.EncodeQuantity(value));
    }

    private sealed class BigQuantityConverter : JsonConverter<BigInteger>
    {
        public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Checked(ref reader, Hex.DecodeBigQuantity);

        public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Hex.EncodeQuantity(value));
    }

    private sealed class DataConverter : JsonConverter<byte[]>
    {
        public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Checked(ref reader, Hex.Decode);

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Hex.Encode(value));
    }

    private sealed class MemoryConverter : JsonConverter<ReadOnlyMemory<byte>>
    {
        public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Checked(ref reader, Hex.Decode);

        public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Hex.Encode(value.Span));
    }

    private static T Checked<T>(ref Utf8JsonReader reader, Func<string, T> decode)
    {
        string text = TextOf(ref reader);
        try
        {
            return decode(text);
        }
        catch (FormatException exception)
        {
            throw new JsonException(exception.Message);
        }
    }
}
