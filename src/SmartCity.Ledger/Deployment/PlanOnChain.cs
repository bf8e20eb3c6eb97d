using SmartCity.Domain;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>A city plan's parts as the contracts take them, and back.</summary>
public static class PlanOnChain
{
    private const decimal HundredthsPerPercent = 100;
    private static readonly DateOnly Epoch = new(1970, 1, 1);

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
    public static TariffBookContract.Tariff ToChain(TariffPlan tariff)
    {
        ArgumentNullException.ThrowIfNull(tariff);
        return new(
            tariff.FromPeriod.Value, tariff.DayPrice, tariff.NightPrice, tariff.HeatPrice, tariff.VatRate, tariff.DueDay,
            tariff.ElectricityProvider, tariff.CommonNeedsProvider, tariff.HeatProvider);
    }

    /// <summary>A tariff as the plan writes it.</summary>
    public static TariffPlan ToPlan(TariffBookContract.Tariff tariff)
    {
        ArgumentNullException.ThrowIfNull(tariff);
        return new(
            new(tariff.FromPeriod), tariff.DayPrice, tariff.NightPrice, tariff.HeatPrice, tariff.VatRate, tariff.DueDay,
            tariff.ElectricityProvider, tariff.CommonNeedsProvider, tariff.HeatProvider);
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
