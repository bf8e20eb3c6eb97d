namespace SmartCity.Ethereum.Signing;

/// <summary>Typed structured data (EIP-712) for a struct that is known when the program is written: hash its type once, then each
/// value costs two hashes and no allocation. For types that come as JSON see <see cref="TypedData"/>.</summary>
public static class Eip712
{
    private const int MaxStackWords = 16;

    /// <summary>Hash of a type's encoding, e.g. <c>"Mail(address to,string text)"</c>; the types it refers to follow it in order
    /// of their names. No spaces but the one between a member's type and name.</summary>
    public static Hash32 HashType(string encodedType)
    {
        ArgumentException.ThrowIfNullOrEmpty(encodedType);
        return Keccak.Hash256(encodedType);
    }

    /// <summary>hashStruct: the type's hash and one word a member. The word of a number or address is <c>Hash32.From…</c>, of
    /// <c>bytes</c> and <c>string</c> its Keccak hash, of a struct its hashStruct, of an array the hash of its words.</summary>
    public static Hash32 HashStruct(Hash32 typeHash, params ReadOnlySpan<Hash32> members)
    {
        int length = (1 + members.Length) * Hash32.Size;
        Span<byte> encoded = members.Length < MaxStackWords ? stackalloc byte[MaxStackWords * Hash32.Size] : new byte[length];
        typeHash.CopyTo(encoded);
        for (int i = 0; i < members.Length; i++)
        {
            members[i].CopyTo(encoded[((i + 1) * Hash32.Size)..]);
        }
        return Keccak.Hash256(encoded[..length]);
    }

    /// <summary>The digest to sign: keccak256(0x1901 ‖ domain separator ‖ struct hash).</summary>
    public static Hash32 Digest(Hash32 domainSeparator, Hash32 structHash)
    {
        Span<byte> encoded = stackalloc byte[2 + 2 * Hash32.Size];
        encoded[0] = 0x19;
        encoded[1] = 0x01;
        domainSeparator.CopyTo(encoded[2..]);
        structHash.CopyTo(encoded[(2 + Hash32.Size)..]);
        return Keccak.Hash256(encoded);
    }
}
