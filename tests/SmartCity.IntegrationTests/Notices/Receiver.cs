using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SmartCity.Notices;

namespace SmartCity.IntegrationTests.Notices;

/// <summary>A call that arrived.</summary>
internal sealed record Call(string Path, string Id, string Timestamp, string Signature, string Body);

/// <summary>An organisation's web server, that behaves as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Call> _calls = new();

    private Receiver(WebApplication app)
    {
        _app = app;
        app.Run(ServeAsync);
    }

    public Uri Url { get; private set; } = null!;

    /// <summary>What arrived, whatever was answered.</summary>
    public IReadOnlyList<Call> Calls => [.. _calls];

    /// <summary>What it does with a call that arrived; takes it when nothing else is said.</summary>
    public Func<Call, HttpContext, Task> Behaviour { get; set; } = (_, _) => Task.CompletedTask;

    public static async Task<Receiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = nameof(Receiver) });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        Receiver receiver = new(builder.Build());
        await receiver._app.StartAsync();
        receiver.Url = new(new Uri(receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), "notices");
        return receiver;
    }

    /// <summary>Once as told, then it takes what comes.</summary>
    public void Once(Func<Call, HttpContext, Task> behaviour) => Behaviour = (call, context) =>
    {
        Behaviour = (_, _) => Task.CompletedTask;
        return behaviour(call, context);
    };

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body, Encoding.UTF8);
        Call call = new(
            context.Request.Path, Header(WebhookSignature.IdHeader), Header(WebhookSignature.TimestampHeader), Header(WebhookSignature.SignatureHeader),
            await reader.ReadToEndAsync(context.RequestAborted));
        _calls.Enqueue(call);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        try
        {
            await Behaviour(call, context);
        }
        catch (OperationCanceledException)
        {
            // The caller went away.
        }

        string Header(string name) => context.Request.Headers[name].ToString();
    }
}
