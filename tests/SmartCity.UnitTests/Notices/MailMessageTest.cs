using System.Text;
using CsCheck;
using MimeKit;
using SmartCity.Notices;

namespace SmartCity.UnitTests.Notices;

public sealed class MailMessageTest
{
    private static readonly string[] s_headers = ["From", "To", "Subject", "Date", "Message-Id", "MIME-Version"];

    [Test]
    public void Write_Leak_HasBothLanguagesAndTheDocument()
    {
        MimeMessage mail = ReadBack(Samples.Leak() with { Crew = "Бригада 3" });
        MimePart document = (MimePart)mail.Attachments.Single();
        using MemoryStream content = new();
        document.Content!.DecodeTo(content);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(mail.Subject, Is.EqualTo("[Учения / Exercise] Протечка: ИТП 1, ул. Садовая, 12"));
        Assert.That(mail.From.ToString(), Does.Contain("edds@demograd.example"));
        Assert.That(mail.To.Mailboxes.Select(mailbox => mailbox.Address), Is.EqualTo(new[] { "duty@heat.example" }));
        Assert.That(mail.MessageId, Is.EqualTo("msg_1@demograd.example"));
        Assert.That(mail.TextBody, Does.Contain("Датчик протечки сработал.").And.Contain("Close the inlet").And.Contain("Бригада: Бригада 3")
            .And.Contain("Срок: локализация 2026-01-15 11:44 +03:00").And.Contain("Due: Eliminate 2026-01-18 11:14 +03:00"));
        Assert.That(document.ContentType.MimeType, Is.EqualTo("application/cap+xml"));
        Assert.That(document.FileName, Is.EqualTo("incident-1-7-1.cap.xml"));
        Assert.That(Encoding.UTF8.GetString(content.ToArray()), Is.EqualTo("<cap/>"));
    }

    [TestCase(CapStatus.Actual, ExpectedResult = "Протечка: ИТП 1, ул. Садовая, 12")]
    [TestCase(CapStatus.Test, ExpectedResult = "[Проверка связи / Test] Протечка: ИТП 1, ул. Садовая, 12")]
    public string Write_Status_IsInTheSubject(CapStatus status) => ReadBack(Samples.Leak(), status).Subject!;

    /// <summary>Whatever a notice's texts hold, the mail has our headers and no other, one receiver, and two parts.</summary>
    [Test]
    public void Write_AnyNotice_HasNoOtherHeader() =>
        Samples.AnyNotice().Sample(notice =>
        {
            MimeMessage mail = ReadBack(notice);
            Assert.That(mail.Headers.Select(header => header.Field), Is.EquivalentTo(s_headers));
            Assert.That(mail.To.Mailboxes.Count() + mail.Cc.Count + mail.Bcc.Count, Is.EqualTo(1));
            Assert.That(mail.BodyParts.Count(), Is.EqualTo(2));
            Assert.That(mail.Subject, Does.EndWith(notice.Russian.Headline.Replace("=?", "= ?")));
        });

    private static MimeMessage ReadBack(IncidentNotice notice, CapStatus status = CapStatus.Exercise)
    {
        ContactPlan plan = Samples.Plan() with { Status = status };
        using MemoryStream stream = new();
        MailMessage.Write(plan, plan.Mail!, "duty@heat.example", new(1, "msg_1", 0, notice, "<cap/>", Samples.Now), Samples.Calendar).WriteTo(stream);
        stream.Position = 0;
        return MimeMessage.Load(stream);
    }
}
