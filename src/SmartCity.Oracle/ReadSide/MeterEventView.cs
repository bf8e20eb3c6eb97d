using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>What happened to a meter.</summary>
public enum MeterEventKind
{
    /// <summary>No good value at the end of the hour: the hour is stated missing.</summary>
    Missing = 1,

    /// <summary>Values are back: the hour took its share of the difference over the whole gap.</summary>
    Returned = 2,

    /// <summary>A value that cannot be: above what the meter is rated for, or a fall that may be one bad reading. The hour is stated missing.</summary>
    Implausible = 3,

    /// <summary>The register began anew, lower than before: intervals go on from the new value.</summary>
    Reset = 4,

    /// <summary>Another serial number: intervals go on from the new meter's register.</summary>
    Replaced = 5,

    /// <summary>The register passed its last digit and went on from zero.</summary>
    Rollover = 6,

    /// <summary>The register jumped up and stayed: intervals go on from the new value.</summary>
    Jumped = 7,

    /// <summary>The chain holds hours that this journal lost: the register on the chain was taken as the base.</summary>
    AdoptedFromChain = 8,

    /// <summary>A phase of the group does not balance: theft, loss or a wrong meter.</summary>
    Imbalance = 9,

    /// <summary>Values came after hours were stated, within 72 hours: a correction puts them on the chain.</summary>
    CameLate = 10,

    /// <summary>Values came more than 72 hours after their hours were stated, or have no use: they are kept here and change nothing.</summary>
    CameTooLate = 11,

    /// <summary>The register stands still although the balance of its phase says that energy passes: what it showed is stated as it is.</summary>
    Frozen = 12,

    /// <summary>The source's clock differs from ours, or a value is from the future: it is not used before its time has come.</summary>
    ClockSkew = 13,

    /// <summary>Heat is taken from the meter's energy register from now on, not computed from water and temperatures.</summary>
    EnergyRegister = 14,
}

/// <summary>An event of a meter, journaled when an hour was closed.</summary>
/// <param name="Id">The journal's number, ascending.</param>
/// <param name="Hour">The hour it belongs to.</param>
/// <param name="SourceObject">Tag of the source's object, e.g. <c>m3_1</c>; for an imbalance the parent meter's.</param>
/// <param name="Signal">Tag of the signal, e.g. <c>a0</c>.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Detail">In words and figures.</param>
/// <param name="RecordedAt">When it was journaled, by the oracle's clock.</param>
public sealed record MeterEventView(
    long Id, Hour Hour, string SourceObject, string Signal, MeterEventKind Kind, string Detail, DateTimeOffset RecordedAt);
