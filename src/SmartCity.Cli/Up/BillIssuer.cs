using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Cli.Up;

/// <summary>
/// Issues the bills of every period that is over. Anybody may: the contract computes them from the chain's state alone, and a second
/// call changes nothing.
/// </summary>
internal sealed class BillIssuer(EthApi api, DemoCity city, StateFolder state, TimeProvider time)
{
    private readonly CityCalendar _calendar = new(TimeSpan.FromHours(city.Plan.UtcOffsetHours));

    /// <summary>Issues what can be issued now.</summary>
    /// <returns>Bills issued by this call.</returns>
    public async Task<int> IssueAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Hash32> accounts = [.. city.Deployed.Accounts.Select(account => account.Id)];
        CityContracts contracts = city.Deployed.Contracts;
        IReadOnlyList<ushort> next = await api.CallManyAsync(
            [.. accounts.Select(contracts.Billing.NextPeriodOf)], BlockParameter.Latest, cancellationToken);
        int issued = 0;
        Period last = _calendar.PeriodOf(Hour.Containing(time.GetUtcNow()));
        for (Period period = new(next.Min()); period < last && await IsOverAsync(period, cancellationToken); period = period.Next)
        {
            Hash32[] due = [.. accounts.Zip(next).Where(pair => pair.Second <= period.Value).Select(pair => pair.First)];
            await IssueAsync(due, period, cancellationToken);
            issued += due.Length;
        }
        return issued;
    }

    private async Task<bool> IsOverAsync(Period period, CancellationToken cancellationToken)
    {
        IReadOnlyList<bool> isOver = await api.CallManyAsync(
            [.. city.Plan.Segments.Select(segment => city.Deployed.Contracts.ReadingLedger.IsPeriodOver(segment.Number, period.Value))],
            BlockParameter.Latest,
            cancellationToken);
        return isOver.All(over => over);
    }

    private async Task IssueAsync(IReadOnlyList<Hash32> accounts, Period period, CancellationToken cancellationToken)
    {
        using EthECKey key = await DemoKeys.OpenOrCreateAsync(state, DemoKeys.Operator, cancellationToken);
        using TransactionSender sender = new(api, key, city.Deployed.ChainId, new() { Errors = ContractArtifact.CityAbi }, time);
        _ = await new CitySender(api, sender, time).SendManyAsync(
            city.Deployed.Contracts.IssueBills(accounts, period), cancellationToken);
    }
}
