using System.Collections.Immutable;

namespace SmartCity.Aiis;

/// <summary>Compares stated totals with the sum of their parts: an area's totals, and delivery points whose parts the map names.</summary>
internal static class SumCheck
{
    // A sender that rounds each value to whole kWh is up to a half off with each; one that does not rounds to watt-hours.
    private const decimal RoundingOfWholes = 0.5m;
    private const decimal RoundingOfFractions = 0.0005m;

    public static void Check(Message80020 message, AiisMap map, FindingList findings)
    {
        foreach (Area80020 area in message.Areas)
        {
            ImmutableArray<Point80020> measured = [.. area.Points.Where(point => !point.IsDelivery)];
            foreach (Channel80020 total in area.Totals)
            {
                Compare(total, measured, $"The total of channel {total.Code} of area {area.Inn}", findings);
            }
        }
        ILookup<string, Point80020> points = message.Areas.SelectMany(area => area.Points).ToLookup(point => point.Code);
        foreach (DeliveryPointSum sum in map.DeliveryPoints)
        {
            foreach (Point80020 delivery in points[sum.Point])
            {
                ImmutableArray<Point80020> parts = [.. sum.Points.SelectMany(part => points[part])];
                foreach (Channel80020 total in delivery.Channels.Where(_ => sum.Points.All(points.Contains))) // Parts in another file say nothing here.
                {
                    Compare(total, parts, $"Channel {total.Code} of delivery point {delivery.Code}", findings);
                }
            }
        }
    }

    private static void Compare(Channel80020 total, ImmutableArray<Point80020> points, string what, FindingList findings)
    {
        ImmutableArray<Channel80020> parts = [.. points.SelectMany(point => point.Channels).Where(channel => channel.Code == total.Code)];
        decimal[] stated = DayHours.ValuesOf(total);
        decimal[] sums = new decimal[DayHours.Count];
        foreach (Channel80020 part in parts)
        {
            decimal[] values = DayHours.ValuesOf(part);
            for (int hour = 0; hour < sums.Length; hour++)
            {
                sums[hour] += values[hour];
            }
        }
        bool areWhole = parts.Add(total).All(channel => channel.Periods.All(period => decimal.IsInteger(period.Value)));
        int periodsAnHour = parts.Add(total).Max(channel => DayHours.PeriodsAnHour(channel));
        decimal tolerance = (areWhole ? RoundingOfWholes : RoundingOfFractions) * periodsAnHour * parts.Length;
        for (int hour = 0; hour < sums.Length; hour++)
        {
            if (Math.Abs(stated[hour] - sums[hour]) > tolerance)
            {
                findings.Add(FindingCode.WrongSum, total.Line, $"{what} is {stated[hour]} from {hour:D2}:00; its {parts.Length} parts add up to {sums[hour]}.");
                return; // One hour tells it; the others would only repeat it.
            }
        }
    }
}
