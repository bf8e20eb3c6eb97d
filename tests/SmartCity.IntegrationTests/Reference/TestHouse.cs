using System.Numerics;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>A small city for cases worked by hand: electricity group 1 (segment 1), heat group 2 (segment 2), local time UTC+4.</summary>
internal sealed class TestHouse
{
    public const int UtcOffset = 4;

    /// <summary>March 2026.</summary>
    public const int March = 56 * 12 + 2;

    private static readonly LocalTime Time = new(UtcOffset);

    private long _now = Time.FirstHourOf(March) * 3_600;

    /// <summary>
    /// A house whose groups begin with March; prices 5.00 RUB a kWh (4.93, 8.27, 9.47 by band for one zone) and 2,500.00 RUB a Gcal.
    /// </summary>
    public TestHouse(int electricityConsumers, int heatConsumers)
    {
        Verification[] meters = [.. Enumerable.Repeat(Verification.Fresh, electricityConsumers)];
        Verification[] heatMeters = [.. Enumerable.Repeat(Verification.Fresh, heatConsumers)];
        long first = Time.FirstHourOf(March);
        Ledger.Apply(new AddGroup(_now, 1, 1, Energy.Electricity, first, Verification.Fresh, meters));
        Ledger.Apply(new AddGroup(_now, 2, 2, Energy.Heat, first, Verification.Fresh, heatMeters));
        Ledger.Apply(new PublishTariff(
            _now, March, [4_930_000, 8_270_000, 9_470_000, .. Enumerable.Repeat(5_000_000L, 15)], 3_900_000, 6_000_000,
            2_500_000_000, 2_200, 15, 1, 2, 3, 950, 150, 120_000, 20_000, 15_000));
    }

    public ReferenceLedger Ledger { get; } = new(UtcOffset);

    public static long FirstHour(int period) => Time.FirstHourOf(period);

    public static long Second(int year, int month, int day, int hour = 12) =>
        (Time.HourOfDay(LocalTime.DayOf(new DateOnly(year, month, day))) + hour) * 3_600;

    public void Flat(int account, int electricityChannel, int heatChannel, long area, int zones = 1, Heating heating = Heating.House) =>
        Ledger.Apply(new OpenAccount(
            _now, account, new(electricityChannel == 0 ? 0 : 1, electricityChannel, heating == Heating.Norm ? 0 : 2, heatChannel, area),
            March, new(zones, 2, heating)));

    /// <summary>Records hours of a group up to the beginning of one; intervals by channel, those not given are 0.</summary>
    public void Record(int group, long untilHour, Func<long, int, Interval> interval)
    {
        for (long hour = Ledger.Readings.NextHourOf(group); hour < untilHour; hour++)
        {
            _now = Math.Max(_now, (hour + 1) * 3_600);
            Interval[] channels = [.. Enumerable.Range(0, Ledger.Readings.ChannelsOf(group)).Select(channel => interval(hour, channel))];
            Ledger.Apply(new RecordHour(_now, group, hour, new Dictionary<int, IReadOnlyList<Interval>> { [group] = channels }));
        }
    }

    /// <summary>Records a month of a group with all that it used in one hour, 12-13 local of the first day: half-peak.</summary>
    public void RecordMonth(int group, int period, params long[] byChannel) => Record(
        group, FirstHour(period + 1), (hour, channel) => new(hour == FirstHour(period) + 12 ? byChannel[channel] : 0, 0));

    public void Issue(int period, params int[] accounts) => Do(at => new IssueBills(at, period, accounts));

    /// <summary>Does something now, or at a later time.</summary>
    public void Do(Func<long, Command> command, long at = 0)
    {
        _now = Math.Max(_now, at);
        Ledger.Apply(command(_now));
    }

    public BigInteger Amount(int account, int period, int service) => Ledger.BillOf(account, period).Amounts[service];
}
