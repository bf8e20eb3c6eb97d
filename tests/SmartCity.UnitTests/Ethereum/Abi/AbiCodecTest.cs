using System.Numerics;
using CsCheck;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;

namespace SmartCity.UnitTests.Ethereum.Abi;

public sealed class AbiCodecTest
{
    private const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>What is encoded is decoded as it was.</summary>
    [Test]
    public void Decode_Encoded_IsTheValue() =>
        AbiGen.Parameters.Sample(parameters =>
        {
            (AbiType[] types, object[] values) = Split(parameters);
            object[] decoded = AbiCodec.Decode(types, AbiCodec.Encode(types, values));
            Assert.That(AbiGen.Show(decoded), Is.EqualTo(AbiGen.Show(values)));
        }, iter: 5_000);

    /// <summary>Damaged bytes either have a value, which then encodes and decodes as itself, or are refused in one way
    /// only.</summary>
    [Test]
    public void Decode_Damaged_IsAValueOrRefused() =>
        Gen.Select(AbiGen.Parameters, Gen.Select(Gen.Int[0, 5_000], Gen.Byte).Array[1, 4], Gen.Int[0, 40]).Sample((parameters, changes, cut) =>
        {
            (AbiType[] types, object[] values) = Split(parameters);
            byte[] data = AbiCodec.Encode(types, values);
            foreach ((int place, byte value) in changes)
            {
                if (data.Length > 0)
                {
                    data[place % data.Length] = value;
                }
            }
            data = cut % 4 == 0 ? data[..Math.Max(0, data.Length - cut)] : data;
            try
            {
                object[] decoded = AbiCodec.Decode(types, data);
                Assert.That(AbiGen.Show(AbiCodec.Decode(types, AbiCodec.Encode(types, decoded))),
                    Is.EqualTo(AbiGen.Show(decoded)));
            }
            catch (AbiException)
            {
                // The documented refusal.
            }
        }, iter: 20_000);

    [TestCase("uint8", "00000000000000000000000000000000000000000000000000000000000001ff", TestName = "Decode_NumberTooLarge_IsRefused")]
    [TestCase("int8", "0000000000000000000000000000000000000000000000000000000000000080", TestName = "Decode_SignNotExtended_IsRefused")]
    [TestCase("bool", "0000000000000000000000000000000000000000000000000000000000000002", TestName = "Decode_BoolOfTwo_IsRefused")]
    [TestCase("address", "0000000000000000000000010000000000000000000000000000000000000000", TestName = "Decode_AddressOf21Bytes_IsRefused")]
    [TestCase("bytes2", "0102030000000000000000000000000000000000000000000000000000000000", TestName = "Decode_PaddingOfBytes2_IsRefused")]
    [TestCase("uint256", "00", TestName = "Decode_WordCutShort_IsRefused")]
    [TestCase("string", "0000000000000000000000000000000000000000000000000000000000000020"
        + "0000000000000000000000000000000000000000000000000000000000000001"
        + "ff00000000000000000000000000000000000000000000000000000000000000", TestName = "Decode_NotUtf8_IsRefused")]
    [TestCase("bytes", "0000000000000000000000000000000000000000000000000000000000000020"
        + "0000000000000000000000000000000000000000000000000000000000000001"
        + "ff01000000000000000000000000000000000000000000000000000000000000", TestName = "Decode_PaddingOfBytes_IsRefused")]
    [TestCase("bytes", "0000000000000000000000000000000000000000000000000000000000000020"
        + "0000000000000000000000000000000000000000000000000000000000000001ff", TestName = "Decode_PaddingMissing_IsRefused")]
    [TestCase("bytes", "00000000000000000000000000000000000000000000000000000000ffffffe0", TestName = "Decode_OffsetBeyondTheData_IsRefused")]
    [TestCase("bytes", "0000000000000000000000000000000000000000000000000000000000000020"
        + "000000000000000000000000000000000000000000000000000000007fffffff", TestName = "Decode_LengthBeyondTheData_IsRefused")]
    [TestCase("uint256[]", "0000000000000000000000000000000000000000000000000000000000000020"
        + "000000000000000000000000000000000000000000000000000000007fffffff", TestName = "Decode_CountBeyondTheData_IsRefused")]
    [TestCase("bytes", "8000000000000000000000000000000000000000000000000000000000000020" + Zero, TestName = "Decode_HugeOffset_IsRefused")]
    public void Decode_Malformed_IsRefused(string type, string data) =>
        Assert.Throws<AbiException>(() => AbiCodec.Decode([AbiType.Parse(type)], Hex.Decode(data)));

    /// <summary>A kilobyte whose arrays all contain the same arrays would become billions of values.</summary>
    [Test]
    public void Decode_OffsetsToTheSameBytes_IsRefused()
    {
        const int Length = 30;
        AbiType nested = AbiType.Parse("uint256[][][][][][]");
        Hash32[] level = [Hash32.FromUInt64(Length), .. Enumerable.Repeat(Hash32.FromUInt64(0), Length)];
        byte[] data = [.. Hash32.FromUInt64(32).ToBytes(), .. level.SelectMany(word => word.ToBytes())];
        Assert.Throws<AbiException>(() => AbiCodec.Decode([nested], data));
    }

    [Test]
    public void Decode_BytesLeftOver_AreBorne()
    {
        byte[] data = [.. Hash32.FromUInt64(7).ToBytes(), 1, 2, 3];
        Assert.That(AbiCodec.Decode([AbiType.Parse("uint8")], data)[0], Is.EqualTo(new BigInteger(7)));
    }

    [TestCase("uint8", 256)]
    [TestCase("uint8", -1)]
    [TestCase("int8", 128)]
    [TestCase("int8", -129)]
    public void Encode_NumberOutOfRange_IsRefused(string type, int value) =>
        Assert.Throws<AbiException>(() => AbiCodec.Encode([AbiType.Parse(type)], [value]));

    [TestCase("uint8", 255, ExpectedResult = "0x00000000000000000000000000000000000000000000000000000000000000ff")]
    [TestCase("int8", -128, ExpectedResult = "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80")]
    [TestCase("int256", -1, ExpectedResult = "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public string Encode_NumberAtTheEdge(string type, int value) => Hex.Encode(AbiCodec.Encode([AbiType.Parse(type)], [value]));

    private static readonly object?[] Unfit = [null, "text", 1.5, new byte[] { 1 }, true, new object[] { 1 }, Address.Zero];

    [Test]
    public void Encode_ValueOfAnotherType_IsRefused()
    {
        (string Type, object?[] Fit)[] cases =
        [
            ("uint256", []), ("bool", [true]), ("address", [Address.Zero]), ("bytes2", []), ("bytes", [new byte[] { 1 }]),
            ("string", ["text"]), ("uint8[2]", []), ("(uint8,bool)", []),
        ];
        foreach ((string type, object?[] fit) in cases)
        {
            foreach (object? value in Unfit.Where(value => !fit.Any(good => good!.GetType() == value?.GetType())))
            {
                Assert.Throws<AbiException>(() => AbiCodec.Encode([AbiType.Parse(type)], [value]), $"{value} as {type}");
            }
        }
    }

    [Test]
    public void Encode_AnotherNumberOfValues_IsRefused() =>
        Assert.Throws<AbiException>(() => AbiCodec.Encode([AbiType.Parse("uint8")], []));

    [Test]
    public void Encode_TypesOfCSharp_AreNumbers()
    {
        object[] numbers = [(byte)7, (sbyte)7, (short)7, (ushort)7, 7, 7u, 7L, 7ul, (Int128)7, (UInt128)7, new BigInteger(7)];
        AbiType type = AbiType.Parse("int256");
        foreach (object number in numbers)
        {
            Assert.That(AbiCodec.Encode([type], [number]), Is.EqualTo(Hash32.FromUInt64(7).ToBytes()), number.GetType().Name);
        }
    }

    private static (AbiType[] Types, object[] Values) Split((AbiType Type, object Value)[] parameters) =>
        (parameters.Select(pair => pair.Type).ToArray(), parameters.Select(pair => pair.Value).ToArray());
}
