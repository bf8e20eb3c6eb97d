using SmartCity.Audit;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;
using static SmartCity.UnitTests.Audit.ToldCity;

namespace SmartCity.UnitTests.Audit;

public sealed class BillAuditTest
{
    [Test]
    public void Issue_AsComputed_Holds()
    {
        Replay replay = Billed().Replay();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(replay.Log[AuditRule.Bills].Kept, Is.Empty);
        Assert.That(replay.Bills.FindCharged(Account1, June), Is.EqualTo(new[] { 36_000, 2_400, 48_000 }));
    }

    [Test]
    public void Issue_KopeckMoreOnALine_IsFoundOnThatLine()
    {
        BillingEvent.BillIssued bill = BillOfJune();
        Assert.That(
            Fixed().Tell(bill with { Lines = [bill.Lines[0], bill.Lines[1] + 1, bill.Lines[2]] }).Findings(AuditRule.Bills),
            Has.One.Contains("line 2"));
    }

    [Test]
    public void Issue_OtherTotal_IsFound() => Assert.That(
        Fixed().Tell(BillOfJune() with { Total = 86_401 }).Findings(AuditRule.Bills), Has.One.Contains("total"));

    [Test]
    public void Issue_Twice_IsFound() => Assert.That(Billed().Tell(BillOfJune()).Findings(AuditRule.Bills), Has.Some.Contains("order"));

    [Test]
    public void Issue_PeriodSkipped_IsFound() => Assert.That(
        Fixed().Tell(BillOfJune() with { Period = June.Next.Value }).Findings(AuditRule.Bills), Has.Some.Contains("order"));

    [Test]
    public void Issue_UnreadableLine_IsFound()
    {
        BillingEvent.BillIssued bill = BillOfJune();
        Assert.That(
            Fixed().Tell(bill with { Lines = [bill.Lines[0] | (System.Numerics.BigInteger.One << 250)] }).Findings(AuditRule.Bills),
            Has.Some.Contains("cannot be read"));
    }

    [Test]
    public void Issue_VolumesNotFixed_IsFound() =>
        Assert.That(new ToldCity().TellHours(June).Tell(BillOfJune()).Findings(AuditRule.Events), Has.Some.Contains("are not fixed"));

    /// <summary>
    /// Power was out for 12 hours of which 2 were permitted: ten hours at 0.15 % of 360 roubles and of 24 are 5.40 and 0.36. A bill issued
    /// before knows nothing of it; recalculated it is by as much less.
    /// </summary>
    [Test]
    public void Recalculate_LateOutage_IsTheReduction() =>
        Assert.That(WithOutage(Billed()).Tell(Recalculated(-540, -36, 0)).Findings(AuditRule.Recalculations), Is.Empty);

    [Test]
    public void Recalculate_OtherDifference_IsFound() =>
        Assert.That(WithOutage(Billed()).Tell(Recalculated(-540, -35, 0)).Findings(AuditRule.Recalculations), Has.One.Contains("computed -540, -36, 0"));

    [Test]
    public void Recalculate_NothingNew_IsFound() =>
        Assert.That(Billed().Tell(Recalculated(0, 0, 0)).Findings(AuditRule.Recalculations), Is.Not.Empty);

    [Test]
    public void Recalculate_Twice_IsFound() => Assert.That(
        WithOutage(Billed()).Tell(Recalculated(-540, -36, 0)).Tell(Recalculated(-540, -36, 0)).Findings(AuditRule.Recalculations), Is.Not.Empty);

    [Test]
    public void Recalculate_NeverBilled_IsFound() =>
        Assert.That(Fixed().Tell(Recalculated(1, 0, 0)).Findings(AuditRule.Recalculations), Has.One.Contains("never billed"));

    [Test]
    public void Recalculate_Waits_InOrderForTheNextBill()
    {
        Replay replay = WithOutage(Billed()).Tell(Recalculated(-540, -36, 0)).Replay();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(replay.Bills.WaitingOf(Account1), Is.EqualTo(new Recalculation[]
        {
            new(June, BilledService.Electricity, new(-540)), new(June, BilledService.CommonNeeds, new(-36)),
        }));
        Assert.That(replay.Bills.FindCharged(Account1, June), Is.EqualTo(new[] { 35_460, 2_364, 48_000 }));
    }

    private static ToldCity Fixed() => new ToldCity().TellHours(June).TellVolumesOfJune();

    private static ToldCity Billed() => Fixed().Tell(BillOfJune());

    private static ToldCity WithOutage(ToldCity city)
    {
        ulong from = SecondsOf(new DateOnly(2026, 6, 5));
        Hash32 incident = Keccak.Hash256("incident");
        return city.Tell(new IncidentLogEvent.IncidentRaised(incident, 1, 1, from, incident)).Tell(new IncidentLogEvent.OutageRecorded(
            incident, Power, new(incident, IncidentLogContract.OutageKind.ElectricityInterruption, from, from + 12 * 3_600, 2), incident));
    }

    private static BillingEvent.Recalculated Recalculated(params long[] differences) => new(Account1, June.Value, differences);
}
