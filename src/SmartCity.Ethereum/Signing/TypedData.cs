using System.Globalization;
using System.Numerics;
using System.Text.Json;
using SmartCity.Ethereum.Abi;

namespace SmartCity.Ethereum.Signing;

/// <summary>Typed structured data (EIP-712) whose types and values come as JSON: <c>types</c>, <c>primaryType</c>, <c>domain</c>,
/// <c>message</c>, as <c>eth_signTypedData_v4</c> takes it. For structs known in advance <see cref="Eip712"/> is
/// faster.</summary>
public sealed class TypedData
{
    private const string DomainType = "EIP712Domain";
    private static readonly (string Name, string Type)[] DomainMembers =
    [
        ("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"), ("salt", "bytes32"),
    ];

    private readonly Dictionary<string, (string Name, string Type)[]> _types;
    private readonly JsonElement _domain;
    private readonly JsonElement _message;

    private TypedData(Dictionary<string, (string Name, string Type)[]> types, string primaryType, JsonElement domain, JsonElement message)
    {
        (_types, PrimaryType, _domain, _message) = (types, primaryType, domain, message);
        _types.TryAdd(DomainType, DomainMembers.Where(member => domain.TryGetProperty(member.Name, out _)).ToArray());
    }

    /// <summary>The type of the message.</summary>
    public string PrimaryType { get; }

    /// <summary>Reads typed data. Without the type <c>EIP712Domain</c> the domain has the members that are present.</summary>
    /// <exception cref="AbiException">Not JSON, or a part is missing.</exception>
    public static TypedData Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement.Clone();
            Dictionary<string, (string, string)[]> types = [];
            foreach (JsonProperty type in Member(root, "types", JsonValueKind.Object).EnumerateObject())
            {
                types.Add(type.Name, type.Value.EnumerateArray().Select(member => (TextOf(member, "name"), TextOf(member, "type"))).ToArray());
            }
            return new(types, TextOf(root, "primaryType"), Member(root, "domain", JsonValueKind.Object),
                Member(root, "message", JsonValueKind.Object));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new AbiException($"Not typed data: {exception.Message}");
        }
    }

    /// <summary>hashStruct of the domain.</summary>
    /// <exception cref="AbiException">A value does not fit its type.</exception>
    public Hash32 DomainSeparator() => Keccak.Hash256(EncodeData(DomainType, _domain));

    /// <summary>The message's encodeData with the type hash before it.</summary>
    /// <exception cref="AbiException">A value does not fit its type.</exception>
    public byte[] EncodeMessage() => EncodeData(PrimaryType, _message);

    /// <summary>The digest to sign.</summary>
    /// <exception cref="AbiException">A value does not fit its type.</exception>
    public Hash32 Digest() => Eip712.Digest(DomainSeparator(), Keccak.Hash256(EncodeMessage()));

    /// <summary>encodeType: the struct, then the structs it refers to in order of their names.</summary>
    /// <exception cref="AbiException">There is no such struct.</exception>
    public string EncodeType(string name)
    {
        SortedSet<string> referred = new(StringComparer.Ordinal);
        Collect(name, referred);
        referred.Remove(name);
        return string.Concat(referred.Prepend(name).Select(struc =>
            $"{struc}({string.Join(',', _types[struc].Select(member => $"{member.Type} {member.Name}"))})"));
    }

    private void Collect(string name, SortedSet<string> found)
    {
        if (!_types.TryGetValue(name, out (string Name, string Type)[]? members))
        {
            throw new AbiException($"Typed data has no type '{name}'.");
        }
        if (!found.Add(name))
        {
            return;
        }
        foreach ((_, string type) in members)
        {
            string bare = type.Split('[')[0];
            if (_types.ContainsKey(bare))
            {
                Collect(bare, found);
            }
        }
    }

    private byte[] EncodeData(string name, JsonElement value)
    {
        Hash32 typeHash = Keccak.Hash256(EncodeType(name));
        (string Name, string Type)[] members = _types[name];
        byte[] encoded = new byte[(1 + members.Length) * Hash32.Size];
        typeHash.CopyTo(encoded);
        for (int i = 0; i < members.Length; i++)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(members[i].Name, out JsonElement member))
            {
                throw new AbiException($"A value of {name} has no '{members[i].Name}'.");
            }
            EncodeValue(members[i].Type, member).CopyTo(encoded.AsSpan((i + 1) * Hash32.Size));
        }
        return encoded;
    }

    private Hash32 EncodeValue(string type, JsonElement value)
    {
        if (type.EndsWith(']'))
        {
            return EncodeArray(type, value);
        }
        return _types.ContainsKey(type) ? Keccak.Hash256(EncodeData(type, value)) : EncodeElementary(AbiType.Parse(type), value);
    }

    private Hash32 EncodeArray(string type, JsonElement value)
    {
        int bracket = type.LastIndexOf('[');
        string length = type[(bracket + 1)..^1];
        if (bracket <= 0 || value.ValueKind != JsonValueKind.Array
            || (length.Length > 0 && length != value.GetArrayLength().ToString(CultureInfo.InvariantCulture)))
        {
            throw new AbiException($"A value is not a '{type}'.");
        }
        byte[] words = new byte[value.GetArrayLength() * Hash32.Size];
        int position = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            EncodeValue(type[..bracket], item).CopyTo(words.AsSpan(position));
            position += Hash32.Size;
        }
        return Keccak.Hash256(words);
    }

    private static Hash32 EncodeElementary(AbiType type, JsonElement value)
    {
        try
        {
            return type.Kind switch
            {
                AbiKind.Text => Keccak.Hash256(Text(value)),
                AbiKind.Bytes => Keccak.Hash256(Hex.Decode(Text(value))),
                AbiKind.FixedBytes => Word(type, Hex.Decode(Text(value))),
                AbiKind.Bool => Hash32.FromBoolean(value.GetBoolean()),
                AbiKind.Address => Hash32.FromAddress(Address.Parse(Text(value))),
                AbiKind.UnsignedNumber or AbiKind.SignedNumber => Word(type, Number(value)),
                _ => throw new AbiException($"The type '{type}' is not known."),
            };
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException and not AbiException)
        {
            throw new AbiException($"A value is not of {type}: {exception.Message}");
        }
    }

    private static Hash32 Word(AbiType type, object value) => new(AbiCodec.Encode([type], [value]));

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException("null");

    private static BigInteger Number(JsonElement value)
    {
        const int MaxDigits = 80;
        string text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : Text(value);
        return text.Length > MaxDigits
            ? throw new FormatException("The number is too long.")
            : text.StartsWith("0x", StringComparison.Ordinal)
                ? Hex.DecodeBigQuantity(text)
                : BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    private static JsonElement Member(JsonElement json, string name, JsonValueKind kind) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind
            ? value
            : throw new AbiException($"Typed data has no '{name}'.");

    private static string TextOf(JsonElement json, string name) => Member(json, name, JsonValueKind.String).GetString()!;
}
