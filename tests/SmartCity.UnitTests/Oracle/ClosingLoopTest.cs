using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

/// <summary>How a back-fill is cut up.</summary>
public sealed class ClosingLoopTest
{
    [TestCase(0, ExpectedResult = 744)]
    [TestCase(400, ExpectedResult = 744, Description = "a month of twenty houses")]
    [TestCase(10_000, ExpectedResult = 200)]
    [TestCase(250_000, ExpectedResult = 8, Description = "100,000 meters")]
    [TestCase(3_000_000, ExpectedResult = 1)]
    public uint HoursAtATime_LargerCity_TakesFewerHours(int signals) => ClosingLoop.HoursAtATime(signals);
}
