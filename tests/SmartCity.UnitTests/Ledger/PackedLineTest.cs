using System.Globalization;
using System.Numerics;
using SmartCity.Domain;
using SmartCity.Ledger;
using SmartCity.UnitTests.Domain.Vectors;

namespace SmartCity.UnitTests.Ledger;

/// <summary>Packed bill lines, the same vectors as in tests/solidity/Lines.t.sol.</summary>
public sealed class PackedLineTest
{
    private const int ReservedBit = 244;
    private const int MethodBit = 224;

    public static IEnumerable<TestCaseData> Lines => SharedVectors.Read("lines.json");

    [TestCaseSource(nameof(Lines))]
    public void Unpack_Vector(Dictionary<string, string> vector)
    {
        BilledLine expected = new(
            (BilledService)vector.Number("service"),
            (LineKind)vector.Number("kind"),
            (TariffZone)vector.Number("zone"),
            (int)vector.Number("band"),
            (VolumeMethod)vector.Number("method"),
            new((ushort)vector.Number("period")),
            (ushort)vector.Number("provider"),
            (long)vector.Number("quantity"),
            vector.Number("price"),
            new(long.Parse(vector["amount"], CultureInfo.InvariantCulture)));
        Assert.That(PackedLine.Unpack(WordOf(vector["word"])), Is.EqualTo(expected));
        Assert.That(PackedLines.Pack(expected), Is.EqualTo(WordOf(vector["word"])), "the tests' own packing");
    }

    [TestCase(ReservedBit, Description = "a bit that is kept zero")]
    [TestCase(MethodBit + 3, Description = "method 8")]
    [TestCase(MethodBit + 6, Description = "band 4")]
    [TestCase(MethodBit + 11, Description = "zone 8")]
    [TestCase(MethodBit + 14, Description = "kind 4")]
    [TestCase(MethodBit + 19, Description = "service 8")]
    [TestCase(191, Description = "a quantity of 2^63")]
    public void Unpack_WhatNoLineHas_IsRefused(int bit) =>
        Assert.That(() => PackedLine.Unpack(BigInteger.One << bit), Throws.TypeOf<FormatException>().With.Message.Contains("cannot be read"));

    private static BigInteger WordOf(string hexadecimal) =>
        BigInteger.Parse("0" + hexadecimal[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
