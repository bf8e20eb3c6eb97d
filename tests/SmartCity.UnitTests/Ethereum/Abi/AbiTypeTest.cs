using CsCheck;
using SmartCity.Ethereum.Abi;

namespace SmartCity.UnitTests.Ethereum.Abi;

public sealed class AbiTypeTest
{
    private static readonly string[] Parts =
        ["uint", "8", "256", "bytes", "(", ")", "[", "]", ",", "tuple", "bool", "é", " ", "3"];

    [TestCase("uint", ExpectedResult = "uint256")]
    [TestCase("int", ExpectedResult = "int256")]
    [TestCase("function", ExpectedResult = "bytes24")]
    [TestCase("tuple(uint,bool)[2][]", ExpectedResult = "(uint256,bool)[2][]")]
    [TestCase("((uint8,bytes)[],string)", ExpectedResult = "((uint8,bytes)[],string)")]
    public string Parse_Name_IsCanonical(string text) => AbiType.Parse(text).Name;

    [TestCase("")]
    [TestCase("uint7")]
    [TestCase("uint264")]
    [TestCase("uint08")]
    [TestCase("bytes0")]
    [TestCase("bytes33")]
    [TestCase("Uint8")]
    [TestCase("uint8[")]
    [TestCase("uint8[0]")]
    [TestCase("uint8[-1]")]
    [TestCase("uint8[x]")]
    [TestCase("uint8]")]
    [TestCase("uint8 ")]
    [TestCase("()")]
    [TestCase("(uint8")]
    [TestCase("(uint8,)")]
    [TestCase("uint8,uint8")]
    [TestCase("uint8[65536][65536]")]
    [TestCase("uint8[999999999999]")]
    [TestCase("[][][][][][][][][][][][][][][][][][][]")]
    [TestCase("uint8[][][][][][][][][][][][][][][][][][][]")]
    public void Parse_Malformed_IsRefused(string text) =>
        Assert.That(() => AbiType.Parse(text), Throws.InstanceOf<AbiException>().Or.InstanceOf<ArgumentException>());

    [Test]
    public void Parse_TooManyBrackets_IsRefused() =>
        Assert.Throws<AbiException>(() => AbiType.Parse(new string('(', 100_000)));

    [Test]
    public void Parse_AnyText_IsATypeOrRefused() =>
        Gen.Int[0, Parts.Length - 1].Array[1, 12].Sample(indices =>
        {
            string text = string.Concat(indices.Select(index => Parts[index]));
            try
            {
                AbiType type = AbiType.Parse(text);
                Assert.That(AbiType.Parse(type.Name), Is.EqualTo(type));
            }
            catch (AbiException)
            {
                // The documented refusal.
            }
        }, iter: 20_000);

    [Test]
    public void Equals_SameName_IsEqual() =>
        AbiGen.Type.Sample(type => AbiType.Parse(type.Name).Equals(type)
            && AbiType.Parse(type.Name).GetHashCode() == type.GetHashCode());

    [TestCase("uint8", false, 32)]
    [TestCase("(uint8,bool)[3]", false, 192)]
    [TestCase("(uint8,string)[3]", true, 32)]
    [TestCase("uint8[]", true, 32)]
    public void HeadSize_OfTypes(string text, bool isDynamic, int headSize)
    {
        AbiType type = AbiType.Parse(text);
        Assert.That((type.IsDynamic, type.HeadSize), Is.EqualTo((isDynamic, headSize)));
    }
}
