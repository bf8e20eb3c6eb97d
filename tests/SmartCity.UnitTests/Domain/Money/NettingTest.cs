using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Money;

public sealed class NettingTest
{
    private const ushort ManagingCompany = 1;
    private const ushort Heat = 2;
    private const ushort Power = 3;

    [Test]
    public void Of_ThreeProviders_IsDomain49()
    {
        NettingRound round = NettingRound.Of([
            new(ManagingCompany, Heat, new(90_000)),
            new(ManagingCompany, Power, new(40_000)),
            new(Heat, Power, new(15_000)),
            new(Power, ManagingCompany, new(7_000)),
            new(Heat, ManagingCompany, new(3_000)),
        ]);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(round.Positions, Is.EquivalentTo(new Dictionary<ushort, NetPosition>
        {
            [ManagingCompany] = new(new(120_000), default),
            [Heat] = new(default, new(72_000)),
            [Power] = new(default, new(48_000)),
        }));
        Assert.That(round.Gross, Is.EqualTo((UInt128)155_000));
        Assert.That(round.Net, Is.EqualTo((UInt128)120_000));
    }

    [TestCase(1, 1, 5ul)]
    [TestCase(1, 2, 0ul)]
    public void Of_NotAnObligation_Throws(int debtor, int creditor, ulong amount) =>
        Assert.Throws<ArgumentException>(() => NettingRound.Of([new((ushort)debtor, (ushort)creditor, new(amount))]));

    [TestCase(0)]
    [TestCase(65)]
    public void Of_WrongCount_Throws(int count) =>
        Assert.Throws<ArgumentException>(() => NettingRound.Of([.. Enumerable.Repeat(new MutualObligation(1, 2, new(1)), count)]));

    [Test]
    public void Of_PositionBeyondSixtyFourBits_Throws() =>
        Assert.Throws<OverflowException>(() => NettingRound.Of([new(1, 2, new(ulong.MaxValue)), new(3, 2, new(1))]));

    /// <summary>Nothing is made or lost, and never does more move than is owed.</summary>
    [Test]
    public void Of_AnyObligations_PaidIsGot() =>
        Gen.Select(Gen.UShort[1, 8], Gen.UShort[1, 7], Gen.ULong[1, 1_000_000]).Array[1, 64].Sample(drawn =>
        {
            MutualObligation[] obligations =
                [.. drawn.Select(one => new MutualObligation(one.Item1, (ushort)((one.Item1 + one.Item2 - 1) % 8 + 1), new(one.Item3)))];
            NettingRound round = NettingRound.Of(obligations);
            return round.Positions.Values.Sum(position => (long)position.Gets.Value) == (long)round.Net && round.Net <= round.Gross
                && round.Positions.All(position => (long)position.Value.Gets.Value - (long)position.Value.Pays.Value
                    == obligations.Where(one => one.Creditor == position.Key).Sum(one => (long)one.Amount.Value)
                        - obligations.Where(one => one.Debtor == position.Key).Sum(one => (long)one.Amount.Value));
        });
}
