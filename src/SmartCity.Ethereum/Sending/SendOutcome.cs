using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Transactions;

namespace SmartCity.Ethereum.Sending;

/// <summary>What became of a transaction that was to be sent. Closed.</summary>
public abstract record SendOutcome
{
    private SendOutcome()
    {
    }

    /// <summary>The node has the transaction. Whether a block takes it, and what it does there, its receipt tells.</summary>
    public sealed record Sent(SignedTransaction Transaction) : SendOutcome
    {
        /// <summary>The name of the transaction on the chain.</summary>
        public Hash32 Hash => Transaction.Hash;
    }

    /// <summary>The node will not have it; its nonce was given back.</summary>
    /// <param name="Reason">Why, for a person.</param>
    /// <param name="Error">The node's error; a <see cref="ContractRevertException"/> when the estimate showed that the contract
    /// would refuse. Null when the reason is not the node's.</param>
    public sealed record Refused(string Reason, RpcException? Error = null) : SendOutcome;

    /// <summary>It was given to the connection, and the node could not be asked what became of it. Ask for the hash before it is
    /// sent again; the same bytes may be sent again at any time.</summary>
    public sealed record Unknown(SignedTransaction Transaction, string Reason) : SendOutcome;
}
