using SmartCity.Ethereum.Rlp;

namespace SmartCity.Ethereum.Transactions;

/// <summary>Storage keys of one contract in an access list (EIP-2930).</summary>
public sealed record AccessListEntry(Address Address, IReadOnlyList<Hash32> StorageKeys)
{
    internal static RlpItem Encode(IReadOnlyList<AccessListEntry> entries) =>
        RlpItem.List(entries.Select(entry => RlpItem.List(
        [
            RlpItem.Bytes(entry.Address.ToBytes()),
            RlpItem.List(entry.StorageKeys.Select(key => RlpItem.Bytes(key.ToBytes())).ToArray()),
        ])).ToArray());

    internal static IReadOnlyList<AccessListEntry> Decode(RlpItem item) => item.AsList().Select(DecodeEntry).ToArray();

    private static AccessListEntry DecodeEntry(RlpItem item)
    {
        IReadOnlyList<RlpItem> fields = item.AsList();
        TransactionFields.RequireCount(fields, 2);
        Address address = TransactionFields.ToAddress(fields[0]) ?? throw new RlpException("An entry of the access list has no address.");
        return new(address, fields[1].AsList().Select(key => TransactionFields.ToHash(key)).ToArray());
    }
}
