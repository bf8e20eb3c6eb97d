using System.Text.Json;

namespace SmartCity.Ethereum.Abi;

/// <summary>A named parameter of a function, event or error, or a member of a struct.</summary>
/// <param name="Name">Its name; empty when it has none.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsIndexed">For an event: is it a topic?</param>
/// <param name="Components">The members of the struct, or of the struct that an array holds; empty for other types.</param>
/// <param name="InternalType">The compiler's name of the type (<c>struct ITariffBook.Tariff</c>); empty when it was not
/// given.</param>
public sealed record AbiParameter(
    string Name, AbiType Type, bool IsIndexed, IReadOnlyList<AbiParameter> Components, string InternalType)
{
    /// <summary>A parameter of a type that is no struct.</summary>
    public static AbiParameter Of(string name, string type, bool isIndexed = false) =>
        new(name, AbiType.Parse(type), isIndexed, [], "");

    internal static IReadOnlyList<AbiParameter> ParseList(JsonElement owner, string property) =>
        owner.TryGetProperty(property, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(item => Parse(item, 0)).ToArray()
            : [];

    private static AbiParameter Parse(JsonElement json, int depth)
    {
        if (depth > AbiType.MaxDepth)
        {
            throw new AbiException($"A parameter is nested deeper than {AbiType.MaxDepth}.");
        }
        string type = ContractAbi.TextOf(json, "type") ?? throw new AbiException("A parameter of the ABI has no type.");
        AbiParameter[] components = json.TryGetProperty("components", out JsonElement members)
            && members.ValueKind == JsonValueKind.Array
            ? members.EnumerateArray().Select(member => Parse(member, depth + 1)).ToArray()
            : [];
        string canonical = type.StartsWith("tuple", StringComparison.Ordinal)
            ? AbiType.TupleName(components.Select(member => member.Type)) + type["tuple".Length..]
            : type;
        bool isIndexed = json.TryGetProperty("indexed", out JsonElement indexed) && indexed.ValueKind == JsonValueKind.True;
        return new(ContractAbi.TextOf(json, "name") ?? "", AbiType.Parse(canonical), isIndexed, components,
            ContractAbi.TextOf(json, "internalType") ?? "");
    }
}
