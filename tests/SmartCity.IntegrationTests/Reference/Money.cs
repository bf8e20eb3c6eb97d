using System.Numerics;

namespace SmartCity.IntegrationTests.Reference;

internal enum DisputeStatus
{
    Open,
    Conceded,
    Rejected,
    Withdrawn,
    Defaulted,
}

/// <summary>A dispute of a bill's line; amounts in kopecks.</summary>
internal sealed class Dispute
{
    public DisputeStatus Status { get; set; } = DisputeStatus.Open;

    /// <summary>What is disputed still.</summary>
    public BigInteger Amount { get; set; }

    /// <summary>What of it is paid and held.</summary>
    public BigInteger Escrow { get; set; }

    public long Deadline { get; init; }
}

/// <summary>A line of a bill that is owed: service by service.</summary>
internal sealed class Owed(Bill bill, int service)
{
    public Bill Bill => bill;

    public int Service => service;

    /// <summary>Escrow included.</summary>
    public BigInteger Paid { get; set; }

    public BigInteger Conceded { get; set; }

    public Dispute? Dispute { get; set; }

    /// <summary>The exact penalty so far, and the last day it is for.</summary>
    public Rational Penalty { get; set; } = Rational.Zero;

    public long AccruedOn { get; set; } = bill.DueOn;

    /// <summary>Whole kopecks of it that were put on the account.</summary>
    public BigInteger PenaltyGiven { get; set; }

    public BigInteger Outstanding => bill.Amounts[service] - Paid - Conceded;

    public BigInteger DisputedOutstanding => Dispute is { Status: DisputeStatus.Open } open ? open.Amount - open.Escrow : 0;

    public BigInteger UndisputedOutstanding => Outstanding - DisputedOutstanding;
}

/// <summary>Payments, credits, escrow, penalties, balances.</summary>
internal sealed class Money(Func<int, PublishTariff> tariffOf, LocalTime time)
{
    private const int Services = 6;
    private const int Principals = 3;
    private const int DaysToAnswer = 30;

    private readonly List<Owed> _owed = [];
    private readonly Dictionary<int, BigInteger> _credits = [];
    private readonly Dictionary<int, BigInteger> _balances = [];
    private readonly Dictionary<int, BigInteger> _wallets = [];
    private readonly Dictionary<(int Account, int Service), BigInteger> _pendingPenalties = [];

    public IReadOnlyList<Owed> Lines => _owed;

    public BigInteger CreditOf(int account) => _credits.GetValueOrDefault(account);

    public BigInteger BalanceOf(int provider) => _balances.GetValueOrDefault(provider);

    /// <summary>What a provider's payee has in its own hands.</summary>
    public BigInteger WalletOf(int provider) => _wallets.GetValueOrDefault(provider);

    /// <summary>Penalty that waits for the next bill.</summary>
    public BigInteger PendingPenaltyOf(int account, int service) => _pendingPenalties.GetValueOrDefault((account, service));

    public BigInteger DebtOf(int account) => Sum(_owed.Where(line => line.Bill.Account == account).Select(line => line.Outstanding));

    public BigInteger TotalBalances => Sum(_balances.Values);

    public BigInteger TotalCredits => Sum(_credits.Values);

    public BigInteger TotalEscrow => Sum(_owed.Select(line => line.Dispute?.Escrow ?? 0));

    /// <summary>What Settlement must hold: all that was paid in and neither withdrawn nor refunded.</summary>
    public BigInteger Held { get; private set; }

    public Owed LineOf(int account, int period, int service) =>
        _owed.SingleOrDefault(line => line.Bill.Account == account && line.Bill.Period == period && line.Service == service)
        ?? throw new RefusedException($"account {account} has no bill of period {period}");

    /// <summary>The penalties that the next bill takes, by service of principal.</summary>
    public BigInteger[] TakePenalties(int account)
    {
        BigInteger[] taken = [.. Enumerable.Range(0, Principals).Select(service => PendingPenaltyOf(account, service))];
        for (int service = 0; service < Principals; service++)
        {
            _pendingPenalties.Remove((account, service));
        }
        return taken;
    }

    /// <summary>A bill is owed from now on, and the account's credit used for it.</summary>
    public void Owe(Bill bill, long at)
    {
        _owed.AddRange(Enumerable.Range(0, Services).Select(service => new Owed(bill, service)));
        UseCredit(bill.Account, at);
    }

    public void Apply(Pay command)
    {
        Require(command.Amount > 0, "an amount");
        Held += command.Amount;
        _credits[command.Account] = CreditOf(command.Account) + command.Amount;
        UseCredit(command.Account, command.At);
    }

    public void Apply(Refund command)
    {
        UseCredit(command.Account, command.At);
        Require(command.Amount > 0 && command.Amount <= CreditOf(command.Account), "no more than the credit");
        _credits[command.Account] -= command.Amount;
        Held -= command.Amount;
    }

    public void Apply(AccruePenalties command)
    {
        foreach (Bill bill in _owed.Select(line => line.Bill).Distinct().Where(bill => command.Accounts.Contains(bill.Account)).ToArray())
        {
            Accrue(bill, command.At);
        }
    }

    public void Apply(OpenDispute command)
    {
        Owed line = LineOf(command.Account, command.Period, command.Service);
        Require(line.Dispute is null, "a line is disputed once");
        Require(command.Amount > 0 && command.Amount <= line.Outstanding, "no more than is outstanding");
        Accrue(line.Bill, command.At);
        line.Dispute = new() { Amount = command.Amount, Deadline = command.At + DaysToAnswer * 86_400L };
    }

    public void Apply(Concede command) =>
        Reduce(LineOf(command.Account, command.Period, command.Service), command.Amount, DisputeStatus.Conceded, command.At);

    public void Apply(SettleDispute command)
    {
        Owed line = LineOf(command.Account, command.Period, command.Service);
        Require(OpenOf(line).Deadline < command.At, "the provider has time to answer");
        Reduce(line, line.Dispute!.Amount, DisputeStatus.Defaulted, command.At);
    }

    public void Apply(Reject command)
    {
        Owed line = LineOf(command.Account, command.Period, command.Service);
        Require(OpenOf(line).Deadline >= command.At, "the provider's time is over");
        Release(line, DisputeStatus.Rejected, command.At);
    }

    public void Apply(WithdrawDispute command) =>
        Release(LineOf(command.Account, command.Period, command.Service), DisputeStatus.Withdrawn, command.At);

    public void Apply(Withdraw command)
    {
        Require(command.Amount > 0 && command.Amount <= BalanceOf(command.Provider), "no more than the balance");
        _balances[command.Provider] -= command.Amount;
        _wallets[command.Provider] = WalletOf(command.Provider) + command.Amount;
        Held -= command.Amount;
    }

    public void Apply(Fund command) => _wallets[command.Provider] = WalletOf(command.Provider) + command.Amount;

    public void Apply(Net command)
    {
        Dictionary<int, BigInteger> positions = [];
        foreach (Obligation obligation in command.Obligations)
        {
            Require(obligation.Amount > 0 && obligation.Debtor != obligation.Creditor, "an obligation between two");
            positions[obligation.Debtor] = positions.GetValueOrDefault(obligation.Debtor) - obligation.Amount;
            positions[obligation.Creditor] = positions.GetValueOrDefault(obligation.Creditor) + obligation.Amount;
        }
        foreach ((int provider, BigInteger position) in positions)
        {
            Require(BalanceOf(provider) + WalletOf(provider) + position >= 0, $"provider {provider} cannot pay {-position}");
        }
        foreach ((int provider, BigInteger position) in positions)
        {
            BigInteger fromWallet = BigInteger.Max(0, -position - BalanceOf(provider));
            _wallets[provider] = WalletOf(provider) - fromWallet;
            _balances[provider] = BalanceOf(provider) + position + fromWallet;
            Held += fromWallet;
        }
    }

    /// <summary>Pays what nobody disputes, the oldest bill first, then what is disputed, into escrow.</summary>
    private void UseCredit(int account, long at)
    {
        Owed[][] bills = [.. _owed.Where(line => line.Bill.Account == account)
            .GroupBy(line => line.Bill.Period).OrderBy(bill => bill.Key).Select(bill => bill.ToArray())];
        foreach (bool disputed in new[] { false, true })
        {
            foreach (Owed[] bill in bills)
            {
                Divide(account, [.. bill.Where(line => line.Service < Principals)], disputed, at);
                Divide(account, [.. bill.Where(line => line.Service >= Principals)], disputed, at);
            }
        }
    }

    /// <summary>Part of the credit among lines in proportion to what is outstanding: floors, then a kopeck each to the greatest remainders.</summary>
    private void Divide(int account, Owed[] lines, bool disputed, long at)
    {
        BigInteger[] weights = [.. lines.Select(line => disputed ? line.DisputedOutstanding : line.UndisputedOutstanding)];
        BigInteger whole = Sum(weights);
        BigInteger amount = BigInteger.Min(CreditOf(account), whole);
        if (amount.IsZero)
        {
            return;
        }
        if (!disputed)
        {
            Accrue(lines[0].Bill, at);
        }
        Rational[] exact = [.. weights.Select(weight => new Rational(amount * weight, whole))];
        BigInteger[] parts = [.. exact.Select(part => part.Floor())];
        int[] byRemainder = [.. Enumerable.Range(0, parts.Length)
            .OrderByDescending(i => (amount * weights[i]) % whole).ThenBy(i => i).Take((int)(amount - Sum(parts)))];
        foreach (int i in byRemainder)
        {
            parts[i] += 1;
        }
        foreach ((Owed line, BigInteger part) in lines.Zip(parts).Where(pair => !pair.Second.IsZero))
        {
            line.Paid += part;
            if (disputed)
            {
                line.Dispute!.Escrow += part;
            }
            else
            {
                Credit(line, part);
            }
        }
        _credits[account] -= amount;
    }

    /// <summary>
    /// Penalty day by day up to today on what is outstanding of a bill's principals and nobody disputes; whole new kopecks wait for the
    /// next bill. Asked for whenever that is about to change.
    /// </summary>
    private void Accrue(Bill bill, long at)
    {
        foreach (Owed line in _owed.Where(line => line.Bill == bill && line.Service < Principals))
        {
            Accrue(line, time.DayOfSecond(at));
        }
    }

    private void Accrue(Owed line, long today)
    {
        for (long day = line.AccruedOn + 1; day <= today; day++)
        {
            long late = day - line.Bill.DueOn;
            if (late > 30)
            {
                Rational rate = new(tariffOf(PeriodOfDay(day)).PenaltyRate, 10_000);
                line.Penalty += line.UndisputedOutstanding * rate * new Rational(1, late <= 90 ? 300 : 130);
                // Kept short by its greatest denominator: 10,000 × 3,900.
                line.Penalty = new((line.Penalty * 39_000_000).Floor(), 39_000_000);
            }
        }
        line.AccruedOn = Math.Max(line.AccruedOn, today);
        BigInteger due = line.Penalty.HalfUp() - line.PenaltyGiven;
        line.PenaltyGiven += due;
        _pendingPenalties[(line.Bill.Account, line.Service)] = PendingPenaltyOf(line.Bill.Account, line.Service) + due;
    }

    private void Reduce(Owed line, BigInteger amount, DisputeStatus status, long at)
    {
        Dispute dispute = OpenOf(line);
        Require(amount > 0 && amount <= dispute.Amount, "no more than is disputed");
        dispute.Amount -= amount;
        line.Conceded += amount;
        BigInteger released = BigInteger.Max(0, dispute.Escrow - dispute.Amount);
        dispute.Escrow -= released;
        line.Paid -= released;
        if (dispute.Amount.IsZero)
        {
            dispute.Status = status;
        }
        _credits[line.Bill.Account] = CreditOf(line.Bill.Account) + released;
        UseCredit(line.Bill.Account, at);
    }

    private void Release(Owed line, DisputeStatus status, long at)
    {
        Dispute dispute = OpenOf(line);
        Accrue(line.Bill, at);
        Credit(line, dispute.Escrow);
        (dispute.Status, dispute.Amount, dispute.Escrow) = (status, 0, 0);
    }

    private static Dispute OpenOf(Owed line) => line.Dispute is { Status: DisputeStatus.Open } open
        ? open
        : throw new RefusedException("the line is not disputed");

    private void Credit(Owed line, BigInteger amount)
    {
        PublishTariff tariff = tariffOf(line.Bill.Period);
        int provider = (line.Service % Principals) switch
        {
            0 => tariff.ElectricityProvider,
            1 => tariff.CommonNeedsProvider,
            _ => tariff.HeatProvider,
        };
        _balances[provider] = BalanceOf(provider) + amount;
    }

    private static int PeriodOfDay(long day)
    {
        DateOnly date = new DateOnly(1970, 1, 1).AddDays((int)day);
        return (date.Year - 1970) * 12 + date.Month - 1;
    }

    private static BigInteger Sum(IEnumerable<BigInteger> values) => values.Aggregate(BigInteger.Zero, (sum, value) => sum + value);

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new RefusedException(rule);
        }
    }
}
