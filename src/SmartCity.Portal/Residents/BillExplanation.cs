using SmartCity.Ledger.Contracts;

namespace SmartCity.Portal;

/// <summary>How a bill came about: every figure between the recorded hours and its lines. Pure.</summary>
/// <param name="Group">Sums of the electricity group; <c>null</c> for an account without.</param>
/// <param name="Carried">Negative common needs that earlier periods carried into this one.</param>
/// <param name="Electricity">What the account consumed and shares; <c>null</c> for an account without.</param>
/// <param name="Heat">The heat it shares; <c>null</c> for an account without.</param>
/// <param name="Recomputed">The bill computed once more from these figures.</param>
/// <param name="IsConfirmed">Does the recomputed bill agree with the issued one in every line?</param>
internal sealed record BillExplanation(
    GroupConsumption? Group, CommonNeedsCarry Carried, ElectricityUse? Electricity, HeatUse? Heat, Bill Recomputed, bool IsConfirmed)
{
    /// <summary>Explains a bill; <c>null</c> while the book does not hold all that it came from.</summary>
    public static BillExplanation? Of(CityBook book, AccountBook account, BillEntry bill, CityCalendar calendar)
    {
        Period period = bill.Issued.Period;
        TariffPlan? tariff = book.Registry.Tariffs.LastOrDefault(known => known.FromPeriod <= period);
        if (tariff is null)
        {
            return null;
        }
        GroupConsumption? group = null;
        CommonNeedsCarry carried = default;
        ElectricityUse? electricity = null;
        if (account.Details.ElectricityGroup is not 0 and uint number && book.SegmentOf(number) is { } segment)
        {
            group = HourSums.OfPeriod(segment, number, calendar, period);
            carried = CarriedInto(book, number, period);
            ZoneConsumption own = HourSums.ByZone(HourSums.OfChannel(
                segment, number, account.Details.ElectricityChannel, calendar, calendar.FirstHourOf(period), calendar.FirstHourOf(period.Next)));
            electricity = new(own, CommonNeeds.Of(carried, group.Parent, group.Consumers), ElectricityShareOf(book, account.Details));
        }
        HeatUse? heat = null;
        if (account.Details.HeatGroup is not 0 and uint heatGroup && book.SegmentOf(heatGroup) is { } heatSegment)
        {
            GroupConsumption house = HourSums.OfPeriod(heatSegment, heatGroup, calendar, period);
            heat = new(house.Parent.Day + house.Parent.Night, HeatShareOf(book, account.Details));
        }
        Bill recomputed = BillCalculator.Compute(period, tariff, electricity, heat);
        Bill issued = bill.Issued.Bill;
        bool isConfirmed = recomputed.Total == issued.Total && recomputed.Vat == issued.Vat && recomputed.DueOn == issued.DueOn
            && recomputed.Lines.SequenceEqual(issued.Lines);
        return new(group, carried, electricity, heat, recomputed, isConfirmed);
    }

    /// <summary>An account's place among the areas of its electricity group.</summary>
    public static AreaShare ElectricityShareOf(CityBook book, MeterRegistryContract.Account details) => new(
        new(details.AreaBeforeInElectricityGroup),
        new(details.Area),
        AreaOf(book, other => other.ElectricityGroup == details.ElectricityGroup));

    /// <summary>An account's place among the areas of its heat group.</summary>
    public static AreaShare HeatShareOf(CityBook book, MeterRegistryContract.Account details) => new(
        new(details.AreaBeforeInHeatGroup), new(details.Area), AreaOf(book, other => other.HeatGroup == details.HeatGroup));

    private static SquareDecimetres AreaOf(CityBook book, Func<MeterRegistryContract.Account, bool> isInGroup) =>
        book.Registry.Accounts.Where(account => isInGroup(account.Details))
            .Aggregate(default(SquareDecimetres), (sum, account) => sum + new SquareDecimetres(account.Details.Area));

    private static CommonNeedsCarry CarriedInto(CityBook book, uint group, Period period) =>
        period.Value > 0 && book.CommonNeeds.TryGetValue((group, period.Previous), out BillingEvent.CommonNeedsFixed? before)
            ? new(before.CarriedDay, before.CarriedNight)
            : default;
}
