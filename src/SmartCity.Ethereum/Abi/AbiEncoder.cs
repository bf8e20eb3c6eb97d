using System.Buffers.Binary;
using System.Collections;
using System.Numerics;
using System.Text;

namespace SmartCity.Ethereum.Abi;

/// <summary>Writes values in two passes: their length, then their bytes into one array of that length.</summary>
internal static class AbiEncoder
{
    private const int WordSize = 32;

    public static byte[] Encode(IReadOnlyList<AbiType> types, IReadOnlyList<object?> values, ReadOnlySpan<byte> prefix)
    {
        if (types.Count != values.Count)
        {
            throw new AbiException($"{values.Count} values were given for {types.Count} parameters {AbiType.TupleName(types)}.");
        }
        int length = 0;
        for (int i = 0; i < types.Count; i++)
        {
            length += HeadAndTail(types[i], values[i]);
        }
        byte[] encoded = new byte[prefix.Length + length];
        prefix.CopyTo(encoded);
        WriteSequence(index => types[index], types.Count, values, encoded.AsSpan(prefix.Length));
        return encoded;
    }

    private static int HeadAndTail(AbiType type, object? value) =>
        type.IsDynamic ? WordSize + TailLength(type, value) : type.HeadSize;

    private static int TailLength(AbiType type, object? value) => type.Kind switch
    {
        AbiKind.Bytes => WordSize + Padded(ToBytes(type, value).Length),
        AbiKind.Text => WordSize + Padded(Encoding.UTF8.GetByteCount(ToText(value))),
        AbiKind.Array => WordSize + ToList(type, value).Sum(item => HeadAndTail(type.Element!, item)),
        AbiKind.FixedArray => ToList(type, value).Sum(item => HeadAndTail(type.Element!, item)),
        AbiKind.Tuple => ToList(type, value).Select((item, i) => HeadAndTail(type.Components[i], item)).Sum(),
        _ => throw new System.Diagnostics.UnreachableException($"Type {type} is not dynamic."),
    };

    private static int Padded(int length) => (length + WordSize - 1) / WordSize * WordSize;

    private static int WriteSequence(Func<int, AbiType> typeAt, int count, IReadOnlyList<object?> values, Span<byte> destination)
    {
        int head = 0;
        int tail = 0;
        for (int i = 0; i < count; i++)
        {
            tail += typeAt(i).HeadSize;
        }
        for (int i = 0; i < count; i++)
        {
            AbiType type = typeAt(i);
            if (type.IsDynamic)
            {
                BinaryPrimitives.WriteInt32BigEndian(destination[(head + WordSize - sizeof(int))..], tail);
                tail += Write(type, values[i], destination[tail..]);
            }
            else
            {
                Write(type, values[i], destination[head..]);
            }
            head += type.HeadSize;
        }
        return tail;
    }

    private static int Write(AbiType type, object? value, Span<byte> destination)
    {
        switch (type.Kind)
        {
            case AbiKind.UnsignedNumber or AbiKind.SignedNumber:
                WriteNumber(type, value, destination[..WordSize]);
                return WordSize;
            case AbiKind.Bool:
                destination[WordSize - 1] = value is bool truth ? (byte)(truth ? 1 : 0) : throw Unfit(type, value);
                return WordSize;
            case AbiKind.Address:
                (value is Address address ? address : throw Unfit(type, value)).CopyTo(destination[(WordSize - Address.Size)..]);
                return WordSize;
            case AbiKind.FixedBytes:
                ToBytes(type, value).Span.CopyTo(destination);
                return WordSize;
            case AbiKind.Bytes:
                return WriteBytes(ToBytes(type, value).Span, destination);
            case AbiKind.Text:
                return WriteBytes(Encoding.UTF8.GetBytes(ToText(value)), destination);
            default:
                return WriteItems(type, ToList(type, value), destination);
        }
    }

    private static int WriteItems(AbiType type, IReadOnlyList<object?> items, Span<byte> destination)
    {
        if (type.Kind == AbiKind.Tuple)
        {
            return WriteSequence(index => type.Components[index], items.Count, items, destination);
        }
        int start = 0;
        if (type.Kind == AbiKind.Array)
        {
            BinaryPrimitives.WriteInt32BigEndian(destination[(WordSize - sizeof(int))..], items.Count);
            start = WordSize;
        }
        return start + WriteSequence(_ => type.Element!, items.Count, items, destination[start..]);
    }

    private static int WriteBytes(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination[(WordSize - sizeof(int))..], bytes.Length);
        bytes.CopyTo(destination[WordSize..]);
        return WordSize + Padded(bytes.Length);
    }

    private static void WriteNumber(AbiType type, object? value, Span<byte> word)
    {
        BigInteger number = value switch
        {
            BigInteger big => big,
            ulong u => u,
            long l => l,
            uint u => u,
            int i => i,
            ushort u => u,
            short s => s,
            byte b => b,
            sbyte s => s,
            UInt128 u => u,
            Int128 i => i,
            _ => throw Unfit(type, value),
        };
        bool isSigned = type.Kind == AbiKind.SignedNumber;
        BigInteger limit = BigInteger.One << (isSigned ? type.Size - 1 : type.Size);
        if (number >= limit || number < (isSigned ? -limit : BigInteger.Zero))
        {
            throw new AbiException($"The number {number} does not fit in {type}.");
        }
        int length = number.GetByteCount(isUnsigned: !isSigned);
        word.Fill(number.Sign < 0 ? (byte)0xff : (byte)0);
        number.TryWriteBytes(word[(WordSize - length)..], out _, isUnsigned: !isSigned, isBigEndian: true);
    }

    private static ReadOnlyMemory<byte> ToBytes(AbiType type, object? value)
    {
        ReadOnlyMemory<byte> bytes = value switch
        {
            byte[] array => array,
            ReadOnlyMemory<byte> memory => memory,
            Memory<byte> memory => memory,
            Hash32 hash => hash.ToBytes(),
            _ => throw Unfit(type, value),
        };
        return type.Kind != AbiKind.FixedBytes || bytes.Length == type.Size
            ? bytes
            : throw new AbiException($"{bytes.Length} bytes were given for {type}.");
    }

    private static string ToText(object? value) => value as string ?? throw new AbiException($"Not a string: {Describe(value)}.");

    private static IReadOnlyList<object?> ToList(AbiType type, object? value)
    {
        IReadOnlyList<object?> list = value switch
        {
            string or byte[] => throw Unfit(type, value),
            IReadOnlyList<object?> items => items,
            IEnumerable sequence => sequence.Cast<object?>().ToList(),
            _ => throw Unfit(type, value),
        };
        int? expected = type.Kind switch { AbiKind.Tuple => type.Components.Count, AbiKind.FixedArray => type.Size, _ => null };
        return expected is null || list.Count == expected
            ? list
            : throw new AbiException($"{list.Count} values were given for {type}, which has {expected}.");
    }

    private static AbiException Unfit(AbiType type, object? value) => new($"{Describe(value)} is not a value of {type}.");

    private static string Describe(object? value) => value is null ? "null" : $"A {value.GetType().Name}";
}
