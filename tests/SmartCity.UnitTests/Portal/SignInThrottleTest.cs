using Microsoft.Extensions.Time.Testing;
using SmartCity.Portal;

namespace SmartCity.UnitTests.Portal;

public sealed class SignInThrottleTest
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void WaitFor_FiveFailures_RefusesThatLoginFromThatAddressAlone()
    {
        SignInThrottle throttle = new(_time);
        Fail(throttle, "a", "resident1", SignInThrottle.PerLogin);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(throttle.WaitFor("a", "resident1"), Is.EqualTo(SignInThrottle.Window));
        Assert.That(throttle.WaitFor("a", "RESIDENT1"), Is.EqualTo(SignInThrottle.Window), "case does not help");
        Assert.That(throttle.WaitFor("a", "resident2"), Is.EqualTo(TimeSpan.Zero));
        Assert.That(throttle.WaitFor("b", "resident1"), Is.EqualTo(TimeSpan.Zero), "a stranger locks nobody out");
    }

    [Test]
    public void WaitFor_ManyLoginsFromOneAddress_RefusesTheAddress()
    {
        SignInThrottle throttle = new(_time);
        for (int login = 0; login < SignInThrottle.PerAddress; login++)
        {
            throttle.Failed("a", $"guess{login}");
        }
        Assert.That(throttle.WaitFor("a", "another"), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public void WaitFor_AfterTheWindow_AllowsAgain()
    {
        SignInThrottle throttle = new(_time);
        Fail(throttle, "a", "resident1", SignInThrottle.PerLogin);
        _time.Advance(SignInThrottle.Window - TimeSpan.FromSeconds(1));
        Assert.That(throttle.WaitFor("a", "resident1"), Is.EqualTo(TimeSpan.FromSeconds(1)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(throttle.WaitFor("a", "resident1"), Is.EqualTo(TimeSpan.Zero));
    }

    private static void Fail(SignInThrottle throttle, string address, string login, int times)
    {
        for (int i = 0; i < times; i++)
        {
            throttle.Failed(address, login);
        }
    }
}
