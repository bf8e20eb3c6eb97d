using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MimeKit;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace SmartCity.IntegrationTests.Notices;

/// <summary>A real SMTP server on this machine. With a certificate it offers STARTTLS and wants a login.</summary>
internal sealed class MailHost : IAsyncDisposable
{
    public const string Password = "correct horse";

    private readonly ConcurrentQueue<(string[] To, MimeMessage Mail)> _mails = new();
    private readonly ConcurrentQueue<string> _passwords = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private int _refusals;

    private MailHost(X509Certificate2? certificate, int refusals)
    {
        Port = FreePort();
        _refusals = refusals;
        ISmtpServerOptions options = new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(endpoint =>
        {
            endpoint.Endpoint(new(IPAddress.Loopback, Port)).AllowUnsecureAuthentication(false);
            if (certificate is not null)
            {
                endpoint.Certificate(certificate).AuthenticationRequired();
            }
        }).Build();
        ServiceProvider services = new();
        services.Add(new Store(this));
        services.Add(new DelegatingUserAuthenticator((_, password) =>
        {
            _passwords.Enqueue(password);
            return password == Password;
        }));
        _serving = new SmtpServer.SmtpServer(options, services).StartAsync(_stop.Token);
    }

    public int Port { get; }

    /// <summary>What arrived, those that were refused too.</summary>
    public IReadOnlyList<(string[] To, MimeMessage Mail)> Mails => [.. _mails];

    /// <summary>Passwords that arrived.</summary>
    public IReadOnlyList<string> Passwords => [.. _passwords];

    /// <summary>Begins to serve.</summary>
    /// <param name="certificate">Its certificate; without one it offers neither TLS nor login.</param>
    /// <param name="refusals">So many mails it refuses at first.</param>
    public static MailHost Start(X509Certificate2? certificate = null, int refusals = 0) => new(certificate, refusals);

    /// <summary>A port on which nobody listens.</summary>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _stop.Dispose();
    }

    private sealed class Store(MailHost host) : MessageStore
    {
        public override Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using MemoryStream stream = new(buffer.ToArray());
            host._mails.Enqueue(([.. transaction.To.Select(mailbox => $"{mailbox.User}@{mailbox.Host}")], MimeMessage.Load(stream, cancellationToken)));
            return Task.FromResult(Interlocked.Decrement(ref host._refusals) >= 0 ? new(SmtpReplyCode.Aborted, "come back later") : SmtpResponse.Ok);
        }
    }
}
