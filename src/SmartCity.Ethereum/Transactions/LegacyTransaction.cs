using System.Numerics;
using SmartCity.Ethereum.Rlp;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Ethereum.Transactions;

/// <summary>A transaction of the first form, bound to a chain by EIP-155 unless <see cref="ChainId"/> is null.</summary>
public sealed class LegacyTransaction : EthTransaction
{
    private const int ReplayProtectedV = 35;

    /// <summary>The chain; null signs for every chain (before EIP-155), which nodes usually refuse.</summary>
    public ulong? ChainId { get; init; }

    /// <summary>Wei a unit of gas.</summary>
    public BigInteger GasPrice { get; init; }

    /// <inheritdoc/>
    public override byte? TypeByte => null;

    internal static SignedTransaction Decode(RlpItem item)
    {
        IReadOnlyList<RlpItem> fields = item.AsList();
        TransactionFields.RequireCount(fields, 9);
        BigInteger v = fields[6].AsNumber();
        BigInteger chainId = (v - ReplayProtectedV) / 2;
        if (v < ReplayProtectedV ? v != 27 && v != 28 : chainId > ulong.MaxValue)
        {
            throw new RlpException($"The v of a legacy transaction cannot be {v}.");
        }
        LegacyTransaction transaction = new()
        {
            Nonce = fields[0].AsUInt64(),
            GasPrice = fields[1].AsNumber(),
            GasLimit = fields[2].AsNumber(),
            To = TransactionFields.ToAddress(fields[3]),
            Value = fields[4].AsNumber(),
            Data = fields[5].AsBytes(),
            ChainId = v < ReplayProtectedV ? null : (ulong)chainId,
        };
        int parity = (int)(v < ReplayProtectedV ? v - EthECDSASignature.EvenV : (v - ReplayProtectedV) % 2);
        return transaction.WithSignature(TransactionFields.ToSignature(parity, fields[7], fields[8]));
    }

    private protected override List<RlpItem> UnsignedFields()
    {
        List<RlpItem> fields = SignedFields();
        if (ChainId is { } chain)
        {
            fields.AddRange([RlpItem.Number(chain), RlpItem.Number(0), RlpItem.Number(0)]);
        }
        return fields;
    }

    private protected override List<RlpItem> SignedFields() =>
    [
        RlpItem.Number(Nonce), RlpItem.Number(GasPrice), RlpItem.Number(GasLimit), ToItem(), RlpItem.Number(Value), RlpItem.Bytes(Data),
    ];

    private protected override BigInteger VOf(EthECDSASignature signature) =>
        ChainId is { } chain ? new BigInteger(chain) * 2 + ReplayProtectedV + signature.YParity : signature.V;
}
