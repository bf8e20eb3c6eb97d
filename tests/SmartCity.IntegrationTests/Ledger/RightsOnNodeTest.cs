using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.IntegrationTests.Ledger;

/// <summary>
/// Every function of every contract that changes something, called as the holder of every role and as a stranger, in a city as it is
/// deployed. A call counts as let in if it is not refused for who calls: what becomes of it then is for other tests.
/// </summary>
public sealed class RightsOnNodeTest : IDisposable
{
    private const string Stranger = "stranger";
    private const string Nobody = "nobody";

    /// <summary>As many zeros as any function's arguments need to be decoded.</summary>
    private const int ArgumentBytes = 4_096;

    /// <summary>Who may call what: the whole table. Whatever is not in it is open to anyone.</summary>
    private static readonly IReadOnlyDictionary<string, string> s_rights = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["AccessManager.grantRole"] = nameof(CityRole.Admin),
        ["AccessManager.revokeRole"] = nameof(CityRole.Admin),
        ["AccessManager.labelRole"] = nameof(CityRole.Admin),
        ["AccessManager.setRoleAdmin"] = nameof(CityRole.Admin),
        ["AccessManager.setRoleGuardian"] = nameof(CityRole.Admin),
        ["AccessManager.setGrantDelay"] = nameof(CityRole.Admin),
        ["AccessManager.setTargetAdminDelay"] = nameof(CityRole.Admin),
        ["AccessManager.setTargetClosed"] = nameof(CityRole.Admin),
        ["AccessManager.setTargetFunctionRole"] = nameof(CityRole.Admin),
        ["AccessManager.updateAuthority"] = nameof(CityRole.Admin),
        ["Directory.register"] = nameof(CityRole.Admin),
        ["AccountBook.connect"] = nameof(CityRole.Admin),
        ["MeterRegistry.connect"] = nameof(CityRole.Admin),
        ["Billing.connect"] = nameof(CityRole.Admin),
        ["MeterRegistry.openSegment"] = nameof(CityRole.Registrar),
        ["MeterRegistry.addGroup"] = nameof(CityRole.Registrar),
        ["MeterRegistry.replaceMeter"] = nameof(CityRole.Registrar),
        ["MeterRegistry.decommissionMeter"] = nameof(CityRole.Registrar),
        ["MeterRegistry.reportFault"] = nameof(CityRole.Registrar),
        ["AccountBook.openAccount"] = nameof(CityRole.Registrar),
        ["AccountBook.setTerms"] = nameof(CityRole.Registrar),
        ["AccountBook.moveOut"] = nameof(CityRole.Registrar),
        ["AccountBook.setHolder"] = nameof(CityRole.Registrar),
        ["TariffBook.registerProvider"] = nameof(CityRole.TariffAuthority),
        ["TariffBook.publish"] = nameof(CityRole.TariffAuthority),
        ["ReadingLedger.setOracles"] = nameof(CityRole.OracleAdmin),
        ["SettlementRouble.mint"] = nameof(CityRole.Bank),
        ["SettlementRouble.burn"] = nameof(CityRole.Bank),
        ["IncidentLog.setDeadlineRules"] = nameof(CityRole.TariffAuthority),
        ["IncidentLog.raise"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.clear"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.advance"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.escalate"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.visit"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.suspend"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.resume"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.reject"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.merge"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.reopen"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.interrupt"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.reportCondition"] = nameof(CityRole.Dispatcher),
        ["IncidentLog.recordOutage"] = nameof(CityRole.Dispatcher),
        ["ReadingLedger.setPaused"] = nameof(CityRole.Guardian),
        ["Billing.setPaused"] = nameof(CityRole.Guardian),
        ["Settlement.setNettingPaused"] = nameof(CityRole.Guardian),
        // Only the contract that takes part may call these, whoever holds which role.
        ["AccessManager.consumeScheduledOp"] = Nobody,
        ["Settlement.takePenalties"] = Nobody,
    };

    /// <summary>Errors that refuse for who calls.</summary>
    private static readonly string[] s_refusals =
    [
        "AccessManagedUnauthorized", "AccessManagerUnauthorizedAccount", "AccessManagerUnauthorizedConsume", "Settlement_NotBilling",
    ];

    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(5));
    private readonly Dictionary<string, EthECKey> _callers = new(StringComparer.Ordinal);
    private NodeProcess _node = null!;
    private TestCity _test = null!;

    private CancellationToken Cancellation => _timeout.Token;

    [OneTimeSetUp]
    public async Task DeployAsync()
    {
        foreach (string caller in Enum.GetNames<CityRole>().Append(Stranger))
        {
            _callers.Add(caller, EthECKey.Generate());
        }
        _node = await AnvilNode.StartAsync(new() { BlockTime = null }, Cancellation);
        _test = await TestCity.DeployAsync(_node.CreateApi(), Cancellation, roles: new(
            Of(CityRole.Admin), Of(CityRole.Registrar), Of(CityRole.TariffAuthority), Of(CityRole.OracleAdmin), Of(CityRole.Bank),
            Of(CityRole.Utility), Of(CityRole.Dispatcher), Of(CityRole.Guardian)));

        IReadOnlyList<Address> Of(CityRole role) => [_callers[role.ToString()].Address];
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _test?.Dispose();
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _timeout.Dispose();
        foreach (EthECKey key in _callers.Values)
        {
            key.Dispose();
        }
    }

    [Test]
    public async Task EveryFunction_AsEveryRole_LetsInWhomTheTableNames()
    {
        List<string> wrong = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((string contract, Address address) in _test.City.Contracts.ToAddresses())
        {
            foreach (FunctionAbi function in ContractArtifact.Of(contract).Abi.Functions.Where(IsChanging))
            {
                string name = $"{contract}.{function.Name}";
                seen.Add(name);
                string? right = function.Name == "setAuthority" ? Nobody : s_rights.GetValueOrDefault(name);
                foreach ((string caller, EthECKey key) in _callers)
                {
                    bool isLetIn = await IsLetInAsync(address, function, key.Address);
                    if (isLetIn != (right is null || right == caller))
                    {
                        wrong.Add($"{name}: {caller} is {(isLetIn ? "let in" : "refused")}");
                    }
                }
            }
        }
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(wrong, Is.Empty);
        Assert.That(s_rights.Keys.Except(seen), Is.Empty, "functions of the table that no contract has");
    }

    private static bool IsChanging(FunctionAbi function) => function.StateMutability is "nonpayable" or "payable";

    private async Task<bool> IsLetInAsync(Address contract, FunctionAbi function, Address caller)
    {
        byte[] data = new byte[sizeof(uint) + ArgumentBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(data, function.Selector);
        try
        {
            await _test.Api.CallAsync(new CallRequest(contract, data, caller), BlockParameter.Latest, ContractArtifact.CityAbi, Cancellation);
            return true;
        }
        catch (ContractRevertException exception)
        {
            // The manager asks its caller back, which an account without code answers with nothing.
            bool isEmpty = exception.RevertData.IsEmpty && function.Name == "consumeScheduledOp";
            return !isEmpty && !s_refusals.Contains(exception.Error?.Abi.Name);
        }
    }
}
