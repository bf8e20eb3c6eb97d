namespace SmartCity.Ethereum.Signing;

/// <summary>What a typed signature is for (EIP-712): a signature for one domain is void in any other. A null field is not part of
/// the domain's type.</summary>
/// <param name="Name">Name of the application or contract.</param>
/// <param name="Version">Version of its messages.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="VerifyingContract">The contract that checks the signature.</param>
/// <param name="Salt">Anything else that tells domains apart.</param>
public sealed record Eip712Domain(
    string? Name = null, string? Version = null, ulong? ChainId = null, Address? VerifyingContract = null, Hash32? Salt = null)
{
    /// <summary>hashStruct of the domain. Compute it once and keep it.</summary>
    public Hash32 Separator()
    {
        List<string> members = [];
        List<Hash32> words = [];
        Add("string name", Name is null ? null : Keccak.Hash256(Name));
        Add("string version", Version is null ? null : Keccak.Hash256(Version));
        Add("uint256 chainId", ChainId is null ? null : Hash32.FromUInt64(ChainId.Value));
        Add("address verifyingContract", VerifyingContract is null ? null : Hash32.FromAddress(VerifyingContract.Value));
        Add("bytes32 salt", Salt);
        Hash32 type = Keccak.Hash256($"EIP712Domain({string.Join(',', members)})");
        return Eip712.HashStruct(type, words.ToArray());

        void Add(string member, Hash32? word)
        {
            if (word is not null)
            {
                members.Add(member);
                words.Add(word.Value);
            }
        }
    }
}
