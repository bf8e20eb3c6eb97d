using System.Globalization;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.Profiles;

namespace SmartCity.Emulator.World;

/// <summary>What is written on a meter and in its passport.</summary>
/// <param name="Model">Model.</param>
/// <param name="Serial">Serial number, eight digits.</param>
/// <param name="Verified">Date of the last verification (дата поверки).</param>
/// <param name="Initial">Register at installation, kWh, all phases together.</param>
internal sealed record MeterPassport(string Model, int Serial, DateOnly Verified, decimal Initial);

/// <summary>Mercury 230 with three phases, or Mercury 206 with one. A register counts millijoules and shows kWh rounded down to its resolution.</summary>
internal sealed class ElectricityMeter : Device
{
    private const long MillijoulesPerKilowattHour = 3_600_000_000;

    private readonly MeterPassport _passport;
    private readonly LocalCalendar _calendar;
    private readonly Register[] _phases;
    private readonly int _stepsPerKilowattHour;

    /// <param name="node">The node in the tree.</param>
    /// <param name="passport">What the meter was installed with.</param>
    /// <param name="phases">Energy of each phase, mJ: three for a Mercury 230, one for a Mercury 206.</param>
    /// <param name="start">Start of history, when the meter was installed.</param>
    /// <param name="calendar">For the date of a replacement.</param>
    public ElectricityMeter(
        EmulatedObject node, MeterPassport passport, IReadOnlyList<CumulativeSeries> phases, DateTimeOffset start, LocalCalendar calendar)
        : base(node)
    {
        _passport = passport;
        _calendar = calendar;
        _stepsPerKilowattHour = phases.Count == 1 ? 100 : 1000;
        _phases = [.. phases.Select(phase => new Register(phase, start, OfPhase(passport.Initial), fault => OfPhase(fault.Number("init_kwh"))))];
        long OfPhase(decimal kilowattHours) => (long)(kilowattHours * MillijoulesPerKilowattHour / phases.Count);
    }

    /// <inheritdoc/>
    public override Datum Read(string signal, DateTimeOffset at, IReadOnlyList<Fault> faults)
    {
        Fault? replacement = faults.Where(fault => fault.Kind == FaultKinds.ReplacedMeter && fault.From <= at).MaxBy(fault => fault.From);
        return signal switch
        {
            "verif_date" => (replacement is null ? _passport.Verified : _calendar.DayOf(replacement.From))
                .ToString("yyyy-MM-dd'T00:00:00.000Z'", CultureInfo.InvariantCulture),
            "init_kwh" => replacement?.Number("init_kwh") ?? _passport.Initial,
            "model" => _passport.Model,
            "sn" => replacement?.Number("serial") ?? _passport.Serial,
            "a" or "a0" => Shown(0, at, faults),
            "a1" => Shown(1, at, faults),
            "a2" => Shown(2, at, faults),
            "a012" => Shown(0, at, faults) + Shown(1, at, faults) + Shown(2, at, faults),
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "A meter has no such signal."),
        };
    }

    private decimal Shown(int phase, DateTimeOffset at, IReadOnlyList<Fault> faults) =>
        _phases[phase].At(at, faults) / (MillijoulesPerKilowattHour / _stepsPerKilowattHour) / (decimal)_stepsPerKilowattHour;
}
