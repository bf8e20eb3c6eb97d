namespace SmartCity.Domain;

/// <summary>A service's billed volume: what an account uses or shares, and how it was found.</summary>
/// <param name="Volume">Wh by zone; kcal of heat in peak.</param>
/// <param name="Method">How it came about.</param>
public readonly record struct ServiceVolume(ZoneConsumption Volume, VolumeMethod Method);

/// <summary>All that an account's bill for a period is computed of.</summary>
/// <param name="Period">The period.</param>
/// <param name="Tariff">The tariff in force in it.</param>
/// <param name="Zones">Zones of the account.</param>
/// <param name="Electricity">Own electricity; nothing for an account without it.</param>
/// <param name="CommonNeeds">Its share of the common needs.</param>
/// <param name="Heating">Its heat.</param>
/// <param name="Reductions">Hours of reduction of its houses.</param>
/// <param name="Waiting">Recalculations that wait for its next bill, in order.</param>
/// <param name="Penalties">Whole kopecks of penalty not billed yet, by service of penalty.</param>
public sealed record AccountBillInput(
    Period Period,
    Tariff Tariff,
    AccountZones Zones,
    ServiceVolume Electricity,
    ServiceVolume CommonNeeds,
    ServiceVolume Heating,
    ReductionHours Reductions,
    IReadOnlyList<Recalculation> Waiting,
    IReadOnlyDictionary<BilledService, Kopecks> Penalties);

/// <summary>A bill: pure, from volumes, tariff and what waits for it alone.</summary>
/// <param name="Period">The period.</param>
/// <param name="Lines">
/// Charges and reductions in order of service, then recalculations, then penalties; those with nothing in them are left out.
/// </param>
/// <param name="Amounts">What each service costs in all, never below 0.</param>
/// <param name="Total">Sum of the amounts, and of the lines.</param>
/// <param name="Vat">VAT contained in the principals; a penalty bears none.</param>
/// <param name="DueOn">Last day of payment, local calendar.</param>
/// <param name="Left">Recalculations that wait for the next bill.</param>
public sealed record AccountBill(
    Period Period,
    IReadOnlyList<BilledLine> Lines,
    IReadOnlyDictionary<BilledService, Kopecks> Amounts,
    Kopecks Total,
    Kopecks Vat,
    DateOnly DueOn,
    IReadOnlyList<Recalculation> Left)
{
    /// <summary>Greatest amount of a service, kopecks: the contract keeps 40 bits.</summary>
    public const ulong MaxServiceAmount = (1UL << 40) - 1;

    private static readonly BilledService[] s_principals =
        [BilledService.Electricity, BilledService.CommonNeeds, BilledService.Heating];

    private static readonly BilledService[] s_penalties =
        [BilledService.ElectricityPenalty, BilledService.CommonNeedsPenalty, BilledService.HeatingPenalty];

    /// <summary>Computes a bill.</summary>
    /// <exception cref="OverflowException">A service costs more than <see cref="MaxServiceAmount"/>.</exception>
    public static AccountBill Of(AccountBillInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        List<BilledLine> lines = [];
        foreach (BilledService service in s_principals)
        {
            lines.AddRange(PrincipalOf(input, service));
        }
        TakenRecalculations[] recalculations =
            [.. s_principals.Select(service => Recalculations.Take(service, Net(lines, service), input.Waiting))];
        lines.AddRange(recalculations.SelectMany(of => of.Taken).Where(entry => entry.Amount != default)
            .Select(entry => Plain(input, entry.Service, LineKind.Recalculation, entry.Amount) with { Period = entry.Period }));
        lines.AddRange(s_penalties
            .Select(service => Plain(input, service, LineKind.Penalty, SignedKopecks.Of(input.Penalties.GetValueOrDefault(service))))
            .Where(line => line.Amount != default));

        Dictionary<BilledService, Kopecks> amounts = lines.GroupBy(line => line.Service)
            .ToDictionary(group => group.Key, group => Checked(group.Key, group.Sum(line => line.Amount.Value)));
        Kopecks total = Sum(amounts.Values);
        Kopecks principal = Sum(s_principals.Select(service => amounts.GetValueOrDefault(service)));
        return new(
            input.Period, lines, amounts, total, Charge.VatContained(principal, input.Tariff.VatRate),
            input.Tariff.DueOn(input.Period), [.. recalculations.SelectMany(of => of.Left)]);
    }

    /// <summary>What a period costs by service, reductions included: what a recalculation compares.</summary>
    /// <remarks>Of the input only period, tariff, zones, volumes and reductions matter.</remarks>
    public static IReadOnlyDictionary<BilledService, Kopecks> NetCharges(AccountBillInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return s_principals.ToDictionary(service => service, service => Net(PrincipalOf(input, service), service));
    }

    /// <summary>Charges of a service and their reduction.</summary>
    private static IReadOnlyList<BilledLine> PrincipalOf(AccountBillInput input, BilledService service)
    {
        List<BilledLine> lines = [.. ChargesOf(input, service)];
        ulong hours = input.Reductions.Of(service);
        Kopecks reduction = Domain.Reductions.Of(Net(lines, service), hours, input.Tariff.ReductionRate);
        if (reduction != Kopecks.Zero)
        {
            lines.Add(Plain(input, service, LineKind.Reduction, -SignedKopecks.Of(reduction)) with
            {
                Quantity = (long)hours,
                Price = input.Tariff.ReductionRate,
            });
        }
        return lines;
    }

    /// <summary>What the lines of a service come to; a reduction is never above its charges.</summary>
    private static Kopecks Net(IEnumerable<BilledLine> lines, BilledService service) =>
        new((ulong)lines.Where(line => line.Service == service).Sum(line => line.Amount.Value));

    private static IEnumerable<BilledLine> ChargesOf(AccountBillInput input, BilledService service) => service switch
    {
        BilledService.Electricity => ElectricityCharges(input),
        BilledService.CommonNeeds => input.Zones.Of(input.CommonNeeds.Volume).Where(part => part.Volume != Quantity.Zero)
            .Select(part => Priced(
                input, service, input.CommonNeeds.Method, part.Zone, 1, part.Volume,
                input.Tariff.Electricity.Of(input.Zones, part.Zone).Band1)),
        _ => input.Heating.Volume.Total == Quantity.Zero
            ? []
            : [Priced(input, service, input.Heating.Method, TariffZone.Whole, 0, input.Heating.Volume.Total, input.Tariff.HeatPrice)],
    };

    private static IEnumerable<BilledLine> ElectricityCharges(AccountBillInput input)
    {
        IReadOnlyList<(TariffZone Zone, Quantity Volume)> zones = input.Zones.Of(input.Electricity.Volume);
        IReadOnlyList<IReadOnlyList<Quantity>> bands = Bands.Split([.. zones.Select(part => part.Volume)], input.Tariff.Limits);
        for (int zone = 0; zone < zones.Count; zone++)
        {
            for (int band = 0; band < bands.Count; band++)
            {
                if (bands[band][zone] != Quantity.Zero)
                {
                    MicroRoubles price = input.Tariff.Electricity.Of(input.Zones, zones[zone].Zone).Of(band + 1);
                    yield return Priced(
                        input, BilledService.Electricity, input.Electricity.Method, zones[zone].Zone, band + 1, bands[band][zone], price);
                }
            }
        }
    }

    private static BilledLine Priced(
        AccountBillInput input, BilledService service, VolumeMethod method, TariffZone zone, int band, Quantity volume, MicroRoubles price)
    {
        Kopecks amount = service == BilledService.Heating
            ? Charge.ForHeat(new(volume.Value), price)
            : Charge.ForElectricity(new(volume.Value), price);
        return new(
            service, LineKind.Charge, zone, band, method, input.Period, input.Tariff.ProviderOf(service), (long)volume.Value, price.Value,
            SignedKopecks.Of(amount));
    }

    private static BilledLine Plain(AccountBillInput input, BilledService service, LineKind kind, SignedKopecks amount) => new(
        service, kind, TariffZone.Whole, 0, VolumeMethod.Measured, input.Period, input.Tariff.ProviderOf(service), 0, 0, amount);

    private static Kopecks Sum(IEnumerable<Kopecks> amounts) => amounts.Aggregate(Kopecks.Zero, (sum, amount) => sum + amount);

    private static Kopecks Checked(BilledService service, long amount) => (ulong)amount <= MaxServiceAmount
        ? new((ulong)amount)
        : throw new OverflowException($"{service} of {new SignedKopecks(amount)} RUB is too great: tariff or readings are wrong beyond use.");
}
