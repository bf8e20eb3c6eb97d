using System.Numerics;
using System.Text;
using CsCheck;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;

namespace SmartCity.UnitTests.Ethereum.Abi;

/// <summary>Random types and values of them.</summary>
internal static class AbiGen
{
    private const int MaxNesting = 3;
    private static readonly string[] Names = ["bool", "address", "bytes", "string"];

    public static readonly Gen<AbiType> Type = TypeOf(MaxNesting);

    public static readonly Gen<(AbiType Type, object Value)[]> Parameters =
        Type.SelectMany(type => ValueOf(type).Select(value => (type, value))).Array[0, 4];

    /// <summary>Values as text, so that arrays can be compared.</summary>
    public static string Show(object value) => value switch
    {
        byte[] bytes => Hex.Encode(bytes),
        object[] items => $"[{string.Join(',', items.Select(Show))}]",
        string text => $"'{text}'",
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    private static Gen<AbiType> TypeOf(int nesting)
    {
        Gen<AbiType> elementary = Gen.OneOf(
            Gen.Int[1, 32].Select(bytes => $"uint{bytes * 8}"),
            Gen.Int[1, 32].Select(bytes => $"int{bytes * 8}"),
            Gen.Int[1, 32].Select(bytes => $"bytes{bytes}"),
            Gen.Int[0, 3].Select(i => Names[i])).Select(AbiType.Parse);
        return nesting == 0
            ? elementary
            : Gen.Frequency(
                (4, elementary),
                (1, TypeOf(nesting - 1).Select(type => type.ArrayOf())),
                (1, Gen.Select(TypeOf(nesting - 1), Gen.Int[1, 4]).Select((type, length) => type.ArrayOf(length))),
                (1, TypeOf(nesting - 1).Array[1, 4].Select(AbiType.Tuple)));
    }

    private static Gen<object> ValueOf(AbiType type) => type.Kind switch
    {
        AbiKind.UnsignedNumber => Gen.Byte.Array[0, type.Size / 8].Select(bytes => (object)new BigInteger(bytes, isUnsigned: true)),
        AbiKind.SignedNumber => Gen.Byte.Array[0, type.Size / 8].Select(bytes => (object)new BigInteger(bytes)),
        AbiKind.Bool => Gen.Bool.Select(value => (object)value),
        AbiKind.Address => Gen.Byte.Array[Address.Size].Select(bytes => (object)new Address(bytes)),
        AbiKind.FixedBytes => Gen.Byte.Array[type.Size].Select(bytes => (object)bytes),
        AbiKind.Bytes => Gen.Byte.Array[0, 70].Select(bytes => (object)bytes),
        AbiKind.Text => Gen.Char.Array[0, 40].Select(characters => (object)Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(characters))),
        AbiKind.Array => Gen.Int[0, 4].SelectMany(length => Items(Enumerable.Repeat(type.Element!, length))),
        AbiKind.FixedArray => Items(Enumerable.Repeat(type.Element!, type.Size)),
        AbiKind.Tuple => Items(type.Components),
        _ => throw new System.Diagnostics.UnreachableException($"{type.Kind}"),
    };

    private static Gen<object> Items(IEnumerable<AbiType> types) => types
        .Select(ValueOf)
        .Aggregate(
            Gen.Const(Array.Empty<object>()),
            (items, next) => Gen.Select(items, next).Select((before, item) => (object[])[.. before, item]))
        .Select(items => (object)items);
}
