using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>One transaction of a deployment.</summary>
/// <param name="Name">What it does, for messages.</param>
/// <param name="Request">The transaction.</param>
/// <param name="Creates">The address of the contract it creates, as the sender's nonce foretells it; null for a call.</param>
internal sealed record DeploymentStep(string Name, TransactionRequest Request, Address? Creates = null);

/// <summary>
/// All transactions that set a city up, in order. Pure. Addresses of contracts follow from the sender and its nonces, so that no
/// transaction waits for the receipt of another and all can be sent at once.
/// </summary>
internal sealed class DeploymentSteps
{
    /// <summary>Gas of the creation code's own costs: 200 a byte kept, 16 a byte sent, hashing, and what a constructor does.</summary>
    private const ulong GasPerCodeByte = 225;
    private const ulong CreationGas = 1_000_000;
    private const ulong CallGas = 1_000_000;
    private const ulong PermissionGas = 60_000;
    private const ulong GroupGas = 1_000_000;
    private const ulong MeterGas = 120_000;

    private static readonly CityRole[] RolesWhileDeploying = [CityRole.Registrar, CityRole.TariffAuthority, CityRole.OracleAdmin];

    private const uint SecondsPerHour = 3_600;

    private readonly CityDeploymentRequest _request;
    private readonly Address _deployer;
    private readonly ulong _firstNonce;
    private readonly List<DeploymentStep> _steps = [];

    private DeploymentSteps(CityDeploymentRequest request, Address deployer, ulong firstNonce) =>
        (_request, _deployer, _firstNonce) = (request, deployer, firstNonce);

    /// <summary>The contracts; the steps that can be sent at once; and the handover, which takes the deployer's rights away and so is
    /// sent when all of them are known to have succeeded (null when there is nothing to hand over).</summary>
    public static (CityContracts Contracts, IReadOnlyList<DeploymentStep> Steps, DeploymentStep? Handover) Of(
        CityDeploymentRequest request, IReadOnlyList<DeployedAccount> accounts, Address deployer, ulong firstNonce)
    {
        DeploymentSteps builder = new(request, deployer, firstNonce);
        CityContracts city = builder.AddContracts();
        builder.AddPermissions(city);
        builder.AddTransaction("connect the meter registry", city.MeterRegistry.Connect(city.ReadingLedger.Address));
        builder.AddTransaction("connect the account book", city.AccountBook.Connect(city.Billing.Address));
        builder.AddTransaction("connect billing", city.Billing.Connect(city.Settlement.Address));
        builder.AddTariffs(city);
        builder.AddMeters(city);
        builder.AddAccounts(city, accounts);
        builder.AddTransaction(
            "name the oracles", city.ReadingLedger.SetOracles(request.Oracles.Order().ToArray(), request.Threshold));
        builder.AddDirectory(city);
        return (city, builder._steps, builder.HandoverOf(city));
    }

    private CityContracts AddContracts()
    {
        Address manager = AddContract(AccessManagerContract.ContractName, AccessManagerContract.Deployment(_deployer));
        Address directory = AddContract(DirectoryContract.ContractName, DirectoryContract.Deployment(manager));
        Address registry = AddContract(MeterRegistryContract.ContractName, MeterRegistryContract.Deployment(manager));
        int offset = _request.Plan.UtcOffsetHours * 3_600;
        Address ledger = AddContract(ReadingLedgerContract.ContractName, ReadingLedgerContract.Deployment(manager, registry, offset));
        Address tariffs = AddContract(TariffBookContract.ContractName, TariffBookContract.Deployment(manager, ledger));
        Address accounts = AddContract(AccountBookContract.ContractName, AccountBookContract.Deployment(manager, registry, ledger));
        Address volumes = AddContract(
            VolumeBookContract.ContractName, VolumeBookContract.Deployment(registry, ledger, accounts, tariffs));
        Address incidents = AddContract(
            IncidentLogContract.ContractName, IncidentLogContract.Deployment(manager, registry, ledger));
        Address charges = AddContract(
            ChargesContract.ContractName, ChargesContract.Deployment(registry, ledger, tariffs, accounts, volumes, incidents));
        Address billing = AddContract(
            BillingContract.ContractName, BillingContract.Deployment(manager, tariffs, accounts, charges));
        Address rouble = AddContract(SettlementRoubleContract.ContractName, SettlementRoubleContract.Deployment(manager));
        Address settlement = AddContract(
            SettlementContract.ContractName, SettlementContract.Deployment(manager, ledger, billing, tariffs, accounts, rouble));
        return new(new(manager), new(directory), new(registry), new(ledger), new(tariffs), new(accounts), new(volumes), new(incidents),
            new(charges), new(billing), new(rouble), new(settlement));
    }

    /// <summary>Sets the role of every restricted function and grants the roles; all in one transaction. The deployer holds those it needs
    /// without a delay until the city is handed over.</summary>
    private void AddPermissions(CityContracts city)
    {
        IReadOnlyDictionary<string, Address> addresses = city.ToAddresses();
        List<ContractTransaction> calls = [];
        foreach (CityRole role in Enum.GetValues<CityRole>().Where(role => role != CityRole.Admin))
        {
            calls.Add(city.AccessManager.LabelRole((ulong)role, role.ToString()));
            foreach ((string contract, IReadOnlyList<FunctionAbi> functions) in FunctionRoles.Restricted)
            {
                ReadOnlyMemory<byte>[] selectors = functions
                    .Where(function => FunctionRoles.Of(contract, function) == role)
                    .Select(SelectorOf)
                    .ToArray();
                if (selectors.Length > 0)
                {
                    calls.Add(city.AccessManager.SetTargetFunctionRole(addresses[contract], selectors, (ulong)role));
                }
            }
            IEnumerable<Address> holders = _request.Roles.Of(role).Concat(RolesWhileDeploying.Contains(role) ? [_deployer] : []);
            calls.AddRange(holders.Distinct().Select(holder => city.AccessManager.GrantRole(
                (ulong)role, holder, holder == _deployer ? 0 : DelayOf(role))));
            calls.AddRange(GuardsOf(role, city, addresses));
        }
        _steps.Add(Multicall("set the permissions", city, calls));
    }

    /// <summary>
    /// Nor may an admin go round the delay of a role: a grant of it waits as long, and so does giving its functions to another role. The
    /// access manager lets that begin five days after it was set, as it would let it end.
    /// </summary>
    private IEnumerable<ContractTransaction> GuardsOf(
        CityRole role, CityContracts city, IReadOnlyDictionary<string, Address> addresses)
    {
        if (DelayOf(role) == 0)
        {
            return [];
        }
        IEnumerable<string> contracts = FunctionRoles.Restricted
            .Where(restricted => restricted.Functions.Any(function => FunctionRoles.Of(restricted.Contract, function) == role))
            .Select(restricted => restricted.Contract);
        return
        [
            city.AccessManager.SetGrantDelay((ulong)role, DelayOf(role)),
            .. contracts.Select(contract => city.AccessManager.SetTargetAdminDelay(addresses[contract], DelayOf(role))),
        ];
    }

    private void AddTariffs(CityContracts city)
    {
        foreach (ProviderPlan provider in _request.Plan.Providers)
        {
            AddTransaction(
                $"register provider {provider.Number}",
                city.TariffBook.RegisterProvider(provider.Number, _request.Payees[provider.Number]));
        }
        foreach (Tariff tariff in _request.Plan.Tariffs)
        {
            AddTransaction($"publish the tariff from {tariff.FromPeriod}", city.TariffBook.Publish(PlanOnChain.ToChain(tariff)));
        }
    }

    private void AddMeters(CityContracts city)
    {
        CityPlan plan = _request.Plan;
        uint firstHour = new CityCalendar(TimeSpan.FromHours(plan.UtcOffsetHours)).FirstHourOf(plan.FirstPeriod).Value;
        foreach (SegmentPlan segment in plan.Segments)
        {
            AddTransaction(
                $"open segment {segment.Number}", city.MeterRegistry.OpenSegment(PlanOnChain.ToChain(segment.Kind), firstHour));
            foreach (GroupPlan group in segment.Groups)
            {
                MeterRegistryContract.Consumer[] consumers = group.Consumers
                    .Select(consumer => new MeterRegistryContract.Consumer(PlanOnChain.ToChain(consumer.Meter), (byte)consumer.Phase))
                    .ToArray();
                AddTransaction(
                    $"add group {group.Number} ({group.Name})",
                    city.MeterRegistry.AddGroup(segment.Number, PlanOnChain.ToChain(group.Parent), consumers, firstHour),
                    Math.Min(GroupGas + MeterGas * (ulong)consumers.Length, CityCalls.MaxGas));
            }
        }
    }

    private void AddAccounts(CityContracts city, IReadOnlyList<DeployedAccount> accounts)
    {
        IEnumerable<FlatPlan> flats = _request.Plan.Houses.SelectMany(house => house.Flats);
        foreach ((DeployedAccount account, FlatPlan flat) in accounts.Zip(flats))
        {
            AddTransaction(
                $"open the account of flat {account.Flat} of {account.House}",
                city.AccountBook.OpenAccount(
                    account.Id, PlanOnChain.ToChain(flat), _request.Plan.FirstPeriod.Value, PlanOnChain.ToChain(flat.Terms)));
        }
    }

    private void AddDirectory(CityContracts city)
    {
        foreach ((string name, Address address) in city.ToAddresses())
        {
            AddTransaction($"list {name} in the directory", city.Directory.Register(ShortText.Encode(name), address));
        }
    }

    /// <summary>Gives the city to its admins; the deployer keeps only what the request gives it.</summary>
    private DeploymentStep? HandoverOf(CityContracts city)
    {
        List<ContractTransaction> calls = _request.Roles.Admins
            .Where(admin => admin != _deployer)
            .Select(admin => city.AccessManager.GrantRole((ulong)CityRole.Admin, admin, 0))
            .ToList();
        calls.AddRange(RolesWhileDeploying
            .Where(role => DelayOf(role) != 0 && _request.Roles.Of(role).Contains(_deployer))
            .Select(role => city.AccessManager.GrantRole((ulong)role, _deployer, DelayOf(role))));
        calls.AddRange(RolesWhileDeploying.Append(CityRole.Admin) // The admin's role last: without it nothing more can be done.
            .Where(role => !_request.Roles.Of(role).Contains(_deployer))
            .Select(role => city.AccessManager.RenounceRole((ulong)role, _deployer)));
        return calls.Count == 0 ? null : Multicall("hand the city over to its admins", city, calls);
    }

    /// <summary>How long a call of a role's holder waits once it was announced, seconds.</summary>
    private uint DelayOf(CityRole role) => SecondsPerHour * role switch
    {
        CityRole.TariffAuthority => _request.Plan.Delays.TariffHours,
        CityRole.OracleAdmin => _request.Plan.Delays.OracleHours,
        _ => 0,
    };

    private Address AddContract(string name, byte[] data)
    {
        Address address = Address.OfContract(_deployer, _firstNonce + (ulong)_steps.Count);
        _steps.Add(new($"create {name}", new(null, data, CreationGas + GasPerCodeByte * (ulong)data.Length), address));
        return address;
    }

    private static DeploymentStep Multicall(string name, CityContracts city, List<ContractTransaction> calls)
    {
        ContractTransaction call = city.AccessManager.Multicall(calls.Select(one => one.Data).ToArray());
        return new(name, new(call.To, call.Data, CallGas + PermissionGas * (ulong)calls.Count));
    }

    private void AddTransaction(string name, ContractTransaction call, ulong gasLimit = CallGas) =>
        _steps.Add(new(name, new(call.To, call.Data, gasLimit)));

    private static ReadOnlyMemory<byte> SelectorOf(FunctionAbi function)
    {
        byte[] selector = new byte[AbiMember.SelectorSize];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(selector, function.Selector);
        return selector;
    }
}
