using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Readings;

public sealed class HourPayloadTest
{
    private static readonly Gen<Reading> AnyReading = Gen.OneOf(
        Gen.Const(Reading.Missing),
        Gen.Select(Gen.ULong[0, Reading.MaxInterval], Gen.Int[0, 2], (interval, quality) => new Reading(new(interval), (Quality)quality)));

    private static readonly Gen<Reading[][]> AnySegment = AnyReading.Array[1, 60].Array[1, 6];

    [Test]
    public void Decode_AnySegment_ReadsWhatEncodeWrites() => AnySegment.Sample(groups =>
    {
        IReadOnlyList<IReadOnlyList<Reading>> decoded =
            HourPayload.Decode(HourPayload.Encode(groups), [.. groups.Select(group => group.Length)]);
        return decoded.Zip(groups).All(pair => pair.First.SequenceEqual(pair.Second));
    });

    /// <summary>The format is canonical: whatever one byte is changed to, the payload is refused or means something else.</summary>
    [Test]
    public void Decode_OneByteChanged_IsRefusedOrDiffers() =>
        Gen.Select(AnySegment, Gen.Int[0, 10_000], Gen.Byte[1, 255]).Sample((groups, place, change) =>
        {
            byte[] payload = HourPayload.Encode(groups);
            payload[place % payload.Length] ^= change;
            try
            {
                return !HourPayload.Decode(payload, [.. groups.Select(group => group.Length)])
                    .Zip(groups).All(pair => pair.First.SequenceEqual(pair.Second));
            }
            catch (FormatException)
            {
                return true;
            }
        });

    [Test]
    public void Encode_TwoGroups_IsTheDocumentedLayout()
    {
        Reading[][] groups =
        [
            [new(new(1), Quality.Measured), new(new(0x020304), Quality.Interpolated), new(new(5), Quality.Averaged),
                Reading.Missing, new(new(0xFFFFFF), Quality.Measured), new(new(6), Quality.Interpolated), new(new(7), Quality.Averaged)],
            [new(new(8), Quality.Measured)],
        ];

        string slot1 = "000001" + "020304" + "000005" + "000000" + "FFFFFF" + "000006" + "1B10";
        string slot2 = "000007" + "000000" + "000000" + "000000" + "000000" + "000000" + "8000";
        string slot3 = "000008" + "000000" + "000000" + "000000" + "000000" + "000000" + "0000";
        Assert.That(Convert.ToHexString(HourPayload.Encode(groups)), Is.EqualTo(slot1 + slot2 + slot3));
    }

    [TestCase("00000000000000000000000000000000000000", Description = "19 bytes")]
    [TestCase("0000000000000000000000000000000000000001", Description = "the lowest quality bits")]
    [TestCase("0000000000010000000000000000000000000000", Description = "an interval without a channel")]
    [TestCase("0000000000000000000000000000000000001000", Description = "a quality without a channel")]
    [TestCase("000001000000000000000000000000000000C000", Description = "a missing reading with an interval")]
    public void Decode_WhatMustNotBe_Throws(string payload) =>
        Assert.Throws<FormatException>(() => HourPayload.Decode(Convert.FromHexString(payload), [1]));

    [TestCase(Reading.MaxInterval + 1, Quality.Measured)]
    [TestCase(1ul, Quality.Missing)]
    public void Encode_WhatCannotBeWritten_Throws(ulong interval, Quality quality) =>
        Assert.Throws<ArgumentException>(() => HourPayload.Encode([[new(new(interval), quality)]]));
}
