using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Transactions;

namespace SmartCity.UnitTests.Ethereum.Sending;

/// <summary>What goes wrong with one HTTP request.</summary>
public enum Fault
{
    None,

    /// <summary>Nobody listens: the node does not see the request.</summary>
    NoConnection,

    /// <summary>The node does what it is asked, and the connection breaks before its answer.</summary>
    LostAnswer,

    /// <summary>A proxy answers with status 503; the node does not see the request.</summary>
    Busy,

    /// <summary>The node does what it is asked, and its answer is cut short.</summary>
    CutAnswer,

    /// <summary>The node does what it is asked, and the first answer of the batch is missing.</summary>
    MissingAnswer,
}

/// <summary>In whose words refusals are said.</summary>
public enum NodeStyle
{
    Besu,
    Hardhat,
    Anvil,
    Geth,
}

/// <summary>A node with a pool of transactions of one account, whose network can be disturbed. Not a stand-in on any path of the
/// product: it exists because real nodes cannot be made to fail at a chosen moment.</summary>
internal sealed class FakeNode(NodeStyle style = NodeStyle.Geth) : HttpMessageHandler
{
    private readonly Dictionary<ulong, SignedTransaction> _pool = [];

    /// <summary>Asked before each request.</summary>
    public Func<Fault> NextFault { get; set; } = () => Fault.None;

    /// <summary>Does a refusal in automine mode follow a transaction that was mined all the same (as Hardhat does for a
    /// revert)?</summary>
    public bool SaysRevertButMines { get; set; }

    public ulong ChainId { get; init; } = 31_337;

    public string BaseFee { get; set; } = "0x0";

    public List<SignedTransaction> Mined { get; } = [];

    /// <summary>So many of the next counts of what waits are too low, as when they are taken while a block comes in.</summary>
    public int CountsTooLow { get; set; }

    /// <summary>Leaves what offers less than the base fee, and all that follows on it, out of its count of what waits, as Hardhat does.</summary>
    public bool CountsByFee { get; set; }

    public int Requests { get; private set; }

    public int Refused { get; private set; }

    public IEnumerable<SignedTransaction> Known => Mined.Concat(_pool.Values);

    public int WaitingBehindAGap => _pool.Keys.Count(nonce => nonce >= PendingCount);

    public int InFlight => _pool.Count;

    private ulong LatestCount => (ulong)Mined.Count;

    private ulong PendingCount
    {
        get
        {
            ulong next = LatestCount;
            while (_pool.TryGetValue(next, out SignedTransaction? waiting) && !(CountsByFee && OffersTooLittle(waiting)))
            {
                next++;
            }
            return next;
        }
    }

    public EthApi CreateApi() => new(new RpcClient(
        new HttpClient(this, disposeHandler: false) { BaseAddress = new Uri("http://node.test/") },
        new() { FirstDelay = TimeSpan.Zero, MaxAttempts = 2 }));

    /// <summary>Puts the transactions whose turn it is into a block.</summary>
    public void Mine()
    {
        while (_pool.Remove(LatestCount, out SignedTransaction? next))
        {
            Mined.Add(next);
        }
    }

    /// <summary>Loses what waits, as a node does that is killed.</summary>
    public void DropPool() => _pool.Clear();

    /// <summary>Loses one of those that wait.</summary>
    public void Drop(ulong nonce) => _pool.Remove(nonce);

    /// <summary>Another program uses the key.</summary>
    public void Accept(SignedTransaction transaction) => _pool.Add(transaction.Transaction.Nonce, transaction);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        Fault fault = NextFault();
        if (fault == Fault.NoConnection)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
        }
        if (fault == Fault.Busy)
        {
            return new(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("try later") };
        }
        JsonNode body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        JsonNode answer = body is JsonArray batch
            ? new JsonArray(batch.Select(call => (JsonNode?)Answer(call!)).Skip(fault == Fault.MissingAnswer ? 1 : 0).ToArray())
            : Answer(body);
        if (fault == Fault.LostAnswer)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely");
        }
        string text = answer.ToJsonString();
        return new(HttpStatusCode.OK)
        {
            Content = new StringContent(fault == Fault.CutAnswer ? text[..(text.Length / 2)] : text, Encoding.UTF8, "application/json"),
        };
    }

    private JsonObject Answer(JsonNode call)
    {
        JsonObject answer = new() { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone() };
        JsonArray parameters = call["params"]!.AsArray();
        switch ((string)call["method"]!)
        {
            case "eth_chainId":
                answer["result"] = Hex.EncodeQuantity(ChainId);
                break;
            case "eth_getTransactionCount":
                answer["result"] = Hex.EncodeQuantity(
                    (string)parameters[1]! == "latest" || CountsTooLow-- > 0 ? LatestCount : PendingCount);
                break;
            case "eth_getBlockByNumber":
                string hash = default(Hash32).ToString();
                answer["result"] = new JsonObject
                {
                    ["number"] = "0x1",
                    ["hash"] = hash,
                    ["parentHash"] = hash,
                    ["timestamp"] = "0x1",
                    ["gasLimit"] = "0x1",
                    ["gasUsed"] = "0x0",
                    ["baseFeePerGas"] = BaseFee,
                };
                break;
            case "eth_estimateGas":
                answer["result"] = "0x5208";
                break;
            case "eth_getTransactionByHash":
                Hash32 wanted = Hash32.Parse((string)parameters[0]!);
                answer["result"] = Known.FirstOrDefault(known => known.Hash == wanted) is { } found ? Describe(found) : null;
                break;
            case "eth_sendRawTransaction":
                SignedTransaction sent = SignedTransaction.Decode(Hex.Decode((string)parameters[0]!));
                if (Refusal(sent) is { } refusal)
                {
                    Refused++;
                    answer["error"] = new JsonObject { ["code"] = refusal.Code, ["message"] = refusal.Message };
                }
                else
                {
                    answer["result"] = sent.Hash.ToString();
                }
                break;
            case var method:
                answer["error"] = new JsonObject { ["code"] = -32601, ["message"] = $"Method {method} not found" };
                break;
        }
        return answer;
    }

    private static JsonObject Describe(SignedTransaction transaction) => new()
    {
        ["hash"] = transaction.Hash.ToString(),
        ["nonce"] = Hex.EncodeQuantity(transaction.Transaction.Nonce),
        ["from"] = transaction.RecoverSender().ToString(),
        ["to"] = transaction.Transaction.To?.ToString(),
        ["value"] = Hex.EncodeQuantity(transaction.Transaction.Value),
        ["gas"] = Hex.EncodeQuantity(transaction.Transaction.GasLimit),
        ["input"] = Hex.Encode(transaction.Transaction.Data.Span),
    };

    private bool OffersTooLittle(SignedTransaction transaction) =>
        transaction.Transaction is Eip1559Transaction typed && typed.MaxFeePerGas < Hex.DecodeBigQuantity(BaseFee);

    private (int Code, string Message)? Refusal(SignedTransaction sent)
    {
        if (_pool.ContainsValue(sent) || Known.Any(known => known.Hash == sent.Hash))
        {
            return style switch
            {
                NodeStyle.Besu => (-32000, "Known transaction"),
                NodeStyle.Hardhat => (-32000, $"Nonce too low. Expected nonce to be {PendingCount} but got {sent.Transaction.Nonce}."),
                NodeStyle.Anvil => (-32003, "transaction already imported"),
                _ => (-32000, "already known"),
            };
        }
        if (sent.Transaction.Nonce < LatestCount)
        {
            return style == NodeStyle.Besu ? (-32001, "Nonce too low") : (-32000, "nonce too low: next nonce 5, tx nonce 4");
        }
        if (_pool.ContainsKey(sent.Transaction.Nonce))
        {
            return style == NodeStyle.Anvil
                ? (-32003, "replacement transaction underpriced")
                : (-32000, "Replacement transaction underpriced");
        }
        if (OffersTooLittle(sent))
        {
            return (-32000, "max fee per gas less than block base fee");
        }
        if (!sent.Transaction.Value.IsZero)
        {
            return style == NodeStyle.Besu ? (-32004, "Upfront cost exceeds account balance") : (-32000, "insufficient funds for gas * price + value");
        }
        _pool.Add(sent.Transaction.Nonce, sent);
        return SaysRevertButMines ? (3, "execution reverted") : null;
    }
}
