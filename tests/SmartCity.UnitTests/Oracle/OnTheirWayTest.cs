using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

/// <summary>How many hours may be on their way to the chain at a time.</summary>
public sealed class OnTheirWayTest
{
    private const ulong SmallGas = 200_000;

    [TestCase(0, ExpectedResult = 800)]
    [TestCase(799, ExpectedResult = 1)]
    [TestCase(800, ExpectedResult = 0)]
    [TestCase(900, ExpectedResult = 0, Description = "more were sent by an earlier run than may be")]
    public int RoomFor_SmallHours_IsBoundByNumber(int hours) => default(OnTheirWay).With(hours, SmallGas).RoomFor(SmallGas);

    [TestCase(0, ExpectedResult = 11)]
    [TestCase(10, ExpectedResult = 1)]
    [TestCase(11, ExpectedResult = 0)]
    [TestCase(800, ExpectedResult = 0, Description = "many times the gas that may be")]
    public int RoomFor_FullSegments_IsBoundByGas(int hours) => default(OnTheirWay).With(hours, CityCalls.MaxGas).RoomFor(CityCalls.MaxGas);

    [Test]
    public void RoomFor_NoneSentYet_TakesTheNumberAlone() => Assert.That(default(OnTheirWay).RoomFor(0), Is.EqualTo(OnTheirWay.MostHours));

    [Test]
    public void RoomFor_SeveralSegments_SharesTheRoom()
    {
        OnTheirWay all = default(OnTheirWay).With(3, 16_000_000).With(20, 5_000_000);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(all, Is.EqualTo(new OnTheirWay(23, 148_000_000)));
        Assert.That(all.RoomFor(16_000_000), Is.EqualTo(3));
        Assert.That(all.RoomFor(5_000_000), Is.EqualTo(10));
    }

    [TestCase(new ulong[0], ExpectedResult = 16_000_000, Description = "nothing is known yet but the limit")]
    [TestCase(new ulong[] { 1_700_000, 2_900_000, 1_600_000 }, ExpectedResult = 2_900_000, Description = "as the dearest")]
    [TestCase(new ulong[] { 17_000_000 }, ExpectedResult = 16_000_000, Description = "never more than the limit")]
    public ulong GasOfHoursOf_HoursThatArrived_TellsOfTheNext(ulong[] used) => default(GasOfHours).After(used).Of(16_000_000);

    [Test]
    public void GasOfHoursAfter_NoReceiptKnown_StaysAsItWas()
    {
        GasOfHours known = default(GasOfHours).After([1_700_000]);
        Assert.That(known.After([]), Is.EqualTo(known));
    }

    [Test]
    public void GasOfHoursAfter_CheaperHours_ForgetsTheDearer() =>
        Assert.That(default(GasOfHours).After([12_000_000]).After([1_700_000]).Of(16_000_000), Is.EqualTo(1_700_000));
}
