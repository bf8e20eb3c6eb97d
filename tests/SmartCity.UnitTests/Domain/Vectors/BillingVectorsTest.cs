using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Vectors;

/// <summary>The vectors of a bill's rules, the same as in tests/solidity/BillingLibraries.t.sol.</summary>
public sealed class BillingVectorsTest
{
    private const int Zones = 3;

    public static IEnumerable<TestCaseData> BandSplits => SharedVectors.Read("bands.json");

    public static IEnumerable<TestCaseData> ReducedCharges => SharedVectors.Read("reductions.json");

    public static IEnumerable<TestCaseData> Handovers => SharedVectors.Read("handover.json");

    public static IEnumerable<TestCaseData> RecalculationsTaken => SharedVectors.Read("recalculation.json");

    [TestCaseSource(nameof(BandSplits))]
    public void Bands_Vector(Dictionary<string, string> vector)
    {
        IReadOnlyList<IReadOnlyList<Quantity>> bands = Bands.Split(
            [.. Enumerable.Range(0, Zones).Select(zone => new Quantity(vector.Number($"zone{zone}")))],
            new(new(vector.Number("firstLimit")), new(vector.Number("secondLimit"))));

        ulong amount = 0;
        using IDisposable scope = Assert.EnterMultipleScope();
        for (int band = 0; band < Bands.Count; band++)
        {
            for (int zone = 0; zone < Zones; zone++)
            {
                Quantity part = bands[band][zone];
                Assert.That(part.Value, Is.EqualTo(vector.Number($"band{band}zone{zone}")), $"band {band}, zone {zone}");
                amount += Charge.ForElectricity(new(part.Value), new(vector.Number($"price{band}"))).Value;
            }
        }
        Assert.That(amount, Is.EqualTo(vector.Number("amount")));
    }

    [TestCaseSource(nameof(ReducedCharges))]
    public void Reduction_Vector(Dictionary<string, string> vector) => Assert.That(
        Reductions.Of(new(vector.Number("charge")), vector.Number("hours"), (uint)vector.Number("rate")).Value,
        Is.EqualTo(vector.Number("reduction")));

    [TestCaseSource(nameof(Handovers))]
    public void Handover_Vector(Dictionary<string, string> vector)
    {
        Handover handover = new((uint)vector.Number("hoursBefore"), (uint)vector.Number("hours"));
        Quantity volume = new(vector.Number("volume"));
        HandedOver<Quantity> parts = vector["kind"] switch
        {
            "own" => OwnPeak(handover, volume, new(vector.Number("before")), new(vector.Number("whole"))),
            "share" => handover.OfShare(volume),
            string kind => throw new InvalidOperationException($"Nobody knows the kind '{kind}'."),
        };
        Assert.That(
            (parts.Closed.Value, parts.Successor.Value), Is.EqualTo((vector.Number("closed"), vector.Number("successor"))));
    }

    [TestCaseSource(nameof(RecalculationsTaken))]
    public void Recalculation_Vector(Dictionary<string, string> vector)
    {
        // A period of its own for each, by which it is known again.
        Recalculation[] waiting =
        [
            .. Enumerable.Range(0, (int)vector.Number("count"))
                .Select(i => new Recalculation(new((ushort)i), BilledService.Heating, new(vector.SignedNumber($"amount{i}")))),
        ];
        TakenRecalculations result = Recalculations.Take(BilledService.Heating, new(vector.Number("charge")), waiting);

        using IDisposable scope = Assert.EnterMultipleScope();
        for (int i = 0; i < waiting.Length; i++)
        {
            Assert.That(AmountOf(result.Taken, i), Is.EqualTo(vector.SignedNumber($"taken{i}")), $"taken of {i}");
            Assert.That(AmountOf(result.Left, i), Is.EqualTo(vector.SignedNumber($"left{i}")), $"left of {i}");
        }
        Assert.That(
            (long)vector.Number("charge") + result.Taken.Sum(entry => entry.Amount.Value), Is.EqualTo(vector.SignedNumber("total")));
    }

    private static HandedOver<Quantity> OwnPeak(Handover handover, Quantity volume, Quantity before, Quantity whole)
    {
        HandedOver<ZoneConsumption> parts =
            handover.OfOwn(new(volume, default, default), new(before, default, default), new(whole, default, default));
        return new(parts.Closed.Peak, parts.Successor.Peak);
    }

    private static long AmountOf(IEnumerable<Recalculation> entries, int period) =>
        entries.SingleOrDefault(entry => entry.Period.Value == period).Amount.Value;
}
