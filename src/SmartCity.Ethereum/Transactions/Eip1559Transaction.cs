using System.Numerics;
using SmartCity.Ethereum.Rlp;

namespace SmartCity.Ethereum.Transactions;

/// <summary>A transaction that pays the block's base fee and a tip (EIP-1559, type 2).</summary>
public sealed class Eip1559Transaction : EthTransaction
{
    internal const byte Type = 2;

    /// <summary>The chain.</summary>
    public ulong ChainId { get; init; }

    /// <summary>Tip: wei a unit of gas to the block's maker.</summary>
    public BigInteger MaxPriorityFeePerGas { get; init; }

    /// <summary>Wei a unit of gas at most, tip included.</summary>
    public BigInteger MaxFeePerGas { get; init; }

    /// <summary>Storage that the transaction says it will touch.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <inheritdoc/>
    public override byte? TypeByte => Type;

    internal static SignedTransaction Decode(RlpItem item)
    {
        IReadOnlyList<RlpItem> fields = item.AsList();
        TransactionFields.RequireCount(fields, 12);
        Eip1559Transaction transaction = new()
        {
            ChainId = fields[0].AsUInt64(),
            Nonce = fields[1].AsUInt64(),
            MaxPriorityFeePerGas = fields[2].AsNumber(),
            MaxFeePerGas = fields[3].AsNumber(),
            GasLimit = fields[4].AsNumber(),
            To = TransactionFields.ToAddress(fields[5]),
            Value = fields[6].AsNumber(),
            Data = fields[7].AsBytes(),
            AccessList = AccessListEntry.Decode(fields[8]),
        };
        return transaction.WithSignature(TransactionFields.ToSignature(TransactionFields.ToParity(fields[9]), fields[10], fields[11]));
    }

    private protected override List<RlpItem> UnsignedFields() =>
    [
        RlpItem.Number(ChainId), RlpItem.Number(Nonce), RlpItem.Number(MaxPriorityFeePerGas), RlpItem.Number(MaxFeePerGas),
        RlpItem.Number(GasLimit), ToItem(), RlpItem.Number(Value), RlpItem.Bytes(Data), AccessListEntry.Encode(AccessList),
    ];
}
