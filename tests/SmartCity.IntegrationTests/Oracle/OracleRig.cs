using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Emulator;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>The demonstration city from the first of the present month: a real node, a real emulator, real files; and an oracle on them.</summary>
internal sealed class OracleRig : IAsyncDisposable
{
    private const string Login = "oracle";
    private const string Password = "correct horse battery staple";
    /// <summary>Opens all keys of the rig.</summary>
    public const string Passphrase = "a passphrase of no worth";

    private readonly EthECKey _key = EthECKey.Generate();
    private readonly EthECKey _operator = EthECKey.Generate();
    private readonly List<IAsyncDisposable> _running = [];
    private readonly EthECKey[] _otherKeys;
    private readonly Uri[] _peers;

    private readonly (TimeSpan Behind, int Speed)? _sourceClock;
    private readonly Dictionary<string, EthECKey> _dispatchers;

    private OracleRig(
        Func<CancellationToken, Task<NodeProcess>> startNode, int oracles, IReadOnlyList<string> dispatchers, (TimeSpan Behind, int Speed)? sourceClock)
    {
        StartNode = startNode;
        _sourceClock = sourceClock;
        _dispatchers = dispatchers.ToDictionary(login => login, _ => EthECKey.Generate());
        _otherKeys = [.. Enumerable.Range(2, oracles - 1).Select(_ => EthECKey.Generate())];
        _peers = oracles == 1 ? [] : [.. Enumerable.Range(0, oracles).Select(_ => new Uri($"http://127.0.0.1:{NodeProcess.FindFreePort()}"))];
    }

    /// <summary>Keys of dispatchers, by login.</summary>
    public IReadOnlyDictionary<string, EthECKey> Dispatchers => _dispatchers;

    /// <summary>Keys of the oracles; the first one's is that of <see cref="Options"/>.</summary>
    public IReadOnlyList<EthECKey> Keys => [_key, .. _otherKeys];

    /// <summary>Reads the journal of one of several oracles, counted from 0.</summary>
    public OracleReader ReaderOf(int oracle) => new(OptionsOf(oracle).StateFolder, TimeProvider.System);

    /// <summary>Options of one of several oracles, counted from 0: each has its own folder and key, and knows where the others answer.</summary>
    public OracleOptions OptionsOf(int oracle)
    {
        string folder = oracle == 0 ? Folder : Path.Combine(Folder, $"oracle-{oracle + 1}");
        return Options with
        {
            StateFolder = folder,
            KeystoreFile = Path.Combine(folder, "keys", "oracle.json"),
            SourcePasswordFile = Path.Combine(folder, "source-password"),
            PassphraseFile = Path.Combine(folder, "passphrase"),
            PlanFile = Path.Combine(folder, "city.json"),
            DeploymentFile = Path.Combine(folder, "deployment.json"),
            PeerListen = _peers.ElementAtOrDefault(oracle),
            Peers = [.. _peers.Where((_, i) => i != oracle)],
        };
    }

    /// <summary>Starts the node; again after it was stopped.</summary>
    public Func<CancellationToken, Task<NodeProcess>> StartNode { get; }

    public NodeProcess Node { get; set; } = null!;

    public EthApi Api { get; private set; } = null!;

    public EmulatorServer Emulator { get; private set; } = null!;

    public CityPlan Plan { get; private set; } = null!;

    public DeployedCity City { get; private set; } = null!;

    public CityReader Chain { get; private set; } = null!;

    /// <summary>The state folder, laid out as `smartcity up` does.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("oracle-rig").FullName;

    public Address OracleAddress => _key.Address;

    public OracleReader Reader => new(Folder, TimeProvider.System);

    public OracleOptions Options => new()
    {
        SourceUrl = Emulator.Address,
        SourceLogin = Login,
        SourcePasswordFile = Path.Combine(Folder, "source-password"),
        ChainUrl = Node.Url,
        StateFolder = Folder,
        KeystoreFile = Path.Combine(Folder, "keys", "oracle.json"),
        PassphraseFile = Path.Combine(Folder, "passphrase"),
        PlanFile = Path.Combine(Folder, "city.json"),
        DeploymentFile = Path.Combine(Folder, "deployment.json"),
        PollPeriod = TimeSpan.FromMilliseconds(500),
        MeterPollPeriod = TimeSpan.FromSeconds(2),
        AlarmMode = Rules.AlarmMode.Strict,
    };

    /// <summary>Starts node and emulator and deploys the city.</summary>
    /// <param name="startNode">Starts the node.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="oracles">How many there are.</param>
    /// <param name="dispatchers">Logins of dispatchers that have a key.</param>
    /// <param name="sourceClock">How far the source's clock is behind at the start, and how many times faster than real time it runs.</param>
    public static async Task<OracleRig> StartAsync(
        Func<CancellationToken, Task<NodeProcess>> startNode, CancellationToken cancellationToken, int oracles = 1, IReadOnlyList<string>? dispatchers = null,
        (TimeSpan Behind, int Speed)? sourceClock = null)
    {
        OracleRig rig = new(startNode, oracles, dispatchers ?? [], sourceClock);
        try
        {
            rig.Node = await startNode(cancellationToken);
            rig.Api = rig.Node.CreateApi();
            await rig.StartEmulatorAsync(0, cancellationToken);
            CityPlan plan = CityPlan.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "config", "demo-city.json"), cancellationToken));
            CityCalendar calendar = new(TimeSpan.FromHours(plan.UtcOffsetHours));
            // From the first of the present month; on its first days from the month before, so that there is something to fill in.
            DateTimeOffset start = TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(3);
            // Changes of tariffs and oracles take effect at once: that they wait elsewhere is for CityOnNodeTest.
            rig.Plan = plan.StartingAt(calendar.PeriodOf(Hour.Containing(start))) with { Delays = new(0, 0) };
            await rig.DeployAsync(cancellationToken);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the emulator on a port; 0 takes a free one. It keeps clock and faults over a restart.</summary>
    public async Task StartEmulatorAsync(int port, CancellationToken cancellationToken)
    {
        string state = Path.Combine(Folder, "emulator");
        EmulatorStateFile file = new(state);
        if (_sourceClock is { } clock && file.Read() is null)
        {
            DateTimeOffset real = TimeProvider.System.GetUtcNow();
            DateOnly history = DateOnly.FromDateTime(real.UtcDateTime).AddMonths(-2);
            file.Write(new(EmulatorState.CurrentVersion, 1, history, 3, new(real, real - clock.Behind, clock.Speed), 1, []));
        }
        Emulator = await EmulatorServer.StartAsync(
            new() { Urls = $"http://127.0.0.1:{port}", Login = Login, Password = Password, StateFolder = state, Speed = _sourceClock?.Speed ?? 1 },
            TimeProvider.System, cancellationToken);
    }

    /// <summary>Starts a second emulator, whose meters are the same but for the faults that are laid on it.</summary>
    public async Task<EmulatorServer> StartOtherEmulatorAsync(CancellationToken cancellationToken)
    {
        EmulatorServer other = await EmulatorServer.StartAsync(
            new() { Urls = "http://127.0.0.1:0", Login = Login, Password = Password, StateFolder = Path.Combine(Folder, "emulator-2") },
            TimeProvider.System, cancellationToken);
        _running.Add(other);
        return other;
    }

    /// <summary>Runs an oracle in this process; disposing it asks it to stop and waits.</summary>
    public RunningOracle RunOracle(OracleOptions? options = null)
    {
        RunningOracle oracle = new(options ?? Options);
        _running.Add(oracle);
        return oracle;
    }

    /// <summary>Starts `smartcity oracle` as a process of its own.</summary>
    public Task<OracleProcess> StartProcessAsync(CancellationToken cancellationToken, OracleOptions? options = null) =>
        StartProcessAsync([], new Dictionary<string, string>(), cancellationToken, options);

    /// <summary>Starts `smartcity oracle` as a process of its own, with further options and variables of the environment.</summary>
    public async Task<OracleProcess> StartProcessAsync(
        IReadOnlyList<string> more, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken, OracleOptions? options = null)
    {
        OracleProcess process = await OracleProcess.StartAsync(options ?? Options, more, environment, cancellationToken);
        _running.Add(process);
        return process;
    }

    /// <summary>Lays a fault on the emulator, from now on.</summary>
    /// <returns>Its number.</returns>
    public Task<int> BreakAsync(string kind, string target, CancellationToken cancellationToken) =>
        BreakAsync(new { kind, target }, cancellationToken);

    /// <summary>Lays a fault on an emulator from an instant on.</summary>
    public Task<int> BreakAsync(EmulatorServer emulator, string kind, string target, DateTimeOffset from, CancellationToken cancellationToken) =>
        BreakAsync(new { kind, target, from }, cancellationToken, emulator);

    /// <summary>Lays a fault on the emulator, for a time.</summary>
    /// <returns>Its number.</returns>
    public Task<int> BreakAsync(string kind, string target, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        BreakAsync(new { kind, target, from, to }, cancellationToken);

    private async Task<int> BreakAsync(object fault, CancellationToken cancellationToken, EmulatorServer? emulator = null)
    {
        using HttpClient http = ControlClient(emulator);
        using HttpResponseMessage answer = await http.PostAsJsonAsync("control/faults", fault, cancellationToken);
        string body = await answer.Content.ReadAsStringAsync(cancellationToken);
        Assert.That(answer.IsSuccessStatusCode, body);
        using JsonDocument document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("id").GetInt32();
    }

    /// <summary>Ends a fault.</summary>
    public async Task MendAsync(int fault, CancellationToken cancellationToken)
    {
        using HttpClient http = ControlClient();
        using HttpResponseMessage answer = await http.DeleteAsync(new Uri($"control/faults/{fault}", UriKind.Relative), cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until every hour that is over is on the chain; what the oracles wrote is told if that does not come about.</summary>
    public async Task<OracleStatus> WaitUntilCaughtUpAsync(CancellationToken cancellationToken, int oracle = 0)
    {
        try
        {
            return (await WaitAsync(
                () => ReaderOf(oracle).GetStatusAsync(cancellationToken),
                status => status is { LagHours: 0, WaitingBatches: 0, SourceTime: not null } && status.Segments.Count == Plan.Segments.Count,
                cancellationToken))!;
        }
        catch (AssertionException failure)
        {
            IEnumerable<string> told = _running.OfType<OracleProcess>()
                .Select(oracle => $"{(oracle.HasExited ? $"ended with {oracle.ExitCode}" : "runs")}:\n{oracle.Log}");
            throw new AssertionException($"{failure.Message}\n{string.Join('\n', told)}", failure);
        }
    }

    /// <summary>Waits for something; how long, the test's own deadline says.</summary>
    public static async Task<T> WaitAsync<T>(Func<Task<T>> look, Func<T, bool> isThere, CancellationToken cancellationToken)
    {
        T seen = await look();
        while (!isThere(seen))
        {
            try
            {
                await Task.Delay(100, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"It did not come about. Last seen: {seen}");
            }
            seen = await look();
        }
        return seen;
    }

    /// <summary>Each hour of each segment is on the chain once, in sequence, from the first to the last that is over; and what the chain
    /// sums up is what the meters show.</summary>
    public async Task AssertChainIsCompleteAsync(CancellationToken cancellationToken, int oracle = 0)
    {
        CityRegistry registry = await Chain.ReadRegistryAsync(cancellationToken);
        CityLayout layout = CityLayout.Of(Plan);
        Hour filledIn = (await ReaderOf(oracle).GetStatusAsync(cancellationToken))!.Backfill?.To ?? layout.FirstHour;
        foreach (RegisteredSegment segment in registry.Segments.Values)
        {
            IReadOnlyList<RecordedHour> hours = await Chain.ReadHoursAsync(segment, cancellationToken);
            Assert.That(hours.Select(hour => hour.Hour.Value), Is.EqualTo(Enumerable.Range((int)layout.FirstHour.Value, hours.Count)));
            Hour over = Hour.Containing(TimeProvider.System.GetUtcNow() - Options.ClosingGrace - TimeSpan.FromSeconds(30));
            Assert.That(hours[^1].Hour.Next, Is.GreaterThanOrEqualTo(over));
            if (filledIn > layout.FirstHour)
            {
                await AssertRegistersAsync(layout, layout.Segments.Single(planned => planned.Number == segment.Number), hours, filledIn, cancellationToken);
            }
        }
    }

    /// <summary>Asks the source itself, apart from the oracle: the sum of a channel's intervals is the difference of its registers.</summary>
    private async Task AssertRegistersAsync(
        CityLayout layout, SegmentLayout segment, IReadOnlyList<RecordedHour> hours, Hour before, CancellationToken cancellationToken)
    {
        using AlphalogicClient source = AlphalogicClient.Create(
            new() { BaseAddress = Emulator.Address, Login = Login, Password = Password }, TimeProvider.System, NullLogger<AlphalogicClient>.Instance);
        SourceSignals signals = await SourceSignals.ReadAsync(source, Plan, layout, cancellationToken);
        Dictionary<(uint, int), (long WattHours, int Filled)> corrected = await ReadCorrectedAsync(segment.Number, cancellationToken, before);
        foreach ((int index, GroupLayout group) in segment.Groups.Index().Where(_ => segment.Kind == EnergyKind.Electricity))
        {
            foreach (ChannelLayout channel in group.Channels)
            {
                decimal first = await RegisterAsync(channel, layout.FirstHour);
                decimal last = await RegisterAsync(channel, before);
                long sum = hours.Where(hour => hour.Hour < before)
                    .Sum(hour => (long)hour.Groups[index][channel.Channel].Interval.Value);
                sum += corrected.GetValueOrDefault((channel.Group, channel.Channel)).WattHours;
                Assert.That(sum, Is.EqualTo((last - first) * 1_000), $"{channel.RegisterKey} before {before}");
            }
        }

        async Task<decimal> RegisterAsync(ChannelLayout channel, Hour at)
        {
            await foreach (SignalValue value in source.ReadHistoryAsync(
                signals.All[channel.RegisterKey].Parameter, at.Start, at.Start.AddSeconds(1), TimeSpan.FromHours(1), cancellationToken))
            {
                return value.Data.Number!.Value;
            }
            throw new InvalidOperationException($"The source has no {channel.RegisterKey} at {at}.");
        }
    }

    /// <summary>What corrections on the chain changed the channels of a segment by, Wh, and how many missing hours they made good in all.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="before">Only changes of hours before it count; null takes all.</param>
    public async Task<Dictionary<(uint Group, int Channel), (long WattHours, int Filled)>> ReadCorrectedAsync(
        uint segment, CancellationToken cancellationToken, Hour? before = null)
    {
        LogFilter filter = new(
            [City.Contracts.ReadingLedger.Address],
            [[ReadingLedgerEvent.CorrectionRecorded.Topic], [Hash32.FromUInt64(segment)]], City.DeployedAtBlock, ulong.MaxValue);
        return (await Api.GetLogsAsync(filter, cancellationToken))
            .Select(log => ReadingLedgerEvent.CorrectionRecorded.TryDecode(log)!)
            .GroupBy(told => (told.Group, (int)told.Details.Channel))
            .ToDictionary(
                channel => channel.Key,
                channel => (
                    channel.SelectMany(told => ReadingCorrection.Decode(told.Differences.Span)
                        .Where((_, i) => before is not { } end || told.Details.FirstHour + i < end.Value)).Sum(difference => (long)difference),
                    channel.Sum(told => told.Details.FilledHours)));
    }

    /// <summary>Waits until corrections have made good every hour of a channel that was stated as missing: so many, or more if an hour ended
    /// before its data came.</summary>
    public async Task WaitUntilFilledAsync(uint segment, uint group, int channel, int atLeast, CancellationToken cancellationToken)
    {
        RegisteredSegment registered = (await Chain.ReadRegistryAsync(cancellationToken)).Segments[segment];
        int index = Plan.Segments.Single(planned => planned.Number == segment).Groups.Index().Single(planned => planned.Item.Number == group).Index;
        await WaitAsync(
            async () => (
                (await ReadCorrectedAsync(segment, cancellationToken)).GetValueOrDefault((group, channel)).Filled,
                Missing: (await Chain.ReadHoursAsync(registered, cancellationToken)).Count(hour => hour.Groups[index][channel].Quality == Quality.Missing)),
            seen => seen.Filled >= atLeast && seen.Filled == seen.Missing,
            cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable running in _running)
        {
            await running.DisposeAsync();
        }
        if (Emulator is not null)
        {
            await Emulator.DisposeAsync();
        }
        if (Node is not null)
        {
            await Node.DisposeAsync();
        }
        foreach (EthECKey key in Keys.Concat(_dispatchers.Values))
        {
            key.Dispose();
        }
        _operator.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task DeployAsync(CancellationToken cancellationToken)
    {
        foreach ((EthECKey key, int i) in Keys.Select((key, i) => (key, i)))
        {
            OracleOptions options = OptionsOf(i);
            Directory.CreateDirectory(Path.GetDirectoryName(options.KeystoreFile)!);
            await File.WriteAllTextAsync(options.SourcePasswordFile, Password + "\n", cancellationToken);
            await File.WriteAllTextAsync(options.PassphraseFile, Passphrase + "\n", cancellationToken);
            // Cheap to open, as its passphrase is no secret.
            string keystore = KeyStoreV3.Encrypt(key, Encoding.UTF8.GetBytes(Passphrase), new() { Cost = 1_024 });
            await File.WriteAllTextAsync(options.KeystoreFile, keystore, cancellationToken);
            await File.WriteAllTextAsync(options.PlanFile, Plan.ToJson(), cancellationToken);
        }
        foreach ((string login, EthECKey key) in _dispatchers)
        {
            string file = Path.Combine(Folder, "keys", $"{DispatcherKeyName.Of(login)}.json");
            await File.WriteAllTextAsync(file, KeyStoreV3.Encrypt(key, Encoding.UTF8.GetBytes(Passphrase), new() { Cost = 1_024 }), cancellationToken);
        }
        string operatorKey = KeyStoreV3.Encrypt(_operator, Encoding.UTF8.GetBytes(Passphrase), new() { Cost = 1_024 });
        await File.WriteAllTextAsync(Path.Combine(Folder, "keys", "operator.json"), operatorKey, cancellationToken);
        using TransactionSender sender = new(Api, _operator, await Api.GetChainIdAsync(cancellationToken));
        CityDeploymentRequest request = new(
            Plan,
            new([_operator.Address], [_operator.Address], [_operator.Address], [_operator.Address], [_operator.Address], [], [.. Keys.Concat(_dispatchers.Values).Select(key => key.Address)], [_operator.Address]),
            Plan.Providers.ToDictionary(provider => provider.Number, _ => _operator.Address),
            [.. Keys.Select(key => key.Address)],
            (byte)(Keys.Count / 2 + 1));
        City = await new CityDeployment(Api, sender).DeployAsync(request, null, cancellationToken);
        for (int i = 0; i < Keys.Count; i++)
        {
            await City.SaveAsync(OptionsOf(i).DeploymentFile, cancellationToken);
        }
        Chain = new(Api, City);
    }

    private HttpClient ControlClient(EmulatorServer? emulator = null)
    {
        HttpClient http = new() { BaseAddress = (emulator ?? Emulator).Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Login}:{Password}")));
        return http;
    }
}
