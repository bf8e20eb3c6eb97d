using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>Where a channel's next interval begins, and what of it is known but not stated yet.</summary>
/// <param name="Track">The register followed: Wh of an electricity channel, millilitres of a heat meter's flow, kcal of its energy register.</param>
/// <param name="Unstated">Wh or kcal that are known, of no hour in particular, and not stated yet: the next known hours carry them.</param>
/// <param name="Heat">What heat needs that is computed from water; <c>null</c> for electricity, and for a heat meter whose energy register is followed.</param>
/// <param name="Still">Since when the register stands still; <c>null</c> while it moves.</param>
/// <param name="Carry">Wh or kcal that other oracles stated less of earlier hours than this one, or more if negative: the next known hour is
/// stated with it. Differences of readings of one meter, so the hour counts as measured still.</param>
internal sealed record ChannelState(RegisterTrack Track, ulong Unstated, HeatState? Heat, StillRegister? Still = null, long Carry = 0)
{
    /// <summary>An electricity channel before its first hour.</summary>
    public static ChannelState Electricity { get; } = new(RegisterTrack.Empty, 0, null);

    /// <summary>A heat channel with an energy register before its first hour.</summary>
    public static ChannelState EnergyRegister { get; } = new(RegisterTrack.Empty, 0, null);

    /// <summary>A heat channel before its first hour.</summary>
    public static ChannelState HeatMeter { get; } = new(RegisterTrack.Empty, 0, HeatState.Empty);

    /// <summary>What is stated of a known interval, and what is carried on: no hour is below zero.</summary>
    public (Quantity Interval, ChannelState Next) WithCarry(Quantity interval)
    {
        long sum = (long)interval.Value + Carry;
        return (new((ulong)Math.Max(0, sum)), this with { Carry = Math.Min(0, sum) });
    }
}

/// <summary>
/// A register that stands still. That alone is no fault: nobody may be at home. It is frozen when the balance of its phase says in the same
/// hours that energy passes there which it does not count.
/// </summary>
/// <param name="Hours">Measured hours in which it did not move, one after the other.</param>
/// <param name="Contradicted">In how many of them its phase did not balance by what it does not count.</param>
/// <param name="IsTold">Was it told of?</param>
internal sealed record StillRegister(int Hours, int Contradicted, bool IsTold)
{
    /// <summary>Hours for which a register must stand still before it is told of.</summary>
    public const int FrozenAfter = 24;

    /// <summary>In how many of them the balance must say so: one hour may be a wrong reading of another meter.</summary>
    public const int LeastContradicted = 6;

    /// <summary>It stood still for another hour.</summary>
    public static StillRegister After(StillRegister? before, bool isContradicted) =>
        new((before?.Hours ?? 0) + 1, (before?.Contradicted ?? 0) + (isContradicted ? 1 : 0), before?.IsTold ?? false);

    /// <summary>Is it to be told of now?</summary>
    public bool IsFrozen => !IsTold && Hours >= FrozenAfter && Contradicted >= LeastContradicted;
}

/// <summary>Water that passed and whose heat is not computed yet, and the sums its mean conditions come from.</summary>
/// <param name="Millilitres">Water that passed.</param>
/// <param name="Hours">Hours with both temperatures.</param>
/// <param name="SupplyTemperature">Sum of t1 over those hours, °C.</param>
/// <param name="ReturnTemperature">Sum of t2 over those hours, °C.</param>
/// <param name="SupplyPressureHours">Hours with p1.</param>
/// <param name="SupplyPressure">Sum of p1 over those, bar.</param>
/// <param name="ReturnPressureHours">Hours with p2.</param>
/// <param name="ReturnPressure">Sum of p2 over those, bar.</param>
/// <param name="Since">Since when the water passed; <c>null</c> for none.</param>
internal sealed record HeatState(
    ulong Millilitres,
    int Hours,
    decimal SupplyTemperature,
    decimal ReturnTemperature,
    int SupplyPressureHours,
    decimal SupplyPressure,
    int ReturnPressureHours,
    decimal ReturnPressure,
    DateTimeOffset? Since)
{
    /// <summary>Nothing to be computed.</summary>
    public static HeatState Empty { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, null);

    /// <summary>Adds an hour's means. An hour without both temperatures, or with conditions that cannot be, adds nothing.</summary>
    public HeatState Add(decimal? t1, decimal? t2, decimal? p1, decimal? p2)
    {
        if (t1 is not { } supply || t2 is not { } back
            || new HeatConditions(supply, back, p1, p2).Problem is not null)
        {
            return this;
        }
        return this with
        {
            Hours = Hours + 1,
            SupplyTemperature = SupplyTemperature + supply,
            ReturnTemperature = ReturnTemperature + back,
            SupplyPressureHours = SupplyPressureHours + (p1 is null ? 0 : 1),
            SupplyPressure = SupplyPressure + (p1 ?? 0),
            ReturnPressureHours = ReturnPressureHours + (p2 is null ? 0 : 1),
            ReturnPressure = ReturnPressure + (p2 ?? 0),
        };
    }

    /// <summary>Adds water that passed since an instant; <c>null</c> when it is not known.</summary>
    public HeatState Add(Quantity? millilitres, DateTimeOffset since) => millilitres is not { } water
        ? this
        : this with { Millilitres = Millilitres + water.Value, Since = Since is { } before && before < since ? before : since };

    /// <summary>Heat of the water that passed, at the mean conditions; <c>null</c> while no hour had both temperatures.</summary>
    public Kilocalories? Heat()
    {
        if (Hours == 0)
        {
            return null;
        }
        HeatConditions conditions = new(
            SupplyTemperature / Hours,
            ReturnTemperature / Hours,
            SupplyPressureHours == 0 ? null : SupplyPressure / SupplyPressureHours,
            ReturnPressureHours == 0 ? null : ReturnPressure / ReturnPressureHours);
        return HeatEnergy.Closed(Millilitres / (decimal)CityLayout.MillilitresPerCubicMetre, conditions, FlowMeterPipe.Supply);
    }
}
