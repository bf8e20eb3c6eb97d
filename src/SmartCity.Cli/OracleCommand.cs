using System.CommandLine;
using SmartCity.Cli.Up;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Cli;

/// <summary><c>smartcity oracle</c>: the worker that reads, checks, signs and writes.</summary>
internal static class OracleCommand
{
    private static readonly Option<string> s_state = new("--state")
    {
        Description = "State folder: journal, keystore, city plan, deployment",
        DefaultValueFactory = _ => "state",
    };

    private static readonly Option<Uri> s_chain = UrlOption.Create("--chain", "JSON-RPC address of the chain", "http://127.0.0.1:8545");

    private static readonly Option<Uri> s_source = UrlOption.Create("--source", "Address of the Alphalogic server", "http://127.0.0.1:8010");

    private static readonly Option<string> s_login = new("--source-login")
    {
        Description = "Login at the Alphalogic server; its password is the first line of the state folder's source-password",
        DefaultValueFactory = _ => DemoAccounts.SourceLogin,
    };

    private static readonly Option<AlarmMode> s_alarms = new("--alarms")
    {
        Description = "How the alarm rules are read: as the brief has them to the letter, or with delays and deadbands",
        DefaultValueFactory = _ => AlarmMode.Refined,
    };

    private static readonly Option<string?> s_importFolder = new("--import-folder")
    {
        Description = "Folder watched for files of layout 80020; they are moved to its accepted or rejected with their receipts",
    };

    private static readonly Option<string?> s_map = new("--aiis-map")
    {
        Description = "Which measuring point of those files is which channel [default: the state folder's aiis-map.json]",
    };

    private static readonly Option<int> s_importWait = new("--import-wait")
    {
        Description = "How many hours an hour is held open for those files, 0 to 168; 0 closes it without them",
        DefaultValueFactory = _ => 0,
    };

    private static readonly Option<int?> s_healthPort = new("--health-port")
    {
        Description = "Port of /health/live, /health/ready and /metrics (Prometheus); 0 takes a free one, which the log tells [default: none]",
    };

    private static readonly Option<string> s_healthHost = new("--health-host")
    {
        Description = "Address of this machine that the health endpoint listens on",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private static readonly Option<LogFormat> s_logFormat = new("--log-format")
    {
        Description = "Log lines for people, or one JSON object a line",
        DefaultValueFactory = _ => LogFormat.Text,
    };

    private static readonly Option<int?> s_keepDays = new("--keep-days")
    {
        Description = $"Days that the journal keeps, {JournalPruning.MinDays} at least; older hours are dropped once the chain proves to hold them [default: all are kept]",
    };

    private static readonly Option<Uri?> s_peerListen = UrlOption.CreateOptional(
        "--peer-listen", "Where this oracle answers the others, e.g. http://127.0.0.1:8021; needed where the ledger wants several signatures");

    private static readonly Option<Uri[]> s_peers = UrlOption.CreateMany("--peer", "Where another oracle answers; once for each");

    private static readonly Option<int> s_peerTolerance = new("--peer-tolerance")
    {
        Description = "How far another oracle's value may be from ours besides a step of the register, in thousandths, 0 to 100",
        DefaultValueFactory = _ => 5,
    };

    private static readonly Option<int> s_peerPatience = new("--peer-patience")
    {
        Description = "How many seconds the oracle that proposes has to bring an hour forward before the next one takes over",
        DefaultValueFactory = _ => 15,
    };

    private static readonly Option<bool> s_alarmsOnly = new("--alarms-only")
    {
        Description = "Watch alarms, but make no incidents of them: of several oracles one keeps the incidents, the one that the dispatch room works with",
    };

    private static readonly Option<string?> s_contacts = new("--contacts")
    {
        Description = "Who is told of incidents, and how: a file as config/contacts.json; its secrets are files of the state folder [default: nobody is told]",
    };

    public static Command Create()
    {
        Command command = new("oracle", "Reads the meters, journals, closes hours, signs and writes them; raises alarms.")
        {
            s_state, s_chain, s_source, s_login, s_alarms, s_importFolder, s_map, s_importWait,
            s_healthPort, s_healthHost, s_logFormat, s_keepDays,
            s_peerListen, s_peers, s_peerTolerance, s_peerPatience, s_alarmsOnly, s_contacts,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        StateFolder state = new(Path.GetFullPath(parsed.GetValue(s_state)!));
        string? importFolder = parsed.GetValue(s_importFolder);
        int importWait = parsed.GetValue(s_importWait);
        bool isImporting = importFolder is not null || importWait != 0;
        OracleOptions options = new()
        {
            SourceUrl = parsed.GetValue(s_source)!,
            SourceLogin = parsed.GetValue(s_login)!,
            SourcePasswordFile = state.SourcePassword,
            ChainUrl = parsed.GetValue(s_chain)!,
            StateFolder = state.Path,
            KeystoreFile = state.KeyOf(DemoKeys.Oracle),
            PassphraseFile = state.Passphrase,
            PlanFile = state.Plan,
            DeploymentFile = state.Deployment,
            AlarmMode = parsed.GetValue(s_alarms),
            ImportFolder = importFolder is null ? null : Path.GetFullPath(importFolder),
            AiisMapFile = parsed.GetValue(s_map) ?? (isImporting ? state.AiisMap : null),
            ImportWait = TimeSpan.FromHours(importWait),
            HealthPort = parsed.GetValue(s_healthPort),
            HealthHost = parsed.GetValue(s_healthHost)!,
            KeepDays = parsed.GetValue(s_keepDays),
            LogFormat = parsed.GetValue(s_logFormat),
            PeerListen = parsed.GetValue(s_peerListen),
            Peers = parsed.GetValue(s_peers) ?? [],
            PeerTolerancePermille = parsed.GetValue(s_peerTolerance),
            KeepsIncidents = !parsed.GetValue(s_alarmsOnly),
            ContactsFile = parsed.GetValue(s_contacts) is { } contacts ? Path.GetFullPath(contacts) : null,
            PeerPatience = TimeSpan.FromSeconds(parsed.GetValue(s_peerPatience)),
        };
        return OracleHost.RunAsync(options, cancellationToken);
    }
}
