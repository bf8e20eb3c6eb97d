using System.Globalization;
using System.Text.Json;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Vectors;

/// <summary>The vectors of the ledger's calendar and payload, worked by neither side.</summary>
public sealed class LedgerVectorsTest
{
    public static IEnumerable<TestCaseData> Calendar => SharedVectors.Read("calendar.json");

    public static IEnumerable<TestCaseData> Payloads
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.PathOf("tests", "vectors", "payload.json")));
            foreach (JsonElement vector in document.RootElement.EnumerateArray())
            {
                yield return new TestCaseData(
                    Numbers(vector, "channels"),
                    Numbers(vector, "intervals"),
                    Numbers(vector, "qualities"),
                    vector.GetProperty("payload").GetString()!).SetArgDisplayNames(vector.GetProperty("note").GetString()!);
            }
        }
    }

    [TestCaseSource(nameof(Calendar))]
    public void CityCalendar_Vector(Dictionary<string, string> vector)
    {
        CityCalendar calendar = new(TimeSpan.FromSeconds(int.Parse(vector["utcOffset"], CultureInfo.InvariantCulture)));
        Hour hour = new((uint)vector.Number("hour"));
        Period period = calendar.PeriodOf(hour);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(period.Value, Is.EqualTo(vector.Number("period")));
        Assert.That((ulong)calendar.ZoneOf(hour), Is.EqualTo(vector.Number("zone")));
        Assert.That(calendar.FirstHourOf(period).Value, Is.EqualTo(vector.Number("firstHourOfPeriod")));
    }

    [TestCaseSource(nameof(Payloads))]
    public void HourPayload_Vector(ulong[] channels, ulong[] intervals, ulong[] qualities, string payload)
    {
        Queue<Reading> readings = new(intervals.Zip(qualities, (interval, quality) => new Reading(new(interval), (Quality)quality)));
        Reading[][] groups = [.. channels.Select(count => Enumerable.Range(0, (int)count).Select(_ => readings.Dequeue()).ToArray())];
        byte[] expected = Convert.FromHexString(payload[2..]);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(readings, Is.Empty, "the vector's own counts");
        Assert.That(HourPayload.Encode(groups), Is.EqualTo(expected));
        Assert.That(HourPayload.Decode(expected, [.. groups.Select(group => group.Length)]), Is.EqualTo(groups));
    }

    private static ulong[] Numbers(JsonElement vector, string name) =>
        [.. vector.GetProperty(name).EnumerateArray().Select(number => ulong.Parse(number.GetString()!, CultureInfo.InvariantCulture))];
}
