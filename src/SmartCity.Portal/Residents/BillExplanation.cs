using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Portal;

/// <summary>The volume of a meter in a month, as a bill counts it.</summary>
/// <param name="Measured">Sum of the signed hours, corrections included.</param>
/// <param name="Corrected">What of it corrections added.</param>
/// <param name="Billed">What counts: with the substitute for the hours that do not.</param>
/// <param name="Method">How it came about.</param>
/// <param name="GapHours">Hours for which there is a substitute.</param>
internal sealed record OwnVolume(
    ZoneConsumption Measured, ZoneDifference Corrected, ZoneConsumption Billed, VolumeMethod Method, int GapHours);

/// <summary>A house's common needs in a month.</summary>
/// <param name="Measured">Sums of the signed hours, corrections included.</param>
/// <param name="Carried">Negative needs that the months before carried into this one.</param>
/// <param name="Charged">What the accounts share.</param>
/// <param name="Method">How the house's own volume came about.</param>
/// <param name="HasSubstitutes">Were hours of any meter substituted?</param>
/// <param name="Share">The account's place among the areas.</param>
internal sealed record SharedNeeds(
    GroupConsumption Measured, HouseNeedsCarry Carried, ZoneConsumption Charged, VolumeMethod Method, bool HasSubstitutes, AreaShare Share);

/// <summary>A house's heat in a month, and the account's part of it.</summary>
/// <param name="House">V_д, what the house's meter counted or its substitute; nothing by the norm.</param>
/// <param name="Own">What the flat's own heat meter counted; <c>null</c> for none.</param>
/// <param name="Terms">How the account's heat is counted.</param>
/// <param name="Share">The account's place among the areas.</param>
/// <param name="Billed">The account's heat.</param>
internal sealed record SharedHeat(HouseHeat? House, OwnVolume? Own, HeatingTerms Terms, AreaShare Share, ServiceVolume Billed);

/// <summary>How a bill's charges came about: every figure between the recorded hours and its lines. Pure.</summary>
/// <param name="Electricity">What the account's own meter counted; <c>null</c> for an account without.</param>
/// <param name="CommonNeeds">What it shares of its house; <c>null</c> for an account without.</param>
/// <param name="Heat">Its heat; <c>null</c> for an account without.</param>
/// <param name="IsConfirmed">
/// Do the charges and reductions, computed once more from these figures, agree in every line? <c>null</c> where the premises changed
/// hands within the month: registers of a moment, not of hours, divide it.
/// </param>
internal sealed record BillExplanation(OwnVolume? Electricity, SharedNeeds? CommonNeeds, SharedHeat? Heat, bool? IsConfirmed)
{
    /// <summary>Explains a bill; <c>null</c> while the book does not hold all that it came from.</summary>
    public static BillExplanation? Of(CityBook book, AccountBook account, BillEntry bill, CityCalendar calendar)
    {
        Period period = bill.Issued.Period;
        if (book.Registry.TariffOf(period) is not { } tariff)
        {
            return null;
        }
        RegisteredAccount details = account.Details;
        BillExplanation explanation = new(null, null, null, null);
        if (details.Premises.ElectricityGroup is not 0 and uint number)
        {
            if (book.SegmentOf(number) is not { } segment || !bill.Volumes.Fixed.TryGetValue((number, period), out FixedVolumes? volumes))
            {
                return null;
            }
            explanation = explanation with
            {
                Electricity = OwnOf(segment, number, details.Premises.ElectricityChannel, bill, calendar),
                CommonNeeds = NeedsOf(segment, number, volumes, bill, calendar, ElectricityShareOf(book, details)),
            };
        }
        explanation = explanation with { Heat = HeatOf(book, details, bill, tariff, calendar) };
        bool isDivided = IsIn(details.Opening, period, calendar) || IsIn(details.Closing, period, calendar);
        return explanation with { IsConfirmed = isDivided ? null : explanation.Agrees(tariff, details.TermsIn(period), bill.Issued) };
    }

    /// <summary>An account's place among the areas of its electricity group.</summary>
    public static AreaShare ElectricityShareOf(CityBook book, RegisteredAccount details) => new(
        new(details.AreaBeforeInElectricityGroup),
        new(details.Premises.Area),
        AreaOf(book, other => other.Premises.ElectricityGroup == details.Premises.ElectricityGroup));

    /// <summary>An account's place among the areas of its heat group.</summary>
    public static AreaShare HeatShareOf(CityBook book, RegisteredAccount details) => new(
        new(details.AreaBeforeInHeatGroup),
        new(details.Premises.Area),
        AreaOf(book, other => other.Premises.HeatGroup == details.Premises.HeatGroup));

    private bool Agrees(Tariff tariff, AccountTerms terms, IssuedBill issued)
    {
        BilledLine[] charges = [.. issued.Lines.Where(line => line.Kind is LineKind.Charge or LineKind.Reduction)];
        uint HoursOf(BilledService service) => (uint)charges
            .FirstOrDefault(line => line.Service == service && line.Kind == LineKind.Reduction).Quantity;
        uint electricityHours = Math.Max(HoursOf(BilledService.Electricity), HoursOf(BilledService.CommonNeeds));
        AccountBillInput input = new(
            issued.Period, tariff, terms.Zones,
            Electricity is { } own ? new(own.Billed, own.Method) : default,
            CommonNeeds is { } needs ? new(new HouseNeeds(needs.Charged, default).ShareOf(needs.Share), needs.Method) : default,
            Heat?.Billed ?? default,
            new(HoursOf(BilledService.Heating), 0, electricityHours), [], new Dictionary<BilledService, Kopecks>());
        return AccountBill.Of(input).Lines.SequenceEqual(charges);
    }

    private static OwnVolume OwnOf(SegmentBook segment, uint group, int channel, BillEntry bill, CityCalendar calendar)
    {
        Period period = bill.Issued.Period;
        IReadOnlyList<HourValue> hours = HourSums.OfChannel(
            segment, group, channel, calendar, calendar.FirstHourOf(period), calendar.FirstHourOf(period.Next));
        ZoneDifference corrected = bill.Volumes.CorrectionOf(group, channel, period);
        ZoneConsumption signed = segment.Registered.Kind == EnergyKind.Heat
            ? new(hours.Aggregate(Quantity.Zero, (sum, hour) => sum + hour.Reading.Interval), default, default)
            : HourSums.ByZone(hours);
        ZoneConsumption measured = corrected.On(signed);
        if (bill.Volumes.Fixed.GetValueOrDefault((group, period))?.Estimated.GetValueOrDefault(channel) is { } estimate)
        {
            IReadOnlyList<ulong> zones = estimate.ByZone;
            return new(measured, corrected, new(new(zones[0]), new(zones[1]), new(zones[2])), (VolumeMethod)estimate.Method, estimate.GapHours);
        }
        bool isInterpolated = hours.Any(hour => hour.Reading.Quality is Quality.Interpolated or Quality.Averaged);
        return new(measured, corrected, measured, isInterpolated ? VolumeMethod.Interpolated : VolumeMethod.Measured, 0);
    }

    private static SharedNeeds NeedsOf(
        SegmentBook segment, uint group, FixedVolumes volumes, BillEntry bill, CityCalendar calendar, AreaShare share)
    {
        Period period = bill.Issued.Period;
        GroupConsumption signed = HourSums.OfPeriod(segment, group, calendar, period);
        RegisteredGroup registered = segment.Registered.Groups[segment.IndexOf(group)];
        ZoneDifference CorrectionsOf(int from, int to) => Enumerable.Range(from, to - from)
            .Aggregate(default(ZoneDifference), (sum, channel) => sum + bill.Volumes.CorrectionOf(group, channel, period));
        HouseNeedsCarry carried = period.Value == 0
            ? default
            : bill.Volumes.Fixed.GetValueOrDefault((group, period.Previous))?.Carry ?? default;
        IReadOnlyList<ulong> shared = volumes.House.Shared;
        return new(
            signed with
            {
                Parent = CorrectionsOf(0, registered.ParentChannels).On(signed.Parent),
                Consumers = CorrectionsOf(registered.ParentChannels, registered.Channels).On(signed.Consumers),
            },
            carried,
            new(new(shared[0]), new(shared[1]), new(shared[2])),
            (VolumeMethod)volumes.House.Method,
            volumes.House.HasGaps || volumes.Estimated.Count > 0,
            share);
    }

    private static SharedHeat? HeatOf(
        CityBook book, RegisteredAccount details, BillEntry bill, Tariff tariff, CityCalendar calendar)
    {
        Period period = bill.Issued.Period;
        HeatingTerms terms = details.TermsIn(period).Heating;
        AreaShare share = HeatShareOf(book, details);
        SquareDecimetres area = new(details.Premises.Area);
        if (terms == HeatingTerms.Norm)
        {
            ServiceVolume norm = new(new(HouseHeat.ByNorm(area, tariff.HeatNorm), default, default), VolumeMethod.Norm);
            return new(null, null, terms, share, norm);
        }
        uint group = details.Premises.HeatGroup;
        if (terms != HeatingTerms.House || book.SegmentOf(group) is not { } segment
            || !bill.Volumes.Fixed.TryGetValue((group, period), out FixedVolumes? volumes))
        {
            return null;
        }
        VolumeBookContract.House fixedHouse = volumes.House;
        HouseHeat house = new(
            new(fixedHouse.Shared[0]), share.Total, new(fixedHouse.UnheatedArea), new(fixedHouse.Metered), new(fixedHouse.MeteredArea));
        OwnVolume? own = details.Premises.HeatChannel == 0
            ? null
            : OwnOf(segment, group, details.Premises.HeatChannel, bill, calendar);
        Quantity billed = (house.HasMeteredFlats, own) switch
        {
            (false, _) => house.ShareOf(share.Before, area),
            (true, null) => house.OfUnmetered(area),
            (true, { } metered) => house.OfMetered(metered.Billed.Total, area),
        };
        VolumeMethod method = house.HasMeteredFlats && own is not null ? own.Method : (VolumeMethod)fixedHouse.Method;
        return new(house, own, terms, share, new(new(billed, default, default), method));
    }

    private static bool IsIn(RegisteredHandover? handover, Period period, CityCalendar calendar) => handover is { Hour: var hour }
        && calendar.FirstHourOf(period) < hour && hour < calendar.FirstHourOf(period.Next);

    private static SquareDecimetres AreaOf(CityBook book, Func<RegisteredAccount, bool> isInGroup) =>
        book.Registry.Accounts.Where(account => account.Predecessor is null && isInGroup(account))
            .Aggregate(default(SquareDecimetres), (sum, account) => sum + new SquareDecimetres(account.Premises.Area));
}
