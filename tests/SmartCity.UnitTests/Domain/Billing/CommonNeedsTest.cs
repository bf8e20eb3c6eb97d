using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class CommonNeedsTest
{
    [Test]
    public void Of_NegativeNight_IsCarriedAndNeverOffsetsTheDay()
    {
        CommonNeeds first = CommonNeeds.Of(default, Zones(100, 200, 50), Zones(80, 190, 90));
        CommonNeeds second = CommonNeeds.Of(first.Carry, Zones(100, 200, 130), Zones(90, 200, 100));
        CommonNeeds third = CommonNeeds.Of(second.Carry, Zones(0, 0, 30), default);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(first, Is.EqualTo(new CommonNeeds(new(30), new(0), new(0, -40))));
        Assert.That(second, Is.EqualTo(new CommonNeeds(new(10), new(0), new(0, -10))));
        Assert.That(third, Is.EqualTo(new CommonNeeds(new(0), new(20), default)));
    }

    /// <summary>Charged and carried together are always the sum of the differences: nothing is lost on the way.</summary>
    [Test]
    public void Of_AnyPeriods_ChargedPlusCarriedIsTheSumOfDifferences() =>
        Gen.Select(Gen.ULong[0, 1_000], Gen.ULong[0, 1_000]).Array[0, 24].Sample(periods =>
        {
            CommonNeedsCarry carry = default;
            long charged = 0;
            foreach ((ulong parent, ulong consumers) in periods)
            {
                CommonNeeds needs = CommonNeeds.Of(carry, Zones(0, 0, parent), Zones(0, 0, consumers));
                carry = needs.Carry;
                charged += (long)needs.Night.Value;
            }
            return carry.Night <= 0 && charged + carry.Night == periods.Sum(period => (long)period.Item1 - (long)period.Item2);
        });

    private static ZoneConsumption Zones(ulong peak, ulong halfPeak, ulong night) => new(new(peak), new(halfPeak), new(night));
}
