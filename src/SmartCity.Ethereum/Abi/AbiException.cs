namespace SmartCity.Ethereum.Abi;

/// <summary>An ABI type, value or encoding is malformed, or a value does not fit its type.</summary>
public sealed class AbiException(string message) : FormatException(message);
