using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Heat;

public sealed class HeatSharesTest
{
    private static readonly HouseHeat Worked = new(new(6_000_000), new(20_000), default, new(2_500_000), new(11_000));

    [TestCase(5_000u, 1_000_000ul, ExpectedResult = "1.363636 Gcal, 3409.09 RUB")]
    [TestCase(6_000u, 1_500_000ul, ExpectedResult = "1.936364 Gcal, 4840.91 RUB")]
    public string OfMetered_WorkedHouse_IsDomain44(uint area, ulong own) => Text(Worked.OfMetered(new(own), new(area)));

    [TestCase(4_000u, ExpectedResult = "1.200000 Gcal, 3000.00 RUB")]
    [TestCase(5_000u, ExpectedResult = "1.500000 Gcal, 3750.00 RUB")]
    public string OfUnmetered_WorkedHouse_IsDomain44(uint area) => Text(Worked.OfUnmetered(new(area)));

    [Test]
    public void OfMetered_FarBelowTheAverage_IsNeverNegative()
    {
        // The flats' meters together counted more than the house's: the difference is negative and greater than the flat's own volume.
        HouseHeat house = new(new(1_000), new(200), default, new(10_000), new(200));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(house.OfMetered(new(0), new(100)), Is.EqualTo(Quantity.Zero));
        Assert.That(house.OfMetered(new(4_499), new(100)), Is.EqualTo(Quantity.Zero));
        Assert.That(house.OfMetered(new(4_500), new(100)), Is.EqualTo(Quantity.Zero));
        Assert.That(house.OfMetered(new(4_501), new(100)), Is.EqualTo(new Quantity(1)));
    }

    [Test]
    public void OfMetered_HalfAKilocalorie_RoundsUp() =>
        // 10 + 1 × (11 − 10) / 2
        Assert.That(new HouseHeat(new(11), new(2), default, new(10), new(2)).OfMetered(new(10), new(1)), Is.EqualTo(new Quantity(11)));

    [TestCase(5_430u, 20_000u, ExpectedResult = 1_086_000ul)]
    [TestCase(1u, 50u, ExpectedResult = 1ul, Description = "half a kilocalorie rounds up")]
    [TestCase(1u, 49u, ExpectedResult = 0ul)]
    public ulong ByNorm_AreaAndNorm(uint area, uint norm) => HouseHeat.ByNorm(new(area), norm).Value;

    [Test]
    public void ShareOf_NoFlatMetered_DividesByRunningTotal()
    {
        HouseHeat house = new(new(100), new(3), default, default, default);
        Assert.That(
            new[] { house.ShareOf(new(0), new(1)), house.ShareOf(new(1), new(1)), house.ShareOf(new(2), new(1)) },
            Is.EqualTo(new Quantity[] { new(33), new(33), new(34) }));
    }

    [Test]
    public void ShareOf_AFlatWithItsOwnBoiler_LeavesItOutAndRoundsHalfUp()
    {
        HouseHeat house = new(new(1_000_001), new(10_000), new(1_000), default, default);
        Assert.That(
            new[] { house.ShareOf(new(0), new(4_500)), house.ShareOf(new(5_500), new(4_500)) },
            Is.EqualTo(new Quantity[] { new(500_001), new(500_001) }));
    }

    [Test]
    public void ShareOf_AFlatMetered_Throws() => Assert.Throws<InvalidOperationException>(() => Worked.ShareOf(new(0), new(1)));

    [Test]
    public void OfUnmetered_NoFlatMetered_Throws() =>
        Assert.Throws<InvalidOperationException>(() => new HouseHeat(new(1), new(1), default, default, default).OfUnmetered(new(1)));

    [Test]
    public void OfMetered_AreaBeyondTheHouse_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Worked.OfMetered(new(1), new(20_001)));

    /// <summary>
    /// Where no part is negative, the parts of a house are its volume, up to the rounding of half a kilocalorie a flat; an unmetered
    /// flat pays what it would by area alone.
    /// </summary>
    [Test]
    public void Shares_AnyHouse_AddUpToItsVolume() =>
        Gen.Select(Gen.UInt[100, 20_000], Gen.ULong[0, 3_000_000], Gen.Bool).Array[1, 20].Select(Gen.ULong[0, 60_000_000])
            .Where((flats, _) => flats.Any(flat => flat.Item3))
            .Sample((flats, volume) =>
            {
                ulong metered = flats.Where(flat => flat.Item3).Aggregate(0ul, (sum, flat) => sum + flat.Item2);
                uint meteredArea = (uint)flats.Where(flat => flat.Item3).Sum(flat => flat.Item1);
                HouseHeat house = new(
                    new(volume), new((uint)flats.Sum(flat => flat.Item1) + 500), new(500), new(metered), new(meteredArea));
                ulong[] parts = [.. flats.Select(flat =>
                    (flat.Item3 ? house.OfMetered(new(flat.Item2), new(flat.Item1)) : house.OfUnmetered(new(flat.Item1))).Value)];
                ulong sum = parts.Aggregate(0ul, (all, part) => all + part);
                bool cut = parts.Any(part => part == 0);
                return (cut ? sum + (ulong)flats.Length >= volume : Math.Abs((long)sum - (long)volume) <= flats.Length)
                    && flats.Zip(parts).Where(pair => !pair.First.Item3).All(pair =>
                        pair.Second == ((UInt128)volume * pair.First.Item1 * 2 + house.Area.Value) / (house.Area.Value * 2));
            });

    private static string Text(Quantity heat) =>
        $"{new Kilocalories(heat.Value)} Gcal, {Charge.ForHeat(new(heat.Value), new(2_500_000_000))} RUB";
}
