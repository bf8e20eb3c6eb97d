namespace SmartCity.Ethereum.Abi;

/// <summary>The contract ABI, version 2: values in and out of the encoding that calls, results, events and errors
/// share.</summary>
/// <remarks>Values by type: uint and int of any width <see cref="System.Numerics.BigInteger"/>; bool <see cref="bool"/>; address
/// <see cref="Address"/>; bytes and bytesN <c>byte[]</c>; string <see cref="string"/>; arrays and tuples <c>object[]</c>.
/// Encoding also takes the integer types of C# for numbers, <see cref="Hash32"/> for bytes32, <c>ReadOnlyMemory&lt;byte&gt;</c>
/// for bytes, and any list for arrays and tuples.</remarks>
public static class AbiCodec
{
    /// <summary>Encodes values as the parameter list of the given types.</summary>
    /// <exception cref="AbiException">Another number of values than types, or a value that does not fit its type.</exception>
    public static byte[] Encode(IReadOnlyList<AbiType> types, IReadOnlyList<object?> values)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(values);
        return AbiEncoder.Encode(types, values, []);
    }

    /// <summary>Decodes a parameter list. Bytes that no value uses are borne; everything else must be as Solidity writes
    /// it.</summary>
    /// <exception cref="AbiException">Cut short, an offset or length out of bounds, parts that overlap, padding that is not zero
    /// (or a sign that is not extended), a bool other than 0 and 1, or text that is not UTF-8.</exception>
    public static object[] Decode(IReadOnlyList<AbiType> types, ReadOnlyMemory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(types);
        return AbiDecoder.Decode(types, data.Span);
    }
}
