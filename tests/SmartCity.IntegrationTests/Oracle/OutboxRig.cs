using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.IntegrationTests.Ledger;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>A city on a real node, before which faults can be laid, and journals of hours that are closed and wait to be sent.</summary>
internal sealed class OutboxRig : IAsyncDisposable
{
    private readonly NodeProcess _node;
    private readonly TestCity _city;
    private readonly Dictionary<uint, RegisteredSegment> _segments;
    private string _snapshot;

    private OutboxRig(NodeProcess node, FaultyNode proxy, Miner miner, TestCity city, CityRegistry registry, string snapshot)
    {
        (_node, Proxy, Miner, _city, _snapshot) = (node, proxy, miner, city, snapshot);
        _segments = registry.Segments.Values.ToDictionary(segment => segment.Number);
        Layout = CityLayout.Of(city.Plan);
    }

    public FaultyNode Proxy { get; }

    public Miner Miner { get; }

    public CityLayout Layout { get; }

    public TestCity City => _city;

    /// <summary>The node itself, no fault between.</summary>
    public EthApi Api => _city.Api;

    /// <summary>Starts a node and deploys the city. Blocks come every tenth of a second.</summary>
    public static async Task<OutboxRig> StartAsync(NodeKind kind, CancellationToken cancellationToken)
    {
        NodeProcess node = kind == NodeKind.Anvil
            ? await AnvilNode.StartAsync(new() { BlockTime = null }, cancellationToken)
            : await HardhatNode.StartAsync(cancellationToken);
        EthApi api = node.CreateApi();
        _ = await api.Client.FindAsync<object>("evm_setAutomine", [true], cancellationToken);
        TestCity city = await TestCity.DeployAsync(api, cancellationToken);
        CityRegistry registry = await city.Reader.ReadRegistryAsync(cancellationToken);
        string snapshot = await api.Client.SendAsync<string>("evm_snapshot", [], cancellationToken);
        Miner miner = await Miner.StartAsync(node, TimeSpan.FromMilliseconds(100), cancellationToken);
        return new(node, await FaultyNode.StartAsync(node.Url, null, cancellationToken), miner, city, registry, snapshot);
    }

    /// <summary>The chain as it was deployed, and no fault.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        Proxy.Faults = FaultPlans.None;
        Proxy.SpeaksBesu = false;
        Miner.IsPaused = true;
        await Proxy.ForgetPoolAsync(cancellationToken);
        await RevertAsync(cancellationToken);
        Miner.IsPaused = false;
    }

    /// <summary>Takes back every block since the deployment.</summary>
    public async Task RevertAsync(CancellationToken cancellationToken)
    {
        Assert.That(await Api.Client.SendAsync<bool>("evm_revert", [_snapshot], cancellationToken));
        _snapshot = await Api.Client.SendAsync<string>("evm_snapshot", [], cancellationToken);
    }

    /// <summary>A new journal with so many closed hours of each segment. Unless said otherwise its clock runs ten times as fast as the system's.</summary>
    public Outbox NewOutbox(int hours, TimeProvider? time = null)
    {
        Outbox outbox = new(this, time ?? new FastTime(10));
        outbox.Close(hours);
        return outbox;
    }

    /// <summary>Waits until every hour of the outbox is on the chain and the outbox knows it.</summary>
    public Task WaitUntilConfirmedAsync(Outbox outbox, CancellationToken cancellationToken) => OracleRig.WaitAsync(
        () => Task.FromResult(string.Join(", ", Layout.Segments.Select(segment => $"{outbox.Batches.ConfirmedBefore(segment.Number)} of {outbox.Hours.NextHour(segment.Number)}"))
            + (outbox.Failure is { } failure ? $"; failed: {failure}" : "") + "\n" + outbox.Log),
        _ => outbox.Failure is not null
            || Layout.Segments.All(segment => outbox.Batches.ConfirmedBefore(segment.Number) == outbox.Hours.NextHour(segment.Number)),
        cancellationToken);

    /// <summary>Transactions of the oracle that the node has and that are in no block.</summary>
    public async Task<int> OnTheirWayAsync(CancellationToken cancellationToken)
    {
        int mined = await MinedAsync(cancellationToken);
        return (int)await Api.GetTransactionCountAsync(City.Oracle.Address, BlockParameter.Pending, cancellationToken) - mined;
    }

    /// <summary>Waits until the node has so many transactions of the oracle, in blocks or waiting.</summary>
    public Task WaitForPoolAsync(int transactions, CancellationToken cancellationToken) => OracleRig.WaitAsync(
        () => Api.GetTransactionCountAsync(City.Oracle.Address, BlockParameter.Pending, cancellationToken), count => count >= (ulong)transactions, cancellationToken);

    /// <summary>Hours wait while gas costs something and the oracle has nothing, until it says so, and go on when gas is free again.</summary>
    /// <param name="hours">How many.</param>
    /// <param name="words">What it must say.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task PlayGasThatCostsAsync(int hours, string words, CancellationToken cancellationToken)
    {
        Miner.IsPaused = true;
        await using Outbox outbox = NewOutbox(hours);
        outbox.Start();
        int due = hours * Layout.Segments.Count;
        await WaitForPoolAsync(due, cancellationToken);
        await _node.SetBaseFeeAsync("0x1", cancellationToken);
        await OracleRig.WaitAsync(
            () => outbox.ReadStatusAsync(cancellationToken),
            status => status is { State: LinkState.Refused, Message: { } message } && message.Contains(words, StringComparison.Ordinal)
                && message.Contains("funds", StringComparison.Ordinal),
            cancellationToken);

        await _node.SetBaseFeeAsync("0x0", cancellationToken);
        Miner.IsPaused = false;
        await WaitUntilConfirmedAsync(outbox, cancellationToken);
        await outbox.StopAsync();
        await AssertIsCompleteAsync(outbox, due, cancellationToken);
    }

    /// <summary>Corrections of segment 1 on the chain.</summary>
    public async Task<uint> CorrectionsAsync(CancellationToken cancellationToken) => (await Api.CallAsync(
        City.City.Contracts.ReadingLedger.CorrectionHeadOf(1), BlockParameter.Latest, cancellationToken)).Number;

    /// <summary>Transactions of the oracle's key that are in blocks.</summary>
    public async Task<int> MinedAsync(CancellationToken cancellationToken) =>
        (int)await Api.GetTransactionCountAsync(City.Oracle.Address, BlockParameter.Latest, cancellationToken);

    /// <summary>Each hour is on the chain once, as it was signed; no transaction waits, behind a gap or otherwise; no more were made than
    /// is said.</summary>
    public async Task AssertIsCompleteAsync(Outbox outbox, int mostTransactions, CancellationToken cancellationToken)
    {
        Assert.That(outbox.Failure, Is.Null);
        Hash32 config = await City.Reader.GetOracleConfigAsync(cancellationToken);
        foreach (RegisteredSegment segment in _segments.Values)
        {
            IReadOnlyList<RecordedHour> hours = await City.Reader.ReadHoursAsync(segment, cancellationToken);
            int expected = (int)(outbox.Hours.NextHour(segment.Number).Value - Layout.FirstHour.Value);
            Assert.That(hours.Select(hour => hour.Hour.Value), Is.EqualTo(Enumerable.Range((int)Layout.FirstHour.Value, expected)));
            SegmentHead head = await City.Reader.GetHeadAsync(segment.Number, cancellationToken);
            Assert.That(outbox.Batches.IdOf(config, segment.Number, new(head.NextHour.Value - 1)), Is.EqualTo(head.LastBatch));
        }
        ulong mined = await Api.GetTransactionCountAsync(City.Oracle.Address, BlockParameter.Latest, cancellationToken);
        ulong pending = await Api.GetTransactionCountAsync(City.Oracle.Address, BlockParameter.Pending, cancellationToken);
        TestContext.Out.WriteLine($"{mined} transactions, {Proxy.CountOf(NodeExchange.SendMethod)} handed over in all tests so far, {Proxy.Exchanges} requests");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(pending, Is.EqualTo(mined), "something still waits");
        Assert.That(mined, Is.LessThanOrEqualTo((ulong)mostTransactions));
    }

    public async ValueTask DisposeAsync()
    {
        await Miner.DisposeAsync();
        await Proxy.DisposeAsync();
        _city.Dispose();
        await _node.DisposeAsync();
    }

    /// <summary>A journal and what submits its hours.</summary>
    internal sealed class Outbox : IAsyncDisposable
    {
        private readonly OutboxRig _rig;
        private readonly TimeProvider _time;
        private readonly string _folder = Directory.CreateTempSubdirectory("outbox").FullName;
        private readonly JournalDatabase _journal;
        private readonly TestLog _log = new();
        private readonly HttpClient _http;
        private CancellationTokenSource? _stop;
        private TransactionSender? _sender;
        private Task[] _loops = [];
        private Task _firstToEnd = Task.CompletedTask;

        public Outbox(OutboxRig rig, TimeProvider time)
        {
            (_rig, _time) = (rig, time);
            _http = new() { BaseAddress = rig.Proxy.Url, Timeout = Timeout.InfiniteTimeSpan };
            _journal = JournalDatabase.Open(_folder);
            Hours = new(_journal, new(_journal), _time);
            Hours.Register(rig.Layout);
            new StatusStore(_journal, _time).Start(Rules.AlarmMode.Strict);
            Batches = new(_journal, _time);
            Corrections = new(_journal, rig.Layout, _time);
        }

        public HourStore Hours { get; }

        public BatchStore Batches { get; }

        public CorrectionStore Corrections { get; }

        public string Log => _log.Text;

        /// <summary>What ended the submitter, if something did.</summary>
        public Exception? Failure => _firstToEnd.Exception?.InnerException;

        /// <summary>How it says that it stands with the chain.</summary>
        public async Task<LinkStatus> ReadStatusAsync(CancellationToken cancellationToken) =>
            (await new OracleReader(_folder, _time).GetStatusAsync(cancellationToken))!.Chain;

        /// <summary>Closes so many more hours of each segment.</summary>
        public void Close(int hours) => Close(hours, (_, _, readings) => readings);

        /// <summary>Closes so many more hours of each segment, with readings that are changed.</summary>
        public void Close(int hours, Func<uint, int, IReadOnlyList<IReadOnlyList<Reading>>, IReadOnlyList<IReadOnlyList<Reading>>> change) => _journal.Write(transaction =>
        {
            foreach (SegmentLayout segment in _rig.Layout.Segments)
            {
                uint first = Hours.NextHour(segment.Number).Value;
                for (int i = 0; i < hours; i++)
                {
                    Hour hour = new(first + (uint)i);
                    Hours.AddClosed(transaction, new(segment.Number, hour, change(segment.Number, i, TestCity.ReadingsOf(_rig._segments[segment.Number], hour)), 0, []));
                }
            }
        });

        /// <summary>Closes hours of which the first have no reading of a consumer in segment 1.</summary>
        public void CloseWithGaps(int hours, int gaps)
        {
            int channel = _rig.Layout.Segments[0].Groups[0].Channels.Count - 1;
            Close(hours, (segment, i, groups) => segment == 1 && i < gaps
                ? [[.. groups[0].Take(channel), new Reading(default, Quality.Missing)], .. groups.Skip(1)]
                : groups);
        }

        /// <summary>Learns what the consumer had in those hours: gaps, one hour each.</summary>
        public void LearnGaps(int gaps)
        {
            GroupLayout group = _rig.Layout.Segments[0].Groups[0];
            _journal.Write(transaction =>
            {
                for (uint i = 0; i < gaps; i++)
                {
                    Corrections.AddFills(
                        transaction, 1, [new(group.Plan.Number, group.Channels.Count - 1, new(_rig.Layout.FirstHour.Value + i), [5 + i], $"gap {i}")]);
                }
            });
        }

        /// <summary>Do all known gaps stand on the chain, for all that the journal knows?</summary>
        public bool AreGapsFilled(int gaps) => Corrections.LastSigned(1) == gaps && Corrections.Unconfirmed(1, uint.MaxValue).Count == 0;

        /// <summary>Starts to submit; again after <see cref="StopAsync"/>.</summary>
        public void Start(TransactionSenderOptions? options = null)
        {
            _stop = new();
            EthApi api = new(new RpcClient(_http, null, _time));
            _sender = new(api, _rig.City.Oracle, 31_337, (options ?? new()) with { Errors = ContractArtifact.CityAbi, MaxInFlight = 1_000 }, _time);
            ChainSession chain = new(api, _rig.City.City, _rig.City.Oracle, _sender, _rig.Layout, new(_journal, _time), _time, _log.For<ChainSession>());
            HourSubmitter submitter = new(chain, _rig.Layout, Hours, Batches, _time, _log.For<HourSubmitter>());
            CorrectionSubmitter corrections = new(chain, _rig.Layout, Corrections, _time, _log.For<CorrectionSubmitter>());
            CancellationToken token = _stop.Token;
            _loops = [Task.Run(() => submitter.RunAsync(token), CancellationToken.None), Task.Run(() => corrections.RunAsync(token), CancellationToken.None)];
            _firstToEnd = Task.WhenAny(_loops).Unwrap();
        }

        /// <summary>Stops, wherever it is.</summary>
        public async Task StopAsync()
        {
            await _stop!.CancelAsync();
            await Task.WhenAll(_loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            _sender!.Dispose();
            _stop.Dispose();
            _stop = null;
        }

        public async ValueTask DisposeAsync()
        {
            if (_stop is not null)
            {
                await StopAsync();
            }
            TestContext.Out.WriteLine(Log);
            _journal.Dispose();
            _http.Dispose();
            SqliteConnection.ClearAllPools();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
