using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.UnitTests.Ethereum.JsonRpc;

/// <summary>Answers HTTP requests as a test says.</summary>
internal sealed class ScriptedHandler(Func<JsonNode, int, HttpResponseMessage> answer) : HttpMessageHandler
{
    /// <summary>The bodies that were sent.</summary>
    public List<JsonNode> Bodies { get; } = [];

    /// <summary>A node that answers every request with this text; "$id" becomes the id of the (first) call.</summary>
    public static ScriptedHandler Always(string body, HttpStatusCode status = HttpStatusCode.OK) => new((request, _) =>
        Respond(body.Replace("$id", FirstId(request).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), status));

    public static HttpResponseMessage Respond(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public static long FirstId(JsonNode request) => (long)(request is JsonArray batch ? batch[0]! : request)["id"]!;

    public RpcClient CreateClient(RpcClientOptions? options = null, TimeProvider? time = null) => new(
        new HttpClient(this, disposeHandler: false) { BaseAddress = new Uri("http://node.test/") },
        options ?? new() { FirstDelay = TimeSpan.Zero }, time);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        JsonNode body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        Bodies.Add(body);
        return answer(body, Bodies.Count);
    }
}
