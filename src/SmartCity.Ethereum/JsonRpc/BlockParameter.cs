using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCity.Ethereum.JsonRpc;

/// <summary>Which block a question is about. <c>default</c> is the latest.</summary>
public readonly record struct BlockParameter
{
    private readonly string? _text;

    private BlockParameter(string text) => _text = text;

    /// <summary>The newest block.</summary>
    public static BlockParameter Latest => new("latest");

    /// <summary>The newest block and what waits for the next.</summary>
    public static BlockParameter Pending => new("pending");

    /// <summary>The first block.</summary>
    public static BlockParameter Earliest => new("earliest");

    /// <summary>The block of this number.</summary>
    public static BlockParameter Of(ulong number) => new(Hex.EncodeQuantity(number));

    /// <summary>The tag or quantity that is sent.</summary>
    public override string ToString() => _text ?? "latest";

    /// <summary>Written as the tag or quantity.</summary>
    internal sealed class JsonConverter : JsonConverter<BlockParameter>
    {
        public override BlockParameter Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString() ?? throw new JsonException("A block is a tag or a quantity."));

        public override void Write(Utf8JsonWriter writer, BlockParameter value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
