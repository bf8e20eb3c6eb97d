using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SmartCity.Oracle;

/// <summary>Runs an oracle: as a process of its own, or in somebody's host.</summary>
public static class OracleHost
{
    /// <summary>Runs an oracle until it is asked to stop (Ctrl-C, SIGTERM, the token) or cannot go on. Logs to the console, one line a message.</summary>
    /// <param name="options">What it needs to know.</param>
    /// <param name="cancellationToken">Asks it to stop.</param>
    /// <returns>One of <see cref="OracleExit"/>: the process's exit code.</returns>
    public static async Task<int> RunAsync(OracleOptions options, CancellationToken cancellationToken)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        builder.Services.AddOracle(options);
        using IHost host = builder.Build();
        OracleWorker worker = host.Services.GetRequiredService<OracleWorker>();
        await host.RunAsync(cancellationToken);
        return worker.ExitCode;
    }

    /// <summary>Adds an oracle to a host's services. When it cannot go on it logs why and stops the host.</summary>
    public static IServiceCollection AddOracle(this IServiceCollection services, OracleOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<OracleWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<OracleWorker>());
        return services;
    }
}
