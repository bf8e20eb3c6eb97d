using SmartCity.Audit;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;
using static SmartCity.UnitTests.Audit.ToldCity;

namespace SmartCity.UnitTests.Audit;

public sealed class AccountAuditTest
{
    private static readonly Hash32 s_successor = Keccak.Hash256("account 3");

    [Test]
    public void Open_TwoFlats_Holds() => Assert.That(new ToldCity().Findings(AuditRule.Accounts), Is.Empty);

    [Test]
    public void Open_OtherAreaBefore_IsFound() => Assert.That(
        new ToldCity().Tell(Opened(s_successor, 0, 100, 8_999, Terms(1)) with { Account = s_successor }).Findings(AuditRule.Accounts),
        Has.Some.Contains("areas before it"));

    [Test]
    public void Open_ChannelOfAnother_IsFound() => Assert.That(
        new ToldCity().Tell(Opened(s_successor, Flat1, 100, 9_000, Terms(1))).Findings(AuditRule.Accounts), Has.One.Contains("another account"));

    [Test]
    public void Open_IdTwice_IsFound() => Assert.That(
        new ToldCity().Tell(Opened(Account1, Flat1, 100, 9_000, Terms(1))).Findings(AuditRule.Accounts), Has.Some.Contains("not new"));

    [Test]
    public void ChangeTerms_EarlierThanTheLast_IsFound() => Assert.That(
        new ToldCity().Tell(new AccountBookEvent.TermsChanged(Account1, June.Next.Value, Terms(2)))
            .Tell(new AccountBookEvent.TermsChanged(Account1, June.Value, Terms(3))).Findings(AuditRule.Accounts),
        Has.One.Contains("terms from 2026-06 were given after those from 2026-07"));

    [Test]
    public void ChangeTerms_FourZones_IsFound() => Assert.That(
        new ToldCity().Tell(new AccountBookEvent.TermsChanged(Account1, June.Value, Terms(4))).Findings(AuditRule.Accounts),
        Has.One.Contains("do not fit"));

    [Test]
    public void TermsIn_ReplacedFromThatPeriod_AreTheNewOnes()
    {
        ToldCity city = new ToldCity().Tell(new AccountBookEvent.TermsChanged(Account1, June.Next.Value, Terms(2)))
            .Tell(new AccountBookEvent.TermsChanged(Account1, June.Next.Value, Terms(3)));
        AuditedAccount account = city.Replay().Accounts.Accounts.ById[Account1];
        Assert.That(
            new[] { June, June.Next, June.Next.Next }.Select(period => (int)account.TermsIn(period).Zones), Is.EqualTo(new[] { 1, 3, 3 }));
    }

    /// <summary>At the end of June the flat's registers stand at 21, 27 and 24 kWh.</summary>
    [Test]
    public void MoveOut_AtTheRegistersAsTheyStand_Holds()
    {
        Replay replay = new ToldCity().TellHours(June).Tell(MovedOut(27_000)).Replay();
        AuditedAccount successor = replay.Accounts.Accounts.ById[s_successor];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(replay.Log[AuditRule.Accounts].Kept, Is.Empty);
        Assert.That(successor.FirstPeriod, Is.EqualTo(June.Next));
        Assert.That(successor.First.Id, Is.EqualTo(Account1));
        Assert.That(replay.Accounts.Accounts.ShareOf(successor, Power), Is.EqualTo(new AreaShare(new(0), new(3_000), new(9_000))));
    }

    [Test]
    public void MoveOut_OtherRegister_IsFound() => Assert.That(
        new ToldCity().TellHours(June).Tell(MovedOut(27_001)).Findings(AuditRule.Accounts), Has.One.Contains("moment of the handover"));

    [Test]
    public void MoveOut_Twice_IsFound() => Assert.That(
        new ToldCity().TellHours(June).Tell(MovedOut(27_000)).Tell(MovedOut(27_000)).Findings(AuditRule.Accounts), Has.Some.Contains("closed before"));

    [Test]
    public void Issue_AfterTheLastPeriod_IsFound() => Assert.That(
        new ToldCity().TellHours(June).TellVolumesOfJune().Tell(MovedOut(27_000)).Tell(BillOfJune())
            .Tell(BillOfJune() with { Period = June.Next.Value }).Findings(AuditRule.Bills),
        Has.Some.Contains("last period was 2026-06"));

    private static AccountBookEvent.MovedOut MovedOut(ulong halfPeak) => new(
        Account1, s_successor, June.Value, new(Calendar.FirstHourOf(June.Next).Value, [21_000, halfPeak, 24_000]));
}
