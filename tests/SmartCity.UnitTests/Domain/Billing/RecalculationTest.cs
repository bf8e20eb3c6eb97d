using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class RecalculationTest
{
    private static readonly Period July = Period.Of(2026, 7);

    [Test]
    public void Of_KnownAndCharged_IsTheDifferenceByService()
    {
        Dictionary<BilledService, Kopecks> known = new()
        {
            [BilledService.Electricity] = new(900),
            [BilledService.CommonNeeds] = new(50),
            [BilledService.Heating] = new(10),
        };
        Dictionary<BilledService, SignedKopecks> charged = new()
        {
            [BilledService.Electricity] = new(1_000),
            [BilledService.CommonNeeds] = new(50),
        };
        Assert.That(Recalculations.Of(July, known, charged), Is.EqualTo(new Recalculation[]
        {
            new(July, BilledService.Electricity, new(-100)),
            new(July, BilledService.Heating, new(10)),
        }));
    }

    [Test]
    public void Take_MoreBackThanCharged_LeavesTheRestForTheNextBill()
    {
        TakenRecalculations taken = Recalculations.Take(BilledService.Electricity, new(100), [
            new(July, BilledService.Electricity, new(-150)),
            new(July.Next, BilledService.Electricity, new(20)),
            new(July.Next, BilledService.Heating, new(-7)),
            new(July.Next, BilledService.Electricity, new(-5)),
        ]);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(taken.Taken, Is.EqualTo(new Recalculation[]
        {
            new(July, BilledService.Electricity, new(-120)),
            new(July.Next, BilledService.Electricity, new(20)),
        }));
        Assert.That(taken.Left, Is.EqualTo(new Recalculation[]
        {
            new(July, BilledService.Electricity, new(-30)),
            new(July.Next, BilledService.Electricity, new(-5)),
        }));
    }

    /// <summary>Nothing of a recalculation is lost, and a service never costs less than nothing while something is left to give back.</summary>
    [Test]
    public void Take_AnyEntries_LosesNothing() =>
        Gen.Select(Gen.ULong[0, 1_000], Gen.Long[-1_000, 1_000].Array[0, 8]).Sample((charge, amounts) =>
        {
            Recalculation[] waiting = [.. amounts.Select(amount => new Recalculation(July, BilledService.Heating, new(amount)))];
            TakenRecalculations result = Recalculations.Take(BilledService.Heating, new(charge), waiting);
            long taken = result.Taken.Sum(entry => entry.Amount.Value);
            long left = result.Left.Sum(entry => entry.Amount.Value);
            return taken + left == amounts.Sum() && (long)charge + taken >= 0 && (left == 0 || (left < 0 && (long)charge + taken == 0));
        });
}
