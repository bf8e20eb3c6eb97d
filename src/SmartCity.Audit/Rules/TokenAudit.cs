using System.Numerics;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Replays the movements of the settlement rouble and the rounds of netting: nothing comes from nowhere.</summary>
internal sealed class TokenAudit(MoneyBook money, Address settlement, AuditLog log)
{
    private readonly Dictionary<Address, BigInteger> _tokens = [];
    private readonly Dictionary<Movement, int> _untold = [];
    private readonly HashSet<Hash32> _netted = [];
    private readonly List<(ulong Round, MutualObligation Obligation)> _round = [];

    /// <summary>Tokens in existence.</summary>
    public BigInteger Supply { get; private set; }

    /// <summary>Number of the last netting round.</summary>
    public ulong LastRound { get; private set; }

    /// <summary>Everything that is held in escrow.</summary>
    public ulong Escrow => money.Disputes.Values.Aggregate(0UL, (sum, dispute) => sum + dispute.Escrow);

    /// <summary>Tokens of an address.</summary>
    public BigInteger TokensOf(Address address) => _tokens.GetValueOrDefault(address);

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case SettlementRoubleEvent.Transfer transfer:
                Count(entry, transfer.From, transfer.To, transfer.Value, -1);
                Move(transfer, entry.Where);
                break;
            case SettlementRoubleEvent.Minted minted:
                Count(entry, Address.Zero, minted.To, minted.Amount, 1);
                break;
            case SettlementRoubleEvent.Burnt burnt:
                Count(entry, burnt.From, Address.Zero, burnt.Amount, 1);
                break;
            case SettlementEvent.PaymentReceived received:
                Count(entry, received.Payer, settlement, received.Amount, 1);
                break;
            case SettlementEvent.Refunded refunded:
                Count(entry, settlement, refunded.To, refunded.Amount, 1);
                break;
            case SettlementEvent.Withdrawn withdrawn:
                Count(entry, settlement, withdrawn.Payee, withdrawn.Amount, 1);
                break;
            case SettlementEvent.ObligationNetted netted:
                log[AuditRule.Netting].That(
                    _netted.Add(netted.Obligation), () => $"{entry.Where}: obligation {netted.Obligation} was netted twice");
                _round.Add((netted.Round, new(netted.Debtor, netted.Creditor, new(netted.Amount))));
                break;
            case SettlementEvent.RoundNetted round:
                Settle(round, entry.Where);
                break;
        }
    }

    /// <summary>What can be said only at the end.</summary>
    public void Finish()
    {
        BigInteger owed = money.Balances.Values.Concat(money.Credits.Values).Append(Escrow)
            .Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);
        log[AuditRule.Conservation].Equal(
            TokensOf(settlement), owed, () => "tokens of Settlement against providers' balances, credits and escrow");
        log[AuditRule.Conservation].Equal(
            _tokens.Values.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount), Supply, () => "tokens of all holders against the supply");
        foreach ((Movement movement, int count) in _untold)
        {
            // Whoever has tokens may give them to anybody; made, destroyed or paid out by Settlement they are told of.
            bool mustBeTold = movement.From == Address.Zero || movement.To == Address.Zero || movement.From == settlement;
            log[AuditRule.Conservation].That(
                count == 0 || (count < 0 && !mustBeTold),
                () => $"{movement}: told {(count > 0 ? "and not moved" : "of nowhere")}");
        }
    }

    /// <summary>What is told of tokens and what moves them stand in one transaction, in either order.</summary>
    private void Count(Entry<ContractEvent> entry, Address from, Address to, BigInteger amount, int change)
    {
        Movement movement = new(entry.Log.TransactionHash, from, to, amount);
        _untold[movement] = _untold.GetValueOrDefault(movement) + change;
    }

    private void Settle(SettlementEvent.RoundNetted round, string where)
    {
        Findings findings = log[AuditRule.Netting];
        findings.Equal(round.Round, LastRound + 1, () => $"{where}, number of the round");
        findings.That(
            _round.All(netted => netted.Round == round.Round), () => $"{where}: round {round.Round} has obligations of another round");
        LastRound = round.Round;
        IReadOnlyDictionary<ushort, NetPosition> positions =
            NettingRound.Of([.. _round.Select(netted => netted.Obligation)]).Positions;
        _round.Clear();
        findings.That(
            round.Providers.Zip(round.Nets).OrderBy(told => told.First)
                .SequenceEqual(positions.OrderBy(position => position.Key).Select(position => (position.Key, (BigInteger)NetOf(position.Value)))),
            () => $"{where}: round {round.Round} moved {string.Join(", ", round.Nets)}, computed {string.Join(", ", positions)}");
        foreach ((ushort provider, NetPosition position) in positions)
        {
            // A debtor's balance is used first; what it lacks comes from its payee's tokens, whose transfer is in the log as well.
            Int128 left = (Int128)money.Balances.GetValueOrDefault(provider) + NetOf(position);
            money.Balances[provider] = (ulong)Int128.Max(left, 0);
        }
    }

    private static Int128 NetOf(NetPosition position) => (Int128)position.Gets.Value - position.Pays.Value;

    private void Move(SettlementRoubleEvent.Transfer transfer, string where)
    {
        if (transfer.From == Address.Zero)
        {
            Supply += transfer.Value;
        }
        else
        {
            _tokens[transfer.From] = TokensOf(transfer.From) - transfer.Value;
            log[AuditRule.Conservation].That(
                TokensOf(transfer.From).Sign >= 0, () => $"{where}: {transfer.From} gave {transfer.Value}, more than it had");
        }
        if (transfer.To == Address.Zero)
        {
            Supply -= transfer.Value;
        }
        else
        {
            _tokens[transfer.To] = TokensOf(transfer.To) + transfer.Value;
        }
    }

    private readonly record struct Movement(Hash32 Transaction, Address From, Address To, BigInteger Amount)
    {
        public override string ToString() => $"transaction {Transaction}, {Amount} from {From} to {To}";
    }
}
