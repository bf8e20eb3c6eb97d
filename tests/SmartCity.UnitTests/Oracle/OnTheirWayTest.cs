using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

/// <summary>How many hours may be on their way to the chain at a time.</summary>
public sealed class OnTheirWayTest
{
    private const ulong SmallGas = 300_000;

    [TestCase(0, ExpectedResult = 800)]
    [TestCase(799, ExpectedResult = 1)]
    [TestCase(800, ExpectedResult = 0)]
    [TestCase(900, ExpectedResult = 0, Description = "more were sent by an earlier run than may be")]
    public int RoomFor_SmallHours_IsBoundByNumber(int hours) => default(OnTheirWay).With(hours, SmallGas).RoomFor(SmallGas);

    [TestCase(0, ExpectedResult = 59)]
    [TestCase(58, ExpectedResult = 1)]
    [TestCase(59, ExpectedResult = 0)]
    [TestCase(800, ExpectedResult = 0, Description = "many times the gas that may be")]
    public int RoomFor_FullSegments_IsBoundByGas(int hours) => default(OnTheirWay).With(hours, CityCalls.MaxGas).RoomFor(CityCalls.MaxGas);

    [Test]
    public void RoomFor_NoneSentYet_TakesTheNumberAlone() => Assert.That(default(OnTheirWay).RoomFor(0), Is.EqualTo(OnTheirWay.MostHours));

    [Test]
    public void RoomFor_SeveralSegments_SharesTheRoom()
    {
        OnTheirWay all = default(OnTheirWay).With(30, 16_000_000).With(100, 5_000_000);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(all, Is.EqualTo(new OnTheirWay(130, 980_000_000)));
        Assert.That(all.RoomFor(16_000_000), Is.EqualTo(1));
        Assert.That(all.RoomFor(5_000_000), Is.EqualTo(4));
    }
}
