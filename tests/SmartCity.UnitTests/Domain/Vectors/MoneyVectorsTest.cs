using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Vectors;

/// <summary>The vectors of money, the same as in tests/solidity/MoneyLibraries.t.sol.</summary>
public sealed class MoneyVectorsTest
{
    private const int Weights = 5;

    public static IEnumerable<TestCaseData> Charges => SharedVectors.Read("charges.json");

    public static IEnumerable<TestCaseData> AreaShares => SharedVectors.Read("shares.json");

    public static IEnumerable<TestCaseData> Allocations => SharedVectors.Read("allocation.json");

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
}
