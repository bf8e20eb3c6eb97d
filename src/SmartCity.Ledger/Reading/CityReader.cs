using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>Reads a city from its chain, with the domain's types. Keeps nothing: to follow the chain see <see cref="Log"/>. Safe to use
/// from many threads. Every method throws <see cref="EthereumNodeException"/> when the node gives no answer; a
/// <see cref="ContractRevertException"/> among them names the contract's error.</summary>
/// <param name="api">The node.</param>
/// <param name="city">The city.</param>
public sealed class CityReader(EthApi api, DeployedCity city)
{
    /// <summary>Decodes and follows the city's logs.</summary>
    public CityLog Log { get; } = new(city.Contracts);

    private CityContracts Contracts => city.Contracts;

    /// <summary>Where segments stand.</summary>
    public async Task<IReadOnlyList<SegmentHead>> GetHeadsAsync(IReadOnlyList<uint> segments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        IReadOnlyList<(uint NextHour, Hash32 LastBatch)> heads = await api.CallManyAsync(
            segments.Select(Contracts.ReadingLedger.HeadOf).ToArray(), BlockParameter.Latest, cancellationToken);
        return segments.Zip(heads, (segment, head) => new SegmentHead(segment, new(head.NextHour), head.LastBatch)).ToArray();
    }

    /// <summary>Where a segment stands.</summary>
    public async Task<SegmentHead> GetHeadAsync(uint segment, CancellationToken cancellationToken) =>
        (await GetHeadsAsync([segment], cancellationToken))[0];

    /// <summary>The configuration that batches must be signed for now; zero while no oracles were named.</summary>
    public Task<Hash32> GetOracleConfigAsync(CancellationToken cancellationToken) =>
        api.CallAsync(Contracts.ReadingLedger.OracleConfig(), BlockParameter.Latest, cancellationToken);

    /// <summary>The oracles, ascending, and how many of them must sign.</summary>
    public Task<(IReadOnlyList<Address> Members, byte Threshold)> GetOraclesAsync(CancellationToken cancellationToken) =>
        api.CallAsync(Contracts.ReadingLedger.Oracles(), BlockParameter.Latest, cancellationToken);

    /// <summary>Segments, groups, accounts, providers and tariffs.</summary>
    public async Task<CityRegistry> ReadRegistryAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<CityLogEntry> entries = await ReadLogsAsync(
            [Contracts.MeterRegistry.Address, Contracts.AccountBook.Address, Contracts.TariffBook.Address], [], cancellationToken);
        int offset = await api.CallAsync(Contracts.ReadingLedger.UtcOffset(), BlockParameter.Latest, cancellationToken);
        return CityRegistry.From(new(TimeSpan.FromSeconds(offset)), entries.Select(entry => entry.Event));
    }

    /// <summary>The hours that were recorded for a segment, in order.</summary>
    /// <exception cref="FormatException">What is recorded is not what was signed.</exception>
    public async Task<IReadOnlyList<RecordedHour>> ReadHoursAsync(RegisteredSegment segment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segment);
        IReadOnlyList<CityLogEntry> entries = await ReadLogsAsync(
            [Contracts.ReadingLedger.Address],
            [[ReadingLedgerEvent.HourRecorded.Topic], [Hash32.FromUInt64(segment.Number)]], cancellationToken);
        return Events<ReadingLedgerEvent.HourRecorded>(entries)
            .Select(told => RecordedHour.Decode(told, segment, city.LedgerDomain))
            .ToArray();
    }

    /// <summary>What the chain told of some hours of a segment, in order.</summary>
    public async Task<IReadOnlyList<ReadingLedgerEvent.HourRecorded>> ReadHourEventsAsync(
        uint segment, Hour from, Hour to, CancellationToken cancellationToken)
    {
        Hash32[] hours = [.. Enumerable.Range(0, (int)(to.Value - from.Value)).Select(i => Hash32.FromUInt64(from.Value + (ulong)i))];
        IReadOnlyList<CityLogEntry> entries = await ReadLogsAsync(
            [Contracts.ReadingLedger.Address],
            [[ReadingLedgerEvent.HourRecorded.Topic], [Hash32.FromUInt64(segment)], hours], cancellationToken);
        return [.. Events<ReadingLedgerEvent.HourRecorded>(entries)];
    }

    /// <summary>Was a correction recorded?</summary>
    public async Task<bool> HasCorrectionAsync(ReadingCorrection correction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(correction);
        LogFilter filter = new(
            [Contracts.ReadingLedger.Address],
            [
                [ReadingLedgerEvent.CorrectionRecorded.Topic], [Hash32.FromUInt64(correction.Place.Segment)],
                [Hash32.FromUInt64(correction.Subject.Group)], [correction.Id],
            ],
            city.DeployedAtBlock, ulong.MaxValue);
        return (await api.GetLogsAsync(filter, cancellationToken)).Count > 0;
    }

    /// <summary>The corrections that were recorded for a segment, in order.</summary>
    public async Task<IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded>> ReadCorrectionsAsync(uint segment, CancellationToken cancellationToken)
    {
        IReadOnlyList<CityLogEntry> entries = await ReadLogsAsync(
            [Contracts.ReadingLedger.Address],
            [[ReadingLedgerEvent.CorrectionRecorded.Topic], [Hash32.FromUInt64(segment)]], cancellationToken);
        return Events<ReadingLedgerEvent.CorrectionRecorded>(entries).ToArray();
    }

    /// <summary>The phases of a group that did not balance, in order.</summary>
    public async Task<IReadOnlyList<RecordedImbalance>> ReadImbalancesAsync(uint group, CancellationToken cancellationToken)
    {
        IReadOnlyList<CityLogEntry> entries = await ReadLogsAsync(
            [Contracts.ReadingLedger.Address], [[ReadingLedgerEvent.PhaseImbalance.Topic], [Hash32.FromUInt64(group)]], cancellationToken);
        return Events<ReadingLedgerEvent.PhaseImbalance>(entries)
            .Select(told => new RecordedImbalance(told.Group, new(told.Hour), told.Phase, told.Difference, told.Tolerance))
            .ToArray();
    }

    /// <summary>The bills that were issued, in order: of one account, or of all when it is null.</summary>
    public async Task<IReadOnlyList<IssuedBill>> ReadBillsAsync(Hash32? account, CancellationToken cancellationToken)
    {
        IReadOnlyList<CityLogEntry> entries = await ReadLogsAsync(
            [Contracts.Billing.Address], OfAccount(BillingEvent.BillIssued.Topic, account), cancellationToken);
        return Events<BillingEvent.BillIssued>(entries).Select(IssuedBill.From).ToArray();
    }

    /// <summary>The payments that were received, in order: for one account, or for all when it is null.</summary>
    public async Task<IReadOnlyList<ReceivedPayment>> ReadPaymentsAsync(Hash32? account, CancellationToken cancellationToken)
    {
        IReadOnlyList<CityLogEntry> entries = await ReadLogsAsync(
            [Contracts.Settlement.Address], OfAccount(SettlementEvent.PaymentReceived.Topic, account), cancellationToken);
        return entries
            .Select(entry => (Told: (SettlementEvent.PaymentReceived)entry.Event, entry.Log))
            .Select(entry => new ReceivedPayment(
                entry.Told.Account, entry.Told.Payer, new(entry.Told.Amount), entry.Log.BlockNumber, entry.Log.TransactionHash))
            .ToArray();
    }

    /// <summary>What accounts owe and have.</summary>
    public async Task<IReadOnlyList<AccountBalance>> GetBalancesAsync(
        IReadOnlyList<Hash32> accounts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        IReadOnlyList<ulong> debts = await api.CallManyAsync(
            accounts.Select(Contracts.Settlement.DebtOf).ToArray(), BlockParameter.Latest, cancellationToken);
        IReadOnlyList<ulong> credits = await api.CallManyAsync(
            accounts.Select(Contracts.Settlement.CreditOf).ToArray(), BlockParameter.Latest, cancellationToken);
        return accounts.Select((account, i) => new AccountBalance(account, new(debts[i]), new(credits[i]))).ToArray();
    }

    /// <summary>What was paid of a bill, by service.</summary>
    public async Task<IReadOnlyDictionary<BilledService, Kopecks>> GetPaidAsync(
        Hash32 account, Period period, CancellationToken cancellationToken)
    {
        IReadOnlyList<ulong> paid = await api.CallAsync(
            Contracts.Settlement.PaidOf(account, period.Value), BlockParameter.Latest, cancellationToken);
        return Enum.GetValues<BilledService>().ToDictionary(service => service, service => new Kopecks(paid[(int)service]));
    }

    /// <summary>The next period to be billed for each account.</summary>
    public async Task<IReadOnlyList<Period>> GetNextPeriodsAsync(IReadOnlyList<Hash32> accounts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        IReadOnlyList<ushort> periods = await api.CallManyAsync(
            accounts.Select(Contracts.Billing.NextPeriodOf).ToArray(), BlockParameter.Latest, cancellationToken);
        return periods.Select(period => new Period(period)).ToArray();
    }

    /// <summary>What a provider can withdraw.</summary>
    public async Task<Kopecks> GetProviderBalanceAsync(ushort provider, CancellationToken cancellationToken) =>
        new(await api.CallAsync(Contracts.Settlement.BalanceOf(provider), BlockParameter.Latest, cancellationToken));

    /// <summary>Settlement roubles of an address.</summary>
    public async Task<Kopecks> GetRoublesAsync(Address holder, CancellationToken cancellationToken) =>
        new((ulong)await api.CallAsync(Contracts.SettlementRouble.BalanceOf(holder), BlockParameter.Latest, cancellationToken));

    /// <summary>What was told in a range of blocks that may change volumes and bills: registries, corrections, outages, volumes.</summary>
    internal async Task<IReadOnlyList<CityLogEntry>> ReadChangesAsync(ulong from, ulong to, CancellationToken cancellationToken)
    {
        LogFilter corrections = new(
            [Contracts.ReadingLedger.Address], [[ReadingLedgerEvent.CorrectionRecorded.Topic]], from, to);
        LogFilter rest = new(
            [Contracts.MeterRegistry.Address, Contracts.AccountBook.Address, Contracts.VolumeBook.Address, Contracts.IncidentLog.Address],
            [], from, to);
        IEnumerable<EthLog> logs =
            [.. await api.GetLogsAsync(corrections, cancellationToken), .. await api.GetLogsAsync(rest, cancellationToken)];
        return logs.OrderBy(log => (log.BlockNumber, log.LogIndex)).Select(Log.Decode).ToArray();
    }

    /// <summary>The evidence of everything that was recorded of an incident.</summary>
    public async Task<IReadOnlySet<Hash32>> ReadEvidenceAsync(Hash32 incident, CancellationToken cancellationToken)
    {
        IReadOnlyList<CityLogEntry> entries = await ReadLogsAsync([Contracts.IncidentLog.Address], [[], [incident]], cancellationToken);
        return entries
            .Select(entry => entry.Event switch
            {
                IncidentLogEvent.IncidentRaised raised => raised.Evidence,
                IncidentLogEvent.IncidentCleared cleared => cleared.Evidence,
                IncidentLogEvent.IncidentReopened reopened => reopened.Evidence,
                IncidentLogEvent.IncidentAdvanced advanced => advanced.Evidence,
                IncidentLogEvent.IncidentEscalated escalated => escalated.Evidence,
                IncidentLogEvent.IncidentVisited visited => visited.Evidence,
                IncidentLogEvent.IncidentSuspended suspended => suspended.Evidence,
                IncidentLogEvent.IncidentResumed resumed => resumed.Evidence,
                IncidentLogEvent.IncidentRejected rejected => rejected.Evidence,
                IncidentLogEvent.IncidentMerged merged => merged.Evidence,
                IncidentLogEvent.SupplyInterrupted interrupted => interrupted.Evidence,
                IncidentLogEvent.SupplyConditionReported reported => reported.Evidence,
                IncidentLogEvent.OutageRecorded outage => outage.Evidence,
                _ => Hash32.Zero,
            })
            .Where(evidence => !evidence.IsZero)
            .ToHashSet();
    }

    /// <summary>All incidents, in the order in which they were raised.</summary>
    public async Task<IReadOnlyList<RecordedIncident>> ReadIncidentsAsync(CancellationToken cancellationToken) =>
        RecordedIncident.From(await ReadLogsAsync([Contracts.IncidentLog.Address], [], cancellationToken));

    private static IReadOnlyList<IReadOnlyList<Hash32>> OfAccount(Hash32 topic, Hash32? account) =>
        account is { } one ? [[topic], [one]] : [[topic]];

    private static IEnumerable<T> Events<T>(IReadOnlyList<CityLogEntry> entries)
        where T : ContractEvent =>
        entries.Select(entry => (T)entry.Event);

    private async Task<IReadOnlyList<CityLogEntry>> ReadLogsAsync(
        IReadOnlyList<Address> addresses, IReadOnlyList<IReadOnlyList<Hash32>> topics, CancellationToken cancellationToken)
    {
        LogFilter filter = new(addresses, topics, city.DeployedAtBlock, ulong.MaxValue);
        IReadOnlyList<EthLog> logs = await api.GetLogsAsync(filter, cancellationToken);
        return logs.Select(Log.Decode).ToArray();
    }
}
