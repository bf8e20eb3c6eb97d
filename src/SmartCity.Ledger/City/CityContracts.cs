using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>The contracts of a city, each bound to its address. Immutable.</summary>
public sealed record CityContracts(
    AccessManagerContract AccessManager,
    DirectoryContract Directory,
    MeterRegistryContract MeterRegistry,
    ReadingLedgerContract ReadingLedger,
    TariffBookContract TariffBook,
    AccountBookContract AccountBook,
    VolumeBookContract VolumeBook,
    IncidentLogContract IncidentLog,
    ChargesContract Charges,
    BillingContract Billing,
    SettlementRoubleContract SettlementRouble,
    SettlementContract Settlement)
{
    /// <summary>Names and addresses, by the names that the Directory knows.</summary>
    public IReadOnlyDictionary<string, Address> ToAddresses() => new SortedDictionary<string, Address>(StringComparer.Ordinal)
    {
        [AccessManagerContract.ContractName] = AccessManager.Address,
        [DirectoryContract.ContractName] = Directory.Address,
        [MeterRegistryContract.ContractName] = MeterRegistry.Address,
        [ReadingLedgerContract.ContractName] = ReadingLedger.Address,
        [TariffBookContract.ContractName] = TariffBook.Address,
        [AccountBookContract.ContractName] = AccountBook.Address,
        [VolumeBookContract.ContractName] = VolumeBook.Address,
        [IncidentLogContract.ContractName] = IncidentLog.Address,
        [ChargesContract.ContractName] = Charges.Address,
        [BillingContract.ContractName] = Billing.Address,
        [SettlementRoubleContract.ContractName] = SettlementRouble.Address,
        [SettlementContract.ContractName] = Settlement.Address,
    };

    /// <summary>Binds the contracts to the addresses given by name.</summary>
    /// <exception cref="KeyNotFoundException">A contract has no address; the message names it.</exception>
    public static CityContracts FromAddresses(IReadOnlyDictionary<string, Address> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        return Create(name => addresses.TryGetValue(name, out Address address)
            ? address
            : throw new KeyNotFoundException($"There is no address of the contract {name}."));
    }

    /// <summary>Asks the Directory for the contracts that bear the names now.</summary>
    /// <exception cref="ContractRevertException">The Directory does not know one of them.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    public static async Task<CityContracts> ReadAsync(
        EthApi api, Address directory, BlockParameter block, CancellationToken cancellationToken)
    {
        DirectoryContract contract = new(directory);
        IReadOnlyList<string> names = ContractArtifact.Names;
        IReadOnlyList<Address> addresses = await api.CallManyAsync(
            names.Select(name => contract.AddressOf(ShortText.Encode(name))).ToArray(), block, cancellationToken);
        return FromAddresses(names.Zip(addresses).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    internal static CityContracts Create(Func<string, Address> addressOf) => new(
        new(addressOf(AccessManagerContract.ContractName)),
        new(addressOf(DirectoryContract.ContractName)),
        new(addressOf(MeterRegistryContract.ContractName)),
        new(addressOf(ReadingLedgerContract.ContractName)),
        new(addressOf(TariffBookContract.ContractName)),
        new(addressOf(AccountBookContract.ContractName)),
        new(addressOf(VolumeBookContract.ContractName)),
        new(addressOf(IncidentLogContract.ContractName)),
        new(addressOf(ChargesContract.ContractName)),
        new(addressOf(BillingContract.ContractName)),
        new(addressOf(SettlementRoubleContract.ContractName)),
        new(addressOf(SettlementContract.ContractName)));
}
