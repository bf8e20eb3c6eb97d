using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace SmartCity.Notices;

/// <summary>Hands mails to the server of the contact plan.</summary>
public sealed class MailChannel
{
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly RemoteCertificateValidationCallback? _isTrusted;

    /// <summary>A channel.</summary>
    /// <param name="time">For how long the server is awaited.</param>
    /// <param name="timeout">How long handing over may take in all; 30 s when it is not given.</param>
    public MailChannel(TimeProvider time, TimeSpan? timeout = null)
        : this(time, timeout, isTrusted: null)
    {
    }

    internal MailChannel(TimeProvider time, TimeSpan? timeout, RemoteCertificateValidationCallback? isTrusted) =>
        (_time, _timeout, _isTrusted) = (time, timeout ?? TimeSpan.FromSeconds(30), isTrusted);

    /// <summary>Hands a mail over. It is taken when the server has said so; what happens afterwards is the server's.</summary>
    /// <param name="server">The server.</param>
    /// <param name="password">Of the server's user; <c>null</c> when nobody logs in.</param>
    /// <param name="message">The mail.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<SendOutcome> SendAsync(MailServer server, string? password, MimeMessage message, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(_timeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        using SmtpClient client = new();
        client.ServerCertificateValidationCallback = _isTrusted;
        try
        {
            await client.ConnectAsync(server.Host, server.Port, Options(server.Security), either.Token);
            if (server.User is not null)
            {
                await client.AuthenticateAsync(server.User, password!, either.Token);
            }
            _ = await client.SendAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"the mail server did not take it within {_timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception exception) when (IsPassing(exception))
        {
            return new SendOutcome.Failed(exception.Message);
        }
        try
        {
            await client.DisconnectAsync(quit: true, either.Token);
        }
        catch (Exception exception) when (IsPassing(exception) || exception is OperationCanceledException)
        {
            // The server has it; how it takes leave is nothing to us.
        }
        return new SendOutcome.Delivered();
    }

    private static SecureSocketOptions Options(MailSecurity security) => security switch
    {
        MailSecurity.None => SecureSocketOptions.None,
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.StartTls, // Fails where the server does not offer it.
    };

    private static bool IsPassing(Exception exception) => exception is CommandException or ProtocolException or ServiceNotConnectedException
        or ServiceNotAuthenticatedException or AuthenticationException or SslHandshakeException or NotSupportedException or IOException or SocketException;
}
