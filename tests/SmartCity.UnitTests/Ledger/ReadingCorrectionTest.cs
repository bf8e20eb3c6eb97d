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

    private static Hash32 Of(CorrectionPlace place, CorrectionSubject subject) =>
        new ReadingCorrection(place, subject, ReadingLedgerContract.CorrectionReason.LateData, Keccak.Hash256("evidence"), default).Id;
}
