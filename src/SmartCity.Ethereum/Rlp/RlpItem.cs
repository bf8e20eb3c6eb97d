using System.Buffers.Binary;
using System.Numerics;

namespace SmartCity.Ethereum.Rlp;

/// <summary>A value of RLP: a string of bytes or a list of items. Immutable.</summary>
public sealed class RlpItem
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly IReadOnlyList<RlpItem>? _items;

    private RlpItem(ReadOnlyMemory<byte> bytes, IReadOnlyList<RlpItem>? items) => (_bytes, _items) = (bytes, items);

    /// <summary>Is this a list?</summary>
    public bool IsList => _items is not null;

    /// <summary>A string of bytes.</summary>
    public static RlpItem Bytes(ReadOnlyMemory<byte> bytes) => new(bytes, null);

    /// <summary>A number: its big-endian bytes without leading zeros; zero is the empty string.</summary>
    public static RlpItem Number(ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return new(bytes.AsMemory(BitOperations.LeadingZeroCount(value) / 8), null);
    }

    /// <summary>A number: its big-endian bytes without leading zeros; zero is the empty string.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static RlpItem Number(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return new(value.IsZero ? ReadOnlyMemory<byte>.Empty : value.ToByteArray(isUnsigned: true, isBigEndian: true), null);
    }

    /// <summary>A list of items.</summary>
    public static RlpItem List(IReadOnlyList<RlpItem> items) => new(default, items);

    /// <summary>The bytes of a string.</summary>
    /// <exception cref="RlpException">This is a list.</exception>
    public ReadOnlyMemory<byte> AsBytes() => IsList ? throw new RlpException("Expected bytes, found a list.") : _bytes;

    /// <summary>The items of a list.</summary>
    /// <exception cref="RlpException">This is a string of bytes.</exception>
    public IReadOnlyList<RlpItem> AsList() => _items ?? throw new RlpException("Expected a list, found bytes.");

    /// <summary>The number in at most <paramref name="maxBytes"/> bytes.</summary>
    /// <exception cref="RlpException">A list, too long, or with a leading zero.</exception>
    public BigInteger AsNumber(int maxBytes = 32)
    {
        ReadOnlySpan<byte> bytes = AsBytes().Span;
        if (bytes.Length > maxBytes)
        {
            throw new RlpException($"A number of {bytes.Length} bytes where {maxBytes} at most are allowed.");
        }
        return bytes.Length > 0 && bytes[0] == 0
            ? throw new RlpException("A number begins with a zero byte.")
            : new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>The number in at most 8 bytes.</summary>
    /// <exception cref="RlpException">A list, too long, or with a leading zero.</exception>
    public ulong AsUInt64() => (ulong)AsNumber(sizeof(ulong));
}
