using SmartCity.Domain;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>
/// The meters that measured a channel one after another, and what was reported of them: from which hour on a period's readings
/// do not count (ПП 354, п. 59, 60, 81(12)).
/// </summary>
internal sealed class MeterLife
{
    private static readonly DateOnly Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch);

    private readonly List<MeterRegistryContract.InstalledMeter> _meters = [];
    private readonly List<MeterRegistryContract.FaultReport> _faults = [];

    /// <summary>The meters in order, each with its first hour; one of class 0 stands for none.</summary>
    public IReadOnlyList<MeterRegistryContract.InstalledMeter> Meters => _meters;

    /// <summary>The reports in order.</summary>
    public IReadOnlyList<MeterRegistryContract.FaultReport> Faults => _faults;

    /// <summary>Another meter measures from an hour on.</summary>
    public void Install(Hour from, MeterRegistryContract.Meter meter) => _meters.Add(new(meter, from.Value));

    /// <summary>The meter is taken away.</summary>
    public void Remove(Hour from) => _meters.Add(new(new(0, Ethereum.Hash32.Zero, 0, 0, 0, 0, 0), from.Value));

    /// <summary>The meter is out of order from an hour on, or in order again.</summary>
    public void Report(Hour from, MeterRegistryContract.Fault fault) => _faults.Add(new(from.Value, fault));

    /// <summary>The first hour of a stretch that does not count, and why; <c>null</c> if all count.</summary>
    /// <remarks>Of two reasons that begin with the same hour a fault that was reported is named before an expiry.</remarks>
    /// <param name="start">First hour of the stretch.</param>
    /// <param name="end">First hour after it.</param>
    /// <param name="calendar">The city's calendar.</param>
    public (Hour From, MeterFault Fault)? UnusableFrom(Hour start, Hour end, CityCalendar calendar)
    {
        (Hour From, MeterFault Fault)? first = null;
        for (int i = 0; i < _meters.Count; i++)
        {
            Hour installed = new(_meters[i].FromHour);
            Hour removed = i + 1 < _meters.Count ? new(_meters[i + 1].FromHour) : end;
            foreach ((Hour from, Hour to, MeterFault fault) in Unusable(_meters[i].Meter, installed, removed, calendar))
            {
                Hour begin = from < start ? start : from;
                bool isInside = begin < (to < end ? to : end);
                if (isInside && (first is null || begin < first.Value.From))
                {
                    first = (begin, fault);
                }
            }
        }
        return first;
    }

    private IEnumerable<(Hour From, Hour To, MeterFault Fault)> Unusable(
        MeterRegistryContract.Meter meter, Hour installed, Hour removed, CityCalendar calendar)
    {
        if (meter.VerificationInterval == 0)
        {
            yield return (installed, removed, MeterFault.Absent);
            yield break;
        }
        for (int i = 0; i < _faults.Count; i++)
        {
            Hour from = new(_faults[i].FromHour);
            if (_faults[i].Fault != MeterRegistryContract.Fault.None && from >= installed)
            {
                Hour next = i + 1 < _faults.Count ? new(_faults[i + 1].FromHour) : removed;
                yield return (from, next < removed ? next : removed, FaultOf(_faults[i].Fault));
            }
        }
        DateOnly expires = Epoch.AddDays((int)meter.VerifiedOn).AddMonths(meter.VerificationInterval);
        Hour expiry = Hour.Containing(new(expires, TimeOnly.MinValue, calendar.UtcOffset));
        yield return (expiry < installed ? installed : expiry, removed, MeterFault.VerificationExpired);
    }

    private static MeterFault FaultOf(MeterRegistryContract.Fault fault) => fault switch
    {
        MeterRegistryContract.Fault.Broken => MeterFault.Broken,
        MeterRegistryContract.Fault.AccessRefused => MeterFault.AccessRefused,
        _ => throw new ArgumentException($"{fault} is not reported: the registry knows it itself."),
    };
}
