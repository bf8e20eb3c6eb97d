using System.Text.Json;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle.Peers;

public sealed class PeerSealTest
{
    private static readonly DateTimeOffset Now = new(2026, 9, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ReadingLedgerDomain Ledger = new(31337, Address.Parse("0x00000000000000000000000000000000000000aa"));
    private static readonly PeerDomain Domain = new(Ledger);
    private static readonly Notary Notary = Notary.Of(EthECKey.Generate(), Ledger);

    [Test]
    public void Of_ThroughItsHeader_IsTheSendersOverTheBody()
    {
        PeerSeal seal = PeerSeal.TryParse(PeerSeal.Of(Notary, Domain, Now, "body"u8).ToString())!;

        Assert.That(Notary.Recover(seal.Digest(Domain, "body"u8), seal.Signature), Is.EqualTo(Notary.Self));
        Assert.That(Notary.Recover(seal.Digest(Domain, "Body"u8), seal.Signature), Is.Not.EqualTo(Notary.Self), "another body");
        Assert.That(Notary.Recover((seal with { Nonce = default }).Digest(Domain, "body"u8), seal.Signature), Is.Not.EqualTo(Notary.Self), "another nonce");
        Assert.That(
            Notary.Recover((seal with { Milliseconds = seal.Milliseconds + 1 }).Digest(Domain, "body"u8), seal.Signature), Is.Not.EqualTo(Notary.Self), "another time");
        PeerDomain elsewhere = new(new(31338, Ledger.ReadingLedger));
        Assert.That(Notary.Recover(seal.Digest(elsewhere, "body"u8), seal.Signature), Is.Not.EqualTo(Notary.Self), "another chain");
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("a b c d")]
    [TestCase("0x00000000000000000000000000000000000000aa -1 0x00 00")]
    public void TryParse_NoSeal_IsNull(string? header) => Assert.That(PeerSeal.TryParse(header), Is.Null);

    [TestCase(0, ExpectedResult = true)]
    [TestCase(60_000, ExpectedResult = true)]
    [TestCase(-60_000, ExpectedResult = true)]
    [TestCase(60_001, ExpectedResult = false)]
    [TestCase(-60_001, ExpectedResult = false)]
    public bool TryTake_ByAge(long milliseconds) => new SeenMessages().TryTake(Seal(Now.AddMilliseconds(milliseconds)), Now);

    /// <summary>Whenever it comes again, it is not taken: while it is young it is remembered, and then it is too old.</summary>
    [Test]
    public void TryTake_Again_IsNotTaken()
    {
        PeerSeal seal = Seal(Now.AddSeconds(60));
        SeenMessages seen = new();

        Assert.That(seen.TryTake(seal, Now), Is.True);
        Assert.That(Enumerable.Range(0, 300).Select(second => seen.TryTake(seal, Now.AddSeconds(second))), Has.None.True);
    }

    [Test]
    public void Json_AllMessages_ComeBackAsTheyWere()
    {
        HourBatch batch = new(1, new(480_000), Hash32.FromUInt64(7), new byte[] { 1, 2, 3 }, Hash32.FromUInt64(9));
        EthECDSASignature signature = Notary.SignBatch(batch);
        ReadingCorrection correction = new(
            new(1, 2, Hash32.FromUInt64(3)), new(4, 5, new(480_001), 1, ReadingCorrection.Encode([6])),
            ReadingLedgerContract.CorrectionReason.LateData, Hash32.FromUInt64(8), Hash32.FromUInt64(9));
        PeerRequest[] requests =
        [
            new PeerRequest.Prepare { Segment = 1, Round = 5 },
            new PeerRequest.Accept { Segment = 1, Round = 5, Batches = [batch] },
            new PeerRequest.Sign { Segment = 1, Round = 5, Hours = [new(batch.Hour, batch.Id, [signature])] },
            new PeerRequest.Certified { Segment = 1, Hours = [new(batch, [signature])] },
            new PeerRequest.Cosign { Segment = 1, Correction = correction },
        ];
        PeerAnswer answer = new(false, 5, batch.Hour, [new(batch, 4)], [signature], "why not");

        foreach (PeerRequest request in requests)
        {
            Assert.That(PeerJson.Write(PeerJson.Read<PeerRequest>(PeerJson.Write(request))), Is.EqualTo(PeerJson.Write(request)), request.GetType().Name);
            Assert.That(PeerJson.Read<PeerRequest>(PeerJson.Write(request)), Is.TypeOf(request.GetType()));
        }
        Assert.That(PeerJson.Write(PeerJson.Read<PeerAnswer>(PeerJson.Write(answer))), Is.EqualTo(PeerJson.Write(answer)));
        Assert.That(((PeerRequest.Accept)PeerJson.Read<PeerRequest>(PeerJson.Write(requests[1]))).Batches[0], Is.EqualTo(batch));
        Assert.That(((PeerRequest.Cosign)PeerJson.Read<PeerRequest>(PeerJson.Write(requests[4]))).Correction, Is.EqualTo(correction));
    }

    /// <summary>Whatever comes, it is a message or a refusal: nothing else is thrown.</summary>
    [Test]
    public void Json_Mutated_IsReadOrRefused()
    {
        HourBatch batch = new(1, new(480_000), Hash32.FromUInt64(7), new byte[] { 1, 2, 3 }, Hash32.FromUInt64(9));
        byte[] good = PeerJson.Write<PeerRequest>(new PeerRequest.Certified { Segment = 1, Hours = [new(batch, [Notary.SignBatch(batch)])] });
        Random random = new(1);
        int refused = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bad = [.. good];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }
            try
            {
                _ = PeerJson.Read<PeerRequest>(bad);
            }
            catch (JsonException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(1_000));
    }

    private static PeerSeal Seal(DateTimeOffset time) => PeerSeal.Of(Notary, Domain, time, "body"u8);
}
