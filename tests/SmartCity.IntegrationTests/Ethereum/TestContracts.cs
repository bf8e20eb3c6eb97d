using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;

namespace SmartCity.IntegrationTests.Ethereum;

/// <summary>Keys that the development nodes fund, and contracts of a few instructions.</summary>
internal static class TestContracts
{
    public const ulong ChainId = 31_337;
    public const ulong Gas = 200_000;

    /// <summary>Gives the call's data back.</summary>
    public const string Echo = "366000600037366000f3";

    /// <summary>Reverts with the call's data.</summary>
    public const string RevertWithData = "366000600037366000fd";

    /// <summary>Fails at once and uses all gas that it is given.</summary>
    public const string BurnAll = "fe";

    /// <summary>Logs the call's data after the first word, with the first word as topic.</summary>
    public const string Log = "366000600037" + "600051" + "60203603" + "6020a100";

    /// <summary>The n-th account of the mnemonic "test test test test test test test test test test test junk" that both nodes
    /// fund.</summary>
    public static EthECKey FundedKey(int index) => EthECKey.Parse(index switch
    {
        0 => "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        1 => "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    });

    public static async Task<Address> DeployAsync(
        EthApi api, TransactionSender sender, string runtime, CancellationToken cancellationToken)
    {
        TransactionReceipt receipt = await SendAsync(api, sender, new(null, CreationCode(runtime), Gas), cancellationToken);
        Assert.That(receipt.IsSuccess, Is.True);
        return receipt.ContractAddress!.Value;
    }

    public static async Task<TransactionReceipt> SendAsync(
        EthApi api, TransactionSender sender, TransactionRequest request, CancellationToken cancellationToken)
    {
        SendOutcome outcome = await sender.SendAsync(request, cancellationToken);
        Assert.That(outcome, Is.TypeOf<SendOutcome.Sent>(), outcome.ToString());
        return await ReceiptAsync(api, ((SendOutcome.Sent)outcome).Hash, cancellationToken);
    }

    public static async Task<TransactionReceipt> ReceiptAsync(EthApi api, Hash32 hash, CancellationToken cancellationToken)
    {
        ReceiptOutcome outcome = await new ReceiptWaiter(api).WaitAsync(hash, TimeSpan.FromSeconds(30), cancellationToken);
        Assert.That(outcome, Is.TypeOf<ReceiptOutcome.Mined>(), outcome.ToString());
        return ((ReceiptOutcome.Mined)outcome).Receipt;
    }

    private static byte[] CreationCode(string runtime)
    {
        byte[] code = Hex.Decode(runtime);
        // PUSH1 length, DUP1, PUSH1 11, PUSH1 0, CODECOPY, PUSH1 0, RETURN
        return [0x60, (byte)code.Length, 0x80, 0x60, 0x0b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, .. code];
    }
}
