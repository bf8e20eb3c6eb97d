using System.Numerics;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;

namespace SmartCity.UnitTests.Ethereum.Abi;

public sealed class ContractAbiTest
{
    private const string Json = """
        [{"type":"constructor","inputs":[{"name":"authority","type":"address"}]},
         {"type":"function","name":"transfer","inputs":[{"name":"to","type":"address"},{"name":"value","type":"uint256"}],
          "outputs":[{"name":"","type":"bool"}],"stateMutability":"nonpayable"},
         {"type":"function","name":"plan","inputs":[],"outputs":[{"name":"","type":"tuple[]","internalType":"struct Plan.Step[]",
          "components":[{"name":"hour","type":"uint32"},{"name":"note","type":"string"}]}],"stateMutability":"view"},
         {"type":"function","name":"set","inputs":[{"name":"a","type":"uint8"}],"outputs":[]},
         {"type":"function","name":"set","inputs":[{"name":"a","type":"bool"}],"outputs":[]},
         {"type":"event","name":"Transfer","inputs":[{"name":"from","type":"address","indexed":true},
          {"name":"to","type":"address","indexed":true},{"name":"value","type":"uint256","indexed":false}]},
         {"type":"event","name":"Named","inputs":[{"name":"name","type":"string","indexed":true}]},
         {"type":"error","name":"TooLow","inputs":[{"name":"have","type":"uint256"},{"name":"want","type":"uint256"}]},
         {"type":"receive","stateMutability":"payable"},{"type":"fallback"}]
        """;

    private static readonly ContractAbi Abi = ContractAbi.Parse(Json);
    private static readonly Address Someone = Address.Parse("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045");

    [Test]
    public void EncodeCall_Transfer_IsTheKnownData()
    {
        byte[] data = Abi.GetFunction("transfer").EncodeCall(Someone, 1);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Hex.Encode(data), Is.EqualTo("0xa9059cbb000000000000000000000000d8da6bf26964af9d7eed9e03e53415d37aa96045"
            + "0000000000000000000000000000000000000000000000000000000000000001"));
        Assert.That(Abi.GetFunction("transfer").DecodeInput(data), Is.EqualTo(new object[] { Someone, BigInteger.One }));
    }

    [Test]
    public void DecodeInput_AnotherFunction_IsRefused() =>
        Assert.Throws<AbiException>(() => Abi.GetFunction("transfer").DecodeInput(Abi.GetFunction("plan").EncodeCall()));

    [Test]
    public void DecodeOutput_Nothing_SaysThatNoContractIsThere() =>
        Assert.That(() => Abi.GetFunction("transfer").DecodeOutput(default),
            Throws.InstanceOf<AbiException>().With.Message.Contains("no contract"));

    [Test]
    public void Parse_Struct_KeepsItsMembers()
    {
        AbiParameter plan = Abi.GetFunction("plan").Outputs[0];

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(plan.Type.Name, Is.EqualTo("(uint32,string)[]"));
        Assert.That(plan.InternalType, Is.EqualTo("struct Plan.Step[]"));
        Assert.That(plan.Components.Select(member => member.Name), Is.EqualTo(new[] { "hour", "note" }));
    }

    [Test]
    public void GetFunction_Overloaded_NeedsTheSignature()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<AbiException>(() => Abi.GetFunction("set"));
        Assert.Throws<AbiException>(() => Abi.GetFunction("missing"));
        Assert.That(Abi.GetFunction("set(bool)").Inputs[0].Type.Name, Is.EqualTo("bool"));
    }

    [Test]
    public void Event_Transfer_HasTheKnownTopic() =>
        Assert.That(Abi.GetEvent("Transfer").Topic0.ToString(),
            Is.EqualTo("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"));

    [Test]
    public void Event_Decode_OrderOfDeclaration()
    {
        EventAbi transfer = Abi.GetEvent("Transfer");
        Hash32[] topics = [transfer.Topic0, Hash32.FromAddress(Someone), default];
        object[] values = transfer.Decode(topics, Hash32.FromUInt64(5).ToBytes());
        Assert.That(values, Is.EqualTo(new object[] { Someone, Address.Zero, new BigInteger(5) }));
    }

    [Test]
    public void Event_IndexedString_IsItsHash()
    {
        EventAbi named = Abi.GetEvent("Named");
        Hash32 hash = Keccak.Hash256("x");
        Assert.That(named.Decode([named.Topic0, hash], default), Is.EqualTo(new object[] { hash }));
    }

    [Test]
    public void Event_AnotherLog_IsRefused()
    {
        EventAbi transfer = Abi.GetEvent("Transfer");
        Hash32 other = Keccak.Hash256("other");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<AbiException>(() => transfer.Decode([other, default, default], Hash32.FromUInt64(5).ToBytes()));
        Assert.Throws<AbiException>(() => transfer.Decode([transfer.Topic0, default], Hash32.FromUInt64(5).ToBytes()));
    }

    [Test]
    public void TryDecodeError_KnownUnknownAndMalformed()
    {
        byte[] known = Abi.GetError("TooLow").Encode(1, 2);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Abi.TryDecodeError(known)!.ToString(), Is.EqualTo("TooLow(have=1, want=2)"));
        Assert.That(Abi.FindError(Abi.GetError("TooLow").Selector)!.Name, Is.EqualTo("TooLow"));
        Assert.That(ContractAbi.Empty.TryDecodeError(known), Is.Null);
        Assert.That(Abi.TryDecodeError(known.AsMemory(0, 10)), Is.Null);
        Assert.That(Abi.TryDecodeError(default), Is.Null);
        Assert.That(Abi.TryDecodeError(ErrorAbi.Panic.Encode(0x11))!.ToString(), Is.EqualTo("Panic(code=17)"));
        Assert.That(Hex.Encode(ErrorAbi.Error.Encode("no"))[..10], Is.EqualTo("0x08c379a0"));
    }

    [Test]
    public void EncodeDeployment_ArgumentsFollowTheCode()
    {
        byte[] data = Abi.EncodeDeployment([0x60, 0x00], Someone);
        Assert.That(data, Is.EqualTo((byte[])[0x60, 0x00, .. Hash32.FromAddress(Someone).ToBytes()]));
    }

    [Test]
    public void Parse_Artifact_FindsTheAbi() =>
        Assert.That(ContractAbi.Parse($$"""{"contractName":"X","abi":{{Json}}}""").Functions, Has.Count.EqualTo(4));

    [Test]
    public void Merge_SameErrorTwice_IsOnce() =>
        Assert.That(ContractAbi.Merge(Abi, ContractAbi.Parse(Json)).Errors, Has.Count.EqualTo(1));

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("[1]")]
    [TestCase("""[{"type":"function","name":"f","inputs":[{"name":"a"}]}]""")]
    [TestCase("""[{"type":"function","name":"f","inputs":[{"name":"a","type":"uint9"}]}]""")]
    [TestCase("""[{"type":"function","name":"f","inputs":[{"name":"a","type":"tuple"}]}]""")]
    [TestCase("""[{"type":"function","name":"f","inputs":[{"name":"a","type":"\ud800"}]}]""")]
    public void Parse_Malformed_IsRefused(string json) => Assert.Throws<AbiException>(() => ContractAbi.Parse(json));
}
