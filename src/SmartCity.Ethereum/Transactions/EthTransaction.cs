using System.Numerics;
using SmartCity.Ethereum.Rlp;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Ethereum.Transactions;

/// <summary>A transaction before it is signed. Immutable. Amounts are in wei.</summary>
public abstract class EthTransaction
{
    private protected EthTransaction()
    {
    }

    /// <summary>How many transactions the sender made before.</summary>
    public ulong Nonce { get; init; }

    /// <summary>Gas that may be used at most. Chains take far less than 64 bits, but the form of a transaction has no such
    /// bound.</summary>
    public BigInteger GasLimit { get; init; }

    /// <summary>Who is called; null creates a contract.</summary>
    public Address? To { get; init; }

    /// <summary>Wei that move to <see cref="To"/>; 0 to 2^256 - 1.</summary>
    public BigInteger Value { get; init; }

    /// <summary>The call, or the creation code.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The type's byte before the RLP list (EIP-2718); null for a legacy transaction.</summary>
    public abstract byte? TypeByte { get; }

    /// <summary>The digest that the sender signs.</summary>
    public Hash32 SigningHash => Keccak.Hash256(EncodeUnsigned());

    /// <summary>The bytes whose hash is signed.</summary>
    public byte[] EncodeUnsigned() => Envelope(UnsignedFields());

    /// <summary>Signs the transaction.</summary>
    public SignedTransaction Sign(EthECKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return WithSignature(key.Sign(SigningHash));
    }

    /// <summary>Puts a signature that was made elsewhere to the transaction.</summary>
    public SignedTransaction WithSignature(EthECDSASignature signature)
    {
        List<RlpItem> fields = SignedFields();
        fields.Add(RlpItem.Number(VOf(signature)));
        fields.Add(RlpItem.Number(signature.R.ToBigInteger()));
        fields.Add(RlpItem.Number(signature.S.ToBigInteger()));
        return new SignedTransaction(this, signature, Envelope(fields));
    }

    /// <summary>The fields that the signature covers.</summary>
    private protected abstract List<RlpItem> UnsignedFields();

    /// <summary>The fields before the signature in the sent form.</summary>
    private protected virtual List<RlpItem> SignedFields() => UnsignedFields();

    /// <summary>How the sent form states the signature's v.</summary>
    private protected virtual BigInteger VOf(EthECDSASignature signature) => signature.YParity;

    private protected RlpItem ToItem() => RlpItem.Bytes(To?.ToBytes() ?? ReadOnlyMemory<byte>.Empty);

    private byte[] Envelope(List<RlpItem> fields)
    {
        byte[] list = RlpCodec.Encode(RlpItem.List(fields));
        return TypeByte is { } type ? [type, .. list] : list;
    }
}
