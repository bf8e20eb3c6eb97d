using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Vectors;

/// <summary>The vectors of outages, the same as in tests/solidity/OutageBook.t.sol.</summary>
public sealed class OutageVectorsTest
{
    public static IEnumerable<TestCaseData> Vectors => SharedVectors.Read("outages.json");

    [TestCaseSource(nameof(Vectors))]
    public void Outages_Vector(Dictionary<string, string> vector)
    {
        CityCalendar calendar = new(TimeSpan.FromSeconds(vector.Number("utcOffset")));
        Period period = new((ushort)vector.Number("period"));
        Outage[] parts =
        [
            .. Enumerable.Range(0, (int)vector.Number("count"))
                .SelectMany(i => new Outage(
                    KindOf(vector[$"kind{i}"]),
                    vector.Number($"from{i}"),
                    vector.Number($"to{i}"),
                    (uint)vector.Number($"measure{i}")).ByPeriod(calendar))
                .Where(part => part.Period == period)
                .Select(part => part.Part),
        ];
        if (vector.Number("overlaps") == 1)
        {
            Assert.Throws<ArgumentException>(() => Outages.Of(parts));
            return;
        }
        Assert.That(Outages.Of(parts), Is.EqualTo(new ReductionHours(
            (uint)vector.Number("heatExcess"), (uint)vector.Number("heatDegrees"), (uint)vector.Number("electricityExcess"))));
    }

    private static OutageKind KindOf(string kind) => kind switch
    {
        "heat" => OutageKind.HeatInterruption,
        "cold" => OutageKind.HeatCold,
        "electricity" => OutageKind.ElectricityInterruption,
        _ => throw new InvalidOperationException($"Nobody knows the kind '{kind}'."),
    };
}
