using CsCheck;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Emulator;
using SmartCity.Emulator.Api;
using SmartCity.Emulator.Faults;

namespace SmartCity.UnitTests.Emulator;

/// <summary>The source's time, and tokens that expire.</summary>
public sealed class EmulatorClockTest
{
    private static readonly DateTimeOffset s_real = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    [Test]
    public void Start_RealSpeed_IsRealTime()
    {
        FakeTimeProvider time = new(s_real);
        EmulatorClock clock = new(EmulatorClock.Start(s_real, 1, 3), time);
        time.Advance(TimeSpan.FromSeconds(90));
        Assert.That(clock.Now(), Is.EqualTo(s_real.AddSeconds(90)));
    }

    [Test]
    public void Start_Faster_RunsFromTheEndOfTheLastMonthUntilRealTime()
    {
        FakeTimeProvider time = new(s_real);
        EmulatorClock clock = new(EmulatorClock.Start(s_real, 3600, 3), time);
        DateTimeOffset start = new(2026, 10, 31, 21, 0, 0, TimeSpan.Zero); // 1 November, 00:00 local.
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(clock.Now(), Is.EqualTo(start));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(clock.Now(), Is.EqualTo(start.AddHours(10)));
        time.Advance(TimeSpan.FromMinutes(20));
        Assert.That(clock.Now(), Is.EqualTo(time.GetUtcNow()), "caught up");
    }

    [Test]
    public void Now_AnyHistoryOfRestarts_NeverGoesBackNorBeyondRealTime() =>
        Gen.Select(Gen.Int[1, 100_000].Array[1, 6], Gen.Int[0, 100_000].Array[6]).Sample((speeds, seconds) =>
        {
            FakeTimeProvider time = new(s_real);
            ClockAnchor anchor = EmulatorClock.Start(s_real, speeds[0], 3);
            DateTimeOffset last = anchor.Source;
            for (int i = 0; i < speeds.Length; i++)
            {
                anchor = i == 0 ? anchor : EmulatorClock.Resume(anchor, time.GetUtcNow(), speeds[i]);
                time.Advance(TimeSpan.FromSeconds(seconds[i]));
                DateTimeOffset now = new EmulatorClock(anchor, time).Now();
                if (now < last || now > time.GetUtcNow())
                {
                    return false;
                }
                last = now;
            }
            return true;
        });

    [Test]
    public void Make_NoHistoryGiven_BeginsTwoFullMonthsBack() =>
        Assert.That(EmulatorState.Make(Options(), null, s_real).HistoryFrom, Is.EqualTo(new DateOnly(2026, 9, 1)));

    [Test]
    public void Make_HistoryInTheFuture_IsRefused() =>
        Assert.That(
            () => EmulatorState.Make(new EmulatorOptions { Login = "a", Password = "b", HistoryFrom = new(2026, 11, 24) }, null, s_real),
            Throws.TypeOf<EmulatorStartException>().With.Message.Contains("--history-from"));

    [Test]
    public void Token_WithinItsLife_IsValidAndThenNot()
    {
        (TokenStore tokens, FakeTimeProvider time, _) = Store();
        IssuedTokens issued = tokens.Issue();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(tokens.IsValid(issued.Access));
        Assert.That(tokens.IsValid(issued.Refresh), Is.False, "a refresh token opens nothing by itself");
        time.Advance(TimeSpan.FromSeconds(599));
        Assert.That(tokens.IsValid(issued.Access));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(tokens.IsValid(issued.Access), Is.False);
    }

    [Test]
    public void Refresh_Once_GivesANewPair()
    {
        (TokenStore tokens, FakeTimeProvider time, _) = Store();
        IssuedTokens first = tokens.Issue();
        time.Advance(TimeSpan.FromSeconds(700));
        IssuedTokens? second = tokens.Refresh(first.Refresh);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(second, Is.Not.Null);
        Assert.That(tokens.IsValid(second!.Access));
        Assert.That(tokens.Refresh(first.Refresh), Is.Null, "used");
        Assert.That(tokens.Refresh(second.Access), Is.Null, "not a refresh token");
    }

    [Test]
    public void ExpiredTokens_Fault_RevokesWhatWasIssuedBeforeOnly()
    {
        (TokenStore tokens, FakeTimeProvider time, FaultBook book) = Store();
        IssuedTokens before = tokens.Issue();
        time.Advance(TimeSpan.FromSeconds(1));
        book.Add(new(FaultKinds.ExpiredTokens, "api", null, null, new Dictionary<string, string>()), time.GetUtcNow());
        time.Advance(TimeSpan.FromSeconds(1));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(tokens.IsValid(before.Access), Is.False);
        Assert.That(tokens.Refresh(before.Refresh), Is.Null);
        Assert.That(tokens.IsValid(tokens.Issue().Access));
    }

    [TestCase("oracle", "secret", ExpectedResult = true)]
    [TestCase("oracle", "Secret", ExpectedResult = false)]
    [TestCase("oracl", "secret", ExpectedResult = false)]
    [TestCase("", "", ExpectedResult = false)]
    public bool IsKnown_LoginAndPassword(string login, string password) => Store().Tokens.IsKnown(login, password);

    private static (TokenStore Tokens, FakeTimeProvider Time, FaultBook Book) Store()
    {
        FakeTimeProvider time = new(s_real);
        EmulatorState state = EmulatorState.Make(Options(), null, s_real);
        FaultBook book = new(state, new(null), new(1, state.HistoryFrom, state.UtcOffsetHours));
        return (new(Options(), time, new(state.Clock, time), book), time, book);
    }

    private static EmulatorOptions Options() => new() { Login = "oracle", Password = "secret", TokenLifetimeSeconds = 600 };
}
