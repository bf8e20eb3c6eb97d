using System.Globalization;
using System.Text.Json.Serialization;

namespace SmartCity.Emulator.Faults;

/// <summary>Something broken on purpose, in the source's time.</summary>
/// <param name="Id">Number, never used twice.</param>
/// <param name="Kind">One of <see cref="FaultKinds"/>.</param>
/// <param name="Target">An object (<c>m1_1</c>), a signal (<c>itp_1.t1</c>), or <c>api</c>.</param>
/// <param name="From">Start, inclusive.</param>
/// <param name="To">End, exclusive; <c>null</c> while nobody has ended it.</param>
/// <param name="Parameters">All fields of the kind with their values, as text.</param>
internal sealed record Fault(
    int Id, string Kind, string Target, DateTimeOffset From, DateTimeOffset? To, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>The object named by <see cref="Target"/>.</summary>
    [JsonIgnore]
    public string TargetObject => Target.Split('.')[0];

    /// <summary>Whether the fault acts at an instant.</summary>
    public bool Covers(DateTimeOffset at) => at >= From && (To is not { } to || at < to);

    /// <summary>Whether the fault is about this signal: it names the signal, or its whole object.</summary>
    public bool Concerns(string objectName, string signal) => Target == objectName || Target == $"{objectName}.{signal}"
        || (Target == FaultKinds.EverySubstation && objectName.StartsWith(FaultSet.SubstationPrefix, StringComparison.Ordinal));

    /// <summary>A numeric field of the kind.</summary>
    public decimal Number(string field) => decimal.Parse(Parameters[field], NumberStyles.Number, CultureInfo.InvariantCulture);
}
