using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class BandsTest
{
    private static readonly BandLimits Limits = new(new(3_900_000), new(6_000_000));

    [TestCase(new ulong[] { 4_500_000 }, new ulong[] { 3_900_000 }, new ulong[] { 600_000 }, new ulong[] { 0 }, Description = "DOMAIN 4.2")]
    [TestCase(new ulong[] { 3_900_000 }, new ulong[] { 3_900_000 }, new ulong[] { 0 }, new ulong[] { 0 }, Description = "the limit is in the band")]
    [TestCase(new ulong[] { 3_900_001 }, new ulong[] { 3_900_000 }, new ulong[] { 1 }, new ulong[] { 0 })]
    [TestCase(new ulong[] { 6_000_000 }, new ulong[] { 3_900_000 }, new ulong[] { 2_100_000 }, new ulong[] { 0 })]
    [TestCase(new ulong[] { 7_000_000 }, new ulong[] { 3_900_000 }, new ulong[] { 2_100_000 }, new ulong[] { 1_000_000 })]
    [TestCase(new ulong[] { 0, 0 }, new ulong[] { 0, 0 }, new ulong[] { 0, 0 }, new ulong[] { 0, 0 })]
    [TestCase(new ulong[] { 3_000_000, 1_500_000 }, new ulong[] { 2_600_000, 1_300_000 }, new ulong[] { 400_000, 200_000 }, new ulong[] { 0, 0 })]
    // 3,900,000 × 1/3,900,001 is below 1: the floor of the running total gives the first zone nothing in the first band.
    [TestCase(new ulong[] { 1, 3_900_000 }, new ulong[] { 0, 3_900_000 }, new ulong[] { 1, 0 }, new ulong[] { 0, 0 })]
    public void Split_Known(ulong[] zones, ulong[] first, ulong[] second, ulong[] third) =>
        Assert.That(Split(zones, Limits), Is.EqualTo(new[] { first, second, third }));

    [Test]
    public void Split_NoBands_PutsAllIntoTheFirst() =>
        Assert.That(Split([9_000_000, 1], BandLimits.None), Is.EqualTo(new[] { new ulong[] { 9_000_000, 1 }, [0, 0], [0, 0] }));

    [Test]
    public void Split_SecondLimitBelowTheFirst_Throws() =>
        Assert.Throws<ArgumentException>(() => Bands.Split([new(1)], new(new(2), new(1))));

    /// <summary>Bands of a zone and zones of a band both add up, and no band is more than one unit of a zone off its exact share.</summary>
    [Test]
    public void Split_AnyVolumes_RowsAndColumnsAddUp() =>
        Gen.Select(Gen.ULong[0, 9_000_000].Array[1, 3], Gen.ULong[0, 9_000_000], Gen.ULong[0, 9_000_000]).Sample((zones, first, step) =>
        {
            ulong[][] bands = Split(zones, new(new(first), new(first + step)));
            ulong total = Sum(zones);
            ulong inFirst = Math.Min(total, first);
            ulong inSecond = Math.Min(total, first + step) - inFirst;
            return bands.Select(Sum).SequenceEqual([inFirst, inSecond, total - inFirst - inSecond])
                && Enumerable.Range(0, zones.Length).All(zone => Sum(bands.Select(band => band[zone])) == zones[zone]
                    && (total == 0 || UInt128.Max((UInt128)bands[0][zone] * total, (UInt128)inFirst * zones[zone])
                        - UInt128.Min((UInt128)bands[0][zone] * total, (UInt128)inFirst * zones[zone]) < total));
        });

    private static ulong[][] Split(ulong[] zones, BandLimits limits) =>
        [.. Bands.Split([.. zones.Select(zone => new Quantity(zone))], limits).Select(band => band.Select(part => part.Value).ToArray())];

    private static ulong Sum(IEnumerable<ulong> values) => values.Aggregate(0ul, (sum, value) => sum + value);
}
