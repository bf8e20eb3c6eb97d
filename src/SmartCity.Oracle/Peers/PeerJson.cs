using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>Messages among oracles as JSON. What another wrote is checked: a message that is not one is a <see cref="JsonException"/>.</summary>
internal static class PeerJson
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        MaxDepth = 16,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new HourConverter(), new SignatureConverter(), new BatchConverter(), new CorrectionConverter() },
    };

    /// <summary>Writes a message.</summary>
    public static byte[] Write<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message, s_options);

    /// <summary>Reads a message.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, s_options) ?? throw new JsonException("The message is empty.");
        }
        catch (Exception exception) when (exception is FormatException or NotSupportedException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    private sealed class HourConverter : JsonConverter<Hour>
    {
        public override Hour Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetUInt32());

        public override void Write(Utf8JsonWriter writer, Hour value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
    }

    private sealed class SignatureConverter : JsonConverter<EthECDSASignature>
    {
        public override EthECDSASignature Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            EthECDSASignature.FromBytes(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter writer, EthECDSASignature value, JsonSerializerOptions options) =>
            writer.WriteBase64StringValue(value.ToBytes());
    }

    private sealed record BatchFields(uint Segment, Hour Hour, Hash32 Previous, byte[] Payload, Hash32 Config);

    private sealed class BatchConverter : JsonConverter<HourBatch>
    {
        public override HourBatch Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            BatchFields fields = JsonSerializer.Deserialize<BatchFields>(ref reader, options) ?? throw new JsonException("A batch is missing.");
            return new(fields.Segment, fields.Hour, fields.Previous, fields.Payload, fields.Config);
        }

        public override void Write(Utf8JsonWriter writer, HourBatch value, JsonSerializerOptions options) => JsonSerializer.Serialize(
            writer, new BatchFields(value.Segment, value.Hour, value.PreviousBatch, value.Payload.ToArray(), value.OracleConfig), options);
    }

    private sealed record CorrectionFields(
        uint Segment,
        uint Number,
        Hash32 Previous,
        uint Group,
        ushort Channel,
        Hour FirstHour,
        ushort FilledHours,
        byte[] Differences,
        byte Reason,
        Hash32 Evidence,
        Hash32 Config);

    private sealed class CorrectionConverter : JsonConverter<ReadingCorrection>
    {
        public override ReadingCorrection Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            CorrectionFields fields = JsonSerializer.Deserialize<CorrectionFields>(ref reader, options) ?? throw new JsonException("A correction is missing.");
            return new(
                new(fields.Segment, fields.Number, fields.Previous),
                new(fields.Group, fields.Channel, fields.FirstHour, fields.FilledHours, fields.Differences),
                (ReadingLedgerContract.CorrectionReason)fields.Reason, fields.Evidence, fields.Config);
        }

        public override void Write(Utf8JsonWriter writer, ReadingCorrection value, JsonSerializerOptions options) => JsonSerializer.Serialize(
            writer,
            new CorrectionFields(
                value.Place.Segment, value.Place.Number, value.Place.Previous, value.Subject.Group, value.Subject.Channel, value.Subject.FirstHour,
                value.Subject.FilledHours, value.Subject.Differences.ToArray(), (byte)value.Details.Reason, value.Details.Evidence, value.Details.OracleConfig),
            options);
    }
}
