using SmartCity.Ethereum;

namespace SmartCity.Oracle;

/// <summary>The oracles that the ledger knows.</summary>
/// <param name="Members">Addresses, ascending.</param>
/// <param name="Threshold">How many must sign; k of n.</param>
/// <param name="Config">What signatures are bound to.</param>
/// <param name="Suspended">Members whose signatures count no more.</param>
internal sealed record OracleSet(IReadOnlyList<Address> Members, int Threshold, Hash32 Config, IReadOnlySet<Address> Suspended)
{
    /// <summary>Must several sign?</summary>
    public bool IsShared => Threshold > 1;

    /// <summary>Do any two groups of k have a member in common? Without that two batches could each find its k signatures.</summary>
    public bool IsMajority => 2 * Threshold > Members.Count;

    /// <summary>Does a member's signature count?</summary>
    public bool Counts(Address member) => Members.Contains(member) && !Suspended.Contains(member);

    /// <summary>Who leads a round.</summary>
    public Address LeaderOf(ulong round) => Members[(int)(round % (ulong)Members.Count)];
}
