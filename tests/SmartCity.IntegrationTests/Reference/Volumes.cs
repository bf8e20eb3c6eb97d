using System.Numerics;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>How a volume was found; M0..M4.</summary>
internal enum Method
{
    Measured,
    Interpolated,
    Average,
    Norm,
    RaisedNorm,
}

/// <summary>The volume of a channel in a period.</summary>
internal sealed record Volume(BigInteger[] ByZone, Method Method, int GapHours, int Run);

/// <summary>What is billed of what was read: computed anew from the first hour on at every question.</summary>
internal sealed class Volumes(ReadingBook readings, AccountBook accounts, Func<int, PublishTariff> tariffOf)
{
    private const int Zones = 3;

    private readonly Dictionary<(int Group, int Channel, int Period), Part> _parts = [];
    private int _partsVersion;

    /// <summary>One channel. A parent's channel only as far as it is measured or an average can be taken; else null.</summary>
    public Volume? Of(int group, int channel, int period)
    {
        Part part = PartOf(group, channel, period);
        if (part.Gap == 0 || IsUnheated(group, channel, period))
        {
            return new(part.Used, part.Estimated == 0 ? Method.Measured : Method.Interpolated, 0, 0);
        }
        int run = RunOf(group, channel, period);
        if (run <= 3 && AverageOf(group, channel, run == 0 ? period : period - run + 1, part.Gap) is { } average)
        {
            return new(Plus(part.Used, average), Method.Average, part.Gap, run);
        }
        if (channel < ReadingBook.ParentChannels(readings.Group(group).Energy))
        {
            return null;
        }
        bool raised = IsRaised(readings.Group(group).Energy, part.Reason);
        BigInteger[] norm = NormOf(group, channel, period, part, raised);
        return new(Plus(part.Used, norm), raised ? Method.RaisedNorm : Method.Norm, part.Gap, run);
    }

    /// <summary>All consumers of a group together.</summary>
    public BigInteger[] ConsumersOf(int group, int period)
    {
        BigInteger[] sum = new BigInteger[Zones];
        for (int channel = ReadingBook.ParentChannels(readings.Group(group).Energy); channel < readings.ChannelsOf(group); channel++)
        {
            sum = Plus(sum, Of(group, channel, period)!.ByZone);
        }
        return sum;
    }

    /// <summary>A group's parent meter, all channels.</summary>
    public (BigInteger[] ByZone, Method Method) ParentOf(int group, int period)
    {
        AddGroup details = readings.Group(group);
        Volume?[] channels = [.. Enumerable.Range(0, ReadingBook.ParentChannels(details.Energy)).Select(channel => Of(group, channel, period))];
        if (channels.All(channel => channel is not null))
        {
            return (channels.Aggregate(new BigInteger[Zones], (sum, one) => Plus(sum, one!.ByZone)), channels.Max(one => one!.Method));
        }
        if (details.Energy == Energy.Electricity)
        {
            return (ConsumersOf(group, period), Method.Norm);
        }
        Part part = PartOf(group, 0, period);
        BigInteger area = accounts.PremisesOf(Energy.Heat, group).Aggregate(BigInteger.Zero, (sum, one) => sum + one.Premises.Area);
        BigInteger norm = (new Rational(area * tariffOf(period).HeatNorm, 100) * new Rational(part.Gap, part.Hours)).HalfUp();
        return ([part.Used[0] + norm, 0, 0], Method.Norm);
    }

    /// <summary>Common needs of a period and what is carried on from it, by zone.</summary>
    public (BigInteger[] Charged, BigInteger[] Carry) CommonNeedsOf(int group, int period)
    {
        BigInteger[] carry = new BigInteger[Zones];
        BigInteger[] charged = new BigInteger[Zones];
        for (int p = readings.Time.PeriodOf(readings.Group(group).FirstHour); p <= period; p++)
        {
            (BigInteger[] parent, _) = ParentOf(group, p);
            BigInteger[] consumers = ConsumersOf(group, p);
            for (int zone = 0; zone < Zones; zone++)
            {
                BigInteger difference = parent[zone] - consumers[zone] + carry[zone];
                charged[zone] = difference.Sign > 0 ? difference : 0;
                carry[zone] = difference.Sign < 0 ? difference : 0;
            }
        }
        return (charged, carry);
    }

    /// <summary>Gap periods in a row up to this one.</summary>
    private int RunOf(int group, int channel, int period)
    {
        int first = readings.Time.PeriodOf(readings.Group(group).FirstHour);
        int run = 0;
        for (int p = period; p >= first && PartOf(group, channel, p) is var part && 2 * part.Gap > part.Hours; p--)
        {
            run++;
        }
        return run;
    }

    /// <summary>The average hour of the six periods before one, times the gap; null where fewer than three of them count.</summary>
    private BigInteger[]? AverageOf(int group, int channel, int before, int gap)
    {
        int first = readings.Time.PeriodOf(readings.Group(group).FirstHour);
        BigInteger[] sum = new BigInteger[Zones];
        (int hours, int periods) = (0, 0);
        for (int p = Math.Max(first, before - 6); p < before; p++)
        {
            Part part = PartOf(group, channel, p);
            bool isHeated = readings.Group(group).Energy == Energy.Electricity || PartOf(group, 0, p).Used[0].Sign > 0;
            if (part.Usable > 0 && isHeated)
            {
                sum = Plus(sum, part.Used);
                hours += part.Usable;
                periods++;
            }
        }
        return periods < 3 ? null : [.. sum.Select(zone => new Rational(zone * gap, hours).HalfUp())];
    }

    private BigInteger[] NormOf(int group, int channel, int period, Part part, bool raised)
    {
        Energy energy = readings.Group(group).Energy;
        PublishTariff tariff = tariffOf(period);
        if (accounts.ConsumerAt(energy, group, channel) is not { } account)
        {
            return new BigInteger[Zones];
        }
        Rational month = energy == Energy.Electricity
            ? account.TermsIn(period).Residents * tariff.ElectricityNorm
            : new Rational((BigInteger)account.Premises.Area * tariff.HeatNorm, 100);
        Rational coefficient = raised ? new Rational(tariff.NormCoefficient, 10_000) : 1;
        BigInteger total = (month * coefficient * new Rational(part.Gap, part.Hours)).HalfUp();
        if (energy == Energy.Heat)
        {
            return [total, 0, 0];
        }
        BigInteger peak = new Rational(total * 7, 24).Floor();
        BigInteger day = new Rational(total * 16, 24).Floor();
        return [peak, day - peak, total - day];
    }

    /// <summary>A flat's heat meter behind a house that consumed nothing.</summary>
    private bool IsUnheated(int group, int channel, int period) => readings.Group(group).Energy == Energy.Heat && channel != 0
        && ParentOf(group, period).ByZone[0].IsZero;

    private static bool IsRaised(Energy energy, string? reason) =>
        reason == "refused" || (energy == Energy.Heat && reason is "broken" or "expired");

    /// <summary>Remembered until something is read or corrected: a history asks for the same part a hundred times.</summary>
    private Part PartOf(int group, int channel, int period)
    {
        if (_partsVersion != readings.Version)
        {
            _parts.Clear();
            _partsVersion = readings.Version;
        }
        if (!_parts.TryGetValue((group, channel, period), out Part? part))
        {
            part = Read(group, channel, period);
            _parts.Add((group, channel, period), part);
        }
        return part;
    }

    private Part Read(int group, int channel, int period)
    {
        (long first, int hours) = readings.HoursOf(group, period);
        (int missing, int estimated) = readings.ExceptionsOf(group, channel, period);
        (long Hour, string Reason)? unusable = readings.UnusableFrom(group, channel, period);
        BigInteger[] raw = readings.ConsumptionOf(group, channel, period);
        int read = hours - missing;
        int usable = unusable is null ? read : Math.Min(read, (int)(unusable.Value.Hour - first));
        BigInteger[] used = usable == read ? raw : [.. raw.Select(zone => new Rational(zone * usable, read).HalfUp())];
        return new(hours, estimated, usable, used, unusable?.Reason);
    }

    private static BigInteger[] Plus(BigInteger[] left, BigInteger[] right) => [.. left.Zip(right, (one, other) => one + other)];

    private sealed record Part(int Hours, int Estimated, int Usable, BigInteger[] Used, string? Reason)
    {
        public int Gap => Hours - Usable;
    }
}
