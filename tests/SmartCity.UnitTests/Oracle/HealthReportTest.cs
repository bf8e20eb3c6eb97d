using System.Text.Json;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.UnitTests.Oracle;

public sealed class HealthReportTest
{
    private const long EnoughBytes = HealthReport.FreeBytesLimit;

    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly OracleStatus Well = new(
        Now, Now, true, new(LinkState.Reachable, Now, null), Now, new(LinkState.Reachable, Now, null), null, AlarmMode.Strict, null, [], 0, 0);

    [Test]
    public void Of_AllWell_IsReady()
    {
        HealthReport report = HealthReport.Of(Well with { LagHours = HealthReport.LagLimitHours }, null, EnoughBytes);

        Assert.That(report.IsReady, Is.True);
        Assert.That(report.Checks.Select(check => check.Name), Is.EqualTo(["journal", "source", "chain", "lag", "disk"]));
    }

    private static IEnumerable<TestCaseData> Troubles()
    {
        yield return new TestCaseData(Well, "The disk is full.", EnoughBytes, "journal", "The disk is full.").SetArgDisplayNames("journal not written");
        yield return new TestCaseData(Well with { Source = new(LinkState.Unreachable, Now, "No answer.") }, null, EnoughBytes, "source", "No answer.")
            .SetArgDisplayNames("source away");
        yield return new TestCaseData(Well with { Chain = new(LinkState.Refused, Now, null) }, null, EnoughBytes, "chain", "refuses").SetArgDisplayNames("chain refuses");
        yield return new TestCaseData(
            Well with { LagHours = 37, Backfill = new(new(100), new(200), new(140), 5) }, null, EnoughBytes, "lag",
            "37 hours are over and not on the chain (at most 2 are usual); back-fill 40 % closed").SetArgDisplayNames("behind");
        yield return new TestCaseData(Well with { SourceTime = null }, null, EnoughBytes, "lag", "first answer").SetArgDisplayNames("no answer yet");
        yield return new TestCaseData(Well, null, EnoughBytes - 1, "disk", "255 MiB free: less than 256; free some space").SetArgDisplayNames("disk nearly full");
    }

    /// <summary>Notices that wait and dead letters are told; they are not what the oracle fails at.</summary>
    [Test]
    public void Of_NoticesWait_IsReadyAndTellsHowMany()
    {
        HealthReport report = HealthReport.Of(Well, null, EnoughBytes, new(new(4, 2, 1), null));

        Assert.That((report.IsReady, report.Checks[^1]), Is.EqualTo((true, new HealthCheck(
            "notices", true, "4 deliveries wait, 2 are dead letters (smartcity notices list), 1 answers are not carried out yet"))));
    }

    [Test]
    public void Of_FileOfNoticesDamaged_NamesIt()
    {
        string folder = Directory.CreateTempSubdirectory("health").FullName;
        try
        {
            OracleOptions options = CityLayouts.Options(folder);
            Assert.That(NoticeHealth.Of(options), Is.Null, "it tells nobody");
            options = options with { ContactsFile = "contacts.json" };
            Assert.That(NoticeHealth.Of(options)!.Check, Is.EqualTo(new HealthCheck("notices", true, "nothing was told yet")));
            File.WriteAllText(Path.Combine(folder, "notices.db"), new string('x', 10_000));
            Assert.That(HealthReport.Of(Well, null, EnoughBytes, NoticeHealth.Of(options)).Checks[^1], Is.InstanceOf<HealthCheck>()
                .With.Property("IsGood").False.And.Property("Detail").Contains("notices.db cannot be read"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCaseSource(nameof(Troubles))]
    public void Of_OneTrouble_NamesItAlone(OracleStatus status, string? journalProblem, long free, string name, string detail)
    {
        HealthReport report = HealthReport.Of(status, journalProblem, free);

        HealthCheck failing = report.Checks.Single(check => !check.IsGood);
        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(report.IsReady, Is.False);
        Assert.That(failing.Name, Is.EqualTo(name));
        Assert.That(failing.Detail, Does.Contain(detail));
        Assert.That(json.RootElement.GetProperty("status").GetString(), Is.EqualTo("not ready"));
        Assert.That(json.RootElement.GetProperty("checks").GetProperty(name).GetProperty("detail").GetString(), Is.EqualTo(failing.Detail));
    }

    [Test]
    public void Of_NeverStarted_IsNotReady() =>
        Assert.That(HealthReport.Of(null, null, null).Checks.Where(check => !check.IsGood).Select(check => check.Name), Is.EqualTo(["source", "chain", "lag"]));
}
