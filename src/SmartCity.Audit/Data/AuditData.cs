using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Audit;

/// <summary>
/// All that an audit reads: every log of the city's contracts, the times of blocks, and what the contracts answer about their state
/// at the last block.
/// Taken from a node once; it can be kept in a file, given to anybody, and audited again without a node.
/// </summary>
/// <param name="ChainId">Chain the data are of.</param>
/// <param name="Directory">The city's directory of contracts, the one address an auditor must know.</param>
/// <param name="LastBlock">Last block read.</param>
/// <param name="Logs">Logs in the order of the chain.</param>
/// <param name="BlockTimes">
/// Unix seconds by number of block, of all blocks with logs of other contracts than the ReadingLedger: penalties are counted by days, and
/// no log tells its day.
/// </param>
/// <param name="State">Answers to questions of state at the last block.</param>
public sealed record AuditData(
    ulong ChainId,
    Address Directory,
    ulong LastBlock,
    IReadOnlyList<EthLog> Logs,
    IReadOnlyDictionary<ulong, ulong> BlockTimes,
    IReadOnlyDictionary<StateQuestion, byte[]> State);

/// <summary>A question to a contract.</summary>
/// <param name="Contract">Whom.</param>
/// <param name="Call">Selector and arguments, hexadecimal.</param>
public readonly record struct StateQuestion(Address Contract, string Call)
{
    /// <summary>The question that a call asks.</summary>
    public static StateQuestion Of(Address contract, ReadOnlyMemory<byte> call) => new(contract, Convert.ToHexStringLower(call.Span));
}
