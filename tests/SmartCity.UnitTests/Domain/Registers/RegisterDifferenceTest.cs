using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Registers;

public sealed class RegisterDifferenceTest
{
    private const ulong Serial = 41236701;
    private static readonly DateTimeOffset Start = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Six digits and two decimals of a kWh: 999,999.99 kWh in steps of 10 Wh; at most 15 kWh an hour.</summary>
    private static readonly RegisterLimits Limits = RegisterLimits.OfDigits(8, 10, 15_000);

    [Test]
    public void OfDigits_EightDigitsOfTenWattHours_TurnsAtAMillionKilowattHours() =>
        Assert.That(Limits.Modulus, Is.EqualTo(1_000_000_000ul));

    [TestCase(100ul, 100ul, ExpectedResult = 0ul)]
    [TestCase(100ul, 15_100ul, ExpectedResult = 15_000ul, Description = "as fast as can be believed")]
    public ulong Between_Rises_IsConsumed(ulong from, ulong to) =>
        ((RegisterDifference.Consumed)Between(from, to)).Interval.Value;

    [TestCase(999_999_990ul, 0ul, ExpectedResult = 10ul)]
    [TestCase(999_990_000ul, 5_000ul, ExpectedResult = 15_000ul)]
    public ulong Between_PassesTheLastValue_RollsOver(ulong from, ulong to) =>
        ((RegisterDifference.RolledOver)Between(from, to)).Interval.Value;

    [TestCase(999_990_000ul, 5_010ul, Description = "10 Wh more than a turn explains")]
    [TestCase(5_000ul, 4_990ul)]
    [TestCase(5_000ul, 0ul)]
    public void Between_FallsWithoutATurn_IsReset(ulong from, ulong to) =>
        Assert.That(Between(from, to), Is.EqualTo(new RegisterDifference.Reset(new(from), new(to))));

    [Test]
    public void Between_RisesTooFast_IsImplausible() =>
        Assert.That(Between(0, 15_010), Is.EqualTo(new RegisterDifference.Implausible(new(15_010), new(15_000))));

    [Test]
    public void Between_OtherSerialNumber_IsReplacedWhateverTheRegister() =>
        Assert.That(
            RegisterDifference.Between(new(Serial, new(500), Start), new(Serial + 1, new(900), Start.AddHours(1)), Limits),
            Is.EqualTo(new RegisterDifference.Replaced(Serial, Serial + 1, new(900))));

    [Test]
    public void Between_AGapOfHours_AllowsAsManyTimesTheMost() =>
        Assert.That(
            RegisterDifference.Between(new(Serial, new(0), Start), new(Serial, new(45_000), Start.AddMinutes(121)), Limits),
            Is.EqualTo(new RegisterDifference.Consumed(new(45_000))));

    [Test]
    public void Between_NotLater_Throws() => Assert.Throws<ArgumentOutOfRangeException>(
        () => RegisterDifference.Between(new(Serial, new(0), Start), new(Serial, new(0), Start), Limits));

    [Test]
    public void Between_RegisterNotBelowTheModulus_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Between(0, 1_000_000_000));

    /// <summary>However the true energy runs, over the turn too, the differences of a believable meter add up to it.</summary>
    [Test]
    public void Between_AnyBelievableRun_AddsUpToTheEnergy() =>
        Gen.Select(Gen.ULong[0, 999_999_999], Gen.ULong[0, 15_000].Array[0, 40]).Sample((start, energies) =>
        {
            ulong register = start;
            ulong sum = 0;
            foreach (ulong energy in energies)
            {
                ulong next = (register + energy) % Limits.Modulus;
                sum += Between(register, next) switch
                {
                    RegisterDifference.Consumed consumed => consumed.Interval.Value,
                    RegisterDifference.RolledOver rolledOver => rolledOver.Interval.Value,
                    RegisterDifference other => throw new InvalidOperationException(other.ToString()),
                };
                register = next;
            }
            return sum == energies.Aggregate(0ul, (total, energy) => total + energy);
        });

    private static RegisterDifference Between(ulong from, ulong to) =>
        RegisterDifference.Between(new(Serial, new(from), Start), new(Serial, new(to), Start.AddHours(1)), Limits);
}
