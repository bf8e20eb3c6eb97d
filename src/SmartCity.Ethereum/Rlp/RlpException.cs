namespace SmartCity.Ethereum.Rlp;

/// <summary>Bytes are not the one canonical RLP encoding of a value, or the value is not what was expected.</summary>
public sealed class RlpException(string message) : FormatException(message);
