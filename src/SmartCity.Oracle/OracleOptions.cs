using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    /// <summary>A line for people: time, level, category, event id, message.</summary>
    Text,

    /// <summary>A JSON object a line, with event id and the message's parts by name.</summary>
    Json,
}

/// <summary>What an oracle needs to know to run. Secrets are not in it, only the files that hold them.</summary>
public sealed record OracleOptions
{
    /// <summary>Address of the Alphalogic server, e.g. <c>http://127.0.0.1:8010</c>.</summary>
    public required Uri SourceUrl { get; init; }

    /// <summary>Login at the source.</summary>
    public required string SourceLogin { get; init; }

    /// <summary>File whose first line is the password at the source.</summary>
    public required string SourcePasswordFile { get; init; }

    /// <summary>Address of the chain's JSON-RPC, e.g. <c>http://127.0.0.1:8545</c>.</summary>
    public required Uri ChainUrl { get; init; }

    /// <summary>Folder of the journal; made when it is not there.</summary>
    public required string StateFolder { get; init; }

    /// <summary>The oracle's key: an encrypted Web3 Secret Storage (keystore v3) file.</summary>
    public required string KeystoreFile { get; init; }

    /// <summary>File whose first line is the passphrase of <see cref="KeystoreFile"/>.</summary>
    public required string PassphraseFile { get; init; }

    /// <summary>The city plan (city.json).</summary>
    public required string PlanFile { get; init; }

    /// <summary>Where the city's contracts are (deployment.json).</summary>
    public required string DeploymentFile { get; init; }

    /// <summary>How often a substation's signals are read. 100 ms..1 h; default 1 s.</summary>
    public TimeSpan PollPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the meters' registers are read, rounded up to a whole number of polls. Default 10 s.</summary>
    public TimeSpan MeterPollPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How the alarm rules are read.</summary>
    public AlarmMode AlarmMode { get; init; } = AlarmMode.Refined;

    /// <summary>How long after its end an hour is closed, by the source's clock: time for late samples. 0..1 h; default 20 s.</summary>
    public TimeSpan ClosingGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How old the last good register before an hour's end may be, to stand for it. 1 s..1 h; default 10 min.</summary>
    public TimeSpan RegisterAgeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How far the source's clock may be from ours before it is told of; values further in the future are not used. 1 s..1 h; default 1 min.</summary>
    public TimeSpan ClockSkewLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the source's history is asked again for hours that were stated as missing within 72 hours. 1 s..1 h; default 1 min.</summary>
    public TimeSpan LateLookPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Folder that is watched for files of layout 80020; made when it is not there. <c>null</c>: none is.</summary>
    public string? ImportFolder { get; init; }

    /// <summary>Which measuring point of those files is which channel (aiis-map.json). Needed with <see cref="ImportFolder"/> or <see cref="ImportWait"/>.</summary>
    public string? AiisMapFile { get; init; }

    /// <summary>How long an hour is held open for the values of mapped measuring points. 0..7 days; default 0: it is closed without them, and what
    /// a file says later is a candidate for a correction.</summary>
    public TimeSpan ImportWait { get; init; } = TimeSpan.Zero;

    /// <summary>Days of samples and hours that the journal keeps, 100 or more; what is older is dropped once a day when the chain proves that it
    /// holds it. <c>null</c>: all is kept.</summary>
    public int? KeepDays { get; init; }

    /// <summary>Port of the health endpoint and the metrics, 0..65535; 0 takes a free one, which the log tells. <c>null</c>: there is none.</summary>
    public int? HealthPort { get; init; }

    /// <summary>Address that the health endpoint listens on. Default 127.0.0.1: this machine alone.</summary>
    public string HealthHost { get; init; } = "127.0.0.1";

    /// <summary>How log lines look. Default: text for people.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    /// <summary>Where this oracle answers the others, e.g. <c>http://127.0.0.1:8021</c>. Needed where the ledger wants several signatures;
    /// <c>null</c>: it signs alone.</summary>
    public Uri? PeerListen { get; init; }

    /// <summary>Where the other oracles answer. At most 30.</summary>
    public IReadOnlyList<Uri> Peers { get; init; } = [];

    /// <summary>Share of the greater value that two oracles' values may differ by besides a step of the register, in thousandths. 0..100; default 5.</summary>
    public int PeerTolerancePermille { get; init; } = 5;

    /// <summary>How long the oracle that proposes has to bring an hour forward before the next one takes over. 1 s..1 h; default 15 s.</summary>
    public TimeSpan PeerPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Does this oracle make incidents of alarms and bring them to the chain? Of several oracles one does: the one that the dispatch
    /// room works with. The others watch alarms alone. Default: yes.</summary>
    public bool KeepsIncidents { get; init; } = true;

    /// <summary>Who is told of incidents (contacts.json); only for an oracle that keeps them. <c>null</c>: nobody is.</summary>
    public string? ContactsFile { get; init; }

    /// <summary>Does this oracle sign with others?</summary>
    internal bool IsShared => PeerListen is not null;

    /// <summary>The first hour that cannot have been closed yet, by a clock that may be behind the source's.</summary>
    internal Hour FirstNotOver(DateTimeOffset now) => Hour.Containing(now + ClockSkewLimit);

    /// <summary>Checks ranges.</summary>
    /// <exception cref="OracleStoppedException">A value is out of range; the message says which and what is allowed.</exception>
    internal void Validate()
    {
        Require(PollPeriod >= TimeSpan.FromMilliseconds(100) && PollPeriod <= TimeSpan.FromHours(1), nameof(PollPeriod), "100 ms to 1 h");
        Require(MeterPollPeriod >= PollPeriod && MeterPollPeriod <= TimeSpan.FromHours(1), nameof(MeterPollPeriod), "PollPeriod to 1 h");
        Require(ClosingGrace >= TimeSpan.Zero && ClosingGrace <= TimeSpan.FromHours(1), nameof(ClosingGrace), "0 to 1 h");
        Require(RegisterAgeLimit >= TimeSpan.FromSeconds(1) && RegisterAgeLimit <= TimeSpan.FromHours(1), nameof(RegisterAgeLimit), "1 s to 1 h");
        Require(ClockSkewLimit >= TimeSpan.FromSeconds(1) && ClockSkewLimit <= TimeSpan.FromHours(1), nameof(ClockSkewLimit), "1 s to 1 h");
        Require(LateLookPeriod >= TimeSpan.FromSeconds(1) && LateLookPeriod <= TimeSpan.FromHours(1), nameof(LateLookPeriod), "1 s to 1 h");
        Require(ImportWait >= TimeSpan.Zero && ImportWait <= TimeSpan.FromDays(7), nameof(ImportWait), "0 to 7 days");
        Require(AiisMapFile is not null || (ImportFolder is null && ImportWait == TimeSpan.Zero), nameof(AiisMapFile), "a file that exists when files are imported");
        Require(KeepDays is null or >= JournalPruning.MinDays, nameof(KeepDays), $"{JournalPruning.MinDays} or more days");
        Require(HealthPort is null or (>= 0 and <= ushort.MaxValue), nameof(HealthPort), "0 to 65535");
        Require(System.Net.IPAddress.TryParse(HealthHost, out _), nameof(HealthHost), "an IP address of this machine, e.g. 127.0.0.1 or 0.0.0.0");
        Require(Peers.Count <= 30 && Peers.All(peer => peer.Scheme is "http" or "https"), nameof(Peers), "at most 30 http or https addresses");
        Require(PeerListen is null ? Peers.Count == 0 : PeerListen.Scheme == "http", nameof(PeerListen), "an http address of this machine when there are peers");
        Require(PeerTolerancePermille is >= 0 and <= 100, nameof(PeerTolerancePermille), "0 to 100");
        Require(PeerPatience >= TimeSpan.FromSeconds(1) && PeerPatience <= TimeSpan.FromHours(1), nameof(PeerPatience), "1 s to 1 h");
        Require(ContactsFile is null || KeepsIncidents, nameof(ContactsFile), "left out where another oracle keeps the incidents");
        Require(SourceUrl.Scheme is "http" or "https", nameof(SourceUrl), "an http or https address");
        Require(ChainUrl.Scheme is "http" or "https", nameof(ChainUrl), "an http or https address");
    }

    private static void Require(bool holds, string option, string allowed)
    {
        if (!holds)
        {
            throw new OracleStoppedException(OracleExit.Configuration, $"The oracle's option {option} must be {allowed}.");
        }
    }
}
