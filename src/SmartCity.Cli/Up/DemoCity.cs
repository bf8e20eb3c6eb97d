using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;
using SmartCity.Portal;

namespace SmartCity.Cli.Up;

/// <summary>The city of a state folder: its plan, and its contracts, deployed when they are not there.</summary>
internal sealed record DemoCity(CityPlan Plan, DeployedCity Deployed)
{
    private const int FullMonths = 2;

    /// <summary>Opens the city of a state folder, or makes it: begun two full months before now.</summary>
    /// <exception cref="CommandException">The chain is another than the city's; the message says what to do.</exception>
    public static async Task<DemoCity> OpenOrDeployAsync(
        UpOptions options, EthApi api, TimeProvider time, IProgress<string> progress, CancellationToken cancellationToken)
    {
        StateFolder state = options.State;
        if (File.Exists(state.Deployment))
        {
            CityPlan kept = await CityPlan.LoadAsync(state.Plan, cancellationToken);
            DeployedCity deployed = await DeployedCity.LoadAsync(state.Deployment, cancellationToken);
            try
            {
                await deployed.VerifyAsync(api, cancellationToken);
                return new(kept, deployed);
            }
            catch (LedgerException exception)
            {
                throw new CommandException(
                    $"{exception.Message} Or begin anew with another state folder (--state), or remove {state.Path}.");
            }
        }
        CityPlan template = await CityPlan.LoadAsync(options.PlanFile, cancellationToken);
        CityPlan plan = template.StartingAt(FirstPeriodAt(template, time.GetUtcNow()));
        DeployedCity city = await DeployAsync(state, options.Oracles, plan, api, time, progress, cancellationToken);
        await File.WriteAllTextAsync(state.Plan, plan.ToJson(), cancellationToken);
        await city.SaveAsync(state.Deployment, cancellationToken);
        return new(plan, city);
    }

    /// <summary>The period that began two full months before the present one.</summary>
    internal static Period FirstPeriodAt(CityPlan plan, DateTimeOffset now)
    {
        CityCalendar calendar = new(TimeSpan.FromHours(plan.UtcOffsetHours));
        Period period = calendar.PeriodOf(Hour.Containing(now));
        return new((ushort)(period.Value - FullMonths));
    }

    private static async Task<DeployedCity> DeployAsync(
        StateFolder state, int oracleCount, CityPlan plan, EthApi api, TimeProvider time, IProgress<string> progress,
        CancellationToken cancellationToken)
    {
        using EthECKey operatorKey = await DemoKeys.OpenOrCreateAsync(state, DemoKeys.Operator, cancellationToken);
        Address bank = await DemoKeys.AddressOfAsync(state, DemoKeys.Bank, cancellationToken);
        List<Address> oracles = [];
        List<Address> dispatchers = [];
        foreach (StateFolder folder in DemoKeys.OracleFolders(state, oracleCount))
        {
            _ = Directory.CreateDirectory(folder.Keys);
            oracles.Add(await DemoKeys.AddressOfAsync(folder, DemoKeys.Oracle, cancellationToken));
        }
        foreach (string login in PortalUsers.DemoDispatchers)
        {
            dispatchers.Add(await DemoKeys.AddressOfAsync(state, DispatcherKeyName.Of(login), cancellationToken));
        }
        IReadOnlyDictionary<ushort, Address> payees = await DemoKeys.PayeesAsync(state, plan, cancellationToken);
        Address[] administration = [operatorKey.Address];
        CityRoleHolders roles = new(
            Admins: administration, Registrars: administration, TariffAuthorities: administration, OracleAdmins: administration,
            Banks: [bank], Utilities: [.. payees.Values], Dispatchers: [.. oracles, .. dispatchers], Guardians: administration);

        ulong chainId = await api.GetChainIdAsync(cancellationToken);
        using TransactionSender sender = new(api, operatorKey, chainId, new() { Errors = ContractArtifact.CityAbi }, time);
        return await new CityDeployment(api, sender, time).DeployAsync(
            new(plan, roles, payees, oracles, Threshold: (byte)(oracleCount / 2 + 1)),
            new Progress<DeploymentProgress>(step => progress.Report($"deploying the contracts: {step.Done} of {step.Total} transactions")),
            cancellationToken);
    }
}
