using System.Diagnostics;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary><c>smartcity oracle</c> in a process of its own, to be ended without a warning.</summary>
internal sealed class OracleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _log = [];

    private OracleProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
    }

    /// <summary>What it wrote.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Has it ended?</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its id in the system.</summary>
    public int Id => _process.Id;

    /// <param name="options">Folder and addresses.</param>
    /// <param name="more">Further options of the command line.</param>
    /// <param name="environment">Further variables of the environment.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static Task<OracleProcess> StartAsync(
        OracleOptions options, IReadOnlyList<string> more, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "smartcity.dll"), "oracle", "--state", options.StateFolder,
            "--chain", options.ChainUrl.ToString(), "--source", options.SourceUrl.ToString(),
            .. options.PeerListen is { } listen
                ? ["--peer-listen", listen.ToString(), "--peer-patience", $"{options.PeerPatience.TotalSeconds:F0}"]
                : Array.Empty<string>(),
            .. options.Peers.SelectMany(peer => new[] { "--peer", peer.ToString() }),
            .. more,
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        OracleProcess oracle = new(Process.Start(start)!);
        oracle._process.BeginOutputReadLine();
        oracle._process.BeginErrorReadLine();
        return Task.FromResult(oracle);
    }

    /// <summary>SIGKILL: no code of the process runs any more.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>SIGTERM: asks it to stop, as a system that shuts down does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits until it ends by itself.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    private void Append(string? line)
    {
        if (line is not null)
        {
            lock (_log)
            {
                _log.Add(line);
            }
        }
    }
}
