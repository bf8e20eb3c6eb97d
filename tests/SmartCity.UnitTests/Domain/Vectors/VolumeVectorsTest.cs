using System.Globalization;
using System.Numerics;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Vectors;

/// <summary>The vectors of volumes, the same as in tests/solidity/VolumeLibraries.t.sol.</summary>
public sealed class VolumeVectorsTest
{
    private static readonly MeterFault[] s_faults =
        [MeterFault.None, MeterFault.Broken, MeterFault.AccessRefused, MeterFault.VerificationExpired, MeterFault.Absent];

    public static IEnumerable<TestCaseData> Heats => SharedVectors.Read("heat.json");

    public static IEnumerable<TestCaseData> CommonNeeds => SharedVectors.Read("commonNeeds.json");

    public static IEnumerable<TestCaseData> Ladders => SharedVectors.Read("ladder.json");

    [TestCaseSource(nameof(Heats))]
    public void HouseHeat_Vector(Dictionary<string, string> vector)
    {
        HouseHeat house = new(
            new(vector.Number("house")), Area("wholeArea"), Area("unheatedArea"), new(vector.Number("metered")), Area("meteredArea"));
        Quantity heat = vector["rule"] switch
        {
            "share" => house.ShareOf(Area("areaBefore"), Area("area")),
            "metered" => house.OfMetered(new(vector.Number("own")), Area("area")),
            "unmetered" => house.OfUnmetered(Area("area")),
            "norm" => HouseHeat.ByNorm(Area("area"), (uint)vector.Number("norm")),
            string rule => throw new InvalidOperationException($"Nobody knows the rule '{rule}'."),
        };
        Assert.That(heat.Value, Is.EqualTo(vector.Number("heat")));

        SquareDecimetres Area(string name) => new((uint)vector.Number(name));
    }

    [TestCaseSource(nameof(CommonNeeds))]
    public void HouseNeeds_Vector(Dictionary<string, string> vector)
    {
        HouseNeeds needs = HouseNeeds.Of(Carry("carry"), Zones(vector, "parent"), Zones(vector, "consumers"));
        Assert.That(needs, Is.EqualTo(new HouseNeeds(Zones(vector, "charged"), Carry("after"))));

        HouseNeedsCarry Carry(string name) => new(Signed($"{name}0"), Signed($"{name}1"), Signed($"{name}2"));
        long Signed(string name) => long.Parse(vector[name], CultureInfo.InvariantCulture);
    }

    [TestCaseSource(nameof(Ladders))]
    public void VolumeLadder_Vector(Dictionary<string, string> vector)
    {
        EnergyKind kind = vector["kind"] == "heat" ? EnergyKind.Heat : EnergyKind.Electricity;
        MeasuredPeriod period = new(
            Zones(vector, "raw"), Small("hours"), Small("missing"), Small("estimated"), Small("hoursBeforeFault"), s_faults[Small("fault")]);
        AveragedPeriod[] before = [.. Enumerable.Range(0, (int)Small("periods"))
            .Select(i => new AveragedPeriod(Zones(vector, $"used{i}_"), Small($"hours{i}")))];
        MonthlyNorm norm = new(Big("normNumerator"), Big("normDenominator"));

        BilledVolume volume = VolumeLadder.Of(kind, period, before, Small("runBefore"), norm, (ushort)Small("coefficient"));

        Assert.That(
            (volume.Volume, (uint)volume.Method, volume.Estimate?.GapHours ?? 0, volume.Estimate?.Run ?? 0),
            Is.EqualTo((Zones(vector, "volume"), Small("method"), Small("gapHours"), Small("run"))));

        uint Small(string name) => (uint)vector.Number(name);
        BigInteger Big(string name) => BigInteger.Parse(vector[name], CultureInfo.InvariantCulture);
    }

    private static ZoneConsumption Zones(Dictionary<string, string> vector, string name) =>
        new(new(vector.Number($"{name}0")), new(vector.Number($"{name}1")), new(vector.Number($"{name}2")));
}
