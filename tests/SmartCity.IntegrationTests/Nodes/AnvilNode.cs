using System.Globalization;

namespace SmartCity.IntegrationTests.Nodes;

/// <summary>How anvil shall run.</summary>
public sealed record AnvilOptions
{
    /// <summary>Seconds between blocks; null makes a block at once for every transaction.</summary>
    public int? BlockTime { get; init; } = 1;

    /// <summary>A file that keeps the chain from one run to the next; null keeps nothing.</summary>
    public string? StateFile { get; init; }

    /// <summary>The port, to start again where a node was before; null takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>The chain's number.</summary>
    public ulong ChainId { get; init; } = 31_337;

    /// <summary>Wei a unit of gas in the first block.</summary>
    public ulong BaseFee { get; init; }

    /// <summary>Time of the first block; null is now.</summary>
    public DateTimeOffset? Genesis { get; init; }

    /// <summary>Do transactions of one fee keep the order in which they came, whoever sent them?</summary>
    public bool IsFirstComeFirstServed { get; init; }
}

/// <summary>Foundry's anvil.</summary>
public static class AnvilNode
{
    /// <summary>Starts a node. The caller disposes it.</summary>
    public static Task<NodeProcess> StartAsync(AnvilOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        int port = options.Port ?? NodeProcess.FindFreePort();
        // States of past blocks, gigabytes in a long test. In its own place anvil would leave them there whenever it is killed.
        string states = Directory.CreateTempSubdirectory("anvil-").FullName;
        List<string> arguments =
        [
            "--host", "127.0.0.1", "--port", Text((ulong)port), "--chain-id", Text(options.ChainId), "--hardfork", "cancun",
            "--block-base-fee-per-gas", Text(options.BaseFee), "--gas-limit", "100000000000",
            "--cache-path", states,
        ];
        if (options.BlockTime is { } seconds)
        {
            arguments.AddRange(["--block-time", Text((ulong)seconds)]);
        }
        if (options.StateFile is { } file)
        {
            arguments.AddRange(["--state", file, "--state-interval", "1"]);
        }
        if (options.Genesis is { } genesis)
        {
            arguments.AddRange(["--timestamp", Text((ulong)genesis.ToUnixTimeSeconds())]);
        }
        if (options.IsFirstComeFirstServed)
        {
            arguments.AddRange(["--order", "fifo"]);
        }
        string anvil = RepositoryFolder.PackageFile("@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        return NodeProcess.StartAsync(anvil, arguments, port, cancellationToken, states);
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
