using System.Text.Json;
using SmartCity.Ethereum.Abi;

namespace SmartCity.Ethereum.JsonRpc;

/// <summary>A contract refused a call.</summary>
public sealed class ContractRevertException : RpcException
{
    private const int RevertCode = 3;
    private const int MaxDataDepth = 4;

    private ContractRevertException(RpcException source, byte[] revertData, DecodedError? error)
        : base(source.Method, source.Code, source.RpcMessage, source.ErrorData, Describe(source, revertData, error))
    {
        RevertData = revertData;
        Error = error;
    }

    /// <summary>What the contract reverted with: selector and arguments of an error; empty when it gave no reason.</summary>
    public ReadOnlyMemory<byte> RevertData { get; }

    /// <summary>The error, when the contract's ABI was given and has it.</summary>
    public DecodedError? Error { get; }

    /// <summary>Sees a revert in a node's error, in the forms of Besu, Hardhat, anvil, geth and older nodes; null when it is
    /// none.</summary>
    /// <param name="exception">The node's error.</param>
    /// <param name="abi">Errors that can be decoded; null knows <c>Error(string)</c> and <c>Panic(uint256)</c>.</param>
    public static ContractRevertException? TryFrom(RpcException exception, ContractAbi? abi)
    {
        ArgumentNullException.ThrowIfNull(exception);
        byte[]? data = exception.ErrorData is { } element ? FindData(element, 0) : null;
        bool saysRevert =
            exception.Code == RevertCode || exception.RpcMessage.Contains("revert", StringComparison.OrdinalIgnoreCase);
        if (!saysRevert)
        {
            return null;
        }
        data ??= [];
        return new(exception, data, (abi ?? ContractAbi.Empty).TryDecodeError(data));
    }

    private static byte[]? FindData(JsonElement element, int depth)
    {
        if (depth > MaxDataDepth)
        {
            return null;
        }
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                const string ParityPrefix = "Reverted ";
                string text = JsonText.TryGet(element) ?? "";
                string hex = text.StartsWith(ParityPrefix, StringComparison.Ordinal) ? text[ParityPrefix.Length..] : text;
                return hex.StartsWith("0x", StringComparison.Ordinal) && Hex.TryDecode(hex, out byte[]? bytes) ? bytes : null;
            case JsonValueKind.Object:
                foreach (string name in (ReadOnlySpan<string>)["data", "result", "return", "originalError", "error"])
                {
                    if (element.TryGetProperty(name, out JsonElement inner) && FindData(inner, depth + 1) is { } found)
                    {
                        return found;
                    }
                }
                return null;
            default:
                return null;
        }
    }

    private static string Describe(RpcException source, byte[] data, DecodedError? error) =>
        $"{source.Method}: the contract refused: " + (error, data.Length) switch
        {
            ({ } known, _) => $"{known}.",
            (null, 0) => $"it gave no reason ({source.RpcMessage}).",
            _ => $"{Hex.Clip(Hex.Encode(data))} ({source.RpcMessage}).",
        };
}
