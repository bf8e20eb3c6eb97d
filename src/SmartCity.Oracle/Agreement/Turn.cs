using SmartCity.Ethereum;

namespace SmartCity.Oracle;

/// <summary>Whose turn it is to lead. Pure. A round has one leader, who keeps it while hours go on; when none does, the next round's leader
/// takes over, and after the same time again the one after.</summary>
internal static class Turn
{
    /// <summary>The round a member may lead now; <c>null</c> when it is another's turn.</summary>
    /// <param name="set">The oracles.</param>
    /// <param name="self">The member.</param>
    /// <param name="promised">The highest round it answered.</param>
    /// <param name="leading">The round that it leads in this process; <c>null</c> when none.</param>
    /// <param name="standstill">How long hours have waited and none went on, nor a higher round was promised.</param>
    /// <param name="patience">How long a leader has before the next takes over.</param>
    public static ulong? RoundOf(
        OracleSet set, Address self, ulong promised, ulong? leading, TimeSpan standstill, TimeSpan patience)
    {
        ulong members = (ulong)set.Members.Count;
        if (set.LeaderOf(promised) == self)
        {
            // A round led before a restart is not gone on with: what was proposed in it is not known any more. All of round 0 is.
            return leading == promised || promised == 0 ? promised : promised + members;
        }
        ulong passed = (ulong)Math.Max(0, standstill.Ticks / patience.Ticks);
        return passed > 0 && set.LeaderOf(promised + passed) == self ? promised + passed : null;
    }
}
