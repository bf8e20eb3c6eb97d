using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Volumes as they were fixed last, bills, what was charged and what waits.</summary>
internal static class BillingQuestions
{
    public static IEnumerable<Expectation> Of(Replay replay) => [.. Volumes(replay), .. Interrupted(replay), .. Bills(replay), .. Accounts(replay)];

    private static IEnumerable<Expectation> Volumes(Replay replay)
    {
        VolumeBookContract book = replay.History.Contracts.VolumeBook;
        foreach ((uint group, Period next) in replay.Volumes.Next)
        {
            yield return Expectation.Of(
                book.NextPeriodOf(group), next.Value, AuditRule.Volumes, $"first period of group {group} that is not fixed");
        }
        foreach (((uint group, Period period), FixedPeriod volumes) in replay.Volumes.Fixed)
        {
            string where = $"group {group}, {period}";
            yield return Expectation.That(book.HouseOf(group, period.Value), volumes.Equals, AuditRule.Volumes, where);
            yield return Expectation.OfList(
                book.CarryOf(group, period.Value), [volumes.Carry.Peak, volumes.Carry.HalfPeak, volumes.Carry.Night],
                AuditRule.Volumes, $"{where}, carried on");
            for (int channel = replay.Readings.Registry.Groups[group].Phases; channel < volumes.Channels.Count; channel++)
            {
                FixedChannel volume = replay.Volumes.VolumeOf(group, channel, period);
                yield return Expectation.That(
                    book.VolumeOf(group, (ushort)channel, period.Value), volume.Equals, AuditRule.Volumes, $"{where}, channel {channel}");
            }
        }
    }

    /// <summary>A period that is half done counts as not fixed: nobody may be billed by it.</summary>
    private static IEnumerable<Expectation> Interrupted(Replay replay) => replay.Volumes.Interrupted.Select(period => Expectation.Refused(
        replay.History.Contracts.VolumeBook.HouseOf(period.Group, period.Period.Value), AuditRule.Volumes,
        $"group {period.Group}, {period.Period}, half done"));

    private static IEnumerable<Expectation> Bills(Replay replay)
    {
        CityAddresses contracts = replay.History.Contracts;
        foreach (((Hash32 account, Period period), AuditedBill bill) in replay.Bills.Bills)
        {
            string where = $"account {account}, period {period}";
            yield return Expectation.That(
                contracts.Billing.BillOf(account, period.Value),
                found => found.Issued && found.Total == bill.Total && found.DueOn == bill.DueOn && found.Amounts.SequenceEqual(bill.Amounts),
                AuditRule.State,
                $"bill of {where}");
            yield return Expectation.OfList(
                contracts.Settlement.PaidOf(account, period.Value), replay.Money.PaidOf(account, period), AuditRule.State, $"paid of {where}");
            if (replay.Bills.FindCharged(account, period) is { } charged)
            {
                yield return Expectation.OfList(
                    contracts.Billing.ChargedOf(account, period.Value), charged, AuditRule.Recalculations, $"charged of {where}");
            }
        }
    }

    private static IEnumerable<Expectation> Accounts(Replay replay)
    {
        BillingContract billing = replay.History.Contracts.Billing;
        foreach (AuditedAccount account in replay.Accounts.Accounts.ById.Values)
        {
            yield return Expectation.Of(
                billing.NextPeriodOf(account.Id), replay.Bills.NextPeriodOf(account).Value, AuditRule.Bills,
                $"account {account.Id}, next period");
            yield return Expectation.OfList(
                billing.WaitingOf(account.Id), [.. replay.Bills.WaitingOf(account.Id).Select(WaitingOf)], AuditRule.Recalculations,
                $"account {account.Id}, what waits");
        }
    }

    private static BillingContract.Waiting WaitingOf(Recalculation difference) =>
        new(difference.Period.Value, (BillingContract.Service)difference.Service, difference.Amount.Value);
}
