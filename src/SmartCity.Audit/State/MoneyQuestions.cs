using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Credits, penalties, disputes, balances and tokens.</summary>
internal static class MoneyQuestions
{
    public static IEnumerable<Expectation> Of(Replay replay) => [.. Accounts(replay), .. Disputes(replay), .. Totals(replay)];

    private static IEnumerable<Expectation> Accounts(Replay replay)
    {
        SettlementContract settlement = replay.History.Contracts.Settlement;
        foreach (Hash32 account in replay.Accounts.Accounts.ById.Keys)
        {
            yield return Expectation.Of(
                settlement.CreditOf(account), replay.Money.CreditOf(account), AuditRule.State, $"credit of account {account}");
            yield return Expectation.OfList(
                settlement.PendingPenaltyOf(account), replay.Penalties.PendingOf(account), AuditRule.Penalties,
                $"pending penalties of account {account}");
        }
    }

    private static IEnumerable<Expectation> Disputes(Replay replay)
    {
        foreach ((LineKey line, AuditedDispute dispute) in replay.Money.Disputes)
        {
            yield return Expectation.That(
                replay.History.Contracts.Settlement.DisputeOf(line.Account, line.Period.Value, (BillingContract.Service)line.Service),
                found => found.State == dispute.State && found.Amount == dispute.Amount && found.Escrow == dispute.Escrow
                    && found.Conceded == dispute.Conceded && found.Deadline == dispute.Deadline,
                AuditRule.State,
                $"dispute of {line}");
        }
    }

    private static IEnumerable<Expectation> Totals(Replay replay)
    {
        CityAddresses contracts = replay.History.Contracts;
        foreach ((ushort provider, ulong balance) in replay.Money.Balances)
        {
            yield return Expectation.Of(
                contracts.Settlement.BalanceOf(provider), balance, AuditRule.State, $"balance of provider {provider}");
        }
        Address settlement = contracts.Settlement.Address;
        yield return Expectation.Of(
            contracts.Settlement.IsNettingPaused(), replay.Pauses.IsNettingPaused, AuditRule.State, "pause of netting");
        yield return Expectation.Of(
            contracts.Settlement.LastRound(), replay.Tokens.LastRound, AuditRule.Netting, "number of the last netting round");
        yield return Expectation.Of(
            contracts.Settlement.TotalEscrow(), replay.Tokens.Escrow, AuditRule.Conservation, "all that is held in escrow");
        yield return Expectation.Of(
            contracts.SettlementRouble.BalanceOf(settlement), replay.Tokens.TokensOf(settlement), AuditRule.Conservation,
            "tokens of Settlement");
        yield return Expectation.Of(
            contracts.SettlementRouble.TotalSupply(), replay.Tokens.Supply, AuditRule.Conservation, "supply of tokens");
    }
}
