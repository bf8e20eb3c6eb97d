using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Ethereum.Sending;

/// <summary>What a node's refusal of a transaction means.</summary>
internal enum NodeVerdict
{
    /// <summary>None of the others: the node will not have it.</summary>
    Refused,

    /// <summary>The node holds this very transaction.</summary>
    AlreadyKnown,

    /// <summary>The nonce is used up, too far ahead, or taken by another transaction that waits.</summary>
    StaleNonce,

    /// <summary>The fee is below what the node takes now.</summary>
    StaleFee,
}

/// <summary>Reads the words of Besu, Hardhat, anvil and geth: their codes differ and one code has many meanings.</summary>
internal static class NodeVerdicts
{
    private static readonly (string Words, NodeVerdict Verdict)[] Known =
    [
        ("already known", NodeVerdict.AlreadyKnown),
        ("known transaction", NodeVerdict.AlreadyKnown),
        ("already imported", NodeVerdict.AlreadyKnown),
        ("already exists", NodeVerdict.AlreadyKnown),
        ("nonce too low", NodeVerdict.StaleNonce),
        ("nonce too high", NodeVerdict.StaleNonce),
        ("nonce below", NodeVerdict.StaleNonce),
        ("too distant", NodeVerdict.StaleNonce),
        ("nonce gap", NodeVerdict.StaleNonce),
        ("underpriced", NodeVerdict.StaleNonce), // A replacement: another transaction has the nonce.
        ("replacement", NodeVerdict.StaleNonce),
        ("less than block base fee", NodeVerdict.StaleFee),
        ("below the next block's base fee", NodeVerdict.StaleFee),
        ("lower than the minimum", NodeVerdict.StaleFee),
        ("below current minimum", NodeVerdict.StaleFee),
        ("gas price too low", NodeVerdict.StaleFee),
        ("gas price below", NodeVerdict.StaleFee),
        ("below configured minimum", NodeVerdict.StaleFee),
    ];

    public static NodeVerdict Of(RpcException error)
    {
        foreach ((string words, NodeVerdict verdict) in Known)
        {
            if (error.RpcMessage.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return verdict;
            }
        }
        return NodeVerdict.Refused;
    }
}
