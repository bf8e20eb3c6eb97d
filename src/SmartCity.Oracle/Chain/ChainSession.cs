using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>The city's chain: is it there, is it ours, what does it hold. Safe to use from several threads.</summary>
internal sealed partial class ChainSession(
    EthApi api,
    DeployedCity city,
    EthECKey key,
    TransactionSender sender,
    CityLayout layout,
    StatusStore status,
    TimeProvider time,
    ILogger<ChainSession> logger,
    bool signsWithOthers = false)
{
    /// <summary>The ledger takes no hour that is not over; clocks may differ, but not so much.</summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromDays(366);

    private readonly CityReader _reader = new(api, city);
    private readonly ConcurrentDictionary<uint, SegmentHead> _heads = new();
    private readonly Dictionary<uint, GrowingNumber> _hours = [];
    private readonly Dictionary<uint, GrowingNumber> _corrections = [];
    private EthBlock? _newest;
    private readonly Lock _lock = new();
    private LinkState _link = LinkState.Unknown;
    private string? _message;

    /// <summary>The node.</summary>
    public EthApi Api { get; } = api;

    /// <summary>The city's contracts.</summary>
    public DeployedCity City { get; } = city;

    /// <summary>The one writer of the oracle's nonces.</summary>
    public TransactionSender Sender { get; } = sender;

    /// <summary>The oracle's account.</summary>
    public Address Oracle => key.Address;

    /// <summary>Signs hours.</summary>
    public HourBatchSigner Signer { get; } = new(key, city.LedgerDomain);

    /// <summary>The configuration of oracles that batches are signed for; zero until the chain was asked.</summary>
    public Hash32 Config { get; private set; }

    /// <summary>The oracles that the ledger names; <c>null</c> until the chain was asked.</summary>
    public OracleSet? Set { get; private set; }

    /// <summary>1 since the chain was found to be the city's, and one more each time it was found to have lost blocks; 0 before.</summary>
    public int Epoch { get; private set; }

    /// <summary>May the chain's part in a failure be waited out: a node that cannot be reached, lags, or answers what is no answer?</summary>
    public static bool IsPassing(Exception exception) =>
        exception is EthereumNodeException or WrongChainException or AbiException or LedgerException or FormatException;

    /// <summary>Notes that the chain has lost blocks.</summary>
    public void Doubt() => Epoch++;

    /// <summary>Where a segment stood when the chain was last asked; <c>null</c> before that.</summary>
    public SegmentHead? HeadOf(uint segment) => _heads.TryGetValue(segment, out SegmentHead head) ? head : null;

    /// <summary>Makes sure that the chain is the city's and that this oracle may sign for it.</summary>
    /// <exception cref="OracleStoppedException">Another chain, a contract missing, or an oracle the ledger does not know.</exception>
    /// <exception cref="EthereumNodeException">The node did not answer, or is behind its chain.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        if (await Api.FindSyncProgressAsync(cancellationToken) is { } progress)
        {
            // With an empty journal there would be nothing to see by that its head is an old one.
            throw new RpcProtocolException(
                "eth_syncing", $"The node at {Api.Client.Url} is still catching up with its chain: block {progress.CurrentBlock} of {progress.HighestBlock}.");
        }
        try
        {
            await City.VerifyAsync(Api, cancellationToken);
        }
        catch (LedgerException exception)
        {
            throw new OracleStoppedException(OracleExit.Chain, exception.Message, exception);
        }
        await ReadConfigAsync(cancellationToken);
        await CheckSegmentsAsync(cancellationToken);
        if (await HasLostBlocksAsync(cancellationToken) || Epoch == 0)
        {
            Epoch++;
            LogVerified(City.ChainId, Api.Client.Url, Oracle);
        }
    }

    /// <summary>Asks the chain where each segment stands. A segment is left out while only a node that lags was heard of it.</summary>
    /// <param name="known">Hours of a segment before this one are known to have been on the chain.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="EthereumNodeException">The node did not answer.</exception>
    public async Task<IReadOnlyDictionary<uint, SegmentHead>> ReadHeadsAsync(Func<uint, Hour> known, CancellationToken cancellationToken)
    {
        foreach (SegmentHead head in await _reader.GetHeadsAsync([.. layout.Segments.Select(segment => segment.Number)], cancellationToken))
        {
            if (!_hours.TryGetValue(head.Segment, out GrowingNumber? hours))
            {
                _hours[head.Segment] = hours = new(known(head.Segment).Value, time);
            }
            if (head.NextHour > Hour.Containing(time.GetUtcNow() + MostAhead))
            {
                throw new RpcProtocolException(
                    "eth_call", $"The node at {Api.Client.Url} says that segment {head.Segment} is on the chain up to hour {head.NextHour.Value}, years from now.");
            }
            if (hours.Hear(head.NextHour.Value))
            {
                _heads[head.Segment] = head;
            }
        }
        return _heads;
    }

    /// <summary>Asks the chain which place the next correction of a segment takes; <c>null</c> while only a node that lags was heard.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="known">Corrections of the segment up to this number are known to have been on the chain.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="EthereumNodeException">The node did not answer.</exception>
    public async Task<CorrectionPlace?> ReadCorrectionPlaceAsync(uint segment, uint known, CancellationToken cancellationToken)
    {
        (uint number, Hash32 last) = await Api.CallAsync(
            City.Contracts.ReadingLedger.CorrectionHeadOf(segment), BlockParameter.Latest, cancellationToken);
        lock (_lock)
        {
            if (!_corrections.TryGetValue(segment, out GrowingNumber? corrections))
            {
                _corrections[segment] = corrections = new(known, time);
            }
            return number < uint.MaxValue && corrections.Hear(number) ? new(segment, number + 1, last) : null;
        }
    }

    /// <summary>Is a correction on the chain?</summary>
    /// <exception cref="EthereumNodeException">The node did not answer.</exception>
    public Task<bool> HoldsAsync(ReadingCorrection correction, CancellationToken cancellationToken) =>
        _reader.HasCorrectionAsync(correction, cancellationToken);

    /// <summary>The corrections of a segment that the chain holds, in order.</summary>
    /// <exception cref="EthereumNodeException">The node did not answer.</exception>
    public Task<IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded>> ReadCorrectionsAsync(uint segment, CancellationToken cancellationToken) =>
        _reader.ReadCorrectionsAsync(segment, cancellationToken);

    /// <summary>Does the incident log know this evidence of an incident?</summary>
    /// <exception cref="EthereumNodeException">The node did not answer.</exception>
    public async Task<bool> HasEvidenceAsync(Hash32 incident, Hash32 evidence, CancellationToken cancellationToken) =>
        (await _reader.ReadEvidenceAsync(incident, cancellationToken)).Contains(evidence);

    /// <summary>Asks the chain whose signatures it wants now.</summary>
    /// <exception cref="OracleStoppedException">Not this oracle's, or more than it can bring together.</exception>
    /// <exception cref="EthereumNodeException">The node did not answer.</exception>
    public async Task ReadConfigAsync(CancellationToken cancellationToken)
    {
        (IReadOnlyList<Address> members, byte threshold) = await _reader.GetOraclesAsync(cancellationToken);
        if (!members.Contains(Oracle))
        {
            throw new OracleStoppedException(OracleExit.Chain,
                $"The ledger at {City.Contracts.ReadingLedger.Address} does not know this oracle: its key is {Oracle}, the registered ones are "
                + $"{(members.Count == 0 ? "none" : string.Join(", ", members))}. Register the key (setOracles), or start with the registered key.");
        }
        Hash32 config = City.LedgerDomain.OracleConfigOf(members, threshold);
        IReadOnlyList<bool> active = threshold == 1 ? [] : await Api.CallManyAsync(
            [.. members.Select(City.Contracts.ReadingLedger.IsOracle)], BlockParameter.Latest, cancellationToken);
        OracleSet set = new(members, threshold, config, members.Zip(active).Where(pair => !pair.Second).Select(pair => pair.First).ToHashSet());
        if (set.IsShared)
        {
            RequireShared(set);
        }
        (Set, Config) = (set, config);
    }

    private void RequireShared(OracleSet set)
    {
        string? problem = !signsWithOthers
            ? $"The ledger wants {set.Threshold} signatures a batch; this oracle was started to sign alone. Tell it where it answers the others and where "
                + "they answer (--peer-listen, --peer), or set the threshold to 1."
            : !set.IsMajority
                ? $"The ledger wants {set.Threshold} of {set.Members.Count} signatures: two groups of oracles could sign two batches for one hour. "
                    + "Set a threshold of more than half (setOracles)."
                : set.Suspended.Contains(Oracle)
                    ? $"The ledger has suspended this oracle: its key {Oracle} signed two batches for one hour. Find out who else has the key, and "
                        + "rotate it (smartcity key rotate)."
                    : null;
        if (problem is not null)
        {
            throw new OracleStoppedException(OracleExit.Chain, problem);
        }
    }

    /// <summary>Hours of a segment as the chain recorded them, with their signatures.</summary>
    /// <exception cref="EthereumNodeException">The node did not answer.</exception>
    public async Task<IReadOnlyList<SignedBatch>> ReadRecordedAsync(uint segment, Hour from, Hour to, CancellationToken cancellationToken) =>
        [.. (await _reader.ReadHourEventsAsync(segment, from, to, cancellationToken)).Select(told => new SignedBatch(
            new(told.Segment, new(told.Hour), told.PreviousBatch, told.Payload, told.OracleConfig),
            [.. Enumerable.Range(0, told.Signatures.Length / EthECDSASignature.Size).Select(i =>
                EthECDSASignature.FromBytes(told.Signatures.Span.Slice(i * EthECDSASignature.Size, EthECDSASignature.Size)))]))];

    /// <summary>Sums of all intervals that the chain holds of a segment's channels.</summary>
    /// <exception cref="EthereumNodeException">The node did not answer.</exception>
    public async Task<IReadOnlyDictionary<ChannelKey, Quantity>> ReadRegistersAsync(SegmentLayout segment, CancellationToken cancellationToken)
    {
        List<ChannelLayout> channels = [.. segment.Groups.SelectMany(group => group.Channels)];
        IReadOnlyList<IReadOnlyList<ulong>> zones = await Api.CallManyAsync(
            [.. channels.Select(channel => City.Contracts.ReadingLedger.RegistersOf(channel.Group, (ushort)channel.Channel))],
            BlockParameter.Latest, cancellationToken);
        return channels.Zip(zones).ToDictionary(
            pair => new ChannelKey(pair.First.Group, pair.First.Channel),
            pair => new Quantity(pair.Second.Aggregate(0ul, (sum, register) => sum + register)));
    }

    /// <summary>Notes how the oracle stands with the chain, and logs when that changes.</summary>
    public void Link(LinkState state, string? message)
    {
        lock (_lock)
        {
            if (state == _link && message == _message)
            {
                return;
            }
            if (state == LinkState.Reachable)
            {
                LogReachable();
            }
            else
            {
                LogUnreachable(state, message ?? "");
            }
            (_link, _message) = (state, message);
            status.Chain(state, message);
        }
    }

    /// <summary>Is another block where the newest one was that was seen before?</summary>
    private async Task<bool> HasLostBlocksAsync(CancellationToken cancellationToken)
    {
        EthBlock newest = await Api.GetBlockAsync(BlockParameter.Latest, cancellationToken);
        if (_newest is not { } seen)
        {
            _newest = newest;
            return false;
        }
        EthBlock? now = await Api.FindBlockAsync(BlockParameter.Of(seen.Number), cancellationToken);
        bool isLost = now is not null && now.Hash != seen.Hash;
        _newest = isLost || newest.Number > seen.Number ? newest : seen; // A node that lags says nothing of it.
        return isLost;
    }

    private async Task CheckSegmentsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(MeterRegistryContract.Kind Kind, uint FirstHour, ushort Slots, uint Groups)> segments = await Api.CallManyAsync(
            [.. layout.Segments.Select(segment => City.Contracts.MeterRegistry.SegmentOf(segment.Number))], BlockParameter.Latest, cancellationToken);
        foreach ((SegmentLayout planned, (MeterRegistryContract.Kind kind, uint firstHour, ushort slots, uint groups)) in layout.Segments.Zip(segments))
        {
            int plannedSlots = planned.Groups.Sum(group => HourPayload.SlotsFor(group.Channels.Count));
            if ((int)kind != (int)planned.Kind || firstHour != layout.FirstHour.Value || slots != plannedSlots || groups != planned.Groups.Count)
            {
                throw new OracleStoppedException(OracleExit.Configuration,
                    $"Segment {planned.Number} of the plan ({planned.Kind}, from {layout.FirstHour}, {planned.Groups.Count} groups in {plannedSlots} slots) is not "
                    + $"the chain's ({kind}, from {new Hour(firstHour)}, {groups} groups in {slots} slots). Start with the plan that the city was deployed with.");
            }
        }
    }

    [LoggerMessage(EventId = 5100, Level = LogLevel.Information, Message = "Chain {ChainId} at {Url} is the city's; this oracle is {Oracle}")]
    private partial void LogVerified(ulong chainId, Uri url, Address oracle);

    [LoggerMessage(EventId = 5101, Level = LogLevel.Information, Message = "The chain answers")]
    private partial void LogReachable();

    [LoggerMessage(EventId = 5102, Level = LogLevel.Warning, Message = "The chain is {State}: {Reason}")]
    private partial void LogUnreachable(LinkState state, string reason);
}
