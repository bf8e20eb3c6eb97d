using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCity.Ethereum;

/// <summary>32 bytes: a hash, a topic, a <c>bytes32</c> or a word of the EVM. <c>default</c> is all zeros. Ordered as an unsigned
/// number.</summary>
[JsonConverter(typeof(JsonConverter))]
public readonly record struct Hash32 : IComparable<Hash32>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Takes 32 bytes, big endian.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public Hash32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    private Hash32(ulong a, ulong b, ulong c, ulong d) => (_a, _b, _c, _d) = (a, b, c, d);

    /// <summary>All zeros.</summary>
    public static Hash32 Zero => default;

    /// <summary>Are all bytes zero?</summary>
    public bool IsZero => this == default;

    /// <summary>The word of an unsigned number.</summary>
    public static Hash32 FromUInt64(ulong value) => new(0, 0, 0, value);

    /// <summary>The word of a signed number (two's complement).</summary>
    public static Hash32 FromInt64(long value)
    {
        ulong sign = value < 0 ? ulong.MaxValue : 0;
        return new(sign, sign, sign, unchecked((ulong)value));
    }

    /// <summary>The word of a truth value: 0 or 1.</summary>
    public static Hash32 FromBoolean(bool value) => FromUInt64(value ? 1ul : 0ul);

    /// <summary>The word of an address: 12 zero bytes and its 20.</summary>
    public static Hash32 FromAddress(Address address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        address.CopyTo(bytes[(Size - Address.Size)..]);
        return new(bytes);
    }

    /// <summary>The word of an unsigned number.</summary>
    /// <exception cref="OverflowException">The number is negative or has more than 256 bits.</exception>
    public static Hash32 FromBigInteger(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        int length = value.Sign < 0
            ? throw new OverflowException("A word of the EVM is not negative.")
            : value.GetByteCount(isUnsigned: true);
        if (length > Size || !value.TryWriteBytes(bytes[(Size - length)..], out _, isUnsigned: true, isBigEndian: true))
        {
            throw new OverflowException("A word of the EVM has 256 bits at most.");
        }
        return new(bytes);
    }

    /// <summary>The unsigned number these bytes are, big endian.</summary>
    public BigInteger ToBigInteger()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>Reads 64 hexadecimal digits, with or without "0x".</summary>
    /// <exception cref="FormatException">Not 32 bytes in hexadecimal.</exception>
    public static Hash32 Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out Hash32 hash)
            ? hash
            : throw new FormatException($"Not a hash: '{Hex.Clip(text)}'. Expected 0x and 64 hexadecimal digits.");
    }

    /// <summary>Reads a hash as <see cref="Parse"/> does; false where that throws.</summary>
    public static bool TryParse(string? text, out Hash32 hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is null || Hex.Digits(text).Length != 2 * Size
            || Convert.FromHexString(Hex.Digits(text), bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }
        hash = new(bytes);
        return true;
    }

    /// <summary>Writes the 32 bytes, big endian.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The 32 bytes, big endian.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public int CompareTo(Hash32 other) => (_a, _b, _c, _d).CompareTo((other._a, other._b, other._c, other._d));

    /// <summary>Orders as unsigned numbers.</summary>
    public static bool operator <(Hash32 left, Hash32 right) => left.CompareTo(right) < 0;

    /// <summary>Orders as unsigned numbers.</summary>
    public static bool operator >(Hash32 left, Hash32 right) => left.CompareTo(right) > 0;

    /// <summary>Orders as unsigned numbers.</summary>
    public static bool operator <=(Hash32 left, Hash32 right) => left.CompareTo(right) <= 0;

    /// <summary>Orders as unsigned numbers.</summary>
    public static bool operator >=(Hash32 left, Hash32 right) => left.CompareTo(right) >= 0;

    /// <summary>"0x" and 64 lower-case digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Hex.Encode(bytes);
    }

    /// <summary>A hash in JSON is a string.</summary>
    internal sealed class JsonConverter : JsonConverter<Hash32>
    {
        public override Hash32 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null, out Hash32 hash)
                ? hash
                : throw new JsonException("Not a hash: expected a string of 0x and 64 hexadecimal digits.");

        public override void Write(Utf8JsonWriter writer, Hash32 value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());

        public override Hash32 ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out Hash32 hash) ? hash : throw new JsonException("Not a hash.");

        public override void WriteAsPropertyName(Utf8JsonWriter writer, Hash32 value, JsonSerializerOptions options) =>
            writer.WritePropertyName(value.ToString());
    }
}
