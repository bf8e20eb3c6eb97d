using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace SmartCity.Oracle;

/// <summary>
/// The oracle's health endpoint: <c>/health/live</c> (is the process at work), <c>/health/ready</c> (can it do its work, and if not, why) and
/// <c>/metrics</c> (Prometheus). It tells nothing secret and changes nothing, and listens on this machine alone unless told otherwise.
/// </summary>
internal sealed partial class HealthServer(
    OracleOptions options, OracleHealth health, MeterProvider meters, TimeProvider time, ILogger<HealthServer> logger) : IHostedService, IAsyncDisposable
{
    /// <summary>An oracle that did not show itself for so long does not live: twice the journal's longest wait for a lock, with some to spare.</summary>
    private static readonly TimeSpan s_silenceLimit = TimeSpan.FromSeconds(60);

    private readonly OracleReader _reader = new(options.StateFolder, time);
    private WebApplication? _app;

    /// <summary>Where it listens, once started.</summary>
    public Uri? Address { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="OracleStoppedException">The port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        options.Validate();
        // Empty: no settings file or environment variable of another program in the same folder changes what was asked for.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "SmartCity.Oracle" });
        string host = options.HealthHost.Contains(':', StringComparison.Ordinal) ? $"[{options.HealthHost}]" : options.HealthHost;
        builder.WebHost.UseKestrelCore().UseUrls($"http://{host}:{options.HealthPort}").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.MapGet("/health/live", LiveAsync);
        _app.MapGet("/health/ready", ReadyAsync);
        _app.UseOpenTelemetryPrometheusScrapingEndpoint(
            meters, predicate: null, path: "/metrics", configureBranchedPipeline: null, optionsName: null);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new OracleStoppedException(
                OracleExit.Configuration,
                $"The health endpoint cannot listen on {host}:{options.HealthPort}: {exception.Message} Choose another with --health-port and --health-host.", exception);
        }
        Address = new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        LogListening(Address);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task LiveAsync(HttpContext context)
    {
        bool isLive = health.SinceBeat < s_silenceLimit;
        string status = isLive ? "live" : $"no sign of life for {health.SinceBeat.TotalSeconds:0} s";
        return AnswerAsync(context, isLive, Encoding.UTF8.GetBytes($$"""{"status":"{{status}}"}"""));
    }

    private async Task ReadyAsync(HttpContext context)
    {
        OracleStatus? status = null;
        string? problem = health.JournalProblem;
        try
        {
            status = await _reader.GetStatusAsync(context.RequestAborted);
        }
        catch (JournalException exception)
        {
            problem ??= exception.Message;
        }
        HealthReport report = HealthReport.Of(status, problem, DiskSpace.Free(options.StateFolder), NoticeHealth.Of(options));
        await AnswerAsync(context, report.IsReady, report.ToJson());
    }

    private static Task AnswerAsync(HttpContext context, bool isGood, byte[] json)
    {
        context.Response.StatusCode = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    [LoggerMessage(EventId = 5210, Level = LogLevel.Information, Message = "Health and metrics at {Address}: health/live, health/ready, metrics")]
    private partial void LogListening(Uri address);
}
