using System.Collections.Frozen;

namespace SmartCity.Emulator.Faults;

/// <summary>An unchanging set of faults, found by the device they are laid on.</summary>
internal sealed class FaultSet
{
    /// <summary>How tags of heat substations begin.</summary>
    public const string SubstationPrefix = "itp_";

    private readonly FrozenDictionary<string, Fault[]> _byObject;
    private readonly Fault[] _everywhere;

    public FaultSet(IEnumerable<Fault> faults)
    {
        All = [.. faults.OrderBy(fault => fault.Id)];
        _everywhere = [.. All.Where(fault => fault.Target == FaultKinds.EverySubstation)];
        _byObject = All.GroupBy(fault => fault.TargetObject).ToFrozenDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>No faults.</summary>
    public static FaultSet Empty { get; } = new([]);

    /// <summary>All faults in the order they were made, ended ones included: history remembers them.</summary>
    public IReadOnlyList<Fault> All { get; }

    /// <summary>Faults laid on a device or its signals.</summary>
    public IReadOnlyList<Fault> On(string objectName)
    {
        IReadOnlyList<Fault> own = _byObject.TryGetValue(objectName, out Fault[]? faults) ? faults : [];
        return _everywhere.Length > 0 && objectName.StartsWith(SubstationPrefix, StringComparison.Ordinal)
            ? [.. own.Concat(_everywhere).OrderBy(fault => fault.Id)]
            : own;
    }
}
