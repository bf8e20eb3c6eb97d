using System.Numerics;
using CsCheck;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Rlp;

namespace SmartCity.UnitTests.Ethereum.Rlp;

public sealed class RlpCodecTest
{
    private static readonly Gen<RlpItem> Items = ItemsOf(3);

    [Test]
    public void Decode_Encoded_IsTheValue() =>
        Items.Sample(item => Assert.That(Show(RlpCodec.Decode(RlpCodec.Encode(item))), Is.EqualTo(Show(item))));

    /// <summary>A value has one encoding: bytes that can be decoded are what encoding gives.</summary>
    [Test]
    public void Decode_Damaged_IsCanonicalOrRefused() =>
        Gen.Select(Items, Gen.Int[0, 5_000], Gen.Byte, Gen.Int[0, 3]).Sample((item, place, value, cut) =>
        {
            byte[] encoded = RlpCodec.Encode(item);
            encoded[place % encoded.Length] = value;
            encoded = encoded[..Math.Max(0, encoded.Length - cut)];
            try
            {
                Assert.That(RlpCodec.Encode(RlpCodec.Decode(encoded)), Is.EqualTo(encoded));
            }
            catch (RlpException)
            {
                // The documented refusal.
            }
        }, iter: 20_000);

    [TestCase("", Description = "nothing")]
    [TestCase("8100", Description = "a byte below 0x80 with a length")]
    [TestCase("0000", Description = "bytes left over")]
    [TestCase("b800", Description = "the long form of a short length")]
    [TestCase("b90001", Description = "a length with a leading zero")]
    [TestCase("b9", Description = "a length cut short")]
    [TestCase("83aabb", Description = "bytes cut short")]
    [TestCase("c2", Description = "a list cut short")]
    [TestCase("c28201", Description = "an item cut short by the end of its list")]
    [TestCase("bbffffffff", Description = "a length beyond the data")]
    [TestCase("bfffffffffffffffff", Description = "a length of 64 bits")]
    [TestCase("f800", Description = "the long form of a short list")]
    public void Decode_NotCanonical_IsRefused(string hex) =>
        Assert.Throws<RlpException>(() => RlpCodec.Decode(Hex.Decode(hex)));

    [Test]
    public void Decode_NestedTooDeep_IsRefused()
    {
        byte[] encoded = [0xc0];
        for (int depth = 0; depth <= RlpCodec.MaxDepth; depth++)
        {
            encoded = encoded.Length <= 55
                ? [(byte)(0xc0 + encoded.Length), .. encoded]
                : [0xf8, (byte)encoded.Length, .. encoded];
        }
        Assert.That(() => RlpCodec.Decode(encoded), Throws.InstanceOf<RlpException>().With.Message.Contains("deeper"));
    }

    [TestCase(0ul, ExpectedResult = "0x80")]
    [TestCase(1ul, ExpectedResult = "0x01")]
    [TestCase(127ul, ExpectedResult = "0x7f")]
    [TestCase(128ul, ExpectedResult = "0x8180")]
    [TestCase(256ul, ExpectedResult = "0x820100")]
    [TestCase(ulong.MaxValue, ExpectedResult = "0x88ffffffffffffffff")]
    public string Number_Edges(ulong number)
    {
        byte[] encoded = RlpCodec.Encode(RlpItem.Number(number));
        Assert.That(RlpCodec.Encode(RlpItem.Number(new BigInteger(number))), Is.EqualTo(encoded));
        Assert.That(RlpCodec.Decode(encoded).AsUInt64(), Is.EqualTo(number));
        return Hex.Encode(encoded);
    }

    [Test]
    public void AsNumber_LeadingZeroOrTooLong_IsRefused()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<RlpException>(() => RlpItem.Bytes(new byte[] { 0, 1 }).AsNumber());
        Assert.Throws<RlpException>(() => RlpItem.Bytes(new byte[] { 0 }).AsNumber());
        Assert.Throws<RlpException>(() => RlpItem.Bytes(new byte[] { 1, 1, 1, 1, 1, 1, 1, 1, 1 }).AsUInt64());
        Assert.Throws<RlpException>(() => RlpItem.List([]).AsNumber());
        Assert.Throws<RlpException>(() => RlpItem.Number(1).AsList());
    }

    private static Gen<RlpItem> ItemsOf(int nesting)
    {
        Gen<RlpItem> bytes = Gen.OneOf(Gen.Byte.Array[0, 3], Gen.Byte.Array[50, 60], Gen.Byte.Array[250, 260])
            .Select(value => RlpItem.Bytes(value));
        return nesting == 0 ? bytes : Gen.Frequency((2, bytes), (1, ItemsOf(nesting - 1).Array[0, 4].Select(items => RlpItem.List(items))));
    }

    private static string Show(RlpItem item) => item.IsList
        ? $"[{string.Join(',', item.AsList().Select(Show))}]"
        : Hex.Encode(item.AsBytes().Span);
}
