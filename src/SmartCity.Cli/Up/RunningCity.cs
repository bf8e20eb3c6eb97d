using System.Globalization;
using SmartCity.Cli.Processes;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Portal;

namespace SmartCity.Cli.Up;

/// <summary>The whole city on this machine: chain, emulator, oracle and portal, each a process of its own.</summary>
internal sealed class RunningCity : IAsyncDisposable
{
    /// <summary>Exit codes above are 128 and the signal that ended the process.</summary>
    private const int KilledExitCode = 128;

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_restartPause = TimeSpan.FromSeconds(30);

    private readonly ProcessKeeper _keeper = new();
    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly List<ChildProcess> _processes = [];
    private readonly List<ChildProcess> _oracleProcesses = [];

    private RunningCity(UpOptions options, Uri chain)
    {
        Options = options;
        Chain = chain;
        Source = new($"http://127.0.0.1:{options.Ports.Emulator}");
        Portal = new($"http://127.0.0.1:{options.Ports.Portal}");
        Api = new(new RpcClient(new() { BaseAddress = chain, Timeout = Timeout.InfiniteTimeSpan }));
    }

    public UpOptions Options { get; }

    public Uri Chain { get; }

    public Uri Source { get; }

    public Uri Portal { get; }

    public EthApi Api { get; }

    public DemoCity City { get; private set; } = null!;

    /// <summary>The oracles; the first one's journal is the one that the portal shows.</summary>
    public IReadOnlyList<RunningOracle> Oracles { get; private set; } = [];

    public IReadOnlyList<DemoAccount> Accounts { get; private set; } = [];

    public string SourcePassword { get; private set; } = string.Empty;

    /// <summary>Starts everything; what was started is ended again when a part does not come up.</summary>
    /// <exception cref="CommandException">A part could not be started; the message says which, why, and what to do.</exception>
    public static async Task<RunningCity> StartAsync(
        UpOptions options, TimeProvider time, IProgress<string> progress, CancellationToken cancellationToken)
    {
        RunningCity city = new(options, options.Chain ?? new($"http://127.0.0.1:{options.Ports.Chain}"));
        try
        {
            await city.StartPartsAsync(time, progress, cancellationToken);
            return city;
        }
        catch
        {
            await city.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when a process has ended although nobody asked it to, with its name and the end of its log.</summary>
    public async Task<string> WaitForFailureAsync(CancellationToken cancellationToken)
    {
        Task<ChildProcess>[] ends = [.. _processes.Select(async process =>
        {
            _ = await process.WaitAsync(cancellationToken);
            return process;
        })];
        ChildProcess ended = await await Task.WhenAny(ends);
        return $"{ended.Name} has ended. Its log ({ended.LogFile}) says:\n{await ended.TailAsync()}";
    }

    /// <summary>Of several oracles one may end while the others go on: tells of it, and starts one again that was killed. Completes when none
    /// is left, with the end of the last one's log. A single oracle is waited for like any other process.</summary>
    public async Task<string> KeepOraclesAsync(IProgress<string> told, TimeProvider time, CancellationToken cancellationToken)
    {
        List<(int Number, ChildProcess Process, Task<int> End)> running =
            [.. _oracleProcesses.Select((process, i) => (i + 1, process, process.WaitAsync(cancellationToken)))];
        while (true)
        {
            await Task.WhenAny(running.Select(oracle => oracle.End));
            (int number, ChildProcess process, Task<int> end) = running.First(oracle => oracle.End.IsCompleted);
            int exitCode = await end;
            running.RemoveAll(oracle => oracle.Number == number);
            bool wasKilled = exitCode > KilledExitCode;
            string what = $"Oracle {number} has ended with exit code {exitCode}";
            if (running.Count == 0 && !wasKilled)
            {
                return $"{what}, the last one. Its log ({process.LogFile}) says:\n{await process.TailAsync()}";
            }
            told.Report(wasKilled
                ? $"{what}: it was killed. It is started again in {s_restartPause.TotalSeconds:0} s; the others go on."
                : $"{what}; the others go on. Its log ({process.LogFile}) says:\n{await process.TailAsync()}");
            if (wasKilled)
            {
                await Task.Delay(s_restartPause, time, cancellationToken);
                ChildProcess again = await StartOracleAsync(number, cancellationToken);
                running.Add((number, again, again.WaitAsync(cancellationToken)));
                told.Report($"Oracle {number} was started again.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out IAsyncDisposable? part))
        {
            await part.DisposeAsync();
        }
    }

    private async Task StartPartsAsync(TimeProvider time, IProgress<string> progress, CancellationToken cancellationToken)
    {
        StateFolder state = Options.State;
        if (Options.Chain is null)
        {
            progress.Report("starting the chain");
            DevelopmentChain chain = await DevelopmentChain.StartAsync(_keeper, state, Options.Ports.Chain, time, cancellationToken);
            _parts.Push(chain);
            _processes.Add(chain.Process);
        }
        City = await DemoCity.OpenOrDeployAsync(Options, Api, time, progress, cancellationToken);
        Accounts = await DemoAccounts.OpenOrCreateAsync(state, City.Plan, cancellationToken);
        SourcePassword = await StateFolder.SecretAsync(state.SourcePassword, cancellationToken);

        progress.Report("starting the emulator of the meters");
        ChildProcess emulator = await StartAsync("emulator", EmulatorArguments(), new Dictionary<string, string>
        {
            ["EMULATOR_LOGIN"] = DemoAccounts.SourceLogin,
            ["EMULATOR_PASSWORD"] = SourcePassword,
        });
        await AnswersAsync(emulator, new(Source, "control"), time, cancellationToken);

        Oracles = await FindOraclesAsync(cancellationToken);
        progress.Report(Oracles.Count == 1 ? "starting the oracle and the portal" : $"starting {Oracles.Count} oracles and the portal");
        for (int number = 1; number <= Oracles.Count; number++)
        {
            ChildProcess oracle = await StartOracleAsync(number, cancellationToken);
            (Oracles.Count == 1 ? _processes : _oracleProcesses).Add(oracle);
        }
        ChildProcess portal = await StartAsync(
            "portal",
            [
                "--state", state.Path, "--chain", Chain.ToString(), "--urls", Portal.GetLeftPart(UriPartial.Authority),
                .. Options.ContactsFile is { } contacts ? ["--contacts", contacts] : Array.Empty<string>(),
            ]);
        await AnswersAsync(portal, Portal, time, cancellationToken);
    }

    /// <summary>Starts an oracle: the first with the city's folder, the others each with its own, which has all it needs.</summary>
    private async Task<ChildProcess> StartOracleAsync(int number, CancellationToken cancellationToken)
    {
        StateFolder folder = Oracles[number - 1].Folder;
        if (number > 1)
        {
            foreach ((string from, string to) in new[]
            {
                (Options.State.Plan, folder.Plan), (Options.State.Deployment, folder.Deployment), (Options.State.SourcePassword, folder.SourcePassword),
            })
            {
                await StateFolder.WriteOwnerOnlyAsync(to, await File.ReadAllTextAsync(from, cancellationToken), cancellationToken);
            }
        }
        List<string> arguments =
        [
            "--state", folder.Path, "--chain", Chain.ToString(), "--source", Source.ToString(), "--alarms", Options.Alarms.ToString(),
            "--health-port", Oracles[number - 1].Health.Port.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (RunningOracle oracle in Oracles.Where(oracle => oracle.Peer is not null))
        {
            arguments.AddRange([oracle.Folder == folder ? "--peer-listen" : "--peer", oracle.Peer!.ToString()]);
        }
        if (number > 1)
        {
            arguments.Add("--alarms-only"); // The first one's journal is the dispatch room's.
        }
        else if (Options.ContactsFile is { } contacts)
        {
            arguments.AddRange(["--contacts", contacts]);
        }
        string name = number == 1 ? "oracle" : $"oracle-{number}";
        if (File.Exists(Options.State.LogOf(name)))
        {
            File.Move(Options.State.LogOf(name), Options.State.LogOf($"{name}-before"), overwrite: true);
        }
        ChildProcess process = await OwnProgram.StartAsync(_keeper, "oracle", Options.State.LogOf(name), arguments);
        _parts.Push(process);
        return process;
    }

    /// <summary>As many oracles as the ledger knows: a city keeps those it was deployed with.</summary>
    private async Task<IReadOnlyList<RunningOracle>> FindOraclesAsync(CancellationToken cancellationToken)
    {
        (IReadOnlyList<Address> members, _) = await new CityReader(Api, City.Deployed).GetOraclesAsync(cancellationToken);
        List<RunningOracle> oracles = [];
        foreach (StateFolder folder in DemoKeys.OracleFolders(Options.State, Math.Max(1, members.Count)))
        {
            Address address = await DemoKeys.AddressOfAsync(folder, DemoKeys.Oracle, cancellationToken);
            oracles.Add(new(
                folder, address, new($"http://127.0.0.1:{Options.Ports.Health[oracles.Count]}/health/ready"), members.Count > 1 ? new($"http://127.0.0.1:{Options.Ports.Peers[oracles.Count]}") : null));
        }
        return oracles;
    }

    private List<string> EmulatorArguments()
    {
        string from = City.Plan.FirstPeriod.ToString() + "-01";
        return
        [
            "--urls", Source.GetLeftPart(UriPartial.Authority), "--state", Options.State.Emulator, "--history-from", from,
            "--speed", Options.Speed.ToString(CultureInfo.InvariantCulture),
            "--utc-offset", City.Plan.UtcOffsetHours.ToString(CultureInfo.InvariantCulture),
            "--substations", Math.Max(1, City.Plan.Substations.Count).ToString(CultureInfo.InvariantCulture),
        ];
    }

    private async Task<ChildProcess> StartAsync(
        string command, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ChildProcess process = await OwnProgram.StartAsync(_keeper, command, Options.State.LogOf(command), arguments, environment);
        _parts.Push(process);
        _processes.Add(process);
        return process;
    }

    private static async Task AnswersAsync(ChildProcess process, Uri address, TimeProvider time, CancellationToken cancellationToken)
    {
        using HttpClient http = new(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = s_startLimit };
        await Readiness.WaitAsync(process, s_startLimit, time, AnswersAsync, cancellationToken);

        async Task<bool> AnswersAsync(CancellationToken token)
        {
            try
            {
                using HttpResponseMessage answer = await http.GetAsync(address, token);
                return (int)answer.StatusCode < 500;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}

/// <summary>An oracle of a running city.</summary>
/// <param name="Folder">Its own folder.</param>
/// <param name="Address">The address of its key.</param>
/// <param name="Health">Where it tells how it is.</param>
/// <param name="Peer">Where it answers the others; none when it signs alone.</param>
internal sealed record RunningOracle(StateFolder Folder, Address Address, Uri Health, Uri? Peer);
