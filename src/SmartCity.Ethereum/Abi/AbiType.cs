using System.Globalization;

namespace SmartCity.Ethereum.Abi;

/// <summary>What an ABI type is made of.</summary>
public enum AbiKind
{
    /// <summary><c>uint8</c> to <c>uint256</c>; <see cref="AbiType.Size"/> in bits.</summary>
    UnsignedNumber,

    /// <summary><c>int8</c> to <c>int256</c>; <see cref="AbiType.Size"/> in bits.</summary>
    SignedNumber,

    /// <summary><c>bool</c>.</summary>
    Bool,

    /// <summary><c>address</c> (and contracts).</summary>
    Address,

    /// <summary><c>bytes1</c> to <c>bytes32</c>, <c>function</c> (24); <see cref="AbiType.Size"/> in bytes.</summary>
    FixedBytes,

    /// <summary><c>bytes</c>.</summary>
    Bytes,

    /// <summary><c>string</c>, UTF-8.</summary>
    Text,

    /// <summary><c>T[]</c>.</summary>
    Array,

    /// <summary><c>T[n]</c>; <see cref="AbiType.Size"/> is n.</summary>
    FixedArray,

    /// <summary>A struct or parameter list: <c>(A,B,…)</c>.</summary>
    Tuple,
}

/// <summary>A type of the contract ABI. Immutable; two types are equal when their canonical names are.</summary>
public sealed class AbiType : IEquatable<AbiType>
{
    /// <summary>Types may be nested this deep.</summary>
    public const int MaxDepth = 16;

    /// <summary>A fixed array has this many elements at most, and a type this many words of head: contracts have far
    /// fewer.</summary>
    public const int MaxHeadWords = 1 << 16;

    private const int WordSize = 32;

    private AbiType(AbiKind kind, int size, AbiType? element, IReadOnlyList<AbiType> components, string name)
    {
        (Kind, Size, Element, Components, Name) = (kind, size, element, components, name);
        IsDynamic = kind switch
        {
            AbiKind.Bytes or AbiKind.Text or AbiKind.Array => true,
            AbiKind.FixedArray => element!.IsDynamic,
            AbiKind.Tuple => components.Any(component => component.IsDynamic),
            _ => false,
        };
        HeadSize = IsDynamic ? WordSize : StaticSize();
        Depth = 1 + Math.Max(element?.Depth ?? 0, components.Count == 0 ? 0 : components.Max(component => component.Depth));
        if (Depth > MaxDepth)
        {
            throw new AbiException($"Type '{Hex.Clip(name)}' is nested deeper than {MaxDepth}.");
        }
    }

    /// <summary>What the type is made of.</summary>
    public AbiKind Kind { get; }

    /// <summary>Bits of a number, bytes of fixed bytes, elements of a fixed array; 0 for other kinds.</summary>
    public int Size { get; }

    /// <summary>The element of an array; null for other kinds.</summary>
    public AbiType? Element { get; }

    /// <summary>The members of a tuple; empty for other kinds.</summary>
    public IReadOnlyList<AbiType> Components { get; }

    /// <summary>The canonical name, as it enters selectors: <c>uint256</c>, <c>(uint32,bytes)[]</c>.</summary>
    public string Name { get; }

    /// <summary>Does the length of an encoding depend on the value?</summary>
    public bool IsDynamic { get; }

    /// <summary>Bytes in the head of an encoding: the whole value, or the 32 bytes of an offset when dynamic.</summary>
    public int HeadSize { get; }

    private int Depth { get; }

    /// <summary>Reads a type: canonical names, <c>uint</c>, <c>int</c>, <c>function</c>, and tuples with or without the word
    /// "tuple".</summary>
    /// <exception cref="AbiException">Not a type of the ABI.</exception>
    public static AbiType Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        int position = 0;
        AbiType type = ParseType(text, ref position, 0);
        return position == text.Length ? type : throw Malformed(text, position);
    }

    /// <summary>The tuple of these types.</summary>
    /// <exception cref="AbiException">No members, nested too deep, or too large.</exception>
    public static AbiType Tuple(IReadOnlyList<AbiType> components) =>
        components.Count == 0
            ? throw new AbiException("A tuple without members is not a type of Solidity.")
            : new(AbiKind.Tuple, 0, null, components, TupleName(components));

    /// <summary>The array of this type: of a fixed length, or of any when the length is null.</summary>
    /// <exception cref="AbiException">Length not positive, nested too deep, or too large.</exception>
    public AbiType ArrayOf(int? length = null) =>
        length is null
            ? new(AbiKind.Array, 0, this, [], Name + "[]")
            : length is < 1 or > MaxHeadWords
                ? throw new AbiException($"An array of {length} elements is not a type that is supported (1 to {MaxHeadWords}).")
                : new(AbiKind.FixedArray, length.Value, this, [], $"{Name}[{length}]");

    /// <summary>The canonical name of a parameter list.</summary>
    internal static string TupleName(IEnumerable<AbiType> components) =>
        $"({string.Join(',', components.Select(type => type.Name))})";

    /// <summary>Have they one canonical name?</summary>
    public static bool operator ==(AbiType? left, AbiType? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Have they different canonical names?</summary>
    public static bool operator !=(AbiType? left, AbiType? right) => !(left == right);

    /// <inheritdoc/>
    public bool Equals(AbiType? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AbiType);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical name.</summary>
    public override string ToString() => Name;

    private int StaticSize()
    {
        long size = Kind switch
        {
            AbiKind.FixedArray => (long)Size * Element!.HeadSize,
            AbiKind.Tuple => Components.Sum(component => (long)component.HeadSize),
            _ => WordSize,
        };
        return size <= (long)MaxHeadWords * WordSize
            ? (int)size
            : throw new AbiException($"Type '{Hex.Clip(Name)}' has more than {MaxHeadWords} words.");
    }

    private static AbiType ParseType(string text, ref int position, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new AbiException($"Type '{Hex.Clip(text)}' is nested deeper than {MaxDepth}.");
        }
        int start = position;
        while (position < text.Length && char.IsAsciiLetterOrDigit(text[position]))
        {
            position++;
        }
        string word = text[start..position];
        bool isTuple = position < text.Length && text[position] == '(' && word is "" or "tuple";
        AbiType type = isTuple ? ParseTuple(text, ref position, depth) : ParseElementary(word, text, position);
        while (position < text.Length && text[position] == '[')
        {
            type = type.ArrayOf(ParseLength(text, ref position));
        }
        return type;
    }

    private static AbiType ParseTuple(string text, ref int position, int depth)
    {
        List<AbiType> components = [];
        do
        {
            position++; // The bracket or comma.
            components.Add(ParseType(text, ref position, depth + 1));
        }
        while (position < text.Length && text[position] == ',');
        if (position >= text.Length || text[position] != ')')
        {
            throw Malformed(text, position);
        }
        position++;
        return Tuple(components);
    }

    private static int? ParseLength(string text, ref int position)
    {
        int end = text.IndexOf(']', position);
        if (end < 0)
        {
            throw Malformed(text, position);
        }
        string digits = text[(position + 1)..end];
        position = end + 1;
        return digits.Length == 0 ? null : ParseSize(digits) ?? throw Malformed(text, end);
    }

    private static AbiType ParseElementary(string word, string text, int position)
    {
        (AbiKind Kind, int Size)? elementary = word switch
        {
            "bool" => (AbiKind.Bool, 0),
            "address" => (AbiKind.Address, 0),
            "string" => (AbiKind.Text, 0),
            "bytes" => (AbiKind.Bytes, 0),
            "function" => (AbiKind.FixedBytes, 24),
            "uint" => (AbiKind.UnsignedNumber, 256),
            "int" => (AbiKind.SignedNumber, 256),
            _ when word.StartsWith("uint", StringComparison.Ordinal) => Sized(AbiKind.UnsignedNumber, word[4..], 8, 256),
            _ when word.StartsWith("int", StringComparison.Ordinal) => Sized(AbiKind.SignedNumber, word[3..], 8, 256),
            _ when word.StartsWith("bytes", StringComparison.Ordinal) => Sized(AbiKind.FixedBytes, word[5..], 1, 32),
            _ => null,
        };
        string canonical = word switch { "uint" => "uint256", "int" => "int256", "function" => "bytes24", _ => word };
        return elementary is { } found
            ? new(found.Kind, found.Size, null, [], canonical)
            : throw Malformed(text, position);
    }

    private static (AbiKind Kind, int Size)? Sized(AbiKind kind, string digits, int step, int maximum) =>
        ParseSize(digits) is { } size && size <= maximum && size % step == 0 ? (kind, size) : null;

    private static int? ParseSize(string digits) =>
        digits.Length is > 0 and < 9 && digits[0] != '0'
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            ? size
            : null;

    private static AbiException Malformed(string text, int position) =>
        new($"Not a type of the ABI: '{Hex.Clip(text)}' (at position {position}).");
}
