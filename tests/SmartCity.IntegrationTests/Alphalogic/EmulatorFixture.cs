using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Alphalogic;
using SmartCity.Emulator;

namespace SmartCity.IntegrationTests.Alphalogic;

/// <summary>A real emulator on a free port, a real client, and a hand on the control API.</summary>
internal sealed class EmulatorFixture : IAsyncDisposable
{
    public const string Login = "oracle";
    public const string Password = "a password of this test";

    private EmulatorFixture(EmulatorServer server)
    {
        Server = server;
        Client = NewClient(Password);
        Raw = new() { BaseAddress = server.Address };
        Raw.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Login}:{Password}")));
    }

    public EmulatorServer Server { get; }

    /// <summary>The client under test.</summary>
    public AlphalogicClient Client { get; }

    /// <summary>Plain HTTP with Basic authentication, for the control API and for what the client does not do.</summary>
    public HttpClient Raw { get; }

    public static async Task<EmulatorFixture> StartAsync(
        TimeProvider? time = null, int tokenLifetimeSeconds = 3_600, int rateLimit = 5_000, string? stateFolder = null, string urls = "http://127.0.0.1:0") =>
        new(await EmulatorServer.StartAsync(
            new()
            {
                Urls = urls,
                Login = Login,
                Password = Password,
                TokenLifetimeSeconds = tokenLifetimeSeconds,
                RateLimit = rateLimit,
                StateFolder = stateFolder,
            },
            time ?? TimeProvider.System, CancellationToken.None));

    public AlphalogicClient NewClient(string password, int maxAttempts = 4, TimeSpan? callTimeout = null) => AlphalogicClient.Create(
        new()
        {
            BaseAddress = Server.Address,
            Login = Login,
            Password = password,
            MaxAttempts = maxAttempts,
            FirstRetryDelay = TimeSpan.FromMilliseconds(1),
            CallTimeout = callTimeout ?? TimeSpan.FromSeconds(30),
        },
        TimeProvider.System, NullLogger<AlphalogicClient>.Instance);

    /// <summary>The signals of a device by name, read by the client.</summary>
    public async Task<Dictionary<string, SignalParameter>> SignalsOfAsync(string device)
    {
        IReadOnlyList<SignalObject> objects = await Client.ReadObjectsAsync(CancellationToken.None);
        ObjectId node = objects.Single(each => each.Name == device).Id;
        return (await Client.ReadParametersAsync(node, CancellationToken.None)).ToDictionary(parameter => parameter.Name);
    }

    public async Task<SignalValue> ReadAsync(SignalParameter signal) =>
        (await Client.ReadValuesAsync([signal.Id], CancellationToken.None)).Values[0];

    /// <summary>Lays a fault and returns its number.</summary>
    public async Task<int> BreakAsync(string kind, string target, object? parameters = null, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        using HttpResponseMessage response = await Raw.PostAsJsonAsync("/control/faults", new { kind, target, from, to, parameters = parameters ?? new { } });
        string body = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(201), body);
        return JsonDocument.Parse(body).RootElement.GetProperty("id").GetInt32();
    }

    public async Task MendAsync(int fault)
    {
        using HttpResponseMessage response = await Raw.DeleteAsync(new Uri($"/control/faults/{fault}", UriKind.Relative));
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    public async ValueTask DisposeAsync()
    {
        Raw.Dispose();
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
