using System.Security.Cryptography;
using System.Text;
using CsCheck;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;

namespace SmartCity.UnitTests.Ethereum.Signing;

public sealed class EthECKeyTest
{
    private const string OrderLess1 = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
    private const string Order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    private const string HalfOrder = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
    private static readonly Hash32 One = Hash32.FromUInt64(1);
    private static readonly Gen<Hash32> Words = Gen.Byte.Array[Hash32.Size].Select(bytes => new Hash32(bytes));

    /// <summary>RFC 6979 with HMAC-SHA-256 on secp256k1: the vectors that Bitcoin's libraries share; s in the lower
    /// half.</summary>
    [TestCase("0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8", "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000001",
        "All those moments will be lost in time, like tears in rain. Time to die...",
        "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b", "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21")]
    [TestCase(OrderLess1, "Satoshi Nakamoto",
        "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0", "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5")]
    [TestCase("f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing",
        "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c", "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea")]
    public void Sign_Rfc6979Vector(string privateKey, string message, string r, string s)
    {
        using EthECKey key = EthECKey.Parse(privateKey);
        Hash32 digest = new(SHA256.HashData(Encoding.UTF8.GetBytes(message)));

        EthECDSASignature signature = key.Sign(digest);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(signature.R, Is.EqualTo(Hash32.Parse(r)));
        Assert.That(signature.S, Is.EqualTo(Hash32.Parse(s)));
        Assert.That(EthECKey.Recover(digest, signature), Is.EqualTo(key.Address));
    }

    [Test]
    public void Recover_Signed_IsTheSigner() =>
        Gen.Select(Words, Words).Sample((secret, digest) =>
        {
            using EthECKey key = new(secret.ToBytes());
            EthECDSASignature signature = key.Sign(digest);
            Assert.That(EthECKey.Recover(digest, signature), Is.EqualTo(key.Address));
            Assert.That(signature.S <= Hash32.Parse(HalfOrder), Is.True);
            Assert.That(EthECDSASignature.FromBytes(signature.ToBytes()), Is.EqualTo(signature));
        }, iter: 500);

    [Test]
    public void TryRecover_AnyWords_IsAnotherSignerOrNone()
    {
        using EthECKey key = EthECKey.Generate();
        Gen.Select(Words, Words, Words, Gen.Byte).Sample((digest, r, s, v) =>
            !EthECKey.TryRecover(digest, new(r, s, v), out Address signer) || signer != key.Address, iter: 500);
    }

    /// <summary>The same signature with s in the upper half would be a second valid one (EIP-2): it is refused.</summary>
    [Test]
    public void TryRecover_UpperHalf_IsRefused()
    {
        using EthECKey key = EthECKey.Generate();
        EthECDSASignature signature = key.Sign(One);
        Hash32 mirrored = Hash32.FromBigInteger(Hash32.Parse(Order).ToBigInteger() - signature.S.ToBigInteger());
        EthECDSASignature other = new(signature.R, mirrored, (byte)(signature.V == 27 ? 28 : 27));
        Assert.That(EthECKey.TryRecover(One, other, out _), Is.False);
    }

    [TestCase("00", HalfOrder, 27, Description = "r of zero")]
    [TestCase(Order, HalfOrder, 27, Description = "r of the order")]
    [TestCase("01", "00", 27, Description = "s of zero")]
    [TestCase("01", HalfOrder, 26, Description = "v")]
    [TestCase("01", HalfOrder, 29, Description = "v")]
    [TestCase("05", HalfOrder, 27, Description = "5 is not the coordinate of a point")]
    public void Recover_OutOfRange_IsRefused(string r, string s, int v)
    {
        EthECDSASignature signature = new(Hash32.Parse(r.PadLeft(64, '0')), Hash32.Parse(s.PadLeft(64, '0')), (byte)v);
        Assert.Throws<CryptographicException>(() => EthECKey.Recover(One, signature));
    }

    [TestCase("00")]
    [TestCase(Order)]
    [TestCase("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void Constructor_NotAKey_IsRefused(string key) =>
        Assert.Throws<ArgumentException>(() => new EthECKey(Hash32.Parse(key.PadLeft(64, '0')).ToBytes()));

    [Test]
    public void Constructor_AnotherLength_IsRefused() => Assert.Throws<ArgumentException>(() => new EthECKey(new byte[31]));

    [Test]
    public void Parse_NotHexadecimal_DoesNotShowTheText() =>
        Assert.That(() => EthECKey.Parse("my secret"), Throws.InstanceOf<FormatException>().With.Message.Not.Contains("secret"));

    [Test]
    public void ToString_ShowsTheAccountOnly()
    {
        using EthECKey key = EthECKey.Generate();
        Assert.That(key.ToString(), Is.EqualTo($"key of {key.Address}"));
    }

    [Test]
    public void Dispose_Key_IsOfNoMoreUse()
    {
        EthECKey key = EthECKey.Generate();
        key.Dispose();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.Throws<ObjectDisposedException>(() => key.Sign(One));
        Assert.Throws<ObjectDisposedException>(() => key.GetPrivateKey());
        Assert.Throws<ObjectDisposedException>(() => key.GetPublicKey());
    }

    [Test]
    public void GetPublicKey_HashesToTheAddress()
    {
        using EthECKey key = EthECKey.Generate();
        Assert.That(Address.FromHash(Keccak.Hash256(key.GetPublicKey())), Is.EqualTo(key.Address));
    }

    [TestCase(64)]
    [TestCase(66)]
    public void SignatureFromBytes_AnotherLength_IsRefused(int length) =>
        Assert.Throws<FormatException>(() => EthECDSASignature.FromBytes(new byte[length]));

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(29)]
    public void SignatureFromBytes_AnotherV_IsRefused(int v)
    {
        byte[] bytes = new byte[EthECDSASignature.Size];
        bytes[^1] = (byte)v;
        Assert.Throws<FormatException>(() => EthECDSASignature.FromBytes(bytes));
    }
}
