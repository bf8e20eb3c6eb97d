using SmartCity.Ethereum.Rlp;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Ethereum.Transactions;

/// <summary>Reads the fields that all kinds of transactions have.</summary>
internal static class TransactionFields
{
    public static void RequireCount(IReadOnlyList<RlpItem> fields, int count)
    {
        if (fields.Count != count)
        {
            throw new RlpException($"{fields.Count} fields where {count} are due.");
        }
    }

    public static Address? ToAddress(RlpItem item)
    {
        ReadOnlySpan<byte> bytes = item.AsBytes().Span;
        return bytes.Length switch
        {
            0 => null,
            Address.Size => new Address(bytes),
            _ => throw new RlpException($"An address of {bytes.Length} bytes."),
        };
    }

    public static Hash32 ToHash(RlpItem item) =>
        item.AsBytes().Length == Hash32.Size
            ? new Hash32(item.AsBytes().Span)
            : throw new RlpException($"A word of {item.AsBytes().Length} bytes where {Hash32.Size} are due.");

    public static int ToParity(RlpItem item)
    {
        ulong parity = item.AsUInt64();
        return parity <= 1 ? (int)parity : throw new RlpException($"The parity of a signature is 0 or 1, not {parity}.");
    }

    public static EthECDSASignature ToSignature(int parity, RlpItem r, RlpItem s) =>
        new(Hash32.FromBigInteger(r.AsNumber()), Hash32.FromBigInteger(s.AsNumber()), (byte)(EthECDSASignature.EvenV + parity));
}
