using System.Globalization;
using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Money;

public sealed class PenaltiesTest
{
    private static readonly Gen<uint[]> Days = Gen.UInt[0, 200].Array[0, 8].Select(days => days.Order().ToArray());

    [TestCase("2026-05-15", ExpectedResult = "0.00", Description = "day 30 is free")]
    [TestCase("2026-05-16", ExpectedResult = "3.17")]
    [TestCase("2026-07-14", ExpectedResult = "190.00", Description = "day 90 is the last at 1/300")]
    [TestCase("2026-07-15", ExpectedResult = "197.31")]
    [TestCase("2026-08-20", ExpectedResult = "460.38")]
    public string Of_TenThousandRoublesDueInApril_IsDomain46(string paidOn) =>
        Penalties.Of(new(1_000_000), 950, Overdue(new(2026, 4, 15), DateOnly.Parse(paidOn, CultureInfo.InvariantCulture))).ToString();

    [Test]
    public void Numerator_EndBeforeBeginning_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Penalties.Numerator(new(1), 950, 31, 30));

    /// <summary>However a stretch of days is cut, it costs the same to the last unit of the numerator, and in kopecks.</summary>
    [Test]
    public void After_AnyCuts_AddsUpToTheWhole() =>
        Gen.Select(Gen.ULong[0, 1_000_000_000], Gen.UInt[0, 3_000], Days).Sample((principal, rate, cuts) =>
        {
            PenaltyAccrual accrual = default;
            ulong kopecks = 0;
            uint from = 0;
            foreach (uint to in cuts.Append(200u))
            {
                (accrual, Kopecks added) = accrual.After(new(principal), rate, from, to);
                kopecks += added.Value;
                from = to;
            }
            return kopecks == Penalties.Of(new(principal), rate, 200).Value && accrual.Whole.Value == kopecks;
        });

    /// <summary>A debt in two slices costs what it costs as one, up to the kopeck that each rounding may give.</summary>
    [Test]
    public void Of_TwoSlices_CostTheWholeUpToOneKopeck() =>
        Gen.Select(Gen.ULong[0, 1_000_000_000], Gen.ULong[0, 1_000_000_000], Gen.UInt[0, 400]).Sample((one, other, days) =>
            Math.Abs((long)Penalties.Of(new(one + other), 950, days).Value
                - (long)(Penalties.Of(new(one), 950, days) + Penalties.Of(new(other), 950, days)).Value) <= 1);

    private static uint Overdue(DateOnly dueOn, DateOnly paidOn) => (uint)(paidOn.DayNumber - dueOn.DayNumber);
}
