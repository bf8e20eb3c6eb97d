using System.Numerics;

namespace SmartCity.Ethereum.JsonRpc;

/// <summary>The head of a block.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="ParentHash">Hash of the block before.</param>
/// <param name="Timestamp">Unix seconds.</param>
/// <param name="GasLimit">Gas that all transactions together may use.</param>
/// <param name="GasUsed">Gas they used.</param>
/// <param name="BaseFeePerGas">Wei a unit of gas; null on chains without EIP-1559.</param>
public sealed record EthBlock(
    ulong Number, Hash32 Hash, Hash32 ParentHash, ulong Timestamp, ulong GasLimit, ulong GasUsed, BigInteger? BaseFeePerGas =
        null);

/// <summary>A node that has not caught up with its chain.</summary>
/// <param name="CurrentBlock">Number of the newest block that it has.</param>
/// <param name="HighestBlock">Number of the newest block that it has heard of.</param>
public sealed record EthSyncProgress(ulong CurrentBlock, ulong HighestBlock);

/// <summary>What a contract wrote into the log of a transaction.</summary>
/// <param name="Address">The contract.</param>
/// <param name="Topics">Up to four: the event's hash and its indexed parameters.</param>
/// <param name="Data">The other parameters.</param>
/// <param name="BlockNumber">The block.</param>
/// <param name="BlockHash">Hash of the block.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="TransactionIndex">Its place in the block.</param>
/// <param name="LogIndex">Place of the log in the block.</param>
/// <param name="Removed">Has a reorganisation taken the log back?</param>
public sealed record EthLog(
    Address Address, IReadOnlyList<Hash32> Topics, ReadOnlyMemory<byte> Data, ulong BlockNumber, Hash32 BlockHash,
    Hash32 TransactionHash, ulong TransactionIndex, ulong LogIndex, bool Removed = false);

/// <summary>What a transaction did.</summary>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="TransactionIndex">Its place in the block.</param>
/// <param name="BlockNumber">The block.</param>
/// <param name="BlockHash">Hash of the block.</param>
/// <param name="From">Who sent it.</param>
/// <param name="To">Who was called; null when a contract was created.</param>
/// <param name="ContractAddress">The contract that was created.</param>
/// <param name="GasUsed">Gas it used.</param>
/// <param name="CumulativeGasUsed">Gas used in the block up to and with it.</param>
/// <param name="Status">1 done, 0 reverted.</param>
/// <param name="Logs">What it wrote.</param>
/// <param name="EffectiveGasPrice">Wei a unit of gas that were paid.</param>
public sealed record TransactionReceipt(
    Hash32 TransactionHash, ulong TransactionIndex, ulong BlockNumber, Hash32 BlockHash, Address From, Address? To,
    Address? ContractAddress, ulong GasUsed, ulong CumulativeGasUsed, ulong Status, IReadOnlyList<EthLog> Logs,
    BigInteger? EffectiveGasPrice = null)
{
    /// <summary>Was the transaction carried out (and not reverted)?</summary>
    public bool IsSuccess => Status == 1;
}

/// <summary>A transaction that a node knows.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Nonce">The sender's count of earlier transactions.</param>
/// <param name="From">Who sent it.</param>
/// <param name="To">Who is called; null when a contract is created.</param>
/// <param name="Value">Wei moved.</param>
/// <param name="Gas">Gas limit.</param>
/// <param name="Input">The call.</param>
/// <param name="BlockNumber">The block; null while it waits.</param>
/// <param name="BlockHash">Hash of the block; null while it waits.</param>
/// <param name="GasPrice">Wei a unit of gas; of an EIP-1559 transaction what it pays at present.</param>
/// <param name="MaxFeePerGas">The most wei a unit of gas; null for a legacy transaction.</param>
/// <param name="MaxPriorityFeePerGas">The tip in wei a unit of gas; null for a legacy transaction.</param>
public sealed record EthTransactionInfo(
    Hash32 Hash, ulong Nonce, Address From, Address? To, BigInteger Value, ulong Gas, ReadOnlyMemory<byte> Input,
    ulong? BlockNumber = null, Hash32? BlockHash = null, BigInteger? GasPrice = null, BigInteger? MaxFeePerGas = null,
    BigInteger? MaxPriorityFeePerGas = null);

/// <summary>A call that is tried without a transaction.</summary>
/// <param name="To">The contract; null tries creation code.</param>
/// <param name="Data">Selector and arguments.</param>
/// <param name="From">Who calls; null is the zero address.</param>
/// <param name="Value">Wei sent along.</param>
/// <param name="Gas">Gas limit; null leaves it to the node.</param>
public sealed record CallRequest(
    Address? To, ReadOnlyMemory<byte> Data, Address? From = null, BigInteger? Value = null, ulong? Gas = null);

/// <summary>Which logs are wanted.</summary>
/// <param name="Addresses">Contracts; empty is all.</param>
/// <param name="Topics">For each place the topics that are wanted there; an empty list there is any.</param>
/// <param name="FromBlock">First block.</param>
/// <param name="ToBlock">Last block, included.</param>
public sealed record LogFilter(
    IReadOnlyList<Address> Addresses, IReadOnlyList<IReadOnlyList<Hash32>> Topics, ulong FromBlock, ulong ToBlock);
