using System.Buffers.Binary;

namespace SmartCity.Ethereum.Abi;

/// <summary>A function of a contract.</summary>
public sealed class FunctionAbi : AbiMember
{
    private readonly IReadOnlyList<AbiType> _inputTypes;
    private readonly IReadOnlyList<AbiType> _outputTypes;

    /// <summary>Describes a function.</summary>
    /// <param name="name">Name without parameters.</param>
    /// <param name="inputs">What it takes.</param>
    /// <param name="outputs">What it gives back.</param>
    /// <param name="stateMutability"><c>pure</c>, <c>view</c>, <c>nonpayable</c> or <c>payable</c>.</param>
    public FunctionAbi(
        string name, IReadOnlyList<AbiParameter> inputs, IReadOnlyList<AbiParameter> outputs, string stateMutability = "nonpayable")
        : base(name, inputs)
    {
        Outputs = outputs;
        StateMutability = stateMutability;
        Selector = SelectorOf(Hash);
        _inputTypes = TypesOf(inputs);
        _outputTypes = TypesOf(outputs);
    }

    /// <summary>What the function gives back, in order.</summary>
    public IReadOnlyList<AbiParameter> Outputs { get; }

    /// <summary><c>pure</c>, <c>view</c>, <c>nonpayable</c> or <c>payable</c>.</summary>
    public string StateMutability { get; }

    /// <summary>First four bytes of the signature's hash, big endian.</summary>
    public uint Selector { get; }

    /// <summary>The data of a call: selector and arguments.</summary>
    /// <exception cref="AbiException">Another number of values, or a value that does not fit its type.</exception>
    public byte[] EncodeCall(params IReadOnlyList<object?> values)
    {
        Span<byte> selector = stackalloc byte[SelectorSize];
        BinaryPrimitives.WriteUInt32BigEndian(selector, Selector);
        return AbiEncoder.Encode(_inputTypes, values, selector);
    }

    /// <summary>The arguments in the data of a call of this function.</summary>
    /// <exception cref="AbiException">Another selector, or malformed arguments.</exception>
    public object[] DecodeInput(ReadOnlyMemory<byte> callData) =>
        callData.Length >= SelectorSize && BinaryPrimitives.ReadUInt32BigEndian(callData.Span) == Selector
            ? AbiCodec.Decode(_inputTypes, callData[SelectorSize..])
            : throw new AbiException($"The data is not a call of {Signature}.");

    /// <summary>The results in the answer of a call.</summary>
    /// <exception cref="AbiException">Malformed; or empty where results are due, as when no contract is at the
    /// address.</exception>
    public object[] DecodeOutput(ReadOnlyMemory<byte> data) =>
        data.IsEmpty && _outputTypes.Count > 0
            ? throw new AbiException($"{Signature} gave nothing back: there is no contract at the address, or it has no such function.")
            : AbiCodec.Decode(_outputTypes, data);
}
