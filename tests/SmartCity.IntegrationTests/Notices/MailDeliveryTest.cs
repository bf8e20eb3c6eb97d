using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MimeKit;
using SmartCity.Notices;

namespace SmartCity.IntegrationTests.Notices;

/// <summary>Mails handed to a real SMTP server.</summary>
public sealed class MailDeliveryTest
{
    [Test]
    public async Task Send_ServerOnThisMachine_TakesTheMail()
    {
        await using MailHost host = MailHost.Start();
        using NoticeRig rig = Rig(host.Port, MailSecurity.None, user: null);
        rig.Outbox.Add(NoticeRig.Notice(1));
        Assert.That(await rig.SendDueAsync(), Is.EqualTo(1));
        (string[] to, MimeMessage mail) = host.Mails.Single();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(to, Is.EqualTo(new[] { "duty@heat.example" }));
        Assert.That(mail.Subject, Is.EqualTo("[Учения / Exercise] Протечка"));
        Assert.That(mail.TextBody, Does.Contain("Перекрыть ввод.").And.Contain("Close the inlet."));
        Assert.That(mail.Attachments.Single().ContentType.MimeType, Is.EqualTo("application/cap+xml"));
        Assert.That(await rig.SendDueAsync(), Is.Zero);
    }

    /// <summary>Nothing of a notice's text becomes a header, a receiver or a command.</summary>
    [TestCase("x\r\nBcc: thief@example.org")]
    [TestCase("x\r\n.\r\nMAIL FROM:<thief@example.org>")]
    [TestCase("x\n\nbody")]
    public async Task Send_HostileText_ReachesNobodyElse(string headline)
    {
        await using MailHost host = MailHost.Start();
        using NoticeRig rig = Rig(host.Port, MailSecurity.None, user: null);
        rig.Outbox.Add(NoticeRig.Notice(1, headline: headline));
        await rig.SendDueAsync();
        (string[] to, MimeMessage mail) = host.Mails.Single();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(to, Is.EqualTo(new[] { "duty@heat.example" }));
        Assert.That(mail.To.Count + mail.Cc.Count + mail.Bcc.Count, Is.EqualTo(1));
        Assert.That(mail.Subject, Is.EqualTo($"[Учения / Exercise] {string.Join(' ', headline.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries))}"));
    }

    [Test]
    public async Task Send_RefusedAtFirst_IsSentAgainWithTheSameId()
    {
        await using MailHost host = MailHost.Start(refusals: 2);
        using NoticeRig rig = Rig(host.Port, MailSecurity.None, user: null);
        rig.Outbox.Add(NoticeRig.Notice(1));
        for (int attempt = 0; attempt < 3; attempt++)
        {
            Assert.That(await rig.SendDueAsync(), Is.EqualTo(1));
            rig.Restart();
            rig.Time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.That((host.Mails.Count, host.Mails.Select(sent => sent.Mail.MessageId).Distinct().Count()), Is.EqualTo((3, 1)));
        Assert.That(await rig.SendDueAsync(), Is.Zero);
    }

    [Test]
    public async Task Send_NoServer_IsTriedAgain()
    {
        using NoticeRig rig = Rig(MailHost.FreePort(), MailSecurity.None, user: null);
        rig.Outbox.Add(NoticeRig.Notice(1));
        await rig.SendDueAsync();
        Assert.That(rig.Log.Text, Does.Contain("6002"));
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await rig.SendDueAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Send_StartTls_LogsInAndIsTaken()
    {
        using X509Certificate2 certificate = Certificate();
        await using MailHost host = MailHost.Start(certificate);
        using NoticeRig rig = Rig(host.Port, MailSecurity.StartTls, "edds", trusted: certificate);
        rig.Outbox.Add(NoticeRig.Notice(1));
        await rig.SendDueAsync();
        Assert.That((host.Mails.Count, string.Join(' ', host.Passwords)), Is.EqualTo((1, MailHost.Password)), rig.Log.Text);
    }

    /// <summary>Without TLS neither mail nor password leaves us.</summary>
    [Test]
    public async Task Send_StartTlsNotOffered_NothingIsSent()
    {
        await using MailHost host = MailHost.Start();
        using NoticeRig rig = Rig(host.Port, MailSecurity.StartTls, "edds");
        rig.Outbox.Add(NoticeRig.Notice(1));
        await rig.SendDueAsync();
        Assert.That((host.Mails.Count, host.Passwords.Count), Is.EqualTo((0, 0)));
        Assert.That(rig.Log.Text, Does.Contain("STARTTLS"));
    }

    [Test]
    public async Task Send_CertificateNotTrusted_NothingIsSent()
    {
        using X509Certificate2 certificate = Certificate();
        await using MailHost host = MailHost.Start(certificate);
        using NoticeRig rig = Rig(host.Port, MailSecurity.StartTls, "edds");
        rig.Outbox.Add(NoticeRig.Notice(1));
        await rig.SendDueAsync();
        Assert.That((host.Mails.Count, host.Passwords.Count), Is.EqualTo((0, 0)));
        Assert.That(rig.Log.Text, Does.Contain("6002"));
    }

    [Test]
    public async Task Send_WrongPassword_IsTriedAgainAndNotTold()
    {
        using X509Certificate2 certificate = Certificate();
        await using MailHost host = MailHost.Start(certificate);
        using NoticeRig rig = Rig(host.Port, MailSecurity.StartTls, "edds", trusted: certificate);
        rig.WriteSecret("mail", "wrong battery");
        rig.Outbox.Add(NoticeRig.Notice(1));
        await rig.SendDueAsync();
        Assert.That(host.Mails, Is.Empty);
        Assert.That(rig.Log.Text, Does.Contain("6002").And.Not.Contain("battery"));
        rig.WriteSecret("mail", MailHost.Password);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.SendDueAsync();
        Assert.That(host.Mails, Has.Count.EqualTo(1));
    }

    private static NoticeRig Rig(int port, MailSecurity security, string? user, X509Certificate2? trusted = null)
    {
        NoticeRig rig = NoticeRig.Mailing(
            "duty@heat.example",
            new("localhost", port, security, "edds@demograd.example", user, user is null ? null : "mail"),
            time => new(time, timeout: null, trusted is null ? null : (_, shown, _, _) => shown?.GetCertHashString() == trusted.GetCertHashString()));
        rig.WriteSecret("mail", MailHost.Password);
        return rig;
    }

    private static X509Certificate2 Certificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
