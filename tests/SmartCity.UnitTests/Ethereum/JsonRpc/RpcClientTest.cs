using System.Net;
using System.Numerics;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.UnitTests.Ethereum.JsonRpc;

public sealed class RpcClientTest
{
    private static readonly RpcRequest[] Two = [new("eth_chainId"), new("eth_blockNumber")];

    [Test]
    public async Task SendAsync_Parameters_AreQuantitiesAndData()
    {
        ScriptedHandler node = ScriptedHandler.Always("""{"jsonrpc":"2.0","id":$id,"result":"0x10"}""");
        object?[] parameters =
        [
            16ul, new BigInteger(255), new byte[] { 1, 2 }, Address.Zero, BlockParameter.Of(5), BlockParameter.Latest,
            new CallRequest(Address.Zero, new byte[] { 9 }), false, null,
        ];

        ulong result = await node.CreateClient().SendAsync<ulong>("eth_call", parameters, CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(result, Is.EqualTo(16));
        Assert.That(node.Bodies[0]["params"]!.ToJsonString(), Is.EqualTo("""
            ["0x10","0xff","0x0102","0x0000000000000000000000000000000000000000","0x5","latest",
            {"to":"0x0000000000000000000000000000000000000000","data":"0x09"},false,null]
            """.ReplaceLineEndings("")));
    }

    [TestCase("eth_call", 3)]
    [TestCase("eth_getLogs", 3)]
    [TestCase("eth_sendRawTransaction", 1)]
    [TestCase("eth_sign", 1)]
    [TestCase("evm_mine", 1)]
    public void SendAsync_StatusOfAnError_OnlyReadsAreRepeated(string method, int attempts)
    {
        ScriptedHandler node = ScriptedHandler.Always("<html>bad\ngateway</html>", HttpStatusCode.BadGateway);

        RpcTransportException? exception = Assert.ThrowsAsync<RpcTransportException>(() =>
            node.CreateClient(new() { FirstDelay = TimeSpan.Zero, MaxAttempts = 3 }).SendAsync<ulong>(method, [], CancellationToken.None));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(node.Bodies, Has.Count.EqualTo(attempts));
        Assert.That(exception!.Message, Does.Contain(method).And.Contain("502").And.Contain("<html>bad gateway</html>"));
    }

    [Test]
    public async Task SendAsync_NoConnectionAtFirst_ATransactionIsRepeatedToo()
    {
        ScriptedHandler node = new((request, attempt) => attempt < 3
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "refused")
            : ScriptedHandler.Respond($$"""{"id":{{ScriptedHandler.FirstId(request)}},"result":"0x1"}"""));
        await node.CreateClient().SendAsync<ulong>("eth_sendRawTransaction", [], CancellationToken.None);
        Assert.That(node.Bodies, Has.Count.EqualTo(3));
    }

    [Test]
    public void SendAsync_ErrorOfTheNode_IsNotRepeated()
    {
        ScriptedHandler node = ScriptedHandler.Always("""{"id":$id,"error":{"code":-32000,"message":"header not found","data":[1]}}""");

        RpcException? exception = Assert.ThrowsAsync<RpcException>(() =>
            node.CreateClient().SendAsync<ulong>("eth_call", [], CancellationToken.None));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(node.Bodies, Has.Count.EqualTo(1));
        Assert.That((exception!.Code, exception.RpcMessage, exception.Method),
            Is.EqualTo((-32000, "header not found", "eth_call")));
        Assert.That(exception.ErrorData!.Value.GetArrayLength(), Is.EqualTo(1));
    }

    [TestCase("", Description = "nothing")]
    [TestCase("hello", Description = "not JSON")]
    [TestCase("3", Description = "no object")]
    [TestCase("""{"id":$id}""", Description = "neither result nor error")]
    [TestCase("""{"id":12345,"result":"0x1"}""", Description = "another id")]
    [TestCase("""{"result":"0x1"}""", Description = "no id")]
    [TestCase("""{"id":"$id","result":"0x1"}""", Description = "an id of another type")]
    [TestCase("""{"id":$id,"result":1}""", Description = "a number that is no quantity")]
    [TestCase("""{"id":$id,"result":"12"}""", Description = "a quantity without 0x")]
    [TestCase("""{"id":$id,"result":{}}""", Description = "a result of another kind")]
    [TestCase("""{"id":$id,"result":null}""", Description = "no result")]
    [TestCase("""{"id":$id,"result":"\ud800"}""", Description = "half a surrogate pair")]
    public void SendAsync_Malformed_NamesTheMethod(string body)
    {
        RpcProtocolException? exception = Assert.ThrowsAsync<RpcProtocolException>(() =>
            ScriptedHandler.Always(body).CreateClient().SendAsync<ulong>("eth_blockNumber", [], CancellationToken.None));
        Assert.That(exception!.Message, Does.Contain("eth_blockNumber"));
    }

    [Test]
    public void SendAsync_LongAnswer_IsClippedInTheMessage()
    {
        RpcProtocolException? exception = Assert.ThrowsAsync<RpcProtocolException>(() =>
            ScriptedHandler.Always(new string('x', 100_000)).CreateClient().SendAsync<ulong>("eth_chainId", [], CancellationToken.None));
        Assert.That(exception!.Message, Has.Length.LessThan(600));
    }

    [Test]
    public void SendAsync_AnswerTooLong_IsRefused()
    {
        RpcProtocolException? exception = Assert.ThrowsAsync<RpcProtocolException>(() =>
            ScriptedHandler.Always(new string(' ', 2_000)).CreateClient(new() { MaxResponseBytes = 1_000 })
                .SendAsync<ulong>("eth_chainId", [], CancellationToken.None));
        Assert.That(exception!.Message, Does.Contain("1000 bytes"));
    }

    [Test]
    public async Task SendAsync_SlowNode_EndsAtTheTimeout()
    {
        FakeTimeProvider time = new();
        StallingHandler node = new();
        RpcClient client = new(new HttpClient(node) { BaseAddress = new Uri("http://node.test/") },
            new() { Timeout = TimeSpan.FromSeconds(7), MaxAttempts = 1 }, time);

        Task<ulong> call = client.SendAsync<ulong>("eth_chainId", [], CancellationToken.None);
        await node.Reached;
        time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.That(call.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(0.2));

        RpcTransportException? exception = Assert.ThrowsAsync<RpcTransportException>(() => call);
        Assert.That(exception!.Message, Does.Contain("within 7 s"));
        Assert.That(exception.WasSent, Is.True);
    }

    [Test]
    public async Task SendAsync_Cancelled_IsCancelled()
    {
        using CancellationTokenSource cancellation = new();
        StallingHandler node = new();
        RpcClient client = new(new HttpClient(node) { BaseAddress = new Uri("http://node.test/") });
        Task<ulong> call = client.SendAsync<ulong>("eth_chainId", [], cancellation.Token);
        await node.Reached;
        await cancellation.CancelAsync();
        Assert.CatchAsync<OperationCanceledException>(() => call);
    }

    [Test]
    public void Constructor_NoAddress_IsRefused() => Assert.Throws<ArgumentException>(() => _ = new RpcClient(new HttpClient()));

    [Test]
    public async Task SendBatchAsync_AnyOrder_IsPutInOrder()
    {
        ScriptedHandler node = new((request, _) =>
        {
            long id = ScriptedHandler.FirstId(request);
            return ScriptedHandler.Respond(
                $$$"""[{"id":{{{id + 1}}},"error":{"code":1,"message":"no"}},{"id":{{{id}}},"result":"0x5"}]""");
        });

        IReadOnlyList<RpcResult<ulong>> results = await node.CreateClient().SendBatchAsync<ulong>(Two, CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(results[0].ValueOrThrow(), Is.EqualTo(5));
        Assert.That(results[1].Error!.Method, Is.EqualTo("eth_blockNumber"));
        Assert.Throws<RpcException>(() => results[1].ValueOrThrow());
    }

    [TestCase("[]", "is not answered", Description = "none")]
    [TestCase("""[{"id":$id,"result":"0x1"}]""", "is not answered", Description = "one missing")]
    [TestCase("""[{"id":$id,"result":"0x1"},{"id":$id,"result":"0x1"}]""", "answered twice", Description = "one doubled")]
    [TestCase("""[{"id":$id,"result":"0x1"},{"id":-1,"result":"0x1"}]""", "not asked for", Description = "a strange one")]
    [TestCase("""[{"id":$id,"result":"0x1"},{"id":9223372036854775807,"result":"0x1"}]""", "not asked for", Description = "a far one")]
    [TestCase("""[{"id":$id,"result":"0x1"},7]""", "no id", Description = "no object")]
    [TestCase("""{"id":$id,"result":"0x1"}""", "by an array", Description = "a single answer")]
    public void SendBatchAsync_AnswersDoNotMatch_IsRefused(string body, string problem)
    {
        RpcProtocolException? exception = Assert.ThrowsAsync<RpcProtocolException>(() =>
            ScriptedHandler.Always(body).CreateClient().SendBatchAsync<ulong>(Two, CancellationToken.None));
        Assert.That(exception!.Message, Does.Contain(problem).And.Contain("eth_chainId and 1 more"));
    }

    [Test]
    public void SendBatchAsync_RefusedAsAWhole_IsTheNodesError() =>
        Assert.That(() => ScriptedHandler.Always("""{"id":null,"error":{"code":-32005,"message":"batch too large"}}""").CreateClient()
                .SendBatchAsync<ulong>(Two, CancellationToken.None),
            Throws.InstanceOf<RpcException>().With.Message.Contains("batch too large"));

    [Test]
    public async Task SendBatchAsync_Large_IsCut()
    {
        ScriptedHandler node = new((request, _) => ScriptedHandler.Respond(
            $"[{string.Join(',', request.AsArray().Select(call => $$"""{"id":{{call!["id"]}},"result":"0x1"}"""))}]"));

        IReadOnlyList<RpcResult<ulong>> results = await node.CreateClient(new() { MaxBatchSize = 10 })
            .SendBatchAsync<ulong>(Enumerable.Repeat(Two[0], 25).ToArray(), CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(results, Has.Count.EqualTo(25));
        Assert.That(node.Bodies.Select(body => body.AsArray().Count), Is.EqualTo(new[] { 10, 10, 5 }));
        Assert.That(node.Bodies.SelectMany(body => body.AsArray()).Select(call => (long)call!["id"]!), Is.Unique);
    }

    /// <summary>Whatever a node answers, only the documented exceptions come out.</summary>
    [Test]
    public void FindAsync_DamagedAnswer_GivesAValueOrADocumentedException()
    {
        const string Receipt = """
            {"jsonrpc":"2.0","id":1,"result":{"transactionHash":"0x1111111111111111111111111111111111111111111111111111111111111111",
            "transactionIndex":"0x0","blockNumber":"0x2","blockHash":"0x2222222222222222222222222222222222222222222222222222222222222222",
            "from":"0x3333333333333333333333333333333333333333","to":null,"contractAddress":null,"gasUsed":"0x5208",
            "cumulativeGasUsed":"0x5208","status":"0x1","effectiveGasPrice":"0x0","logs":[{"address":
            "0x3333333333333333333333333333333333333333","topics":["0x4444444444444444444444444444444444444444444444444444444444444444"],
            "data":"0x0102","blockNumber":"0x2","blockHash":"0x2222222222222222222222222222222222222222222222222222222222222222",
            "transactionHash":"0x1111111111111111111111111111111111111111111111111111111111111111","transactionIndex":"0x0",
            "logIndex":"0x0","removed":false}]}}
            """;
        byte[] original = Encoding.UTF8.GetBytes(Receipt);
        Gen.Select(Gen.Select(Gen.Int[0, original.Length - 1], Gen.Byte).Array[0, 3], Gen.Int[0, 20]).Sample((changes, cut) =>
        {
            byte[] body = cut == 0 ? original[..(original.Length / 2)] : [.. original];
            foreach ((int place, byte value) in changes)
            {
                body[place % body.Length] = value;
            }
            ScriptedHandler node = new((_, _) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(body) });
            try
            {
                node.CreateClient().FindAsync<TransactionReceipt>("eth_getTransactionReceipt", [], CancellationToken.None).GetAwaiter().GetResult();
            }
            catch (EthereumNodeException)
            {
                // The documented exceptions.
            }
        }, iter: 20_000);
    }

    /// <summary>Never answers.</summary>
    private sealed class StallingHandler : HttpMessageHandler
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _reached.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return new(HttpStatusCode.OK);
        }
    }
}
