using SmartCity.IntegrationTests.Nodes;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>The real nodes that an oracle is tested on.</summary>
public enum NodeKind
{
    Anvil,
    Hardhat,
}

internal static class NodeKindExtensions
{
    /// <summary>Starts a fresh node that makes a block a second.</summary>
    public static Func<CancellationToken, Task<NodeProcess>> Starter(this NodeKind kind) => kind == NodeKind.Anvil
        ? token => AnvilNode.StartAsync(new() { BlockTime = 1 }, token)
        : token => HardhatNode.StartAsync(token);
}
