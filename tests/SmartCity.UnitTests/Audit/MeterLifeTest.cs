using SmartCity.Audit;
using SmartCity.Domain;
using SmartCity.Ledger.Contracts;
using static SmartCity.UnitTests.Audit.ToldCity;

namespace SmartCity.UnitTests.Audit;

public sealed class MeterLifeTest
{
    private static readonly Hour s_start = Calendar.FirstHourOf(June);
    private static readonly Hour s_end = Calendar.FirstHourOf(June.Next);

    [Test]
    public void UnusableFrom_MeterInOrder_IsNever() => Assert.That(Life().UnusableFrom(s_start, s_end, Calendar), Is.Null);

    [Test]
    public void UnusableFrom_VerificationExpires_IsLocalMidnightOfThatDay()
    {
        MeterLife life = new();
        life.Install(s_start, Meter(1) with { VerifiedOn = DayOf(new(2016, 6, 16)), VerificationInterval = 120 });
        Assert.That(life.UnusableFrom(s_start, s_end, Calendar), Is.EqualTo((At(15 * 24), MeterFault.VerificationExpired)));
    }

    [Test]
    public void UnusableFrom_VerificationOfALastDay_ExpiresOnTheLastDayOfAShorterMonth()
    {
        MeterLife life = new();
        life.Install(s_start, Meter(1) with { VerifiedOn = DayOf(new(2025, 12, 31)), VerificationInterval = 6 });
        Assert.That(life.UnusableFrom(s_start, s_end, Calendar), Is.EqualTo((At(29 * 24), MeterFault.VerificationExpired)));
    }

    [Test]
    public void UnusableFrom_FaultAndExpiryInOneHour_NamesTheFault()
    {
        MeterLife life = new();
        life.Install(s_start, Meter(1) with { VerifiedOn = DayOf(new(2016, 6, 16)), VerificationInterval = 120 });
        life.Report(At(15 * 24), MeterRegistryContract.Fault.Broken);
        Assert.That(life.UnusableFrom(s_start, s_end, Calendar), Is.EqualTo((At(15 * 24), MeterFault.Broken)));
    }

    [Test]
    public void UnusableFrom_FaultOfEarlierMonthNotEnded_IsTheFirstHour()
    {
        MeterLife life = Life();
        life.Report(At(10), MeterRegistryContract.Fault.AccessRefused);
        Assert.That(
            life.UnusableFrom(s_end, Calendar.FirstHourOf(June.Next.Next), Calendar), Is.EqualTo((s_end, MeterFault.AccessRefused)));
    }

    [Test]
    public void UnusableFrom_FaultEndedBefore_IsNever()
    {
        MeterLife life = Life();
        life.Report(At(10), MeterRegistryContract.Fault.Broken);
        life.Report(At(20), MeterRegistryContract.Fault.None);
        Assert.That(life.UnusableFrom(At(20), s_end, Calendar), Is.Null);
    }

    [Test]
    public void UnusableFrom_MeterReplaced_EndsTheFault()
    {
        MeterLife life = Life();
        life.Report(At(10), MeterRegistryContract.Fault.Broken);
        life.Install(At(20), Meter(9));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(life.UnusableFrom(s_start, s_end, Calendar), Is.EqualTo((At(10), MeterFault.Broken)));
        Assert.That(life.UnusableFrom(At(20), s_end, Calendar), Is.Null);
    }

    [Test]
    public void UnusableFrom_MeterTakenAway_IsAbsentFromThenOn()
    {
        MeterLife life = Life();
        life.Remove(At(30));
        Assert.That(life.UnusableFrom(s_start, s_end, Calendar), Is.EqualTo((At(30), MeterFault.Absent)));
    }

    private static MeterLife Life()
    {
        MeterLife life = new();
        life.Install(s_start, Meter(1));
        return life;
    }

    private static Hour At(uint hours) => new(s_start.Value + hours);
}
