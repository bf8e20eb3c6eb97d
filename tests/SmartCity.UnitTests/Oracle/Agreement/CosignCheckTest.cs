using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle.Agreement;

/// <summary>What a member agrees with. The meters of the small city have steps of 10 Wh; the tolerance here is 5 thousandths.</summary>
public sealed class CosignCheckTest
{
    private static readonly SegmentLayout Segment = CityLayouts.Layout.Segments[0];
    private static readonly CosignCheck Check = new(tolerancePermille: 5);

    [TestCase(Quality.Measured, 1_000ul, Quality.Measured, 1_000ul, ExpectedResult = true, Description = "equal")]
    [TestCase(Quality.Measured, 1_000ul, Quality.Measured, 1_015ul, ExpectedResult = true, Description = "a step of 10 and 5 of 1,015")]
    [TestCase(Quality.Measured, 1_000ul, Quality.Measured, 1_016ul, ExpectedResult = false)]
    [TestCase(Quality.Measured, 1_016ul, Quality.Measured, 1_000ul, ExpectedResult = false, Description = "down as up")]
    [TestCase(Quality.Measured, 0ul, Quality.Measured, 10ul, ExpectedResult = true, Description = "a step, of nothing")]
    [TestCase(Quality.Measured, 0ul, Quality.Measured, 11ul, ExpectedResult = false)]
    [TestCase(Quality.Measured, 1_000ul, Quality.Interpolated, 1_000ul, ExpectedResult = true, Description = "an estimate claims less")]
    [TestCase(Quality.Interpolated, 1_000ul, Quality.Measured, 1_000ul, ExpectedResult = true)]
    [TestCase(Quality.Interpolated, 1_000ul, Quality.Averaged, 1_100ul, ExpectedResult = false)]
    [TestCase(Quality.Measured, 1_000ul, Quality.Missing, 0ul, ExpectedResult = false, Description = "left out what was measured")]
    [TestCase(Quality.Measured, 0ul, Quality.Missing, 0ul, ExpectedResult = false, Description = "nothing measured is not nothing known")]
    [TestCase(Quality.Interpolated, 1_000ul, Quality.Missing, 0ul, ExpectedResult = true, Description = "left out an estimate")]
    [TestCase(Quality.Missing, 0ul, Quality.Measured, 0ul, ExpectedResult = false, Description = "cannot be vouched for")]
    [TestCase(Quality.Missing, 0ul, Quality.Averaged, 500ul, ExpectedResult = false)]
    [TestCase(Quality.Missing, 0ul, Quality.Missing, 0ul, ExpectedResult = true)]
    public bool Reason_OneChannel(Quality own, ulong ours, Quality proposed, ulong theirs) =>
        Check.Reason(Segment, CityLayouts.Hour(0), Payload(4, new(new(ours), own)), Payload(4, new(new(theirs), proposed))) is null;

    [Test]
    public void Reason_Differs_NamesGroupChannelAndBothValues() => Assert.That(
        Check.Reason(
            Segment, CityLayouts.Hour(0), Payload(4, new(new(1_000), Quality.Measured)), Payload(4, new(new(1_200), Quality.Interpolated))),
        Is.EqualTo($"hour {CityLayouts.Hour(0)}, group 1, channel 4 (m1_2.a): proposed 1200 (interpolated), here 1000 (measured), tolerance 16"));

    [Test]
    public void Reason_OtherLength_IsNoPayload() => Assert.That(
        () => Check.Reason(Segment, CityLayouts.Hour(0), Payload(0, Reading.Missing), new byte[HourPayload.BytesPerSlot * 2]), Throws.TypeOf<FormatException>());

    /// <summary>What others state a little less or more of an hour is in the next one: the sums on the chain stay those of the register.</summary>
    [TestCase(1_000ul, 990ul, 500ul, 510ul, 0)]
    [TestCase(1_000ul, 1_010ul, 500ul, 490ul, 0)]
    [TestCase(1_000ul, 1_010ul, 4ul, 0ul, -6, Description = "no hour is below zero: the rest is carried on")]
    public void Following_WithinTolerance_CarriesTheDifference(ulong own, ulong agreed, ulong next, ulong stated, long carried)
    {
        ChannelState state = Following.Of(
            ChannelState.Electricity, Channel, CityLayouts.Hour(0), new(new(own), Quality.Measured), new(new(agreed), Quality.Measured), isWithin: true);
        (Quantity interval, ChannelState after) = state.WithCarry(new(next));

        Assert.That((interval.Value, after.Carry), Is.EqualTo((stated, carried)));
    }

    [Test]
    public void Following_BeyondTolerance_CarriesNothing() => Assert.That(
        Following.Of(
            ChannelState.Electricity, Channel, CityLayouts.Hour(0), new(new(1_000), Quality.Measured), new(new(2_000), Quality.Measured), isWithin: false),
        Is.EqualTo(ChannelState.Electricity));

    /// <summary>An hour that this oracle missed and the others did not: its next interval begins where the chain's sum ends.</summary>
    [Test]
    public void Following_HourMissedHere_BeginsWhereTheChainEnds()
    {
        Hour hour = CityLayouts.Hour(3);
        ChannelState open = ChannelState.Electricity with { Track = new(new RegisterSample(7, new(5_000), hour.Start), null, IsSilent: true) };

        ChannelState state = Following.Of(open, Channel, hour, Reading.Missing, new(new(300), Quality.Measured), isWithin: false);

        Assert.That(state.Track, Is.EqualTo(new RegisterTrack(new RegisterSample(7, new(5_300), hour.End), null, IsSilent: false)));
    }

    private static ChannelLayout Channel => Segment.Groups[0].Channels[4];

    private static byte[] Payload(int channel, Reading reading) => HourPayload.Encode(
        [[.. Enumerable.Range(0, 6).Select(i => i == channel ? reading : new Reading(new(100), Quality.Measured))]]);
}
