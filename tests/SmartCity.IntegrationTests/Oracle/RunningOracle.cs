using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>An oracle in this process. Its log goes to the test's output.</summary>
internal sealed class RunningOracle : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Task _run;
    private readonly OracleWorker _worker;
    private bool _isDisposed;

    private readonly TestLog _log = new();

    public RunningOracle(OracleOptions options)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddProvider(_log);
        builder.Services.AddOracle(options);
        _host = builder.Build();
        _worker = _host.Services.GetRequiredService<OracleWorker>();
        _run = _host.RunAsync();
    }

    /// <summary>What it logged.</summary>
    public string Log => _log.Text;

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _run.WaitAsync(cancellationToken);
        return _worker.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        if (!_run.IsCompleted)
        {
            await _host.StopAsync();
        }
        await _run;
        TestContext.Out.WriteLine(Log);
        _host.Dispose();
    }
}
