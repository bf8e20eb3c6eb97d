using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.UnitTests.Ledger;

namespace SmartCity.UnitTests.Ethereum.JsonRpc;

/// <summary>
/// 24,000 answers of nodes with faults laid in, for what the oracle asks. Each is either read, or refused by one of the documented
/// exceptions in words that name what was asked or what is wrong; nothing else happens.
/// </summary>
public sealed class MutatedAnswersTest
{
    private const int Mutations = 2_000;

    private static readonly DeployedCity City = Cities.Deployed();
    private static readonly Hash32 Hash = Keccak.Hash256("hash");
    private static readonly string Word = Keccak.Hash256("word").ToString();

    private static readonly string[] Tokens =
    [
        "", "null", "true", "0", "-1", "1e400", "\"\"", "\"0x\"", "\"0x0\"", "\"0xffffffffffffffff\"", "\"0x10000000000000000\"", "[]", "{}", "[[]]",
        "\"\\ud800\"", "\"\\u0000\"", "{\"id\":1}", "\"id\":1,", "\"result\":null,", "\"error\":{\"code\":3},", "\"error\":null,", "\"error\":7,", ",", ":",
        "\"", "}", "]", "ff", "00", "0x", new string('[', 70), "\uFEFF", "£", "\0", "<html>", "\"code\":99999999999999999999,",
    ];

    private static readonly string Block = $$"""
        {"number":"0x1b4","hash":"{{Word}}","parentHash":"{{Word}}","timestamp":"0x55ba467c","gasLimit":"0xbebc200","gasUsed":"0x0","baseFeePerGas":"0x7","transactions":[],"extraData":"0x"}
        """;

    private static readonly string Transaction = $$"""
        {"hash":"{{Word}}","nonce":"0x15","from":"{{Cities.Address(3)}}","to":null,"value":"0x0","gas":"0x30d40","input":"0x6001","blockNumber":null,"blockHash":null,"gasPrice":"0x0","maxFeePerGas":"0x0","maxPriorityFeePerGas":"0x0","type":"0x2"}
        """;

    private static readonly string Log = $$"""
        {"address":"{{City.Contracts.ReadingLedger.Address}}","topics":["{{ReadingLedgerEvent.HourRecorded.Topic}}","{{Hash32.FromUInt64(1)}}","{{Hash32.FromUInt64(490_000)}}","{{Word}}"],
         "data":"{{HourData()}}","blockNumber":"0x10","blockHash":"{{Word}}","transactionHash":"{{Word}}","transactionIndex":"0x0","logIndex":"0x2","removed":false}
        """;

    private static readonly string Receipt = $$"""
        {"transactionHash":"{{Word}}","transactionIndex":"0x0","blockNumber":"0x10","blockHash":"{{Word}}","from":"{{Cities.Address(3)}}","to":"{{Cities.Address(4)}}","contractAddress":null,
         "gasUsed":"0x5208","cumulativeGasUsed":"0x5208","status":"0x1","logs":[{{Log}}],"effectiveGasPrice":"0x0","logsBloom":"0x00"}
        """;

    private static readonly string Revert =
        $$"""{"code":3,"message":"execution reverted","data":"{{Hex.Encode(ContractArtifact.CityAbi.GetError("ReadingLedger_UnexpectedHour").Encode(1u, 5u, 4u))}}"}""";

    private static IEnumerable<TestCaseData> Questions()
    {
        yield return Case("eth_chainId", ["\"0x7a69\""], async api => await api.GetChainIdAsync(default));
        yield return Case("eth_syncing", ["{\"startingBlock\":\"0x0\",\"currentBlock\":\"0x10\",\"highestBlock\":\"0x7a69\"}"], async api => await api.FindSyncProgressAsync(default));
        yield return Case("eth_getBlockByNumber", [Block], async api => await api.GetBlockAsync(BlockParameter.Latest, default));
        yield return Case("eth_getTransactionByHash", [Transaction], async api => await api.FindTransactionAsync(Hash, default));
        yield return Case("eth_getTransactionReceipt", [Receipt], async api => await api.FindReceiptAsync(Hash, default));
        yield return Case("receipts", [Receipt, "null", Receipt], async api => await api.FindReceiptsAsync([Hash, Hash, Hash], default));
        yield return Case("eth_sendRawTransaction", [$"\"{Word}\""], async api => await api.SendRawTransactionAsync(new byte[] { 1 }, default));
        yield return Case("eth_estimateGas reverts", [Revert], async api => await api.EstimateGasAsync(new(null, default), ContractArtifact.CityAbi, default), isError: true);
        yield return Case("logs", [$"[{Log},{Log}]"], async api =>
        {
            LogFilter filter = new([City.Contracts.ReadingLedger.Address], [], 1, 100);
            CityLog log = new(City.Contracts);
            return (await api.GetLogsAsync(filter, default)).Select(entry => log.Decode(entry)).ToArray();
        });
        yield return Case("heads", [Words(Hash32.FromUInt64(490_000), Hash), Words(Hash32.FromUInt64(490_001), Hash)],
            async api => await new CityReader(api, City).GetHeadsAsync([1, 2], default));
        yield return Case("oracles", [Words(Hash32.FromUInt64(64), Hash32.FromUInt64(1), Hash32.FromUInt64(1), Hash32.FromAddress(Cities.Address(9)))],
            async api => await new CityReader(api, City).GetOraclesAsync(default));
        yield return Case("evidence", [$"[{Incident()}]"], async api => await new CityReader(api, City).ReadEvidenceAsync(Hash, default));
        yield return Case("counts", ["\"0x7\"", "\"0x9\""], async api => await api.Client.SendBatchAsync<ulong>([new("eth_getTransactionCount"), new("eth_getTransactionCount")], default));

        static TestCaseData Case(string name, string[] answers, Func<EthApi, Task<object?>> ask, bool isError = false) =>
            new TestCaseData(answers, answers.Length == 1, ask, isError).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Questions))]
    public async Task Ask_MutatedAnswer_IsReadOrRefusedWithAReason(string[] results, bool isSingle, Func<EthApi, Task<object?>> ask, bool isError)
    {
        int read = 0;
        HashSet<Type> refusals = [];
        for (int seed = -1; seed < Mutations; seed++)
        {
            using MutatingNode node = new(results, isSingle, isError, seed);
            EthApi api = new(new RpcClient(new HttpClient(node) { BaseAddress = new Uri("http://node.test/") }, new() { MaxAttempts = 1 }));
            try
            {
                _ = await ask(api);
                read++;
            }
            catch (Exception exception) when (exception is EthereumNodeException or AbiException or LedgerException)
            {
                Assert.That(exception.Message, Has.Length.GreaterThan(15), $"seed {seed}");
                Assert.That(seed >= 0 || isError, $"the unchanged answer is refused: {exception.Message}");
                refusals.Add(exception.GetType());
            }
            catch (Exception exception) when (exception is not AssertionException)
            {
                Assert.Fail($"seed {seed}: {exception}\n{node.Answered}");
            }
        }
        TestContext.Out.WriteLine($"{read} read, refused by {string.Join(", ", refusals.Select(type => type.Name))}");
        Assert.That(read, isError ? Is.LessThan(Mutations) : Is.InRange(Mutations / 100, Mutations * 9 / 10));
        Assert.That(refusals, Does.Contain(typeof(RpcProtocolException)));
    }

    private static string Words(params Hash32[] words) => $"\"{Hex.Encode(words.SelectMany(word => word.ToBytes()).ToArray())}\"";

    private static string HourData()
    {
        byte[] payload = new byte[HourPayload.BytesPerSlot];
        return Hex.Encode(AbiCodec.Encode(
            [AbiType.Parse("bytes32"), AbiType.Parse("bytes32"), AbiType.Parse("bytes"), AbiType.Parse("bytes")],
            [Hash.ToBytes(), Hash.ToBytes(), payload, new byte[EthECDSASignature.Size]]));
    }

    private static string Incident()
    {
        EventAbi cleared = IncidentLogEvent.IncidentCleared.Abi;
        AbiType[] types = [.. cleared.Inputs.Where(input => !input.IsIndexed).Select(input => input.Type)];
        string[] topics = [cleared.Topic0.ToString(), .. cleared.Inputs.Where(input => input.IsIndexed).Select(_ => Hash32.FromUInt64(1).ToString())];
        return Log.Replace(City.Contracts.ReadingLedger.Address.ToString(), City.Contracts.IncidentLog.Address.ToString(), StringComparison.Ordinal)
            .Replace(Log[Log.IndexOf("[\"", StringComparison.Ordinal)..(Log.IndexOf("],", StringComparison.Ordinal) + 1)], $"[{string.Join(',', topics.Select(topic => $"\"{topic}\""))}]", StringComparison.Ordinal)
            .Replace(HourData(), Hex.Encode(new byte[32 * types.Length]), StringComparison.Ordinal);
    }

    /// <summary>Answers with given results, of which a seed changes some bytes; seed -1 changes none.</summary>
    private sealed class MutatingNode(string[] results, bool isSingle, bool isError, int seed) : HttpMessageHandler
    {
        private readonly Random _random = new(seed);

        public string Answered { get; private set; } = "";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            JsonNode asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
            JsonNode[] calls = asked is JsonArray batch ? [.. batch.Select(call => call!)] : [asked];
            bool isAside = isSingle && (string)calls[0]["method"]! == "eth_blockNumber"; // Asked on the way to what is tested.
            IEnumerable<string> answers = calls.Select((call, i) => string.Create(
                CultureInfo.InvariantCulture, $"{{\"jsonrpc\":\"2.0\",\"id\":{(long)call["id"]!},\"{(isError ? "error" : "result")}\":{(isAside ? "\"0x64\"" : results[i])}}}"));
            string text = asked is JsonArray ? $"[{string.Join(',', answers)}]" : answers.Single();
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            bytes = seed < 0 || (isAside && _random.Next(4) != 0) ? bytes : Mutate(bytes);
            Answered = Encoding.UTF8.GetString(bytes);
            return new(_random.Next(20) == 0 && seed >= 0 ? HttpStatusCode.BadGateway : HttpStatusCode.OK) { Content = new ByteArrayContent(bytes) };
        }

        private byte[] Mutate(byte[] original)
        {
            List<byte> bytes = [.. original];
            for (int changes = 1 + _random.Next(3); changes > 0 && bytes.Count > 0; changes--)
            {
                int at = _random.Next(bytes.Count);
                int length = Math.Min(1 + _random.Next(_random.Next(2) == 0 ? 4 : 80), bytes.Count - at);
                switch (_random.Next(7))
                {
                    case 0:
                        bytes.RemoveRange(at, length);
                        break;
                    case 1:
                        bytes.InsertRange(at, bytes.GetRange(at, length));
                        break;
                    case 2:
                        bytes.RemoveRange(at, bytes.Count - at);
                        break;
                    case 3:
                        bytes[at] = (byte)_random.Next(256);
                        break;
                    case 4 when IsDigit(bytes[at]):
                        bytes[at] = (byte)"0123456789abcdef"[_random.Next(16)];
                        break;
                    case 5:
                        int from = _random.Next(bytes.Count - length + 1);
                        byte[] moved = [.. bytes.GetRange(at, length)];
                        bytes.RemoveRange(at, length);
                        bytes.InsertRange(Math.Min(from, bytes.Count), moved);
                        break;
                    default:
                        bytes.RemoveRange(at, _random.Next(2) == 0 ? length : 0);
                        bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[_random.Next(Tokens.Length)]));
                        break;
                }
            }
            return [.. bytes];
        }

        private static bool IsDigit(byte character) => char.IsAsciiHexDigit((char)character);
    }
}
