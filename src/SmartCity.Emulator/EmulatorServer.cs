using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using SmartCity.Emulator.Api;
using SmartCity.Emulator.Control;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.World;

namespace SmartCity.Emulator;

/// <summary>A running emulator. Disposing it closes the port.</summary>
public sealed class EmulatorServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EmulatorServer(WebApplication app, Uri address, DateTimeOffset sourceNow, DateTimeOffset historyFrom)
    {
        _app = app;
        Address = address;
        SourceNow = sourceNow;
        HistoryFrom = historyFrom;
    }

    /// <summary>Where it listens; with the real port when a free one was asked for.</summary>
    public Uri Address { get; }

    /// <summary>What its clock said at the start, UTC.</summary>
    public DateTimeOffset SourceNow { get; }

    /// <summary>The first instant of its history, UTC.</summary>
    public DateTimeOffset HistoryFrom { get; }

    /// <summary>Starts an emulator and returns when it listens.</summary>
    /// <exception cref="EmulatorStartException">The port is taken, the address is wrong, the state cannot be used, or an option is out of range.</exception>
    public static async Task<EmulatorServer> StartAsync(EmulatorOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        Validate(options);
        EmulatorStateFile file = new(options.StateFolder);
        EmulatorState state = EmulatorState.Make(options, file.Read(), time.GetUtcNow());
        WriteFirst(file, state, options.StateFolder);
        City city = new(state.Seed, state.HistoryFrom, state.UtcOffsetHours, options.Substations);
        EmulatorClock clock = new(state.Clock, time);
        FaultBook book = new(state, file, city);
        TokenStore tokens = new(options, time, clock, book);
        WebApplication app = Build(options);
        Map(app, new(city, book, tokens), new(clock, options, book, tokens, time), state, time);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception cause) when (cause is IOException or InvalidOperationException or FormatException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            throw new EmulatorStartException($"Cannot listen on {options.Urls}: {cause.Message} Choose another address or port with --urls.", cause);
        }
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new(app, new(address), clock.Now(), city.HistoryFrom);
    }

    /// <summary>Waits until the process is asked to stop (Ctrl-C, SIGTERM) or the token is cancelled.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static WebApplication Build(EmulatorOptions options)
    {
        // Empty: no settings file or environment variable of another program in the same folder changes what was asked for.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "SmartCity.Emulator" });
        builder.WebHost.UseKestrelCore().UseUrls(options.Urls).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddRoutingCore();
        if (options.LogToConsole)
        {
            builder.Logging.SetMinimumLevel(LogLevel.Warning)
                .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None) // A start that fails is reported once, by us.
                .AddSimpleConsole(console => console.SingleLine = true);
        }
        return builder.Build();
    }

    private static void Map(WebApplication app, ApiContext context, ApiGate gate, EmulatorState state, TimeProvider time)
    {
        const string Api = "/api/v1/";
        app.MapPost(Api + "auth/login", gate.Api((_, body, _) => ApiEndpoints.Login(context, body), isOpen: true));
        app.MapPost(Api + "auth/refresh", gate.Api((_, body, _) => ApiEndpoints.Refresh(context, body), isOpen: true));
        app.MapPost(Api + "auth/logout", gate.Api((http, _, _) => Logout(context.Tokens, http)));
        app.MapGet(Api + "objects", gate.Api((http, _, now) => ApiEndpoints.Objects(context, http.Request.Query, now)));
        app.MapGet(Api + "objects/{id:long:min(0)}/parameters", gate.Api((http, _, now) => ApiEndpoints.Parameters(context, Id(http), now)));
        app.MapPost(Api + "objects/{id:long:min(0)}/commands/{name}", gate.Api((http, _, _) => ApiEndpoints.Command(context, Id(http), (string)http.Request.RouteValues["name"]!)));
        app.MapGet(Api + "parameters/{id:long:min(0)}/value", gate.Api((http, _, now) => ApiEndpoints.Value(context, Id(http), now)));
        app.MapPut(Api + "parameters/{id:long:min(0)}/value", gate.Api((http, body, now) => ApiEndpoints.Put(context, Id(http), body, now)));
        app.MapPost(Api + "parameters/values", gate.Api((_, body, now) => ApiEndpoints.Values(context, body, now)));
        app.MapGet(Api + "parameters/{id:long:min(0)}/history", gate.Api((http, _, now) => ApiEndpoints.History(context, Id(http), http.Request.Query, now)));
        app.MapGet(Api + "events", gate.Api((http, _, now) => ApiEndpoints.Events(context, http.Request.Query, now)));
        app.MapFallback(gate.Api((_, _, _) => ApiAnswer.Error(StatusCodes.Status404NotFound, "unknown_path", "There is no such endpoint."), isOpen: true));

        app.MapGet("/control/faults", gate.Control((_, _, now) => ControlEndpoints.List(context.Book, now)));
        app.MapPost("/control/faults", gate.Control((_, body, now) => ControlEndpoints.Add(context.Book, body, now)));
        app.MapDelete("/control/faults", gate.Control((http, _, now) => ControlEndpoints.EndAll(context.Book, Forget(http), now)));
        app.MapDelete("/control/faults/{id:int}", gate.Control((http, _, now) => ControlEndpoints.End(context.Book, (int)Id(http), Forget(http), now)));
        app.MapGet("/control/kinds", gate.Control((_, _, _) => ControlEndpoints.Kinds()));
        app.MapGet("/control/state", gate.Control((_, _, now) => ControlEndpoints.State(context.City, context.Book, state, now, time.GetUtcNow())));
        ControlPage.Map(app, gate);
    }

    private static ApiAnswer Logout(TokenStore tokens, HttpContext http)
    {
        tokens.Revoke(http.Request.Headers.Authorization.ToString().Split(' ')[^1]);
        return new(StatusCodes.Status204NoContent, []);
    }

    private static ulong Id(HttpContext http) => ulong.Parse((string)http.Request.RouteValues["id"]!, System.Globalization.CultureInfo.InvariantCulture);

    private static bool Forget(HttpContext http) => http.Request.Query["forget"] == "true";

    private static void WriteFirst(EmulatorStateFile file, EmulatorState state, string? folder)
    {
        try
        {
            file.Write(state);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new EmulatorStartException($"The state folder {folder} cannot be written: {cause.Message} Name another with --state.", cause);
        }
    }

    private static void Validate(EmulatorOptions options)
    {
        Require(!string.IsNullOrEmpty(options.Login), "The login is missing: set the environment variable EMULATOR_LOGIN.");
        Require(!string.IsNullOrEmpty(options.Password), "The password is missing: set the environment variable EMULATOR_PASSWORD.");
        Require(!options.Login.Contains(':', StringComparison.Ordinal), "EMULATOR_LOGIN must not contain ':' (HTTP Basic cannot carry it).");
        Require(options.Speed is >= 1 and <= 100_000, "--speed must be 1..100000.");
        Require(options.UtcOffsetHours is null or (>= -12 and <= 14), "--utc-offset must be -12..14 hours.");
        Require(options.TokenLifetimeSeconds is >= 1 and <= 86_400, "--token-lifetime must be 1..86400 seconds.");
        Require(options.Substations is >= 1 and <= Catalogue.MaxSubstations, $"--substations must be 1..{Catalogue.MaxSubstations}.");
        Require(options.RateLimit is >= 1 and <= 1_000_000, "--rate-limit must be 1..1000000 requests a second.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new EmulatorStartException(message);
        }
    }
}
