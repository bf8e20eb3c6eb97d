using System.Globalization;
using System.Text;
using MimeKit;
using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>A notice as a mail: plain text in Russian and English, with the CAP document beside it.</summary>
internal static class MailMessage
{
    private static readonly string[] s_deadlinesInRussian = ["ответ", "срок ремонта", "локализация", "выезд", "восстановление подачи", "устранение"];

    /// <summary>Writes the mail. Its id is the delivery's, so that a receiver who gets it twice can tell.</summary>
    public static MimeMessage Write(ContactPlan plan, MailServer server, string address, DueDelivery delivery, CityCalendar calendar)
    {
        IncidentNotice notice = delivery.Notice;
        Multipart body = new("mixed")
        {
            new TextPart("plain") { Text = Text(notice, calendar) },
            new MimePart("application", "cap+xml")
            {
                Content = new MimeContent(new MemoryStream(Encoding.UTF8.GetBytes(delivery.Cap))),
                ContentDisposition = new(ContentDisposition.Attachment),
                ContentTransferEncoding = ContentEncoding.Base64,
                FileName = string.Create(
                    CultureInfo.InvariantCulture, $"incident-{notice.Incident.ObjectNumber}-{notice.Incident.Number}-{notice.Sequence}.cap.xml"),
            },
        };
        return new([new MailboxAddress(plan.SenderName, server.From)], [new MailboxAddress(null, address)], Subject(plan, notice), body)
        {
            MessageId = $"{delivery.Message}@{server.From.Split('@')[^1]}",
            Date = calendar.ToLocal(delivery.Sent),
        };
    }

    /// <summary>The headline. What looks like an encoded word (RFC 2047) is parted, or the reader's program would show something else.</summary>
    private static string Subject(ContactPlan plan, IncidentNotice notice)
    {
        string headline = notice.Russian.Headline.Replace("=?", "= ?", StringComparison.Ordinal);
        return plan.Status switch
        {
            CapStatus.Actual => headline,
            CapStatus.Exercise => $"[Учения / Exercise] {headline}",
            _ => $"[Проверка связи / Test] {headline}",
        };
    }

    private static string Text(IncidentNotice notice, CityCalendar calendar)
    {
        StringBuilder text = new();
        Append(text, notice, notice.Russian, "Объект", "Бригада", deadline => s_deadlinesInRussian[(int)deadline], "Срок", calendar);
        text.Append('\n');
        Append(text, notice, notice.English, "Object", "Crew", deadline => deadline.ToString(), "Due", calendar);
        return text.ToString();
    }

    private static void Append(
        StringBuilder text, IncidentNotice notice, NoticeText words, string place, string crew, Func<Deadline, string> nameOf, string due, CityCalendar calendar)
    {
        text.Append(CultureInfo.InvariantCulture, $"{words.Headline}\n\n{words.Description}\n\n{words.Instruction}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{place}: {notice.ObjectName} ({notice.Incident.ObjectNumber}-{notice.Incident.Number})\n");
        if (notice.Crew is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"{crew}: {notice.Crew}\n");
        }
        foreach (NoticeDeadline deadline in notice.Deadlines.Where(deadline => deadline.Status == DeadlineStatus.Running))
        {
            text.Append(CultureInfo.InvariantCulture, $"{due}: {nameOf(deadline.Deadline)} {calendar.ToLocal(deadline.Due):yyyy-MM-dd HH:mm zzz}\n");
        }
    }
}
