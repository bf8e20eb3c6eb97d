using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Portal;

/// <summary>What became of money that a person sent. Closed: every page says something to each.</summary>
internal abstract record MoneyOutcome
{
    private MoneyOutcome()
    {
    }

    /// <summary>It is on the chain.</summary>
    /// <param name="Block">The block.</param>
    /// <param name="Transaction">The transaction.</param>
    public sealed record Done(ulong Block, Hash32 Transaction) : MoneyOutcome;

    /// <summary>The same order was carried out before: nothing was sent again.</summary>
    public sealed record Repeated : MoneyOutcome;

    /// <summary>The provider's share is smaller than what was asked for. Nothing was done.</summary>
    /// <param name="Available">What there is.</param>
    public sealed record TooMuch(Kopecks Available) : MoneyOutcome;

    /// <summary>Nothing was done.</summary>
    /// <param name="IsChainAway">Is it that the chain did not answer?</param>
    public sealed record Refused(bool IsChainAway) : MoneyOutcome;

    /// <summary>It was sent and no answer came: it may be on the chain or not.</summary>
    public sealed record Unknown : MoneyOutcome;

    /// <summary>What an exception of sending means for the person who sent money.</summary>
    public static MoneyOutcome Of(Exception exception) => exception switch
    {
        ContractRefusedException { Error: ContractError.SettlementRoubleReferenceUsed } => new Repeated(),
        ContractRefusedException { Error: ContractError.SettlementInsufficientBalance lacking } => new TooMuch(new(lacking.Balance)),
        ContractRefusedException => new Refused(IsChainAway: false),
        RpcTransportException away => away.WasSent ? new Unknown() : new Refused(IsChainAway: true),
        LedgerException => new Unknown(),
        _ => new Refused(IsChainAway: false),
    };
}
