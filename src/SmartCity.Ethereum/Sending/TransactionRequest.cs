using System.Numerics;

namespace SmartCity.Ethereum.Sending;

/// <summary>What a transaction shall do; nonce, fees and signature are the sender's business.</summary>
/// <param name="To">Who is called; null creates a contract.</param>
/// <param name="Data">The call, or the creation code.</param>
/// <param name="GasLimit">Gas that may be used at most. Null asks the node for an estimate on its newest state: give a limit when
/// the call depends on transactions that are still on their way.</param>
/// <param name="Value">Wei that move along.</param>
public sealed record TransactionRequest(Address? To, ReadOnlyMemory<byte> Data, ulong? GasLimit =
    null, BigInteger Value = default);
