using SmartCity.Domain;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>What is not described in tests/scenarios/README.md is refused with its place: a misspelt event must not be an event
/// that never happens.</summary>
public sealed class ScenarioReaderTest
{
    private string _folder = null!;

    [SetUp]
    public void CopyScenario()
    {
        _folder = Directory.CreateTempSubdirectory("given_").FullName;
        string source = Path.Combine(ScenarioReader.Folder, "given_one_zone");
        foreach (string file in Directory.GetFiles(source, "*.csv", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(_folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    [TearDown]
    public void DeleteScenario() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Read_EveryScenario_IsWellFormed([ValueSource(nameof(Names))] string scenarioName)
    {
        Scenario scenario = ScenarioReader.Read(scenarioName);
        Assert.That(scenario.Events[0], Is.InstanceOf<ScenarioEvent.Begin>());
        Assert.That(scenario.Bills, Is.Not.Empty);
        Assert.That(scenario.Balances, Is.Not.Empty);
        Assert.That(File.Exists(Path.Combine(ScenarioReader.Folder, "given_" + scenarioName, "README.md")), "there is no README.md");
    }

    [TestCase("when/accounts.csv", "area_m2", "area_ft2", "accounts.csv: the header is", TestName = "unknown column")]
    [TestCase("when/events.csv", ",bill,", ",bil,", "events.csv, line 3, event = 'bil'", TestName = "unknown event")]
    [TestCase("when/events.csv", ",bill,,2026-05,", ",bill,,2026-05,month=2026-05", "line 3, note",
        TestName = "note where none belongs")]
    [TestCase("when/events.csv", ",bill,,2026-05,", ",refix,,2026-05,kind=heat", "'kind=heat' is not one of energy=",
        TestName = "unknown key")]
    [TestCase("when/events.csv", ",bill,,2026-05,", ",correct,1,1.000,energy=electricity month=2026-05 night=2", "sum",
        TestName = "sum")]
    [TestCase("when/events.csv", "2026-06-01,bill", "2026-05-30,bill", "line 3, day", TestName = "events out of order")]
    [TestCase("when/events.csv", "begin", "bill", "line 2", TestName = "no begin")]
    [TestCase("when/electricity.csv", "2026-05,1,", "2026-05,2,", "meter '1' in 2026-05", TestName = "no row for a meter")]
    [TestCase("when/electricity.csv", "2026-05,1,4.000", "2026-05,1,4.0001", "line 3, peak_kwh", TestName = "too many decimals")]
    [TestCase("when/accounts.csv", "none", "stove", "line 2, heating", TestName = "unknown heating")]
    [TestCase("then/lines.csv", "charge", "charges", "lines.csv, line 2, kind", TestName = "unknown kind")]
    [TestCase("then/balances.csv", "45.00", "", "line 2, amount", TestName = "no amount")]
    public void ReadFolder_NotAsDescribed_IsRefusedWithItsPlace(string file, string text, string instead, string message)
    {
        string path = Path.Combine(_folder, file);
        string content = File.ReadAllText(path);
        Assert.That(content, Does.Contain(text));
        File.WriteAllText(path, content.Replace(text, instead, StringComparison.Ordinal));
        Assert.That(
            () => ScenarioReader.ReadFolder(_folder), Throws.TypeOf<ScenarioFormatException>().With.Message.Contains(message));
    }

    [Test]
    public void ReadFolder_UnknownFile_IsRefused()
    {
        File.WriteAllText(Path.Combine(_folder, "when", "event.csv"), "");
        Assert.That(() => ScenarioReader.ReadFolder(_folder), Throws.TypeOf<ScenarioFormatException>().With.Message.Contains("event.csv"));
    }

    [Test]
    public void Differences_OneKopeckMore_ShowsBothRows()
    {
        Scenario scenario = ScenarioReader.ReadFolder(_folder);
        string[] actual = [scenario.Lines[0].Replace("45.00", "45.01", StringComparison.Ordinal)];
        string wrong = ScenarioResults.Differences("Lines", scenario.Lines, actual);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(ScenarioResults.Differences("Lines", scenario.Lines, scenario.Lines), Is.Empty);
        Assert.That(wrong, Does.Contain("not:\n  1,2026-05,electricity,charge,whole,1,M0,,9.000,5.00,45.00"));
        Assert.That(wrong, Does.Contain("should not be:\n  1,2026-05,electricity,charge,whole,1,M0,,9.000,5.00,45.01"));
    }

    [Test]
    public void Between_MissingAndEstimatedHours_KeepTheVolumesByZone()
    {
        Scenario scenario = ScenarioReader.Read("missing_hours_average");
        ScenarioReadings readings = new(scenario);
        CityCalendar calendar = new(ScenarioEventReader.UtcOffset);
        Period may = Period.Of(2026, 5);
        Hour first = calendar.FirstHourOf(may);
        IReadOnlyList<IReadOnlyList<Reading>> hours = readings.Between(EnergyKind.Electricity, first, calendar.FirstHourOf(may.Next));

        ulong[] flat = new ulong[3];
        ulong[] house = new ulong[3];
        for (int i = 0; i < hours.Count; i++)
        {
            int zone = (int)calendar.ZoneOf(new(first.Value + (uint)i));
            flat[zone] += hours[i][3].Interval.Value;
            house[zone] += hours[i][0].Interval.Value + hours[i][1].Interval.Value + hours[i][2].Interval.Value;
        }
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(hours, Has.Count.EqualTo(744));
        Assert.That(flat, Is.EqualTo((ulong[])[80_000, 100_000, 90_000]));
        Assert.That(house, Is.EqualTo((ulong[])[118_167, 148_500, 133_333]));
        Assert.That(hours.Select(hour => hour[3].Quality == Quality.Missing), Is.EqualTo(Enumerable.Range(0, 744).Select(i => i >= 496)));
    }

    private static IReadOnlyList<string> Names => ScenarioReader.Names();
}
