using Microsoft.Extensions.Time.Testing;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

/// <summary>Heads of a chain as told by nodes of which some lag.</summary>
public sealed class GrowingNumberTest
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void Hear_Higher_IsBelievedAtOnce()
    {
        GrowingNumber number = new(5, _time);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(number.Hear(5), Is.True);
        Assert.That(number.Hear(9), Is.True);
        Assert.That(number.Known, Is.EqualTo(9));
    }

    /// <summary>A node that lags among others that do not never sets anything back, however long.</summary>
    [Test]
    public void Hear_LowerNowAndThen_IsNeverBelieved()
    {
        GrowingNumber number = new(100, _time);
        for (int look = 0; look < 1_000; look++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            bool lags = look % GrowingNumber.LooksUntilSetBack != 0;

            Assert.That(number.Hear(lags ? 90u : 100u), Is.Not.EqualTo(lags), $"look {look}");
        }
    }

    [Test]
    public void Hear_LowerForAWhile_WasSetBack()
    {
        GrowingNumber number = new(100, _time);
        int looks = 1;
        for (; !number.Hear(40) && looks < 100; looks++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(300));
        }

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(looks * 0.3, Is.GreaterThan(GrowingNumber.SetBackAfter.TotalSeconds).And.LessThan(5));
        Assert.That(number.Known, Is.EqualTo(40));
        Assert.That(number.Hear(41), Is.True, "it grows again");
    }

    /// <summary>One slow look is not many.</summary>
    [Test]
    public void Hear_LowerOnceForLong_IsNotBelieved()
    {
        GrowingNumber number = new(100, _time);
        Assert.That(number.Hear(40), Is.False);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.That(number.Hear(40), Is.False);
    }
}
