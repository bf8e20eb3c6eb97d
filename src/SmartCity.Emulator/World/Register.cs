using SmartCity.Emulator.Faults;
using SmartCity.Emulator.Profiles;

namespace SmartCity.Emulator.World;

/// <summary>A cumulative register over a series, with what faults did to it.</summary>
/// <param name="series">What really flowed, from the start of history.</param>
/// <param name="start">Start of history.</param>
/// <param name="initial">The register at the start, in the series' unit.</param>
/// <param name="initialOfReplacement">The register of the new meter that a replacement fault brings, in the series' unit.</param>
internal sealed class Register(CumulativeSeries series, DateTimeOffset start, long initial, Func<Fault, long> initialOfReplacement)
{
    /// <summary>The register at an instant, in the series' unit. Faults act from their start only, and what a fault hid stays hidden.</summary>
    public long At(DateTimeOffset at, IReadOnlyList<Fault> faults)
    {
        long register = initial;
        DateTimeOffset since = start;
        foreach (DateTimeOffset boundary in Boundaries(at, faults))
        {
            register += Metered(since, boundary, faults);
            foreach (Fault fault in faults)
            {
                register = fault.From != boundary ? register : fault.Kind switch
                {
                    FaultKinds.ResetMeter => 0,
                    FaultKinds.ReplacedMeter => initialOfReplacement(fault),
                    _ => register,
                };
            }
            since = boundary;
        }
        return register + Metered(since, at, faults);
    }

    private IEnumerable<DateTimeOffset> Boundaries(DateTimeOffset at, IReadOnlyList<Fault> faults) => faults.Count == 0
        ? []
        : faults
            .Where(fault => fault.Kind is FaultKinds.ResetMeter or FaultKinds.ReplacedMeter or FaultKinds.StuckMeter or FaultKinds.Theft)
            .SelectMany(fault => fault.To is { } to ? new[] { fault.From, to } : [fault.From])
            .Where(instant => instant >= start && instant <= at)
            .Distinct()
            .Order();

    private long Metered(DateTimeOffset from, DateTimeOffset to, IReadOnlyList<Fault> faults)
    {
        long percent = 100;
        foreach (Fault fault in faults)
        {
            percent = !fault.Covers(from) ? percent : fault.Kind switch
            {
                FaultKinds.StuckMeter => 0,
                FaultKinds.Theft => Math.Min(percent, (long)fault.Number("percent")),
                _ => percent,
            };
        }
        long flowed = series.At(to) - series.At(from);
        return percent == 100 ? flowed : flowed * percent / 100;
    }
}
