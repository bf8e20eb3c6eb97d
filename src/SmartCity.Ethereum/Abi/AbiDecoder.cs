using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace SmartCity.Ethereum.Abi;

/// <summary>Reads values. Each byte of the input may be used once: so the size of the result is bounded by the size of the input,
/// and offsets that point many values at the same bytes are refused before anything is allocated for them.</summary>
internal ref struct AbiDecoder
{
    private const int WordSize = 32;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private long _unused;

    private AbiDecoder(int length) => _unused = length;

    public static object[] Decode(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data)
    {
        AbiDecoder decoder = new(data.Length);
        return decoder.ReadSequence(index => types[index], types.Count, data);
    }

    /// <summary>Reads heads one after another; the offset of a dynamic value counts from the start of the sequence.</summary>
    private object[] ReadSequence(Func<int, AbiType> typeAt, int count, ReadOnlySpan<byte> data)
    {
        object[] values = new object[count];
        int head = 0;
        for (int i = 0; i < count; i++)
        {
            AbiType type = typeAt(i);
            ReadOnlySpan<byte> slot = Slice(data, head, type.HeadSize, type);
            values[i] = Read(type, type.IsDynamic ? data[TakeLength(slot, data.Length, type)..] : slot);
            head += type.HeadSize;
        }
        return values;
    }

    private object Read(AbiType type, ReadOnlySpan<byte> data) => type.Kind switch
    {
        AbiKind.UnsignedNumber or AbiKind.SignedNumber => ReadNumber(type, data),
        AbiKind.Bool => ReadBoolean(type, data),
        AbiKind.Address => ReadAddress(type, data),
        AbiKind.FixedBytes => ReadPadded(type, Take(data, 0, WordSize, type), type.Size).ToArray(),
        AbiKind.Bytes => ReadBytes(type, data).ToArray(),
        AbiKind.Text => ReadText(type, data),
        AbiKind.Array => ReadArray(type, data),
        AbiKind.FixedArray => ReadElements(type, type.Size, data),
        AbiKind.Tuple => ReadSequence(index => type.Components[index], type.Components.Count, data),
        _ => throw new System.Diagnostics.UnreachableException($"Unknown kind of {type}."),
    };

    private BigInteger ReadNumber(AbiType type, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> word = Take(data, 0, WordSize, type);
        bool isSigned = type.Kind == AbiKind.SignedNumber;
        int padding = WordSize - type.Size / 8;
        byte filler = isSigned && (word[padding] & 0x80) != 0 ? (byte)0xff : (byte)0;
        return word[..padding].ContainsAnyExcept(filler)
            ? throw new AbiException($"A word does not fit in {type}: {Hex.Encode(word)}.")
            : new BigInteger(word, isUnsigned: !isSigned, isBigEndian: true);
    }

    private bool ReadBoolean(AbiType type, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> word = Take(data, 0, WordSize, type);
        return word[..^1].ContainsAnyExcept((byte)0) || word[^1] > 1
            ? throw new AbiException($"A bool is neither 0 nor 1: {Hex.Encode(word)}.")
            : word[^1] == 1;
    }

    private Address ReadAddress(AbiType type, ReadOnlySpan<byte> data)
    {
        const int Padding = WordSize - Address.Size;
        ReadOnlySpan<byte> word = Take(data, 0, WordSize, type);
        return word[..Padding].ContainsAnyExcept((byte)0)
            ? throw new AbiException($"A word is not an address: {Hex.Encode(word)}.")
            : new Address(word[Padding..]);
    }

    private string ReadText(AbiType type, ReadOnlySpan<byte> data)
    {
        try
        {
            return Utf8.GetString(ReadBytes(type, data));
        }
        catch (DecoderFallbackException)
        {
            throw new AbiException("A string is not UTF-8.");
        }
    }

    private ReadOnlySpan<byte> ReadBytes(AbiType type, ReadOnlySpan<byte> data)
    {
        int length = TakeLength(data, data.Length - WordSize, type);
        long padded = ((long)length + WordSize - 1) / WordSize * WordSize;
        return padded > data.Length - WordSize
            ? throw CutShort(type)
            : ReadPadded(type, Take(data, WordSize, (int)padded, type), length);
    }

    private object[] ReadArray(AbiType type, ReadOnlySpan<byte> data)
    {
        int count = TakeLength(data, (data.Length - WordSize) / type.Element!.HeadSize, type);
        return ReadElements(type, count, data[WordSize..]);
    }

    private object[] ReadElements(AbiType type, int count, ReadOnlySpan<byte> data)
    {
        long heads = (long)count * type.Element!.HeadSize;
        return heads > _unused ? throw Overlapping(type) : ReadSequence(_ => type.Element, count, data);
    }

    /// <summary>Reads the word at the start as an offset or a length of at most <paramref name="maximum"/>.</summary>
    private int TakeLength(ReadOnlySpan<byte> data, int maximum, AbiType type)
    {
        ReadOnlySpan<byte> word = Take(data, 0, WordSize, type);
        uint low = BinaryPrimitives.ReadUInt32BigEndian(word[^sizeof(uint)..]);
        return word[..^sizeof(uint)].ContainsAnyExcept((byte)0) || low > maximum
            ? throw new AbiException($"An offset or length of {type} is beyond the data: {Hex.Encode(word)}.")
            : (int)low;
    }

    private ReadOnlySpan<byte> Take(ReadOnlySpan<byte> data, int start, int length, AbiType type)
    {
        ReadOnlySpan<byte> taken = Slice(data, start, length, type);
        _unused -= length;
        return _unused < 0 ? throw Overlapping(type) : taken;
    }

    private static ReadOnlySpan<byte> ReadPadded(AbiType type, ReadOnlySpan<byte> data, int length) =>
        data[length..].ContainsAnyExcept((byte)0)
            ? throw new AbiException($"The padding of {type} is not zero.")
            : data[..length];

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> data, int start, int length, AbiType type) =>
        length > data.Length - start ? throw CutShort(type) : data.Slice(start, length);

    private static AbiException CutShort(AbiType type) => new($"The data ends within a value of {Hex.Clip(type.Name)}.");

    private static AbiException Overlapping(AbiType type) => new($"Parts of a value of {Hex.Clip(type.Name)} overlap.");
}
