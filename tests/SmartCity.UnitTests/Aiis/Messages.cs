using SmartCity.Aiis;
using SmartCity.Domain;
using SmartCity.UnitTests.Domain;
using SmartCity.UnitTests.Oracle;

namespace SmartCity.UnitTests.Aiis;

/// <summary>Files of tests/vectors/80020, and the map that goes with them.</summary>
internal static class Messages
{
    public const string Ordinary = "80020_5257072937_20260901_1056.xml";
    public const string Utf8Hours = "80020_5257072937_20260901_1057_1328903069.xml";
    public const string Statuses = "80020_5257072937_20260901_1058.xml";
    public const string Thirds = "80020_5257072937_20260901_1059.xml";
    public const string Sums = "80020_5257072937_20260901_1060.xml";

    public const string MapJson = """
        {
          "senders": ["5257072937"],
          "timeZones": { "1": 3 },
          "channels": [
            { "point": "131150001113001", "channel": "01", "group": 1, "groupChannel": 3 },
            { "point": "131150001113002", "channel": "01", "group": 1, "groupChannel": 4 },
            { "point": "131150001113003", "channel": "01", "group": 1, "groupChannel": 5 }
          ],
          "ignoredChannels": ["02", "03", "04"],
          "ignoredPoints": [],
          "deliveryPoints": [{ "point": "131150001113900", "points": ["131150001113001", "131150001113002"] }]
        }
        """;

    /// <summary>00:00 of 1 September 2026 in Moscow.</summary>
    public static readonly Hour FirstHour = Hour.Containing(new DateTimeOffset(2026, 8, 31, 21, 0, 0, TimeSpan.Zero));

    public static AiisMap Map => AiisMap.Parse(MapJson, CityLayouts.Plan);

    public static byte[] Bytes(string name) => File.ReadAllBytes(RepositoryFiles.PathOf("tests", "vectors", "80020", name));

    public static Examiner Examiner(ulong maxPerHour = 1_000_000) => new(Map, TimeSpan.FromHours(5), (_, _) => new(maxPerHour));

    public static Examination Examine(string name) => Examiner().Examine(name, Bytes(name));
}
