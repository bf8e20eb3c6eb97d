using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Ledger;

/// <summary>Signs hour batches and corrections with one oracle's key, for one ledger. Safe to use from many threads.</summary>
/// <param name="key">The oracle's key; not disposed here.</param>
/// <param name="domain">The ledger that the signatures are for.</param>
public sealed class HourBatchSigner(EthECKey key, ReadingLedgerDomain domain)
{
    /// <summary>The oracle.</summary>
    public Address Address => key.Address;

    /// <summary>Signs a batch.</summary>
    public EthECDSASignature Sign(HourBatch batch) => key.Sign(domain.DigestOf(batch));

    /// <summary>Signs a correction.</summary>
    public EthECDSASignature Sign(ReadingCorrection correction)
    {
        ArgumentNullException.ThrowIfNull(correction);
        return key.Sign(domain.DigestOf(correction.Id));
    }
}

/// <summary>Signatures of a batch as the contract wants them: 65 bytes each, in ascending order of their signers.</summary>
public static class BatchSignatures
{
    /// <summary>Most signatures a batch may carry.</summary>
    public const int MaxCount = 31;

    /// <summary>Puts the signatures of different oracles together.</summary>
    /// <exception cref="ArgumentException">None, more than <see cref="MaxCount"/>, a signature that no key made for this digest, or two
    /// of one signer.</exception>
    public static byte[] Combine(Hash32 digest, params IReadOnlyList<EthECDSASignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        if (signatures.Count is 0 or > MaxCount)
        {
            throw new ArgumentException($"A batch carries 1 to {MaxCount} signatures, not {signatures.Count}.", nameof(signatures));
        }
        SortedDictionary<Address, EthECDSASignature> bySigner = [];
        foreach (EthECDSASignature signature in signatures)
        {
            if (!EthECKey.TryRecover(digest, signature, out Address signer) || !bySigner.TryAdd(signer, signature))
            {
                throw new ArgumentException("A signature is malformed, or its signer signed twice.", nameof(signatures));
            }
        }
        byte[] combined = new byte[signatures.Count * EthECDSASignature.Size];
        int offset = 0;
        foreach (EthECDSASignature signature in bySigner.Values)
        {
            signature.CopyTo(combined.AsSpan(offset));
            offset += EthECDSASignature.Size;
        }
        return combined;
    }

    /// <summary>The signers of a batch's combined signatures, in their order.</summary>
    /// <exception cref="FormatException">Not whole signatures, more than <see cref="MaxCount"/>, or one that no key can have made.</exception>
    public static IReadOnlyList<Address> Recover(Hash32 digest, ReadOnlySpan<byte> combined)
    {
        if (combined.Length % EthECDSASignature.Size != 0 || combined.Length / EthECDSASignature.Size > MaxCount)
        {
            throw new FormatException($"{combined.Length} bytes are not 1 to {MaxCount} signatures of {EthECDSASignature.Size} bytes.");
        }
        Address[] signers = new Address[combined.Length / EthECDSASignature.Size];
        for (int i = 0; i < signers.Length; i++)
        {
            EthECDSASignature signature = EthECDSASignature.FromBytes(combined.Slice(i * EthECDSASignature.Size, EthECDSASignature.Size));
            signers[i] = EthECKey.TryRecover(digest, signature, out Address signer)
                ? signer
                : throw new FormatException($"Signature {i} was made by no key.");
        }
        return signers;
    }
}
