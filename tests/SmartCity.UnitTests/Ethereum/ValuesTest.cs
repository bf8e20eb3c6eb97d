using System.Numerics;
using System.Text.Json;
using CsCheck;
using SmartCity.Ethereum;

namespace SmartCity.UnitTests.Ethereum;

/// <summary>Addresses, hashes and hexadecimal text.</summary>
public sealed class ValuesTest
{
    private const string Checksummed = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

    [TestCase(Checksummed)]
    [TestCase("d8dA6BF26964aF9D7eEd9e03E53415D37aA96045")]
    [TestCase("0xd8da6bf26964af9d7eed9e03e53415d37aa96045")]
    [TestCase("0xD8DA6BF26964AF9D7EED9E03E53415D37AA96045")]
    public void AddressParse_Forms_AreTheSame(string text) =>
        Assert.That(Address.Parse(text).ToString(), Is.EqualTo(Checksummed));

    [TestCase("")]
    [TestCase("0x")]
    [TestCase("0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96045", Description = "the checksum is wrong")]
    [TestCase("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA9604")]
    [TestCase("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA960456")]
    [TestCase("0xg8dA6BF26964aF9D7eEd9e03E53415D37aA96045")]
    [TestCase("0Xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045")]
    public void AddressParse_Malformed_IsRefused(string text) => Assert.Throws<FormatException>(() => Address.Parse(text));

    [Test]
    public void AddressAndHash_Order_IsOfTheirNumbers()
    {
        Gen.Select(Gen.Byte.Array[20], Gen.Byte.Array[20]).Sample((a, b) =>
            Math.Sign(new Address(a).CompareTo(new Address(b))) == Number(a).CompareTo(Number(b))
            && (new Address(a) < new Address(b)) == (Number(a) < Number(b)));
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32]).Sample((a, b) =>
            Math.Sign(new Hash32(a).CompareTo(new Hash32(b))) == Number(a).CompareTo(Number(b))
            && (new Hash32(a) >= new Hash32(b)) == (Number(a) >= Number(b)));
    }

    [Test]
    public void AddressAndHash_BytesAndText_ComeBack()
    {
        Gen.Byte.Array[20].Sample(bytes => new Address(bytes).ToBytes().SequenceEqual(bytes)
            && Address.Parse(new Address(bytes).ToString()) == new Address(bytes));
        Gen.Byte.Array[32].Sample(bytes => new Hash32(bytes).ToBytes().SequenceEqual(bytes)
            && Hash32.Parse(new Hash32(bytes).ToString()) == new Hash32(bytes)
            && Hash32.FromBigInteger(new Hash32(bytes).ToBigInteger()) == new Hash32(bytes));
    }

    [TestCase(19)]
    [TestCase(21)]
    public void Address_AnotherLength_IsRefused(int length) =>
        Assert.Throws<ArgumentException>(() => _ = new Address(new byte[length]));

    [TestCase(31)]
    [TestCase(33)]
    public void Hash32_AnotherLength_IsRefused(int length) =>
        Assert.Throws<ArgumentException>(() => _ = new Hash32(new byte[length]));

    [Test]
    public void Hash32_NumberOutOfRange_IsRefused()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<OverflowException>(() => Hash32.FromBigInteger(-1));
        Assert.Throws<OverflowException>(() => Hash32.FromBigInteger(BigInteger.One << 256));
    }

    [TestCase(0L, ExpectedResult = "0x0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase(-1L, ExpectedResult = "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [TestCase(long.MinValue, ExpectedResult = "0xffffffffffffffffffffffffffffffffffffffffffffffff8000000000000000")]
    public string Hash32_OfSignedNumber(long value) => Hash32.FromInt64(value).ToString();

    /// <summary>The first contracts of vitalik.eth's example in Ethereum's documentation of CREATE.</summary>
    [TestCase(0ul, ExpectedResult = "0xcd234A471b72ba2F1Ccf0A70FCABA648a5eeCD8d")]
    [TestCase(1ul, ExpectedResult = "0x343c43A37D37dfF08AE8C4A11544c718AbB4fCF8")]
    [TestCase(2ul, ExpectedResult = "0xf778B86FA74E846c4f0a1fBd1335FE81c00a0C91")]
    [TestCase(3ul, ExpectedResult = "0xffFd933A0bC612844eaF0C6Fe3E5b8E9B6C1d19c")]
    public string Address_OfContract(ulong nonce) =>
        Address.OfContract(Address.Parse("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"), nonce).ToString();

    [TestCase(0ul, ExpectedResult = "0x0")]
    [TestCase(16ul, ExpectedResult = "0x10")]
    [TestCase(ulong.MaxValue, ExpectedResult = "0xffffffffffffffff")]
    public string Hex_Quantity(ulong value)
    {
        string text = Hex.EncodeQuantity(value);
        Assert.That(Hex.EncodeQuantity(new BigInteger(value)), Is.EqualTo(text));
        Assert.That(Hex.DecodeQuantity(text), Is.EqualTo(value));
        Assert.That(Hex.DecodeBigQuantity(text), Is.EqualTo(new BigInteger(value)));
        return text;
    }

    [TestCase("")]
    [TestCase("0x")]
    [TestCase("12")]
    [TestCase("0xg")]
    [TestCase("0x-1")]
    [TestCase("0x1 ")]
    public void Hex_NotAQuantity_IsRefused(string text)
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<FormatException>(() => Hex.DecodeQuantity(text));
        Assert.Throws<FormatException>(() => Hex.DecodeBigQuantity(text));
    }

    [Test]
    public void Hex_QuantityTooLarge_IsRefused()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<FormatException>(() => Hex.DecodeQuantity("0x10000000000000000"));
        Assert.Throws<FormatException>(() => Hex.DecodeBigQuantity("0x1" + new string('0', 64)));
        Assert.That(Hex.DecodeBigQuantity("0x" + new string('f', 64)), Is.EqualTo((BigInteger.One << 256) - 1));
    }

    [TestCase("0x1")]
    [TestCase("0xgg")]
    [TestCase("é")]
    public void Hex_NotData_IsRefused(string text) => Assert.Throws<FormatException>(() => Hex.Decode(text));

    [Test]
    public void Json_AddressAndHash_AreText()
    {
        Address address = Address.Parse(Checksummed);
        Hash32 hash = Keccak.Hash256("x");
        string json = JsonSerializer.Serialize(new Dictionary<Address, Hash32> { [address] = hash });

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(json, Is.EqualTo($$"""{"{{address}}":"{{hash}}"}"""));
        Assert.That(JsonSerializer.Deserialize<Dictionary<Address, Hash32>>(json)![address], Is.EqualTo(hash));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Address>("1"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Hash32>("\"0x\""));
    }

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
