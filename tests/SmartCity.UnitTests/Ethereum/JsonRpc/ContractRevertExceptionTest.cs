using System.Text.Json;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.UnitTests.Ethereum.JsonRpc;

/// <summary>The forms in which nodes report a revert.</summary>
public sealed class ContractRevertExceptionTest
{
    private static readonly string No = Hex.Encode(ErrorAbi.Error.Encode("no"));

    [TestCase(3, "execution reverted", "\"$no\"", TestName = "TryFrom_GethAnvilBesu_HasTheError")]
    [TestCase(-32603, "Error: VM Exception while processing transaction: reverted with reason string 'no'",
        """{"message":"reverted","txHash":"0x11","data":"$no"}""", TestName = "TryFrom_Hardhat_HasTheError")]
    [TestCase(-32000, "Execution reverted", "\"$no\"", TestName = "TryFrom_OlderBesu_HasTheError")]
    [TestCase(-32015, "VM execution error: revert", "\"Reverted $no\"", TestName = "TryFrom_Parity_HasTheError")]
    [TestCase(-32603, "revert", """{"originalError":{"code":3,"data":"$no"}}""", TestName = "TryFrom_Wrapped_HasTheError")]
    public void TryFrom_Revert_HasTheError(int code, string message, string data) =>
        Assert.That(From(code, message, data.Replace("$no", No, StringComparison.Ordinal))!.Error!.ToString(),
            Is.EqualTo("Error(message=\"no\")"));

    [TestCase(3, "execution reverted", null)]
    [TestCase(3, "execution reverted", "\"0x\"")]
    [TestCase(-32000, "VM: revert", "{}")]
    [TestCase(-32000, "reverted", "5")]
    [TestCase(-32000, "reverted", "\"0xzz\"")]
    [TestCase(-32000, "reverted", "\"\\ud800\"")]
    [TestCase(-32000, "reverted", """{"data":{"data":{"data":{"data":{"data":{"data":"0x01"}}}}}}""")]
    public void TryFrom_RevertWithoutData_IsARevertWithoutReason(int code, string message, string? data)
    {
        ContractRevertException exception = From(code, message, data)!;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(exception.RevertData.Length, Is.Zero);
        Assert.That(exception.Message, Does.Contain("gave no reason").And.Contain(message));
    }

    [Test]
    public void TryFrom_UnknownError_ShowsItsData() =>
        Assert.That(From(3, "execution reverted", "\"0x12345678\"")!.Message, Does.Contain("0x12345678"));

    [TestCase(-32000, "insufficient funds")]
    [TestCase(-32601, "method not found")]
    public void TryFrom_AnotherError_IsNone(int code, string message) => Assert.That(From(code, message, null), Is.Null);

    private static ContractRevertException? From(int code, string message, string? data) => ContractRevertException.TryFrom(
        new RpcException("eth_call", code, message, data is null ? null : JsonDocument.Parse(data).RootElement.Clone()), null);
}
