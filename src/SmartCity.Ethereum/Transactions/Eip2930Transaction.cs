using System.Numerics;
using SmartCity.Ethereum.Rlp;

namespace SmartCity.Ethereum.Transactions;

/// <summary>A transaction with an access list and one gas price (EIP-2930, type 1).</summary>
public sealed class Eip2930Transaction : EthTransaction
{
    internal const byte Type = 1;

    /// <summary>The chain.</summary>
    public ulong ChainId { get; init; }

    /// <summary>Wei a unit of gas.</summary>
    public BigInteger GasPrice { get; init; }

    /// <summary>Storage that the transaction says it will touch.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <inheritdoc/>
    public override byte? TypeByte => Type;

    internal static SignedTransaction Decode(RlpItem item)
    {
        IReadOnlyList<RlpItem> fields = item.AsList();
        TransactionFields.RequireCount(fields, 11);
        Eip2930Transaction transaction = new()
        {
            ChainId = fields[0].AsUInt64(),
            Nonce = fields[1].AsUInt64(),
            GasPrice = fields[2].AsNumber(),
            GasLimit = fields[3].AsNumber(),
            To = TransactionFields.ToAddress(fields[4]),
            Value = fields[5].AsNumber(),
            Data = fields[6].AsBytes(),
            AccessList = AccessListEntry.Decode(fields[7]),
        };
        return transaction.WithSignature(TransactionFields.ToSignature(TransactionFields.ToParity(fields[8]), fields[9], fields[10]));
    }

    private protected override List<RlpItem> UnsignedFields() =>
    [
        RlpItem.Number(ChainId), RlpItem.Number(Nonce), RlpItem.Number(GasPrice), RlpItem.Number(GasLimit), ToItem(),
        RlpItem.Number(Value), RlpItem.Bytes(Data), AccessListEntry.Encode(AccessList),
    ];
}
