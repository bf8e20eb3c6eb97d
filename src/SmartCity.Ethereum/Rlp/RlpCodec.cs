using System.Buffers.Binary;
using System.Numerics;

namespace SmartCity.Ethereum.Rlp;

/// <summary>Recursive Length Prefix (Yellow Paper, appendix B). Each value has exactly one encoding; any other is
/// refused.</summary>
public static class RlpCodec
{
    /// <summary>Lists may be nested this deep, so that hostile bytes cannot exhaust the stack.</summary>
    public const int MaxDepth = 64;

    private const int MaxShortLength = 55;
    private const byte StringOffset = 0x80;
    private const byte ListOffset = 0xc0;

    /// <summary>The encoding of a value.</summary>
    /// <exception cref="RlpException">Lists are nested deeper than <see cref="MaxDepth"/>.</exception>
    public static byte[] Encode(RlpItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        byte[] encoded = new byte[EncodedLength(item, 0)];
        Write(item, encoded);
        return encoded;
    }

    /// <summary>Reads exactly one value.</summary>
    /// <exception cref="RlpException">Not canonical, cut short, with bytes left over, or nested too deep.</exception>
    public static RlpItem Decode(ReadOnlyMemory<byte> encoded)
    {
        RlpItem item = Read(encoded, 0, out int consumed);
        return consumed == encoded.Length ? item : throw new RlpException($"{encoded.Length - consumed} bytes after the end of the value.");
    }

    private static int EncodedLength(RlpItem item, int depth)
    {
        int content = ContentLength(item, depth);
        return IsItsOwnEncoding(item) ? 1 : HeaderLength(content) + content;
    }

    private static int ContentLength(RlpItem item, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new RlpException($"Lists are nested deeper than {MaxDepth}.");
        }
        if (!item.IsList)
        {
            return item.AsBytes().Length;
        }
        int length = 0;
        foreach (RlpItem child in item.AsList())
        {
            length += EncodedLength(child, depth + 1);
        }
        return length;
    }

    private static bool IsItsOwnEncoding(RlpItem item) =>
        !item.IsList && item.AsBytes().Length == 1 && item.AsBytes().Span[0] < StringOffset;

    private static int HeaderLength(int content) => content <= MaxShortLength ? 1 : 1 + BytesOf(content);

    private static int BytesOf(int length) => (32 - BitOperations.LeadingZeroCount((uint)length) + 7) / 8;

    private static int Write(RlpItem item, Span<byte> destination)
    {
        if (IsItsOwnEncoding(item))
        {
            destination[0] = item.AsBytes().Span[0];
            return 1;
        }
        int content = ContentLength(item, 0);
        int position = WriteHeader(item.IsList ? ListOffset : StringOffset, content, destination);
        if (!item.IsList)
        {
            item.AsBytes().Span.CopyTo(destination[position..]);
            return position + content;
        }
        foreach (RlpItem child in item.AsList())
        {
            position += Write(child, destination[position..]);
        }
        return position;
    }

    private static int WriteHeader(byte offset, int content, Span<byte> destination)
    {
        if (content <= MaxShortLength)
        {
            destination[0] = (byte)(offset + content);
            return 1;
        }
        int width = BytesOf(content);
        destination[0] = (byte)(offset + MaxShortLength + width);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, content);
        length[^width..].CopyTo(destination[1..]);
        return 1 + width;
    }

    private static RlpItem Read(ReadOnlyMemory<byte> encoded, int depth, out int consumed)
    {
        if (depth > MaxDepth)
        {
            throw new RlpException($"Lists are nested deeper than {MaxDepth}.");
        }
        if (encoded.IsEmpty)
        {
            throw new RlpException("A value is missing: the bytes end.");
        }
        byte first = encoded.Span[0];
        if (first < StringOffset)
        {
            consumed = 1;
            return RlpItem.Bytes(encoded[..1]);
        }
        bool isList = first >= ListOffset;
        ReadOnlyMemory<byte> content = Content(encoded, first - (isList ? ListOffset : StringOffset), out consumed);
        if (isList)
        {
            return RlpItem.List(ReadItems(content, depth + 1));
        }
        return content.Length == 1 && content.Span[0] < StringOffset
            ? throw new RlpException("A byte below 0x80 is its own encoding, but has a length before it.")
            : RlpItem.Bytes(content);
    }

    private static List<RlpItem> ReadItems(ReadOnlyMemory<byte> content, int depth)
    {
        List<RlpItem> items = [];
        while (!content.IsEmpty)
        {
            items.Add(Read(content, depth, out int consumed));
            content = content[consumed..];
        }
        return items;
    }

    private static ReadOnlyMemory<byte> Content(ReadOnlyMemory<byte> encoded, int code, out int consumed)
    {
        int header = 1;
        long length = code;
        if (code > MaxShortLength)
        {
            int width = code - MaxShortLength;
            header += width;
            length = LongLength(encoded.Span[1..], width);
        }
        if (length > encoded.Length - header)
        {
            throw new RlpException($"A value of {length} bytes is cut short: {Math.Max(encoded.Length - header, 0)} are left.");
        }
        consumed = header + (int)length;
        return encoded[header..consumed];
    }

    private static long LongLength(ReadOnlySpan<byte> encoded, int width)
    {
        if (width > encoded.Length)
        {
            throw new RlpException("A length is cut short.");
        }
        if (width > sizeof(int) || encoded[0] == 0)
        {
            throw new RlpException(encoded[0] == 0 ? "A length begins with a zero byte." : "A length of more than 4 bytes.");
        }
        long length = 0;
        foreach (byte digit in encoded[..width])
        {
            length = (length << 8) | digit;
        }
        return length > MaxShortLength ? length : throw new RlpException($"The length {length} has a shorter form.");
    }
}
