using System.Net;
using System.Net.Sockets;
using SmartCity.Rules;

namespace SmartCity.Cli.Up;

/// <summary>What a run of the whole city is told.</summary>
/// <param name="State">Where it keeps everything.</param>
/// <param name="PlanFile">The city's plan.</param>
/// <param name="Ports">Ports of its servers.</param>
/// <param name="Chain">A node that runs already; none for anvil on this machine.</param>
/// <param name="Once">End when all was done once.</param>
/// <param name="Speed">How fast the emulator's clock runs until it has caught up with the real one.</param>
/// <param name="Alarms">How the alarm rules are read.</param>
/// <param name="FiguresFile">With --once: file for the figures of the run, JSON.</param>
/// <param name="ExportFile">With --once: file for the data that were audited.</param>
/// <param name="ReadyFile">File that is written when everything runs, for programs that wait.</param>
/// <param name="ContactsFile">Who is told of incidents; none when nobody is.</param>
/// <param name="Oracles">How many oracles a new city has; more than half of them must sign each hour.</param>
internal sealed record UpOptions(
    StateFolder State, string PlanFile, Ports Ports, Uri? Chain, bool Once, int Speed, AlarmMode Alarms, string? FiguresFile,
    string? ExportFile, string? ReadyFile, string? ContactsFile, int Oracles);

/// <summary>Ports of the city's servers on this machine.</summary>
/// <param name="Chain">The chain's node.</param>
/// <param name="Emulator">The emulator of the meters.</param>
/// <param name="Portal">The portal.</param>
/// <param name="Health">Where each oracle tells how it is.</param>
/// <param name="Peers">Where the oracles answer each other, if there are several.</param>
internal sealed record Ports(int Chain, int Emulator, int Portal, IReadOnlyList<int> Health, IReadOnlyList<int> Peers)
{
    /// <summary>The first of the ports where oracles tell how they are.</summary>
    private const int FirstHealth = 9464;

    /// <summary>The first of the ports where oracles answer each other.</summary>
    private const int FirstPeer = 8021;

    /// <summary>The ports people can remember.</summary>
    public static Ports Fixed(int oracles) => new(
        8545, 8010, 5080, [.. Enumerable.Range(FirstHealth, oracles)], PeersOf(oracles, [.. Enumerable.Range(FirstPeer, oracles)]));

    /// <summary>Ports that nobody uses at this moment.</summary>
    public static Ports Free(int oracles)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, 3 + 2 * oracles).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        int[] ports = [.. listeners.Select(listener =>
        {
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        })];
        foreach (TcpListener listener in listeners)
        {
            listener.Dispose();
        }
        return new(ports[0], ports[1], ports[2], ports[3..(3 + oracles)], PeersOf(oracles, ports[(3 + oracles)..]));
    }

    private static IReadOnlyList<int> PeersOf(int oracles, IReadOnlyList<int> ports) => oracles > 1 ? ports : [];

    /// <summary>Demands that nobody uses the ports.</summary>
    /// <exception cref="CommandException">A port is in use.</exception>
    public void Check(bool needsChain)
    {
        foreach ((string name, int port) in new[] { ("chain", Chain), ("emulator", Emulator), ("portal", Portal) }
            .Concat(Health.Select((port, i) => ($"health of oracle {i + 1}", port)))
            .Concat(Peers.Select((port, i) => ($"oracle {i + 1}", port))))
        {
            if (name == "chain" && !needsChain)
            {
                continue;
            }
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
                listener.Start();
            }
            catch (SocketException)
            {
                throw new CommandException(
                    $"Port {port}, which the {name} needs, is in use. Stop the program that uses it, or run with --ports auto to take free ports.");
            }
        }
    }
}
