using CsCheck;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.Signing;

namespace SmartCity.UnitTests.Ethereum.Signing;

public sealed class Eip712Test
{
    private const string Type =
        "HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,address by,int64 difference,bool isLast,string note)";

    /// <summary>The fast way and the way through JSON agree.</summary>
    [Test]
    public void Digest_FastAndJson_Agree() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.Byte.Array[32], Gen.Byte.Array[20], Gen.Long, Gen.Bool, Gen.Bool)
            .Sample((segment, hour, previous, by, difference, isLast, hasSalt) =>
            {
                Hash32 previousBatch = new(previous);
                Address account = new(by);
                Eip712Domain domain = new("SmartCity", "1", 31_337, account, hasSalt ? previousBatch : null);
                Hash32 structHash = Eip712.HashStruct(Eip712.HashType(Type), Hash32.FromUInt64(segment), Hash32.FromUInt64(hour),
                    previousBatch, Hash32.FromAddress(account), Hash32.FromInt64(difference), Hash32.FromBoolean(isLast), Keccak.Hash256("час"));
                string salt = hasSalt ? $",\"salt\":\"{previousBatch}\"" : "";

                TypedData data = TypedData.Parse($$"""
                    {"types":{"HourBatch":[{"name":"segment","type":"uint32"},{"name":"hour","type":"uint32"},
                      {"name":"previousBatch","type":"bytes32"},{"name":"by","type":"address"},{"name":"difference","type":"int64"},
                      {"name":"isLast","type":"bool"},{"name":"note","type":"string"}]},
                     "primaryType":"HourBatch",
                     "domain":{"name":"SmartCity","version":"1","chainId":31337,"verifyingContract":"{{account}}"{{salt}}},
                     "message":{"segment":{{segment}},"hour":"{{hour}}","previousBatch":"{{previousBatch}}","by":"{{account}}",
                      "difference":"{{difference}}","isLast":{{(isLast ? "true" : "false")}},"note":"час"} }
                    """);

                Assert.That(data.EncodeType("HourBatch"), Is.EqualTo(Type));
                Assert.That(data.DomainSeparator(), Is.EqualTo(domain.Separator()));
                Assert.That(data.Digest(), Is.EqualTo(Eip712.Digest(domain.Separator(), structHash)));
            }, iter: 500);

    [Test]
    public void HashStruct_ManyMembers_IsTheHashOfAll()
    {
        Hash32[] words = Enumerable.Range(0, 40).Select(i => Hash32.FromUInt64((ulong)i)).ToArray();
        for (int count = 0; count <= words.Length; count++)
        {
            byte[] encoded = words.Take(1).Concat(words.Take(count)).SelectMany(word => word.ToBytes()).ToArray();
            Assert.That(Eip712.HashStruct(words[0], words.AsSpan(0, count)),
                Is.EqualTo(Keccak.Hash256(encoded)), $"{count} members");
        }
    }

    [Test]
    public void EncodeType_Referred_FollowInOrderOfTheirNames() =>
        Assert.That(Parse("""{"C":[{"name":"b","type":"B[]"},{"name":"a","type":"A"}],"B":[{"name":"x","type":"bool"}],"A":[{"name":"c","type":"C[]"}]}""", "C", "{}")
            .EncodeType("C"), Is.EqualTo("C(B[] b,A a)A(C[] c)B(bool x)"));

    [TestCase("""{"T":[{"name":"a","type":"uint8"}]}""", """{"a":256}""")]
    [TestCase("""{"T":[{"name":"a","type":"uint8"}]}""", """{"a":-1}""")]
    [TestCase("""{"T":[{"name":"a","type":"uint8"}]}""", """{"a":1.5}""")]
    [TestCase("""{"T":[{"name":"a","type":"uint8"}]}""", """{"a":1e999999999}""")]
    [TestCase("""{"T":[{"name":"a","type":"uint8"}]}""", """{"a":true}""")]
    [TestCase("""{"T":[{"name":"a","type":"uint8"}]}""", """{"a":null}""")]
    [TestCase("""{"T":[{"name":"a","type":"uint8"}]}""", "{}")]
    [TestCase("""{"T":[{"name":"a","type":"bool"}]}""", """{"a":"true"}""")]
    [TestCase("""{"T":[{"name":"a","type":"bytes4"}]}""", """{"a":"0x112233"}""")]
    [TestCase("""{"T":[{"name":"a","type":"address"}]}""", """{"a":"0x11"}""")]
    [TestCase("""{"T":[{"name":"a","type":"U"}]}""", """{"a":1}""")]
    [TestCase("""{"T":[{"name":"a","type":"bool[2]"}]}""", """{"a":[true]}""")]
    [TestCase("""{"T":[{"name":"a","type":"bool[]"}]}""", """{"a":true}""")]
    [TestCase("""{"T":[{"name":"a","type":"[]"}]}""", """{"a":[]}""")]
    [TestCase("""{"U":[]}""", "{}")]
    public void Digest_ValueOfAnotherType_IsRefused(string types, string message) =>
        Assert.Throws<AbiException>(() => Parse(types, "T", message).Digest());

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("""{"types":{}}""")]
    [TestCase("""{"types":{"T":1},"primaryType":"T","domain":{},"message":{}}""")]
    [TestCase("""{"types":{"T":[1]},"primaryType":"T","domain":{},"message":{}}""")]
    [TestCase("""{"types":{"T":[],"T":[]},"primaryType":"T","domain":{},"message":{}}""")]
    public void Parse_Malformed_IsRefused(string json) => Assert.Throws<AbiException>(() => TypedData.Parse(json));

    private static TypedData Parse(string types, string primaryType, string message) =>
        TypedData.Parse($$"""{"types":{{types}},"primaryType":"{{primaryType}}","domain":{},"message":{{message}}}""");
}
