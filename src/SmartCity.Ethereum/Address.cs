using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCity.Ethereum;

/// <summary>An account or contract: 20 bytes. <c>default</c> is the zero address. Ordered as an unsigned number, as Solidity
/// does.</summary>
[JsonConverter(typeof(JsonConverter))]
public readonly record struct Address : IComparable<Address>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 20;

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    /// <summary>Takes 20 bytes, big endian.</summary>
    /// <exception cref="ArgumentException">Not 20 bytes.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"An address has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The zero address: the absence of an account.</summary>
    public static Address Zero => default;

    /// <summary>Is this the zero address?</summary>
    public bool IsZero => this == default;

    /// <summary>Reads 40 hexadecimal digits, with or without "0x". Digits of mixed case must have the checksum of
    /// EIP-55.</summary>
    /// <exception cref="FormatException">Not an address, or its checksum is wrong.</exception>
    public static Address Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out Address address)
            ? address
            : throw new FormatException(
                $"Not an address: '{Hex.Clip(text)}'. Expected 0x and 40 hexadecimal digits, in one case or with the checksum of EIP-55.");
    }

    /// <summary>Reads an address as <see cref="Parse"/> does; false where that throws.</summary>
    public static bool TryParse(string? text, out Address address)
    {
        address = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is null)
        {
            return false;
        }
        ReadOnlySpan<char> digits = Hex.Digits(text);
        if (digits.Length != 2 * Size
            || Convert.FromHexString(digits, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }
        Address parsed = new(bytes);
        bool isMixedCase = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        if (isMixedCase && !digits.SequenceEqual(parsed.ToString().AsSpan(2)))
        {
            return false;
        }
        address = parsed;
        return true;
    }

    /// <summary>The contract that the sender's transaction with this nonce creates (CREATE).</summary>
    public static Address OfContract(Address sender, ulong nonce)
    {
        byte[] encoded = Rlp.RlpCodec.Encode(Rlp.RlpItem.List([Rlp.RlpItem.Bytes(sender.ToBytes()), Rlp.RlpItem.Number(nonce)]));
        return FromHash(Keccak.Hash256(encoded));
    }

    /// <summary>The last 20 bytes of a hash.</summary>
    public static Address FromHash(Hash32 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        hash.CopyTo(bytes);
        return new Address(bytes[12..]);
    }

    /// <summary>Writes the 20 bytes, big endian.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    /// <summary>The 20 bytes, big endian.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public int CompareTo(Address other) =>
        (_high, _middle, _low).CompareTo((other._high, other._middle, other._low));

    /// <summary>Orders as unsigned numbers.</summary>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    /// <summary>Orders as unsigned numbers.</summary>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    /// <summary>Orders as unsigned numbers.</summary>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    /// <summary>Orders as unsigned numbers.</summary>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;

    /// <summary>"0x" and 40 digits whose case is the checksum of EIP-55.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        Span<char> text = stackalloc char[2 * Size];
        Convert.TryToHexStringLower(bytes, text, out _);
        Span<byte> ascii = stackalloc byte[2 * Size];
        System.Text.Encoding.ASCII.GetBytes(text, ascii);
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Keccak.Hash256(ascii, hash);
        for (int i = 0; i < text.Length; i++)
        {
            int nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0x0f;
            text[i] = nibble >= 8 ? char.ToUpperInvariant(text[i]) : text[i];
        }
        return string.Concat("0x", text);
    }

    /// <summary>An address in JSON is a string.</summary>
    internal sealed class JsonConverter : JsonConverter<Address>
    {
        public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null, out Address address)
                ? address
                : throw new JsonException("Not an address: expected a string of 0x and 40 hexadecimal digits.");

        public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());

        public override Address ReadAsPropertyName(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out Address address) ? address : throw new JsonException("Not an address.");

        public override void WriteAsPropertyName(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) =>
            writer.WritePropertyName(value.ToString());
    }
}
