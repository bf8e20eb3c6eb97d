using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class HouseNeedsTest
{
    [Test]
    public void Of_NegativeHalfPeak_IsCarriedAndNeverOffsetsAnotherZone()
    {
        HouseNeeds first = HouseNeeds.Of(default, Zones(100, 200, 50), Zones(80, 240, 50));
        HouseNeeds second = HouseNeeds.Of(first.Carry, Zones(100, 230, 50), Zones(100, 200, 60));
        HouseNeeds third = HouseNeeds.Of(second.Carry, Zones(0, 30, 30), default);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(first, Is.EqualTo(new HouseNeeds(Zones(20, 0, 0), new(0, -40, 0))));
        Assert.That(second, Is.EqualTo(new HouseNeeds(default, new(0, -10, -10))));
        Assert.That(third, Is.EqualTo(new HouseNeeds(Zones(0, 20, 20), default)));
    }

    /// <summary>Charged and carried together are always the sum of the differences: nothing is lost on the way.</summary>
    [Test]
    public void Of_AnyPeriods_ChargedPlusCarriedIsTheSumOfDifferences() =>
        Gen.Select(Gen.ULong[0, 1_000], Gen.ULong[0, 1_000]).Array[0, 24].Sample(periods =>
        {
            HouseNeedsCarry carry = default;
            long charged = 0;
            foreach ((ulong parent, ulong consumers) in periods)
            {
                HouseNeeds needs = HouseNeeds.Of(carry, Zones(parent, 0, parent), Zones(consumers, 0, consumers));
                carry = needs.Carry;
                charged += (long)needs.Charged.Night.Value;
                Assert.That(needs.Charged.Peak, Is.EqualTo(needs.Charged.Night));
            }
            return carry.Night <= 0 && charged + carry.Night == periods.Sum(period => (long)period.Item1 - (long)period.Item2);
        });

    [Test]
    public void ShareOf_AnyAreas_AddsUpInEveryZone() =>
        Gen.Select(Gen.UInt[1, 20_000].Array[1, 20], Gen.ULong[0, 1_000_000], Gen.ULong[0, 1_000_000]).Sample((areas, peak, night) =>
        {
            HouseNeeds needs = new(Zones(peak, 0, night), default);
            uint total = (uint)areas.Sum(area => area);
            uint before = 0;
            ZoneConsumption sum = default;
            foreach (uint area in areas)
            {
                sum += needs.ShareOf(new(new(before), new(area), new(total)));
                before += area;
            }
            return sum == needs.Charged;
        });

    private static ZoneConsumption Zones(ulong peak, ulong halfPeak, ulong night) => new(new(peak), new(halfPeak), new(night));
}
