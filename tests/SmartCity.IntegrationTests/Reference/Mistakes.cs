namespace SmartCity.IntegrationTests.Reference;

/// <summary>Commands that nobody should get through with: of each kind what is easily done wrong.</summary>
internal sealed class Mistakes(ReferenceLedger ledger, Random random)
{
    private const int Unknown = 99;
    private const int Providers = 3;

    /// <summary>One command that the rules mostly do not allow now.</summary>
    /// <param name="now">When it is tried.</param>
    /// <param name="accounts">The accounts there are.</param>
    /// <param name="period">A period that is not over.</param>
    public Command One(long now, IReadOnlyList<int> accounts, int period) => random.Next(0, 4) switch
    {
        0 => OfReadings(now, random.Next(1, 3)),
        1 => OfBills(now, accounts[random.Next(0, accounts.Count)], period),
        2 => OfDisputes(now, accounts[random.Next(0, accounts.Count)]),
        _ => OfMoney(now, accounts[random.Next(0, accounts.Count)]),
    };

    private Command OfReadings(long now, int group)
    {
        long next = ledger.Readings.NextHourOf(group);
        int channel = random.Next(0, ledger.Readings.ChannelsOf(group));
        return random.Next(0, 9) switch
        {
            0 => Record(now, group, next + 1),
            1 => Record(now, group, next - 1),
            2 when now < (next + 1) * 3_600 => Record(now, group, next),
            3 => new Correct(now, group, channel, next, [1], 0),
            4 => new Correct(now, group, channel, next - 1, [1 << 24], 0),
            5 => new Correct(now, group, channel, next - 1, [1 - (1 << 24)], 0),
            6 => new Correct(now, group, channel, next - 1, [1], 2),
            7 => new ReportFault(now, group, channel, Fault.Broken, next + 1),
            _ => new Correct(now, group, channel, next - 1, [], 0),
        };
    }

    private RecordHour Record(long now, int group, long hour) => new(
        now, group, hour, new Dictionary<int, IReadOnlyList<Interval>>
        {
            [group] = [.. Enumerable.Repeat(new Interval(1, 0), ledger.Readings.ChannelsOf(group))],
        });

    private Command OfBills(long now, int account, int period)
    {
        AccountState state = ledger.Accounts.Of(account);
        return random.Next(0, 8) switch
        {
            0 => new IssueBills(now, period, [account]),
            1 => new IssueBills(now, state.FirstPeriod - 1, [account]),
            2 => new IssueBills(now, period - 1, [Unknown]),
            3 => new Recalculate(now, period, [account]),
            4 => new FixVolumes(now, random.Next(1, 3), period, Again: false),
            5 => new OpenAccount(now, account, state.Premises, period, state.TermsIn(period)),
            6 => new SetTerms(now, account, state.FirstPeriod - 1, state.TermsIn(period)),
            _ => new MoveOut(now, account, account),
        };
    }

    private Command OfDisputes(long now, int account)
    {
        Owed[] lines = [.. ledger.Money.Lines.Where(line => line.Bill.Account == account)];
        if (lines.Length == 0)
        {
            return new OpenDispute(now, account, ledger.Accounts.Of(account).FirstPeriod, 0, 1);
        }
        Owed line = lines[random.Next(0, lines.Length)];
        int period = line.Bill.Period;
        return random.Next(0, 6) switch
        {
            0 => new OpenDispute(now, account, period, line.Service, (long)line.Outstanding + 1),
            1 => new OpenDispute(now, account, period, line.Service, 0),
            2 => new Concede(now, account, period, line.Service, (long)(line.Dispute?.Amount ?? 0) + 1),
            3 when line.Dispute is not { Status: DisputeStatus.Open } => new Reject(now, account, period, line.Service),
            4 when line.Dispute is not { Status: DisputeStatus.Open } => new WithdrawDispute(now, account, period, line.Service),
            _ => new SettleDispute(now, account, period, line.Service),
        };
    }

    private Command OfMoney(long now, int account)
    {
        int provider = random.Next(1, Providers + 1);
        return random.Next(0, 6) switch
        {
            0 => new Pay(now, account, 0),
            1 => new Refund(now, account, (long)ledger.Money.CreditOf(account) + 1),
            2 => new Refund(now, account, 0),
            3 => new Withdraw(now, provider, (long)ledger.Money.BalanceOf(provider) + 1),
            4 => new Net(now, [new(provider, provider, 1)]),
            _ => new Net(now, [new(
                provider, provider % Providers + 1, (long)(ledger.Money.BalanceOf(provider) + ledger.Money.WalletOf(provider)) + 1)]),
        };
    }
}
