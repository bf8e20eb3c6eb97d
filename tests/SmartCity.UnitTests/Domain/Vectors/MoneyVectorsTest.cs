using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Vectors;

/// <summary>The vectors of money, the same as in tests/solidity/MoneyLibraries.t.sol.</summary>
public sealed class MoneyVectorsTest
{
    private const int Weights = 6;

    public static IEnumerable<TestCaseData> Charges => SharedVectors.Read("charges.json");

    public static IEnumerable<TestCaseData> AreaShares => SharedVectors.Read("shares.json");

    public static IEnumerable<TestCaseData> Allocations => SharedVectors.Read("allocation.json");

    public static IEnumerable<TestCaseData> PenaltyAccruals => SharedVectors.Read("penalties.json");

    public static IEnumerable<TestCaseData> Nettings => SharedVectors.Read("netting.json");

    [TestCaseSource(nameof(Charges))]
    public void Charge_Vector(Dictionary<string, string> vector)
    {
        (ulong quantity, ulong price) = (vector.Number("quantity"), vector.Number("price"));
        Kopecks amount = vector["kind"] switch
        {
            "electricity" => Charge.ForElectricity(new(quantity), new(price)),
            "heat" => Charge.ForHeat(new(quantity), new(price)),
            "vat" => Charge.VatContained(new(quantity), (ushort)price),
            string kind => throw new InvalidOperationException($"Nobody knows the kind '{kind}'."),
        };
        Assert.That(amount.Value, Is.EqualTo(vector.Number("amount")));
    }

    [TestCaseSource(nameof(AreaShares))]
    public void Shares_Vector(Dictionary<string, string> vector) => Assert.That(
        Shares.ByRunningTotal(
            new(vector.Number("volume")),
            new((uint)vector.Number("areaBefore")),
            new((uint)vector.Number("area")),
            new((uint)vector.Number("areaTotal"))).Value,
        Is.EqualTo(vector.Number("share")));

    [TestCaseSource(nameof(Allocations))]
    public void LargestRemainder_Vector(Dictionary<string, string> vector)
    {
        IReadOnlyList<Kopecks> parts = LargestRemainder.Split(
            new(vector.Number("amount")), [.. Enumerable.Range(0, Weights).Select(i => new Kopecks(vector.Number($"weight{i}")))]);

        Assert.That(
            parts.Select(part => part.Value), Is.EqualTo(Enumerable.Range(0, Weights).Select(i => vector.Number($"part{i}"))));
    }

    [TestCaseSource(nameof(PenaltyAccruals))]
    public void Penalty_Vector(Dictionary<string, string> vector)
    {
        bool isSingle = vector["kind"] == "single";
        int slices = isSingle ? 1 : (int)vector.Number("slices");
        PenaltyAccrual accrual = default;
        uint day = 0;
        for (int i = 0; i < slices; i++)
        {
            string place = isSingle ? "" : $"{i}";
            uint next = (uint)vector.Number($"days{place}");
            (accrual, Kopecks added) = accrual.After(new(vector.Number($"debt{place}")), (uint)vector.Number("rate"), day, next);
            Assert.That(added.Value, Is.EqualTo(vector.Number($"penalty{place}")), $"slice {i}");
            day = next;
        }
    }

    [TestCaseSource(nameof(Nettings))]
    public void Netting_Vector(Dictionary<string, string> vector)
    {
        MutualObligation[] obligations =
        [
            .. Enumerable.Range(0, (int)vector.Number("count")).Select(i => new MutualObligation(
                (ushort)vector.Number($"debtor{i}"), (ushort)vector.Number($"creditor{i}"), new(vector.Number($"amount{i}")))),
        ];
        Assert.That(
            NettingRound.Of(obligations).Positions.Select(position => (position.Key, position.Value.Pays.Value, position.Value.Gets.Value)),
            Is.EquivalentTo(Enumerable.Range(0, (int)vector.Number("providers")).Select(i => (
                (ushort)vector.Number($"provider{i}"), vector.Number($"pays{i}"), vector.Number($"gets{i}")))));
    }
}
