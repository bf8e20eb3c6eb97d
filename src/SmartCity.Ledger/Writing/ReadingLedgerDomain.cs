using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Ledger;

/// <summary>What signatures of hour batches are bound to: one ReadingLedger on one chain (EIP-712). Immutable; make one and keep it.</summary>
public sealed record ReadingLedgerDomain
{
    private static readonly AbiType[] ConfigTypes =
        [AbiType.Parse("uint256"), AbiType.Parse("address"), AbiType.Parse("address[]"), AbiType.Parse("uint8")];

    /// <summary>The domain of a ledger.</summary>
    public ReadingLedgerDomain(ulong chainId, Address readingLedger)
    {
        ChainId = chainId;
        ReadingLedger = readingLedger;
        Separator = new Eip712Domain("SmartCity ReadingLedger", "1", chainId, readingLedger).Separator();
    }

    /// <summary>The chain.</summary>
    public ulong ChainId { get; }

    /// <summary>The contract that checks the signatures.</summary>
    public Address ReadingLedger { get; }

    /// <summary>hashStruct of the EIP-712 domain.</summary>
    public Hash32 Separator { get; }

    /// <summary>The configuration that batches are signed for: chain, contract, oracles and how many of them must sign.</summary>
    /// <param name="members">The oracles, in ascending order.</param>
    /// <param name="threshold">How many must sign.</param>
    public Hash32 OracleConfigOf(IReadOnlyList<Address> members, byte threshold)
    {
        ArgumentNullException.ThrowIfNull(members);
        object?[] values = [ChainId, ReadingLedger, members.Select(member => (object?)member).ToArray(), threshold];
        return Keccak.Hash256(AbiCodec.Encode(ConfigTypes, values));
    }

    /// <summary>The EIP-712 digest that an oracle signs for a batch: <c>ReadingLedger.batchDigest</c> gives the same.</summary>
    public Hash32 DigestOf(HourBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return DigestOf(batch.Id);
    }

    /// <summary>The digest of the batch or correction that has this id.</summary>
    public Hash32 DigestOf(Hash32 id) => Eip712.Digest(Separator, id);
}
