using SmartCity.Audit;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;
using static SmartCity.UnitTests.Audit.ToldCity;

namespace SmartCity.UnitTests.Audit;

/// <summary>Account 1 owes 360.00, 24.00 and 480.00 roubles, due on 10 July 2026; nothing is late before 10 August.</summary>
public sealed class MoneyAuditTest
{
    private static readonly Address s_payer = AddressOf("payer");
    private static readonly ulong s_july = SecondsOf(new DateOnly(2026, 7, 5));

    [Test]
    public void Pay_InFull_Holds() => Assert.That(AllFindings(Paid(s_july, 86_400, [36_000, 2_400, 48_000, 0, 0, 0])), Is.Empty);

    /// <summary>100 kopecks over 864 roubles: 41.67, 2.78 and 55.56; by the largest remainder 42, 3 and 55 (of .67, .78 and .56 two go up).</summary>
    [Test]
    public void Pay_InPart_IsDividedByLargestRemainder() =>
        Assert.That(AllFindings(Paid(s_july, 100, [42, 3, 55, 0, 0, 0])), Is.Empty);

    [Test]
    public void Pay_DividedOtherwise_IsFound() => Assert.That(
        Paid(s_july, 100, [41, 3, 56, 0, 0, 0]).Findings(AuditRule.Payments), Has.One.Contains("computed 42, 3, 55, 0, 0, 0"));

    [Test]
    public void Pay_CreditNotUsed_IsFound() => Assert.That(
        City().At(s_july).Tell(new SettlementEvent.PaymentReceived(Account1, s_payer, 5), "pay").Tell(new SettlementEvent.CreditChanged(Account1, 6), "pay")
            .Findings(AuditRule.Payments),
        Has.One.Contains("credit"));

    [Test]
    public void Pay_NothingIsDue_CreditIsTold() => Assert.That(PaidAhead(new SettlementEvent.CreditChanged(Account1, 5)), Is.Empty);

    [Test]
    public void Pay_CreditIsNotTold_IsFound() => Assert.That(PaidAhead(), Has.One.Contains("credit told last"));

    [Test]
    public void Pay_CreditOfAnotherAccountIsTold_IsFound() => Assert.That(
        PaidAhead(new SettlementEvent.CreditChanged(Account2, 0)),
        Has.Count.EqualTo(2).And.Some.Contains("has not changed").And.Some.Contains("credit told last"));

    [Test]
    public void Pay_CreditIsToldTwice_IsFound() => Assert.That(
        PaidAhead(new SettlementEvent.CreditChanged(Account1, 5), new SettlementEvent.CreditChanged(Account1, 5)), Has.One.Contains("has not changed"));

    /// <summary>What is told later does not make good that nothing was told: another would have read a wrong credit in between.</summary>
    [Test]
    public void Pay_CreditIsToldInALaterTransaction_IsFound() => Assert.That(
        AheadOfBills().Tell(new SettlementEvent.CreditChanged(Account1, 5)).Findings(AuditRule.Payments), Has.Some.Contains("credit told last"));

    [Test]
    public void Pay_NoTokensMoved_IsFound() => Assert.That(
        City().At(s_july).Tell(new SettlementEvent.PaymentReceived(Account1, s_payer, 5)).Findings(AuditRule.Conservation),
        Has.Some.Contains("told and not moved"));

    /// <summary>
    /// On 15 August the bill is 36 days late: 6 days at 9.5 % / 300. 360 roubles: 68.4 kopecks; 24 roubles: 4.56; 480 roubles: 91.2.
    /// </summary>
    [Test]
    public void Accrue_SixDays_IsCounted() => Assert.That(
        Late(15).Tell(Accrued(15, 68, 5, 91)).Findings(AuditRule.Penalties), Is.Empty);

    [Test]
    public void Accrue_KopeckMore_IsFound() => Assert.That(
        Late(15).Tell(Accrued(15, 68, 5, 92)).Findings(AuditRule.Penalties), Has.One.Contains("computed 68, 5, 91"));

    [Test]
    public void Accrue_OtherDay_IsFound() => Assert.That(Late(15).Tell(Accrued(16, 68, 5, 91)).Findings(AuditRule.Penalties), Is.Not.Empty);

    /// <summary>The rounding is of the sum: 68.4 on the 15th, 79.8 on the 16th.</summary>
    [Test]
    public void Accrue_InTwoSteps_AddsUpToTheRoundedSum() => Assert.That(
        Late(15).Tell(Accrued(15, 68, 5, 91)).At(SecondsOf(new DateOnly(2026, 8, 16))).Tell(Accrued(16, 12, 0, 15)).Findings(AuditRule.Penalties),
        Is.Empty);

    /// <summary>September has half the rate: its five days cost half of what five days of August do.</summary>
    [Test]
    public void Accrue_OverAChangeOfRate_CountsEachDayAtItsOwn()
    {
        // 22 days of August at 9.5 % and 5 of September at 4.75 %, each 1/300: 24.5 days' worth of 11.4, 0.76 and 15.2 kopecks.
        ToldCity city = City(tariff: Tariff(Period.Of(2026, 9), penaltyRate: 475)).At(SecondsOf(new DateOnly(2026, 9, 5)));
        Assert.That(
            city.Tell(new SettlementEvent.PenaltyAccrued(Account1, June.Value, DayOf(new(2026, 9, 5)), [279, 19, 372])).Findings(AuditRule.Penalties),
            Is.Empty);
    }

    [Test]
    public void Pay_PenaltyHadComeDueAndIsNotLogged_IsFound() => Assert.That(
        Paid(SecondsOf(new DateOnly(2026, 8, 15)), 86_400, [36_000, 2_400, 48_000, 0, 0, 0]).Findings(AuditRule.Penalties),
        Has.One.Contains("68, 5, 91 had come due"));

    [Test]
    public void Take_OtherThanPending_IsFound() => Assert.That(
        Late(15).Tell(Accrued(15, 68, 5, 91)).Tell(new SettlementEvent.PenaltiesTaken(Account1, [68, 5, 90])).Findings(AuditRule.Penalties),
        Has.Some.Contains("were taken"));

    [Test]
    public void Take_WithoutABill_IsFound() => Assert.That(
        Late(15).Tell(Accrued(15, 68, 5, 91)).Tell(new SettlementEvent.PenaltiesTaken(Account1, [68, 5, 91])).Findings(AuditRule.Penalties),
        Has.One.Contains("no bill was issued after it"));

    private static ToldCity City(TariffBookContract.Tariff? tariff = null)
    {
        ToldCity city = new();
        return (tariff is null ? city : city.Tell(new TariffBookEvent.TariffPublished(2, tariff))).TellHours(June).TellVolumesOfJune().Tell(BillOfJune());
    }

    private static ToldCity AheadOfBills() => new ToldCity().Tell(new SettlementEvent.PaymentReceived(Account1, s_payer, 5), "pay");

    /// <summary>What is found of payments when 5 kopecks come in before there is a bill, and this is told of credits.</summary>
    private static IReadOnlyList<string> PaidAhead(params SettlementEvent.CreditChanged[] told) =>
        told.Aggregate(AheadOfBills(), (city, changed) => city.Tell(changed, "pay")).Findings(AuditRule.Payments);

    private static ToldCity Late(int day) => City().At(SecondsOf(new DateOnly(2026, 8, day)));

    private static SettlementEvent.PenaltyAccrued Accrued(int day, params ulong[] amounts) =>
        new(Account1, June.Value, DayOf(new(2026, 8, day)), amounts);

    private static ToldCity Paid(ulong time, ulong amount, IReadOnlyList<ulong> parts) => City().At(time)
        .Tell(new SettlementRoubleEvent.Transfer(Address.Zero, s_payer, amount), "mint")
        .Tell(new SettlementRoubleEvent.Minted(s_payer, amount, default), "mint")
        .Tell(new SettlementEvent.PaymentReceived(Account1, s_payer, amount), "pay")
        .Tell(new SettlementEvent.PaymentAllocated(Account1, June.Value, parts), "pay")
        .Tell(new SettlementRoubleEvent.Transfer(s_payer, Contracts.Settlement.Address, amount), "pay");

    /// <summary>Of the rules about money.</summary>
    private static IEnumerable<string> AllFindings(ToldCity city)
    {
        Replay replay = city.Replay();
        return new[] { AuditRule.Events, AuditRule.Payments, AuditRule.Conservation, AuditRule.Penalties, AuditRule.Disputes }
            .SelectMany(rule => replay.Log[rule].Kept);
    }
}
