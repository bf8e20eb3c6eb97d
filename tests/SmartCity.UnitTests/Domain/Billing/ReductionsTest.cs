using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class ReductionsTest
{
    [TestCase(543_000ul, 3u, ExpectedResult = 2_444ul, Description = "DOMAIN 5: 27 h in a month are 3 h too many")]
    [TestCase(543_000ul, 35u, ExpectedResult = 28_508ul, Description = "DOMAIN 5: 35 °C·h")]
    [TestCase(543_000ul, 666u, ExpectedResult = 542_457ul)]
    [TestCase(543_000ul, 667u, ExpectedResult = 543_000ul, Description = "never more than the charge")]
    [TestCase(543_000ul, 0u, ExpectedResult = 0ul)]
    [TestCase(0ul, 10u, ExpectedResult = 0ul)]
    public ulong Of_ChargeAndHours(ulong charge, uint hours) => Reductions.Of(new(charge), hours, 150).Value;

    [Test]
    public void Of_MoreHours_NeverReducesLess() =>
        Gen.Select(Gen.ULong[0, 10_000_000], Gen.UInt[0, 1_000], Gen.UInt[0, 1_000]).Sample((charge, hours, more) =>
        {
            Kopecks less = Reductions.Of(new(charge), hours, 150);
            Kopecks greater = Reductions.Of(new(charge), hours + more, 150);
            return less <= greater && greater.Value <= charge;
        });

    [TestCase(BilledService.Electricity, ExpectedResult = 4ul)]
    [TestCase(BilledService.CommonNeeds, ExpectedResult = 4ul)]
    [TestCase(BilledService.Heating, ExpectedResult = 3ul)]
    [TestCase(BilledService.HeatingPenalty, ExpectedResult = 0ul)]
    public ulong HoursOf_Service(BilledService service) => new ReductionHours(1, 2, 4).Of(service);
}
