using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using SmartCity.Ledger;

namespace SmartCity.Portal;

/// <summary>A day of a resident's electricity, hour by hour, each with the batch that proves it.</summary>
internal sealed class DayModel(
    ChainFollower chain, PremisesRegister premises, PortalUsers users, City city, DeployedCity deployed)
    : ResidentPage(chain, premises, users, city)
{
    private const string DateFormat = "yyyy-MM-dd";

    /// <summary>The day.</summary>
    public DateOnly Date { get; private set; }

    /// <summary>Its month.</summary>
    public Period Period => Period.Of(Date.Year, Date.Month);

    /// <summary>Is the day before recorded?</summary>
    public bool HasBefore { get; private set; }

    /// <summary>Is the day after recorded?</summary>
    public bool HasAfter { get; private set; }

    /// <summary>The hours as a table.</summary>
    public HourTable Table { get; private set; } = null!;

    /// <summary>A day as it stands in an address.</summary>
    public static string AddressOf(DateOnly date) => date.ToString(DateFormat, CultureInfo.InvariantCulture);

    /// <summary>Shows the day.</summary>
    public IActionResult OnGet(string date)
    {
        if (!DateOnly.TryParseExact(date, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            || Account is not { Details.Premises: var premisesOnChain } || Electricity is not { } segment)
        {
            return NotFound();
        }
        Date = day;
        Hour from = Hour.Containing(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), City.Calendar.UtcOffset));
        Hour to = new(from.Value + 24);
        IReadOnlyList<HourValue> hours = HourSums.OfChannel(
            segment, premisesOnChain.ElectricityGroup, premisesOnChain.ElectricityChannel, City.Calendar, from, to);
        if (hours.Count == 0)
        {
            return NotFound();
        }
        HasBefore = from > segment.Registered.FirstHour;
        HasAfter = segment.Next > to;
        Table = new(
            EnergyKind.Electricity,
            [.. hours.Select(hour => HourRow.Of(hour, City.Calendar, deployed.LedgerDomain))],
            HasZones: true);
        return Page();
    }

    /// <summary>The hours as bars.</summary>
    public BarChart Chart() => new(
        $"{ResidentText.Electricity}, {Formats.Date(Date)}",
        Formats.UnitOf(EnergyKind.Electricity),
        [.. Table.Rows.Select(row => new Bar(
            row.LocalStart.ToString("HH", CultureInfo.InvariantCulture),
            $"{row.LocalStart:HH:mm}: {Formats.Energy(EnergyKind.Electricity, row.Value)}, {ResidentText.NameOf(row.Quality)}",
            [new(row.Zone == Zone.Night ? "night" : "day", row.Value.Value / 1_000m)]))]);
}
