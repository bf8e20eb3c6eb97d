using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Money;

public sealed class SharesTest
{
    private static readonly Gen<uint[]> Areas = Gen.UInt[1, 10_000_000].Array[1, 60];

    [Test]
    public void ByRunningTotal_AnyHouse_AddsUpToTheVolume() => Gen.Select(Gen.ULong, Areas).Sample((volume, areas) =>
        ByRunningTotal(volume, areas).Aggregate(Quantity.Zero, (sum, share) => sum + share).Value == volume);

    [Test]
    public void ByRunningTotal_AnyHouse_IsWithinOneOfTheExactShare() =>
        Gen.Select(Gen.ULong[0, 1_000_000_000_000], Areas).Sample((volume, areas) =>
        {
            IReadOnlyList<Quantity> shares = ByRunningTotal(volume, areas);
            ulong total = areas.Aggregate(0ul, (sum, area) => sum + area);
            return Enumerable.Range(0, areas.Length).All(i =>
                UInt128.Max((UInt128)shares[i].Value * total, (UInt128)volume * areas[i])
                    - UInt128.Min((UInt128)shares[i].Value * total, (UInt128)volume * areas[i]) < total);
        });

    [TestCase(100ul, 0u, 1u, 3u, ExpectedResult = 33ul)]
    [TestCase(100ul, 1u, 1u, 3u, ExpectedResult = 33ul)]
    [TestCase(100ul, 2u, 1u, 3u, ExpectedResult = 34ul)]
    [TestCase(1ul, 0u, 2u, 3u, ExpectedResult = 0ul)]
    [TestCase(1ul, 2u, 1u, 3u, ExpectedResult = 1ul, Description = "the last one bears the unit")]
    [TestCase(ulong.MaxValue, 0u, uint.MaxValue, uint.MaxValue, ExpectedResult = ulong.MaxValue)]
    public ulong ByRunningTotal_One(ulong volume, uint before, uint area, uint total) =>
        Shares.ByRunningTotal(new(volume), new(before), new(area), new(total)).Value;

    [TestCase(0u, 0u, 0u)]
    [TestCase(2u, 2u, 3u)]
    public void ByRunningTotal_AreasDoNotFit_Throws(uint before, uint area, uint total) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Shares.ByRunningTotal(new(1), new(before), new(area), new(total)));

    private static IReadOnlyList<Quantity> ByRunningTotal(ulong volume, uint[] areas) =>
        Shares.ByRunningTotal(new(volume), [.. areas.Select(area => new SquareDecimetres(area))]);
}
