using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace SmartCity.Oracle;

/// <summary>Runs an oracle: as a process of its own, or in somebody's host.</summary>
public static class OracleHost
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string OtlpMetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string OtlpTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    /// <summary>SIGXFSZ of Linux: a file would grow over the limit of this process. Left to itself it ends the process.</summary>
    private const PosixSignal FileTooLarge = (PosixSignal)25;

    /// <summary>Runs an oracle until it is asked to stop (Ctrl-C, SIGTERM, the token) or cannot go on. Logs to the console, one line a message.</summary>
    /// <param name="options">What it needs to know.</param>
    /// <param name="cancellationToken">Asks it to stop.</param>
    /// <returns>One of <see cref="OracleExit"/>: the process's exit code.</returns>
    public static async Task<int> RunAsync(OracleOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new());
        // What the exporters are told by the usual variables; nothing else of the environment is a setting of ours.
        builder.Configuration.AddInMemoryCollection(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value)));
        AddConsole(builder.Logging, options.LogFormat);
        builder.Services.AddOracle(options);
        using IHost host = builder.Build();
        OracleWorker worker = host.Services.GetRequiredService<OracleWorker>();
        // The write that is over the limit then fails, as on a full disk.
        using PosixSignalRegistration? limit = OperatingSystem.IsLinux() ? PosixSignalRegistration.Create(FileTooLarge, signal => signal.Cancel = true) : null;
        try
        {
            await host.RunAsync(cancellationToken);
            return worker.ExitCode;
        }
        catch (OracleStoppedException exception)
        {
            worker.LogCannotGoOn(exception.Message);
            return exception.ExitCode;
        }
    }

    /// <summary>Adds an oracle to a host's services. When it cannot go on it logs why and stops the host.</summary>
    public static IServiceCollection AddOracle(this IServiceCollection services, OracleOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<OracleHealth>();
        services.AddSingleton<OracleGauges>();
        services.AddSingleton<OracleWorker>();
        AddTelemetry(services, options.HealthPort is not null);
        if (options.HealthPort is not null)
        {
            services.AddSingleton<HealthServer>();
            services.AddHostedService(provider => provider.GetRequiredService<HealthServer>()); // Before the worker: up first, down last.
        }
        services.AddHostedService(provider => provider.GetRequiredService<OracleWorker>());
        return services;
    }

    private static void AddConsole(ILoggingBuilder logging, LogFormat format)
    {
        logging.AddFilter("Microsoft", LogLevel.None); // What a host says of itself has no event ids; what matters is told by us.
        if (format == LogFormat.Json)
        {
            logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
            return;
        }
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
    }

    /// <summary>Metrics where somebody may ask for them; both to a collector where the usual variables name one.</summary>
    private static void AddTelemetry(IServiceCollection services, bool isScraped)
    {
        bool sendsMetrics = IsSet(OtlpEndpoint) || IsSet(OtlpMetricsEndpoint);
        bool sendsTraces = IsSet(OtlpEndpoint) || IsSet(OtlpTracesEndpoint);
        if (!isScraped && !sendsMetrics && !sendsTraces)
        {
            return;
        }
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("smartcity-oracle"));
        if (isScraped || sendsMetrics)
        {
            telemetry.WithMetrics(metrics =>
            {
                metrics.AddMeter(OracleTelemetry.Name).AddMeter("System.Runtime").AddHttpClientInstrumentation();
                _ = isScraped ? metrics.AddPrometheusExporter() : metrics;
                _ = sendsMetrics ? metrics.AddOtlpExporter() : metrics;
            });
        }
        if (sendsTraces)
        {
            telemetry.WithTracing(traces => traces.AddSource(OracleTelemetry.Name).AddHttpClientInstrumentation().AddOtlpExporter());
        }
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
