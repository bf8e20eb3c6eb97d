using CsCheck;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.UnitTests.Ledger;

public sealed class ReadingCorrectionTest
{
    [Test]
    public void Decode_WhatEncodeWrote_IsTheSame() =>
        Gen.Int.Array[0, 50].Sample(differences => ReadingCorrection.Decode(ReadingCorrection.Encode(differences)).SequenceEqual(differences));

    [TestCase(1)]
    [TestCase(7)]
    public void Decode_NotWholeDifferences_IsRefused(int length) =>
        Assert.That(() => ReadingCorrection.Decode(new byte[length]), Throws.TypeOf<FormatException>());

    [Test]
    public void Id_OfAnotherPlaceOrContent_IsAnother()
    {
        CorrectionPlace place = new(1, 2, default);
        CorrectionSubject subject = new(3, 4, new(500_000), 1, ReadingCorrection.Encode([5]));
        Hash32[] ids =
        [
            Of(place, subject), Of(place with { Number = 3 }, subject), Of(place with { Previous = Keccak.Hash256("other") }, subject),
            Of(place, subject with { Channel = 5 }), Of(place, subject with { FilledHours = 0 }),
            Of(place, subject with { Differences = ReadingCorrection.Encode([6]) }),
        ];
        Assert.That(ids, Is.Unique);
    }

    /// <summary>A correction read from the journal is the one that was signed, though it is another object.</summary>
    [Test]
    public void Equality_SameContent_IsThatOfIds()
    {
        ReadingCorrection signed = Correction(new(1, 2, default), new(3, 4, new(500_000), 1, ReadingCorrection.Encode([5])));
        ReadingCorrection read = Correction(new(1, 2, default), new(3, 4, new(500_000), 1, ReadingCorrection.Encode([5])));
        ReadingCorrection other = Correction(new(1, 3, default), new(3, 4, new(500_000), 1, ReadingCorrection.Encode([5])));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(signed == read, Is.True);
        Assert.That(signed != read, Is.False);
        Assert.That(signed == other, Is.False);
        Assert.That(signed == null, Is.False);
    }

    private static Hash32 Of(CorrectionPlace place, CorrectionSubject subject) => Correction(place, subject).Id;

    private static ReadingCorrection Correction(CorrectionPlace place, CorrectionSubject subject) =>
        new(place, subject, ReadingLedgerContract.CorrectionReason.LateData, Keccak.Hash256("evidence"), default);
}
