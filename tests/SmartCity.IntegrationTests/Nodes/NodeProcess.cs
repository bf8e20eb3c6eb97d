using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.IntegrationTests.Nodes;

/// <summary>A node of a chain that runs as a process of its own, on a free port of this machine. It ends with the test, also when
/// the test host is killed: a shell between them ends the node when the pipe from the host breaks.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private const string Guard = """
        exec 3<&0
        "$@" & node=$!
        echo "node $node"
        (cat <&3; kill -9 $node) >/dev/null 2>&1 & guard=$!
        wait $node
        kill $guard
        [ -z "$SCRATCH" ] || rm -rf "$SCRATCH"
        """;

    private const int MaxLogCharacters = 20_000;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<int> _nodeId = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(Process process, int port)
    {
        _process = process;
        Url = new Uri($"http://127.0.0.1:{port}/");
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
    }

    /// <summary>Where the node answers.</summary>
    public Uri Url { get; }

    /// <summary>What the node wrote so far (the end of it).</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FindFreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts a program and waits until it answers.</summary>
    /// <param name="program">The node's file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="port">Where it will answer.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <param name="scratch">A folder of the node's own, removed when the node ends, however it ends.</param>
    public static async Task<NodeProcess> StartAsync(
        string program, IReadOnlyList<string> arguments, int port, CancellationToken cancellationToken, string? scratch = null)
    {
        ProcessStartInfo start = new("/bin/sh")
        {
            WorkingDirectory = RepositoryFolder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["SCRATCH"] = scratch },
        };
        foreach (string argument in (IEnumerable<string>)["-c", Guard, "node", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        NodeProcess node = new(Process.Start(start)!, port);
        node._process.BeginOutputReadLine();
        node._process.BeginErrorReadLine();
        try
        {
            await node.WaitUntilUpAsync(cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>The node's methods, over a connection of their own.</summary>
    public EthApi CreateApi(RpcClientOptions? options = null) =>
        new(new RpcClient(new HttpClient { BaseAddress = Url }, options));

    /// <summary>Makes a block in which a unit of gas costs so much; those that follow go on from there.</summary>
    /// <param name="wei">Hexadecimal.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task SetBaseFeeAsync(string wei, CancellationToken cancellationToken)
    {
        RpcClient client = CreateApi().Client;
        // Anvil knows it by this name too.
        _ = await client.FindAsync<object>("hardhat_setNextBlockBaseFeePerGas", [wei], cancellationToken);
        _ = await client.FindAsync<object>("evm_mine", [], cancellationToken);
    }

    /// <summary>Asks the node to end (SIGTERM), as Ctrl-C does, or ends it without a warning (SIGKILL), and waits for the
    /// end.</summary>
    public async Task StopAsync(bool kill, CancellationToken cancellationToken)
    {
        int node = await _nodeId.Task.WaitAsync(cancellationToken);
        using Process target = Process.GetProcessById(node);
        using Process signal = Process.Start("/bin/sh", ["-c", $"kill -{(kill ? "KILL" : "TERM")} {node}"]);
        await signal.WaitForExitAsync(cancellationToken);
        await target.WaitForExitAsync(cancellationToken).WaitAsync(StopTimeout, cancellationToken);
        _process.StandardInput.Close(); // The shell's watcher holds the output open until its pipe breaks.
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(StopTimeout, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }

    private async Task WaitUntilUpAsync(CancellationToken cancellationToken)
    {
        EthApi api = CreateApi(new() { MaxAttempts = 1, Timeout = TimeSpan.FromSeconds(5) });
        using CancellationTokenSource timeout = new(StartTimeout);
        while (true)
        {
            try
            {
                await api.GetChainIdAsync(cancellationToken);
                return;
            }
            catch (RpcTransportException exception)
            {
                if (_process.HasExited || timeout.IsCancellationRequested)
                {
                    throw new InvalidOperationException($"The node at {Url} did not start: {exception.Message}\n{Log}", exception);
                }
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    private void Append(string? line)
    {
        const string Announcement = "node ";
        if (line is null)
        {
            return;
        }
        if (line.StartsWith(Announcement, StringComparison.Ordinal) && int.TryParse(line[Announcement.Length..], out int id))
        {
            _nodeId.TrySetResult(id);
        }
        lock (_log)
        {
            _log.AppendLine(line);
            _log.Remove(0, Math.Max(_log.Length - MaxLogCharacters, 0));
        }
    }
}
