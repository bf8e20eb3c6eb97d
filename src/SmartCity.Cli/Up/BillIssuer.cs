using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Cli.Up;

/// <summary>Keeps the demonstration's bills up to date with the operator's key; anybody's would do.</summary>
internal sealed class BillIssuer(EthApi api, DemoCity city, StateFolder state, TimeProvider time)
{
    private readonly CityCalendar _calendar = new(TimeSpan.FromHours(city.Plan.UtcOffsetHours));
    private readonly BillRun _run = new(api, city.Deployed, new(TimeSpan.FromHours(city.Plan.UtcOffsetHours)));

    /// <summary>Recalculates what has changed and issues what can be issued now.</summary>
    public async Task<BillRunResult> RunAsync(CancellationToken cancellationToken)
    {
        using EthECKey key = await DemoKeys.OpenOrCreateAsync(state, DemoKeys.Operator, cancellationToken);
        using TransactionSender sender = new(api, key, city.Deployed.ChainId, new() { Errors = ContractArtifact.CityAbi }, time);
        Period present = _calendar.PeriodOf(Hour.Containing(time.GetUtcNow()));
        return await _run.RunAsync(new(api, sender, time), present, cancellationToken);
    }
}
