using System.Numerics;

namespace SmartCity.IntegrationTests.Reference;

internal enum Kind
{
    Charge,
    Reduction,
    Recalculation,
    Penalty,
}

/// <summary>
/// A line of a bill. Services: 0 electricity, 1 common needs, 2 heating, 3..5 their penalties. Zones: 0 whole, 1 day, 2 night, 3 peak,
/// 4 half-peak.
/// </summary>
internal sealed record Line(
    int Service,
    Kind Kind,
    int Zone,
    int Band,
    Method Method,
    int Period,
    int Provider,
    BigInteger Quantity,
    long Price,
    BigInteger Amount);

/// <summary>A bill as it was issued.</summary>
internal sealed record Bill(int Account, int Period, long DueOn, IReadOnlyList<Line> Lines, BigInteger[] Amounts, BigInteger Vat)
{
    public BigInteger Total => Amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);
}

/// <summary>What an account's period costs, from volumes, tariffs and terms as they are known now.</summary>
internal sealed class Charges(ReadingBook readings, AccountBook accounts, Volumes volumes, Func<int, PublishTariff> tariffOf)
{
    private readonly List<RecordOutage> _outages = [];

    public void Apply(RecordOutage command) => _outages.Add(command);

    /// <summary>Charges and reductions in order of service.</summary>
    public IReadOnlyList<Line> Of(AccountState account, int period)
    {
        List<Line> lines = [];
        foreach (IReadOnlyList<Line> charges in new[] { Electricity(account, period), CommonNeeds(account, period), Heat(account, period) })
        {
            lines.AddRange(charges);
            BigInteger charge = charges.Aggregate(BigInteger.Zero, (sum, line) => sum + line.Amount);
            if (charges.Count == 0)
            {
                continue;
            }
            int rate = tariffOf(period).ReductionRate;
            BigInteger hours = ReductionHours(account, charges[0].Service, period);
            BigInteger reduction = BigInteger.Min(charge, (charge * new Rational(hours * rate, 100_000)).HalfUp());
            if (!reduction.IsZero)
            {
                lines.Add(charges[0] with
                {
                    Kind = Kind.Reduction,
                    Zone = 0,
                    Band = 0,
                    Method = Method.Measured,
                    Quantity = hours,
                    Price = rate,
                    Amount = -reduction,
                });
            }
        }
        return lines;
    }

    /// <summary>Net charge by principal service.</summary>
    public BigInteger[] NetOf(AccountState account, int period)
    {
        BigInteger[] net = new BigInteger[3];
        foreach (Line line in Of(account, period))
        {
            net[line.Service] += line.Amount;
        }
        return net;
    }

    /// <summary>Hours of reduction of a group: heat beyond what is permitted, degree-hours, electricity beyond what is permitted.</summary>
    public (BigInteger HeatExcess, BigInteger HeatDegrees, BigInteger ElectricityExcess) HoursOf(int group, int period)
    {
        long start = readings.Time.FirstHourOf(period) * 3_600;
        long end = readings.Time.FirstHourOf(period + 1) * 3_600;
        (long excess, long degrees, long electricity, long before) = (0, 0, 0, 0);
        IEnumerable<RecordOutage> inPeriod = _outages.Where(one => one.Group == group && one.From < end && one.To > start);
        foreach (RecordOutage outage in inPeriod.OrderBy(one => one.From))
        {
            long seconds = Math.Min(outage.To, end) - Math.Max(outage.From, start);
            switch (outage.Type)
            {
                case OutageType.HeatCold:
                    degrees += seconds * outage.Measure;
                    break;
                case OutageType.ElectricityInterruption:
                    electricity += Math.Max(0, seconds - outage.Measure * 3_600L);
                    break;
                default:
                    long allowed = Math.Min(seconds, Math.Min(outage.Measure * 3_600L, Math.Max(0, 24 * 3_600L - before)));
                    excess += seconds - allowed;
                    before += seconds;
                    break;
            }
        }
        return (excess / 3_600, degrees / 3_600, electricity / 3_600);
    }

    private BigInteger ReductionHours(AccountState account, int service, int period)
    {
        if (service != 2)
        {
            return HoursOf(account.Premises.ElectricityGroup, period).ElectricityExcess;
        }
        (BigInteger excess, BigInteger degrees, _) = HoursOf(account.Premises.HeatGroup, period);
        return excess + degrees;
    }

    private IReadOnlyList<Line> Electricity(AccountState account, int period)
    {
        (int group, int channel) = (account.Premises.ElectricityGroup, account.Premises.ElectricityChannel);
        if (group == 0)
        {
            return [];
        }
        Volume volume = volumes.Of(group, channel, period)!;
        (int Zone, BigInteger Volume)[] zones = ZonesOf(account.TermsIn(period).Zones, OwnPart(account, period, volume.ByZone));
        PublishTariff tariff = tariffOf(period);
        List<(int Zone, int Band, BigInteger Volume)> parts = [];
        BigInteger[] left = [.. zones.Select(zone => zone.Volume)];
        BigInteger room = 0;
        foreach ((int band, BigInteger limit) in new[] { (1, tariff.FirstBandLimit), (2, (BigInteger)tariff.SecondBandLimit) })
        {
            BigInteger leftTotal = Sum(left);
            BigInteger inBand = BigInteger.Min(leftTotal, limit - room);
            room = limit;
            BigInteger before = 0;
            BigInteger[] taken = new BigInteger[left.Length];
            for (int i = 0; i < left.Length && !leftTotal.IsZero; i++)
            {
                taken[i] = new Rational(inBand * (before + left[i]), leftTotal).Floor() - new Rational(inBand * before, leftTotal).Floor();
                before += left[i];
            }
            for (int i = 0; i < left.Length; i++)
            {
                left[i] -= taken[i];
                parts.Add((i, band, taken[i]));
            }
        }
        parts.AddRange(left.Select((rest, i) => (i, 3, rest)));
        return [.. parts.Where(part => !part.Volume.IsZero).OrderBy(part => part.Zone).ThenBy(part => part.Band).Select(part => Priced(
            0, zones[part.Zone].Zone, part.Band, volume.Method, period, tariff.ElectricityProvider, part.Volume,
            PriceOf(tariff, account.TermsIn(period).Zones, part.Zone, part.Band), 1_000))];
    }

    private IReadOnlyList<Line> CommonNeeds(AccountState account, int period)
    {
        int group = account.Premises.ElectricityGroup;
        if (group == 0)
        {
            return [];
        }
        BigInteger[] share = [.. volumes.CommonNeedsOf(group, period).Charged
            .Select(volume => SharedPart(account, period, AreaShare(Energy.Electricity, group, account, volume)))];
        PublishTariff tariff = tariffOf(period);
        int zones = account.TermsIn(period).Zones;
        return [.. ZonesOf(zones, share).Select((part, index) => (part, index)).Where(one => !one.part.Volume.IsZero).Select(one => Priced(
            1, one.part.Zone, 1, volumes.ParentOf(group, period).Method, period, tariff.CommonNeedsProvider, one.part.Volume,
            PriceOf(tariff, zones, one.index, 1), 1_000))];
    }

    private IReadOnlyList<Line> Heat(AccountState account, int period)
    {
        PublishTariff tariff = tariffOf(period);
        (BigInteger whole, Method method) = account.TermsIn(period).Heating switch
        {
            Heating.House => HeatOfHouse(account, period),
            Heating.Norm => (new Rational((BigInteger)account.Premises.Area * tariff.HeatNorm, 100).HalfUp(), Method.Norm),
            _ => (0, Method.Measured),
        };
        BigInteger part = SharedPart(account, period, whole);
        return part.IsZero ? [] : [Priced(2, 0, 0, method, period, tariff.HeatProvider, part, tariff.HeatPrice, 1_000_000)];
    }

    /// <summary>P_i of ПП 354, прил. 2, written as the act has it.</summary>
    private (BigInteger Volume, Method Method) HeatOfHouse(AccountState account, int period)
    {
        int group = account.Premises.HeatGroup;
        (BigInteger[] house, Method method) = volumes.ParentOf(group, period);
        AccountState[] all = [.. accounts.PremisesOf(Energy.Heat, group)];
        AccountState[] heated = [.. all.Where(one => accounts.TermsOf(one, period).Heating != Heating.OwnBoiler)];
        AccountState[] metered = [.. heated.Where(one => one.Premises.HeatChannel != 0)];
        BigInteger areaOfHeated = AreaOf(heated);
        if (metered.Length == 0)
        {
            return (heated.Length == all.Length
                ? AreaShare(Energy.Heat, group, account, house[0])
                : new Rational(house[0] * account.Premises.Area, areaOfHeated).HalfUp(), method);
        }
        Rational[] own = [.. heated.Select(one => OwnHeat(one, metered, period))];
        Rational sum = own.Aggregate(Rational.Zero, (total, one) => total + one);
        Rational part = OwnHeat(account, metered, period) + account.Premises.Area * (house[0] - sum) / areaOfHeated;
        return (BigInteger.Max(0, part.HalfUp()), account.Premises.HeatChannel == 0 ? method : MethodOf(account, period));
    }

    /// <summary>V_i: what a flat's meter counted; without one its area at the average of the metered.</summary>
    private Rational OwnHeat(AccountState account, AccountState[] metered, int period) => account.Premises.HeatChannel != 0
        ? MeterOf(account, period)
        : account.Premises.Area * metered.Aggregate(Rational.Zero, (sum, one) => sum + MeterOf(one, period)) / AreaOf(metered);

    private BigInteger MeterOf(AccountState account, int period) =>
        volumes.Of(account.Premises.HeatGroup, account.Premises.HeatChannel, period)!.ByZone[0];

    private Method MethodOf(AccountState account, int period) =>
        volumes.Of(account.Premises.HeatGroup, account.Premises.HeatChannel, period)!.Method;

    /// <summary>floor(V × area up to and with the account / whole) − floor(V × area before it / whole).</summary>
    private BigInteger AreaShare(Energy energy, int group, AccountState account, BigInteger volume)
    {
        AccountState[] all = [.. accounts.PremisesOf(energy, group)];
        AccountState[] before = [.. all.TakeWhile(one => one.Premises != account.Premises)];
        BigInteger upTo = new Rational(volume * (AreaOf(before) + account.Premises.Area), AreaOf(all)).Floor();
        return upTo - new Rational(volume * AreaOf(before), AreaOf(all)).Floor();
    }

    /// <summary>Own electricity of premises that pass on within the period: by the registers of that moment.</summary>
    private BigInteger[] OwnPart(AccountState account, int period, BigInteger[] used)
    {
        (int group, int channel) = (account.Premises.ElectricityGroup, account.Premises.ElectricityChannel);
        (long first, int hours) = readings.HoursOf(group, period);
        BigInteger[] start = readings.SignedBefore(group, channel, first);
        BigInteger[] end = readings.SignedBefore(group, channel, first + hours);
        return [.. used.Select((volume, zone) =>
            (account.Closing is { } closing && closing.Period == period ? Before(volume, zone, closing.Hour) : volume)
            - (account.Opening is { } opening && opening.Period == period ? Before(volume, zone, opening.Hour) : 0))];

        BigInteger Before(BigInteger volume, int zone, long hour)
        {
            BigInteger whole = end[zone] - start[zone];
            return whole.IsZero
                ? new Rational(volume * (hour - first), hours).HalfUp()
                : new Rational(volume * (readings.SignedBefore(group, channel, hour)[zone] - start[zone]), whole).HalfUp();
        }
    }

    /// <summary>A share of premises that pass on within the period: by hours, the account closed rounded down.</summary>
    private BigInteger SharedPart(AccountState account, int period, BigInteger share)
    {
        long first = readings.Time.FirstHourOf(period);
        long hours = readings.Time.FirstHourOf(period + 1) - first;
        return (account.Closing is { } closing && closing.Period == period ? Before(closing.Hour) : share)
            - (account.Opening is { } opening && opening.Period == period ? Before(opening.Hour) : 0);

        BigInteger Before(long hour) => new Rational(share * (hour - first), hours).Floor();
    }

    private static (int Zone, BigInteger Volume)[] ZonesOf(int zones, BigInteger[] byZone) => zones switch
    {
        1 => [(0, byZone[0] + byZone[1] + byZone[2])],
        2 => [(1, byZone[0] + byZone[1]), (2, byZone[2])],
        _ => [(3, byZone[0]), (4, byZone[1]), (2, byZone[2])],
    };

    private static long PriceOf(PublishTariff tariff, int zones, int zone, int band) =>
        tariff.Prices[3 * (zones * (zones - 1) / 2 + zone) + band - 1];

    /// <summary>Units a kWh or Gcal, and 10,000 micro-roubles a kopeck; half a kopeck up.</summary>
    private static Line Priced(
        int service, int zone, int band, Method method, int period, int provider, BigInteger quantity, long price, int units) => new(
        service, Kind.Charge, zone, band, method, period, provider, quantity, price,
        (new Rational(quantity, units) * new Rational(price, 10_000)).HalfUp());

    private static BigInteger AreaOf(IEnumerable<AccountState> premises) =>
        premises.Aggregate(BigInteger.Zero, (sum, one) => sum + one.Premises.Area);

    private static BigInteger Sum(IEnumerable<BigInteger> values) => values.Aggregate(BigInteger.Zero, (sum, value) => sum + value);
}
