namespace SmartCity.Domain;

/// <summary>
/// Services of a bill, in the order of its lines and with the numbers of the contract: three principals and the penalty of each.
/// </summary>
public enum BilledService
{
    /// <summary>Own electricity.</summary>
    Electricity,

    /// <summary>Share of the house's common needs (СОИ).</summary>
    CommonNeeds,

    /// <summary>Heating.</summary>
    Heating,

    /// <summary>Penalty (пени) on electricity paid late.</summary>
    ElectricityPenalty,

    /// <summary>Penalty on common needs paid late.</summary>
    CommonNeedsPenalty,

    /// <summary>Penalty on heating paid late.</summary>
    HeatingPenalty,
}

/// <summary>What a bill line is.</summary>
public enum LineKind
{
    /// <summary>Quantity × price.</summary>
    Charge,

    /// <summary>Less, for an outage; not above 0.</summary>
    Reduction,

    /// <summary>What an earlier period costs more or less than was charged (перерасчёт).</summary>
    Recalculation,

    /// <summary>Penalty for late payment.</summary>
    Penalty,
}

/// <summary>How a billed volume came about; the codes M0..M4 of the ladder of substitution (ПП 354, п. 59, 60).</summary>
public enum VolumeMethod
{
    /// <summary>M0: measured throughout.</summary>
    Measured,

    /// <summary>M1: measured, with hours estimated between registers.</summary>
    Interpolated,

    /// <summary>M2: an average of earlier months for the hours that are missing.</summary>
    Average,

    /// <summary>M3: the norm for the hours that are missing.</summary>
    Norm,

    /// <summary>M4: the norm with the raising coefficient.</summary>
    RaisedNorm,
}

/// <summary>A line of a bill.</summary>
/// <param name="Service">For what.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Zone">Zone of the day, or <see cref="TariffZone.Whole"/>.</param>
/// <param name="Band">Consumption band 1..3 of a charge of electricity and common needs, else 0.</param>
/// <param name="Method">How the volume of a charge came about; else <see cref="VolumeMethod.Measured"/>.</param>
/// <param name="Period">The period it is for: the bill's, or an earlier one of a recalculation.</param>
/// <param name="Provider">Number of the provider whose money it is.</param>
/// <param name="Quantity">Of a charge Wh, or kcal of heating; of a reduction hours; else 0.</param>
/// <param name="Price">Of a charge micro-roubles per kWh, or per Gcal of heating; of a reduction the rate an hour, 10^-5; else 0.</param>
/// <param name="Amount">What it adds to the bill.</param>
public readonly record struct BilledLine(
    BilledService Service,
    LineKind Kind,
    TariffZone Zone,
    int Band,
    VolumeMethod Method,
    Period Period,
    ushort Provider,
    long Quantity,
    ulong Price,
    SignedKopecks Amount);
