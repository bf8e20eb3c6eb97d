using SmartCity.Ethereum.Rlp;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Ethereum.Transactions;

/// <summary>A transaction with its signature, ready to be sent. Immutable.</summary>
public sealed class SignedTransaction
{
    internal SignedTransaction(EthTransaction transaction, EthECDSASignature signature, byte[] raw)
    {
        (Transaction, Signature, Raw) = (transaction, signature, raw);
        Hash = Keccak.Hash256(raw);
    }

    /// <summary>What was signed.</summary>
    public EthTransaction Transaction { get; }

    /// <summary>The signature.</summary>
    public EthECDSASignature Signature { get; }

    /// <summary>The bytes for <c>eth_sendRawTransaction</c>.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The name of the transaction on the chain.</summary>
    public Hash32 Hash { get; }

    /// <summary>Reads the bytes of a signed transaction: legacy, type 1 or type 2.</summary>
    /// <exception cref="RlpException">Malformed, or of another type.</exception>
    public static SignedTransaction Decode(ReadOnlyMemory<byte> raw)
    {
        const byte FirstOfList = 0xc0;
        byte first = raw.IsEmpty ? throw new RlpException("A transaction without bytes.") : raw.Span[0];
        return first switch
        {
            >= FirstOfList => LegacyTransaction.Decode(RlpCodec.Decode(raw)),
            Eip2930Transaction.Type => Eip2930Transaction.Decode(RlpCodec.Decode(raw[1..])),
            Eip1559Transaction.Type => Eip1559Transaction.Decode(RlpCodec.Decode(raw[1..])),
            _ => throw new RlpException($"Transactions of type {first} are not supported."),
        };
    }

    /// <summary>The account that signed.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The signature is not valid.</exception>
    public Address RecoverSender() => EthECKey.Recover(Transaction.SigningHash, Signature);
}
