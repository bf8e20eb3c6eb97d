using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Portal;

/// <summary>Consumption of a calendar day.</summary>
/// <param name="Date">The day, by the city's calendar.</param>
/// <param name="ByZone">Sums by zone.</param>
internal sealed record DayConsumption(DateOnly Date, ZoneConsumption ByZone)
{
    /// <summary>Sum of the day.</summary>
    public Quantity Total => ByZone.Day + ByZone.Night;

    /// <summary>The page of the day's hours.</summary>
    public string Href => string.Create(CultureInfo.InvariantCulture, $"/consumption/day/{Date:yyyy-MM-dd}");
}

/// <summary>A resident's consumption in a month: own electricity by day and zone, and the house's heat.</summary>
internal sealed class ConsumptionModel(ChainFollower chain, PremisesRegister premises, PortalUsers users, City city)
    : ResidentPage(chain, premises, users, city)
{
    private const decimal WattHoursPerKilowattHour = 1_000m;
    private const decimal KilocaloriesPerGigacalorie = 1_000_000m;

    /// <summary>The month shown.</summary>
    public Period Period { get; private set; }

    /// <summary>Own electricity by day; empty while nothing is recorded.</summary>
    public IReadOnlyList<DayConsumption> Days { get; private set; } = [];

    /// <summary>The house's heat by day; empty for a flat without.</summary>
    public IReadOnlyList<DayConsumption> HeatDays { get; private set; } = [];

    /// <summary>Own electricity of the month by zone, with what became known later.</summary>
    public ZoneConsumption ByZone { get; private set; }

    /// <summary>Own electricity of the month.</summary>
    public Quantity Total => ByZone.Day + ByZone.Night;

    /// <summary>Hours recorded in the month.</summary>
    public int Hours { get; private set; }

    /// <summary>Hours of them without a measured value.</summary>
    public int Unmeasured { get; private set; }

    /// <summary>The house's heat of the month.</summary>
    public Quantity HouseHeat { get; private set; }

    /// <summary>The flat's place among the areas of its heat group.</summary>
    public AreaShare HeatShare { get; private set; }

    /// <summary>What the flat has to pay of the house's heat.</summary>
    public Quantity OwnHeat => HeatShare.Total.Value == 0 ? Quantity.Zero : HeatShare.Of(HouseHeat);

    /// <summary>The meter in words.</summary>
    public string MeterText { get; private set; } = "";

    /// <summary>What is still to be paid of all bills.</summary>
    public Kopecks Outstanding => Account?.Outstanding ?? Kopecks.Zero;

    /// <summary>The oldest bill that is not wholly paid.</summary>
    public BillEntry? OldestUnpaid => Account?.Bills.Values.FirstOrDefault(bill => bill.Outstanding > Kopecks.Zero);

    /// <summary>Shows a month: the one of the address, or the newest.</summary>
    public IActionResult OnGet(string? period)
    {
        IReadOnlyList<Period> periods = Periods();
        Period? wanted = PeriodOf(period);
        if (period is not null && (wanted is null || (periods.Count > 0 && !periods.Contains(wanted.Value))))
        {
            return NotFound();
        }
        if (periods.Count > 0 && Account is { } account && Electricity is { } segment)
        {
            Period = wanted ?? periods[^1];
            Show(account.Details, segment);
        }
        return Page();
    }

    /// <summary>Own electricity as bars.</summary>
    public BarChart ElectricityChart() => new(
        $"{ResidentText.Electricity}, {Formats.Month(Period)}",
        Formats.UnitOf(EnergyKind.Electricity),
        [.. Days.Select(day => new Bar(
            day.Date.Day.ToString(CultureInfo.InvariantCulture),
            $"{Formats.DayOfMonth(day.Date)}: {Formats.Energy(EnergyKind.Electricity, day.Total)}",
            [new("night", day.ByZone.Night.Value / WattHoursPerKilowattHour), new("day", day.ByZone.Day.Value / WattHoursPerKilowattHour)]))]);

    /// <summary>The house's heat as bars.</summary>
    public BarChart HeatChart() => new(
        $"{ResidentText.HouseHeat}, {Formats.Month(Period)}",
        Formats.UnitOf(EnergyKind.Heat),
        [.. HeatDays.Select(day => new Bar(
            day.Date.Day.ToString(CultureInfo.InvariantCulture),
            $"{Formats.DayOfMonth(day.Date)}: {Formats.Energy(EnergyKind.Heat, day.Total)}",
            [new("heat", day.Total.Value / KilocaloriesPerGigacalorie)]))]);

    private void Show(RegisteredAccount details, SegmentBook segment)
    {
        (Hour from, Hour to) = (City.Calendar.FirstHourOf(Period), City.Calendar.FirstHourOf(Period.Next));
        IReadOnlyList<HourValue> hours = HourSums.OfChannel(
            segment, details.Premises.ElectricityGroup, details.Premises.ElectricityChannel, City.Calendar, from, to);
        Days = ByDay(hours);
        ByZone = Book.Volumes
            .CorrectionOf(details.Premises.ElectricityGroup, details.Premises.ElectricityChannel, Period)
            .On(HourSums.ByZone(hours));
        Hours = hours.Count;
        Unmeasured = hours.Count(hour => hour.Reading.Quality != Quality.Measured);
        MeterText = MeterOf(segment, details);
        if (Heat is { } heat)
        {
            IReadOnlyList<HourValue> heatHours = HourSums.OfChannel(heat, details.Premises.HeatGroup, 0, City.Calendar, from, to);
            HeatDays = ByDay(heatHours);
            HouseHeat = heatHours.Aggregate(Quantity.Zero, (sum, hour) => sum + hour.Reading.Interval);
            HeatShare = BillExplanation.HeatShareOf(Book, details);
        }
    }

    private IReadOnlyList<DayConsumption> ByDay(IReadOnlyList<HourValue> hours) =>
        [.. hours
            .GroupBy(hour => DateOnly.FromDateTime(City.Calendar.ToLocal(hour.Entry.Hour.Start).DateTime))
            .Select(day => new DayConsumption(day.Key, HourSums.ByZone(day)))];

    private static string MeterOf(SegmentBook segment, RegisteredAccount details)
    {
        RegisteredGroup group = segment.Registered.Groups[segment.IndexOf(details.Premises.ElectricityGroup)];
        MeterRegistryContract.Meter meter = group.MeterOf(details.Premises.ElectricityChannel);
        DateOnly verifiedUntil = DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(meter.VerifiedOn)).AddMonths(meter.VerificationInterval);
        return ResidentText.MeterIs.With(
            ShortText.Decode(meter.Model),
            meter.SerialNumber.ToString("D8", CultureInfo.InvariantCulture),
            Formats.Number(meter.AccuracyClass / 100m, 1),
            Formats.Date(verifiedUntil));
    }
}
