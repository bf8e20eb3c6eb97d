using SmartCity.Domain;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>A city plan's parts as the contracts take them, and back.</summary>
public static class PlanOnChain
{
    private const decimal HundredthsPerPercent = 100;
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    /// <summary>The zones by whose bands the chain keeps its 18 prices, in order.</summary>
    private static readonly (AccountZones Zones, TariffZone Zone)[] ZonePrices =
    [
        (AccountZones.One, TariffZone.Whole),
        (AccountZones.Two, TariffZone.Day),
        (AccountZones.Two, TariffZone.Night),
        (AccountZones.Three, TariffZone.Peak),
        (AccountZones.Three, TariffZone.HalfPeak),
        (AccountZones.Three, TariffZone.Night),
    ];

    /// <summary>A meter's passport for the registry.</summary>
    /// <exception cref="OverflowException">A value does not fit; <see cref="CityPlan.Parse"/> refuses such plans.</exception>
    public static MeterRegistryContract.Meter ToChain(MeterPlan meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        return new(
            meter.SerialNumber,
            ShortText.Encode(meter.Model),
            (ushort)(meter.AccuracyClass * HundredthsPerPercent),
            meter.Resolution,
            meter.RegisterAtInstallation,
            ToDay(meter.VerifiedOn),
            (ushort)meter.VerificationIntervalMonths);
    }

    /// <summary>A tariff for the tariff book.</summary>
    public static TariffBookContract.Tariff ToChain(Tariff tariff)
    {
        ArgumentNullException.ThrowIfNull(tariff);
        ulong[] prices = [.. ZonePrices.SelectMany(zone =>
        {
            BandPrices of = tariff.Electricity.Of(zone.Zones, zone.Zone);
            return new[] { of.Band1.Value, of.Band2.Value, of.Band3.Value };
        })];
        return new(
            tariff.FromPeriod.Value, prices, tariff.Limits.First.Value, tariff.Limits.Second.Value, tariff.HeatPrice.Value, tariff.VatRate,
            tariff.DueDay, tariff.ElectricityProvider, tariff.CommonNeedsProvider, tariff.HeatProvider, tariff.PenaltyRate,
            tariff.ReductionRate, tariff.ElectricityNorm, tariff.HeatNorm, tariff.NormCoefficient);
    }

    /// <summary>A tariff as the domain has it.</summary>
    public static Tariff ToDomain(TariffBookContract.Tariff tariff)
    {
        ArgumentNullException.ThrowIfNull(tariff);
        IReadOnlyList<ulong> prices = tariff.ElectricityPrices;
        BandPrices Zone(int index) => new(
            new(prices[index * Bands.Count]), new(prices[index * Bands.Count + 1]), new(prices[index * Bands.Count + 2]));
        return new(
            new(tariff.FromPeriod), new(Zone(0), Zone(1), Zone(2), Zone(3), Zone(4), Zone(5)),
            new(new(tariff.FirstBandLimit), new(tariff.SecondBandLimit)), new(tariff.HeatPrice), tariff.VatRate, tariff.DueDay,
            tariff.ElectricityProvider, tariff.CommonNeedsProvider, tariff.HeatProvider, tariff.PenaltyRate, tariff.ReductionRate,
            tariff.ElectricityNorm, tariff.HeatNorm, tariff.NormCoefficient);
    }

    /// <summary>Premises for the account book.</summary>
    public static AccountBookContract.Premises ToChain(FlatPlan flat)
    {
        ArgumentNullException.ThrowIfNull(flat);
        return new(flat.ElectricityGroup, flat.ElectricityChannel, flat.HeatGroup, flat.HeatChannel, flat.Area);
    }

    /// <summary>Terms for the account book.</summary>
    public static AccountBookContract.Terms ToChain(AccountTerms terms) =>
        new((byte)terms.Zones, terms.Residents, (AccountBookContract.Heating)terms.Heating);

    /// <summary>Terms as the domain has them.</summary>
    public static AccountTerms ToDomain(AccountBookContract.Terms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return new((AccountZones)terms.Zones, terms.Residents, (HeatingTerms)terms.Heating);
    }

    /// <summary>What a segment counts.</summary>
    public static MeterRegistryContract.Kind ToChain(EnergyKind kind) => kind switch
    {
        EnergyKind.Electricity => MeterRegistryContract.Kind.Electricity,
        EnergyKind.Heat => MeterRegistryContract.Kind.Heat,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of energy."),
    };

    /// <summary>What a segment counts.</summary>
    public static EnergyKind ToPlan(MeterRegistryContract.Kind kind) => kind switch
    {
        MeterRegistryContract.Kind.Electricity => EnergyKind.Electricity,
        MeterRegistryContract.Kind.Heat => EnergyKind.Heat,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of energy."),
    };

    /// <summary>A date as days since 1 January 1970.</summary>
    public static uint ToDay(DateOnly date) => (uint)(date.DayNumber - Epoch.DayNumber);

    /// <summary>The date of a number of days since 1 January 1970.</summary>
    public static DateOnly ToDate(uint day) => Epoch.AddDays((int)day);
}
