using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>A log of one of the city's contracts, decoded.</summary>
/// <param name="Event">What it tells: a record nested in <see cref="ReadingLedgerEvent"/> or another contract's like it.</param>
/// <param name="Log">The log as the chain keeps it: block, transaction and place.</param>
public sealed record CityLogEntry(ContractEvent Event, EthLog Log)
{
    /// <summary>Block, transaction and place, for messages.</summary>
    public string Where => $"block {Log.BlockNumber}, transaction {Log.TransactionHash}, log {Log.LogIndex}";
}

/// <summary>The logs of a range of blocks, decoded.</summary>
/// <param name="FromBlock">First block of the range.</param>
/// <param name="ToBlock">Last block of the range, included. Go on at the one after.</param>
/// <param name="ToBlockHash">Hash of the last block: if the chain has another one there later, it was set back.</param>
/// <param name="Entries">What happened, in the order of the chain.</param>
public sealed record CityLogPage(ulong FromBlock, ulong ToBlock, Hash32 ToBlockHash, IReadOnlyList<CityLogEntry> Entries);

/// <summary>Everything that a city's contracts tell, in the order of the chain. Safe to use from many threads.</summary>
public sealed class CityLog
{
    /// <summary>Blocks of a page at most: Besu answers no wider range.</summary>
    public const ulong MaxBlocksPerPage = 5_000;

    private static readonly TimeSpan DefaultPollInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Address, (string Name, Func<EthLog, ContractEvent?> Decode)> _decoders;

    /// <summary>The log of these contracts.</summary>
    public CityLog(CityContracts contracts)
    {
        ArgumentNullException.ThrowIfNull(contracts);
        _decoders = new()
        {
            [contracts.AccessManager.Address] = (AccessManagerContract.ContractName, AccessManagerEvent.TryDecode),
            [contracts.Directory.Address] = (DirectoryContract.ContractName, DirectoryEvent.TryDecode),
            [contracts.MeterRegistry.Address] = (MeterRegistryContract.ContractName, MeterRegistryEvent.TryDecode),
            [contracts.ReadingLedger.Address] = (ReadingLedgerContract.ContractName, ReadingLedgerEvent.TryDecode),
            [contracts.TariffBook.Address] = (TariffBookContract.ContractName, TariffBookEvent.TryDecode),
            [contracts.AccountBook.Address] = (AccountBookContract.ContractName, AccountBookEvent.TryDecode),
            [contracts.VolumeBook.Address] = (VolumeBookContract.ContractName, VolumeBookEvent.TryDecode),
            [contracts.IncidentLog.Address] = (IncidentLogContract.ContractName, IncidentLogEvent.TryDecode),
            [contracts.Billing.Address] = (BillingContract.ContractName, BillingEvent.TryDecode),
            [contracts.SettlementRouble.Address] = (SettlementRoubleContract.ContractName, SettlementRoubleEvent.TryDecode),
            [contracts.Settlement.Address] = (SettlementContract.ContractName, SettlementEvent.TryDecode),
        };
        Addresses = [.. _decoders.Keys];
    }

    /// <summary>Addresses of the contracts.</summary>
    public IReadOnlyList<Address> Addresses { get; }

    /// <summary>Decodes a log of one of the contracts.</summary>
    /// <exception cref="LedgerException">The log is of another contract, or no event of this one, or malformed: the chain's contracts
    /// are not those that this program was built with.</exception>
    public CityLogEntry Decode(EthLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (!_decoders.TryGetValue(log.Address, out (string Name, Func<EthLog, ContractEvent?> Decode) contract))
        {
            throw new LedgerException($"A log of {log.Address} was given, which is none of the city's contracts.");
        }
        try
        {
            return contract.Decode(log) is { } decoded ? new(decoded, log) : throw Undecodable(contract.Name, log, "it has no such event", null);
        }
        catch (Exception exception) when (exception is AbiException or OverflowException)
        {
            throw Undecodable(contract.Name, log, exception.Message, exception);
        }
    }

    /// <summary>Reads what the contracts told in a range of blocks.</summary>
    /// <param name="api">The node.</param>
    /// <param name="fromBlock">First block.</param>
    /// <param name="toBlock">Last block, included; beyond the newest block means up to it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    /// <exception cref="LedgerException">A log cannot be decoded.</exception>
    public async Task<IReadOnlyList<CityLogEntry>> ReadAsync(
        EthApi api, ulong fromBlock, ulong toBlock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(api);
        IReadOnlyList<EthLog> logs = await api.GetLogsAsync(new(Addresses, [], fromBlock, toBlock), cancellationToken);
        return logs.Select(Decode).ToArray();
    }

    /// <summary>Reads what was told since a block, then goes on for ever with what is told later, at most
    /// <see cref="MaxBlocksPerPage"/> blocks a page. A page comes for every new block, also when nothing was told in it.</summary>
    /// <param name="api">The node.</param>
    /// <param name="fromBlock">First block: the one after the last page's <see cref="CityLogPage.ToBlock"/>.</param>
    /// <param name="previousHash">Hash of the block before, to notice that the chain was set back meanwhile; null does not check.</param>
    /// <param name="pollInterval">Pause between questions for a new block; null is a second.</param>
    /// <param name="time">The clock of the pauses; null takes the system's.</param>
    /// <param name="cancellationToken">Ends the enumeration by <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ChainMismatchException">The chain was set back behind what was read: read again from the city's first block.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer: follow again from the same block.</exception>
    /// <exception cref="LedgerException">A log cannot be decoded.</exception>
    public async IAsyncEnumerable<CityLogPage> FollowAsync(
        EthApi api,
        ulong fromBlock,
        Hash32? previousHash = null,
        TimeSpan? pollInterval = null,
        TimeProvider? time = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(api);
        ulong next = fromBlock;
        while (true) // Ends when it is cancelled.
        {
            ulong head = await api.GetBlockNumberAsync(cancellationToken);
            if (previousHash is { } known)
            {
                await CheckNotSetBackAsync(api, next - 1, known, cancellationToken);
            }
            if (head < next)
            {
                await Task.Delay(pollInterval ?? DefaultPollInterval, time ?? TimeProvider.System, cancellationToken);
                continue;
            }
            ulong end = Math.Min(head, next + MaxBlocksPerPage - 1);
            EthBlock last = await api.GetBlockAsync(BlockParameter.Of(end), cancellationToken);
            yield return new(next, end, last.Hash, await ReadAsync(api, next, end, cancellationToken));
            (next, previousHash) = (end + 1, last.Hash);
        }
    }

    private static async Task CheckNotSetBackAsync(EthApi api, ulong block, Hash32 known, CancellationToken cancellationToken)
    {
        EthBlock? present = await api.FindBlockAsync(BlockParameter.Of(block), cancellationToken);
        if (present?.Hash != known)
        {
            throw new ChainMismatchException(
                $"The chain at {api.Client.Url} was set back: block {block} was {known}, now "
                + (present is null ? "there is none." : $"it is {present.Hash}.") + " What was read must be read again.");
        }
    }

    private static LedgerException Undecodable(string contract, EthLog log, string reason, Exception? inner) => new(
        $"A log of {contract} cannot be decoded (block {log.BlockNumber}, transaction {log.TransactionHash}, log {log.LogIndex}): "
        + $"{reason}. Run the version of this program that the city was deployed with, or a later one.", inner);
}
