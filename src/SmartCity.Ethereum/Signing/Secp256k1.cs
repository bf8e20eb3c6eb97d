using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using Org.BouncyCastle.Utilities;

namespace SmartCity.Ethereum.Signing;

/// <summary>ECDSA with recovery over secp256k1. The curve is BouncyCastle's hand-written one (15 times as fast as its generic
/// one), and the recovery id is read from the nonce point, not found by trial: together that is what makes signing
/// fast.</summary>
internal static class Secp256k1
{
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger Order = Curve.N;
    private static readonly BigInteger HalfOrder = Curve.N.ShiftRight(1);
    private static readonly FixedPointCombMultiplier Multiplier = new();

    /// <summary>Is this number a private key: from 1 to the order less 1?</summary>
    public static bool IsPrivateKey(ReadOnlySpan<byte> key)
    {
        BigInteger number = new(1, key);
        return number.SignValue > 0 && number.CompareTo(Order) < 0;
    }

    /// <summary>The account of a private key.</summary>
    public static Address AddressOf(ReadOnlySpan<byte> privateKey) => AddressOf(PublicKeyOf(privateKey));

    /// <summary>The uncompressed public key: 64 bytes, x and y.</summary>
    public static byte[] PublicKeyBytesOf(ReadOnlySpan<byte> privateKey) =>
        PublicKeyOf(privateKey).GetEncoded(compressed: false)[1..];

    /// <summary>Signs a digest with the deterministic nonce of RFC 6979 (HMAC-SHA-256).</summary>
    public static EthECDSASignature Sign(ReadOnlySpan<byte> privateKey, Hash32 digest)
    {
        BigInteger key = new(1, privateKey);
        byte[] message = digest.ToBytes();
        BigInteger e = new(1, message);
        HMacDsaKCalculator nonces = new(new Sha256Digest());
        nonces.Init(Order, key, message);
        while (true) // Ends at once: a second round has a chance of 2^-127.
        {
            BigInteger k = nonces.NextK();
            ECPoint point = Multiplier.Multiply(Curve.G, k).Normalize();
            BigInteger x = point.AffineXCoord.ToBigInteger();
            bool isOdd = point.AffineYCoord.TestBitZero();
            BigInteger s = BigIntegers.ModOddInverse(Order, k).Multiply(e.Add(key.Multiply(x))).Mod(Order);
            if (x.SignValue == 0 || x.CompareTo(Order) >= 0 || s.SignValue == 0)
            {
                continue; // An x of the order or more could not be recovered with a v of 27 or 28.
            }
            bool isHigh = s.CompareTo(HalfOrder) > 0;
            BigInteger low = isHigh ? Order.Subtract(s) : s;
            return new(ToHash(x), ToHash(low), (byte)(EthECDSASignature.EvenV + (isOdd ^ isHigh ? 1 : 0)));
        }
    }

    /// <summary>The account that signed the digest, or null: r or s out of range, s in the upper half, or r on no
    /// point.</summary>
    public static Address? Recover(Hash32 digest, EthECDSASignature signature)
    {
        BigInteger r = ToNumber(signature.R);
        BigInteger s = ToNumber(signature.S);
        if (r.SignValue == 0 || r.CompareTo(Order) >= 0 || s.SignValue == 0 || s.CompareTo(HalfOrder) > 0
            || signature.V is not (EthECDSASignature.EvenV or EthECDSASignature.EvenV + 1)
            || PointAt(signature) is not { } point)
        {
            return null;
        }
        BigInteger inverse = BigIntegers.ModOddInverseVar(Order, r);
        BigInteger u1 = Order.Subtract(ToNumber(digest).Multiply(inverse).Mod(Order));
        BigInteger u2 = s.Multiply(inverse).Mod(Order);
        ECPoint key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, u1, point, u2).Normalize();
        return key.IsInfinity ? null : AddressOf(key);
    }

    private static ECPoint? PointAt(EthECDSASignature signature)
    {
        Span<byte> compressed = stackalloc byte[1 + Hash32.Size];
        compressed[0] = (byte)(2 + signature.YParity);
        signature.R.CopyTo(compressed[1..]);
        try
        {
            return Curve.Curve.DecodePoint(compressed);
        }
        catch (ArgumentException) // How BouncyCastle says that no point has this coordinate.
        {
            return null;
        }
    }

    private static ECPoint PublicKeyOf(ReadOnlySpan<byte> privateKey) =>
        Multiplier.Multiply(Curve.G, new BigInteger(1, privateKey)).Normalize();

    private static Address AddressOf(ECPoint publicKey)
    {
        Span<byte> encoded = stackalloc byte[1 + 2 * Hash32.Size];
        publicKey.EncodeTo(compressed: false, encoded);
        return Address.FromHash(Keccak.Hash256(encoded[1..]));
    }

    private static BigInteger ToNumber(Hash32 word)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        word.CopyTo(bytes);
        return new BigInteger(1, bytes);
    }

    private static Hash32 ToHash(BigInteger number)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        BigIntegers.AsUnsignedByteArray(number, bytes);
        return new Hash32(bytes);
    }
}
