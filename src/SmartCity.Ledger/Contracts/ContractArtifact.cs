using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;

namespace SmartCity.Ledger.Contracts;

/// <summary>What the compiler made of one of the city's contracts: its ABI and its creation code. Immutable.</summary>
public sealed class ContractArtifact
{
    private const string ResourcePrefix = "contracts/";
    private const string ResourceSuffix = ".json";

    private static readonly ConcurrentDictionary<string, ContractArtifact> Loaded = new(StringComparer.Ordinal);
    private static readonly Lazy<ContractAbi> MergedAbi = new(MergeAbis);

    private readonly ReadOnlyMemory<byte> _bytecode;

    private ContractArtifact(string name, ContractAbi abi, ReadOnlyMemory<byte> bytecode) =>
        (Name, Abi, _bytecode) = (name, abi, bytecode);

    /// <summary>Names of all contracts of a city, as the Directory knows them.</summary>
    public static IReadOnlyList<string> Names { get; } = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(resource => resource.StartsWith(ResourcePrefix, StringComparison.Ordinal))
        .Select(resource => resource[ResourcePrefix.Length..^ResourceSuffix.Length])
        .Order(StringComparer.Ordinal)
        .ToArray();

    /// <summary>The ABI of all contracts together: contracts call each other, so that any of their errors may come back.</summary>
    public static ContractAbi CityAbi => MergedAbi.Value;

    /// <summary>Name of the contract.</summary>
    public string Name { get; }

    /// <summary>What the contract offers.</summary>
    public ContractAbi Abi { get; }

    /// <summary>Bytes of the creation code without the constructor's arguments.</summary>
    public int BytecodeLength => _bytecode.Length;

    /// <summary>The artifact of a contract.</summary>
    /// <exception cref="ArgumentException">No contract of a city has this name.</exception>
    public static ContractArtifact Of(string name) => Loaded.GetOrAdd(name, Load);

    /// <summary>The data that creates the contract.</summary>
    /// <exception cref="AbiException">The arguments do not fit the constructor.</exception>
    internal byte[] Deployment(IReadOnlyList<object?> arguments) => Abi.EncodeDeployment(_bytecode.Span, arguments);

    private static ContractAbi MergeAbis() => ContractAbi.Merge(Names.Select(name => Of(name).Abi));

    private static ContractArtifact Load(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourcePrefix + name + ResourceSuffix)
            ?? throw new ArgumentException($"There is no contract '{name}' among {string.Join(", ", Names)}.", nameof(name));
        using StreamReader reader = new(stream, Encoding.UTF8);
        string json = reader.ReadToEnd();
        using JsonDocument document = JsonDocument.Parse(json);
        string bytecode = document.RootElement.GetProperty("bytecode").GetString()!;
        return new(name, ContractAbi.Parse(json), Hex.Decode(bytecode));
    }
}
