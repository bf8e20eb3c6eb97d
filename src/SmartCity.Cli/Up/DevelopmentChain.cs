using System.Globalization;
using SmartCity.Cli.Processes;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Cli.Up;

/// <summary>
/// The chain of one machine: anvil with a state file. A block is made when a transaction waits, so an idle city costs nothing
/// (docs/adr/0003-development-chain.md).
/// </summary>
internal sealed class DevelopmentChain : IAsyncDisposable
{
    private const string PackagedNode = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
    private static readonly TimeSpan s_blockPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;
    private readonly RpcClient _rpc;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _mining;

    private DevelopmentChain(ChildProcess process, RpcClient rpc, TimeProvider time)
    {
        _process = process;
        _rpc = rpc;
        _mining = MineAsync(time, _stop.Token);
    }

    /// <summary>The node's process.</summary>
    public ChildProcess Process => _process;

    /// <summary>Starts the node on a port and waits until it answers.</summary>
    /// <exception cref="CommandException">The node is not installed, ended, or did not answer in time.</exception>
    public static async Task<DevelopmentChain> StartAsync(
        ProcessKeeper keeper, StateFolder state, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--chain-id", "31337", "--hardfork", "cancun",
            "--no-mining", "--block-base-fee-per-gas", "0", "--gas-limit", "100000000000", "--accounts", "1", "--balance", "0",
            "--state", state.ChainState, "--state-interval", "10", "--silent",
            // Nothing asks for the state of a past block; kept on disk, they would fill it: a file for every block.
            "--prune-history", "8",
        ];
        ChildProcess process = await ChildProcess.StartAsync(keeper, "chain", state.LogOf("chain"), FindNode(), arguments);
        try
        {
            RpcClient rpc = new(
                new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = Timeout.InfiniteTimeSpan },
                new() { MaxAttempts = 1 },
                time);
            await Readiness.WaitAsync(process, s_startLimit, time, AnswersAsync, cancellationToken);
            return new(process, rpc, time);

            async Task<bool> AnswersAsync(CancellationToken token)
            {
                try
                {
                    _ = await rpc.SendAsync<string>("eth_chainId", [], token);
                    return true;
                }
                catch (RpcTransportException)
                {
                    return false;
                }
            }
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _mining;
        await _process.DisposeAsync();
        _stop.Dispose();
    }

    private async Task MineAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(s_blockPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    TransactionPool pool = await _rpc.SendAsync<TransactionPool>("txpool_status", [], cancellationToken);
                    if (pool.Pending != "0x0")
                    {
                        // Never broken off: asked to stop while it makes a block, anvil keeps a state ahead of its blocks.
                        _ = await _rpc.FindAsync<string>("evm_mine", [], CancellationToken.None);
                    }
                }
                catch (Exception exception) when (exception is RpcTransportException or RpcException or RpcProtocolException)
                {
                    // The node is busy or gone; whether it has ended is watched by those who started it.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The city stops.
        }
    }

    private static string FindNode()
    {
        string? root = RepositoryFolder.Find();
        string packaged = root is null ? PackagedNode : Path.Combine(root, PackagedNode);
        if (File.Exists(packaged) && OperatingSystem.IsLinux())
        {
            return packaged;
        }
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
        {
            string candidate = Path.Combine(folder, "anvil");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }
        throw new CommandException(
            "anvil, the chain's node, is missing: `npm ci --ignore-scripts` installs it on Linux x64; elsewhere put anvil 1.7 on the PATH, or give another node with --chain.");
    }

    private sealed record TransactionPool(string Pending);
}
