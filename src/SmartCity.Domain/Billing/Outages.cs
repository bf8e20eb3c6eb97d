namespace SmartCity.Domain;

/// <summary>What an outage was.</summary>
public enum OutageKind
{
    /// <summary>No heating (ПП 354, прил. 1, п. 14).</summary>
    HeatInterruption,

    /// <summary>Heating, but colder than due (п. 15).</summary>
    HeatCold,

    /// <summary>No electricity (п. 9).</summary>
    ElectricityInterruption,
}

/// <summary>An outage of one group, half-open in time.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="From">First second, Unix.</param>
/// <param name="To">First second after it, Unix.</param>
/// <param name="Measure">
/// Of an interruption the hours permitted at once: 16, 8, 4 or 0 of heat by the temperature indoors, 24 or 2 of electricity by the
/// number of feeds. Of cold the whole degrees below what is due.
/// </param>
public readonly record struct Outage(OutageKind Kind, ulong From, ulong To, uint Measure)
{
    private const uint SecondsPerHour = 3_600;

    /// <summary>How long it lasted, seconds.</summary>
    /// <exception cref="OverflowException">It ends before it begins.</exception>
    public ulong Seconds => To - From;

    /// <summary>The parts of an outage that fall into each local month, in order: a period's hours are counted by themselves.</summary>
    /// <param name="calendar">The city's calendar.</param>
    public IEnumerable<(Period Period, Outage Part)> ByPeriod(CityCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        ulong from = From;
        while (from < To)
        {
            Period period = calendar.PeriodOf(new((uint)(from / SecondsPerHour)));
            ulong end = Math.Min(To, (ulong)calendar.FirstHourOf(period.Next).Value * SecondsPerHour);
            yield return (period, this with { From = from, To = end });
            from = end;
        }
    }
}

/// <summary>What the outages of one group in one period come to.</summary>
public static class Outages
{
    private const ulong SecondsPerHour = 3_600;

    /// <summary>Hours a month that heating may be interrupted in all, as of 2026 (ПП 354, прил. 1, п. 14).</summary>
    private const byte HeatHoursPerPeriod = 24;

    /// <summary>
    /// The hours of reduction of a group in a period. Seconds are summed first and then rounded down to hours; the order in which
    /// the outages are given does not matter, only that in which they happened.
    /// </summary>
    /// <param name="outages">All outages of the group in the period; parts of longer ones as <see cref="Outage.ByPeriod"/> makes them.</param>
    /// <param name="heatHoursPerPeriod">Hours of the period that heating may be interrupted in all.</param>
    /// <exception cref="ArgumentException">
    /// Two of one kind overlap, or cold overlaps an interruption of heat: п. 15 does not apply where п. 14 does.
    /// </exception>
    public static ReductionHours Of(IEnumerable<Outage> outages, byte heatHoursPerPeriod = HeatHoursPerPeriod)
    {
        ArgumentNullException.ThrowIfNull(outages);
        Outage[] inOrder = [.. outages.OrderBy(outage => outage.From)];
        Outage[] heat = [.. inOrder.Where(outage => outage.Kind != OutageKind.ElectricityInterruption)];
        Outage[] electricity = [.. inOrder.Where(outage => outage.Kind == OutageKind.ElectricityInterruption)];
        RefuseOverlaps(heat);
        RefuseOverlaps(electricity);

        ulong budget = heatHoursPerPeriod * SecondsPerHour;
        (ulong heatExcess, ulong degrees, ulong interrupted) = (0, 0, 0);
        foreach (Outage outage in heat)
        {
            if (outage.Kind == OutageKind.HeatCold)
            {
                degrees += outage.Seconds * outage.Measure;
                continue;
            }
            ulong left = budget - Math.Min(budget, interrupted);
            heatExcess += Excess(outage, Math.Min(outage.Measure * SecondsPerHour, left));
            interrupted += outage.Seconds;
        }
        ulong electricityExcess = electricity.Aggregate(0ul, (sum, outage) => sum + Excess(outage, outage.Measure * SecondsPerHour));
        return new(Hours(heatExcess), Hours(degrees), Hours(electricityExcess));
    }

    private static ulong Excess(Outage outage, ulong allowed) => outage.Seconds - Math.Min(outage.Seconds, allowed);

    private static uint Hours(ulong seconds) => (uint)(seconds / SecondsPerHour);

    private static void RefuseOverlaps(Outage[] inOrder)
    {
        for (int i = 1; i < inOrder.Length; i++)
        {
            if (inOrder[i].From < inOrder[i - 1].To)
            {
                throw new ArgumentException($"{inOrder[i]} overlaps {inOrder[i - 1]}: an hour is reduced once.", nameof(inOrder));
            }
        }
    }
}
