using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>A decoded log, where it stands, and the time of its block.</summary>
/// <param name="Event">What it tells.</param>
/// <param name="Log">The log.</param>
/// <param name="Time">Unix seconds of the block; <c>null</c> if the data do not tell.</param>
internal sealed record Entry<T>(T Event, EthLog Log, ulong? Time)
    where T : ContractEvent
{
    /// <summary>Unix seconds of the block.</summary>
    /// <exception cref="KeyNotFoundException">The data do not tell the time of the block.</exception>
    public ulong Seconds => Time ?? throw new KeyNotFoundException($"The data do not tell the time of block {Log.BlockNumber}.");

    /// <summary>The hour in which the block was made.</summary>
    /// <inheritdoc cref="Seconds" path="/exception"/>
    public Hour Hour => Hour.Containing(DateTimeOffset.FromUnixTimeSeconds((long)Seconds));

    /// <summary>Where the log stands, for a finding.</summary>
    public string Where => $"block {Log.BlockNumber}, transaction {Log.TransactionHash}, log {Log.LogIndex}";
}

/// <summary>Addresses of the city's contracts as its directory names them.</summary>
/// <remarks>The access manager gives the permissions of all others; its own logs are not audited.</remarks>
internal sealed record CityAddresses(
    Address AccessManager,
    MeterRegistryContract MeterRegistry,
    AccountBookContract AccountBook,
    ReadingLedgerContract ReadingLedger,
    TariffBookContract TariffBook,
    VolumeBookContract VolumeBook,
    BillingContract Billing,
    SettlementContract Settlement,
    SettlementRoubleContract SettlementRouble,
    IncidentLogContract IncidentLog)
{
    /// <summary>All whose logs are audited.</summary>
    public IReadOnlyList<Address> All =>
    [
        MeterRegistry.Address, AccountBook.Address, ReadingLedger.Address, TariffBook.Address, VolumeBook.Address, Billing.Address,
        Settlement.Address, SettlementRouble.Address, IncidentLog.Address,
    ];

    /// <summary>The contracts that bear their names last in the directory's logs.</summary>
    /// <exception cref="AuditException">A contract is not registered.</exception>
    public static CityAddresses From(Address directory, IEnumerable<EthLog> logs)
    {
        Dictionary<string, Address> byName = [];
        foreach (EthLog log in logs.Where(log => log.Address == directory))
        {
            if (Decode(log) is DirectoryEvent.ContractRegistered registered)
            {
                byName[ShortText.Decode(registered.Name)] = registered.ContractAddress;
            }
        }
        return new(
            Find("AccessManager"),
            new(Find("MeterRegistry")), new(Find("AccountBook")), new(Find("ReadingLedger")), new(Find("TariffBook")),
            new(Find("VolumeBook")), new(Find("Billing")), new(Find("Settlement")), new(Find("SettlementRouble")),
            new(Find("IncidentLog")));

        DirectoryEvent? Decode(EthLog log)
        {
            try
            {
                return DirectoryEvent.TryDecode(log);
            }
            catch (AbiException exception)
            {
                throw new AuditException($"A log of the directory {directory} cannot be decoded: {exception.Message}");
            }
        }

        Address Find(string name) => byName.TryGetValue(name, out Address address)
            ? address
            : throw new AuditException($"The directory {directory} names no {name}. Is it the address of a city's Directory?");
    }
}

/// <summary>Everything that happened, decoded, in the order of the chain. A log that cannot be decoded is itself a finding.</summary>
internal sealed class CityHistory
{
    private readonly List<Entry<ContractEvent>> _entries = [];
    private readonly List<string> _undecodable = [];

    /// <summary>Decodes the logs of the directory and of the city's contracts.</summary>
    public CityHistory(AuditData data)
    {
        Contracts = CityAddresses.From(data.Directory, data.Logs);
        Dictionary<Address, Func<EthLog, ContractEvent?>> decoders = new()
        {
            [data.Directory] = DirectoryEvent.TryDecode,
            [Contracts.MeterRegistry.Address] = MeterRegistryEvent.TryDecode,
            [Contracts.AccountBook.Address] = AccountBookEvent.TryDecode,
            [Contracts.ReadingLedger.Address] = ReadingLedgerEvent.TryDecode,
            [Contracts.TariffBook.Address] = TariffBookEvent.TryDecode,
            [Contracts.VolumeBook.Address] = VolumeBookEvent.TryDecode,
            [Contracts.Billing.Address] = BillingEvent.TryDecode,
            [Contracts.Settlement.Address] = SettlementEvent.TryDecode,
            [Contracts.SettlementRouble.Address] = SettlementRoubleEvent.TryDecode,
            [Contracts.IncidentLog.Address] = IncidentLogEvent.TryDecode,
        };
        foreach (EthLog log in data.Logs)
        {
            if (decoders.TryGetValue(log.Address, out Func<EthLog, ContractEvent?>? decode))
            {
                Decode(log, decode, data.BlockTimes);
            }
        }
    }

    /// <summary>What is decoded already.</summary>
    public CityHistory(CityAddresses contracts, IEnumerable<Entry<ContractEvent>> entries)
    {
        Contracts = contracts;
        _entries.AddRange(entries);
    }

    /// <summary>The contracts.</summary>
    public CityAddresses Contracts { get; }

    /// <summary>All events in the order of the chain.</summary>
    public IReadOnlyList<Entry<ContractEvent>> Entries => _entries;

    /// <summary>Logs that are no event of their contract.</summary>
    public IReadOnlyList<string> Undecodable => _undecodable;

    private void Decode(EthLog log, Func<EthLog, ContractEvent?> decode, IReadOnlyDictionary<ulong, ulong> times)
    {
        try
        {
            if (decode(log) is { } decoded)
            {
                _entries.Add(new(decoded, log, times.TryGetValue(log.BlockNumber, out ulong time) ? time : null));
                return;
            }
        }
        catch (Exception exception) when (exception is AbiException or OverflowException or InvalidCastException)
        {
            _undecodable.Add($"block {log.BlockNumber}, transaction {log.TransactionHash}, log {log.LogIndex}: {exception.Message}");
            return;
        }
        _undecodable.Add($"block {log.BlockNumber}, transaction {log.TransactionHash}, log {log.LogIndex}: no event of {log.Address}");
    }
}
