using SmartCity.Audit;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;
using static SmartCity.UnitTests.Audit.ToldCity;

namespace SmartCity.UnitTests.Audit;

public sealed class TariffAndOutageAuditTest
{
    private static readonly Hash32 s_incident = Keccak.Hash256("incident");
    private static readonly ulong s_from = SecondsOf(new DateOnly(2026, 6, 5));

    [Test]
    public void Publish_ForAMonthToCome_Holds() => Assert.That(
        WithOracles().Tell(new TariffBookEvent.TariffPublished(2, Tariff(June.Next))).Findings(AuditRule.Tariffs), Is.Empty);

    [Test]
    public void Publish_ForThePresentMonth_IsFound() => Assert.That(
        WithOracles().At(SecondsOf(new DateOnly(2026, 7, 1))).Tell(new TariffBookEvent.TariffPublished(2, Tariff(June.Next))).Findings(AuditRule.Tariffs),
        Has.One.Contains("published in 2026-07"));

    [Test]
    public void Publish_OfThePeriodBefore_IsFound() => Assert.That(
        new ToldCity().Tell(new TariffBookEvent.TariffPublished(2, Tariff(June))).Findings(AuditRule.Tariffs), Has.One.Contains("not after that of"));

    [Test]
    public void Publish_OtherVersion_IsFound() => Assert.That(
        new ToldCity().Tell(new TariffBookEvent.TariffPublished(3, Tariff(June.Next))).Findings(AuditRule.Tariffs), Has.One.Contains("version"));

    [Test]
    public void Publish_UnknownProvider_IsFound() => Assert.That(
        new ToldCity().Tell(new TariffBookEvent.TariffPublished(2, Tariff(June.Next) with { HeatProvider = 9 })).Findings(AuditRule.Tariffs),
        Has.One.Contains("provider 9"));

    [Test]
    public void Publish_DueOnA29th_IsFound() => Assert.That(
        new ToldCity().Tell(new TariffBookEvent.TariffPublished(2, Tariff(June.Next) with { DueDay = 29 })).Findings(AuditRule.Tariffs),
        Has.One.Contains("out of range"));

    /// <summary>Without power for 12 hours, of which 2 are permitted at once.</summary>
    [Test]
    public void Record_Interruption_ReducesByWhatIsBeyondThePermitted() => Assert.That(
        City().Tell(Recorded(s_from, 12)).Replay().Outages.HoursOf(Power, June), Is.EqualTo(new ReductionHours(0, 0, 10)));

    [Test]
    public void Record_OverTheEndOfAMonth_CountsInEachByItself()
    {
        OutageAudit outages = City().At(SecondsOf(new DateOnly(2026, 7, 2)))
            .Tell(Recorded(SecondsOf(new DateOnly(2026, 6, 30)) + 20 * 3_600, 12)).Replay().Outages;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(outages.HoursOf(Power, June).ElectricityExcessHours, Is.EqualTo(2));
        Assert.That(outages.HoursOf(Power, June.Next).ElectricityExcessHours, Is.EqualTo(6));
    }

    [Test]
    public void Record_AsTheyShould_Holds() => Assert.That(City().Tell(Recorded(s_from, 12)).Findings(AuditRule.Outages), Is.Empty);

    [Test]
    public void Record_Overlapping_IsFound() => Assert.That(
        City().Tell(Recorded(s_from, 12)).Tell(Recorded(s_from + 11 * 3_600, 12)).Findings(AuditRule.Outages), Has.One.Contains("overlaps"));

    [Test]
    public void Record_OfNoIncident_IsFound() => Assert.That(
        new ToldCity().At(SecondsOf(new DateOnly(2026, 6, 8))).Tell(Recorded(s_from, 12)).Findings(AuditRule.Outages), Has.One.Contains("without an incident"));

    [Test]
    public void Record_InTheFuture_IsFound() => Assert.That(
        City().Tell(Recorded(SecondsOf(new DateOnly(2026, 6, 8)), 12)).Findings(AuditRule.Outages), Has.One.Contains("not a time that was"));

    [Test]
    public void Record_OfTheHeatGroup_IsFound() => Assert.That(
        City().Tell(Recorded(s_from, 12) with { Group = Heat }).Findings(AuditRule.Outages), Has.One.Contains("counts something else"));

    private static ToldCity WithOracles() => new ToldCity().Tell(new ReadingLedgerEvent.OraclesChanged(default, [AddressOf("oracle")], 1));

    private static ToldCity City() => new ToldCity().At(SecondsOf(new DateOnly(2026, 6, 8)))
        .Tell(new IncidentLogEvent.IncidentRaised(s_incident, 1, 1, s_from, s_incident));

    private static IncidentLogEvent.OutageRecorded Recorded(ulong from, ulong hours) => new(
        s_incident, Power, new(s_incident, IncidentLogContract.OutageKind.ElectricityInterruption, from, from + hours * 3_600, 2), s_incident);
}
