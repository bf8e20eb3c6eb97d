using Microsoft.AspNetCore.Mvc;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Portal;

/// <summary>An hour of a house's common needs.</summary>
/// <param name="LocalStart">Its start on the city's clocks.</param>
/// <param name="Parent">What the house's meter counted.</param>
/// <param name="Consumers">What the flats' meters counted.</param>
/// <param name="Batch">Id of the signed batch.</param>
/// <param name="Signers">Who signed it.</param>
/// <param name="Place">Where the chain keeps it.</param>
internal sealed record CommonHourRow(
    DateTimeOffset LocalStart, Quantity Parent, Quantity Consumers, Hash32 Batch, IReadOnlyList<Address> Signers, ChainPlace Place)
{
    /// <summary>House minus flats, Wh.</summary>
    public long Difference => (long)Parent.Value - (long)Consumers.Value;
}

/// <summary>The signed hours that a line of a bill is the sum of.</summary>
internal sealed class LineHoursModel(
    ChainFollower chain, PremisesRegister premises, PortalUsers users, City city, DeployedCity deployed)
    : ResidentPage(chain, premises, users, city)
{
    private const int PageSize = 48;

    /// <summary>Month of the bill.</summary>
    public Period Period { get; private set; }

    /// <summary>Service of the line.</summary>
    public BilledService Service { get; private set; }

    /// <summary>How many hours the line is the sum of.</summary>
    public int Count { get; private set; }

    /// <summary>Their sum, Wh or kcal.</summary>
    public long Sum { get; private set; }

    /// <summary>Hours of one meter; <c>null</c> for common needs.</summary>
    public HourTable? Table { get; private set; }

    /// <summary>Hours of common needs.</summary>
    public IReadOnlyList<CommonHourRow> CommonRows { get; private set; } = [];

    /// <summary>The way to the other pages.</summary>
    public Pager Pager { get; private set; } = null!;

    /// <summary>Shows a page of the hours.</summary>
    public IActionResult OnGet(string period, string service, int number = 1)
    {
        if (PeriodOf(period) is not { } wanted || !Enum.TryParse(service, out BilledService line)
            || line is not (BilledService.Electricity or BilledService.CommonNeeds or BilledService.Heating)
            || Account is not { } account || !account.Bills.TryGetValue(wanted, out BillEntry? bill) || bill.ProviderOf(line) is null)
        {
            return NotFound();
        }
        (Period, Service) = (wanted, line);
        (Hour from, Hour to) = (City.Calendar.FirstHourOf(wanted), City.Calendar.FirstHourOf(wanted.Next));
        AccountBookContract.Premises flat = account.Details.Premises;
        if (line == BilledService.CommonNeeds)
        {
            ShowCommon(flat.ElectricityGroup, from, to, number);
        }
        else if (line == BilledService.Electricity)
        {
            Show(
                EnergyKind.Electricity,
                HourSums.OfChannel(Electricity!, flat.ElectricityGroup, flat.ElectricityChannel, City.Calendar, from, to), number);
        }
        else if (Heat is { } heat)
        {
            Show(EnergyKind.Heat, HourSums.OfChannel(heat, flat.HeatGroup, flat.HeatChannel, City.Calendar, from, to), number);
        }
        else
        {
            return NotFound(); // Heat by the norm has no hours.
        }
        return Page();
    }

    private void Show(EnergyKind kind, IReadOnlyList<HourValue> hours, int number)
    {
        Count = hours.Count;
        Sum = hours.Sum(hour => (long)hour.Reading.Interval.Value);
        Pager = Pager.Of($"/bills/{Period}/hours/{Service}", hours.Count, PageSize, number);
        Table = new(
            kind,
            [.. hours.Skip(Pager.Skip).Take(PageSize).Select(hour => HourRow.Of(hour, City.Calendar, deployed.LedgerDomain))],
            HasZones: kind == EnergyKind.Electricity);
    }

    private void ShowCommon(uint group, Hour from, Hour to, int number)
    {
        IReadOnlyList<(HourEntry Entry, Zone Zone, Quantity Parent, Quantity Consumers)> hours =
            HourSums.OfGroup(Electricity!, group, City.Calendar, from, to);
        Count = hours.Count;
        Sum = hours.Sum(hour => (long)hour.Parent.Value - (long)hour.Consumers.Value);
        Pager = Pager.Of($"/bills/{Period}/hours/{Service}", hours.Count, PageSize, number);
        CommonRows = [.. hours.Skip(Pager.Skip).Take(PageSize).Select(hour => new CommonHourRow(
            City.Calendar.ToLocal(hour.Entry.Hour.Start),
            hour.Parent,
            hour.Consumers,
            hour.Entry.Told.Batch,
            hour.Entry.Signers(deployed.LedgerDomain),
            hour.Entry.Place))];
    }
}
