using SmartCity.Domain;

namespace SmartCity.Benchmarks;

/// <summary>Cities of any size: houses with a three-phase meter and three flats, one on each phase.</summary>
internal static class BenchCity
{
    /// <summary>Meters of a house.</summary>
    public const int MetersOfGroup = 4;

    /// <summary>Registers of a house: three phases, three flats.</summary>
    public const int ChannelsOfGroup = 6;

    /// <summary>Houses of a segment: what its slots hold.</summary>
    private const int GroupsOfSegment = 256;

    /// <summary>A city.</summary>
    /// <param name="template">Whose providers and prices it has.</param>
    /// <param name="groups">Houses.</param>
    /// <param name="first">Its first period.</param>
    /// <param name="withFlats">Are the flats billed?</param>
    public static CityPlan Plan(CityPlan template, int groups, Period first, bool withFlats) => template.StartingAt(first) with
    {
        Name = "Bench",
        Segments = [.. Enumerable.Range(1, groups).Chunk(GroupsOfSegment).Select((numbers, i) =>
            new SegmentPlan((uint)i + 1, EnergyKind.Electricity, [.. numbers.Select(Group)]))],
        Substations = [],
        Houses = withFlats ? [.. Enumerable.Range(1, groups).Select(House)] : [],
        Delays = new(0, 0),
    };

    /// <summary>Tag of a house's three-phase meter.</summary>
    public static string ParentOf(int group) => $"m3_{group}";

    /// <summary>Tag of a flat's meter.</summary>
    public static string ConsumerOf(int group, int flat) => $"m1_{(group - 1) * (MetersOfGroup - 1) + flat + 1}";

    private static GroupPlan Group(int number) => new(
        (uint)number, $"House {number}", Meter((ulong)number * MetersOfGroup, "Mercury 230", ParentOf(number)),
        [.. Enumerable.Range(0, MetersOfGroup - 1).Select(flat =>
            new ConsumerPlan(Meter((ulong)(number * MetersOfGroup + flat + 1), "Mercury 206", ConsumerOf(number, flat)), flat))]);

    private static MeterPlan Meter(ulong serial, string model, string sourceObject) =>
        new(serial, model, 1.0m, 1, 0, new(2024, 1, 1), 120, sourceObject);

    private static HousePlan House(int number) => new(
        $"House {number}",
        [.. Enumerable.Range(0, MetersOfGroup - 1).Select(flat => new FlatPlan(
            $"{flat + 1}", 5_000, (uint)number, (ushort)(3 + flat), 0, 0, new(AccountZones.Two, 2, HeatingTerms.None)))]);
}
