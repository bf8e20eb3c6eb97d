using SmartCity.Notices;

namespace SmartCity.UnitTests.Notices;

public sealed class RetryScheduleTest
{
    [TestCase(1, 100, null, ExpectedResult = 2)]
    [TestCase(1, 50, null, ExpectedResult = 1)]
    [TestCase(2, 100, null, ExpectedResult = 4)]
    [TestCase(9, 100, null, ExpectedResult = 512)]
    [TestCase(10, 100, null, ExpectedResult = 600, Description = "ten minutes at most")]
    [TestCase(60, 50, null, ExpectedResult = 300)]
    [TestCase(1, 100, 90, ExpectedResult = 90, Description = "as long as the other side asks")]
    [TestCase(10, 100, 5, ExpectedResult = 600, Description = "but no less than our own pause")]
    [TestCase(1, 100, -5, ExpectedResult = 2)]
    [TestCase(1, 100, 86_400, ExpectedResult = 3_600, Description = "an hour is granted at most")]
    public double PauseAfter_Seconds(int attempts, int jitter, int? retryAfter) =>
        RetrySchedule.PauseAfter(attempts, jitter, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null).TotalSeconds;

    /// <summary>Long enough that someone sees it within a shift, and not for ever.</summary>
    [TestCase(50, 4, 5)]
    [TestCase(100, 8, 9)]
    public void PauseAfter_AllAttempts_TakeHours(int jitter, int least, int most)
    {
        double hours = Enumerable.Range(1, RetrySchedule.MostAttempts - 1).Sum(attempt => RetrySchedule.PauseAfter(attempt, jitter, null).TotalHours);
        Assert.That(hours, Is.InRange(least, most));
    }
}
