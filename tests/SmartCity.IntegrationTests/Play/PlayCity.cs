using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger.Contracts;

namespace SmartCity.IntegrationTests.Play;

/// <summary>
/// The contracts of a city that one key administers: it holds the manager's admin role, which may do whatever no other role was given.
/// Who may do what is the matter of other tests.
/// </summary>
internal sealed record PlayCity(
    MeterRegistryContract MeterRegistry,
    ReadingLedgerContract ReadingLedger,
    TariffBookContract TariffBook,
    AccountBookContract AccountBook,
    VolumeBookContract VolumeBook,
    BillingContract Billing,
    SettlementRoubleContract SettlementRouble,
    SettlementContract Settlement,
    IncidentLogContract IncidentLog)
{
    /// <summary>Calls that deploy a city on a chain and connect its contracts.</summary>
    public static (PlayCity City, IReadOnlyList<PlayCall> Calls) Deploy(PlayNode node, EthECKey admin, int utcOffsetHours)
    {
        List<PlayCall> calls = [];
        Address manager = Create(AccessManagerContract.Deployment(admin.Address));
        Address registry = Create(MeterRegistryContract.Deployment(manager));
        Address ledger = Create(ReadingLedgerContract.Deployment(manager, registry, utcOffsetHours * 3_600));
        Address tariffs = Create(TariffBookContract.Deployment(manager, ledger));
        Address accounts = Create(AccountBookContract.Deployment(manager, registry, ledger));
        Address volumes = Create(VolumeBookContract.Deployment(registry, ledger, accounts, tariffs));
        Address incidents = Create(IncidentLogContract.Deployment(manager, registry, ledger));
        Address charges = Create(ChargesContract.Deployment(registry, ledger, tariffs, accounts, volumes, incidents));
        Address billing = Create(BillingContract.Deployment(manager, tariffs, accounts, charges));
        Address rouble = Create(SettlementRoubleContract.Deployment(manager));
        Address settlement = Create(SettlementContract.Deployment(manager, ledger, billing, tariffs, accounts, rouble));
        PlayCity city = new(
            new(registry), new(ledger), new(tariffs), new(accounts), new(volumes), new(billing), new(rouble), new(settlement), new(incidents));
        calls.Add(PlayCall.Of(admin, city.MeterRegistry.Connect(ledger)));
        calls.Add(PlayCall.Of(admin, city.AccountBook.Connect(billing)));
        calls.Add(PlayCall.Of(admin, city.Billing.Connect(settlement)));
        calls.Add(PlayCall.Of(admin, city.SettlementRouble.Approve(settlement, PlayCall.Unlimited)));
        return (city, calls);

        Address Create(byte[] code)
        {
            Address address = node.NextContractOf(admin, calls.Count);
            calls.Add(new(admin, null, code, "deployment"));
            return address;
        }
    }
}

/// <summary>Who acts in a city; the same keys in all.</summary>
internal static class PlayKeys
{
    private static readonly Dictionary<string, EthECKey> Keys = [];

    /// <summary>Administers the city, writes hours, mints, and pays with an allowance.</summary>
    public static EthECKey Admin { get; } = Of("admin");

    public static EthECKey Oracle { get; } = Of("oracle");

    /// <summary>Pays by permits and has never given an allowance.</summary>
    public static EthECKey PermitPayer { get; } = Of("permit payer");

    public static EthECKey Payee(int provider) => Of($"payee {provider}");

    public static EthECKey Holder(int account) => Of($"holder {account}");

    private static EthECKey Of(string name)
    {
        lock (Keys)
        {
            return Keys.TryGetValue(name, out EthECKey? key) ? key : Keys[name] = new(Keccak.Hash256(name).ToBytes());
        }
    }
}
