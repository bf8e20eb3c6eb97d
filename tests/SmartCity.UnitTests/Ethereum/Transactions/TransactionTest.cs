using CsCheck;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Rlp;
using SmartCity.Ethereum.Signing;
using SmartCity.Ethereum.Transactions;

namespace SmartCity.UnitTests.Ethereum.Transactions;

public sealed class TransactionTest
{
    private static readonly EthECKey Key = EthECKey.Parse("4646464646464646464646464646464646464646464646464646464646464646");

    /// <summary>The example of EIP-155.</summary>
    private static readonly LegacyTransaction Example = new()
    {
        ChainId = 1,
        Nonce = 9,
        GasPrice = 20_000_000_000,
        GasLimit = 21_000,
        To = Address.Parse("0x3535353535353535353535353535353535353535"),
        Value = 1_000_000_000_000_000_000,
    };

    private static readonly Eip1559Transaction Typed = new()
    {
        ChainId = 31_337,
        Nonce = 3,
        MaxFeePerGas = 7,
        MaxPriorityFeePerGas = 2,
        GasLimit = 100_000,
        To = Example.To,
        Data = new byte[] { 1, 2, 3 },
        AccessList = [new(Address.Zero, [default, Hash32.FromUInt64(1)])],
    };

    [Test]
    public void Sign_ExampleOfEip155_IsTheKnownTransaction()
    {
        SignedTransaction signed = Example.Sign(Key);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Example.SigningHash.ToString(),
            Is.EqualTo("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"));
        Assert.That(Hex.Encode(signed.Raw.Span),
            Is.EqualTo("0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7640000"
            + "8025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"));
        Assert.That(signed.RecoverSender(), Is.EqualTo(Key.Address));
    }

    [Test]
    public void Decode_Signed_HasTheSameFields()
    {
        Eip1559Transaction decoded = (Eip1559Transaction)SignedTransaction.Decode(Typed.Sign(Key).Raw).Transaction;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(decoded.EncodeUnsigned(), Is.EqualTo(Typed.EncodeUnsigned()));
        Assert.That(decoded.AccessList[0].StorageKeys, Is.EqualTo(Typed.AccessList[0].StorageKeys));
        Assert.That(decoded.To, Is.EqualTo(Typed.To));
        Assert.That(decoded.Data.ToArray(), Is.EqualTo(Typed.Data.ToArray()));
    }

    /// <summary>Damaged bytes are refused, or are exactly the bytes of the transaction that was read.</summary>
    [Test]
    public void Decode_Damaged_IsCanonicalOrRefused()
    {
        byte[][] originals = [Example.Sign(Key).Raw.ToArray(), Typed.Sign(Key).Raw.ToArray()];
        Gen.Select(Gen.Int[0, 1], Gen.Select(Gen.Int[0, 1_000], Gen.Byte).Array[1, 3]).Sample((which, changes) =>
        {
            byte[] raw = [.. originals[which]];
            foreach ((int place, byte value) in changes)
            {
                raw[place % raw.Length] = value;
            }
            try
            {
                Assert.That(SignedTransaction.Decode(raw).Raw.ToArray(), Is.EqualTo(raw));
            }
            catch (RlpException)
            {
                // The documented refusal.
            }
        }, iter: 20_000);
    }

    [TestCase("")]
    [TestCase("03c0")]
    [TestCase("7f")]
    [TestCase("c0")]
    [TestCase("02c0")]
    [TestCase("02")]
    public void Decode_Malformed_IsRefused(string hex) =>
        Assert.Throws<RlpException>(() => SignedTransaction.Decode(Hex.Decode(hex)));

    [TestCase(26)]
    [TestCase(29)]
    [TestCase(34)]
    public void Decode_ImpossibleV_IsRefused(int v)
    {
        IReadOnlyList<RlpItem> fields = RlpCodec.Decode(Example.Sign(Key).Raw).AsList();
        RlpItem[] changed = [.. fields.Take(6), RlpItem.Number((ulong)v), .. fields.Skip(7)];
        Assert.Throws<RlpException>(() => SignedTransaction.Decode(RlpCodec.Encode(RlpItem.List(changed))));
    }

    [Test]
    public void RecoverSender_AnotherChain_IsAnotherAccount()
    {
        LegacyTransaction other = new()
        {
            ChainId = 2,
            Nonce = Example.Nonce,
            GasPrice = Example.GasPrice,
            GasLimit = Example.GasLimit,
            To = Example.To,
            Value = Example.Value,
        };
        SignedTransaction replayed = other.WithSignature(Example.Sign(Key).Signature);
        Assert.That(replayed.RecoverSender(), Is.Not.EqualTo(Key.Address));
    }
}
