using System.Buffers.Binary;

namespace SmartCity.Ethereum.Abi;

/// <summary>A custom error of a contract.</summary>
public sealed class ErrorAbi : AbiMember
{
    private readonly IReadOnlyList<AbiType> _types;

    /// <summary>Describes an error.</summary>
    public ErrorAbi(string name, IReadOnlyList<AbiParameter> inputs)
        : base(name, inputs)
    {
        Selector = SelectorOf(Hash);
        _types = TypesOf(inputs);
    }

    /// <summary><c>Error(string)</c>: what <c>require(…, "text")</c> reverts with.</summary>
    public static ErrorAbi Error { get; } = new("Error", [AbiParameter.Of("message", "string")]);

    /// <summary><c>Panic(uint256)</c>: what a failed assertion, overflow or bad index reverts with.</summary>
    public static ErrorAbi Panic { get; } = new("Panic", [AbiParameter.Of("code", "uint256")]);

    /// <summary>First four bytes of the signature's hash, big endian.</summary>
    public uint Selector { get; }

    /// <summary>The revert data of this error.</summary>
    /// <exception cref="AbiException">Another number of values, or a value that does not fit its type.</exception>
    public byte[] Encode(params IReadOnlyList<object?> values)
    {
        Span<byte> selector = stackalloc byte[SelectorSize];
        BinaryPrimitives.WriteUInt32BigEndian(selector, Selector);
        return AbiEncoder.Encode(_types, values, selector);
    }

    /// <summary>The arguments in revert data of this error.</summary>
    /// <exception cref="AbiException">Another selector, or malformed arguments.</exception>
    public DecodedError Decode(ReadOnlyMemory<byte> revertData) =>
        revertData.Length >= SelectorSize && BinaryPrimitives.ReadUInt32BigEndian(revertData.Span) == Selector
            ? new(this, AbiCodec.Decode(_types, revertData[SelectorSize..]))
            : throw new AbiException($"The data is not the error {Signature}.");
}

/// <summary>An error with its arguments.</summary>
/// <param name="Abi">Which error.</param>
/// <param name="Arguments">Its arguments, in order; types as in <see cref="AbiCodec"/>.</param>
public sealed record DecodedError(ErrorAbi Abi, IReadOnlyList<object> Arguments)
{
    /// <summary>The error and its arguments as a person reads them.</summary>
    public override string ToString() => AbiMember.Show(Abi.Name, Abi.Inputs, Arguments);
}
