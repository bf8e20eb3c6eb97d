namespace SmartCity.Ethereum.Abi;

/// <summary>An event of a contract.</summary>
public sealed class EventAbi : AbiMember
{
    private readonly IReadOnlyList<AbiType> _dataTypes;

    /// <summary>Describes an event.</summary>
    /// <exception cref="AbiException">More indexed parameters than a log has topics.</exception>
    public EventAbi(string name, IReadOnlyList<AbiParameter> inputs, bool isAnonymous = false)
        : base(name, inputs)
    {
        IsAnonymous = isAnonymous;
        _dataTypes = TypesOf(inputs.Where(input => !input.IsIndexed).ToArray());
        if (inputs.Count - _dataTypes.Count > (isAnonymous ? 4 : 3))
        {
            throw new AbiException($"The event {Signature} has more indexed parameters than a log has topics.");
        }
    }

    /// <summary>Hash of the signature: the first topic of the event's logs, unless it is anonymous.</summary>
    public Hash32 Topic0 => Hash;

    /// <summary>Does the event leave its signature out of the topics?</summary>
    public bool IsAnonymous { get; }

    /// <summary>The event's arguments, in order of declaration; types as in <see cref="AbiCodec"/>. For an indexed string, bytes,
    /// array or struct the chain keeps only the hash: a <see cref="Hash32"/>.</summary>
    /// <exception cref="AbiException">The log is of another event, or malformed.</exception>
    public object[] Decode(IReadOnlyList<Hash32> topics, ReadOnlyMemory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(topics);
        int next = IsAnonymous ? 0 : 1;
        if (topics.Count != next + Inputs.Count - _dataTypes.Count || (!IsAnonymous && topics[0] != Topic0))
        {
            throw new AbiException($"The log is not of the event {Signature}.");
        }
        object[] fromData = AbiCodec.Decode(_dataTypes, data);
        object[] values = new object[Inputs.Count];
        int nextData = 0;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Inputs[i].IsIndexed ? FromTopic(Inputs[i].Type, topics[next++]) : fromData[nextData++];
        }
        return values;
    }

    /// <summary>The arguments of a log of this event.</summary>
    /// <exception cref="AbiException">The log is of another event, or malformed.</exception>
    public object[] Decode(JsonRpc.EthLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return Decode(log.Topics, log.Data);
    }

    /// <summary>Is this log one of this event's?</summary>
    public bool Matches(JsonRpc.EthLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return !IsAnonymous && log.Topics.Count > 0 && log.Topics[0] == Topic0;
    }

    private static object FromTopic(AbiType type, Hash32 topic) =>
        type.IsDynamic || type.Kind is AbiKind.FixedArray or AbiKind.Tuple ? topic : AbiCodec.Decode([type], topic.ToBytes())[0];
}
