using System.Diagnostics.CodeAnalysis;
using CsCheck;
using SmartCity.Audit;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.IntegrationTests.Play;
using SmartCity.IntegrationTests.Reference;
using SmartCity.IntegrationTests.Scenarios;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.IntegrationTests.Audit;

/// <summary>
/// Two cities on a real node over two months, with gaps, corrections, recalculations, a handover, three zones, bands and outages in them, and months
/// of a house whose flat is billed by its average: one bit changed in any event of a copy is found.
/// </summary>
public sealed class OneBitTest : IDisposable
{
    private const int MaxSeed = 2_000;
    private const int Histories = 2;
    private const string Average = "missing_hours_average";
    private const int WordSize = 32;
    private const int FlipsTried = 100;

    /// <summary>Words of events that nobody can check who has not what they are the hash of; data from 0 on, topics from -1 down.</summary>
    private static readonly Dictionary<string, int[]> s_hashes = new()
    {
        ["IncidentLogEvent.IncidentRaised"] = [1],
        ["IncidentLogEvent.OutageRecorded"] = [5],
        ["SettlementEvent.DisputeOpened"] = [2],
        ["SettlementEvent.DisputeClosed"] = [2],
        // The digest of an obligation is of its deadline too, which no log tells.
        ["SettlementEvent.ObligationNetted"] = [3, -2],
        ["SettlementRoubleEvent.Minted"] = [-2],
        ["SettlementRoubleEvent.Burnt"] = [-2],
    };

    /// <summary>Events that an audit does not look at: what one may take of another's tokens is no money yet.</summary>
    private static readonly string[] s_ignored = ["SettlementRoubleEvent.Approval"];

    /// <summary>Events that a later one may have made void before anything followed from them.</summary>
    private static readonly string[] s_replaceable =
    [
        "AccountBookEvent.HolderChanged", "AccountBookEvent.TermsChanged", "TariffBookEvent.ProviderRegistered",
        "SettlementEvent.DisputeOpened",
    ];

    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(9));
    private readonly List<PlayedCity> _cities = [];

    private CancellationToken Cancellation => _timeout.Token;

    /// <summary>The kinds of events of the city's contracts that the two histories have.</summary>
    private static IEnumerable<string> Kinds =>
    [
        "DirectoryEvent.ContractRegistered",
        "MeterRegistryEvent.Connected", "MeterRegistryEvent.SegmentOpened", "MeterRegistryEvent.GroupAdded",
        "MeterRegistryEvent.MeterReplaced", "MeterRegistryEvent.FaultReported", "MeterRegistryEvent.AuthorityUpdated",
        "AccountBookEvent.Connected", "AccountBookEvent.AccountOpened", "AccountBookEvent.TermsChanged", "AccountBookEvent.MovedOut",
        "AccountBookEvent.HolderChanged", "AccountBookEvent.AuthorityUpdated",
        "ReadingLedgerEvent.OraclesChanged", "ReadingLedgerEvent.HourRecorded", "ReadingLedgerEvent.PhaseImbalance",
        "ReadingLedgerEvent.CorrectionRecorded",
        "TariffBookEvent.ProviderRegistered", "TariffBookEvent.TariffPublished",
        "VolumeBookEvent.VolumeEstimated", "VolumeBookEvent.VolumesFixed",
        "BillingEvent.BillIssued", "BillingEvent.Recalculated", "BillingEvent.SettlementConnected",
        "SettlementEvent.PaymentReceived", "SettlementEvent.PaymentAllocated", "SettlementEvent.PaymentEscrowed",
        "SettlementEvent.CreditChanged", "SettlementEvent.Refunded", "SettlementEvent.Withdrawn", "SettlementEvent.DisputeOpened",
        "SettlementEvent.DisputeConceded", "SettlementEvent.DisputeClosed", "SettlementEvent.PenaltyAccrued",
        "SettlementEvent.PenaltiesTaken", "SettlementEvent.ObligationNetted", "SettlementEvent.RoundNetted",
        "SettlementRoubleEvent.Transfer", "SettlementRoubleEvent.Minted",
        "IncidentLogEvent.DeadlineRulesSet", "IncidentLogEvent.IncidentRaised", "IncidentLogEvent.OutageRecorded",
    ];

    [OneTimeSetUp]
    public async Task PlayAsync()
    {
        await using NodeProcess process = await AnvilNode.StartAsync(
            new() { BlockTime = null, Genesis = PlayNode.Genesis, IsFirstComeFirstServed = true }, Cancellation);
        PlayNode node = await PlayNode.TakeAsync(process, Cancellation);
        string empty = await node.SnapshotAsync(Cancellation);
        foreach (History history in Enumerable.Range(1, MaxSeed).Select(HistoryGenerator.Generate).Where(IsRich).Take(Histories))
        {
            CityPlayer played = await CityPlayer.DeployAsync(node, history.UtcOffsetHours, Cancellation);
            foreach (Attempt attempt in history.Attempts)
            {
                await played.ApplyAsync(attempt.Command, attempt.IsRefused, Cancellation);
            }
            await played.FinishAsync(Cancellation);
            _cities.Add(new(await PlayedData.CollectAsync(played, Cancellation)));
            await node.RevertAsync(empty, Cancellation);
            empty = await node.SnapshotAsync(Cancellation);
        }

        CityPlayer city = await CityPlayer.DeployAsync(node, ScenarioEventReader.UtcOffset.Hours, Cancellation);
        await new ScenarioPlayer(ScenarioReader.Read(Average), city, Cancellation).PlayAsync();
        _cities.Add(new(await PlayedData.CollectAsync(city, Cancellation)));
    }

    /// <summary>Has a history all that a city may have?</summary>
    private static bool IsRich(History history)
    {
        HashSet<Type> kinds = [.. history.Commands.Select(command => command.GetType())];
        Type[] wanted =
        [
            typeof(SetTerms), typeof(MoveOut), typeof(Correct), typeof(ReportFault), typeof(ReplaceMeter), typeof(RecordOutage),
            typeof(Recalculate), typeof(Refund), typeof(OpenDispute), typeof(Concede), typeof(Reject), typeof(Net), typeof(Withdraw),
        ];
        if (!wanted.All(kinds.Contains))
        {
            return false;
        }
        ReferenceLedger ledger = new(history.UtcOffsetHours);
        ledger.ApplyAll(history.Commands);
        Line[] lines = [.. ledger.Bills.Values.SelectMany(bill => bill.Lines)];
        return Array.Exists(lines, line => line.Kind == Kind.Penalty) && Array.Exists(lines, line => line.Kind == Kind.Recalculation)
            && Array.Exists(lines, line => line.Band > 1) && Array.Exists(lines, line => line.Zone > 2);
    }

    [SuppressMessage("Usage", "CA1816", Justification = "There is no finalizer.")]
    public void Dispose() => _timeout.Dispose();

    [Test]
    public void Audit_Untouched_Holds() => Assert.That(
        _cities.SelectMany(city => PlayedData.FindingsOf(Auditor.Audit(city.Data))), Is.Empty);

    /// <summary>The last event of a kind, each of its words and topics.</summary>
    [TestCaseSource(nameof(Kinds))]
    public void Audit_OneBitOfEachWord_IsFound(string kind)
    {
        PlayedCity city = _cities.First(city => city.Kinds.Contains(kind));
        int index = city.Kinds.LastIndexOf(kind);
        EthLog log = city.Data.Logs[index];
        int[] words = [.. Enumerable.Range(1 - log.Topics.Count, log.Topics.Count - 1 + log.Data.Length / WordSize)];
        Assert.That(words.Except(s_hashes.GetValueOrDefault(kind, [])).Where(word => !IsFound(Flip(city.Data, index, word, WordSize - 1, 0))), Is.Empty);
    }

    /// <summary>Any bit of any event.</summary>
    [Test]
    public void Audit_AnyBit_IsFound()
    {
        // As many of each kind: most events are hours.
        (PlayedCity City, int Index)[][] byKind =
        [
            .. _cities.SelectMany(city => Enumerable.Range(0, city.Kinds.Count).Select(index => (city, index)))
                .GroupBy(log => log.city.Kinds[log.index])
                .Where(kind => Kinds.Contains(kind.Key) && !s_replaceable.Contains(kind.Key))
                .Select(kind => kind.ToArray()),
        ];
        Gen.Select(Gen.Int[0, byKind.Length - 1], Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], Gen.Int[0, 7]).Sample(
            (kind, number, position, bit) =>
            {
                (PlayedCity city, int index) = byKind[kind][number % byKind[kind].Length];
                EthLog log = city.Data.Logs[index];
                int[] words = [.. Enumerable.Range(1 - log.Topics.Count, log.Topics.Count - 1 + log.Data.Length / WordSize)
                    .Except(s_hashes.GetValueOrDefault(city.Kinds[index], []))];
                int word = words[position / WordSize % words.Length];
                Assert.That(
                    IsFound(Flip(city.Data, index, word, position % WordSize, bit)),
                    $"{city.Kinds[index]}, log {index}, word {word}, byte {position % WordSize}, bit {bit}");
            },
            iter: FlipsTried, threads: 1);
    }

    /// <summary>A kind of event that is new must be looked at, or named among those that are not.</summary>
    [Test]
    public void Audit_EveryKindOfThePlayedEvents_IsTried() => Assert.That(
        _cities.SelectMany(city => city.Kinds).Distinct().Except(Kinds).Except(s_ignored)
            .Where(kind => !kind.StartsWith("IncidentLogEvent.", StringComparison.Ordinal)
                && !kind.EndsWith(".AuthorityUpdated", StringComparison.Ordinal)),
        Is.Empty);

    /// <summary>An answer of a contract that is another one by a bit.</summary>
    [Test]
    public void Audit_OneBitOfAnAnswer_IsFound([Range(0, 29)] int part)
    {
        AuditData city = _cities[0].Data;
        KeyValuePair<StateQuestion, byte[]>[] answers = [.. city.State.Where(answer => answer.Value.Length != 0)];
        KeyValuePair<StateQuestion, byte[]> answer = answers[answers.Length / 30 * part];
        byte[] changed = [.. answer.Value];
        changed[WordSize - 1] ^= 1;
        Assert.That(IsFound(city with { State = new Dictionary<StateQuestion, byte[]>(city.State) { [answer.Key] = changed } }), answer.Key.ToString());
    }

    [Test]
    public async Task Load_SavedCities_AuditTheSame()
    {
        foreach (AuditData city in _cities.Select(city => city.Data))
        {
            string file = Path.GetTempFileName();
            try
            {
                await AuditFile.SaveAsync(city, file, Cancellation);
                AuditReport report = Auditor.Audit(await AuditFile.LoadAsync(file, Cancellation));
                Assert.That(report.Rules.Select(rule => (rule.Code, rule.Checked, rule.Wrong)), Is.EqualTo(
                    Auditor.Audit(city).Rules.Select(rule => (rule.Code, rule.Checked, 0L))));
            }
            finally
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Data without the time of a payment's block cannot tell what had come due: that is said, not passed over.</summary>
    [Test]
    public void Audit_WithoutTimesOfBlocks_SaysSo() =>
        Assert.That(IsFound(_cities[0].Data with { BlockTimes = new Dictionary<ulong, ulong>() }), Is.True);

    private static bool IsFound(AuditData data)
    {
        try
        {
            return !Auditor.Audit(data).Holds;
        }
        catch (AuditException)
        {
            // The directory names other contracts, or none.
            return true;
        }
    }

    /// <param name="data">What is copied.</param>
    /// <param name="index">The log.</param>
    /// <param name="word">A word of its data, or from -1 down one of its topics after the first.</param>
    /// <param name="position">The byte in the word.</param>
    /// <param name="bit">The bit in the byte.</param>
    private static AuditData Flip(AuditData data, int index, int word, int position, int bit)
    {
        EthLog log = data.Logs[index];
        EthLog[] logs = [.. data.Logs];
        if (word >= 0)
        {
            byte[] bytes = log.Data.ToArray();
            bytes[word * WordSize + position] ^= (byte)(1 << bit);
            logs[index] = log with { Data = bytes };
        }
        else
        {
            Hash32[] topics = [.. log.Topics];
            byte[] bytes = topics[-word].ToBytes();
            bytes[position] ^= (byte)(1 << bit);
            topics[-word] = new(bytes);
            logs[index] = log with { Topics = topics };
        }
        return data with { Logs = logs };
    }

    /// <summary>The data of a city and the kind of each of its logs, as <c>BillingEvent.BillIssued</c>.</summary>
    private sealed class PlayedCity
    {
        private static readonly Dictionary<string, Type> s_contracts = new[]
        {
            typeof(DirectoryEvent), typeof(MeterRegistryEvent), typeof(AccountBookEvent), typeof(ReadingLedgerEvent),
            typeof(TariffBookEvent), typeof(VolumeBookEvent), typeof(BillingEvent), typeof(SettlementEvent), typeof(SettlementRoubleEvent),
            typeof(IncidentLogEvent),
        }.ToDictionary(type => type.Name);

        public PlayedCity(AuditData data)
        {
            Data = data;
            Dictionary<Address, Type> contracts = data.Logs.Select(DirectoryEvent.TryDecode).OfType<DirectoryEvent.ContractRegistered>()
                .Where(registered => s_contracts.ContainsKey($"{ShortText.Decode(registered.Name)}Event"))
                .ToDictionary(registered => registered.ContractAddress, registered => s_contracts[$"{ShortText.Decode(registered.Name)}Event"]);
            contracts.Add(data.Directory, typeof(DirectoryEvent));
            Kinds = [.. data.Logs.Select(log => KindOf(contracts[log.Address], log))];
        }

        public AuditData Data { get; }

        public List<string> Kinds { get; }

        private static string KindOf(Type contract, EthLog log) =>
            $"{contract.Name}.{contract.GetMethod("TryDecode", [typeof(EthLog)])!.Invoke(null, [log])!.GetType().Name}";
    }
}
