using System.Globalization;
using System.Text;

namespace SmartCity.Ethereum.Abi;

/// <summary>What functions, events and errors have in common: a name and parameters.</summary>
public abstract class AbiMember
{
    /// <summary>Bytes of a selector.</summary>
    public const int SelectorSize = 4;

    private protected AbiMember(string name, IReadOnlyList<AbiParameter> inputs)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(inputs);
        Name = name;
        Inputs = inputs;
        Signature = name + AbiType.TupleName(inputs.Select(input => input.Type));
        Hash = Keccak.Hash256(Signature);
    }

    /// <summary>The name without parameters.</summary>
    public string Name { get; }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }

    /// <summary>Name and canonical types, e.g. <c>transfer(address,uint256)</c>.</summary>
    public string Signature { get; }

    /// <summary>Keccak-256 of the signature.</summary>
    private protected Hash32 Hash { get; }

    /// <summary>The signature.</summary>
    public override string ToString() => Signature;

    /// <summary>Values as text for a message: <c>Name(segment=1, hour=5)</c>.</summary>
    internal static string Show(string name, IReadOnlyList<AbiParameter> parameters, IReadOnlyList<object> values)
    {
        StringBuilder text = new(name);
        text.Append('(');
        for (int i = 0; i < values.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            text.Append(parameters[i].Name.Length == 0 ? "" : parameters[i].Name + "=");
            text.Append(Show(values[i]));
        }
        return text.Append(')').ToString();
    }

    private protected static IReadOnlyList<AbiType> TypesOf(IReadOnlyList<AbiParameter> parameters) =>
        parameters.Select(parameter => parameter.Type).ToArray();

    private protected static uint SelectorOf(Hash32 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        hash.CopyTo(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static string Show(object value) => value switch
    {
        byte[] bytes => Hex.Clip(Hex.Encode(bytes)),
        string text => $"\"{Hex.Clip(text)}\"",
        object[] items => "[" + string.Join(", ", items.Take(8).Select(Show)) + (items.Length > 8 ? ", …]" : "]"),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
