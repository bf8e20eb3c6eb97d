using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>What those who run an oracle see of it, with the real process.</summary>
[CancelAfter(300_000)]
public sealed partial class OperationsTest
{
    private static readonly Dictionary<string, string> s_plain = [];

    [Test]
    public async Task Run_Watched_TellsHealthMetricsAndSpansAndStopsWhenAsked(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        await using Collector collector = await Collector.StartAsync();
        OracleProcess oracle = await rig.StartProcessAsync(
            ["--health-port", "0"],
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
            },
            cancellationToken);
        using HttpClient http = new() { BaseAddress = await HealthAddressAsync(oracle, cancellationToken) };

        (HttpStatusCode live, _) = await GetAsync(http, "health/live", cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        (HttpStatusCode ready, string report) = await GetAsync(http, "health/ready", cancellationToken);
        (_, string metrics) = await OracleRig.WaitAsync( // They may be a second old.
            () => GetAsync(http, "metrics", cancellationToken), answer => LagOfNone().IsMatch(answer.Body), cancellationToken);
        int port = rig.Emulator.Address.Port;
        await rig.Emulator.DisposeAsync();
        (HttpStatusCode Status, string Body) away = await OracleRig.WaitAsync(
            () => GetAsync(http, "health/ready", cancellationToken), answer => answer.Status != HttpStatusCode.OK, cancellationToken);
        await OracleRig.WaitAsync(
            () => Task.FromResult(collector.Received),
            received => received.ContainsKey("/v1/metrics") && received.GetValueOrDefault("/v1/traces", "").Contains("send hours", StringComparison.Ordinal),
            cancellationToken);
        int exitCode = await oracle.StopAsync(cancellationToken);
        await rig.StartEmulatorAsync(port, cancellationToken);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(live, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(ready, Is.EqualTo(HttpStatusCode.OK), report);
        Assert.That(metrics, Does.Match(@"(?m)^smartcity_oracle_outbox_depth\w*\{[^}]*segment=""1""[^}]*\} 0$"));
        Assert.That(metrics, Does.Match(@"(?m)^smartcity_oracle_poll_duration_seconds_count\{[^}]*outcome=""answered""[^}]*\} [1-9]"));
        Assert.That(metrics, Does.Match(@"(?m)^smartcity_oracle_gas_used\w*\{[^}]*segment=""1""[^}]*\} [1-9]"));
        Assert.That(metrics, Does.Match(@"(?m)^smartcity_oracle_readings\w*\{[^}]*quality=""measured""[^}]*\} [1-9]"));
        Assert.That(metrics, Does.Match(@"(?m)^smartcity_oracle_link_up\w*\{[^}]*link=""chain""[^}]*\} 1$"));
        Assert.That(collector.Received["/v1/metrics"], Does.Contain("smartcity.oracle.lag"));
        using (JsonDocument document = JsonDocument.Parse(away.Body))
        {
            JsonElement checks = document.RootElement.GetProperty("checks");
            Assert.That(away.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(checks.GetProperty("source").GetProperty("status").GetString(), Is.EqualTo("failing"));
            Assert.That(checks.GetProperty("chain").GetProperty("status").GetString(), Is.EqualTo("ok"));
        }
        Assert.That(exitCode, Is.Zero, oracle.Log);
        Assert.That(oracle.Log.Split('\n'), Is.All.Match(@"^\d{4}-\d\d-\d\dT[\d:.]+Z (info|warn|fail|crit): SmartCity\.\w+\.\w+\[\d{4}\] "));
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    /// <summary>A copy made while the oracle runs; hours that it does not know are on their way to the chain when it is restored.</summary>
    /// <remarks>Seen to catch: closing and signing that do not wait for <c>RestoredJournal.SettleAsync</c> (OracleEngine.Settled).</remarks>
    [Test]
    public async Task Restore_OlderCopyWhileHoursAreOnTheirWay_LosesAndDoublesNoHour(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        int port = rig.Emulator.Address.Port;
        await rig.Emulator.DisposeAsync();
        OracleProcess oracle = await rig.StartProcessAsync(cancellationToken);
        string copy = Path.Combine(rig.Folder, "copy.db");
        await OracleRig.WaitAsync(
            () => rig.Reader.GetStatusAsync(cancellationToken), status => status?.Source.State == LinkState.Unreachable, cancellationToken);
        (int backedUp, string backup) = await OwnProgram.RunAsync(cancellationToken, "journal", "backup", copy, "--state", rig.Folder);
        Assert.That(backedUp, Is.Zero, backup);
        (int refused, string refusal) = await OwnProgram.RunAsync(cancellationToken, "journal", "restore", copy, "--state", rig.Folder);

        // No more blocks: what is sent from now on waits in the node's pool.
        _ = await rig.Api.Client.FindAsync<object>("evm_setIntervalMining", [0], cancellationToken);
        await rig.StartEmulatorAsync(port, cancellationToken);
        await OracleRig.WaitAsync(() => PendingAsync(rig, cancellationToken), pending => pending > 0, cancellationToken);
        int stopped = await oracle.StopAsync(cancellationToken);
        (int restored, string restore) = await OwnProgram.RunAsync(cancellationToken, "journal", "restore", copy, "--state", rig.Folder);
        OracleProcess again = await rig.StartProcessAsync(cancellationToken);
        await OracleRig.WaitAsync(() => Task.FromResult(again.Log), log => log.Contains("[5220]", StringComparison.Ordinal), cancellationToken);
        ulong waiting = await PendingAsync(rig, cancellationToken);
        Assert.That(waiting, Is.Positive, "No hour was on its way: the test showed nothing.");
        await OracleRig.WaitAsync(() => Task.FromResult(again.Log), log => log.Contains("[5020]", StringComparison.Ordinal), cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(8), cancellationToken); // Long enough to close and sign a month, were it not for the gate.
        OracleStatus held = (await rig.Reader.GetStatusAsync(cancellationToken))!;
        Assert.That(again.Log, Does.Not.Contain("[5223]"), "It must not go on while hours are on their way.");
        Assert.That(held.Segments.Select(segment => segment.ClosedBefore), Is.EqualTo(held.Segments.Select(segment => segment.FirstHour)));
        Assert.That(await PendingAsync(rig, cancellationToken), Is.EqualTo(waiting), "It must send nothing either.");
        _ = await rig.Api.Client.FindAsync<object>("evm_setIntervalMining", [1], cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        int ended = await again.StopAsync(cancellationToken);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((refused, stopped, restored, ended), Is.EqualTo((1, 0, 0, 0)), $"{refusal}\n{restore}\n{again.Log}");
        Assert.That(refusal, Does.Contain("another oracle runs"));
        Assert.That(again.Log, Does.Contain("[5223]"));
        Assert.That(File.Exists(Path.Combine(rig.Folder, "oracle.db.restored")), Is.False);
        Assert.That(Directory.GetFiles(rig.Folder, "oracle.db.before-*"), Has.Length.EqualTo(1));
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    /// <summary>A copy made before a correction was signed: when it is restored, the correction counts and is not made again.</summary>
    /// <remarks>Seen to catch: closing and signing that do not wait for <c>RestoredJournal.SettleAsync</c> (OracleEngine.Settled).</remarks>
    [Test]
    public async Task Restore_CopyFromBeforeACorrection_KeepsItAndMakesItOnce(CancellationToken cancellationToken)
    {
        const int Withheld = 5;
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        int fault = await rig.BreakAsync("late_data", "m1_3", new Hour(Hour.Containing(now).Value - Withheld).Start.AddMinutes(30), now.AddHours(2), cancellationToken);
        OracleOptions options = rig.Options with { LateLookPeriod = TimeSpan.FromSeconds(1) };
        string copy = Path.Combine(rig.Folder, "copy.db");
        await using (RunningOracle first = rig.RunOracle(options))
        {
            await rig.WaitUntilCaughtUpAsync(cancellationToken);
            JournalCopies.Backup(rig.Folder, copy);
            await rig.MendAsync(fault, cancellationToken);
            await rig.WaitUntilFilledAsync(1, group: 1, channel: 5, Withheld, cancellationToken);
        }
        Dictionary<(uint, int), (long, int)> before = await rig.ReadCorrectedAsync(1, cancellationToken);

        JournalCopies.Restore(rig.Folder, copy, TimeProvider.System);
        await using RunningOracle again = rig.RunOracle(options);
        await OracleRig.WaitAsync(
            () => Task.FromResult(File.Exists(JournalCopies.MarkerIn(rig.Folder))), isThere => !isThere, cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        using JournalDatabase journal = JournalDatabase.Open(rig.Folder);
        CorrectionStore store = new(journal, CityLayout.Of(rig.Plan), TimeProvider.System);
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken); // It looks for late data every second.

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(store.Unsigned(1), Is.Empty);
        Assert.That(store.From(1, 0), Is.Empty, "The journal knows the correction as the chain's, and signed none.");
        Assert.That(await rig.ReadCorrectedAsync(1, cancellationToken), Is.EquivalentTo(before));
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    /// <summary>The system lets the process write no more: the oracle waits, tells it, and goes on when it may. Every log line is JSON.</summary>
    [Test]
    public async Task Run_JournalCannotGrow_WaitsAndGoesOn(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        OracleProcess oracle = await rig.StartProcessAsync(["--health-port", "0", "--log-format", "Json"], s_plain, cancellationToken);
        using HttpClient http = new() { BaseAddress = await HealthAddressAsync(oracle, cancellationToken) };
        await OracleRig.WaitAsync(
            () => rig.Reader.GetStatusAsync(cancellationToken), status => status?.Segments.Any(segment => segment.ConfirmedBefore > segment.FirstHour) == true,
            cancellationToken);

        await LimitFilesAsync(oracle, "4096", cancellationToken);
        (HttpStatusCode Status, string Body) full = await OracleRig.WaitAsync(
            () => GetAsync(http, "health/ready", cancellationToken), answer => Check(answer.Body, "journal").Status == "failing", cancellationToken);
        (HttpStatusCode live, _) = await GetAsync(http, "health/live", cancellationToken);
        Assert.That(oracle.HasExited, Is.False, oracle.Log);
        await LimitFilesAsync(oracle, "unlimited", cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        (HttpStatusCode Status, string Body) well = await OracleRig.WaitAsync(
            () => GetAsync(http, "health/ready", cancellationToken), answer => answer.Status == HttpStatusCode.OK, cancellationToken);
        int exitCode = await oracle.StopAsync(cancellationToken);

        List<(int EventId, string Message)> lines = [.. oracle.Log.Split('\n').Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty("EventId").GetInt32(), json.RootElement.GetProperty("Message").GetString()!);
        })];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(live, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Check(full.Body, "journal").Detail, Does.Contain(Path.Combine(rig.Folder, "oracle.db")).And.Contain("Check the disk"));
        Assert.That(Check(well.Body, "journal").Status, Is.EqualTo("ok"));
        Assert.That(lines.Select(line => line.EventId), Does.Contain(5205).And.Contain(5206));
        Assert.That(lines.Count(line => line.EventId == 5205), Is.LessThan(5), "told once, not at each try");
        Assert.That(exitCode, Is.Zero);
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    /// <summary>Old hours are dropped while the oracle runs, as far as the chain proves them; it goes on, and so does one that is started on what is left.</summary>
    [Test]
    public async Task Prune_WhileRunning_DropsWhatTheChainProves(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        OracleProcess oracle = await rig.StartProcessAsync(cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        Hour first = CityLayout.Of(rig.Plan).FirstHour;
        // A clock that stands so far ahead that all but the last day is old.
        Later later = new(TimeSpan.FromDays(JournalPruning.MinDays - 1));

        PruningResult pruned = await JournalPruning.PruneAsync(rig.Folder, rig.City, rig.Api, rig.Plan, JournalPruning.MinDays, later, null, cancellationToken);
        PruningResult again = await JournalPruning.PruneAsync(rig.Folder, rig.City, rig.Api, rig.Plan, JournalPruning.MinDays, later, null, cancellationToken);
        (int refused, string refusal) = await OwnProgram.RunAsync(
            cancellationToken, "journal", "prune", "--keep-days", "30", "--state", rig.Folder, "--chain", rig.Node.Url.ToString());
        (int ended, string told) = await OwnProgram.RunAsync(
            cancellationToken, "journal", "prune", "--keep-days", "100", "--state", rig.Folder, "--chain", rig.Node.Url.ToString());
        int stopped = await oracle.StopAsync(cancellationToken);
        OracleProcess wrong = await rig.StartProcessAsync(["--keep-days", "99"], s_plain, cancellationToken);
        await wrong.WaitAsync(cancellationToken);
        OracleProcess restarted = await rig.StartProcessAsync(["--keep-days", "100"], s_plain, cancellationToken);
        await OracleRig.WaitAsync(() => Task.FromResult(restarted.Log), log => log.Contains("[5101]", StringComparison.Ordinal), cancellationToken);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        int stoppedAgain = await restarted.StopAsync(cancellationToken);

        IReadOnlyList<HourView> left = await rig.Reader.GetHoursAsync(1, null, 1_000, cancellationToken);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(pruned.From, Is.EqualTo(first));
        Assert.That(pruned.Before, Is.EqualTo(Hour.Containing(later.GetUtcNow() - TimeSpan.FromDays(JournalPruning.MinDays))));
        Assert.That(pruned.Hours, Is.EqualTo((int)(pruned.Before.Value - first.Value)).And.GreaterThan(24));
        Assert.That(pruned.KeptBecause, Is.Null);
        Assert.That(again.Hours, Is.Zero);
        Assert.That(left[^1].Hour, Is.EqualTo(pruned.Before));
        Assert.That((refused, ended), Is.EqualTo((1, 0)), $"{refusal}\n{told}");
        Assert.That(refusal, Does.Contain("--keep-days must be 100 at least"));
        Assert.That(told, Does.Contain("Nothing was dropped."));
        Assert.That((stopped, wrong.ExitCode, stoppedAgain), Is.EqualTo((0, OracleExit.Configuration, 0)), $"{wrong.Log}\n{restarted.Log}");
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    private static async Task<ulong> PendingAsync(OracleRig rig, CancellationToken cancellationToken) =>
        await rig.Api.GetTransactionCountAsync(rig.OracleAddress, BlockParameter.Pending, cancellationToken)
        - await rig.Api.GetTransactionCountAsync(rig.OracleAddress, BlockParameter.Latest, cancellationToken);

    /// <summary>Bounds how long a file the process may write.</summary>
    private static async Task LimitFilesAsync(OracleProcess oracle, string bytes, CancellationToken cancellationToken)
    {
        using Process limit = Process.Start("prlimit", ["--pid", $"{oracle.Id}", $"--fsize={bytes}:unlimited"]);
        await limit.WaitForExitAsync(cancellationToken);
        Assert.That(limit.ExitCode, Is.Zero, "prlimit of util-linux is needed.");
    }

    private static (string Status, string Detail) Check(string report, string name)
    {
        using JsonDocument json = JsonDocument.Parse(report);
        JsonElement check = json.RootElement.GetProperty("checks").GetProperty(name);
        return (check.GetProperty("status").GetString()!, check.GetProperty("detail").GetString()!);
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    private static async Task<Uri> HealthAddressAsync(OracleProcess oracle, CancellationToken cancellationToken)
    {
        string log = await OracleRig.WaitAsync(
            () => Task.FromResult(oracle.Log), told => oracle.HasExited || HealthAddress().IsMatch(told), cancellationToken);
        Match match = HealthAddress().Match(log);
        Assert.That(match.Success, log);
        return new(match.Value);
    }

    [GeneratedRegex(@"(?m)^smartcity_oracle_lag_hours\{[^}]*\} 0$")]
    private static partial Regex LagOfNone();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/?(?=: health/live)")]
    private static partial Regex HealthAddress();

    /// <summary>Receives what an OpenTelemetry exporter sends, as a collector does.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly ConcurrentDictionary<string, string> _received = new();

        private Collector()
        {
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.Run(ReceiveAsync);
        }

        /// <summary>All that came, by path; names stand in it as they are.</summary>
        public IReadOnlyDictionary<string, string> Received => _received;

        public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

        public static async Task<Collector> StartAsync()
        {
            Collector collector = new();
            await collector._app.StartAsync();
            return collector;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task ReceiveAsync(HttpContext context)
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body);
            string text = Encoding.Latin1.GetString(body.ToArray());
            _received.AddOrUpdate(context.Request.Path, text, (_, before) => before + text);
        }
    }

    /// <summary>The system's clock, put ahead.</summary>
    private sealed class Later(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
