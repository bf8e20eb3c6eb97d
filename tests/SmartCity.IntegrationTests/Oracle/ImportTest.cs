using System.Globalization;
using System.Text;
using SmartCity.Domain;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>Files of layout 80020 on their way to the chain: by the command as a user gives it, and from the watched folder.</summary>
[CancelAfter(180_000)]
public sealed class ImportTest
{
    private const string Statuses = "80020_5257072937_20260901_1058.xml";
    private const string Hours = "80020_5257072937_20260901_1057_1328903069.xml";
    private const int HourWithStatus = 2;
    private const int LastHour = 23;

    private static readonly Encoding Windows1251 = CodePagesEncodingProvider.Instance.GetEncoding(1251)!;

    [Test]
    public async Task Import_CommandThenFolder_ReachesTheChainOrIsAnswered(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        string map = Path.Combine(rig.Folder, "aiis-map.json");
        File.Copy(Path.Combine(RepositoryFolder.Path, "config", "aiis-map.json"), map);
        string inbox = Path.Combine(rig.Folder, "inbox");
        Directory.CreateDirectory(inbox);
        string statuses = await WriteAsync(rig, Statuses, rig.Folder, Windows1251, cancellationToken);

        (int rehearsed, string told) = await OwnProgram.RunAsync(cancellationToken, "import", "80020", statuses, "--state", rig.Folder, "--dry-run");
        (int imported, string table) = await OwnProgram.RunAsync(cancellationToken, "import", "80020", statuses, "--state", rig.Folder);
        Assert.That((rehearsed, imported), Is.EqualTo((0, 0)), told + table);
        Assert.That(told, Does.Contain("nothing was written"));
        Assert.That(table, Does.Contain("24 hours taken").And.Contain("2 values kept but not billed"));

        await using RunningOracle oracle = rig.RunOracle(rig.Options with { ImportFolder = inbox, AiisMapFile = map });
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        await AssertFirstDayAsync(rig, cancellationToken);

        await WriteAsync(rig, Hours, inbox, Encoding.UTF8, cancellationToken);
        foreach (string bad in new[] { "bad_gap.xml", "bad_not_well_formed.xml" })
        {
            File.Copy(VectorOf(bad), Path.Combine(inbox, bad));
        }
        await OracleRig.WaitAsync(
            () => Task.FromResult(Directory.GetFiles(inbox, "*.receipt.txt", SearchOption.AllDirectories).Length), count => count == 3, cancellationToken);

        string receipt = await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(inbox, "accepted"), "*.receipt.txt").Single(), cancellationToken);
        (int again, string unchanged) = await OwnProgram.RunAsync(cancellationToken, "import", "80020", statuses, "--state", rig.Folder);
        await AssertLateFileIsOnChainAsync(rig, cancellationToken);
        (_, string corrections) = await OwnProgram.RunAsync(cancellationToken, "import", "corrections", "--state", rig.Folder);
        (int refused, string reason) = await OwnProgram.RunAsync(cancellationToken, "import", "80020", VectorOf("bad_gap.xml"), "--state", rig.Folder);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Directory.GetFiles(Path.Combine(inbox, "rejected"), "bad_*").Length, Is.EqualTo(6));
        Assert.That(receipt, Does.Contain("candidates for a correction"));
        Assert.That(again, Is.Zero);
        Assert.That(unchanged, Does.Contain("24 hours known with the same value"));
        Assert.That(corrections, Does.Contain("0 hours."), "what came in time is corrected");
        Assert.That(refused, Is.EqualTo(1));
        Assert.That(reason, Does.Contain("from 05:00 to 05:30"));
    }

    /// <summary>The file's 4 kWh an hour are on the chain as measured, but for the two hours that it does not vouch for.</summary>
    private static async Task AssertFirstDayAsync(OracleRig rig, CancellationToken cancellationToken)
    {
        CityRegistry registry = await rig.Chain.ReadRegistryAsync(cancellationToken);
        IReadOnlyList<RecordedHour> hours = await rig.Chain.ReadHoursAsync(registry.Segments[1], cancellationToken);
        Assert.That(hours[0].Hour, Is.EqualTo(CityLayout.Of(rig.Plan).FirstHour));
        for (int i = 0; i <= LastHour; i++)
        {
            bool isImported = i is not (HourWithStatus or LastHour);
            Reading reading = hours[i].Groups[0][3];
            Assert.That((reading.Quality, reading.Interval.Value == 4_000), Is.EqualTo((Quality.Measured, isImported)), $"hour {i}: {reading}");
        }
    }

    /// <summary>The file came after its hours were stated: corrections make each of them count for its 333 Wh.</summary>
    private static async Task AssertLateFileIsOnChainAsync(OracleRig rig, CancellationToken cancellationToken)
    {
        CityRegistry registry = await rig.Chain.ReadRegistryAsync(cancellationToken);
        IReadOnlyList<RecordedHour> hours = await rig.Chain.ReadHoursAsync(registry.Segments[1], cancellationToken);
        long stated = hours.Take(LastHour + 1).Sum(hour => (long)hour.Groups[0][4].Interval.Value);
        await OracleRig.WaitAsync(
            () => rig.ReadCorrectedAsync(1, cancellationToken),
            found => stated + found.GetValueOrDefault((1u, 4)).WattHours == (LastHour + 1) * 333, cancellationToken);
        IReadOnlyList<MeterEventView> events = await rig.Reader.GetMeterEventsAsync(null, 100, cancellationToken);

        Assert.That(events.Count(found => found is { Kind: MeterEventKind.CameLate, SourceObject: "m1_2" }), Is.EqualTo(1));
    }

    /// <summary>Writes a file of tests/vectors for the first day of the rig's city.</summary>
    private static async Task<string> WriteAsync(OracleRig rig, string vector, string folder, Encoding encoding, CancellationToken cancellationToken)
    {
        DateTime day = CityLayout.Of(rig.Plan).FirstHour.Start.ToOffset(TimeSpan.FromHours(rig.Plan.UtcOffsetHours)).DateTime;
        string text = encoding.GetString(await File.ReadAllBytesAsync(VectorOf(vector), cancellationToken));
        string path = Path.Combine(folder, Dated(vector));
        await File.WriteAllBytesAsync(path, encoding.GetBytes(Dated(text)), cancellationToken);
        return path;

        string Dated(string original) => original
            .Replace("20260901", day.ToString("yyyyMMdd", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("20260902", day.AddDays(1).ToString("yyyyMMdd", CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static string VectorOf(string name) => Path.Combine(RepositoryFolder.Path, "tests", "vectors", "80020", name);
}
