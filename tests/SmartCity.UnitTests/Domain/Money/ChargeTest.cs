using System.Numerics;
using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Money;

public sealed class ChargeTest
{
    [TestCase(1ul, 4_999_999ul, ExpectedResult = 0ul, Description = "just under half a kopeck")]
    [TestCase(1ul, 5_000_000ul, ExpectedResult = 1ul, Description = "exactly half rounds up")]
    [TestCase(1_000ul, 5_470_000ul, ExpectedResult = 547ul, Description = "1 kWh at 5.47 RUB")]
    [TestCase(4_500_000ul, 4_930_000ul, ExpectedResult = 2_218_500ul)]
    public ulong ForElectricity_Boundary(ulong energy, ulong price) => Charge.ForElectricity(new(energy), new(price)).Value;

    [TestCase(1ul, 4_999_999_999ul, ExpectedResult = 0ul, Description = "just under half a kopeck")]
    [TestCase(1ul, 5_000_000_000ul, ExpectedResult = 1ul, Description = "exactly half rounds up")]
    [TestCase(1_000_000ul, 2_890_450_000ul, ExpectedResult = 289_045ul, Description = "1 Gcal at 2,890.45 RUB")]
    [TestCase(1_363_636ul, 2_500_000_000ul, ExpectedResult = 340_909ul, Description = "DOMAIN 4.4: 3,409.09 RUB")]
    [TestCase(1_936_364ul, 2_500_000_000ul, ExpectedResult = 484_091ul, Description = "DOMAIN 4.4: 4,840.91 RUB")]
    public ulong ForHeat_Boundary(ulong heat, ulong price) => Charge.ForHeat(new(heat), new(price)).Value;

    [TestCase(12_200ul, (ushort)2_200, ExpectedResult = 2_200ul)]
    [TestCase(12_000ul, (ushort)2_000, ExpectedResult = 2_000ul)]
    [TestCase(100ul, (ushort)0, ExpectedResult = 0ul)]
    [TestCase(3ul, (ushort)2_000, ExpectedResult = 1ul, Description = "exactly half rounds up")]
    [TestCase(2ul, (ushort)2_200, ExpectedResult = 0ul, Description = "0.36")]
    [TestCase(1ul, (ushort)9_999, ExpectedResult = 0ul, Description = "an odd divisor: just under half")]
    [TestCase(1ul, (ushort)10_001, ExpectedResult = 1ul, Description = "an odd divisor: just over half")]
    public ulong VatContained_Boundary(ulong amount, ushort rate) => Charge.VatContained(new(amount), rate).Value;

    [Test]
    public void ForElectricity_AnyAmounts_IsTheExactCostRoundedHalfUp() =>
        Gen.Select(Gen.ULong, Gen.ULong[0, 1_000_000_000_000]).Sample((energy, price) =>
        {
            BigInteger exact = ((BigInteger)energy * price * 2 + 10_000_000) / 20_000_000;
            return exact > ulong.MaxValue
                ? Throws(() => Charge.ForElectricity(new(energy), new(price)))
                : Charge.ForElectricity(new(energy), new(price)).Value == exact;
        });

    /// <summary>A line in two parts differs by at most one kopeck.</summary>
    [Test]
    public void ForHeat_SplitLine_StaysWithinOneKopeck() =>
        Gen.Select(Gen.ULong[0, 1_000_000_000], Gen.ULong[0, 1_000_000_000], Gen.ULong[0, 10_000_000_000]).Sample((a, b, price) =>
        {
            ulong Cost(ulong heat) => Charge.ForHeat(new(heat), new(price)).Value;
            return Math.Abs((long)Cost(a + b) - (long)(Cost(a) + Cost(b))) <= 1;
        });

    private static bool Throws(Func<Kopecks> charge)
    {
        Assert.Throws<OverflowException>(() => charge());
        return true;
    }
}
