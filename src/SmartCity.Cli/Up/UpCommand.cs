using System.CommandLine;
using System.Text.Json;
using SmartCity.Domain;
using SmartCity.Oracle;
using SmartCity.Portal;
using SmartCity.Rules;
using Spectre.Console;

namespace SmartCity.Cli.Up;

/// <summary><c>smartcity up</c>: the whole city on this machine.</summary>
internal static class UpCommand
{
    private const int MaxOracles = 7;

    private static readonly TimeSpan s_billingPeriod = TimeSpan.FromSeconds(30);

    private static readonly Option<string?> s_state = new("--state")
    {
        Description = "Folder that keeps everything between runs [default: state; with --once a new folder that is removed afterwards]",
    };

    private static readonly Option<string?> s_plan = new("--plan")
    {
        Description = "City plan for a new city [default: config/demo-city.json]",
    };

    private static readonly Option<string> s_ports = new("--ports")
    {
        Description = "'fixed': portal 5080, emulator 8010, chain 8545, health of the oracle 9464; 'auto': free ones",
    };

    private static readonly Option<Uri?> s_chain = UrlOption.CreateOptional(
        "--chain", "JSON-RPC address of a node that runs already (Hardhat, Besu), instead of anvil on this machine");

    private static readonly Option<bool> s_once = new("--once")
    {
        Description = "Do everything once on free ports, print the summary, and end: exit code 0 only if all held",
    };

    private static readonly Option<int> s_speed = new("--speed")
    {
        Description = "1: live at real time. N: the emulator's clock starts at the end of the last full month and runs N times faster until it has caught up",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<AlarmMode?> s_alarms = new("--alarms")
    {
        Description = "How the alarm rules are read: Refined with delays and deadbands [default], Strict to the letter [default with --once]",
    };

    private static readonly Option<string?> s_figures = new("--figures") { Description = "With --once: write the run's figures to a file, JSON" };

    private static readonly Option<string?> s_export = new("--export")
    {
        Description = "With --once: write the audited data to a file, for `smartcity audit --data`",
    };

    private static readonly Option<string?> s_ready = new("--ready-file")
    {
        Description = "File that is written when everything runs: addresses as JSON, for programs that wait",
    };

    private static readonly Option<int> s_oracles = new("--oracles")
    {
        Description = "How many oracles a new city has, 1 to 7: with more than one, each with its own key and journal, more than half of them sign each hour",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> s_contacts = new("--contacts")
    {
        Description = "Who is told of incidents, and how: a file as config/contacts.json, whose addresses are to exist [default: nobody is told]",
    };

    public static Command Create()
    {
        s_ports.DefaultValueFactory = _ => "fixed";
        _ = s_ports.AcceptOnlyFromAmong("fixed", "auto");
        Command command = new("up", "Starts chain, emulator, oracle and portal; back-fills and bills the last two full months; then runs live.")
        {
            s_state, s_plan, s_ports, s_chain, s_once, s_speed, s_alarms, s_figures, s_export, s_ready, s_oracles, s_contacts,
        };
        s_oracles.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxOracles)
            {
                result.AddError($"--oracles takes 1 to {MaxOracles}.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        bool once = parsed.GetValue(s_once);
        string? folder = parsed.GetValue(s_state);
        string path = folder is not null ? Path.GetFullPath(folder)
            : once ? Directory.CreateTempSubdirectory("smartcity-").FullName
            : Path.Combine(RepositoryFolder.Find() ?? Directory.GetCurrentDirectory(), "state");
        int oracles = OraclesOf(path, parsed);
        UpOptions options = new(
            new(path),
            parsed.GetValue(s_plan) ?? Path.Combine(RepositoryFolder.Find() ?? Directory.GetCurrentDirectory(), "config", "demo-city.json"),
            once || parsed.GetValue(s_ports) == "auto" ? Ports.Free(oracles) : Ports.Fixed(oracles),
            parsed.GetValue(s_chain), once, parsed.GetValue(s_speed),
            parsed.GetValue(s_alarms) ?? (once ? AlarmMode.Strict : AlarmMode.Refined),
            parsed.GetValue(s_figures), parsed.GetValue(s_export), parsed.GetValue(s_ready),
            parsed.GetValue(s_contacts) is { } contacts ? Path.GetFullPath(contacts) : null, oracles);
        try
        {
            using FileStream taken = options.State.Take();
            options.Ports.Check(needsChain: options.Chain is null);
            return await RunAsync(options, TimeProvider.System, cancellationToken);
        }
        finally
        {
            if (once && folder is null)
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }

    /// <summary>A city that is there already has the oracles that it was made with.</summary>
    private static int OraclesOf(string path, ParseResult parsed)
    {
        int asked = parsed.GetValue(s_oracles);
        StateFolder state = new(path);
        if (!File.Exists(state.Deployment))
        {
            return asked;
        }
        int there = 1;
        while (there < MaxOracles && File.Exists(state.OfOracle(there + 1).KeyOf(DemoKeys.Oracle)))
        {
            there++;
        }
        return parsed.GetResult(s_oracles) is { Implicit: false } && asked != there
            ? throw new CommandException($"The city in {path} was made with {there} oracle(s). Begin another with {asked} in a folder of its own (--state).")
            : there;
    }

    private static async Task<int> RunAsync(UpOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        IAnsiConsole console = AnsiConsole.Console;
        await using RunningCity city = await RunningCity.StartAsync(
            options, time, new StepPrinter(console), cancellationToken);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<string> failure = city.WaitForFailureAsync(stop.Token);
        Task<string> oracles = city.Oracles.Count == 1
            ? failure
            : city.KeepOraclesAsync(new Progress<string>(told => console.MarkupLineInterpolated($"[yellow]{told}[/]")), time, stop.Token);
        Task<int> work = WorkAsync(city, started, time, console, stop.Token);
        try
        {
            Task first = await Task.WhenAny(failure, oracles, work);
            return first == work ? await work : throw new CommandException(await (first == failure ? failure : oracles));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.MarkupLine("Stopping ...");
            return 0;
        }
        finally
        {
            await stop.CancelAsync();
            await oracles.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default); // It starts processes.
        }
    }

    private static async Task<int> WorkAsync(
        RunningCity city, long started, TimeProvider time, IAnsiConsole console, CancellationToken cancellationToken)
    {
        BillIssuer issuer = new(city.Api, city.City, city.Options.State, time);
        await BackfillAsync(city, time, console, cancellationToken);
        int bills = (await issuer.RunAsync(cancellationToken)).Issued;
        double seconds = time.GetElapsedTime(started).TotalSeconds;
        console.MarkupLineInterpolated($"[green]Both months are on the chain and billed[/] ({bills} new bills, {seconds:0.0} s after the start).");
        if (city.Options.Once)
        {
            return await new Scenario(city, time, console, seconds).RunAsync(cancellationToken);
        }
        PrintAddresses(city, console);
        if (city.Options.ReadyFile is { } ready)
        {
            string addresses = JsonSerializer.Serialize(new
            {
                portal = city.Portal.ToString(),
                emulator = city.Source.ToString(),
                chain = city.Chain.ToString(),
                health = city.Oracles.Select(oracle => oracle.Health.ToString()),
                directory = city.City.Deployed.Contracts.Directory.Address.ToString(),
                accounts = city.Options.State.DemoAccounts,
                sourceLogin = DemoAccounts.SourceLogin,
                sourcePasswordFile = city.Options.State.SourcePassword,
            });
            await StateFolder.WriteOwnerOnlyAsync(ready, addresses, cancellationToken);
        }
        using PeriodicTimer timer = new(s_billingPeriod, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            _ = await issuer.RunAsync(cancellationToken);
        }
        return 0;
    }

    /// <summary>Waits until every hour that was over at the start is confirmed on the chain, and shows how far it is.</summary>
    private static async Task BackfillAsync(RunningCity city, TimeProvider time, IAnsiConsole console, CancellationToken cancellationToken)
    {
        OracleReader reader = new(city.Options.State.Path, time);
        Hour first = new CityCalendar(TimeSpan.FromHours(city.City.Plan.UtcOffsetHours)).FirstHourOf(city.City.Plan.FirstPeriod);
        await console.Progress().AutoClear(true).Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async context =>
        {
            ProgressTask bar = context.AddTask("Back-filling the hours of the meters");
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(200), time);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                OracleStatus? status = await reader.GetStatusAsync(cancellationToken);
                if (status?.Backfill is not { } backfill)
                {
                    continue;
                }
                Hour confirmed = new(status.Segments.Min(segment => segment.ConfirmedBefore.Value));
                bar.MaxValue = backfill.To.Value - first.Value;
                bar.Value = confirmed.Value - Math.Min(first.Value, confirmed.Value);
                if (backfill.IsDone && confirmed >= backfill.To)
                {
                    return;
                }
            }
        });
    }

    private static void PrintAddresses(RunningCity city, IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("Login", "Password", "Who");
        foreach (DemoAccount account in city.Accounts)
        {
            _ = table.AddRow(Markup.Escape(account.Login), Markup.Escape(account.Password), Markup.Escape(account.Description));
        }
        console.Write(table);
        console.MarkupLineInterpolated($"Portal    {city.Portal}");
        console.MarkupLineInterpolated($"Emulator  {new Uri(city.Source, "control")}   (login {DemoAccounts.SourceLogin}, password {city.SourcePassword})");
        console.MarkupLineInterpolated($"Chain     {city.Chain}   Directory {city.City.Deployed.Contracts.Directory.Address}");
        foreach ((RunningOracle oracle, int i) in city.Oracles.Select((oracle, i) => (oracle, i)))
        {
            string name = city.Oracles.Count == 1 ? "Oracle   " : $"Oracle {i + 1} ";
            string others = oracle.Peer is null ? "" : $"   answers the others at {oracle.Peer}, state in {oracle.Folder.Path}";
            console.MarkupLineInterpolated($"{name} {oracle.Address}   {oracle.Health}{others}");
        }
        console.MarkupLineInterpolated(city.Options.ContactsFile is { } contacts
            ? (FormattableString)$"Notices   organisations are told of incidents as {contacts} says; what they could not be told: smartcity notices list"
            : $"Notices   nobody is told of incidents (--contacts FILE)");
        console.MarkupLineInterpolated($"State     {city.Options.State.Path}   (logs in {city.Options.State.Logs})");
        console.MarkupLine("Ctrl-C stops everything; the next start finds it as it was.");
    }

    private sealed class StepPrinter(IAnsiConsole console) : IProgress<string>
    {
        private string _last = string.Empty;

        public void Report(string value)
        {
            string step = value.Split(':')[0];
            if (step != _last)
            {
                _last = step;
                console.MarkupLineInterpolated($"[grey]{step} ...[/]");
            }
        }
    }
}
