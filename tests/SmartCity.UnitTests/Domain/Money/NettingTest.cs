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
        Assert.That(round.Positions, Is.EqualTo(new Dictionary<ushort, SignedKopecks>
        {
            [ManagingCompany] = new(-120_000),
            [Heat] = new(72_000),
            [Power] = new(48_000),
        }));
        Assert.That(round.Gross, Is.EqualTo(new Kopecks(155_000)));
        Assert.That(round.Net, Is.EqualTo(new Kopecks(120_000)));
    }

    [TestCase(1, 1, 5ul)]
    [TestCase(1, 2, 0ul)]
    public void Of_NotAnObligation_Throws(int debtor, int creditor, ulong amount) =>
        Assert.Throws<ArgumentException>(() => NettingRound.Of([new((ushort)debtor, (ushort)creditor, new(amount))]));

    [TestCase(0)]
    [TestCase(65)]
    public void Of_WrongCount_Throws(int count) =>
        Assert.Throws<ArgumentException>(() => NettingRound.Of([.. Enumerable.Repeat(new MutualObligation(1, 2, new(1)), count)]));

    /// <summary>Nothing is made or lost, and never does more move than is owed.</summary>
    [Test]
    public void Of_AnyObligations_PositionsAddUpToNothing() =>
        Gen.Select(Gen.UShort[1, 8], Gen.UShort[1, 7], Gen.ULong[1, 1_000_000]).Array[1, 64].Sample(drawn =>
        {
            MutualObligation[] obligations =
                [.. drawn.Select(one => new MutualObligation(one.Item1, (ushort)((one.Item1 + one.Item2 - 1) % 8 + 1), new(one.Item3)))];
            NettingRound round = NettingRound.Of(obligations);
            return round.Positions.Values.Sum(position => position.Value) == 0 && round.Net <= round.Gross
                && round.Positions.All(position => position.Value.Value == obligations.Sum(
                    one => one.Creditor == position.Key ? (long)one.Amount.Value : one.Debtor == position.Key ? -(long)one.Amount.Value : 0));
        });
}
