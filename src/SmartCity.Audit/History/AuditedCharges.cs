using SmartCity.Domain;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>What an account's bill is computed of, from volumes as fixed last, and terms, tariffs and outages as known at a point of the history.</summary>
internal sealed class AuditedCharges(
    CityCalendar calendar, ReadingAudit readings, Accounts accounts, Tariffs tariffs, VolumeAudit volumes, OutageAudit outages)
{
    private static readonly Dictionary<BilledService, Kopecks> s_noPenalties = [];

    /// <summary>The input of a bill without what waits for it.</summary>
    /// <exception cref="KeyNotFoundException">A group's volumes are not fixed, or there is no tariff.</exception>
    public AccountBillInput InputOf(AuditedAccount account, Period period)
    {
        AccountBookContract.Premises premises = account.Premises;
        ReductionHours heat = outages.HoursOf(premises.HeatGroup, period);
        ReductionHours electricity = outages.HoursOf(premises.ElectricityGroup, period);
        return new(
            period, tariffs.Of(period), (AccountZones)account.TermsIn(period).Zones,
            premises.ElectricityGroup == 0 ? default : Electricity(account, period),
            premises.ElectricityGroup == 0 ? default : CommonNeeds(account, period),
            Heating(account, period),
            new(heat.HeatExcessHours, heat.HeatDegreeHours, electricity.ElectricityExcessHours), [], s_noPenalties);
    }

    private ServiceVolume Electricity(AuditedAccount account, Period period)
    {
        (uint number, int channel) = (account.Premises.ElectricityGroup, account.Premises.ElectricityChannel);
        AuditedGroup group = readings.Registry.Groups[number];
        FixedChannel volume = volumes.VolumeOf(number, channel, period);
        (Hour start, Hour end) = group.HoursOf(period, calendar);
        ZoneConsumption before = readings.Registers.SignedAtEnd(number, channel, period.Previous);
        ZoneConsumption whole = readings.Registers.SignedAtEnd(number, channel, period) - before;
        return new(Part(volume.Volume), volume.Method);

        ZoneConsumption Part(ZoneConsumption used)
        {
            ZoneConsumption upTo = account.Closing is { } closing && account.LastPeriod == period ? Before(used, closing) : used;
            return account.Opening is { } opening && account.FirstPeriod == period ? upTo - Before(used, opening) : upTo;
        }

        ZoneConsumption Before(ZoneConsumption used, HandoverMoment moment) =>
            // A group that came after the handover has used nothing before it.
            new Handover(moment.Hour < start ? 0 : moment.Hour.Value - start.Value, end.Value - start.Value)
                .OfOwn(used, moment.Registers - before, whole).Closed;
    }

    private ServiceVolume CommonNeeds(AuditedAccount account, Period period)
    {
        uint group = account.Premises.ElectricityGroup;
        FixedPeriod house = volumes.FixedOf(group, period);
        AreaShare share = accounts.ShareOf(account, group);
        return new(
            new(Part(house.Shared.Peak), Part(house.Shared.HalfPeak), Part(house.Shared.Night)), house.Method);

        Quantity Part(Quantity volume) => PartOfShare(account, period, share.Of(volume));
    }

    private ServiceVolume Heating(AuditedAccount account, Period period) => account.TermsIn(period).Heating switch
    {
        AccountBookContract.Heating.House => HeatOfHouse(account, period),
        AccountBookContract.Heating.Norm => HeatOf(
            account, period, HouseHeat.ByNorm(new(account.Premises.Area), tariffs.Of(period).HeatNorm), VolumeMethod.Norm),
        _ => default,
    };

    private ServiceVolume HeatOfHouse(AuditedAccount account, Period period)
    {
        uint group = account.Premises.HeatGroup;
        FixedPeriod house = volumes.FixedOf(group, period);
        AreaShare share = accounts.ShareOf(account, group);
        HouseHeat heat = new(house.Shared.Peak, share.Total, house.UnheatedArea, house.Metered, house.MeteredArea);
        if (!heat.HasMeteredFlats)
        {
            return HeatOf(account, period, heat.ShareOf(share.Before, share.Area), house.Method);
        }
        if (account.Premises.HeatChannel == 0)
        {
            return HeatOf(account, period, heat.OfUnmetered(share.Area), house.Method);
        }
        FixedChannel own = volumes.VolumeOf(group, account.Premises.HeatChannel, period);
        return HeatOf(account, period, heat.OfMetered(own.Volume.Peak, share.Area), own.Method);
    }

    private ServiceVolume HeatOf(AuditedAccount account, Period period, Quantity whole, VolumeMethod method) =>
        new(new(PartOfShare(account, period, whole), default, default), method);

    /// <summary>The part of a share that is the account's, in a period in which the premises pass on: by hours of the month.</summary>
    private Quantity PartOfShare(AuditedAccount account, Period period, Quantity share)
    {
        Hour start = calendar.FirstHourOf(period);
        uint hours = calendar.FirstHourOf(period.Next).Value - start.Value;
        Quantity upTo = account.Closing is { } closing && account.LastPeriod == period ? Before(closing) : share;
        return account.Opening is { } opening && account.FirstPeriod == period ? upTo - Before(opening) : upTo;

        Quantity Before(HandoverMoment moment) => new Handover(moment.Hour.Value - start.Value, hours).OfShare(share).Closed;
    }
}
