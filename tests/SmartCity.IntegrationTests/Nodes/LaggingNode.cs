using System.Text.Json.Nodes;
using SmartCity.Ethereum;

namespace SmartCity.IntegrationTests.Nodes;

/// <summary>What a node that lags behind answers, had from a node that does not: its state at an earlier block, and nothing of what came later.</summary>
internal static class LaggingNode
{
    /// <summary>Where a method's parameters name the block.</summary>
    private static readonly Dictionary<string, int> BlockParameter = new(StringComparer.Ordinal)
    {
        ["eth_getBlockByNumber"] = 0,
        ["eth_call"] = 1,
        ["eth_estimateGas"] = 1,
        ["eth_getTransactionCount"] = 1,
        ["eth_getBalance"] = 1,
        ["eth_getCode"] = 1,
        ["eth_getStorageAt"] = 2,
    };

    /// <summary>The call as it is put to the node that does not lag.</summary>
    public static JsonObject Ask(JsonObject call, ulong last)
    {
        string method = (string)call["method"]!;
        if (!BlockParameter.TryGetValue(method, out int place))
        {
            return call;
        }
        JsonObject changed = call.DeepClone().AsObject();
        JsonArray parameters = changed["params"]!.AsArray();
        if (place < parameters.Count)
        {
            parameters[place] = Clip((string)parameters[place]!, last);
        }
        else if (place == parameters.Count)
        {
            parameters.Add(Hex.EncodeQuantity(last));
        }
        return changed;
    }

    /// <summary>The answer as the node that lags gives it.</summary>
    public static JsonObject Answer(JsonObject call, JsonObject answer, ulong last)
    {
        if (answer["error"] is not null)
        {
            return answer;
        }
        switch ((string)call["method"]!)
        {
            case "eth_blockNumber":
                answer["result"] = Hex.EncodeQuantity(last);
                break;
            case "eth_getBlockByNumber" when (string)call["params"]![0]! is ['0', 'x', ..] number && Hex.DecodeQuantity(number) > last:
                answer["result"] = null;
                break;
            case "eth_getTransactionReceipt" or "eth_getTransactionByHash" when answer["result"] is JsonObject found
                && (found["blockNumber"] is not { } block || Hex.DecodeQuantity((string)block!) > last):
                answer["result"] = null;
                break;
            case "eth_getLogs":
                JsonArray logs = answer["result"]!.AsArray();
                answer["result"] = new JsonArray(
                    [.. logs.Where(log => Hex.DecodeQuantity((string)log!["blockNumber"]!) <= last).Select(log => log!.DeepClone())]);
                break;
            default:
                break;
        }
        return answer;
    }

    private static string Clip(string block, ulong last) => block switch
    {
        ['0', 'x', ..] => Hex.EncodeQuantity(Math.Min(Hex.DecodeQuantity(block), last)),
        "earliest" => block,
        _ => Hex.EncodeQuantity(last),
    };
}
